/*
 * The store: which process works on a row, or did. See store.h for connections and
 * threads.
 */
#ifndef NTHPI_STORE_WORKER_H
#define NTHPI_STORE_WORKER_H

#include "store.h"

struct store_worker {
    char daemon[DAEMON_NAME_SIZE]; /* who started it */
    int64_t pid;                   /* its process id, on the daemon's machine */
    int threads;                   /* how many it may use */
};

/* Notes that WORKER has begun with row ID, leased under TOKEN; it takes the place of
 * the worker before it. Nothing is noted when the lease is lost. Raises no revision:
 * the row's next change brings it to who is looking. The daemon's. */
enum store_rc store_set_worker(struct store *s, int64_t id, const char *token,
                               const struct store_worker *worker);

/* The last one noted for row ID; STORE_NOT_FOUND (*WORKER untouched): none. */
enum store_rc store_get_worker(struct store *s, int64_t id,
                               struct store_worker *worker);

#endif
