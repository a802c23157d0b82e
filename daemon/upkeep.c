/*
 * Timed tasks about the database as a whole: the heartbeat, the checkpoint of its log,
 * and old rows.
 *
 * Rows go by their age, and that is a matter of the wall clock. When somebody sets it
 * while the daemon runs, nobody knows which of its two times is wrong, so no row goes
 * before the daemon is started again by one who has looked at the clock.
 */
#include "daemon/daemon.h"

#include "daemon/lock.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { PRUNE_MAX = 500 };

#define WAL_LARGE (4 << 20)

/* A clock that is kept in step with others moves by less, a leap second included. */
#define CLOCK_SET_US INT64_C(600000000)

int64_t
upkeep_clock_offset(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 - store_boottime();
}

bool
upkeep_heartbeat(struct daemon *d)
{
    return store_heartbeat(d->relaxed, d->conf->name) == STORE_OK;
}

/* Whoever holds the checkpoint lock checkpoints; when its holder is gone, the
 * next one takes it. */
bool
upkeep_checkpoint(struct daemon *d)
{
    struct stat st;

    if (d->checkpoint_lock < 0) {
        d->checkpoint_lock = lock_take(d->conf, "checkpoint");
    }
    if (d->checkpoint_lock >= 0 && stat(d->wal_path, &st) == 0 &&
        st.st_size > WAL_LARGE) {
        return store_checkpoint(d->durable) == STORE_OK;
    }
    return true;
}

/* True when the wall clock was set since the daemon began. */
static bool
clock_was_set(struct daemon *d)
{
    if (!d->clock_set &&
        llabs(upkeep_clock_offset() - d->clock_offset) > CLOCK_SET_US) {
        d->clock_set = true;
        log_warning("the clock was set: old rows stay until the daemon is restarted");
    }
    return d->clock_set;
}

bool
upkeep_prune(struct daemon *d)
{
    size_t removed = 0;
    unsigned days = clock_was_set(d) ? 0 : d->conf->retention_days;
    enum store_rc rc = store_prune(d->durable, days, PRUNE_MAX, &removed);

    if (removed > 0) {
        log_info("%zu old row%s removed", removed, removed == 1 ? "" : "s");
        daemon_changed(d);
    }
    recover_saves(d);
    /* More may be left: the next lot in a second, not all at once. */
    return rc == STORE_OK && removed < PRUNE_MAX;
}
