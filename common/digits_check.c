/*
 * Checking a published file against its sidecar, block by block in one pass, all at
 * once or a block at a time.
 */
#include "digits_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct digits_checker {
    struct digits_file file;
    struct digits_sum sum;
    size_t next; /* block */
    crypto_hash_sha256_state whole;
    char *block;
};

enum digits_rc
digits_checker_new(struct digits_checker **out, int digits_fd, int radix,
                   uint64_t length)
{
    struct digits_checker *c = calloc(1, sizeof *c);
    enum digits_rc rc = DIGITS_NO_MEMORY;

    *out = NULL;
    if (c == NULL)
        return rc;
    c->file.fd = -1;
    c->block = malloc(DIGITS_BLOCK);
    if (c->block != NULL)
        rc = sodium_init() < 0 ? DIGITS_IO
                               : digits_open(&c->file, digits_fd, radix, length);
    if (rc == DIGITS_OK)
        rc = digits_sum_read(&c->sum, digits_fd, radix, length);
    if (rc != DIGITS_OK) {
        digits_checker_free(c);
        return rc;
    }
    crypto_hash_sha256_init(&c->whole);
    *out = c;
    return DIGITS_OK;
}

enum digits_rc
digits_checker_step(struct digits_checker *c, bool *done)
{
    size_t size = 0;
    enum digits_rc rc = digits_read_block(&c->file, &c->sum, c->next, c->block, &size);

    *done = false;
    if (rc != DIGITS_OK)
        return rc;
    crypto_hash_sha256_update(&c->whole, (const unsigned char *)c->block, size);
    *done = ++c->next == c->sum.blocks;
    return DIGITS_OK;
}

enum digits_rc
digits_checker_end(struct digits_checker *c, char sha256[DIGITS_SHA256_SIZE])
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(&c->whole, hash);
    sodium_bin2hex(sha256, DIGITS_SHA256_SIZE, hash, sizeof hash);
    return strcmp(sha256, c->sum.sha256) == 0 ? DIGITS_OK : DIGITS_BROKEN;
}

void
digits_checker_free(struct digits_checker *c)
{
    if (c == NULL)
        return;
    digits_close(&c->file);
    digits_sum_clear(&c->sum);
    free(c->block);
    free(c);
}

enum digits_rc
digits_check(int digits_fd, int radix, uint64_t length, char sha256[DIGITS_SHA256_SIZE])
{
    struct digits_checker *c;
    char found[DIGITS_SHA256_SIZE];
    bool done = false;
    enum digits_rc rc = digits_checker_new(&c, digits_fd, radix, length);

    while (rc == DIGITS_OK && !done)
        rc = digits_checker_step(c, &done);
    if (rc == DIGITS_OK)
        rc = digits_checker_end(c, found);
    if (rc == DIGITS_OK && sha256 != NULL)
        memcpy(sha256, found, sizeof found);
    digits_checker_free(c);
    return rc;
}
