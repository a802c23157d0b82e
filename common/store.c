/*
 * The store's connection: opening, statements, transactions, and what belongs
 * to the whole database.
 *
 * A statement lives as long as its connection and is reset as soon as its last
 * row was read, since an open read keeps a checkpoint from finishing. Errors
 * are recorded and logged where SQLite reports them; callers only pass the
 * result on.
 */
#include "store_internal.h"

#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The patience of those of a crowd beyond its `most`. */
enum { HASTE_MS = 1000 };

void
store_close(struct store *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(s->statements[i]);
    if (sqlite3_close(s->db) != SQLITE_OK)
        log_error("store: closing: %s", sqlite3_errmsg(s->db));
    free(s);
}

void
store_set_patience(struct store *s, int ms)
{
    s->patience_ms = ms;
    sqlite3_busy_timeout(s->db, ms);
}

const char *
store_message(const struct store *s)
{
    return s->message;
}

const char *
store_rc_name(enum store_rc rc)
{
    static const char *const names[] = {
        [STORE_OK] = "ok",
        [STORE_NOT_FOUND] = "not found",
        [STORE_FORBIDDEN] = "forbidden",
        [STORE_CONFLICT] = "conflict",
        [STORE_FULL] = "queue full",
        [STORE_OWNER_FULL] = "too many of one visitor",
        [STORE_ADDRESS_FULL] = "too many from one address",
        [STORE_BUSY] = "busy",
        [STORE_DISK] = "disk error",
        [STORE_CORRUPT] = "corrupt",
        [STORE_ERROR] = "error",
    };
    return names[rc];
}

int64_t
store_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What SQLite's primary result CODE means to callers. */
static enum store_rc
kind_of(int code)
{
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_BUSY;
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return STORE_DISK;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STORE_CORRUPT;
    default:
        return STORE_ERROR;
    }
}

enum store_rc
store_failure(struct store *s, const char *doing)
{
    enum store_rc rc = kind_of(sqlite3_errcode(s->db) & 0xff);

    snprintf(s->message, sizeof s->message, "%.80s: %s", doing, sqlite3_errmsg(s->db));
    if (rc == STORE_BUSY)
        log_warning("store: %s", s->message);
    else
        log_error("store: %s", s->message);
    return rc;
}

/* ---- statements ---- */

static int
bind_value(sqlite3_stmt *statement, int i, const struct store_value *value)
{
    switch (value->type) {
    case VALUE_INT:
        return sqlite3_bind_int64(statement, i, value->integer);
    case VALUE_REAL:
        return sqlite3_bind_double(statement, i, value->real);
    case VALUE_TEXT:
        return sqlite3_bind_text(statement, i, value->text, -1, SQLITE_STATIC);
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, i);
}

enum store_rc
store_query(struct store *s, enum sql which, const struct store_value *values, size_t n,
            sqlite3_stmt **statement)
{
    sqlite3_stmt **kept = &s->statements[which];

    if (*kept == NULL &&
        sqlite3_prepare_v3(s->db, store_sql[which], -1, SQLITE_PREPARE_PERSISTENT, kept,
                           NULL) != SQLITE_OK)
        return store_failure(s, store_sql[which]);
    for (size_t i = 0; i < n; i++)
        if (bind_value(*kept, (int)i + 1, &values[i]) != SQLITE_OK)
            return store_failure(s, store_sql[which]);
    *statement = *kept;
    return STORE_OK;
}

void
store_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

enum store_rc
store_step(struct store *s, sqlite3_stmt *statement, bool *row)
{
    int code = sqlite3_step(statement);
    enum store_rc rc = STORE_OK;

    *row = code == SQLITE_ROW;
    if (*row)
        return STORE_OK;
    if (code != SQLITE_DONE)
        rc = store_failure(s, sqlite3_sql(statement));
    store_reset(statement);
    return rc;
}

enum store_rc
store_run(struct store *s, enum sql which, const struct store_value *values, size_t n)
{
    sqlite3_stmt *statement;
    bool row = true;
    enum store_rc rc = store_query(s, which, values, n, &statement);

    while (rc == STORE_OK && row)
        rc = store_step(s, statement, &row);
    return rc;
}

enum store_rc
store_first(struct store *s, enum sql which, const struct store_value *values, size_t n,
            sqlite3_stmt **statement)
{
    bool row = false;
    enum store_rc rc = store_query(s, which, values, n, statement);

    if (rc == STORE_OK)
        rc = store_step(s, *statement, &row);
    return rc == STORE_OK && !row ? STORE_NOT_FOUND : rc;
}

enum store_rc
store_integer(struct store *s, enum sql which, const struct store_value *values,
              size_t n, int64_t *out)
{
    sqlite3_stmt *statement;
    bool row = true;
    enum store_rc rc = store_first(s, which, values, n, &statement);

    if (rc != STORE_OK)
        return rc;
    if (sqlite3_column_type(statement, 0) == SQLITE_NULL)
        rc = STORE_NOT_FOUND;
    else
        *out = sqlite3_column_int64(statement, 0);
    /* A statement that writes while it returns rows must be run to its end. */
    while (row) {
        enum store_rc ended = store_step(s, statement, &row);

        if (ended != STORE_OK)
            return ended;
    }
    return rc;
}

