/*
 * Inside the store: the connection, its statements and transactions. Only
 * store*.c and their tests include this.
 *
 * Every SQL text stands in one table (store_sql.c), prepared at first use and
 * kept. A function that writes is
 *
 *     rc = store_begin(s);           BEGIN IMMEDIATE
 *     if (rc == STORE_OK)
 *         rc = store_end(s, work(s));   COMMIT, or ROLLBACK unless STORE_OK
 *
 * and work() calls store_stamp() once it knows that something visible changes.
 */
#ifndef NTHPI_STORE_INTERNAL_H
#define NTHPI_STORE_INTERNAL_H

#include "store.h"
#include "store_list.h"
#include "store_queue.h"

#include <sqlite3.h>

enum sql {
    SQL_BEGIN_READ,
    SQL_BEGIN_WRITE,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_DATA_VERSION,
    /* meta, published */
    SQL_META_GET,
    SQL_META_SET,
    SQL_META_ADD,
    SQL_META_DROP,
    SQL_HEARTBEAT_NEWEST,
    SQL_HEARTBEATS,
    SQL_COSTS,
    SQL_PUBLISHED_GET,
    SQL_PUBLISHED_SET,
    SQL_PUBLISHED_DROP,
    /* pictures */
    SQL_STATISTICS_GET,
    SQL_STATISTICS_HAS,
    SQL_STATISTICS_KEEP,
    SQL_SPEED,
    /* reading rows */
    SQL_GET,
    SQL_FIND,
    SQL_LIST_RUNNING,
    SQL_LIST_POSITION,
    SQL_LIST_OTHERS, /* these eight: + 1 radix, + 2 algorithm, + 4 status */
    SQL_LIST_OTHERS_R,
    SQL_LIST_OTHERS_A,
    SQL_LIST_OTHERS_RA,
    SQL_LIST_S,
    SQL_LIST_SR,
    SQL_LIST_SA,
    SQL_LIST_SRA,
    SQL_BY_POSITION,
    SQL_BY_TIME,
    SQL_BY_TIME_TIES,
    SQL_COMING,
    SQL_COUNTS,
    SQL_TALLY,
    SQL_TALLY_POSITION,
    SQL_QUEUE_OLDEST,
    SQL_CHANGED,
    SQL_REMOVED,
    SQL_LEFT,
    SQL_EVENTS,
    SQL_WORKER_GET,
    /* asking */
    SQL_STATE,
    SQL_STATE_OF_QUESTION,
    SQL_QUEUED,
    SQL_ADD,
    SQL_ADVANCE,
    SQL_RESTART,
    SQL_WANT,
    SQL_CANCEL,
    SQL_DELETE,
    SQL_BURY,
    SQL_EVENT_ADD,
    SQL_EVENT_TRIM,
    SQL_ASKER_JOIN,
    SQL_ASKER_LEAVE,
    SQL_ASKER_CLEAR,
    SQL_ASKER_IS,
    SQL_ASKER_OTHERS,
    SQL_CHARGED_OWNER,
    SQL_CHARGED_ADDRESS,
    SQL_CHARGE,
    /* the daemon */
    SQL_QUEUE_FRONT,
    SQL_PENDING_TURN,
    SQL_PENDING_SMALL,
    SQL_PENDING_SMALLEST,
    SQL_WAITS_GET,
    SQL_WAITS_SET,
    SQL_TAKE,
    SQL_ANSWER,
    SQL_PROGRESS_GET,
    SQL_PROGRESS_SET,
    SQL_RENEW,
    SQL_WORKER_SET,
    SQL_WORKER_FORGET,
    SQL_TOUCH,
    SQL_CALCULATED,
    SQL_SHA256_GET,
    SQL_STORED,
    SQL_FAILED,
    SQL_REQUEUE,
    SQL_RECOVERED,
    SQL_WISHES,
    SQL_LEASED,
    SQL_LEASE_MOVE,
    SQL_BOOT_LEASES,
    SQL_BOOT_DELAYS,
    SQL_PRUNE_ANY,
    SQL_PRUNE_BURY,
    SQL_PRUNE_ROWS,
    SQL_TOMBSTONES_LAST,
    SQL_TOMBSTONES_DROP,
    SQL_COUNT
};

