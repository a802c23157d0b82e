/*
 * Askers. A visitor is known by a random token, as a cookie in a browser or as
 * a bearer token in a program; only its keyed hash is kept. It is handed out
 * when somebody asks for a computation, never on a page that changes nothing.
 */
#include "fcgi/asker.h"

#include <string.h>

enum { COOKIE_AGE = 365 * 24 * 3600 };

void
asker_known(struct asker *asker, const struct request *r)
{
    memset(asker, 0, sizeof *asker);
    memcpy(asker->owner, r->owner, sizeof asker->owner);
    asker->store.owner = asker->owner[0] != '\0' ? asker->owner : NULL;
    asker->store.admin = r->admin;
}

void
asker_known_or_new(struct asker *asker, const struct app *app, const struct request *r)
{
    asker_known(asker, r);
    if (asker->store.owner != NULL)
        return;
    token_owner_new(app, asker->token);
    if (token_owner_hash(app, asker->token, asker->owner))
        asker->store.owner = asker->owner;
}

void
asker_set_cookie(const struct asker *asker, const struct context *ctx,
                 const struct request *r, struct reply *reply)
{
    const char *url = ctx->app->conf->public_url;
    bool https = r->https || (url != NULL && strncmp(url, "https:", 6) == 0);
    if (asker->token[0] != '\0')
        reply_header(reply, "Set-Cookie",
                     "nthpi_owner=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                     asker->token, COOKIE_AGE, https ? "; Secure" : "");
}
