/*
 * The counters. Threads share them: two that answer the same route at the same
 * time pass a cache line to and fro, which is little beside an answer.
 */
#include "config.h"

#include "fcgi/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>

const int64_t metrics_bounds[METRICS_BOUNDS] = {
    50,    100,   250,    500,    1000,   2500,    5000,   10000,
    25000, 50000, 100000, 250000, 500000, 1000000, 2500000};

/* The most frequent first. */
static const struct {
    int status;
    const char *name;
} statuses[] = {
    {200, "200"}, {304, "304"}, {0, "waits"}, {303, "303"}, {404, "404"},
    {201, "201"}, {202, "202"}, {204, "204"}, {206, "206"}, {400, "400"},
    {403, "403"}, {405, "405"}, {409, "409"}, {413, "413"}, {415, "415"},
    {416, "416"}, {422, "422"}, {500, "500"}, {503, "503"}, {-1, "other"},
};
enum { STATUSES = sizeof statuses / sizeof *statuses };

struct counted {
    atomic_uint_fast64_t counts[METRICS_BOUNDS + 1];
    atomic_uint_fast64_t sum_us;
};

struct route_metrics {
    atomic_uint_fast64_t statuses[STATUSES];
    struct counted durations;
};

struct metrics {
    struct counted noticed, round;
    size_t count;
    struct route_metrics routes[];
};

struct metrics *
metrics_new(size_t routes)
{
    struct metrics *m = calloc(1, sizeof *m + (routes + 1) * sizeof m->routes[0]);
    if (m)
        m->count = routes + 1;
    return m;
}

void
metrics_free(struct metrics *m)
{
    free(m);
}

/* ---- counting ---- */

static void
add(atomic_uint_fast64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void
observe(struct counted *counted, int64_t us)
{
    size_t bucket = 0;
    if (us < 0)
        us = 0;
    while (bucket < METRICS_BOUNDS && us > metrics_bounds[bucket])
        bucket++;
    add(&counted->counts[bucket], 1);
    add(&counted->sum_us, (uint64_t)us);
}

/* What is sent for REPLY; 0: nothing yet. */
static int
status_of(const struct reply *reply)
{
    if (reply->wait.kind != WAIT_NONE)
        return 0;
    return reply->headers_cut ? 500 : reply->status;
}

void
metrics_request(struct metrics *m, size_t route, const struct reply *reply, int64_t us)
{
    if (!m || route >= m->count)
        return;
    struct route_metrics *counters = &m->routes[route];
    int status = status_of(reply);
    size_t i = 0;
    while (i < STATUSES - 1 && statuses[i].status != status)
        i++;
    add(&counters->statuses[i], 1);
    observe(&counters->durations, us);
}

void
metrics_fan_out(struct metrics *m, int64_t noticed_us, int64_t round_us)
{
    if (!m)
        return;
    observe(&m->noticed, noticed_us);
    observe(&m->round, round_us);
}

/* ---- reading ---- */

const char *
metrics_status(size_t status)
{
    return status < STATUSES ? statuses[status].name : NULL;
}

static uint64_t
get(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

uint64_t
metrics_count(const struct metrics *m, size_t route, size_t status)
{
    return get(&m->routes[route].statuses[status]);
}

static void
copy(const struct counted *counted, struct histogram *out)
{
    for (size_t i = 0; i <= METRICS_BOUNDS; i++)
        out->counts[i] = get(&counted->counts[i]);
    out->sum_us = get(&counted->sum_us);
}

void
metrics_durations(const struct metrics *m, size_t route, struct histogram *out)
{
    copy(&m->routes[route].durations, out);
}

void
metrics_fan_outs(const struct metrics *m, struct histogram *noticed,
                 struct histogram *round)
{
    copy(&m->noticed, noticed);
    copy(&m->round, round);
}
