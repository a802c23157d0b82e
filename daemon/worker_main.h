/*
 * The worker: the child's side of worker.h.
 */
#ifndef NTHPI_WORKER_MAIN_H
#define NTHPI_WORKER_MAIN_H

#include "daemon/engine/engine.h"

/* Gives an algorithm by its name, or NULL: engine_find(), or a test's. */
typedef const struct engine_algorithm *worker_find(const char *name);

/*
 * Runs one job: ARGV is ALGORITHM RADIX POSITION THREADS SANDBOX (on, require or
 * off), ARGC must be 5. The algorithm comes from FIND. Before it computes, the process
 * gives up all that it can do but that, see confine.h. The report goes to descriptor
 * WORKER_PIPE_FD; the digits of an algorithm that delivers all of them go to
 * WORKER_TEXT_FD with checksums to WORKER_SUM_FD. If WORKER_SAVE_FD is open, it is a
 * file of slots (slots.h): the run goes on from the checkpoint in it, writes later ones
 * there, and a last one at SIGTERM. Returns the process's exit code, enum worker_exit.
 * Called by main() only.
 */
int worker_main(int argc, char **argv, worker_find *find);

#endif
