/*
 * Rows of the store: between columns and struct computation, and the steps
 * that several subjects take with a row (events, cancelling, removing).
 */
#include "store_internal.h"

#include <string.h>

void
store_column_text(sqlite3_stmt *statement, int i, char *text, size_t size)
{
    const char *column = (const char *)sqlite3_column_text(statement, i);
    size_t length = column == NULL ? 0 : strlen(column);

    if (length >= size) {
        length = size - 1;
        /* Back to the first byte of a UTF-8 character. */
        while (length > 0 && ((unsigned char)column[length] & 0xc0) == 0x80)
            length--;
    }
    if (length > 0)
        memcpy(text, column, length);
    text[length] = '\0';
}

static double
column_known(sqlite3_stmt *statement, int i)
{
    return sqlite3_column_type(statement, i) == SQLITE_NULL
               ? -1
               : sqlite3_column_double(statement, i);
}

/* The schema's constraints allow no other words than these. */
static enum algorithm
column_algorithm(sqlite3_stmt *statement, int i)
{
    enum algorithm algorithm = ALGORITHM_AUTO;

    algorithm_parse((const char *)sqlite3_column_text(statement, i), &algorithm);
    return algorithm;
}

void
store_read_row(sqlite3_stmt *statement, struct computation *c)
{
    char digit[2];
    int i = 0;

    memset(c, 0, sizeof *c);
    c->id = sqlite3_column_int64(statement, i++);
    c->radix = sqlite3_column_int(statement, i++);
    c->position = (uint64_t)sqlite3_column_int64(statement, i++);
    c->algorithm = column_algorithm(statement, i++);
    stage_parse((const char *)sqlite3_column_text(statement, i++), &c->stage);
    status_parse((const char *)sqlite3_column_text(statement, i++), &c->status);
    wanted_parse((const char *)sqlite3_column_text(statement, i++), &c->wanted);
    c->method = column_algorithm(statement, i++);
    c->answered_by = sqlite3_column_int64(statement, i++);
    store_column_text(statement, i++, digit, sizeof digit);
    c->digit = digit[0];
    store_column_text(statement, i++, c->window, sizeof c->window);
    store_column_text(statement, i++, c->error, sizeof c->error);
    store_column_text(statement, i++, c->verified, sizeof c->verified);
    c->progress = sqlite3_column_double(statement, i++);
    store_column_text(statement, i++, c->phase, sizeof c->phase);
    c->eta_s = column_known(statement, i++);
    c->attempts = sqlite3_column_int(statement, i++);
    for (enum stage stage = STAGE_REGISTERED; stage < STAGE_COUNT; stage++)
        c->at[stage] = sqlite3_column_int64(statement, i++);
    c->cpu_s = column_known(statement, i++);
    c->wall_s = column_known(statement, i++);
    c->peak_kib = sqlite3_column_int64(statement, i++);
    c->revision = sqlite3_column_int64(statement, i++);
}

void
store_read_visible(sqlite3_stmt *statement, struct computation *c)
{
    store_read_row(statement, c);
    if (c->status != STATUS_DONE) {
        c->window[0] = '\0';
        c->digit = '\0';
    }
}

enum store_rc
store_state(struct store *s, enum sql which, const struct store_value *values, size_t n,
            struct store_state *state)
{
    sqlite3_stmt *statement;
    enum store_rc rc = store_first(s, which, values, n, &statement);

    if (rc != STORE_OK)
        return rc;
    state->id = sqlite3_column_int64(statement, 0);
    stage_parse((const char *)sqlite3_column_text(statement, 1), &state->stage);
    status_parse((const char *)sqlite3_column_text(statement, 2), &state->status);
    wanted_parse((const char *)sqlite3_column_text(statement, 3), &state->wanted);
    store_column_text(statement, 4, state->lease, sizeof state->lease);
    state->leased = state->lease[0] != '\0';
    store_reset(statement);
    return STORE_OK;
}

enum store_rc
store_event(struct store *s, int64_t id, const char *stage, int64_t at,
            const char *detail)
{
    enum store_rc rc = store_run(
        s, SQL_EVENT_ADD,
        VALUES(value_int(id), value_text(stage), value_int(at), value_text(detail)));

    if (rc == STORE_OK)
        rc = store_run(s, SQL_EVENT_TRIM,
                       VALUES(value_int(id), value_int(STORE_EVENTS)));
    return rc;
}

enum store_rc
store_set_cancelled(struct store *s, int64_t id)
{
    int64_t now = store_now(), revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_CANCEL,
                       VALUES(value_int(id), value_int(now), value_int(revision)));
    if (rc == STORE_OK)
        rc = store_event(s, id, "cancelled", now, NULL);
    return rc;
}

enum store_rc
store_set_failed(struct store *s, int64_t id, const char *message)
{
    int64_t now = store_now(), revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_FAILED,
                       VALUES(value_int(id), value_text(message), value_int(now),
                              value_int(revision)));
    if (rc == STORE_OK)
        rc = store_event(s, id, "failed", now, message);
    return rc;
}

enum store_rc
store_set_removed(struct store *s, int64_t id)
{
    int64_t revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_DELETE, VALUES(value_int(id)));
    if (rc == STORE_OK)
        rc = store_run(s, SQL_BURY, VALUES(value_int(id), value_int(revision)));
    return rc;
}
