/*
 * How a result was checked, in words for people who do not know the program: what
 * was compared with what, and why that convinces. The daemon says in a sentence what
 * its check found (daemon/engine/verify.h); here is what stands behind it.
 */
#ifndef NTHPI_EXPLAIN_H
#define NTHPI_EXPLAIN_H

#include "common/computation.h"
#include "fcgi/lang.h"
#include "fcgi/view.h"

/* How a result of METHOD was checked, by the engine's WORDS for it, in a few of ours;
 * static storage. NULL: they are not known. Any thread. */
const char *explain_words(enum lang lang, enum algorithm method, const char *words);

/* How C, which is done, was checked, in a few words: our own where its kind of check is
 * known here, else those of the check; "" when it was not checked. Lives as long as C.
 * Any thread. */
const char *explain_short(enum lang lang, const struct computation *c);

/* Shows the section CHECK in D: the steps of the check of C, which is done. Nothing
 * is shown for a sentence that is not known here; it stands for itself then. Any
 * thread. */
void explain_check(enum lang lang, struct dict *d, const struct computation *c);

#endif
