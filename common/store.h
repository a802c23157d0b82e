/*
 * The store: all SQL of nthpi, over one SQLite database in WAL mode.
 *
 *   store.h        opening, snapshots, revision, what is published
 *   store_list.h   reading rows: pages, polls, the API
 *   store_ask.h    what visitors and the command line may change
 *   store_status.h what a site's watcher wants to know
 *   store_worker.h which process works on a row
 *   store_cost.h   what computations cost on this machine
 *   store_queue.h  what the daemon alone changes: leases, stages, publishing
 *   store_backup.h copies of the database, and what is removed for good
 *   store_check.h  is everything in it what it should be?
 *   store_statistics.h  counts of digits, and speeds, for pictures
 *
 * A struct store is one connection. It belongs to one thread at a time and is
 * never used across fork(). Every change is one transaction. It raises the revision
 * once and stamps it on the rows it changed, if rows, published digits, costs or
 * statistics change: leases, heartbeats, marks of damage and the index's progress raise
 * none. Nobody but the daemon that holds the checkpoint lock runs a checkpoint: in
 * SQLite before 3.51.3 two of them and a commit that begins the WAL anew can come in an
 * order in which commits are lost (https://www.sqlite.org/wal.html#walresetbug).
 */
#ifndef NTHPI_STORE_H
#define NTHPI_STORE_H

#include "computation.h"
#include "digits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct store;

/* From STORE_BUSY on the reason is logged, see store_message(). */
enum store_rc {
    STORE_OK = 0,
    STORE_NOT_FOUND,    /* no such row */
    STORE_FORBIDDEN,    /* not one who asked for it */
    STORE_CONFLICT,     /* the row's state does not allow it, or the lease is lost */
    STORE_FULL,         /* the queue is full */
    STORE_OWNER_FULL,   /* this asker has set off as many as he may */
    STORE_ADDRESS_FULL, /* from this address have come as many as may */
    STORE_BUSY,         /* the database stayed locked for the busy time-out */
    STORE_DISK,         /* no space, read-only, or the disk failed: may be over later */
    STORE_CORRUPT,      /* the file is no database, or damaged */
    STORE_ERROR,        /* anything else */
};

enum store_mode {
    STORE_DURABLE, /* synchronous=FULL: a commit survives a power cut */
    STORE_RELAXED, /* synchronous=NORMAL: for progress */
    STORE_READER,  /* query_only */
};

/* How old a tombstone must be to be removed, in rows kept. */
#define STORE_TOMBSTONES 10000

/* What one row keeps, however often it is cancelled and asked for again: its newest
 * events; and those who asked first, anybody after them is not recorded. */
#define STORE_EVENTS 200
#define STORE_ASKERS 1000

/* What a power cut or a restore may take back, the revision jumps over. */
#define STORE_REVISION_JUMP (INT64_C(1) << 32)

/*
 * Opens the database PATH (created with its schema when missing, migrated when
 * older than the program; STORE_READER does neither) with busy time-out,
 * foreign keys, defensive mode and without automatic checkpoints. *OUT is NULL
 * unless STORE_OK is returned; errors are logged with their reason (among them
 * a database of a newer schema than the program's). Close with store_close().
 */
enum store_rc store_open(struct store **out, const char *path, enum store_mode mode);

/* From now on S waits at most MS milliseconds (>= 0) for a lock before it returns
 * STORE_BUSY; after store_open() it is five seconds. For a caller with other things
 * to look after that tries again by itself. The opening thread's or its successor's,
 * as every call; no error is possible. */
void store_set_patience(struct store *s, int ms);

/* Connections of one process that write: one after the other, in the order in which
 * they came. Not all are to wait at once for a lock that lasts: at most MOST have their
 * full patience, the others a second. Readers never wait. Its members are store.c's and
 * store_crowd.c's. */
struct store_crowd {
    atomic_int waiting;
    int most;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* the queue has */
    struct store *first;  /* whose turn it is; NULL: nobody's */
};

/* Makes CROWD ready, without members, for MOST (>= 1) that have patience. End it with
 * store_crowd_destroy(), once all of its connections are closed. Both by one thread,
 * before others use CROWD and after. */
void store_crowd_init(struct store_crowd *crowd, int most);
void store_crowd_destroy(struct store_crowd *crowd);

/* S belongs to CROWD (which outlives it) from now on. Not in a transaction; by the
 * thread that uses S. */
void store_join(struct store *s, struct store_crowd *crowd);

/* Closes and frees; NULL is allowed. No checkpoint is made. */
void store_close(struct store *s);

/* The last error's text, valid until the next call on S. Never NULL. */
const char *store_message(const struct store *s);

/* "not found", "busy" …; static storage. */
const char *store_rc_name(enum store_rc rc);

/* Reads between these two see one state of the database. Not nested. */
enum store_rc store_begin_read(struct store *s);
void store_end_read(struct store *s);

/* The revision of the whole database, > 0, or 0 after an error (logged). */
int64_t store_revision(struct store *s);

/* The same as it is now; outside of store_begin_read(). As long as nothing was
 * committed it costs next to nothing. Never behind a commit that has returned, of any
 * process. */
int64_t store_look(struct store *s);

/* The oldest revision from which a delta can be made: tombstones before it
 * were removed. A client at an older revision starts anew. */
int64_t store_oldest_delta(struct store *s);

/* PRAGMA data_version: changes when another connection committed. Cheap, takes
 * no lock. May change without a visible change (checkpoint, heartbeat). */
int64_t store_data_version(struct store *s);

/* The longest known prefix of a radix. length 0: nothing is published. */
struct published {
    int radix;
    uint64_t length;
    char file[DIGITS_NAME_SIZE];
    char sha256[DIGITS_SHA256_SIZE];
    char verified[COMPUTATION_TEXT_SIZE];
    int64_t revision;
};

/* Fills *P for RADIX; STORE_OK with length 0 when nothing is published. */
enum store_rc store_published(struct store *s, int radix, struct published *p);

/* P, as store_published() told, was found damaged: leaves a mark that the daemon
 * looks after, which the caller tells it by the doorbell. STORE_CONFLICT: it is
 * marked already, or no longer published. Not within store_begin_read(). */
enum store_rc store_mark_damaged(struct store *s, const struct published *p);

/* *LENGTH: that of the file of RADIX that is marked as damaged, 0: none. */
enum store_rc store_damaged(struct store *s, int radix, uint64_t *length);

/* *AGE: seconds (>= 0) since the freshest heartbeat of any daemon. STORE_NOT_FOUND with
 * -1 there: none ever. After other errors it is as it was. */
enum store_rc store_heartbeat_age(struct store *s, double *age);

/* A daemon's name and its terminator. */
enum { DAEMON_NAME_SIZE = 33 };

/* Microseconds since 1970 UTC, the clock of every time in the database. */
int64_t store_now(void);

#endif
