/*
 * Workers in the database: a table of their own, so that the rows of lists are not
 * wider for what only one page shows.
 */
#include "store_worker.h"

#include "store_internal.h"

static enum store_rc
set_worker(struct store *s, int64_t id, const char *token,
           const struct store_worker *worker)
{
    struct store_state state;
    int64_t revision;
    enum store_rc rc = store_held(s, id, token, &state);

    if (rc == STORE_CONFLICT)
        return STORE_OK;
    if (rc == STORE_OK)
        rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_WORKER_SET,
                       VALUES(value_int(id), value_text(worker->daemon),
                              value_int(worker->pid), value_int(worker->threads)));
    if (rc == STORE_OK)
        rc = store_run(s, SQL_TOUCH, VALUES(value_int(id), value_int(revision)));
    return rc;
}

enum store_rc
store_set_worker(struct store *s, int64_t id, const char *token,
                 const struct store_worker *worker)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, set_worker(s, id, token, worker));
    return rc;
}

enum store_rc
store_get_worker(struct store *s, int64_t id, struct store_worker *worker)
{
    sqlite3_stmt *statement;
    enum store_rc rc =
        store_first(s, SQL_WORKER_GET, VALUES(value_int(id)), &statement);

    if (rc != STORE_OK)
        return rc;
    store_column_text(statement, 0, worker->daemon, sizeof worker->daemon);
    worker->pid = sqlite3_column_int64(statement, 1);
    worker->threads = sqlite3_column_int(statement, 2);
    store_reset(statement);
    return STORE_OK;
}
