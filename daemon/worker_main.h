/*
 * The worker: the child's side of worker.h.
 */
#ifndef NTHPI_WORKER_MAIN_H
#define NTHPI_WORKER_MAIN_H

/*
 * Runs one job: ARGV is ALGORITHM RADIX POSITION THREADS, ARGC must be 4. The
 * report goes to descriptor WORKER_PIPE_FD; the digits of an algorithm that
 * delivers all of them go to WORKER_TEXT_FD with checksums to WORKER_SUM_FD.
 * Returns the process's exit code, enum worker_exit. Called by main() only.
 */
int worker_main(int argc, char **argv);

#endif
