/*
 * The stages of a computation as a timeline: when each was reached, how long that
 * took, and what the worker does within its stage.
 */
#ifndef NTHPI_TIMELINE_H
#define NTHPI_TIMELINE_H

#include "common/computation.h"
#include "fcgi/lang.h"
#include "fcgi/view.h"

/* Shows a section STAGE in D (computation_live.tpl) for each stage of C. Any thread,
 * each its own D. */
void timeline_show(enum lang lang, struct dict *d, const struct computation *c);

/* Sets TIME and TIME_TEXT of D to MICROS (since 1970 UTC), for programs and for people.
 * Any thread, each its own D. */
void timeline_set_time(enum lang lang, struct dict *d, int64_t micros);

#endif
