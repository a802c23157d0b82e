/*
 * Proof of origin: see proof.h for what it is worth.
 */
#include "config.h"

#include "fcgi/proof.h"

#include "fcgi/middleware.h"
#include "fcgi/text.h"

#include <string.h>
#include <strings.h>

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

/* What tokens for R's visitor are bound to; NULL: nobody in particular. */
static const char *
visitor_of(const struct request *r)
{
    if (!r->ambient)
        return NULL;
    return r->owner[0] != '\0' ? r->owner : r->remote_user;
}

void
proof_token(const struct app *app, const struct request *r, char token[TOKEN_SIZE])
{
    token_csrf_for(app, visitor_of(r), token);
}

/* The browser itself says that a page of ours made this request; not to be asked of
 * one that is_foreign(). */
static bool
is_vouched_for(const struct request *r)
{
    return r->sec_fetch_site != NULL || r->origin != NULL;
}

static bool
token_proves(const struct app *app, const struct request *r)
{
    const char *token = request_form(r, "csrf");
    const char *visitor = visitor_of(r);
    if (visitor != NULL && token_csrf_valid_for(app, visitor, token))
        return true;
    return (visitor == NULL || is_vouched_for(r)) && token_csrf_valid(app, token);
}

/* 403: a form comes back for the visitor to confirm it. */
static void
refuse_form(struct context *ctx, struct request *r, struct reply *reply)
{
    if (r->route->refused && !r->wants_json)
        r->route->refused(ctx, r, reply);
    else
        reply_error(ctx, r, reply, 403, "csrf", text_get(ctx->lang, TEXT_ERROR_CSRF));
}

void
proof(struct context *ctx, struct request *r, struct reply *reply)
{
    if (!(r->method & (HTTP_POST | HTTP_DELETE))) {
        middleware_next(ctx, r, reply);
        return;
    }
    bool form = r->route->body == BODY_FORM;
    if (!type_fits(r))
        reply_error(
            ctx, r, reply, 415, NULL,
            text_get(ctx->lang, form ? TEXT_ERROR_NOT_FORM : TEXT_ERROR_NOT_JSON));
    else if (is_foreign(r, ctx->app->conf))
        reply_error(ctx, r, reply, 403, NULL, text_get(ctx->lang, TEXT_ERROR_FOREIGN));
    else if (form && !token_proves(ctx->app, r))
        refuse_form(ctx, r, reply);
    else if (!form && r->ambient && !is_vouched_for(r))
        reply_error(ctx, r, reply, 403, NULL, text_get(ctx->lang, TEXT_ERROR_UNPROVEN));
    else
        middleware_next(ctx, r, reply);
}
