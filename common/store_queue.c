/*
 * The store, the daemon's side: taking rows, their progress, and how they end.
 * Leases and their recovery are in store_lease.c, storing and publishing in
 * store_publish.c.
 *
 * Every change of a leased row begins with store_held(): the row must still carry
 * the caller's token. Within the write transaction nobody else can change it, so
 * the updates that follow name the row only.
 */
#include "store_queue.h"

#include "store_internal.h"

#include <string.h>

enum store_rc
store_held(struct store *s, int64_t id, const char *token, struct store_state *state)
{
    enum store_rc rc = store_state(s, SQL_STATE, VALUES(value_int(id)), state);

    if (rc == STORE_NOT_FOUND)
        return STORE_CONFLICT;
    if (rc == STORE_OK && (!state->leased || strcmp(state->lease, token) != 0))
        return STORE_CONFLICT;
    return rc;
}

/* ---- taking ---- */

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
    size_t oldest = (max + 1) / 2;
    bool began;
    enum store_rc rc = store_enter_read(s, &began);

    *count = 0;
    if (rc != STORE_OK)
        return rc;
    rc = add_pending(s, SQL_PENDING_OLDEST, oldest, rows, oldest, count);
    if (rc == STORE_OK)
        rc = add_pending(s, SQL_PENDING_SMALLEST, max, rows, max, count);
    store_leave_read(s, began);
    return rc;
}

/* The row ID if it waits for a daemon. */
static enum store_rc
waiting(struct store *s, int64_t id)
{
    struct store_state state;
    enum store_rc rc = store_state(s, SQL_STATE, VALUES(value_int(id)), &state);

    if (rc == STORE_OK && (state.status != STATUS_QUEUED || state.leased))
        rc = STORE_CONFLICT;
    return rc;
}

static enum store_rc
take(struct store *s, int64_t id, const struct store_lease *lease,
     enum algorithm method)
{
    int64_t now = store_now(), revision;
    enum store_rc rc = waiting(s, id);

    if (rc == STORE_OK)
        rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_TAKE,
                       VALUES(value_int(id), value_text(algorithm_name(method)),
                              value_text(lease->token), value_text(lease->owner),
                              value_int(lease->until), value_int(now),
                              value_int(revision)));
    if (rc == STORE_OK)
        rc = store_event(s, id, stage_name(STAGE_SCHEDULED), now, lease->owner);
    if (rc == STORE_OK)
        rc = store_event(s, id, stage_name(STAGE_TAKEN), now, algorithm_name(method));
    return rc;
}

enum store_rc
store_take(struct store *s, int64_t id, const struct store_lease *lease,
           enum algorithm method)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, take(s, id, lease, method));
    return rc;
}

static enum store_rc
answer(struct store *s, int64_t id, enum algorithm method, const char *window,
       int64_t answered_by, const char *verified)
{
    int64_t now = store_now(), revision;
    enum store_rc rc = waiting(s, id);

    if (rc == STORE_OK)
        rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(
            s, SQL_ANSWER,
            VALUES(value_int(id),
                   value_text(method == ALGORITHM_AUTO ? NULL : algorithm_name(method)),
                   value_text(window),
                   answered_by > 0 ? value_int(answered_by) : value_text(NULL),
                   value_text(verified), value_int(now), value_int(revision)));
    for (enum stage stage = STAGE_SCHEDULED; rc == STORE_OK && stage < STAGE_COUNT;
         stage++)
        rc = store_event(s, id, stage_name(stage), now,
                         stage == STAGE_STORED ? "from digits known already" : NULL);
    return rc;
}

enum store_rc
store_answer(struct store *s, int64_t id, enum algorithm method, const char *window,
             int64_t answered_by, const char *verified)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, answer(s, id, method, window, answered_by, verified));
    return rc;
}

/* ---- while it runs ---- */

static enum store_rc
set_progress(struct store *s, struct store_progress *p)
{
    double fraction = p->fraction < 0 ? 0 : p->fraction > 1 ? 1 : p->fraction;
    int64_t differs, revision;
    enum store_rc rc = store_integer(s, SQL_PROGRESS_GET,
                                     VALUES(value_int(p->id), value_text(p->token),
                                            value_real(fraction), value_text(p->phase),
                                            value_known(p->eta_s)),
                                     &differs);

    p->lost = rc == STORE_NOT_FOUND;
    if (p->lost)
        return STORE_OK;
    if (rc == STORE_OK && differs) {
        rc = store_stamp(s, &revision);
        if (rc == STORE_OK)
            rc = store_run(s, SQL_PROGRESS_SET,
                           VALUES(value_int(p->id), value_real(fraction),
                                  value_text(p->phase), value_known(p->eta_s),
                                  value_int(revision)));
    }
    return rc;
}

