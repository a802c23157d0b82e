/*
 * Digests. The one of a published file is stored with it. A shorter text is a
 * beginning of that file, and follows from what its sidecar says of the block before
 * its end (digits_sha256()): a million digits are hashed at most, which takes 3 ms.
 * Beside an older sidecar no more than these are. What was hashed is kept in the cache
 * while it is asked for; its key is the question alone, since digits never change.
 */
#include "config.h"

#include "fcgi/pi_sum.h"

#include "fcgi/cache.h"
#include "fcgi/damage.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HASHED_MOST = 1000000, PIECE = 65536 };

/* Hashes the first COUNT digits of FILE into SUM. */
static enum digits_rc
hash_text(const struct digits_file *file, uint64_t count, char sum[DIGITS_SHA256_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash;
    enum digits_rc rc = DIGITS_OK;
    char *piece = malloc(PIECE);
    if (piece == NULL)
        rc = DIGITS_NO_MEMORY;
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const unsigned char *)"3.", 2);
    for (uint64_t done = 0; rc == DIGITS_OK && done < count;) {
        size_t size = count - done < PIECE ? (size_t)(count - done) : PIECE;
        rc = digits_read(file, done + 1, size, piece);
        if (rc == DIGITS_OK)
            crypto_hash_sha256_update(&hash, (const unsigned char *)piece, size);
        done += size;
    }
    crypto_hash_sha256_final(&hash, digest);
    sodium_bin2hex(sum, DIGITS_SHA256_SIZE, digest, sizeof digest);
    free(piece);
    return rc;
}

/* The digest of what /pi/N.txt sends into SUM; "": not told. */
static enum digits_rc
make_sum(struct context *ctx, const struct pi_state *state,
         char sum[DIGITS_SHA256_SIZE])
{
    struct digits_file file;
    enum digits_rc rc = damage_open(ctx, &state->prefix, &file);
    if (rc != DIGITS_OK)
        return rc;
    rc = digits_sha256(&file, ctx->app->digits_fd, state->number, sum);
    if (rc == DIGITS_MISSING) {
        sum[0] = '\0';
        rc = state->number <= HASHED_MOST ? hash_text(&file, state->number, sum)
                                          : DIGITS_OK;
    }
    digits_close(&file);
    return rc;
}

/* The same as a share: *OUT is a reference for the caller, or NULL after an error. */
static enum digits_rc
make_share(struct context *ctx, const struct pi_state *state, struct share **out)
{
    char sum[DIGITS_SHA256_SIZE];
    *out = NULL;
    enum digits_rc rc = make_sum(ctx, state, sum);
    if (rc != DIGITS_OK || sum[0] == '\0')
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
    if (state->kind != PI_KNOWN)
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