/* The texts. Constant. */
extern const char *const store_sql[SQL_COUNT];

/* Of the header of SQLite's WAL-index, both copies: see store_look.c. */
enum { STORE_HEADER_WORDS = 24 };

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    int patience_ms;           /* see store_set_patience() */
    struct store_crowd *crowd; /* or NULL */
    struct store *behind;      /* in the crowd's queue, under its lock */
    bool in_turn;              /* it has the crowd's turn */
    int64_t stamp; /* the revision of the transaction under way, 0: none yet */
    char message[512];

    /* store_look.c: the shared memory of the WAL-index; what its header was when the
     * revision was LOOKED, or LOOKED is 0. */
    const volatile void *index;
    uint32_t header[STORE_HEADER_WORDS];
    int64_t looked;
};

/* A parameter of a statement. Texts must live until the statement has run. */
struct store_value {
    enum { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT } type;
    int64_t integer;
    double real;
    const char *text;
};

static inline struct store_value
value_int(int64_t integer)
{
    return (struct store_value){.type = VALUE_INT, .integer = integer};
}

static inline struct store_value
value_real(double real)
{
    return (struct store_value){.type = VALUE_REAL, .real = real};
}

/* A time span, a cost: NULL in the database when negative. */
static inline struct store_value
value_known(double real)
{
    return real >= 0 ? value_real(real) : (struct store_value){.type = VALUE_NULL};
}

/* NULL in the database when TEXT is NULL or "". */
static inline struct store_value
value_text(const char *text)
{
    if (text == NULL || text[0] == '\0')
        return (struct store_value){.type = VALUE_NULL};
    return (struct store_value){.type = VALUE_TEXT, .text = text};
}

/* The parameters ?1, ?2 … of a statement: an array and its length. */
#define VALUES(...)                                                                    \
    (const struct store_value[]){__VA_ARGS__},                                         \
        sizeof((const struct store_value[]){__VA_ARGS__}) / sizeof(struct store_value)
#define NO_VALUES NULL, 0

/* Records and logs what SQLITE's last error on S was, while DOING something;
 * STORE_BUSY, STORE_DISK, STORE_CORRUPT or STORE_ERROR. */
enum store_rc store_failure(struct store *s, const char *doing);

/* The statement WHICH with its parameters, ready to step. */
enum store_rc store_query(struct store *s, enum sql which,
                          const struct store_value *values, size_t n,
                          sqlite3_stmt **statement);

/* Next row: *ROW tells whether there is one; without one, and after an error,
 * the statement is reset. */
enum store_rc store_step(struct store *s, sqlite3_stmt *statement, bool *row);

/* The statement WHICH at its first row, to be read and reset; STORE_NOT_FOUND
 * without a row. */
enum store_rc store_first(struct store *s, enum sql which,
                          const struct store_value *values, size_t n,
                          sqlite3_stmt **statement);

/* Ends a statement before its last row. */
void store_reset(sqlite3_stmt *statement);

/* Runs a statement to its end. */
enum store_rc store_run(struct store *s, enum sql which,
                        const struct store_value *values, size_t n);

/* The first column of the first row; STORE_NOT_FOUND without a row (or NULL). */
enum store_rc store_integer(struct store *s, enum sql which,
                            const struct store_value *values, size_t n, int64_t *out);

enum store_rc store_begin(struct store *s);
enum store_rc store_end(struct store *s, enum store_rc rc);

/* store_crowd.c: waits at most MS milliseconds until it is the turn of S, one of a
 * crowd, to write. How many of them are left (>= 0), or -1: none, and it is not. Each
 * turn is ended by the thread that took it, before that takes another one. */
int store_take_turn(struct store *s, int ms);
void store_end_turn(struct store *s);

/* The revision of this write transaction, raised at the first call in it. */
enum store_rc store_stamp(struct store *s, int64_t *revision);

