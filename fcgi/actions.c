/*
 * Cancel, retry, delete, and how a page tells of it afterwards.
 */
#include "fcgi/actions.h"

#include "fcgi/asker.h"
#include "fcgi/list.h"
#include "fcgi/rows.h"
#include "fcgi/text.h"
#include "fcgi/token.h"

#include <stdio.h>
#include <string.h>

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

enum store_rc
action_run(struct context *ctx, enum action action, int64_t id,
           const struct store_asker *asker, enum store_wish *wish)
{
    *wish = WISH_DONE;
    switch (action) {
    case ACTION_CANCEL:
        return store_cancel(ctx->store, id, asker, wish);
    case ACTION_RETRY:
        return store_retry(ctx->store, id, asker, ctx->app->conf->queue_limit);
    case ACTION_DELETE:
        return store_delete(ctx->store, id, asker, wish);
    case ACTION_COUNT:
        break;
    }
    return STORE_ERROR;
}

enum bulk_fate
action_fate(enum store_rc rc, enum store_wish wish)
{
    switch (rc) {
    case STORE_OK:
        return wish == WISH_DONE    ? BULK_DONE
               : wish == WISH_NOTED ? BULK_NOTED
                                    : BULK_WITHDRAWN;
    case STORE_FORBIDDEN:
        return BULK_FORBIDDEN;
    case STORE_CONFLICT:
        return BULK_CONFLICT;
    case STORE_NOT_FOUND:
        return BULK_GONE;
    case STORE_FULL:
    case STORE_OWNER_FULL:
    case STORE_ADDRESS_FULL:
        return BULK_FULL;
    default:
        return BULK_FAILED;
    }
}

void
action_lead_told(const struct context *ctx, struct reply *reply, const char *url,
                 const struct bulk_outcome *outcome)
{
    char told[BULK_TEXT_SIZE], proof[TOKEN_SIZE];
    char location[LIST_URL_SIZE + BULK_TEXT_SIZE + TOKEN_SIZE + 24];
    bulk_print(outcome, told);
    token_note(ctx->app, told, proof);
    snprintf(location, sizeof location, "%s%ctold=%s&proof=%s", url,
             strchr(url, '?') != NULL ? '&' : '?', told, proof);
    reply_redirect(reply, location);
}

/* Does ACTION, and rings when it was done. */
static enum store_rc
run_as_visitor(struct context *ctx, const struct request *r, enum action action,
               enum store_wish *wish)
{
    struct asker asker;
    asker_known(&asker, ctx->app, r);
    enum store_rc rc = action_run(ctx, action, r->row_id, &asker.store, wish);
    if (rc == STORE_OK)
        doorbell_ring(ctx->app->bell);
    return rc;
}

/* False, and REPLY says what RC means for ACTION. */
static bool
refuse(struct context *ctx, const struct request *r, struct reply *reply,
       enum action action, enum store_rc rc)
{
    if (rc == STORE_CONFLICT)
        reply_conflict(ctx, r, reply, action);
    else
        reply_store_error(ctx, r, reply, rc);
    return false;
}

bool
action_do(struct context *ctx, const struct request *r, struct reply *reply,
          enum action action, enum store_wish *wish)
{
    enum store_rc rc = run_as_visitor(ctx, r, action, wish);
    return rc == STORE_OK || refuse(ctx, r, reply, action, rc);
}

/* True when row ID is as ACTION leaves it. */
static bool
is_fulfilled(struct context *ctx, enum action action, int64_t id)
{
    struct computation c;
    if (store_get(ctx->store, id, &c) != STORE_OK)
        return false;
    if (action == ACTION_CANCEL)
        return c.status == STATUS_CANCELLED;
    return action == ACTION_RETRY && rows_is_live(&c) && c.wanted == WANTED_RUN;
}

bool
action_do_once(struct context *ctx, const struct request *r, struct reply *reply,
               enum action action, enum store_wish *wish)
{
    enum store_rc rc = run_as_visitor(ctx, r, action, wish);
    if (rc == STORE_CONFLICT && is_fulfilled(ctx, action, r->row_id)) {
        *wish = WISH_DONE;
        return true;
    }
    return rc == STORE_OK || refuse(ctx, r, reply, action, rc);
}
