/*
 * Who changes something: the visitor as the store knows him.
 *
 * A browser knows him by a cookie. Behind TLS its name begins with __Host-, so that
 * browsers take it from this very host only: another host of the same domain can
 * neither replace it nor set one of its own beside it (RFC 6265bis, 4.1.3.2).
 */
#ifndef NTHPI_ASKER_H
#define NTHPI_ASKER_H

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"
#include "fcgi/text.h"
#include "fcgi/token.h"

/* An asker, and the token he gets when he is new. */
struct asker {
    struct store_asker store;
    char owner[OWNER_SIZE];   /* what store.owner points to */
    char address[OWNER_SIZE]; /* what store.address points to */
    char token[TOKEN_SIZE];   /* a new owner token to hand out, or "" */
};

/* The name of the cookie of R's visitor; static storage. */
const char *asker_cookie(const struct app *app, const struct request *r);

/* The visitor of R; one who is not known yet gets a new token. *ASKER must not
 * be moved afterwards. */
void asker_known_or_new(struct asker *asker, const struct app *app,
                        const struct request *r);

/* The visitor of R, who may be nobody: no token is made. */
void asker_known(struct asker *asker, const struct app *app, const struct request *r);

/* Which limit the store says is reached (STORE_OWNER_FULL, STORE_ADDRESS_FULL), for
 * people, into TEXT, which it returns. */
const char *asker_full(const struct context *ctx, enum store_rc rc,
                       char text[TEXT_SIZE]);

/* Hands a new token out as a cookie. */
void asker_set_cookie(const struct asker *asker, const struct context *ctx,
                      const struct request *r, struct reply *reply);

#endif
