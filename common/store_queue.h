/*
 * The store, the daemon's side: leases, stages, publishing. See store.h for
 * connections and threads. From `scheduled` on the daemon alone writes a row's
 * state, and every update says WHERE lease = token: STORE_CONFLICT means that
 * the lease is lost (expired, taken by a successor, the row was deleted), and
 * the caller kills its worker and forgets the row.
 */
#ifndef NTHPI_STORE_QUEUE_H
#define NTHPI_STORE_QUEUE_H

#include "store.h"

enum { LEASE_SIZE = 33 };

/* Who leases, until when. */
struct store_lease {
    char token[LEASE_SIZE];       /* random, hex */
    char owner[DAEMON_NAME_SIZE]; /* the daemon's name */
    int64_t until;                /* CLOCK_BOOTTIME, microseconds */
};

/* What a worker's run cost; negative times: not known. The row's own cost becomes
 * the sum over its workers, and the largest of their peaks. */
struct store_cost {
    double cpu_s, wall_s;
    int64_t peak_kib;
};

/* CLOCK_BOOTTIME in microseconds: what leases expire by. */
int64_t store_boottime(void);

/*
 * Compares the machine's boot id (/proc/sys/kernel/random/boot_id, or BOOT_ID
 * when not NULL: for tests) with the database's. At a new boot all leases are
 * void and the revision jumps by STORE_REVISION_JUMP, because relaxed commits
 * may have been lost; no delta reaches back over the jump. The daemon calls it at
 * start, before store_recover().
 */
enum store_rc store_note_boot(struct store *s, const char *boot_id);

/* A row whose daemon was gone this often, one time after the other without its
 * work coming to an end, fails: the row itself may be what ends its daemons. */
#define STORE_RECOVERIES 100

/* What store_recover() asks the caller, inside its transaction. */
struct store_witness {
    /* Is the daemon called NAME dead? Asked once per name. NULL: no. */
    bool (*is_dead)(void *ctx, const char *name);
    /* Does the caller still work on row ID, leased under its own token? NULL: on
     * all of them. */
    bool (*has_job)(void *ctx, int64_t id);
    void *ctx;
};

/*
 * Takes back rows that nobody works on: those of dead daemons, which are OWNER's
 * under another token (the caller holds the lock of that name, so its predecessor
 * is dead) and those of names that WITNESS calls dead; those whose lease has
 * expired; and those under LEASE's own token that WITNESS has no job for (memory
 * ran out, say), so a daemon with one token may call this at any time. They go back
 * to the queue with their attempt given back (or are cancelled or deleted where
 * that is wanted), except rows in stage `calculated`: these are leased to
 * LEASE and returned in ROWS (up to MAX, their unpublished window included; what
 * does not fit is found by the next call), for the caller to store or requeue.
 * A dead daemon's row that was taken back STORE_RECOVERIES times fails instead.
 * *TAKEN_BACK (may be NULL) counts all rows found.
 */
enum store_rc store_recover(struct store *s, const struct store_lease *lease,
                            const struct store_witness *witness,
                            struct computation *rows, size_t max, size_t *count,
                            size_t *taken_back);

/* Up to MAX rows that wait for a daemon, into ROWS: by their turns (conf/schema/3.sql:
 * no visitor waits for all the rows of another), and after them, for the express slot,
 * those up to position 10,000 by their turns and those with the smallest positions; no
 * row twice. Does not lease. Rows wait out their back-off (not_before). */
enum store_rc store_pending(struct store *s, struct computation *rows, size_t max,
                            size_t *count);

/* What a row waits for, as its phase says it while it is queued. */
#define STORE_WAITS_MEMORY "waiting-for-memory"
#define STORE_WAITS_DISK   "waiting-for-disk"
#define STORE_WAITS_RETRY  "waiting-to-try-again" /* eta_s: the whole delay */

/* Queued row ID waits for PHASE, NULL: a slot. Commits nothing when that is what the
 * row says already; STORE_CONFLICT when it does not wait. */
enum store_rc store_waits(struct store *s, int64_t id, const char *phase);

/* Leases queued row ID and takes it in one commit: stages scheduled and taken,
 * status running, attempts + 1; the worker of an attempt before it is forgotten. METHOD
 * is the algorithm that will run. */
enum store_rc store_take(struct store *s, int64_t id, const struct store_lease *lease,
                         enum algorithm method);

/* Answers a queued row from published digits in one commit, all stages at
 * once. WINDOW: the digits from its position on. ANSWERED_BY: see struct
 * computation. */
enum store_rc store_answer(struct store *s, int64_t id, enum algorithm method,
                           const char *window, int64_t answered_by,
                           const char *verified);

/* Progress of several rows, in one commit (use a STORE_RELAXED connection).
 * Rows whose lease is lost are skipped and flagged. */
struct store_progress {
    int64_t id;
    const char *token;
    double fraction; /* 0 .. 1 */
    const char *phase;
    double eta_s;        /* negative: not known */
    double saved;        /* 0 .. 1: what its last checkpoint has */
    const char *resumed; /* an event says so, with this detail; NULL: none */
    bool lost;           /* result: the lease is lost */
};
enum store_rc store_progress(struct store *s, struct store_progress *p, size_t count);

