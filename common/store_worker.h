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

/* Notes that WORKER has begun with row ID, leased under TOKEN, in one commit with a new
 * revision of the row. Nothing is changed when the lease is lost. The daemon's. */
enum store_rc store_set_worker(struct store *s, int64_t id, const char *token,
                               const struct store_worker *worker);

/* The one that was noted for row ID's last attempt; STORE_NOT_FOUND (*WORKER
 * untouched): none. A row that is taken, or starts anew, has lost that of its attempt
 * before. */
enum store_rc store_get_worker(struct store *s, int64_t id,
                               struct store_worker *worker);

#endif
