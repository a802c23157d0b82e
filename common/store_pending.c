/*
 * The store, rows that wait for a daemon: which come next, and what they wait for.
 *
 * A daemon looks at a bounded number of them. Half are those whose turn is next,
 * whatever they cost. The rest are for the express slot, which must not wait for any
 * number of large ones: small questions by their turns, so that a visitor with many
 * of them holds up nobody, and then the smallest that are left.
 */
#include "store_queue.h"

#include "store_internal.h"

/* Adds WHICH's rows to ROWS unless they are there. */
static enum store_rc
add_pending(struct store *s, enum sql which, size_t limit, struct computation *rows,
            size_t max, size_t *count)
{
    sqlite3_stmt *statement;
    size_t known = *count;
    bool row;
    enum store_rc rc = store_query(
        s, which, VALUES(value_int(store_boottime()), value_int((int64_t)limit)),
        &statement);

    while (rc == STORE_OK) {
        struct computation c;
        size_t i = 0;

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        if (*count == max) {
            store_reset(statement);
            break;
        }
        store_read_row(statement, &c);
        while (i < known && rows[i].id != c.id)
            i++;
        if (i == known)
            rows[(*count)++] = c;
    }
    return rc;
}

enum store_rc
store_pending(struct store *s, struct computation *rows, size_t max, size_t *count)
{
    size_t turns = (max + 1) / 2, small = max - max / 4;
    bool began;
    enum store_rc rc = store_enter_read(s, &began);

    *count = 0;
    if (rc != STORE_OK)
        return rc;
    rc = add_pending(s, SQL_PENDING_TURN, turns, rows, turns, count);
    if (rc == STORE_OK)
        rc = add_pending(s, SQL_PENDING_SMALL, small, rows, small, count);
    if (rc == STORE_OK)
        rc = add_pending(s, SQL_PENDING_SMALLEST, max, rows, max, count);
    store_leave_read(s, began);
    return rc;
}

static enum store_rc
set_waits(struct store *s, int64_t id, const char *phase)
{
    int64_t differs, revision;
    enum store_rc rc = store_integer(
        s, SQL_WAITS_GET, VALUES(value_int(id), value_text(phase)), &differs);

    if (rc == STORE_NOT_FOUND)
        return STORE_CONFLICT;
    if (rc != STORE_OK || !differs)
        return rc;
    rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_WAITS_SET,
                       VALUES(value_int(id), value_text(phase), value_int(revision)));
    return rc;
}

enum store_rc
store_waits(struct store *s, int64_t id, const char *phase)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, set_waits(s, id, phase));
    return rc;
}
