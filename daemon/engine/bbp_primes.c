/*
 * Hexadecimal digits at n by primes: the threads, which take one unit after another,
 * and the checkpoints. What a unit is and why the sum of all is frac(2^N pi) is in
 * bbp.md; here nothing is calculated.
 *
 * Error: each modulus gives one fraction, off by less than 2^-BBP_ERROR_BITS; they are
 * odd and at most M, so fewer than M / 2 + 1. The tail has fewer than 1000 terms, each
 * cut to 192 bits, and what it leaves out is smaller still. A checkpoint holds such
 * fractions, too, wherever they were computed, so resuming changes nothing.
 */
#include "algorithms.h"
#include "bbp_state.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What the threads share. */
struct crew {
    const struct bbp_head *head;
    const struct bbp_unit *units;
    size_t count;
    _Atomic size_t next;   /* the next unit that nobody has looked at */
    pthread_mutex_t mutex; /* for the state */
    struct bbp_state state;
};

/* Hands a copy over: the caller may wait for its disk, and the others go on meanwhile.
 * Without memory there is no checkpoint this time. */
static void
save(struct crew *crew)
{
    struct run *run = crew->head->run;
    void *copy;

    if (!run_checkpoint_due(run) || (copy = malloc(crew->state.length)) == NULL)
        return;
    pthread_mutex_lock(&crew->mutex);
    bbp_state_seal(&crew->state);
    memcpy(copy, crew->state.words, crew->state.length);
    pthread_mutex_unlock(&crew->mutex);
    run_checkpoint(run, copy, crew->state.length);
    free(copy);
}

static bool
is_done(struct crew *crew, size_t unit)
{
    bool done;

    pthread_mutex_lock(&crew->mutex);
    done = bbp_state_done(&crew->state, unit);
    pthread_mutex_unlock(&crew->mutex);
    return done;
}

/* What each thread does until no unit is left or the run has failed. */
static void *
work(void *arg)
{
    struct crew *crew = arg;
    struct run *run = crew->head->run;
    struct fixed sum;
    size_t i;

    while ((i = atomic_fetch_add(&crew->next, 1)) < crew->count && run_going(run)) {
        if (is_done(crew, i))
            continue;
        sum = (struct fixed){{0}};
        if (!bbp_sum_unit(crew->head, &crew->units[i], &sum))
            run_fail(run, ENGINE_NO_MEMORY);
        if (!run_going(run))
            break;
        pthread_mutex_lock(&crew->mutex);
        bbp_state_add(&crew->state, i, &sum);
        pthread_mutex_unlock(&crew->mutex);
        save(crew);
    }
    return NULL;
}

/* Runs WORK in all threads of the job. */
static void
work_together(struct crew *crew)
{
    struct run *run = crew->head->run;
    pthread_t thread[ENGINE_MAX_THREADS];
    int threads = run->job->threads, started, i;

    if ((size_t)threads > crew->count)
        threads = (int)crew->count;
    for (started = 1; started < threads; started++)
        if (pthread_create(&thread[started], NULL, work, crew) != 0) {
            run_fail(run, ENGINE_NO_THREAD);
            break;
        }
    work(crew);
    for (i = 1; i < started; i++)
        pthread_join(thread[i], NULL);
}

/* The sum of all units, also those in the checkpoint that the run resumes. */
static void
sum_units(struct crew *crew, const struct bbp_pass *pass)
{
    struct run *run = crew->head->run;
    double total = 0, done = 0, from;
    size_t i;

    bbp_state_resume(&crew->state, run->callbacks.resume, run->callbacks.resume_length);
    for (i = 0; i < crew->count; i++) {
        total += (double)crew->units[i].work;
        if (bbp_state_done(&crew->state, i))
            done += (double)crew->units[i].work;
    }
    from = pass->from + (pass->to - pass->from) * done / total;
    if (run_phase(run, pass->phase, from, pass->to, total - done))
        work_together(crew);
    if (!run_going(run))
        save(crew); /* cancelled: what was summed since the last one, too */
}

void
bbp_window(struct run *run, uint64_t position, const struct bbp_pass *pass,
           struct fixed *sum, struct fixed *error)
{
    struct bbp_head head = {
        .run = run,
        .kernel = pass->kernel != NULL ? pass->kernel : bbp_kernel_best(),
    };
    struct crew crew = {.head = &head, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct bbp_unit *units = NULL;

    atomic_init(&crew.next, 0);
    if (bbp_head_open(&head, position, pass->series))
        crew.units = units = bbp_units(&head, &crew.count);
    if (units != NULL && bbp_state_open(&crew.state, &head, units, crew.count)) {
        sum_units(&crew, pass);
        *sum = bbp_state_sum(&crew.state);
        bbp_sum_tail(&head, sum);
        *error = (struct fixed){{0}};
        fixed_add_scaled(error, (__int128)(head.most[0] / 2 + 1000),
                         FIXED_BITS - BBP_ERROR_BITS);
    } else {
        run_fail(run, ENGINE_NO_MEMORY);
    }
    bbp_state_close(&crew.state);
    free(units);
    bbp_head_close(&head);
}
