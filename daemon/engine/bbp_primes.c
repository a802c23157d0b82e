/*
 * Hexadecimal digits at n by primes: the threads, which take one unit after another,
 * and the checkpoints. What a unit is and why the sum of all is frac(2^N pi) is in
 * bbp.md; here nothing is calculated. The units of several positions are one list for
 * the threads: that keeps them all busy to the end even if each position has few.
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

/* The summation for one position. */
struct task {
    struct bbp_head head;
    struct bbp_unit *units;
    size_t count;
    struct bbp_state state;
};

/* What the threads share. */
struct crew {
    struct run *run;
    struct task task[BBP_MOST_PLACES];
    int tasks;
    size_t units;          /* of all tasks together */
    _Atomic size_t next;   /* the next unit that nobody has looked at */
    pthread_mutex_t mutex; /* for the states */
};

/* Hands a copy over: the caller may wait for its disk, and the others go on meanwhile.
 * Without memory there is no checkpoint this time. Only a run for a single position
 * has checkpoints. */
static void
save(struct crew *crew)
{
    struct bbp_state *state = &crew->task[0].state;
    void *copy;

    if (crew->tasks > 1 || !run_checkpoint_due(crew->run) ||
        (copy = malloc(state->length)) == NULL)
        return;
    pthread_mutex_lock(&crew->mutex);
    bbp_state_seal(state);
    memcpy(copy, state->words, state->length);
    pthread_mutex_unlock(&crew->mutex);
    run_checkpoint(crew->run, copy, state->length);
    free(copy);
}

static bool
is_done(struct crew *crew, const struct task *task, size_t unit)
{
    bool done;

    pthread_mutex_lock(&crew->mutex);
    done = bbp_state_done(&task->state, unit);
    pthread_mutex_unlock(&crew->mutex);
    return done;
}

/* What each thread does until no unit is left or the run has failed. */
static void *
work(void *arg)
{
    struct crew *crew = arg;
    struct run *run = crew->run;
    struct task *task;
    struct fixed sum;
    size_t i;

    while ((i = atomic_fetch_add(&crew->next, 1)) < crew->units && run_going(run)) {
        for (task = crew->task; i >= task->count; task++)
            i -= task->count;
        if (is_done(crew, task, i))
            continue;
        sum = (struct fixed){{0}};
        if (!bbp_sum_unit(&task->head, &task->units[i], &sum))
            run_fail(run, ENGINE_NO_MEMORY);
        if (!run_going(run))
            break;
        pthread_mutex_lock(&crew->mutex);
        bbp_state_add(&task->state, i, &sum);
        pthread_mutex_unlock(&crew->mutex);
        save(crew);
    }
    return NULL;
}

/* Runs WORK in all threads of the job. */
static void
work_together(struct crew *crew)
{
    struct run *run = crew->run;
    pthread_t thread[ENGINE_MAX_THREADS];
    int threads = run->job->threads, started, i;

    if ((size_t)threads > crew->units)
        threads = (int)crew->units;
    for (started = 1; started < threads; started++)
        if (pthread_create(&thread[started], NULL, work, crew) != 0) {
            run_fail(run, ENGINE_NO_THREAD);
            break;
        }
    work(crew);
    for (i = 1; i < started; i++)
        pthread_join(thread[i], NULL);
}

/* Makes TASK the one for POSITION. False when there is no memory. To be released with
 * close_task() in either case. */
static bool
open_task(struct task *task, struct run *run, uint64_t position,
          const struct bbp_pass *pass)
{
    task->head.run = run;
    task->head.kernel = pass->kernel != NULL ? pass->kernel : bbp_kernel_best();
    if (!bbp_head_open(&task->head, position, pass->series))
        return false;
    task->units = bbp_units(&task->head, &task->count);
    return task->units != NULL &&
           bbp_state_open(&task->state, &task->head, task->units, task->count);
}

static void
close_task(struct task *task)
{
    bbp_state_close(&task->state);
    free(task->units);
    bbp_head_close(&task->head);
}

/* Sums all units, but for those in the checkpoint that the run resumes. */
static void
sum_units(struct crew *crew, const struct bbp_pass *pass)
{
    struct run *run = crew->run;
    double total = 0, done = 0, from;
    struct task *task;
    size_t i;

    if (crew->tasks == 1)
        bbp_state_resume(&crew->task[0].state, run->callbacks.resume,
                         run->callbacks.resume_length);
    for (task = crew->task; task < crew->task + crew->tasks; task++) {
        crew->units += task->count;
        for (i = 0; i < task->count; i++) {
            total += (double)task->units[i].work;
            if (bbp_state_done(&task->state, i))
                done += (double)task->units[i].work;
        }
    }
    from = pass->from + (pass->to - pass->from) * done / total;
    if (run_phase(run, pass->phase, from, pass->to, total - done))
        work_together(crew);
    if (!run_going(run))
        save(crew); /* cancelled: what was summed since the last one, too */
}

/* The result of TASK, whose units are summed. */
static void
finish(const struct task *task, struct bbp_place *place)
{
    place->sum = bbp_state_sum(&task->state);
    bbp_sum_tail(&task->head, &place->sum);
    place->error = (struct fixed){{0}};
    fixed_add_scaled(&place->error, (__int128)(task->head.most[0] / 2 + 1000),
                     FIXED_BITS - BBP_ERROR_BITS);
}

void
bbp_windows(struct run *run, struct bbp_place *places, int count,
            const struct bbp_pass *pass)
{
    struct crew crew = {.run = run, .mutex = PTHREAD_MUTEX_INITIALIZER};
    bool ok = true;
    int i;

    atomic_init(&crew.next, 0);
    while (ok && crew.tasks < count) {
        ok = open_task(&crew.task[crew.tasks], run, places[crew.tasks].position, pass);
        crew.tasks++;
    }
    if (ok)
        sum_units(&crew, pass);
    else
        run_fail(run, ENGINE_NO_MEMORY);
    for (i = 0; i < crew.tasks; i++) {
        if (ok)
            finish(&crew.task[i], &places[i]);
        close_task(&crew.task[i]);
    }
}
