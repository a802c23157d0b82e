/*
 * The store, housekeeping: old rows and old tombstones go. See store_queue.h.
 */
#include "store_queue.h"

#include "store_internal.h"

static const char *
name_of(int status)
{
    return status < 0 ? NULL : status_name((enum status)status);
}

/* Removes up to MAX rows with STATUS (negative: any final one) that ended before
 * BEFORE, with a tombstone for each. The revision stays when none is so old. */
static enum store_rc
prune_rows(struct store *s, int64_t before, int status, size_t max, size_t *removed)
{
    int64_t any, revision;
    enum store_rc rc = store_integer(s, SQL_PRUNE_ANY, VALUES(value_int(before)), &any);

    if (rc != STORE_OK)
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_PRUNE_BURY,
                       VALUES(value_int(before), value_int((int64_t)max),
                              value_int(revision), value_text(name_of(status))));
    if (rc == STORE_OK)
        *removed = (size_t)sqlite3_changes64(s->db);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_PRUNE_ROWS, VALUES(value_int(revision)));
    return rc;
}

enum store_rc
store_prune_ended(struct store *s, int64_t before, int status, size_t max,
                  size_t *removed)
{
    size_t found = 0;
    enum store_rc rc = store_begin(s);

    *removed = 0;
    if (rc == STORE_OK)
        rc = store_end(s, prune_rows(s, before, status, max, &found));
    if (rc == STORE_OK)
        *removed = found;
    return rc;
}

/* (Reads as many rows as it counts, so it is none of the statements that are kept.) */
enum store_rc
store_count_ended(struct store *s, int64_t before, int status, int64_t *count)
{
    static const char sql[] =
        "SELECT count(*) FROM computation INDEXED BY computation_ended"
        " WHERE ended_at < ?1 AND (?2 IS NULL OR status = ?2)";
    sqlite3_stmt *statement = NULL;
    enum store_rc rc = STORE_OK;

    if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 1, before) != SQLITE_OK ||
        sqlite3_bind_text(statement, 2, name_of(status), -1, SQLITE_STATIC) !=
            SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        rc = store_failure(s, sql);
    else
        *count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return rc;
}

static enum store_rc
prune_tombstones(struct store *s)
{
    int64_t last;
    enum store_rc rc = store_integer(s, SQL_TOMBSTONES_LAST,
                                     VALUES(value_int(STORE_TOMBSTONES)), &last);

    if (rc != STORE_OK)
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    rc = store_run(s, SQL_TOMBSTONES_DROP, VALUES(value_int(last)));
    if (rc == STORE_OK && last > store_oldest_delta(s))
        rc = store_run(s, SQL_META_SET,
                       VALUES(value_text("oldest_delta"), value_int(last)));
    return rc;
}

enum store_rc
store_prune(struct store *s, unsigned days, size_t max, size_t *removed)
{
    size_t found = 0;
    enum store_rc rc = store_begin(s);

    *removed = 0;
    if (rc != STORE_OK)
        return rc;
    if (days > 0)
        rc = prune_rows(s, store_now() - (int64_t)days * 86400 * 1000000, -1, max,
                        &found);
    if (rc == STORE_OK)
        rc = prune_tombstones(s);
    rc = store_end(s, rc);
    if (rc == STORE_OK)
        *removed = found;
    return rc;
}
