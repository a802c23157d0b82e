/*
 * POST /computations/ID/cancel, /retry, /delete: the buttons of a computation's
 * page. Each leads back to where its effect is seen.
 */
#include "fcgi/actions.h"
#include "fcgi/handlers.h"

#include <inttypes.h>
#include <stdio.h>

static void
go_to_row(struct reply *reply, int64_t id)
{
    char location[48];
    snprintf(location, sizeof location, "/computations/%" PRId64, id);
    reply_redirect(reply, location);
}

void
post_cancel(struct context *ctx, struct request *r, struct reply *reply)
{
    enum store_wish wish;
    if (action_do(ctx, r, reply, ACTION_CANCEL, &wish))
        go_to_row(reply, r->row_id);
}

void
post_retry(struct context *ctx, struct request *r, struct reply *reply)
{
    enum store_wish wish;
    if (action_do(ctx, r, reply, ACTION_RETRY, &wish))
        go_to_row(reply, r->row_id);
}

void
post_delete(struct context *ctx, struct request *r, struct reply *reply)
{
    enum store_wish wish;
    if (action_do(ctx, r, reply, ACTION_DELETE, &wish))
        reply_redirect(reply, "/");
}
