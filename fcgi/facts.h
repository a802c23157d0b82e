/*
 * The facts of a computation that its page and the comparison of several show alike:
 * by what, how long, how much, how checked.
 */
#ifndef NTHPI_FACTS_H
#define NTHPI_FACTS_H

#include "common/computation.h"
#include "fcgi/lang.h"
#include "fcgi/view.h"

/* Sets ALGORITHM of D, and METHOD when it is known, and shows a section in it for each
 * fact that is known of C: CHOSEN, ANSWERED_BY, WALL, CPU, SPEED, PEAK, ATTEMPTS, and
 * of what is done VERIFIED or NOT_CHECKED. Any thread. */
void facts_show(enum lang lang, struct dict *d, const struct computation *c);

#endif
