/*
 * The chain around every handler. A middleware is a handler like any other: it
 * answers itself, or calls middleware_next() and may add to the reply when that
 * returns. The request counts how far in it is.
 *
 * What proves that a POST or DELETE was meant:
 *   - Sec-Fetch-Site, when the browser sends it, is "same-origin" or "none";
 *   - Origin, when sent, is this site's (scheme://Host, or public-url);
 *   - a form carries a csrf token that this site made.
 * JSON needs no token: a page of another site cannot send that type without a
 * preflight, which is never granted.
 */
#include "config.h"

#include "fcgi/middleware.h"

#include "common/log.h"
#include "fcgi/encode.h"
#include "fcgi/json.h"
#include "fcgi/metrics.h"
#include "fcgi/text.h"
#include "fcgi/token.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* The cookie that keeps a visitor's owner token. */
static const char owner_cookie[] = "nthpi_owner";

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
middleware_headers(struct reply *reply)
{
    static const char lines[] =
        "Content-Security-Policy: default-src 'self'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'; object-src 'none'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: same-origin\r\n";
    reply_lines(reply, lines, sizeof lines - 1);
}

static void
finish_headers(struct context *ctx, struct request *r, struct reply *reply)
{
    middleware_next(ctx, r, reply);
    middleware_headers(reply);
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
    default:
        break;
    }
    text_fill(detail, sizeof detail, text_get(key), "size",
              text_number(size, ctx->app->conf->body_limit), NULL);
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
    else if (request_cookie(r->cookie, owner_cookie, token, sizeof token))
        token_owner_hash(ctx->app, token, r->owner);
    r->admin = ctx->app->conf->admin && r->remote_user;
    middleware_next(ctx, r, reply);
}

/* ---- proof of origin ---- */

/* True when Origin names the site this request was sent to. */
static bool
origin_is_ours(const struct request *r, const struct conf *conf)
{
    if (conf->public_url && *conf->public_url &&
        strcasecmp(r->origin, conf->public_url) == 0)
        return true;
    const char *scheme = r->https ? "https://" : "http://";
    size_t length = strlen(scheme);
    return r->host && strncasecmp(r->origin, scheme, length) == 0 &&
           strcasecmp(r->origin + length, r->host) == 0;
}

/* True when the browser says that another site made this request. */
static bool
is_foreign(const struct request *r, const struct conf *conf)
{
    if (r->sec_fetch_site && strcmp(r->sec_fetch_site, "same-origin") != 0 &&
        strcmp(r->sec_fetch_site, "none") != 0)
        return true;
    return r->origin && !origin_is_ours(r, conf);
}

static bool
type_fits(const struct request *r)
{
    switch (r->route->body) {
    case BODY_FORM:
        return request_is_type(r->content_type, "application/x-www-form-urlencoded");
    case BODY_JSON:
        return request_is_type(r->content_type, "application/json") ||
               (!r->content_type && r->body_length == 0);
    case BODY_NONE:
        break;
    }
    return true;
}

static void
prove(struct context *ctx, struct request *r, struct reply *reply)
{
    if (!(r->method & (HTTP_POST | HTTP_DELETE))) {
        middleware_next(ctx, r, reply);
        return;
    }
    if (!type_fits(r)) {
        reply_error(ctx, r, reply, 415, NULL,
                    text_get(r->route->body == BODY_JSON ? TEXT_ERROR_NOT_JSON
                                                         : TEXT_ERROR_NOT_FORM));
        return;
    }
    if (is_foreign(r, ctx->app->conf)) {
        reply_error(ctx, r, reply, 403, NULL, text_get(TEXT_ERROR_FOREIGN));
        return;
    }
    if (r->route->body == BODY_FORM &&
        !token_csrf_valid(ctx->app, request_form(r, "csrf"))) {
        if (r->route->refused && !r->wants_json)
            r->route->refused(ctx, r, reply);
        else
            reply_error(ctx, r, reply, 403, "csrf", text_get(TEXT_ERROR_CSRF));
        return;
    }
    middleware_next(ctx, r, reply);
}

/* ---- the chain, from the outside in ---- */

static handler *const chain[] = {
    log_request,     /* one line for each request; metrics */
    finish_headers,  /* headers of every answer; HEAD */
    encode,          /* Content-Encoding */
    check_limits,    /* 400, 413: what request_read() found */
    router_locate,   /* 404, 405 */
    identify,        /* cookie, bearer token, administrator */
    prove,           /* 415, 403 */
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
    middleware_next(ctx, r, reply);
}
