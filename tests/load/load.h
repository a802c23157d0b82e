/*
 * The parts of tests/load/load among themselves: what each command does is told
 * by --help (main.c).
 */
#ifndef NTHPI_LOAD_H
#define NTHPI_LOAD_H

#include <stddef.h>
#include <stdint.h>

enum { STEPS_MAX = 16 };

struct options {
    unsigned port;
    const char *state;       /* folder, or NULL */
    size_t steps[STEPS_MAX]; /* numbers of waiters, growing */
    size_t step_count;
    unsigned rounds, wait_s;
    unsigned settle_s;   /* changes go on for so long before the first round */
    int gzip;            /* polls ask for that */
    unsigned per_second; /* changes */
    uint64_t position;   /* the first one asked for */
    long pid;            /* whose memory is told, or 0 */
};

/* Each returns the exit status. */
int fanout_run(const struct options *options);
int follow_run(const struct options *options);
int taken_run(const struct options *options);
int change_run(const struct options *options);

#endif