/* ---- transactions ---- */

/* store_begin() of one of a crowd. */
static enum store_rc
begin_in_turn(struct store *s)
{
    bool in_haste = atomic_fetch_add(&s->crowd->waiting, 1) >= s->crowd->most &&
                    s->patience_ms > HASTE_MS;
    int left = store_take_turn(s, in_haste ? HASTE_MS : s->patience_ms);
    enum store_rc rc = STORE_BUSY;

    if (left >= 0) {
        sqlite3_busy_timeout(s->db, left);
        rc = store_run(s, SQL_BEGIN_WRITE, NO_VALUES);
        sqlite3_busy_timeout(s->db, s->patience_ms);
        s->in_turn = rc == STORE_OK;
        if (!s->in_turn)
            store_end_turn(s);
    } else {
        snprintf(s->message, sizeof s->message, "others of this process write");
        log_warning("store: %s", s->message);
    }
    atomic_fetch_sub(&s->crowd->waiting, 1);
    return rc;
}

enum store_rc
store_begin(struct store *s)
{
    s->stamp = 0;
    /* In its own turn SQLite alone refuses it: nobody stands in a queue twice. */
    return s->crowd != NULL && !s->in_turn ? begin_in_turn(s)
                                           : store_run(s, SQL_BEGIN_WRITE, NO_VALUES);
}

enum store_rc
store_end(struct store *s, enum store_rc rc)
{
    if (rc == STORE_OK)
        rc = store_run(s, SQL_COMMIT, NO_VALUES);
    /* Some errors have rolled back already. */
    if (rc != STORE_OK && !sqlite3_get_autocommit(s->db)) {
        char message[sizeof s->message];

        memcpy(message, s->message, sizeof message);
        if (store_run(s, SQL_ROLLBACK, NO_VALUES) == STORE_OK)
            memcpy(s->message, message, sizeof message);
    }
    if (s->in_turn)
        store_end_turn(s);
    s->in_turn = false;
    s->stamp = 0;
    return rc;
}

enum store_rc
store_stamp(struct store *s, int64_t *revision)
{
    enum store_rc rc = STORE_OK;

    if (s->stamp == 0)
        rc = store_integer(s, SQL_META_ADD,
                           VALUES(value_text("revision"), value_int(1)), &s->stamp);
    *revision = s->stamp;
    return rc == STORE_NOT_FOUND ? STORE_ERROR : rc;
}

enum store_rc
store_begin_read(struct store *s)
{
    int64_t revision;
    enum store_rc rc = store_run(s, SQL_BEGIN_READ, NO_VALUES);

    if (rc != STORE_OK)
        return rc;
    /* The state that is seen is that of the first read, not of BEGIN. */
    rc = store_integer(s, SQL_META_GET, VALUES(value_text("revision")), &revision);
    return rc == STORE_OK ? STORE_OK : store_end(s, rc);
}

void
store_end_read(struct store *s)
{
    store_end(s, STORE_OK);
}

enum store_rc
store_enter_read(struct store *s, bool *began)
{
    *began = sqlite3_get_autocommit(s->db) != 0;
    return *began ? store_begin_read(s) : STORE_OK;
}

void
store_leave_read(struct store *s, bool began)
{
    if (began)
        store_end_read(s);
}

/* ---- the whole database ---- */

int64_t
store_revision(struct store *s)
{
    int64_t revision = 0;

    if (store_integer(s, SQL_META_GET, VALUES(value_text("revision")), &revision) !=
        STORE_OK)
        return 0;
    return revision;
}

int64_t
store_oldest_delta(struct store *s)
{
    int64_t revision = INT64_MAX;

    store_integer(s, SQL_META_GET, VALUES(value_text("oldest_delta")), &revision);
    return revision;
}

int64_t
store_data_version(struct store *s)
{
    int64_t version = 0;

    store_integer(s, SQL_DATA_VERSION, NO_VALUES, &version);
    return version;
}

enum store_rc
store_published(struct store *s, int radix, struct published *p)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc;

    memset(p, 0, sizeof *p);
    p->radix = radix;
    rc = store_query(s, SQL_PUBLISHED_GET, VALUES(value_int(radix)), &statement);
    if (rc == STORE_OK)
        rc = store_step(s, statement, &row);
    if (rc != STORE_OK || !row)
        return rc;
    p->length = (uint64_t)sqlite3_column_int64(statement, 0);
    store_column_text(statement, 1, p->file, sizeof p->file);
    store_column_text(statement, 2, p->sha256, sizeof p->sha256);
    store_column_text(statement, 3, p->verified, sizeof p->verified);
    p->revision = sqlite3_column_int64(statement, 4);
    store_reset(statement);
    return STORE_OK;
}

enum store_rc
store_heartbeat_age(struct store *s, double *age)
{
    int64_t at, now = store_now();
    enum store_rc rc = store_integer(s, SQL_HEARTBEAT_NEWEST, NO_VALUES, &at);

    if (rc == STORE_OK)
        *age = at < now ? (double)(now - at) / 1e6 : 0;
    else if (rc == STORE_NOT_FOUND)
        *age = -1;
    return rc;
}
