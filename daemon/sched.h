/*
 * The daemon's poll loop.
 */
#ifndef NTHPI_SCHED_H
#define NTHPI_SCHED_H

#include "daemon/daemon.h"

#include <stdbool.h>

/*
 * Recovers what was left behind, then works until SIGTERM or SIGINT: workers get
 * SIGTERM then, those that write checkpoints have up to five seconds for the last one,
 * and what is left of them is killed; their rows go back to the queue. True: ended as
 * asked; false: could not start, or could not go on (logged).
 */
bool sched_run(struct daemon *d);

#endif
