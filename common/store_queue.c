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

#include "reason.h"
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

/* The row ID if it waits for a daemon. */
static enum store_rc
check_waiting(struct store *s, int64_t id)
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
    enum store_rc rc = check_waiting(s, id);

    if (rc == STORE_OK)
        rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_TAKE,
                       VALUES(value_int(id), value_text(algorithm_name(method)),
                              value_text(lease->token), value_text(lease->owner),
                              value_int(lease->until), value_int(now),
                              value_int(revision)));
    if (rc == STORE_OK)
        rc = store_run(s, SQL_WORKER_FORGET, VALUES(value_int(id)));
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
    enum store_rc rc = check_waiting(s, id);

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
    if (rc == STORE_OK)
        rc = store_run(s, SQL_WORKER_FORGET, VALUES(value_int(id)));
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
    double saved = p->saved < 0 ? 0 : p->saved > 1 ? 1 : p->saved;
    int64_t differs, revision;
    enum store_rc rc = store_integer(s, SQL_PROGRESS_GET,
                                     VALUES(value_int(p->id), value_text(p->token),
                                            value_real(fraction), value_text(p->phase),
                                            value_known(p->eta_s), value_real(saved)),
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
                                  value_int(revision), value_real(saved)));
    }
    if (rc == STORE_OK && p->resumed != NULL)
        rc = store_event(s, p->id, "resumed", store_now(), p->resumed);
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
                bool count_attempt, unsigned delay_ms, const struct store_cost *cost)
{
    static const struct store_cost unknown = {-1, -1, 0};
    int64_t not_before = 0, revision;
    bool waits = delay_ms > 0;
    enum store_rc rc;

    if (waits)
        not_before = store_boottime() + (int64_t)delay_ms * 1000;
    if (cost == NULL)
        cost = &unknown;

    if (wanted == WANTED_DELETE)
        return store_set_removed(s, id);
    if (wanted == WANTED_CANCEL)
        return store_set_cancelled(s, id);
    rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(
            s, SQL_REQUEUE,
            VALUES(value_int(id), value_int(count_attempt ? 0 : 1),
                   value_int(not_before), value_int(revision),
                   value_text(waits ? STORE_WAITS_RETRY : NULL),
                   value_known(waits ? delay_ms / 1e3 : -1), value_known(cost->cpu_s),
                   value_known(cost->wall_s),
                   cost->peak_kib > 0 ? value_int(cost->peak_kib) : value_text(NULL)));
    if (rc == STORE_OK)
        rc = store_event(s, id, "requeued", store_now(), why);
    return rc;
}

static enum store_rc
requeue(struct store *s, int64_t id, const char *token, const char *why,
        bool count_attempt, unsigned delay_ms, const struct store_cost *cost)
{
    struct store_state state;
    enum store_rc rc = store_held(s, id, token, &state);

    if (rc == STORE_OK)
        rc = store_give_back(s, id, state.wanted, why, count_attempt, delay_ms, cost);
    return rc;
}

enum store_rc
store_requeue(struct store *s, int64_t id, const char *token, const char *why,
              bool count_attempt, unsigned delay_ms, const struct store_cost *cost)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, requeue(s, id, token, why, count_attempt, delay_ms, cost));
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
        return store_give_back(s, id, state.wanted, NULL, true, 0, NULL);
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
    return store_requeue(s, id, token, reason_text(REASON_WANTED_AGAIN), false, 0,
                         NULL);
}
