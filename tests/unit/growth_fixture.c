/*
 * See growth_fixture.h.
 *
 * A million rows are made in seconds: without a journal, and with the indexes and
 * triggers made after the rows.
 */
#include "growth_fixture.h"

#include "cmocka_all.h"
#include "common/schema.h"
#include "common/store.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 64 };

static void
exec(sqlite3 *db, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    assert_non_null(sql);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_free(sql);
}

/* Takes the indexes and triggers away, returns their number; SQL, to be freed, makes
 * them again. */
static size_t
drop_parts(sqlite3 *db, char *sql[PARTS_MAX])
{
    sqlite3_stmt *statement;
    char *drop[PARTS_MAX];
    size_t count = 0;

    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT 'DROP ' || type || ' ' || name, sql"
                           " FROM sqlite_schema WHERE type IN ('index', 'trigger')"
                           " AND sql IS NOT NULL",
                           -1, &statement, NULL),
        SQLITE_OK);
    for (; sqlite3_step(statement) == SQLITE_ROW; count++) {
        assert_true(count < PARTS_MAX);
        drop[count] = strdup((const char *)sqlite3_column_text(statement, 0));
        sql[count] = strdup((const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    for (size_t i = 0; i < count; i++) {
        exec(db, "%s", drop[i]);
        free(drop[i]);
    }
    return count;
}

/*
 * The rows FIRST to LAST. Most are done, every seventh or so failed. Each radix, each
 * algorithm and both of these statuses have rows in plenty, yet hardly any has
 * radix 16 with spigot or bbp, none failed in radix 16 or with chudnovsky: a list
 * that looks for such rows one by one goes through all.
 */
static void
add_rows(sqlite3 *db, int first, int last)
{
    exec(db,
         "WITH RECURSIVE n (i) AS"
         " (VALUES (%d) UNION ALL SELECT i + 1 FROM n WHERE i < %d),"
         "seen AS (SELECT i, i * 1000000 + 1700000000000000 AS at,"
         " CASE WHEN i > %d THEN 'queued' WHEN i > %d THEN 'running'"
         "  WHEN %d - i IN (20, 25, 30) OR %d - i IN (20, 25, 30) THEN 'cancelled'"
         "  WHEN i %% 7 = 0 AND i %% 3 > 0 THEN 'failed' ELSE 'done' END AS status"
         " FROM n),"
         "kind AS (SELECT *, status = 'done' AS done, status = 'running' AS running,"
         " status = 'cancelled' AS rare, status = 'failed' AS failed FROM seen)"
         "INSERT INTO computation (id, radix, position, algorithm, stage, status,"
         " method, digit, window, error, verified, progress, lease, lease_owner,"
         " lease_until, created_at, scheduled_at, taken_at, calculated_at, stored_at,"
         " ended_at, cpu_s, wall_s, peak_kib, revision) "
         "SELECT i, iif(rare OR i %% 3 = 0, 16, 10), i,"
         " CASE WHEN rare THEN 'bbp' WHEN i %% 3 = 0"
         "  THEN iif(i %% 2, 'auto', 'chudnovsky')"
         "  WHEN i %% 4 = 0 THEN 'auto' WHEN i %% 4 = 1 THEN 'spigot'"
         "  WHEN i %% 4 = 2 AND NOT failed THEN 'chudnovsky' ELSE 'bbp' END,"
         " iif(done, 'stored', iif(running OR failed, 'taken', 'registered')), status,"
         " iif(done OR running OR failed, 'chudnovsky', NULL), iif(done, '3', NULL),"
         " iif(done, '3141592653589793', NULL), iif(failed, 'memory', NULL),"
         " iif(done, 'by bbp at its last digits', NULL), done,"
         " iif(running, 'a lease', NULL), iif(running, 'other', NULL),"
         " iif(running, 1 << 62, NULL), at, iif(done, at, NULL), iif(done, at, NULL),"
         " iif(done, at, NULL), iif(done, at, NULL), iif(done OR failed OR rare, at,"
         " NULL), iif(done, 1.5, NULL), iif(done, 2.5, NULL), iif(done, 4096, NULL), i"
         " FROM kind",
         first, last, GROWTH_ROWS - GROWTH_QUEUED,
         GROWTH_ROWS - GROWTH_QUEUED - GROWTH_RUNNING, GROWTH_ROWS, GROWTH_DEEP);
}

/* What hangs on the rows. */
static void
add_rest(sqlite3 *db)
{
    exec(db, "INSERT INTO event (computation_id, stage, at)"
             " SELECT id, 'registered', created_at FROM computation ORDER BY id");
    exec(db, "INSERT INTO asker SELECT id, 'somebody' FROM computation ORDER BY id");
    exec(db, "INSERT INTO departure SELECT id, 'queued', revision FROM computation"
             " WHERE status <> 'queued' ORDER BY id");
    exec(db,
         "WITH RECURSIVE n (i) AS"
         " (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
         "INSERT INTO removed SELECT -i, i FROM n",
         STORE_TOMBSTONES + 5);
    exec(db, "UPDATE counter SET n = (SELECT count(*) FROM computation"
             " WHERE status = counter.status)");
    exec(db, "INSERT INTO tally SELECT status, radix, algorithm, count(*)"
             " FROM computation GROUP BY status, radix, algorithm");
    exec(db, "UPDATE meta SET value = %d WHERE key = 'revision'", GROWTH_ROWS);
}

void
growth_make(const char *path, bool large)
{
    sqlite3 *db;
    char *parts[PARTS_MAX];

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
             "PRAGMA cache_size = -100000; BEGIN");
    for (int i = 0; i < schema_version; i++)
        exec(db, "%s", schema_migrations[i]);
    exec(db, "PRAGMA user_version = %d", schema_version);
    exec(db, "PRAGMA ignore_check_constraints = %d", large); /* the small one's hold */
    size_t count = drop_parts(db, parts);
    if (large) {
        add_rows(db, 1, GROWTH_ROWS);
    } else {
        add_rows(db, GROWTH_DEEP - GROWTH_SHOWN + 1, GROWTH_DEEP);
        add_rows(db, GROWTH_ROWS - GROWTH_SHOWN + 1, GROWTH_ROWS);
    }
    for (size_t i = 0; i < count; i++) {
        exec(db, "%s", parts[i]);
        free(parts[i]);
    }
    add_rest(db);
    exec(db, "COMMIT");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