enum store_rc
store_progress(struct store *s, struct store_progress *p, size_t count)
{
    enum store_rc rc;

    if (count == 0)
        return STORE_OK;
    rc = store_begin(s);
    if (rc != STORE_OK)
        return rc;
    for (size_t i = 0; rc == STORE_OK && i < count; i++)
        rc = set_progress(s, &p[i]);
    return store_end(s, rc);
}

static enum store_rc
calculated(struct store *s, int64_t id, const char *token, const char *window,
           const char *sha256, const char *verified, const struct store_cost *cost)
{
    struct store_state state;
    int64_t now = store_now(), revision;
    enum store_rc rc = store_held(s, id, token, &state);

    if (rc == STORE_OK && state.stage != STAGE_TAKEN)
        rc = STORE_CONFLICT;
    if (rc == STORE_OK)
        rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_CALCULATED,
                       VALUES(value_int(id), value_text(window), value_text(sha256),
                              value_text(verified), value_known(cost->cpu_s),
                              value_known(cost->wall_s), value_int(cost->peak_kib),
                              value_int(now), value_int(revision)));
    if (rc == STORE_OK)
        rc = store_event(s, id, stage_name(STAGE_CALCULATED), now, NULL);
    return rc;
}

enum store_rc
store_calculated(struct store *s, int64_t id, const char *token, const char *window,
                 const char *sha256, const char *verified,
                 const struct store_cost *cost)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, calculated(s, id, token, window, sha256, verified, cost));
    return rc;
}

enum store_rc
store_calculated_sha256(struct store *s, int64_t id, char sha256[DIGITS_SHA256_SIZE])
{
    sqlite3_stmt *statement;
    bool row = false;
    enum store_rc rc =
        store_query(s, SQL_SHA256_GET, VALUES(value_int(id)), &statement);

    if (rc == STORE_OK)
        rc = store_step(s, statement, &row);
    if (rc != STORE_OK)
        return rc;
    if (!row)
        return STORE_NOT_FOUND;
    store_column_text(statement, 0, sha256, DIGITS_SHA256_SIZE);
    store_reset(statement);
    return STORE_OK;
}

/* ---- how it ends ---- */

enum store_rc
store_give_back(struct store *s, int64_t id, enum wanted wanted, const char *why,
                bool count_attempt, int64_t not_before)
{
    int64_t revision;
    enum store_rc rc;

    if (wanted == WANTED_DELETE)
        return store_set_removed(s, id);
    if (wanted == WANTED_CANCEL)
        return store_set_cancelled(s, id);
    rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_REQUEUE,
                       VALUES(value_int(id), value_int(count_attempt ? 0 : 1),
                              value_int(not_before), value_int(revision)));
    if (rc == STORE_OK)
        rc = store_event(s, id, "requeued", store_now(), why);
    return rc;
}

static enum store_rc
requeue(struct store *s, int64_t id, const char *token, const char *why,
        bool count_attempt, int64_t not_before)
{
    struct store_state state;
    enum store_rc rc = store_held(s, id, token, &state);

    if (rc == STORE_OK)
        rc = store_give_back(s, id, state.wanted, why, count_attempt, not_before);
    return rc;
}

enum store_rc
store_requeue(struct store *s, int64_t id, const char *token, const char *why,
              bool count_attempt, unsigned delay_s)
{
    int64_t not_before =
        delay_s == 0 ? 0 : store_boottime() + (int64_t)delay_s * 1000000;
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, requeue(s, id, token, why, count_attempt, not_before));
    return rc;
}

static enum store_rc
failed(struct store *s, int64_t id, const char *token, const char *message)
{
    struct store_state state;
    enum store_rc rc = store_held(s, id, token, &state);

    if (rc != STORE_OK)
        return rc;
    if (state.wanted != WANTED_RUN)
        return store_give_back(s, id, state.wanted, NULL, true, 0);
    return store_set_failed(s, id, message);
}

enum store_rc
store_failed(struct store *s, int64_t id, const char *token, const char *message)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, failed(s, id, token, message));
    return rc;
}

enum store_rc
store_wishes(struct store *s, const char *owner, struct computation *rows, size_t max,
             size_t *count)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc = store_query(
        s, SQL_WISHES, VALUES(value_text(owner), value_int((int64_t)max)), &statement);

    *count = 0;
    while (rc == STORE_OK) {
        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        store_read_row(statement, &rows[(*count)++]);
    }
    return rc;
}

enum store_rc
store_grant(struct store *s, int64_t id, const char *token)
{
    return store_requeue(s, id, token, "wanted again", false, 0);
}
