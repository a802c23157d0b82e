/*
 * Fork and join with one POSIX thread per fork.
 *
 * A run forks a few dozen times at most (once per thread and level), so a pool
 * of threads would save nothing.
 *
 * Waiting: the half that runs in the caller's thread is often done first. It
 * then joins with a timeout, over and over, and asks the callbacks in between,
 * so that progress moves and a cancellation reaches the other thread.
 */
#include "config.h"

#include "pair.h"

#include <errno.h>
#include <time.h>

#include "mul.h"

/* Time between two rounds of callbacks while waiting, in nanoseconds. */
#define WAIT_NS 20000000L

struct piece {
    struct run *run;
    pair_fn *fn;
    void *arg;
};

static void *
piece_main(void *arg)
{
    struct piece *piece = arg;

    piece->fn(piece->run, piece->arg);
    mul_thread_end();
    return NULL;
}

static void
join(struct run *run, pthread_t thread)
{
    struct timespec until;
    int err = ETIMEDOUT;

    if (!pthread_equal(pthread_self(), run->caller)) {
        pthread_join(thread, NULL);
        return;
    }
    while (err == ETIMEDOUT && clock_gettime(CLOCK_REALTIME, &until) == 0) {
        until.tv_nsec += WAIT_NS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        err = pthread_timedjoin_np(thread, NULL, &until);
        run_work(run, 0);
    }
    if (err != 0)
        pthread_join(thread, NULL);
}

void
pair_run(struct run *run, bool parallel, pair_fn *first, void *first_arg,
         pair_fn *second, void *second_arg)
{
    struct piece piece = {run, first, first_arg};
    pthread_t thread;

    if (!parallel) {
        first(run, first_arg);
        second(run, second_arg);
        return;
    }
    if (pthread_create(&thread, NULL, piece_main, &piece) != 0) {
        run_fail(run, ENGINE_NO_THREAD);
        return;
    }
    second(run, second_arg);
    join(run, thread);
}
