/*
 * The chain around every handler. A middleware is a handler like any other: it
 * answers itself, or calls middleware_next() and may add to the reply when that
 * returns. The request counts how far in it is.
 */
#include "config.h"

#include "fcgi/middleware.h"

#include "common/log.h"
#include "fcgi/asker.h"
#include "fcgi/cors.h"
#include "fcgi/encode.h"
#include "fcgi/json.h"
#include "fcgi/metrics.h"
#include "fcgi/proof.h"
#include "fcgi/text.h"
#include "fcgi/token.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static int64_t
microseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const char *
method_name(enum http_method method)
{
    switch (method) {
    case HTTP_GET:
        return "GET";
    case HTTP_HEAD:
        return "HEAD";
    case HTTP_POST:
        return "POST";
    case HTTP_DELETE:
        return "DELETE";
    case HTTP_OPTIONS:
        return "OPTIONS";
    case HTTP_OTHER:
        break;
    }
    return "OTHER";
}

/* ---- outermost: a line of the log for each request, and the counters ---- */

/* nginx's log has all requests; with ours on top, what writes it would take as long as
 * many an answer. So only those that were refused are told of unless we debug. */

static void
log_request(struct context *ctx, struct request *r, struct reply *reply)
{
    int64_t start = microseconds();
    middleware_next(ctx, r, reply);
    int64_t us = microseconds() - start;
    double ms = (double)us / 1000;
    metrics_request(ctx->app->metrics, router_number(r->route), reply, us);
    const char *path = r->path ? r->path : "";
    if (reply->wait.kind != WAIT_NONE)
        log_debug("%s %s waits %u s, %.1f ms, request %s", method_name(r->method), path,
                  reply->wait_s, ms, r->id);
    else if (reply->status >= 500)
        log_warning("%s %s %d %.1f ms, request %s", method_name(r->method), path,
                    reply->status, ms, r->id);
    else if (reply->status >= 400)
        log_info("%s %s %d %.1f ms, request %s", method_name(r->method), path,
                 reply->status, ms, r->id);
    else
        log_debug("%s %s %d %.1f ms, request %s", method_name(r->method), path,
                  reply->status, ms, r->id);
}

/* ---- headers of every answer; HEAD ---- */

void
middleware_headers(bool in_front, struct reply *reply)
{
    /* The same stand in nthpi.nginx. */
    static const char lines[] =
        "Cross-Origin-Opener-Policy: same-origin\r\n"
        "Cross-Origin-Resource-Policy: same-origin\r\n"
        "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n"
        "Referrer-Policy: same-origin\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: DENY\r\n";
    if (in_front)
        return;
    reply_header(reply, "Content-Security-Policy",
                 "default-src 'none'; connect-src 'self'; img-src 'self'; "
                 "script-src 'self'; style-src 'self'%s; base-uri 'none'; "
                 "form-action 'self'; frame-ancestors 'none'",
                 reply->own_style ? " 'unsafe-inline'" : "");
    reply_lines(reply, lines, sizeof lines - 1);
}

static void
finish_headers(struct context *ctx, struct request *r, struct reply *reply)
{
    middleware_next(ctx, r, reply);
    middleware_headers(r->front_headers, reply);
    cors_open(r, reply);
    reply->head_only = r->method == HTTP_HEAD;
}

/* ---- the short form, for who takes it ---- */

static void
encode(struct context *ctx, struct request *r, struct reply *reply)
{
    middleware_next(ctx, r, reply);
    if (r->gzip)
        encode_reply(ctx->app, reply);
}

/* ---- limits: what request_read() found ---- */

static void
check_limits(struct context *ctx, struct request *r, struct reply *reply)
{
    char detail[TEXT_SIZE], size[TEXT_NUMBER_SIZE];
    enum text_key key = TEXT_ERROR_MEMORY;
    switch (r->read_status) {
    case 0:
        /* A HEAD request has no news to wait for. */
        if (r->method == HTTP_HEAD)
            r->wait_s = 0;
        middleware_next(ctx, r, reply);
        return;
    case 400:
        key = TEXT_ERROR_ENCODING;
        break;
    case 413:
        key = TEXT_ERROR_BODY;
        break;
    case 414:
        key = TEXT_ERROR_ADDRESS;
        break;
    case 431:
        key = TEXT_ERROR_HEADERS;
        break;
    default:
        break;
    }
    text_fill(detail, sizeof detail, text_get(ctx->lang, key), "size",
              text_number(ctx->lang, size, ctx->app->conf->body_limit), NULL);
    reply_error(ctx, r, reply, r->read_status, NULL, detail);
}

/* ---- who asks ---- */

static void
identify(struct context *ctx, struct request *r, struct reply *reply)
{
    char token[TOKEN_SIZE];
    const char *bearer = NULL;
    if (r->authorization && strncasecmp(r->authorization, "Bearer ", 7) == 0)
        bearer = r->authorization + 7 + strspn(r->authorization + 7, " ");
    if (bearer)
        token_owner_hash(ctx->app, bearer, r->owner);
    else if (request_cookie(r->cookie, asker_cookie(ctx->app, r), token, sizeof token))
        r->ambient = token_owner_hash(ctx->app, token, r->owner);
    r->admin = ctx->app->conf->admin && r->remote_user;
    r->ambient = r->ambient || r->admin;
    middleware_next(ctx, r, reply);
}

/* ---- the chain, from the outside in ---- */

static handler *const chain[] = {
    log_request,     /* one line for each request; metrics */
    finish_headers,  /* headers of every answer; HEAD */
    encode,          /* Content-Encoding */
    check_limits,    /* 400, 413, 414, 431: what request_read() found */
    router_locate,   /* 404, 405 */
    identify,        /* cookie, bearer token, administrator */
    proof,           /* 415, 403: see proof.h */
    router_dispatch, /* parameters (400), then the route's handler */
};

void
middleware_next(struct context *ctx, struct request *r, struct reply *reply)
{
    chain[r->step++](ctx, r, reply);
}

void
middleware_run(struct context *ctx, struct request *r, int status, struct reply *reply)
{
    json_begin();
    r->step = 0;
    r->read_status = status;
    ctx->lang = r->lang;
    middleware_next(ctx, r, reply);
}
