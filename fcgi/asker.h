/*
 * Who changes something: the visitor as the store knows him.
 */
#ifndef NTHPI_ASKER_H
#define NTHPI_ASKER_H

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"
#include "fcgi/token.h"

/* An asker, and the token he gets when he is new. */
struct asker {
    struct store_asker store;
    char owner[OWNER_SIZE]; /* what store.owner points to */
    char token[TOKEN_SIZE]; /* a new owner token to hand out, or "" */
};

/* The visitor of R; one who is not known yet gets a new token. *ASKER must not
 * be moved afterwards. */
void asker_known_or_new(struct asker *asker, const struct app *app,
                        const struct request *r);

/* The visitor of R, who may be nobody: no token is made. */
void asker_known(struct asker *asker, const struct request *r);

/* Hands a new token out as a cookie. */
void asker_set_cookie(const struct asker *asker, const struct context *ctx,
                      const struct request *r, struct reply *reply);

#endif
