/*
 * Connections of one process that write. SQLite's way of waiting for its lock is to
 * look again after pauses of up to a tenth of a second: among several that write one
 * after the other somebody may come too late every time, until the patience is over
 * and a visitor is refused, though nobody held the lock for more than a moment. So
 * those of one process stand in a queue, and only its first waits for SQLite: for
 * writers of other processes, who are few.
 */
#include "store_internal.h"

#include <time.h>

/* Later than NOW by MS milliseconds. */
static struct timespec
later(struct timespec now, int ms)
{
    now.tv_sec += ms / 1000;
    now.tv_nsec += ms % 1000 * 1000000L;
    if (now.tv_nsec >= 1000000000) {
        now.tv_nsec -= 1000000000;
        now.tv_sec++;
    }
    return now;
}

void
store_crowd_init(struct store_crowd *crowd, int most)
{
    pthread_condattr_t monotonic;

    atomic_init(&crowd->waiting, 0);
    crowd->most = most;
    crowd->first = NULL;
    pthread_mutex_init(&crowd->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&crowd->moved, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void
store_crowd_destroy(struct store_crowd *crowd)
{
    pthread_cond_destroy(&crowd->moved);
    pthread_mutex_destroy(&crowd->lock);
}

void
store_join(struct store *s, struct store_crowd *crowd)
{
    s->crowd = crowd;
}

/* Takes S out of the queue, wherever it stands. The queue's lock is held. */
static void
leave(struct store *s)
{
    struct store **place = &s->crowd->first;

    while (*place != s)
        place = &(*place)->behind;
    *place = s->behind;
    pthread_cond_broadcast(&s->crowd->moved);
}

int
store_take_turn(struct store *s, int ms)
{
    struct store_crowd *crowd = s->crowd;
    struct store **place = &crowd->first;
    struct timespec begun, now, end;
    int64_t left;
    int error = 0;

    clock_gettime(CLOCK_MONOTONIC, &begun);
    end = later(begun, ms);
    pthread_mutex_lock(&crowd->lock);
    while (*place != NULL)
        place = &(*place)->behind;
    *place = s;
    s->behind = NULL;
    while (crowd->first != s && error == 0)
        error = pthread_cond_timedwait(&crowd->moved, &crowd->lock, &end);
    if (crowd->first != s) {
        leave(s);
        ms = -1;
    }
    pthread_mutex_unlock(&crowd->lock);
    if (ms < 0)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    left = ms - ((now.tv_sec - begun.tv_sec) * INT64_C(1000) +
                 (now.tv_nsec - begun.tv_nsec) / 1000000);
    return left > 0 ? (int)left : 0;
}

void
store_end_turn(struct store *s)
{
    pthread_mutex_lock(&s->crowd->lock);
    leave(s);
    pthread_mutex_unlock(&s->crowd->lock);
}
