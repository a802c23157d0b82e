/*
 * GET /api/v1/computations: rows of a filter, page by page. It waits like
 * /updates when the client names the revision it has and asks to wait.
 */
#include "fcgi/handlers.h"
#include "fcgi/json.h"
#include "fcgi/list.h"
#include "fcgi/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Answers with WAIT's page of the list, as of REVISION. */
static void
send_list(struct context *ctx, const struct wait *wait, int64_t revision,
          struct reply *reply)
{
    struct store_cursor next = {.id = 0};
    size_t count = 0;
    struct computation *rows = calloc(wait->limit, sizeof *rows);
    enum store_rc rc = rows != NULL
                           ? store_list(ctx->store, &wait->filter, &wait->after, rows,
                                        wait->limit, &count, &next)
                           : STORE_ERROR;
    if (rc != STORE_OK) {
        free(rows);
        reply_store_error(ctx, NULL, reply, rc);
        return;
    }
    json_t *answer = json_object(), *list = json_array(), *after = json_null();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_computation(&rows[i]));
    free(rows);
    if (next.id != 0) {
        char cursor[STORE_CURSOR_SIZE];
        store_cursor_print(&next, cursor);
        after = json_string(cursor);
    }
    json_object_set_new(answer, "revision", json_integer(revision));
    json_object_set_new(answer, "computations", list);
    json_object_set_new(answer, "next", after);
    reply_header(reply, "ETag", "\"%" PRId64 "\"", revision);
    reply_header(reply, "Vary", "Accept-Encoding, Prefer");
    json_send(reply, 200, answer);
}

bool
live_api_list(struct context *ctx, const struct wait *wait, int64_t revision,
              struct reply *reply)
{
    if (wait->since == revision ||
        (wait->since != 0 && !live_filter_moved(ctx, &wait->filter, wait->since)))
        return false;
    send_list(ctx, wait, revision, reply);
    return true;
}

void
api_list(struct context *ctx, struct request *r, struct reply *reply)
{
    struct wait wait;
    memset(&wait, 0, sizeof wait);
    wait.kind = WAIT_API_LIST;
    if (!live_since(r, &wait.since))
        wait.since = 0;
    wait.filter.status = r->filter.status;
    wait.filter.radix = r->filter.radix;
    wait.filter.algorithm = r->filter.algorithm;
    wait.filter.position = r->filter.position;
    wait.after.running = r->after.running;
    wait.after.id = r->after.id;
    wait.limit = (r->has & PARAM_LIMIT) != 0 ? r->limit : LIST_ROWS;
    updates_answer_or_park(ctx, r, &wait, reply);
}
