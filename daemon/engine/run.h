/*
 * One run of an algorithm: how its code, in any thread, reports work and finds
 * out that it should stop, while the caller's callbacks are called only from
 * the thread that called engine_run().
 *
 * A run fails once: the first error stays, every thread sees it at its next
 * run_work() or run_going() and unwinds.
 */
#ifndef NTHPI_ENGINE_RUN_H
#define NTHPI_ENGINE_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"

struct run {
    const struct engine_job *job;      /* the caller's, lives longer than the run */
    struct engine_callbacks callbacks; /* a copy; all NULL when there are none */
    pthread_t caller;                  /* the thread that may use the callbacks */
    _Atomic int rc;                    /* enum engine_rc; ENGINE_OK while going */

    const char *phase;     /* the present phase and its share of the whole: */
    double from, to;       /* fractions of the whole at its start and end */
    double total;          /* units of work in it */
    _Atomic uint64_t done; /* units done so far */
    _Atomic uint64_t open; /* units begun by run_begin() and not ended */
    double reported;       /* the largest fraction reported */
    int64_t started;       /* when the run began, microseconds */
    int64_t polled;        /* when the callbacks were last asked, microseconds */
    int64_t saved;         /* when the last checkpoint was handed over, or the start */
    int64_t save_every;    /* least time between two of them, microseconds */
};

/* Starts RUN for JOB in the calling thread. CALLBACKS may be NULL. Nothing has
 * to be released afterwards. */
void run_init(struct run *run, const struct engine_job *job,
              const struct engine_callbacks *callbacks);

/*
 * Begins PHASE (static storage), which takes the run from the fraction FROM to
 * the fraction TO (0 .. 1) and consists of TOTAL units of work. Calls the
 * callbacks at once. Only in the caller's thread while no other thread of the
 * run is active. Returns run_going().
 */
bool run_phase(struct run *run, const char *phase, double from, double to,
               double total);

/*
 * Notes that UNITS (may be 0) more of the phase's work are done. In the caller's
 * thread this also reports progress and asks for cancellation, at most some
 * fifty times per second. Any thread. Returns run_going().
 */
bool run_work(struct run *run, uint64_t units);

/*
 * Says that a long piece of UNITS units begins, to be ended by run_end() with the
 * same number whatever comes of it. While it goes on, progress moves through these
 * units with the speed that the run has had so far. Any thread.
 */
void run_begin(struct run *run, uint64_t units);

/* Ends what run_begin() began: the units are done. Any thread. Returns
 * run_going(). */
bool run_end(struct run *run, uint64_t units);

/* False once the run has failed or was cancelled. Any thread. */
bool run_going(const struct run *run);

/* Makes RC the result of the run unless it has failed before. Any thread. */
void run_fail(struct run *run, enum engine_rc rc);

/*
 * Hands LENGTH digits of TEXT, the first of them at position FIRST, to the
 * caller, and asks for cancellation. Only in the caller's thread. Returns
 * run_going().
 */
bool run_deliver(struct run *run, uint64_t first, const char *text, size_t length);

/* Hands EVIDENCE to the caller. Only in the caller's thread. */
void run_evidence(struct run *run, const struct engine_evidence *evidence);

/* True when the caller wants checkpoints and it is time for one, so that preparing it
 * is worth it: some time after the one before, and when the run was cancelled. False in
 * any thread but the caller's. */
bool run_checkpoint_due(const struct run *run);

/* Hands the checkpoint of LENGTH bytes at STATE to the caller. Only in the caller's
 * thread. */
void run_checkpoint(struct run *run, const void *state, size_t length);

/* Ends the run: reports the fraction 1 if it went well. Only in the caller's
 * thread. Returns its result. */
enum engine_rc run_finish(struct run *run);

#endif
