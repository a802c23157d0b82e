/*
 * Askers. A visitor is known by a random token, as a cookie in a browser or as
 * a bearer token in a program; only its keyed hash is kept. It is handed out
 * when somebody asks for a computation, never on a page that changes nothing.
 */
#include "fcgi/asker.h"

#include <string.h>

enum { COOKIE_AGE = 365 * 24 * 3600 };

/* True when R's browser came by TLS, to nginx or to what is in front of it. */
static bool
is_secure(const struct app *app, const struct request *r)
{
    const char *url = app->conf->public_url;
    return r->https || (url != NULL && strncmp(url, "https:", 6) == 0);
}

const char *
asker_cookie(const struct app *app, const struct request *r)
{
    return is_secure(app, r) ? "__Host-nthpi_owner" : "nthpi_owner";
}

/* What ASKER may set off. Administrators may what they like. */
static void
set_limits(struct asker *asker, const struct app *app, const struct request *r)
{
    if (r->admin)
        return;
    asker->store.owner_limit = app->conf->visitor_limit;
    asker->store.address_limit = app->conf->address_limit;
    if (r->remote_addr == NULL)
        return;
    token_address_hash(app, r->remote_addr, asker->address);
    asker->store.address = asker->address;
}

void
asker_known(struct asker *asker, const struct app *app, const struct request *r)
{
    memset(asker, 0, sizeof *asker);
    memcpy(asker->owner, r->owner, sizeof asker->owner);
    asker->store.owner = asker->owner[0] != '\0' ? asker->owner : NULL;
    asker->store.admin = r->admin;
    set_limits(asker, app, r);
}

void
asker_known_or_new(struct asker *asker, const struct app *app, const struct request *r)
{
    asker_known(asker, app, r);
    if (asker->store.owner != NULL)
        return;
    token_owner_new(app, asker->token);
    if (token_owner_hash(app, asker->token, asker->owner))
        asker->store.owner = asker->owner;
}

const char *
asker_full(const struct context *ctx, enum store_rc rc, char text[TEXT_SIZE])
{
    const struct app *app = ctx->app;
    char limit[TEXT_NUMBER_SIZE];
    bool address = rc == STORE_ADDRESS_FULL;
    return text_fill(
        text, TEXT_SIZE,
        text_get(ctx->lang, address ? TEXT_ASK_ADDRESS_FULL : TEXT_ASK_VISITOR_FULL),
        "limit",
        text_number(ctx->lang, limit,
                    address ? app->conf->address_limit : app->conf->visitor_limit),
        NULL);
}

void
asker_set_cookie(const struct asker *asker, const struct context *ctx,
                 const struct request *r, struct reply *reply)
{
    if (asker->token[0] != '\0')
        reply_header(reply, "Set-Cookie",
                     "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                     asker_cookie(ctx->app, r), asker->token, COOKIE_AGE,
                     is_secure(ctx->app, r) ? "; Secure" : "");
}
