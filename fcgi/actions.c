/*
 * Cancel, retry, delete.
 */
#include "fcgi/actions.h"

#include "fcgi/asker.h"
#include "fcgi/text.h"

/* 409, saying which status the row has. */
static void
reply_conflict(struct context *ctx, const struct request *r, struct reply *reply,
               enum action action)
{
    struct computation c;
    char text[TEXT_SIZE];
    if (action == ACTION_DELETE || store_get(ctx->store, r->row_id, &c) != STORE_OK) {
        reply_store_error(ctx, r, reply, STORE_CONFLICT);
        return;
    }
    enum text_key key =
        action == ACTION_CANCEL ? TEXT_ERROR_CANNOT_CANCEL : TEXT_ERROR_CANNOT_RETRY;
    text_fill(text, sizeof text, text_get(ctx->lang, key), "status",
              text_status(ctx->lang, c.status), NULL);
    reply_error(ctx, r, reply, 409, NULL, text);
}

bool
action_do(struct context *ctx, const struct request *r, struct reply *reply,
          enum action action, enum store_wish *wish)
{
    struct asker asker;
    enum store_rc rc = STORE_ERROR;
    asker_known(&asker, ctx->app, r);
    *wish = WISH_DONE;
    switch (action) {
    case ACTION_CANCEL:
        rc = store_cancel(ctx->store, r->row_id, &asker.store, wish);
        break;
    case ACTION_RETRY:
        rc = store_retry(ctx->store, r->row_id, &asker.store,
                         ctx->app->conf->queue_limit);
        break;
    case ACTION_DELETE:
        rc = store_delete(ctx->store, r->row_id, &asker.store, wish);
        break;
    }
    if (rc == STORE_OK) {
        doorbell_ring(ctx->app->bell);
        return true;
    }
    if (rc == STORE_CONFLICT)
        reply_conflict(ctx, r, reply, action);
    else
        reply_store_error(ctx, r, reply, rc);
    return false;
}
