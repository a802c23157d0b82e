/*
 * Checking the database. Each promise is one SELECT that finds what breaks it and
 * puts it into words: no row, no problem. They read whole tables, which nothing else
 * in the store does, so they have their own list and are not kept prepared.
 */
#include "store_check.h"

#include "store_internal.h"

#include <inttypes.h>
#include <stdio.h>

/* A lease lasts an hour at most; a daemon takes back what expired within seconds. */
#define LEASE_MOST "3600000000"
#define LATE       "120000000"

struct promise {
    const char *what; /* for an error, and when there are too many */
    const char *sql;  /* ?1: now, ?2: CLOCK_BOOTTIME; both in microseconds */
};

static const struct promise promises[] = {
    {"counters",
     "SELECT format('the counter of %s rows says %d, there are %d', status, n, real)"
     " FROM (SELECT c.status, c.n, (SELECT count(*) FROM computation"
     " WHERE status = c.status) AS real FROM counter c) WHERE n <> real"},
    {"counters", "SELECT 'there is no counter of ' || status || ' rows' FROM"
                 " (SELECT DISTINCT status FROM computation"
                 " WHERE status NOT IN (SELECT status FROM counter))"},
    {"numbers of the filters",
     "SELECT format('the number of %s rows in radix %d by %s says %d, there are %d',"
     " status, radix, algorithm, n, real) FROM (SELECT t.*,"
     " (SELECT count(*) FROM computation WHERE status = t.status"
     " AND radix = t.radix AND algorithm = t.algorithm) AS real FROM tally t)"
     " WHERE n <> real"},
    {"numbers of the filters",
     "SELECT format('there is no number of %s rows in radix %d by %s',"
     " status, radix, algorithm) FROM"
     " (SELECT DISTINCT status, radix, algorithm FROM computation"
     " EXCEPT SELECT status, radix, algorithm FROM tally)"},
    {"stages",
     "SELECT format('row %d is %s in stage %s', id, status, stage) FROM computation"
     " WHERE NOT CASE status"
     " WHEN 'queued' THEN stage IN ('registered', 'scheduled')"
     " WHEN 'running' THEN stage IN ('taken', 'calculated')"
     " WHEN 'done' THEN stage = 'stored' ELSE stage <> 'stored' END"},
    {"digits of rows",
     "SELECT format('row %d is done without its digit or the window it begins', id)"
     " FROM computation WHERE status = 'done'"
     " AND (digit IS NULL OR window IS NULL OR digit <> substr(window, 1, 1))"},
    {"digits of rows",
     "SELECT format('row %d has digits that radix %d does not have', id, radix)"
     " FROM computation WHERE window GLOB"
     " CASE radix WHEN 10 THEN '*[^0-9]*' ELSE '*[^0-9a-f]*' END"},
    {"digits of rows",
     "SELECT format('row %d shows a digit and is %s', id, status) FROM computation"
     " WHERE digit IS NOT NULL AND status <> 'done'"},
    {"errors", "SELECT format('row %d failed without a reason', id) FROM computation"
               " WHERE status = 'failed' AND coalesce(error, '') = ''"},
    {"leases", "SELECT format('row %d is %s and has a lease', id, status)"
               " FROM computation WHERE lease IS NOT NULL"
               " AND status NOT IN ('queued', 'running')"},
    {"leases", "SELECT format('row %d is running without a lease', id)"
               " FROM computation WHERE lease IS NULL AND status = 'running'"},
    {"leases", "SELECT format('row %d is leased for longer than any lease lasts', id)"
               " FROM computation WHERE lease_until > ?2 + " LEASE_MOST
               " AND EXISTS (SELECT 1 FROM meta WHERE key = 'boot_id' AND value = ?3)"},
    {"leases",
     "SELECT format('the lease of row %d expired and nobody took it back', id)"
     " FROM computation WHERE lease_until < ?2 - " LATE
     " AND EXISTS (SELECT 1 FROM meta WHERE key = 'boot_id' AND value = ?3)"
     " AND EXISTS (SELECT 1 FROM meta WHERE key GLOB 'heartbeat:*'"
     " AND value > ?1 - " LATE ")"},
    {"times", "SELECT format('row %d was added in the future', id) FROM computation"
              " WHERE created_at > ?1 + 86400000000"},
    {"times", "SELECT format('row %d ended before it was added', id) FROM computation"
              " WHERE ended_at < created_at"},
    {"events", "SELECT format('row %d has no event', id) FROM computation c"
               " WHERE NOT EXISTS (SELECT 1 FROM event"
               " WHERE computation_id = c.id)"},
    {"events",
     "SELECT format('row %d is %s, and no event says so', id, status)"
     " FROM computation c WHERE status IN ('done', 'failed', 'cancelled')"
     " AND NOT EXISTS (SELECT 1 FROM event WHERE computation_id = c.id AND stage ="
     " CASE c.status WHEN 'done' THEN 'stored' ELSE c.status END)"},
    {"published", "SELECT format('what is published in radix %d has the name %s',"
                  " radix, file) FROM published"
                  " WHERE file <> format('pi-%d-%d.txt', radix, length)"},
    {"published", "SELECT format('%s is published without its digest', file)"
                  " FROM published WHERE length(sha256) <> 64"
                  " OR sha256 GLOB '*[^0-9a-f]*'"},
    {"charges", "SELECT format('row %d is %s and still counts for who asked for it',"
                " id, status) FROM computation WHERE ended_at IS NOT NULL"
                " AND id IN (SELECT computation_id FROM charge)"},
    {"tombstones", "SELECT format('row %d is there and has a tombstone', id)"
                   " FROM removed WHERE id IN (SELECT id FROM computation)"},
    {"revisions",
     "SELECT format('%s is of revision %d, the database of %d', what, r, now) FROM"
     " (SELECT 'row ' || id AS what, revision AS r FROM computation"
     "  UNION ALL SELECT 'the tombstone of row ' || id, revision FROM removed"
     "  UNION ALL SELECT 'what row ' || computation_id || ' left', revision"
     "  FROM departure"
     "  UNION ALL SELECT file, revision FROM published"
     "  UNION ALL SELECT 'the oldest change that is known', value FROM meta"
     "  WHERE key = 'oldest_delta'),"
     " (SELECT value AS now FROM meta WHERE key = 'revision') WHERE r > now"},
    {"revisions", "SELECT 'the database has no revision' WHERE NOT EXISTS"
                  " (SELECT 1 FROM meta WHERE key = 'revision' AND value > 0)"},
};

