/*
 * Proof that a change was meant by the visitor in whose name it comes.
 *
 * A browser sends cookies and passwords along with whatever request a page of any
 * site makes it send. What stands against that, and how far it goes:
 *
 *   1. Sec-Fetch-Site, when the browser sends it, must be "same-origin" or "none"
 *      (typed in or reloaded by the visitor); Origin, when it is sent, must be ours.
 *      No page can set either of them. All browsers of the last years send one or
 *      both with every POST: for them this alone is proof.
 *   2. A form carries a csrf token that this site made. On pages, which everybody
 *      shares, it is the same for everybody: anybody can fetch one, so it proves only
 *      that the sender knows this site (and not what spams forms wherever it
 *      finds them). It is enough for a visitor whom we do not know: in his name there
 *      is nothing that the attacker could not do in his own.
 *   3. For a visitor whom the browser makes known by itself (request.ambient) and that
 *      says nothing of 1, the token must be one made for him: bound to his
 *      signed cookie, or to the administrator's name. It stands on pages that only he
 *      gets: on that for deleting, and on the one that such a form is answered with,
 *      filled in as it came, which asks him to confirm.
 *   4. The API takes such a visitor only with 1. Its own token comes in a header,
 *      Authorization: Bearer, which no other site can make a browser send without a
 *      preflight; that is never granted. Nor can it send JSON.
 *
 * Who tries, and what he comes to:
 *   - A page on another site: SameSite=Lax leaves the cookie away, and 1 refuses. In a
 *     browser that knows none of the three it meets 3.
 *   - A page on another host of the same domain (SameSite does not count there):
 *     1 refuses, and in an old browser 3. It may set cookies for the whole domain:
 *     with TLS ours cannot be replaced (see asker.h). Without TLS it can make a
 *     visitor ask in the attacker's name: he does not get at his own rows then, and
 *     the attacker gets at those he asked for. Nobody's rows are changed in his name.
 *   - Our pages in a frame, to have buttons pressed: no browser shows them there
 *     (frame-ancestors, X-Frame-Options).
 *   - A name that the attacker points at our address (DNS rebinding) is to the browser
 *     a site of its own, with no cookie of ours; he can ask like any stranger. A
 *     server_name in nginx ends that, too.
 *   - Somebody on the way, without TLS, can do everything. With TLS he sees how long a
 *     compressed page is, and what the visitor typed stands on it beside his token
 *     (BREACH); but to have it sent again and again he needs a page that 1 refuses.
 */
#ifndef NTHPI_PROOF_H
#define NTHPI_PROOF_H

#include "fcgi/router.h"
#include "fcgi/token.h"

/* The middleware: 415 for a type that the route does not take, 403 without proof. */
void proof(struct context *ctx, struct request *r, struct reply *reply);

/* A token for a form on a page that nobody but R's visitor gets: made for him when he
 * is known, else the one for everybody. */
void proof_token(const struct app *app, const struct request *r,
                 char token[TOKEN_SIZE]);

#endif