/* Begins a read unless one is under way; *BEGAN goes to store_leave_read(). */
enum store_rc store_enter_read(struct store *s, bool *began);
void store_leave_read(struct store *s, bool began);

/* Column I as text into TEXT of SIZE bytes, "" for NULL, cut between
 * characters. */
void store_column_text(sqlite3_stmt *statement, int i, char *text, size_t size);

/* The columns of a row, in this order, for store_read_row(). */
#define STORE_COLUMNS                                                                  \
    "id, radix, position, algorithm, stage, status, wanted, method, answered_by,"      \
    " digit, window, error, verified, progress, phase, eta_s, attempts, created_at,"   \
    " scheduled_at, taken_at, calculated_at, stored_at, cpu_s, wall_s, peak_kib,"      \
    " revision "

/* Fills *C from a row of STORE_COLUMNS, the unpublished window included. */
void store_read_row(sqlite3_stmt *statement, struct computation *c);

/* The same as everybody may see it: no digits before they are published. */
void store_read_visible(sqlite3_stmt *statement, struct computation *c);

/* What a change needs to know of a row. */
struct store_state {
    int64_t id;
    enum stage stage;
    enum status status;
    enum wanted wanted;
    bool leased;
    char lease[LEASE_SIZE];
};

/* The row that WHICH (SQL_STATE, SQL_STATE_OF_QUESTION) finds. */
enum store_rc store_state(struct store *s, enum sql which,
                          const struct store_value *values, size_t n,
                          struct store_state *state);

/* Steps that several subjects share; all within a write transaction. */
/* Adds an event; beyond STORE_EVENTS the row's oldest goes. */
enum store_rc store_event(struct store *s, int64_t id, const char *stage, int64_t at,
                          const char *detail);
/* Status cancelled, lease given up, with its event. */
enum store_rc store_set_cancelled(struct store *s, int64_t id);
/* The row ID if it is leased under TOKEN, else STORE_CONFLICT. */
enum store_rc store_held(struct store *s, int64_t id, const char *token,
                         struct store_state *state);
/* Ends a lease: the row does what is WANTED, "run" being back to the queue
 * (see store_requeue()). */
enum store_rc store_give_back(struct store *s, int64_t id, enum wanted wanted,
                              const char *why, bool count_attempt, unsigned delay_ms,
                              const struct store_cost *cost);
/* Status failed with its event; the row must be wanted run. */
enum store_rc store_set_failed(struct store *s, int64_t id, const char *message);
/* A new row, queued at the turn of OWNER (NULL: nobody in particular), its first event
 * with the detail WHY (may be NULL). */
enum store_rc store_add_row(struct store *s, int radix, uint64_t position,
                            enum algorithm algorithm, const char *owner,
                            const char *why, int64_t *id);
/* A row that has ended starts anew, at the turn of OWNER, with an event that says WHY
 * (both may be NULL). */
enum store_rc store_restart_row(struct store *s, const struct store_state *state,
                                const char *owner, const char *why);
/* LENGTH digits of RADIX that were published are to be computed again: by the row that
 * made them, or one that makes the same file, which says WHY. *ID: that row; 0: it
 * waits or runs already, or it is gone and LIMITS have become lower. */
enum store_rc store_make_again(struct store *s, const struct limits *limits, int radix,
                               uint64_t length, const char *why, int64_t *id);
/* Notes the wish WANTED for a leased row, for its daemon. */
enum store_rc store_set_wanted(struct store *s, int64_t id, enum wanted wanted);
/* INSTEAD (NULL: nothing) is published and no longer BROKEN, see store_mend(). */
enum store_rc store_replace_published(struct store *s, const struct published *broken,
                                      const struct published *instead);
/* store_list() in the orders that are not by age; within a read. */
enum store_rc store_list_sorted(struct store *s, const struct store_filter *filter,
                                const struct store_cursor *cursor,
                                struct computation *rows, size_t max, size_t *count,
                                struct store_cursor *next);
/* Removes the row, leaving a tombstone. */
enum store_rc store_set_removed(struct store *s, int64_t id);

#endif
