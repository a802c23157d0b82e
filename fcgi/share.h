/*
 * Answers, and parts of answers, that many requests get: made once, never
 * changed, counted by those who use them. A reply can hold one instead of a body
 * of its own; then nothing is copied on the way out.
 */
#ifndef NTHPI_SHARE_H
#define NTHPI_SHARE_H

#include "fcgi/reply.h"

#include <stddef.h>
#include <stdint.h>

struct share {
    size_t headers_length, length;
    const char *headers; /* "Name: value\r\n" lines of a reply; or none */
    const char *body;    /* terminated; NULL when LENGTH is 0 */
    int64_t number; /* what the cache calls it, once it is there; 0: it never was */
};

/* A share of BODY (malloc()ed, of LENGTH bytes and terminated), which it takes
 * over, and no headers. NULL and 0: one that says "nothing". NULL: no memory; BODY
 * is then freed. Any thread, as all of these. */
struct share *share_new(char *body, size_t length);

/* A share of the body of REPLY, whose status is 200, and of its headers but for
 * the first KEEP bytes of them. The body moves into the share, which REPLY holds
 * from then on too. NULL: no memory, and REPLY is as it was. */
struct share *share_of(struct reply *reply, size_t keep);

/* Makes REPLY a 200 with SHARE's body, and adds its headers. The caller's reference
 * stays the caller's. */
void share_send(struct share *share, struct reply *reply);

struct share *share_keep(struct share *share);
void share_release(struct share *share); /* NULL is allowed */

#endif
