/*
 * Whether a worker still gets on, and within its limits. Pure: the caller tells what it
 * sees, about once a second. Any thread.
 *
 * A worker shows that it lives by a line on its pipe, or by using the CPU: one on a
 * loaded machine uses little, one that is stopped or waits for something that never
 * comes uses none. A worker that the kernel holds (a slow disk) lives, too; it could
 * not be killed anyway.
 *
 * One that uses the CPU and says nothing may be in a long multiplication, or in a loop
 * without an end. It is told from the other by the CPU time since its last line, which
 * the machine's load does not change: WATCH_LOOP_SHARE times what all of the job was
 * estimated to take, but WATCH_LOOP_STALLS times the time a silence may last at least.
 */
#ifndef NTHPI_WATCH_H
#define NTHPI_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define WATCH_LOOP_SHARE  3.0
#define WATCH_LOOP_STALLS 5.0

/* CPU time within a silence below which nothing was done: a process that was stopped
 * and is looked at has some clock ticks. */
#define WATCH_IDLE_CPU_S 0.05

enum watch_verdict {
    WATCH_GOOD,
    WATCH_SILENT, /* no line and no CPU time */
    WATCH_LOOPS,  /* no line for much CPU time */
    WATCH_TIME,   /* longer than it may take */
    WATCH_MEMORY, /* more than it may have */
};

/* What one look shows. */
struct watch_sign {
    int64_t now;       /* CLOCK_MONOTONIC, microseconds */
    uint64_t heard;    /* bytes heard from it so far */
    double cpu_s;      /* CPU time of all its threads so far */
    bool held;         /* the kernel holds it */
    uint64_t resident; /* bytes */
};

/* What a job may. */
struct watch_limits {
    double stall_s;    /* > 0 */
    double estimate_s; /* of the whole job with one thread */
    double left_s;     /* what this run may take; 0: no limit */
    uint64_t memory;   /* bytes; 0: no limit */
};

/* What was seen so far; all zero before the first look. */
struct watch {
    int64_t at;
    uint64_t heard;
    double cpu_s;                /* at the last line, or when the CPU was used */
    double silent_s, spoken_cpu; /* without both; CPU time at the last line */
    double ran_s;
};

/* Takes in a look. Time that passed between two looks counts as WATCH_STEP_S at most:
 * a daemon or a machine that was suspended has not looked. */
#define WATCH_STEP_S 2.0
enum watch_verdict watch_look(struct watch *w, const struct watch_sign *sign,
                              const struct watch_limits *limits);

#endif
