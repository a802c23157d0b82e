/*
 * What the kernel says about this process.
 */
#ifndef NTHPI_PROCESS_H
#define NTHPI_PROCESS_H

#include <stdint.h>

/* Negative: not known. */
struct process {
    double started;                        /* seconds since 1970 UTC */
    double cpu_s;                          /* of all threads, user and system */
    int64_t resident, virtual;             /* bytes of memory */
    int64_t descriptors, most_descriptors; /* open; may be open */
};

/* Fills *P. Costs a look into /proc for each open descriptor. Any thread. */
void process_read(struct process *p);

#endif
