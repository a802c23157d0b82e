/*
 * What the whole web program shares, and what each of its threads has. Handlers
 * get a struct context; nothing is global.
 */
#ifndef NTHPI_APP_H
#define NTHPI_APP_H

#include "common/conf.h"
#include "common/doorbell.h"
#include "common/store.h"
#include "fcgi/lang.h"

#include <stdatomic.h>

struct view;
struct cache;
struct metrics;
struct park;
struct digits_trust;
struct search_shelf;

enum { APP_KEY_SIZE = 32, APP_CACHE_SIZE = 8 << 20 };

/* Whether a daemon is there: of pulse.c alone. All zero at first. */
struct pulse {
    atomic_llong due_ms; /* the next look, by CLOCK_MONOTONIC */
    atomic_int state;
};

/* One per process; constant after start, so threads read it without locks.
 * (view, cache, metrics, park and pulse see to that for themselves.) */
struct app {
    const struct conf *conf;
    struct view *view;          /* compiled templates, replaced by a reload */
    struct cache *cache;        /* what was rendered, or NULL: nothing is kept */
    struct metrics *metrics;    /* what is counted, or NULL: nothing is */
    struct park *park;          /* connections and parked polls */
    struct digits_trust *trust; /* which digits were checked */
    struct search_shelf *shelf; /* their indexes, or NULL: opened each time */
    struct pulse pulse;
    struct doorbell *bell;      /* rung after every change we commit */
    char *db_path;
    int digits_fd, work_fd;               /* folders, for openat() */
    int state_lock;                       /* see common/state.h */
    unsigned char csrf_key[APP_KEY_SIZE]; /* derived from the state folder's key */
    unsigned char owner_key[APP_KEY_SIZE];
    unsigned char address_key[APP_KEY_SIZE];
    char build_id[17]; /* of page ETags: changes with the program and the key */
};

/* One per thread. */
struct context {
    struct app *app;
    struct store *store; /* this thread's own connection */
    /* Says that a disk or another process may hold this thread up from here on, so
     * that another takes requests meanwhile (park_pool.c). NULL: there is none. */
    void (*make_way)(struct context *ctx);
    /* The language of who is being answered: of the request, or of a parked poll. */
    enum lang lang;
    /* What is said to him of an absent daemon: pulse_state(), 0 while one is there. */
    int absent;
};

#endif
