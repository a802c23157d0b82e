/*
 * The short form of a share is kept in the cache, too, by the number that the cache
 * gave the share: so it is made once, those who come meanwhile wait for it, and it
 * counts and is dropped as everything there. A share that is in no cache has no
 * number: nobody else will get it.
 *
 * What is made once for many may take its time, so the level is zlib's usual one and
 * not nginx's 1: the main page with 50 rows, 29.8 KB, is 3.3 KB then instead of 3.7,
 * and takes 0.3 ms instead of 0.1. (Level 9 saves 30 bytes more for 0.15 ms.)
 */
#include "config.h"

#include "fcgi/encode.h"

#include "fcgi/cache.h"

#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
    LEVEL = 6,
    GZIP = 16, /* added to the size of the window: zlib.h */
    MEMORY = 8 /* zlib's usual one */
};

/* BODY as gzip: malloc()ed, its length in *OUT_LENGTH. NULL: no memory, or it is not
 * shorter. */
static char *
compress_body(const char *body, size_t length, size_t *out_length)
{
    z_stream z = {.next_in = (const Bytef *)body, .avail_in = (uInt)length};
    char *out = NULL;
    if (length > UINT_MAX || deflateInit2(&z, LEVEL, Z_DEFLATED, MAX_WBITS + GZIP,
                                          MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    /* What does not fit here would not be shorter. */
    char *room = malloc(length);
    if (room) {
        z.next_out = (Bytef *)room;
        z.avail_out = (uInt)length - 1;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
            *out_length = z.total_out;
            /* Most of it is not needed; without memory for a copy it stays. */
            out = realloc(room, *out_length + 1);
            out = out ? out : room;
            out[*out_length] = '\0';
        } else {
            free(room);
        }
    }
    deflateEnd(&z);
    return out;
}

/* The short form of SHARE: a reference, or NULL: there is none. */
static struct share *
short_form(struct cache *cache, const struct share *share)
{
    const struct {
        int64_t kind, number;
    } key = {CACHE_GZIP, share->number};
    struct share *made;
    if (cache_get(cache, &key, sizeof key, &made) == CACHE_MAKE) {
        size_t length = 0;
        char *body = compress_body(share->body, share->length, &length);
        /* An empty one says that there is no shorter one. */
        made = share_new(body, length);
        cache_put(cache, &key, sizeof key, made);
    }
    if (made && made->length == 0) {
        share_release(made);
        made = NULL;
    }
    return made;
}

void
encode_reply(struct app *app, struct reply *reply)
{
    const struct share *share = reply->share;
    if (reply->status != 200 || !share || share->number == 0 ||
        share->length < ENCODE_LEAST)
        return;
    struct share *made = short_form(app->cache, share);
    if (!made)
        return;
    share_send(made, reply);
    share_release(made);
    reply_header(reply, "Content-Encoding", "gzip");
    reply_weaken_etag(reply);
}
