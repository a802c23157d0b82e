/*
 * Digests. The one of a published file is stored with it. A shorter text is a
 * beginning of that file, and has to be hashed: a million digits take 3 ms, more are
 * not worth the wait. What was hashed is kept in the cache while it is asked for;
 * its key is the question alone, since digits never change.
 */
#include "config.h"

#include "fcgi/pi_sum.h"

#include "fcgi/cache.h"
#include "fcgi/damage.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HASHED_MOST = 1000000, PIECE = 65536 };

bool
pi_sum_told(const struct pi_state *state)
{
    return state->kind == PI_KNOWN &&
           (state->number == state->prefix.length || state->number <= HASHED_MOST);
}

/* Hashes what /pi/N.txt sends into SUM. */
static enum digits_rc
hash_text(struct context *ctx, const struct pi_state *state,
          char sum[DIGITS_SHA256_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash;
    struct digits_file file;
    enum digits_rc rc = damage_open(ctx, &state->prefix, &file);
    if (rc != DIGITS_OK)
        return rc;
    char *piece = malloc(PIECE);
    if (piece == NULL)
        rc = DIGITS_NO_MEMORY;
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const unsigned char *)"3.", 2);
    for (uint64_t done = 0; rc == DIGITS_OK && done < state->number;) {
        uint64_t left = state->number - done;
        size_t count = left < PIECE ? (size_t)left : PIECE;
        rc = digits_read(&file, done + 1, count, piece);
        if (rc == DIGITS_OK)
            crypto_hash_sha256_update(&hash, (const unsigned char *)piece, count);
        done += count;
    }
    crypto_hash_sha256_final(&hash, digest);
    sodium_bin2hex(sum, DIGITS_SHA256_SIZE, digest, sizeof digest);
    free(piece);
    digits_close(&file);
    return rc;
}

/* The same as a share: *OUT is a reference for the caller, or NULL after an error. */
static enum digits_rc
make_share(struct context *ctx, const struct pi_state *state, struct share **out)
{
    char sum[DIGITS_SHA256_SIZE];
    *out = NULL;
    enum digits_rc rc = hash_text(ctx, state, sum);
    if (rc != DIGITS_OK)
        return rc;
    char *body = strdup(sum);
    if (body != NULL)
        *out = share_new(body, strlen(body));
    return *out != NULL ? DIGITS_OK : DIGITS_NO_MEMORY;
}

enum digits_rc
pi_sum(struct context *ctx, const struct pi_state *state, char sum[DIGITS_SHA256_SIZE])
{
    sum[0] = '\0';
    if (!pi_sum_told(state))
        return DIGITS_OK;
    if (state->number == state->prefix.length) {
        memcpy(sum, state->prefix.sha256, DIGITS_SHA256_SIZE);
        return DIGITS_OK;
    }
    const struct {
        int64_t kind, radix;
        uint64_t number;
    } key = {CACHE_SUM, state->radix, state->number};
    struct share *share;
    enum digits_rc rc = DIGITS_OK;
    if (cache_get(ctx->app->cache, &key, sizeof key, &share) == CACHE_MAKE) {
        rc = make_share(ctx, state, &share);
        cache_put(ctx->app->cache, &key, sizeof key, share);
    }
    if (share != NULL)
        memcpy(sum, share->body, DIGITS_SHA256_SIZE);
    share_release(share);
    return rc;
}
