/*
 * The store, the state of a site at a glance.
 */
#include "store_status.h"

#include "store_internal.h"

/* Seconds since THEN; a clock that was set back makes nobody younger than 0. */
static double
age_of(int64_t then)
{
    int64_t age = store_now() - then;

    return age > 0 ? (double)age / 1e6 : 0;
}

enum store_rc
store_daemons(struct store *s, struct store_daemon *daemons, size_t max, size_t *count)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc =
        store_query(s, SQL_HEARTBEATS, VALUES(value_int((int64_t)max)), &statement);

    *count = 0;
    while (rc == STORE_OK) {
        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        store_column_text(statement, 0, daemons[*count].name,
                          sizeof daemons[*count].name);
        daemons[*count].heartbeat_age = age_of(sqlite3_column_int64(statement, 1));
        ++*count;
    }
    return rc;
}

enum store_rc
store_queue_age(struct store *s, double *age)
{
    int64_t oldest;
    enum store_rc rc = store_integer(s, SQL_QUEUE_OLDEST, NO_VALUES, &oldest);

    *age = rc == STORE_OK ? age_of(oldest) : 0;
    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
