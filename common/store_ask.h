/*
 * The store, what visitors and the command line may change: they add rows and
 * say what they wish. See store.h for connections and threads. Each function is
 * one durable transaction; the caller rings the doorbell after STORE_OK.
 */
#ifndef NTHPI_STORE_ASK_H
#define NTHPI_STORE_ASK_H

#include "store.h"

/* A visitor, as the database knows him: the keyed hash of his token in hex. */
enum { OWNER_SIZE = 65 };

struct store_asker {
    const char *owner; /* hash, or NULL: nobody who can be recognised */
    bool admin;        /* may change every row */

    /* What he may set off: so many rows that wait or run at the same time, he and all
     * who ask from where he does. 0: any number, and it is not noted who it was. */
    const char *address; /* keyed hash of where he asks from, or NULL: not known */
    unsigned owner_limit, address_limit;
};

enum store_added {
    ADDED_NEW,      /* a new row */
    ADDED_EXISTING, /* the row was there: queued, running or done */
    ADDED_AGAIN,    /* it had failed or was cancelled: queued again */
};

/*
 * Adds the question, or finds its row: the unique constraint is where racing
 * requests meet, so that each question has one row. The asker (unless owner is
 * NULL) joins those who asked for it; for a row that they gave up (cancelled, or
 * waiting to be cancelled or deleted) it takes their place, and what was waiting
 * to end is wanted again. Beyond STORE_ASKERS for a row nobody is recorded.
 * STORE_FULL when QUEUE_LIMIT rows wait already, STORE_OWNER_FULL and
 * STORE_ADDRESS_FULL when the asker's limits are reached (existing rows are found
 * nevertheless). The question must be valid (ask_check). *ID and *ADDED are set for
 * STORE_OK.
 *
 * A row that is new or queued again counts for who set it off, until it ends: also
 * when he withdraws and others still want it, and not for those who join him. So no
 * more rows can be open than their askers' limits allow, whatever they agree upon.
 */
enum store_rc store_add(struct store *s, int radix, uint64_t position,
                        enum algorithm algorithm, const struct store_asker *asker,
                        unsigned queue_limit, int64_t *id, enum store_added *added);

enum store_wish {
    WISH_DONE,      /* it is so now */
    WISH_NOTED,     /* the daemon will do it */
    WISH_WITHDRAWN, /* this asker left; others still want the row */
};

/*
 * Cancels a queued or running row, or withdraws this asker while others
 * remain. Administrators cancel for all. STORE_CONFLICT in any other status,
 * STORE_FORBIDDEN for one who did not ask, STORE_NOT_FOUND.
 */
enum store_rc store_cancel(struct store *s, int64_t id, const struct store_asker *asker,
                           enum store_wish *wish);

/* Queues a failed or cancelled row again, as new: times and attempts start
 * anew, events keep the history. Errors as store_cancel(), STORE_FULL and the asker's
 * limits. */
enum store_rc store_retry(struct store *s, int64_t id, const struct store_asker *asker,
                          unsigned queue_limit);

/* Whether ASKER may change the row at all: STORE_OK, or an error as of store_cancel().
 */
enum store_rc store_may_change(struct store *s, int64_t id,
                               const struct store_asker *asker);

/* Deletes a row in any status, or withdraws this asker while others remain. A
 * row that a daemon has leased is deleted by the daemon (WISH_NOTED). The id
 * becomes a tombstone for open pages. Errors as store_cancel(). */
enum store_rc store_delete(struct store *s, int64_t id, const struct store_asker *asker,
                           enum store_wish *wish);

#endif
