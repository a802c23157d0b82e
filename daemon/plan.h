/*
 * Which waiting job may start now. Pure: the caller tells what runs and what
 * the machine has left. Any thread.
 *
 * The thread budget is the number of CPUs. One wide job at a time gets all that
 * is free of it, a narrow job gets one thread. Jobs estimated under
 * PLAN_EXPRESS_S ("small") are narrow whatever their algorithm, and have one
 * slot besides the budget for themselves, and a share of the memory that no other
 * job starts with, so that a small job never waits behind a large one.
 */
#ifndef NTHPI_PLAN_H
#define NTHPI_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#define PLAN_EXPRESS_S     1.0
#define PLAN_EXPRESS_SHARE 64

/* What a job needs. */
struct plan_need {
    bool wide;       /* can use more than one thread */
    double seconds;  /* estimated wall time with one thread */
    uint64_t memory; /* bytes, estimated */
    uint64_t disk;   /* bytes its digits file will have, 0: none */
};

/* What the machine has. */
struct plan_room {
    int cpus;              /* the thread budget, >= 1 */
    int threads;           /* threads of the budget in use */
    bool wide, express;    /* a wide job runs; the express slot is in use */
    uint64_t memory_total; /* bytes */
    uint64_t memory_free;  /* bytes, less what running jobs will still take */
    uint64_t disk_total;   /* bytes of the file system */
    uint64_t disk_free;    /* bytes, less what running jobs will still write */
};

enum plan_verdict {
    PLAN_START,        /* with THREADS, in the express slot if EXPRESS */
    PLAN_WAIT_SLOT,    /* no slot for it now */
    PLAN_WAIT_MEMORY,  /* not enough free memory now */
    PLAN_WAIT_DISK,    /* not enough free disk now */
    PLAN_NEVER_MEMORY, /* this machine has less memory than it needs */
    PLAN_NEVER_DISK,   /* this file system is smaller than it needs */
};

struct plan_choice {
    enum plan_verdict verdict;
    int threads;
    bool express;
};

/* True for a job estimated under PLAN_EXPRESS_S. */
bool plan_small(const struct plan_need *need);

/* Decides about one job. */
struct plan_choice plan_choose(const struct plan_room *room,
                               const struct plan_need *need);

/* True when nothing runs in ROOM: what is not free now is others'. */
bool plan_is_idle(const struct plan_room *room);

/* Books the job that CHOICE starts into *ROOM, for deciding about the next. */
void plan_book(struct plan_room *room, const struct plan_need *need,
               const struct plan_choice *choice);

/* True when a job should rather wait for a running one whose digits will answer
 * it: when the running one, estimated to SECONDS in all and FRACTION (0 .. 1)
 * done, ends before the job itself could. */
bool plan_wait_for_cover(const struct plan_need *need, double seconds, double fraction);

/* Seconds that a run will still take which began ELAPSED seconds ago at the fraction
 * FIRST (that of its checkpoint, or 0) and is at FRACTION now, FIRST <= FRACTION <= 1:
 * by the estimate of SECONDS for all of it at first, by its speed once that is known,
 * and on the way from the one to the other by both, so that a wrong estimate neither
 * runs out nor is put right in one leap. With nothing done, as long again at least. */
double plan_seconds_left(double seconds, double elapsed, double first, double fraction);

/* Free disk space a job needs for a digits file of DISK bytes: the file three
 * times (aside, published, and its predecessor while readers hold it). */
uint64_t plan_disk_needed(uint64_t disk);

#endif
