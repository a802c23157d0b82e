/*
 * Opening the store: the file, the connection's settings, the schema.
 *
 * The file has its final permissions when it gets its name (shared_file.h), so
 * that programs of different users that share a group can both open it, and so
 * that SQLite's side files, which copy them, do too. No descriptor is open on
 * it meanwhile: closing one would drop the locks of another connection of this
 * process (POSIX locks belong to the process).
 *
 * Programs may start at the same time on a fresh database: the migration runs
 * in an immediate transaction and looks at the version again inside it.
 */
#include "store_internal.h"

#include "log.h"
#include "schema.h"
#include "shared_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_MS = 5000, WAL_SIZE_LIMIT = 16 << 20 };

/* Creates PATH, empty and for owner and group, unless it exists. */
static enum store_rc
create_file(const char *path)
{
    if (shared_file_make(path, 0660) == 0)
        return STORE_OK;
    log_error("store: creating %s: %s", path, strerror(errno));
    return STORE_ERROR;
}

static enum store_rc
exec(struct store *s, const char *sql)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_failure(s, sql);
    return STORE_OK;
}

/* The first value of SQL's first row as text. */
static enum store_rc
read_text(struct store *s, const char *sql, char *text, size_t size)
{
    sqlite3_stmt *statement = NULL;
    enum store_rc rc = STORE_OK;

    if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        rc = store_failure(s, sql);
    else
        store_column_text(statement, 0, text, size);
    sqlite3_finalize(statement);
    return rc;
}

/* Switching to WAL needs the file alone and does not wait for it by itself. */
static enum store_rc
set_wal(struct store *s)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    char journal[16];
    enum store_rc rc;
    int code;

    for (int waited = 0;; waited += 10) {
        code = sqlite3_exec(s->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if ((code & 0xff) != SQLITE_BUSY || waited >= BUSY_MS)
            break;
        nanosleep(&pause, NULL);
    }
    if (code != SQLITE_OK)
        return store_failure(s, "PRAGMA journal_mode=WAL");
    rc = read_text(s, "PRAGMA journal_mode", journal, sizeof journal);
    if (rc == STORE_OK && strcmp(journal, "wal") != 0) {
        log_error("store: this file system cannot hold a database in WAL mode");
        rc = STORE_ERROR;
    }
    return rc;
}

static enum store_rc
configure(struct store *s, enum store_mode mode)
{
    static const struct {
        int option, on;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
        {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_DQS_DML, 0},
    };
    char sql[64];
    enum store_rc rc;

    store_set_patience(s, BUSY_MS);
    sqlite3_wal_autocheckpoint(s->db, 0);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (sqlite3_db_config(s->db, settings[i].option, settings[i].on, NULL) !=
            SQLITE_OK)
            return store_failure(s, "configuring the connection");
    rc = exec(s, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;");
    if (rc == STORE_OK && mode != STORE_READER)
        rc = set_wal(s);
    snprintf(sql, sizeof sql, "PRAGMA journal_size_limit=%d", WAL_SIZE_LIMIT);
    if (rc == STORE_OK)
        rc = exec(s, sql);
    if (rc == STORE_OK)
        rc = exec(s, mode == STORE_RELAXED ? "PRAGMA synchronous=NORMAL"
                                           : "PRAGMA synchronous=FULL");
    if (rc == STORE_OK && mode == STORE_READER)
        rc = exec(s, "PRAGMA query_only=ON");
    return rc;
}

static enum store_rc
schema_of(struct store *s, int *version)
{
    char text[16];
    enum store_rc rc = read_text(s, "PRAGMA user_version", text, sizeof text);

    if (rc == STORE_OK)
        *version = (int)strtol(text, NULL, 10);
    return rc;
}

/* Runs the migrations that are missing; inside a write transaction. */
static enum store_rc
migrate(struct store *s)
{
    char text[64];
    int version;
    enum store_rc rc = schema_of(s, &version);

    for (; rc == STORE_OK && version < schema_version; version++) {
        snprintf(text, sizeof text, "migration %d", version + 1);
        if (sqlite3_exec(s->db, schema_migrations[version], NULL, NULL, NULL) !=
            SQLITE_OK)
            return store_failure(s, text);
        snprintf(text, sizeof text, "PRAGMA user_version=%d", version + 1);
        rc = exec(s, text);
        if (rc == STORE_OK)
            log_info("store: the schema is now version %d", version + 1);
    }
    return rc;
}

static enum store_rc
check_schema(struct store *s, const char *path, enum store_mode mode)
{
    int version;
    enum store_rc rc = schema_of(s, &version);

    if (rc == STORE_OK && version < schema_version && mode != STORE_READER) {
        rc = store_begin(s);
        if (rc == STORE_OK)
            rc = store_end(s, migrate(s));
        if (rc == STORE_OK)
            rc = schema_of(s, &version);
    }
    if (rc != STORE_OK || version == schema_version)
        return rc;
    log_error(version > schema_version
                  ? "store: %s has schema %d, this program knows only %d: install a "
                    "newer nthpi"
                  : "store: %s has schema %d, this program needs %d: start nthpid once "
                    "to migrate it",
              path, version, schema_version);
    return STORE_ERROR;
}

enum store_rc
store_open(struct store **out, const char *path, enum store_mode mode)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    struct store *s;
    enum store_rc rc = STORE_OK;

    *out = NULL;
    s = calloc(1, sizeof *s);
    if (s == NULL) {
        log_error("store: %s: no memory", path);
        return STORE_ERROR;
    }
    if (mode != STORE_READER)
        rc = create_file(path);
    if (rc == STORE_OK && sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
        rc = store_failure(s, path);
    if (rc == STORE_OK)
        rc = configure(s, mode);
    if (rc == STORE_OK)
        rc = check_schema(s, path, mode);
    if (rc == STORE_OK)
        *out = s;
    else
        store_close(s);
    return rc;
}
