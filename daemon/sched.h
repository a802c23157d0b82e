/*
 * The daemon's poll loop.
 */
#ifndef NTHPI_SCHED_H
#define NTHPI_SCHED_H

#include "daemon/daemon.h"

#include <stdbool.h>

/*
 * Recovers what was left behind, then works until SIGTERM or SIGINT: workers
 * are then killed and their rows go back to the queue. True: ended as asked;
 * false: could not start, or could not go on (logged).
 */
bool sched_run(struct daemon *d);

#endif
