/*
 * The program nthpid but for its main function.
 */
#ifndef NTHPI_PROGRAM_H
#define NTHPI_PROGRAM_H

#include "daemon/worker_main.h"

/* Runs nthpid, or a worker of it, with the arguments of main(). A worker gets its
 * algorithm from FIND. Returns the exit code. */
int program_main(int argc, char **argv, worker_find *find);

#endif
