/*
 * The store, what changed after a revision: what a long poll answers with.
 *
 * Rows and tombstones carry the revision of the transaction that made them.
 * An answer that is too long is cut between two revisions, so that a client
 * that asks again from the revision it was given sees every transaction whole.
 */
#include "store_list.h"

#include "store_internal.h"

/* Reads the rows changed after SINCE; *LAST is lowered to the last revision
 * that is there whole. */
static enum store_rc
changed_rows(struct store *s, int64_t since, struct computation *rows, size_t max,
             size_t *count, int64_t *last)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc =
        store_query(s, SQL_CHANGED,
                    VALUES(value_int(since), value_int((int64_t)max + 1)), &statement);

    *count = 0;
    while (rc == STORE_OK) {
        struct computation c;

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        store_read_visible(statement, &c);
        if (*count == max) {
            *last = c.revision - 1;
            store_reset(statement);
            break;
        }
        rows[(*count)++] = c;
    }
    while (*count > 0 && rows[*count - 1].revision > *last)
        --*count;
    return rc;
}

/* The same for tombstones up to revision *LAST. */
static enum store_rc
removed_ids(struct store *s, int64_t since, int64_t *removed, size_t max, size_t *count,
            int64_t *last)
{
    sqlite3_stmt *statement;
    bool row;
    int64_t revision = 0;
    size_t whole = 0; /* how many belong to revisions before REVISION */
    enum store_rc rc = store_query(
        s, SQL_REMOVED,
        VALUES(value_int(since), value_int((int64_t)max + 1), value_int(*last)),
        &statement);

    *count = 0;
    while (rc == STORE_OK) {
        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        if (sqlite3_column_int64(statement, 1) != revision) {
            revision = sqlite3_column_int64(statement, 1);
            whole = *count;
        }
        if (*count == max) {
            *last = revision - 1;
            *count = whole;
            store_reset(statement);
            break;
        }
        removed[(*count)++] = sqlite3_column_int64(statement, 0);
    }
    return rc;
}

enum store_rc
store_changes(struct store *s, int64_t since, struct computation *rows, size_t max,
              size_t *count, int64_t *removed, size_t *nremoved,
              struct store_delta *delta)
{
    int64_t revision = store_revision(s), last = revision;
    int64_t oldest = store_oldest_delta(s);
    enum store_rc rc;

    *count = *nremoved = 0;
    if (revision == 0 || oldest == INT64_MAX)
        return STORE_ERROR;
    *delta = (struct store_delta){.revision = revision};
    if (since < oldest || since > revision) {
        delta->reset = true;
        return STORE_OK;
    }
    rc = changed_rows(s, since, rows, max, count, &last);
    if (rc == STORE_OK && last > since)
        rc = removed_ids(s, since, removed, max, nremoved, &last);
    if (rc != STORE_OK)
        return rc;
    if (last <= since && last < revision) {
        /* One transaction alone is longer than MAX. */
        *count = *nremoved = 0;
        delta->reset = true;
        return STORE_OK;
    }
    while (*count > 0 && rows[*count - 1].revision > last)
        --*count;
    delta->revision = last;
    delta->more = last < revision;
    return STORE_OK;
}

bool
store_left(struct store *s, int64_t id, enum status status, int64_t since)
{
    int64_t revision = 0;
    enum store_rc rc = store_integer(
        s, SQL_LEFT, VALUES(value_int(id), value_text(status_name(status))), &revision);

    return rc != STORE_NOT_FOUND && (rc != STORE_OK || revision > since);
}
