/*
 * Copies of the database, by SQLite's online backup (sqlite.org/backup.html). All
 * pages are copied in one step, in one read transaction: writers go on, since the
 * database is in WAL mode, and the copy is what they had committed when it began.
 */
#include "store_backup.h"

#include "log.h"
#include "reason.h"
#include "store_internal.h"
#include "store_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- copying ---- */

/* An empty file of mode 0600. */
static enum store_rc
make_empty(struct store *s, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || fchmod(fd, 0600) != 0) {
        snprintf(s->message, sizeof s->message, "%.300s: %s", path, strerror(errno));
        log_error("store: %s", s->message);
        if (fd >= 0)
            close(fd);
        return STORE_ERROR;
    }
    close(fd);
    return STORE_OK;
}

/* What went wrong with the copy DB, for S. */
static enum store_rc
copy_failure(struct store *s, sqlite3 *db, int code)
{
    snprintf(s->message, sizeof s->message, "copying the database: %s",
             db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db));
    log_error("store: %s", s->message);
    return (code & 0xff) == SQLITE_BUSY ? STORE_BUSY : STORE_ERROR;
}

/* Copies all pages to DB. SQLite's result code. */
static int
copy_pages(struct store *s, sqlite3 *db)
{
    sqlite3_backup *backup = sqlite3_backup_init(db, "main", s->db, "main");
    int code;

    if (backup == NULL)
        return sqlite3_errcode(db);
    do
        code = sqlite3_backup_step(backup, -1);
    while (code == SQLITE_OK);
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

enum store_rc
store_copy(struct store *s, const char *path)
{
    sqlite3 *db = NULL;
    enum store_rc rc = make_empty(s, path);
    int code;

    if (rc != STORE_OK)
        return rc;
    code =
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = copy_pages(s, db);
    /* The copy says of itself, as the original does, that it has a WAL. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        rc = copy_failure(s, db, code);
    sqlite3_close(db);
    return rc;
}

int
store_schema_of(const char *path)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    int version = -1;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "SELECT user_version FROM pragma_user_version, meta"
                           " WHERE key = 'revision'",
                           -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        log_error("store: %s is no database of nthpi: %s", path, sqlite3_errmsg(db));
    else
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return version;
}

/* ---- after a restore ---- */

/* The revision beyond both histories; no delta reaches back over it. */
static enum store_rc
jump(struct store *s, int64_t beyond)
{
    int64_t revision;
    enum store_rc rc =
        store_integer(s, SQL_META_GET, VALUES(value_text("revision")), &revision);

    if (rc != STORE_OK)
        return rc;
    revision = (revision > beyond ? revision : beyond) + STORE_REVISION_JUMP;
    rc =
        store_run(s, SQL_META_SET, VALUES(value_text("revision"), value_int(revision)));
    if (rc == STORE_OK)
        rc = store_run(s, SQL_META_SET,
                       VALUES(value_text("oldest_delta"), value_int(revision)));
    if (rc == STORE_OK)
        rc = store_run(s, SQL_BOOT_DELAYS, NO_VALUES);
    return rc;
}

static enum store_rc
give_all_back(struct store *s, size_t *count)
{
    sqlite3_stmt *statement;
    enum wanted wanted;
    enum store_rc rc;
    int64_t id;

    /* The first one that is leased, until none is. */
    while ((rc = store_first(s, SQL_LEASED, NO_VALUES, &statement)) == STORE_OK) {
        id = sqlite3_column_int64(statement, 0);
        wanted_parse((const char *)sqlite3_column_text(statement, 2), &wanted);
        store_reset(statement);
        rc = store_give_back(s, id, wanted, reason_text(REASON_RESTORED), false, 0,
                             NULL);
        if (rc != STORE_OK)
            return rc;
        ++*count;
    }
    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}

static enum store_rc
forget_digits(struct store *s, int radix, const struct limits *limits, size_t *count)
{
    struct published p;
    int64_t id = 0;
    enum store_rc rc = store_published(s, radix, &p);

    if (rc != STORE_OK || p.length == 0)
        return rc;
    rc = store_run(s, SQL_PUBLISHED_DROP, VALUES(value_int(radix)));
    if (rc == STORE_OK)
        rc = store_make_again(s, limits, radix, p.length,
                              reason_text(REASON_NOT_IN_BACKUP), &id);
    *count += id > 0;
    return rc;
}

static enum store_rc
restored(struct store *s, int64_t beyond, const bool lost[2],
         const struct limits *limits, struct store_restored *what)
{
    enum store_rc rc = jump(s, beyond);

    if (rc == STORE_OK)
        rc = store_stamp(s, &what->revision);
    if (rc == STORE_OK)
        rc = give_all_back(s, &what->given_back);
    for (int i = 0; rc == STORE_OK && i < 2; i++)
        if (lost[i])
            rc = forget_digits(s, i == 0 ? 10 : 16, limits, &what->asked_again);
    return rc;
}

enum store_rc
store_restored(struct store *s, int64_t beyond, const bool lost[2],
               const struct limits *limits, struct store_restored *what)
{
    enum store_rc rc = store_begin(s);

    *what = (struct store_restored){.revision = 0};
    if (rc == STORE_OK)
        rc = store_end(s, restored(s, beyond, lost, limits, what));
    return rc;
}

enum store_rc
store_close_whole(struct store *s)
{
    enum store_rc rc = STORE_OK;

    /* Leaving the WAL mode moves all of it, and wants no statement to be under way. */
    if (sqlite3_exec(s->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) !=
        SQLITE_OK)
        rc = store_failure(s, "PRAGMA journal_mode=DELETE");
    store_close(s);
    return rc;
}
