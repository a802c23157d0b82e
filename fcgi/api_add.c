/*
 * POST /api/v1/computations: asks what its body says (question.h) and answers with
 * the row.
 */
#include "fcgi/asker.h"
#include "fcgi/handlers.h"
#include "fcgi/json.h"
#include "fcgi/question.h"

#include <inttypes.h>

/* Puts the question into the store and answers with its row. */
static void
add(struct context *ctx, const struct request *r, struct reply *reply,
    const struct question *q)
{
    struct asker asker;
    struct computation c;
    int64_t id;
    enum store_added added;
    asker_known_or_new(&asker, ctx->app, r);
    enum store_rc rc =
        store_add(ctx->store, q->radix, q->position, q->algorithm, &asker.store,
                  ctx->app->conf->queue_limit, &id, &added);
    if (rc == STORE_OK) {
        doorbell_ring(ctx->app->bell);
        rc = store_get(ctx->store, id, &c);
    }
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    json_t *answer = json_computation(&c);
    if (asker.token[0] != '\0')
        json_object_set_new(answer, "owner_token", json_string(asker.token));
    reply_header(reply, "Location", "/api/v1/computations/%" PRId64, id);
    json_send(reply, added == ADDED_NEW ? 201 : 200, answer);
}

void
api_add(struct context *ctx, struct request *r, struct reply *reply)
{
    struct question q;
    struct fault f;
    if (question_read(ctx->lang, r->body != NULL ? r->body : "", r->body_length,
                      &ctx->app->conf->limits, &q, &f))
        add(ctx, r, reply, &q);
    else
        reply_error(ctx, r, reply, f.status, f.field[0] != '\0' ? f.field : NULL,
                    f.detail);
}