/* Whom to tell, and of what this machine's clocks say. */
struct check {
    struct store *s;
    store_found *found;
    void *ctx;
    char boot_id[64];
};

/* Tells the rows of a statement, the first column of each, but the word "ok". */
static enum store_rc
tell_rows(struct check *check, sqlite3_stmt *statement, const char *what)
{
    char text[512];
    int64_t count = 0;
    int code;

    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        store_column_text(statement, 0, text, sizeof text);
        if (sqlite3_stricmp(text, "ok") == 0)
            continue;
        if (++count <= STORE_CHECK_EACH)
            check->found(check->ctx, text);
    }
    if (count > STORE_CHECK_EACH) {
        snprintf(text, sizeof text, "%s: %" PRId64 " more like this", what,
                 count - STORE_CHECK_EACH);
        check->found(check->ctx, text);
    }
    return code == SQLITE_DONE ? STORE_OK : store_failure(check->s, what);
}

/* A database that is damaged may make any statement fail: that is a problem found. */
static enum store_rc
keep_promise(struct check *check, const struct promise *promise)
{
    sqlite3_stmt *statement = NULL;
    char text[640];
    enum store_rc rc;

    if (sqlite3_prepare_v2(check->s->db, promise->sql, -1, &statement, NULL) !=
        SQLITE_OK) {
        rc = store_failure(check->s, promise->what);
    } else {
        sqlite3_bind_int64(statement, 1, store_now());
        sqlite3_bind_int64(statement, 2, store_boottime());
        sqlite3_bind_text(statement, 3, check->boot_id, -1, SQLITE_STATIC);
        rc = tell_rows(check, statement, promise->what);
    }
    sqlite3_finalize(statement);
    if (rc != STORE_OK && rc != STORE_BUSY) {
        snprintf(text, sizeof text, "%s cannot be read: %s", promise->what,
                 check->s->message);
        check->found(check->ctx, text);
        rc = STORE_OK;
    }
    return rc;
}

static void
read_boot_id(char *boot_id, size_t size)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    size_t length = file == NULL ? 0 : fread(boot_id, 1, size - 1, file);

    while (length > 0 && boot_id[length - 1] == '\n')
        length--;
    boot_id[length] = '\0';
    if (file != NULL)
        fclose(file);
}

static enum store_rc
check_all(struct check *check, bool quick, int64_t *rows)
{
    const struct promise structure[] = {
        {"the structure",
         quick ? "SELECT 'structure: ' || quick_check FROM pragma_quick_check"
                 " WHERE quick_check <> 'ok'"
               : "SELECT 'structure: ' || integrity_check FROM pragma_integrity_check"
                 " WHERE integrity_check <> 'ok'"},
        {"foreign keys", "SELECT format('row %d of %s belongs to a row of %s that is"
                         " not there', rowid, \"table\", parent)"
                         " FROM pragma_foreign_key_check"},
    };
    sqlite3_stmt *statement = NULL;
    enum store_rc rc = STORE_OK;

    for (size_t i = 0; rc == STORE_OK && i < 2; i++)
        rc = keep_promise(check, &structure[i]);
    for (size_t i = 0; rc == STORE_OK && i < sizeof promises / sizeof promises[0]; i++)
        rc = keep_promise(check, &promises[i]);
    if (rc == STORE_OK && rows != NULL) {
        *rows = 0;
        if (sqlite3_prepare_v2(check->s->db, "SELECT count(*) FROM computation", -1,
                               &statement, NULL) == SQLITE_OK &&
            sqlite3_step(statement) == SQLITE_ROW)
            *rows = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
    }
    return rc;
}

enum store_rc
store_check(struct store *s, bool quick, store_found *found, void *ctx, int64_t *rows)
{
    struct check check = {.s = s, .found = found, .ctx = ctx};
    enum store_rc rc = store_begin_read(s);

    if (rc != STORE_OK)
        return rc;
    read_boot_id(check.boot_id, sizeof check.boot_id);
    rc = check_all(&check, quick, rows);
    store_end_read(s);
    return rc;
}
