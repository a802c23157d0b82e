/*
 * Progress, cancellation and delivery of one run.
 *
 * Progress: every thread adds the units it has done to an atomic counter; the
 * caller's thread turns the counter into a fraction of the phase, and the phase
 * into a fraction of the whole. What is reported never falls, also when a run
 * is repeated with more precision. One multiplication of long numbers may take
 * seconds. While such pieces are open, the fraction goes on growing as fast as it
 * has grown on average since the run began, but not beyond the point where all
 * open pieces are done.
 *
 * Callbacks may be slow (they write to a pipe), and run_work() is called after
 * pieces of work of very different sizes, so they are asked at most once in
 * POLL_US. Phases and deliveries always ask.
 */
#include "run.h"

#include <string.h>
#include <time.h>

/* Least time between two rounds of callbacks, in microseconds. */
#define POLL_US 20000

/* Least time between two checkpoints, unless the caller says otherwise. */
#define SAVE_US (ENGINE_CHECKPOINT_SECONDS * INT64_C(1000000))

static int64_t
now_us(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
run_init(struct run *run, const struct engine_job *job,
         const struct engine_callbacks *callbacks)
{
    memset(run, 0, sizeof *run);
    run->job = job;
    if (callbacks != NULL)
        run->callbacks = *callbacks;
    run->caller = pthread_self();
    atomic_init(&run->rc, ENGINE_OK);
    atomic_init(&run->done, 0);
    atomic_init(&run->open, 0);
    run->total = 1;
    run->started = now_us();
    run->save_every = run->callbacks.checkpoint_seconds > 0
                          ? (int64_t)(1e6 * run->callbacks.checkpoint_seconds)
                          : SAVE_US;
    run->saved = now_us();
}

bool
run_going(const struct run *run)
{
    return atomic_load_explicit(&run->rc, memory_order_relaxed) == ENGINE_OK;
}

void
run_fail(struct run *run, enum engine_rc rc)
{
    int expected = ENGINE_OK;

    atomic_compare_exchange_strong(&run->rc, &expected, (int)rc);
}

static void
ask_cancelled(struct run *run)
{
    if (run->callbacks.cancelled != NULL &&
        run->callbacks.cancelled(run->callbacks.ctx))
        run_fail(run, ENGINE_CANCELLED);
}

static void
report(struct run *run, double fraction)
{
    if (fraction > 1)
        fraction = 1;
    if (fraction < run->reported)
        fraction = run->reported;
    run->reported = fraction;
    if (run->callbacks.progress != NULL)
        run->callbacks.progress(run->callbacks.ctx, run->phase, fraction);
}

/* The fraction of the whole when UNITS units of the phase are done. */
static double
whole(const struct run *run, uint64_t units)
{
    double part = (double)units / run->total;

    return run->from + (run->to - run->from) * (part < 1 ? part : 1);
}

static void
poll_caller(struct run *run, int64_t now)
{
    uint64_t open = atomic_load_explicit(&run->open, memory_order_relaxed);
    uint64_t done = atomic_load_explicit(&run->done, memory_order_relaxed);
    double least = whole(run, done), most = whole(run, done + open);
    double elapsed = (double)(now - run->started);
    double fraction = least;

    if (open > 0 && elapsed > 0) {
        fraction = run->reported * (1 + (double)(now - run->polled) / elapsed);
        fraction = fraction < least ? least : fraction > most ? most : fraction;
    }
    run->polled = now;
    report(run, fraction);
    ask_cancelled(run);
}

bool
run_phase(struct run *run, const char *phase, double from, double to, double total)
{
    run->phase = phase;
    run->from = from;
    run->to = to;
    run->total = total > 0 ? total : 1;
    atomic_store(&run->done, 0);
    if (run_going(run))
        poll_caller(run, now_us());
    return run_going(run);
}

bool
run_work(struct run *run, uint64_t units)
{
    int64_t now;

    atomic_fetch_add_explicit(&run->done, units, memory_order_relaxed);
    if (run_going(run) && pthread_equal(pthread_self(), run->caller)) {
        now = now_us();
        if (now - run->polled >= POLL_US)
            poll_caller(run, now);
    }
    return run_going(run);
}

void
run_begin(struct run *run, uint64_t units)
{
    atomic_fetch_add_explicit(&run->open, units, memory_order_relaxed);
}

bool
run_end(struct run *run, uint64_t units)
{
    atomic_fetch_sub_explicit(&run->open, units, memory_order_relaxed);
    return run_work(run, units);
}

bool
run_deliver(struct run *run, uint64_t first, const char *text, size_t length)
{
    if (!run_going(run))
        return false;
    if (length > 0 && run->callbacks.digits != NULL &&
        run->callbacks.digits(run->callbacks.ctx, first, text, length) != 0)
        run_fail(run, ENGINE_CANCELLED);
    else
        ask_cancelled(run);
    return run_going(run);
}

void
run_evidence(struct run *run, const struct engine_evidence *evidence)
{
    if (run_going(run) && run->callbacks.evidence != NULL)
        run->callbacks.evidence(run->callbacks.ctx, evidence);
}

bool
run_checkpoint_due(const struct run *run)
{
    if (run->callbacks.checkpoint == NULL ||
        !pthread_equal(pthread_self(), run->caller))
        return false;
    if (!run_going(run))
        return atomic_load(&run->rc) == ENGINE_CANCELLED;
    return now_us() - run->saved >= run->save_every;
}

void
run_checkpoint(struct run *run, const void *state, size_t length)
{
    run->callbacks.checkpoint(run->callbacks.ctx, state, length);
    run->saved = now_us();
}

enum engine_rc
run_finish(struct run *run)
{
    if (run_going(run))
        report(run, 1);
    return (enum engine_rc)atomic_load(&run->rc);
}
