/*
 * POST /computations/ID/cancel, /retry, /delete: the buttons of a computation's
 * page. Each leads back to where its effect is seen, or to a page that asks the
 * visitor whether he meant it (see proof.h). A second click leads to the same place as
 * the first one, but for two: of what others still wait for, the first one made its
 * visitor a stranger, who is refused; and what was deleted is not there any more. The
 * API tells its clients that nothing was left to do.
 */
#include "fcgi/actions.h"
#include "fcgi/handlers.h"
#include "fcgi/page.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { LOCATION_SIZE = 48 };

static void
print_row(char location[LOCATION_SIZE], int64_t id)
{
    snprintf(location, LOCATION_SIZE, "/computations/%" PRId64, id);
}

static void
go_to_row(struct reply *reply, int64_t id)
{
    char location[LOCATION_SIZE];
    print_row(location, id);
    reply_redirect(reply, location);
}

void
post_cancel(struct context *ctx, struct request *r, struct reply *reply)
{
    char location[LOCATION_SIZE];
    enum store_wish wish;
    struct bulk_outcome outcome = {.action = ACTION_CANCEL};
    if (!action_do_once(ctx, r, reply, ACTION_CANCEL, &wish))
        return;
    if (wish != WISH_WITHDRAWN) {
        go_to_row(reply, r->row_id);
        return;
    }
    /* Nothing else there shows it. */
    outcome.count[BULK_WITHDRAWN] = 1;
    print_row(location, r->row_id);
    action_lead_told(ctx, reply, location, &outcome);
}

void
post_retry(struct context *ctx, struct request *r, struct reply *reply)
{
    enum store_wish wish;
    if (action_do_once(ctx, r, reply, ACTION_RETRY, &wish))
        go_to_row(reply, r->row_id);
}

void
post_delete(struct context *ctx, struct request *r, struct reply *reply)
{
    enum store_wish wish;
    struct bulk_outcome outcome = {.action = ACTION_DELETE};
    if (!action_do(ctx, r, reply, ACTION_DELETE, &wish))
        return;
    /* Its page is gone, so the list says so. */
    outcome.count[action_fate(STORE_OK, wish)] = 1;
    action_lead_told(ctx, reply, "/", &outcome);
}

void
post_action_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    struct dict *d =
        page_new(text_get(ctx->lang, TEXT_TITLE_CONFIRM), PAGE_BELOW_LIST, NULL);
    dict_set(d, VIEW_TITLE, text_get(ctx->lang, TEXT_TITLE_CONFIRM));
    dict_set(d, VIEW_MESSAGE, text_get(ctx->lang, TEXT_ACTION_AGAIN));
    dict_set_int(d, VIEW_ID, r->row_id);
    dict_set(d, VIEW_NAME, r->route->name);
    page_set_csrf(ctx, d, r);
    page_send(ctx, reply, 403, "confirm.tpl", d, NULL);
}
