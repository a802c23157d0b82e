/*
 * What the program counts about itself for GET /metrics: answers by route and
 * status, how long they took, and how long it takes until all who wait have the
 * news. Counting is a few relaxed atomic additions and takes no lock. Counts begin
 * at 0 with the process and never go down; what is read while others count may be
 * one ahead in one place and not yet in another.
 *
 * What others count for themselves (cache_stats(), park_stats()), and what the
 * database knows, is not here; page_metrics.c brings it all together.
 */
#ifndef NTHPI_METRICS_H
#define NTHPI_METRICS_H

#include "fcgi/reply.h"

#include <stddef.h>
#include <stdint.h>

struct metrics;

/* Counters for ROUTES routes, numbered from 0, and one more: the number ROUTES
 * stands for requests of no route. NULL: no memory. */
struct metrics *metrics_new(size_t routes);
void metrics_free(struct metrics *m); /* NULL is allowed */

/* Counts REPLY to a request of ROUTE that took US microseconds. A NULL M counts
 * nothing. Any thread, as the next one. */
void metrics_request(struct metrics *m, size_t route, const struct reply *reply,
                     int64_t us);

/* Counts a round of the notifier that answered somebody: NOTICED_US microseconds
 * from noticing the change to the last answer written, ROUND_US of them after the
 * round began. M may be NULL. */
void metrics_fan_out(struct metrics *m, int64_t noticed_us, int64_t round_us);

/* ---- reading ---- */

/* Upper bounds of the histograms' buckets, microseconds, ascending; what is beyond
 * the last goes into one more bucket. */
enum { METRICS_BOUNDS = 15 };
extern const int64_t metrics_bounds[METRICS_BOUNDS];

/* A snapshot; each count is of its bucket alone. */
struct histogram {
    uint64_t counts[METRICS_BOUNDS + 1];
    uint64_t sum_us;
};

/* The statuses that are counted apart, as text: "200", "304" …, "waits" for a poll
 * that was to wait, and "other". Static storage; NULL from the last on. */
const char *metrics_status(size_t status);

/* How many answers of ROUTE had the status of number STATUS. */
uint64_t metrics_count(const struct metrics *m, size_t route, size_t status);

void metrics_durations(const struct metrics *m, size_t route, struct histogram *out);
void metrics_fan_outs(const struct metrics *m, struct histogram *noticed,
                      struct histogram *round);

#endif
