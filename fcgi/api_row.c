/*
 * /api/v1/computations/ID: one row, and what can be done to it.
 */
#include "fcgi/actions.h"
#include "fcgi/handlers.h"
#include "fcgi/json.h"
#include "fcgi/live.h"

#include <inttypes.h>
#include <string.h>

/* STATUS with row C and its worker as the body. */
static void
send_row(struct context *ctx, struct reply *reply, int status,
         const struct computation *c)
{
    struct store_worker worker;
    enum store_rc rc = store_get_worker(ctx->store, c->id, &worker);
    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        reply_store_error(ctx, NULL, reply, rc);
        return;
    }
    reply_header(reply, "ETag", "\"%" PRId64 "\"", c->revision);
    reply_header(reply, "Vary", "Accept-Encoding, Prefer");
    json_send(reply, status, json_detail(c, rc == STORE_OK ? &worker : NULL));
}

bool
live_api_row(struct context *ctx, const struct wait *wait, int64_t revision,
             struct reply *reply)
{
    struct computation c;
    (void)revision;
    enum store_rc rc = store_get(ctx->store, wait->row_id, &c);
    if (rc != STORE_OK) {
        reply_store_error(ctx, NULL, reply, rc);
        return true;
    }
    if (c.revision == wait->since)
        return false;
    send_row(ctx, reply, 200, &c);
    return true;
}

void
api_get(struct context *ctx, struct request *r, struct reply *reply)
{
    struct wait wait;
    memset(&wait, 0, sizeof wait);
    wait.kind = WAIT_API_ROW;
    wait.row_id = r->row_id;
    if (!live_since(r, &wait.since))
        wait.since = 0;
    updates_answer_or_park(ctx, r, &wait, reply);
}

/* Does ACTION; the row as it is now is the answer, with 202 while the daemon has
 * still to do its part. */
static void
do_and_show(struct context *ctx, struct request *r, struct reply *reply,
            enum action action)
{
    struct computation c;
    enum store_wish wish;
    if (!action_do(ctx, r, reply, action, &wish))
        return;
    enum store_rc rc = store_get(ctx->store, r->row_id, &c);
    if (rc == STORE_OK)
        send_row(ctx, reply, wish == WISH_NOTED ? 202 : 200, &c);
    else
        reply_store_error(ctx, r, reply, rc);
}

void
api_cancel(struct context *ctx, struct request *r, struct reply *reply)
{
    do_and_show(ctx, r, reply, ACTION_CANCEL);
}

void
api_retry(struct context *ctx, struct request *r, struct reply *reply)
{
    do_and_show(ctx, r, reply, ACTION_RETRY);
}

void
api_delete(struct context *ctx, struct request *r, struct reply *reply)
{
    enum store_wish wish;
    if (!action_do(ctx, r, reply, ACTION_DELETE, &wish))
        return;
    reply->status = wish == WISH_NOTED ? 202 : 204;
}
