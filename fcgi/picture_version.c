/*
 * What the page of pictures depends on, as a number. Nearly every revision of the
 * database leaves its pictures as they are, so it is what they are made of that counts.
 * Speeds are several hundred steps along an index: they are read once for a revision.
 */
#include "config.h"

#include "fcgi/picture.h"

#include "fcgi/cache.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of a version as text, and its end. */
enum { TEXT = 17 };

static void
add(crypto_generichash_state *hash, const void *bytes, size_t size)
{
    crypto_generichash_update(hash, bytes, size);
}

static uint64_t
end(crypto_generichash_state *hash)
{
    unsigned char digest[crypto_generichash_BYTES_MIN];
    uint64_t version = 0;
    crypto_generichash_final(hash, digest, sizeof digest);
    for (size_t i = 0; i < sizeof version; i++)
        version = version << 8 | digest[i];
    return version;
}

uint64_t
picture_version(const int64_t *values, size_t count)
{
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, crypto_generichash_BYTES_MIN);
    add(&hash, values, count * sizeof *values);
    return end(&hash);
}

/* Reads the speeds and prints their version. */
static enum store_rc
read_version(struct store *store, char text[TEXT])
{
    struct pictures *p = calloc(1, sizeof *p);
    crypto_generichash_state hash;
    enum store_rc rc = p != NULL ? pictures_read_speeds(store, p) : STORE_ERROR;
    crypto_generichash_init(&hash, NULL, 0, crypto_generichash_BYTES_MIN);
    for (size_t i = 0; rc == STORE_OK && i < PICTURE_SERIES; i++) {
        const struct picture_series *series = &p->series[i];
        add(&hash, &series->count, sizeof series->count);
        for (size_t k = 0; k < series->count; k++) {
            const struct store_speed *speed = &series->speeds[k];
            add(&hash, &speed->id, sizeof speed->id);
            add(&hash, &speed->position, sizeof speed->position);
            add(&hash, &speed->wall_s, sizeof speed->wall_s);
            add(&hash, &speed->cpu_s, sizeof speed->cpu_s);
        }
    }
    snprintf(text, TEXT, "%016" PRIx64, end(&hash));
    free(p);
    return rc;
}

enum store_rc
picture_speeds_version(struct context *ctx, int64_t revision, uint64_t *version)
{
    const int64_t key[] = {CACHE_SPEEDS, revision};
    enum store_rc rc = STORE_OK;
    struct share *share = NULL;
    char text[TEXT] = "";
    if (cache_get(ctx->app->cache, key, sizeof key, &share) == CACHE_MAKE) {
        rc = read_version(ctx->store, text);
        char *body = rc == STORE_OK ? strdup(text) : NULL;
        share = body != NULL ? share_new(body, TEXT - 1) : NULL;
        cache_put(ctx->app->cache, key, sizeof key, share);
    } else {
        memcpy(text, share->body, TEXT);
    }
    share_release(share);
    *version = strtoull(text, NULL, 16);
    return rc;
}
