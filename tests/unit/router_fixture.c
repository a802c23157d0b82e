#include "config.h"

#include "router_fixture.h"

#include "common/log.h"
#include "fcgi/handlers.h"
#include "fcgi/middleware.h"

#include <fcgiapp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char no_url[] = "";

static struct seen *
seen_of(struct context *ctx)
{
    return &((struct chain *)((char *)ctx - offsetof(struct chain, ctx)))->seen;
}

#define HANDLER(name)                                                                  \
    void name(struct context *ctx, struct request *r, struct reply *reply)             \
    {                                                                                  \
        seen_of(ctx)->handler = #name;                                                 \
        (void)r;                                                                       \
        reply_text(reply, 200, "text/plain", #name);                                   \
    }

/* Brings the form back instead of an error page. */
void
post_add_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    (void)r;
    seen_of(ctx)->handler = "post_add_refused";
    reply_text(reply, 403, "text/plain", "post_add_refused");
}

void
post_action_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    (void)r;
    seen_of(ctx)->handler = "post_action_refused";
    reply_text(reply, 403, "text/plain", "post_action_refused");
}

#define REFUSED(name)                                                                  \
    void name(struct context *ctx, struct request *r, struct reply *reply)             \
    {                                                                                  \
        reply_error(ctx, r, reply, 400, r->wrong, r->why);                             \
    }

REFUSED(page_list_refused)
REFUSED(page_pi_refused)
HANDLER(post_compare_refused)
HANDLER(page_list)
HANDLER(page_list_elsewhere)
HANDLER(page_computation)
HANDLER(page_compare)
HANDLER(page_report)
HANDLER(page_delete_confirm)
HANDLER(page_pi)
HANDLER(page_search)
HANDLER(page_text)
HANDLER(page_pictures)
HANDLER(page_picture)
HANDLER(page_api)
HANDLER(page_health)
HANDLER(page_metrics)
HANDLER(post_add)
HANDLER(page_bulk_confirm)
HANDLER(post_bulk)
HANDLER(post_bulk_refused)
HANDLER(post_cancel)
HANDLER(post_compare)
HANDLER(post_retry)
HANDLER(post_delete)
HANDLER(updates_handler)
HANDLER(api_list)
HANDLER(api_add)
HANDLER(api_get)
HANDLER(api_delete)
HANDLER(api_cancel)
HANDLER(api_retry)
HANDLER(api_pi)

void
reply_error(struct context *ctx, const struct request *r, struct reply *reply,
            int status, const char *field, const char *detail)
{
    struct seen *seen = seen_of(ctx);
    (void)r;
    seen->status = status;
    snprintf(seen->field, sizeof seen->field, "%s", field ? field : "");
    snprintf(seen->detail, sizeof seen->detail, "%s", detail);
    reply_text(reply, status, "text/plain", detail);
}

int
chain_setup(void **state)
{
    struct chain *c = calloc(1, sizeof *c);
    assert_non_null(c);
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    c->conf = (struct conf){.wait_max = 60, .body_limit = 1024, .public_url = no_url};
    c->app.conf = &c->conf;
    c->ctx.app = &c->app;
    randombytes_buf(c->app.csrf_key, sizeof c->app.csrf_key);
    randombytes_buf(c->app.owner_key, sizeof c->app.owner_key);
    *state = c;
    return FCGX_Init();
}

int
chain_teardown(void **state)
{
    free(*state);
    return 0;
}

void
chain_run(struct chain *c, struct request *r, struct reply *reply, const char *method,
          const char *uri, const char *const *headers, const char *body)
{
    memset(&c->seen, 0, sizeof c->seen);
    int status = request_make(r, &c->conf, method, uri, headers, body);
    reply_init(reply);
    middleware_run(&c->ctx, r, status, reply);
}

int
chain_ask(struct chain *c, const char *method, const char *uri,
          const char *const *headers, const char *body)
{
    struct request r;
    struct reply reply;
    chain_run(c, &r, &reply, method, uri, headers, body);
    int status = reply.status;
    assert_false(reply.headers_cut);
    reply_clear(&reply);
    request_clear(&r);
    return status;
}
