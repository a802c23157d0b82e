/*
 * Shares: an immutable answer and a counter. Who holds a reference may read it
 * without a lock; the last one to let go frees it.
 */
#include "config.h"

#include "fcgi/share.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What a struct share is the visible part of. */
struct counted {
    struct share share; /* first */
    atomic_uint users;
    char *body;
    char headers[];
};

static struct counted *
make(char *body, size_t length, const char *headers, size_t headers_length)
{
    struct counted *c = malloc(sizeof *c + headers_length);
    if (!c)
        return NULL;
    atomic_init(&c->users, 1);
    c->body = body;
    if (headers_length > 0)
        memcpy(c->headers, headers, headers_length);
    c->share = (struct share){
        .headers_length = headers_length,
        .length = length,
        .headers = c->headers,
        .body = body,
    };
    return c;
}

struct share *
share_new(char *body, size_t length)
{
    struct counted *c = make(body, length, NULL, 0);
    if (!c)
        free(body);
    return c ? &c->share : NULL;
}

struct share *
share_of(struct reply *reply, size_t keep)
{
    struct counted *c = make(reply->body, reply->body_length, reply->headers + keep,
                             reply->headers_length - keep);
    if (!c)
        return NULL;
    reply->share = share_keep(&c->share);
    return &c->share;
}

void
share_send(struct share *share, struct reply *reply)
{
    reply_clear_body(reply);
    reply->status = 200;
    reply->share = share_keep(share);
    reply->body = ((struct counted *)share)->body;
    reply->body_length = share->length;
    reply_lines(reply, share->headers, share->headers_length);
}

struct share *
share_keep(struct share *share)
{
    struct counted *c = (struct counted *)share;
    atomic_fetch_add_explicit(&c->users, 1, memory_order_relaxed);
    return share;
}

void
share_release(struct share *share)
{
    struct counted *c = (struct counted *)share;
    if (!c || atomic_fetch_sub_explicit(&c->users, 1, memory_order_acq_rel) > 1)
        return;
    free(c->body);
    free(c);
}
