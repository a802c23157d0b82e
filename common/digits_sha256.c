/*
 * The SHA-256 of any beginning of a published file. It can only be made from front to
 * back, but not all of the way: the sidecar has the state of the hash after each full
 * block, and a block is a whole number of the 64 bytes that SHA-256 works on, so a
 * state is its eight words and nothing else.
 *
 * A state that went bad would make a digest that nobody else finds. So the whole block
 * is hashed, and what comes out must be the state that follows (or, at the end, the
 * digest of the whole file): that holds only when both states are right.
 *
 * libsodium's state is a public struct: its words, the bits hashed, and the bytes that
 * wait for a full 64, of which there are none.
 */
#include "digits_internal.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 8 };

void
digits_state_save(const crypto_hash_sha256_state *hash,
                  unsigned char state[DIGITS_BLOCK_HASH])
{
    for (int i = 0; i < WORDS; i++)
        for (int byte = 0; byte < 4; byte++)
            state[4 * i + byte] = (unsigned char)(hash->state[i] >> (24 - 8 * byte));
}

void
digits_state_load(crypto_hash_sha256_state *hash, size_t blocks,
                  const unsigned char state[DIGITS_BLOCK_HASH])
{
    crypto_hash_sha256_init(hash);
    hash->count = (uint64_t)blocks * DIGITS_BLOCK * 8;
    for (int i = 0; i < WORDS; i++) {
        hash->state[i] = 0;
        for (int byte = 0; byte < 4; byte++)
            hash->state[i] = hash->state[i] << 8 | state[4 * i + byte];
    }
}

/* HASH ended, as text. */
static void
finish(crypto_hash_sha256_state hash, char sha256[DIGITS_SHA256_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(&hash, digest);
    sodium_bin2hex(sha256, DIGITS_SHA256_SIZE, digest, sizeof digest);
}

/* True when HASH, of all up to the end of block I, is what SUM says it is there. */
static bool
arrives(const struct digits_sum *sum, size_t i, size_t full,
        const crypto_hash_sha256_state *hash)
{
    unsigned char state[DIGITS_BLOCK_HASH];
    char whole[DIGITS_SHA256_SIZE];

    if (i + 1 == sum->blocks) {
        finish(*hash, whole);
        if (strcmp(whole, sum->sha256) != 0)
            return false;
    }
    if (i >= full)
        return true;
    digits_state_save(hash, state);
    return memcmp(state, sum->states + i * DIGITS_BLOCK_HASH, sizeof state) == 0;
}

/* The digest of the first SIZE bytes of FILE, as SUM tells. BLOCK is room for one. */
static enum digits_rc
hash_beginning(const struct digits_file *file, const struct digits_sum *sum,
               uint64_t size, char *block, char sha256[DIGITS_SHA256_SIZE])
{
    size_t i = (size_t)((size - 1) / DIGITS_BLOCK), all = 0;
    size_t part = (size_t)(size - (uint64_t)i * DIGITS_BLOCK);
    const unsigned char *bytes = (const unsigned char *)block;
    crypto_hash_sha256_state hash;
    enum digits_rc rc = digits_read_block(file, sum, i, block, &all);

    if (rc != DIGITS_OK)
        return rc;
    if (i == 0)
        crypto_hash_sha256_init(&hash);
    else
        digits_state_load(&hash, i, sum->states + (i - 1) * DIGITS_BLOCK_HASH);
    crypto_hash_sha256_update(&hash, bytes, part);
    finish(hash, sha256);
    crypto_hash_sha256_update(&hash, bytes + part, all - part);
    return arrives(sum, i, digits_full_blocks(file->length), &hash) ? DIGITS_OK
                                                                    : DIGITS_BROKEN;
}

enum digits_rc
digits_sha256(const struct digits_file *file, int digits_fd, uint64_t count,
              char sha256[DIGITS_SHA256_SIZE])
{
    struct digits_sum sum = {0};
    char *block = malloc(DIGITS_BLOCK);
    enum digits_rc rc = DIGITS_NO_MEMORY;

    if (block != NULL && sodium_init() >= 0)
        rc = digits_sum_read(&sum, digits_fd, file->radix, file->length);
    if (rc == DIGITS_OK) {
        rc = sum.states == NULL
                 ? DIGITS_MISSING
                 : hash_beginning(file, &sum, count + DIGITS_HEAD, block, sha256);
        digits_sum_clear(&sum);
    }
    free(block);
    return rc;
}