/* Every lease of OWNER lasts until UNTIL (CLOCK_BOOTTIME, microseconds) from now on, in
 * one commit, whatever its token. Raises no revision. */
enum store_rc store_renew(struct store *s, const char *owner, int64_t until);

/* Stage calculated: the worker has the digits, WINDOW from the position on
 * (not shown before the row is stored). SHA256 is that of its digits file, or
 * "" when it made none, VERIFIED says what was checked, or ""; recovery needs both. */
enum store_rc store_calculated(struct store *s, int64_t id, const char *token,
                               const char *window, const char *sha256,
                               const char *verified, const struct store_cost *cost);

/* The digest given to store_calculated(), or "" . */
enum store_rc store_calculated_sha256(struct store *s, int64_t id,
                                      char sha256[DIGITS_SHA256_SIZE]);

/*
 * Stage stored, status done. When P is not NULL and longer than what is
 * published for its radix, PUBLISH(ctx) is called inside the transaction, which
 * excludes every other writer: it renames the files into place and returns
 * 0, or something else to give up (STORE_ERROR, nothing changed). The row in
 * `published` changes in the same transaction. *PUBLISHED (may be NULL) tells
 * whether it happened; *SUPERSEDED (may be NULL) is the length that was
 * published before, 0: none. A wish to cancel comes too late here; a row that is
 * wanted deleted goes, its digits stay. STORE_CONFLICT too when the row is not in
 * stage `calculated`.
 */
enum store_rc store_stored(struct store *s, int64_t id, const char *token,
                           const char *verified, const struct published *p,
                           int (*publish)(void *ctx), void *ctx, bool *published,
                           uint64_t *superseded);

/*
 * The file that BROKEN names (as store_published() told) is missing or not what
 * it should be: INSTEAD, a file of the same radix that is whole, takes its place
 * in `published`, or nothing is published in this radix (NULL). Also for a longer file
 * that was found whole, instead of a shorter one or of none (length 0). No row of
 * `computation` changes. STORE_CONFLICT when another file is published by now.
 */
enum store_rc store_mend(struct store *s, const struct published *broken,
                         const struct published *instead);

/*
 * The same for a file that was DAMAGED, with what follows in one commit: its mark
 * goes, and the row that made it starts anew; where that is gone, one that makes the
 * same file is added, if LIMITS allow it and no other row will bring as many digits.
 * *ID is that row, 0: none.
 */
enum store_rc store_take_back(struct store *s, const struct published *damaged,
                              const struct published *instead,
                              const struct limits *limits, int64_t *id);

/* The file that was marked turned out to be whole. */
enum store_rc store_clear_damaged(struct store *s, int radix);

/* Status failed with MESSAGE (one sentence, English); the stage stays. A row that
 * is wanted cancelled or deleted becomes so instead. */
enum store_rc store_failed(struct store *s, int64_t id, const char *token,
                           const char *message);

/* Back to the queue, lease given up, with an event that says WHY. The attempt
 * is kept when COUNT_ATTEMPT (and its recoveries are forgotten), else given back.
 * The row is not pending again before DELAY_MS milliseconds have passed (0: at once),
 * and says so. Its progress is that of its last checkpoint. COST may be NULL: not
 * known. A row that is wanted cancelled or deleted becomes so instead. */
enum store_rc store_requeue(struct store *s, int64_t id, const char *token,
                            const char *why, bool count_attempt, unsigned delay_ms,
                            const struct store_cost *cost);

/* The rows leased by OWNER that are wanted cancelled or deleted, up to MAX
 * (only id, wanted, status of ROWS matter). */
enum store_rc store_wishes(struct store *s, const char *owner, struct computation *rows,
                           size_t max, size_t *count);

/* Does what row ID's `wanted` says, after its worker is gone: cancelled, or
 * deleted with a tombstone; back to the queue when it is wanted run again. */
enum store_rc store_grant(struct store *s, int64_t id, const char *token);

/* This daemon lives: writes the time under its name. Raises no revision. */
enum store_rc store_heartbeat(struct store *s, const char *owner);

/* A checkpoint of the WAL; call it only while holding the checkpoint lock. */
enum store_rc store_checkpoint(struct store *s);

/* Housekeeping: removes final rows that ended more than DAYS days ago (0: none;
 * at most MAX rows a call) and tombstones beyond STORE_TOMBSTONES. *REMOVED
 * counts the rows. */
enum store_rc store_prune(struct store *s, unsigned days, size_t max, size_t *removed);

/*
 * Removes up to MAX rows with STATUS (negative: any final one) that ended before BEFORE
 * (microseconds since 1970), with a tombstone for each. *REMOVED counts them: fewer
 * than MAX, and there are no more.
 */
enum store_rc store_prune_ended(struct store *s, int64_t before, int status, size_t max,
                                size_t *removed);

/* How many rows that would remove into *COUNT. */
enum store_rc store_count_ended(struct store *s, int64_t before, int status,
                                int64_t *count);

#endif
