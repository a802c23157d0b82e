/*
 * Fork and join: two pieces of a run's work, side by side or one after the
 * other.
 */
#ifndef NTHPI_ENGINE_PAIR_H
#define NTHPI_ENGINE_PAIR_H

#include <stdbool.h>

#include "run.h"

/* A piece of work. It looks at run_going() and reports by run_work(). */
typedef void pair_fn(struct run *run, void *arg);

/*
 * Does FIRST(run, FIRST_ARG) and SECOND(run, SECOND_ARG) and returns when both
 * have ended. With PARALLEL, FIRST runs in a thread of its own, so the two may
 * share only what neither writes, and the calling thread goes on serving the
 * caller's callbacks while it waits. When no thread can be started, the run
 * fails with ENGINE_NO_THREAD and neither piece is done. Any thread of the run.
 */
void pair_run(struct run *run, bool parallel, pair_fn *first, void *first_arg,
              pair_fn *second, void *second_arg);

#endif
