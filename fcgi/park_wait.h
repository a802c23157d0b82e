/*
 * Parked polls: who waits for what, and until when. Waits that are equal form
 * a group, because one rendering answers them all. Functions lock for
 * themselves and may be called from any thread; a waiter that was taken out is
 * its caller's alone.
 */
#ifndef NTHPI_PARK_WAIT_H
#define NTHPI_PARK_WAIT_H

#include "fcgi/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct waits;
struct wait_group;

/* A place in the table; part of a connection. All zero: waits for nothing. */
struct waiter {
    struct wait_group *group;
    struct waiter *group_next, **group_link; /* in its group */
    struct waiter *slot_next, **slot_link;   /* among those that end with it */
    int64_t deadline_ms;
};

/* A table for at most MOST waiters. NULL: no memory. */
struct waits *waits_new(size_t most);

/* Frees the table; waiters still in it are forgotten, not touched. */
void waits_free(struct waits *w);

/*
 * Adds WAITER, which has nothing new at revision CHECKED and waits for at most
 * WAIT_S seconds (up to 60) from NOW_MS on. COMMIT(ctx) is called under the
 * table's lock once it is in: nobody can take it out before that returned.
 * WAITS_FULL: at its limit, or closed. WAITS_NEWS: added, and the notifier must
 * look at it now, because it has announced another revision than CHECKED.
 */
enum waits_rc { WAITS_ADDED, WAITS_NEWS, WAITS_FULL };
enum waits_rc waits_add(struct waits *w, struct waiter *waiter, const struct wait *wait,
                        int64_t checked, unsigned wait_s, int64_t now_ms,
                        void (*commit)(void *ctx), void *ctx);

/* Takes WAITER out. False: it was not in. */
bool waits_remove(struct waits *w, struct waiter *waiter);

/* Takes up to MAX waiters of WAIT out into OUT; returns how many. */
size_t waits_take(struct waits *w, const struct wait *wait, struct waiter **out,
                  size_t max);

/* Takes up to MAX waiters out whose time is over at NOW_MS, with what each was
 * waiting for; returns how many. */
size_t waits_take_expired(struct waits *w, int64_t now_ms, struct waiter **out,
                          struct wait *waits, size_t max);

/* Makes every waiter due at once, and lets no more in. */
void waits_end(struct waits *w);

/* Milliseconds from NOW_MS to the next deadline, or -1: nobody waits. */
int64_t waits_next(struct waits *w, int64_t now_ms);

/* How many wait. */
size_t waits_count(struct waits *w);

/*
 * For the notifier: announces REVISION, and the state ABSENT of the daemon (pulse.h),
 * and lists what of the table was not yet looked at there, or shows another state.
 * *LIST (malloc()ed, the caller frees it; NULL when empty) has the result's number of
 * waits. SIZE_MAX: no memory, nothing announced.
 */
size_t waits_announce(struct waits *w, int64_t revision, int absent,
                      struct wait **list);

/* For the notifier: nothing is new for WAIT at revision CHECKED. */
void waits_checked(struct waits *w, const struct wait *wait, int64_t checked);

#endif
