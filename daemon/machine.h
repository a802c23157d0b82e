/*
 * What the machine has: CPUs, memory, disk. Read anew at each call; errors give
 * 0 (and a plan that waits). No state; any thread.
 */
#ifndef NTHPI_MACHINE_H
#define NTHPI_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* CPUs this process may run on, >= 1. */
int machine_cpus(void);

/* Bytes of memory: all, and what can be used without swapping (MemTotal and
 * MemAvailable of /proc/meminfo). False: not known. */
bool machine_memory(uint64_t *total, uint64_t *available);

/* The same from TEXT, the contents of /proc/meminfo. Pure. */
bool machine_parse_meminfo(const char *text, uint64_t *total, uint64_t *available);

/* Bytes of the file system of the open folder FD: all, and what an ordinary
 * user can still write. False: not known. */
bool machine_disk(int fd, uint64_t *total, uint64_t *available);

/* Resident memory of process PID in bytes, 0: not known. */
uint64_t machine_resident(pid_t pid);

/* CPU time of process PID so far, all threads, in seconds, and whether it waits in the
 * kernel for what can't be interrupted (a disk); false: there is no such process. */
bool machine_process(pid_t pid, double *cpu_s, bool *held);

#endif
