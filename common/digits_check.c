/*
 * Checking a published file against its sidecar, block by block in one pass, all at
 * once or a block at a time.
 */
#include "digits_internal.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct digits_checker {
    struct digits_file file;
    struct digits_sum sum;
    size_t next; /* block */
    crypto_hash_sha256_state whole;
    char *block;
};

/* NULL: no memory. */
static struct digits_checker *
new_checker(void)
{
    struct digits_checker *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->file.fd = -1;
    c->block = malloc(DIGITS_BLOCK);
    if (c->block == NULL || sodium_init() < 0) {
        digits_checker_free(c);
        return NULL;
    }
    crypto_hash_sha256_init(&c->whole);
    return c;
}

enum digits_rc
digits_checker_new(struct digits_checker **out, int digits_fd, int radix,
                   uint64_t length)
{
    struct digits_checker *c = new_checker();
    enum digits_rc rc;

    *out = NULL;
    if (c == NULL)
        return DIGITS_NO_MEMORY;
    rc = digits_open(&c->file, digits_fd, radix, length);
    if (rc == DIGITS_OK)
        rc = digits_sum_read(&c->sum, digits_fd, radix, length);
    if (rc == DIGITS_OK)
        *out = c;
    else
        digits_checker_free(c);
    return rc;
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
    if (c->sum.states != NULL && size == DIGITS_BLOCK) {
        unsigned char state[DIGITS_BLOCK_HASH];

        digits_state_save(&c->whole, state);
        if (memcmp(state, c->sum.states + c->next * sizeof state, sizeof state) != 0)
            return DIGITS_BROKEN;
    }
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

/* Checks what C is about from the start to the end; C is freed. */
static enum digits_rc
check_whole(struct digits_checker *c, char sha256[DIGITS_SHA256_SIZE])
{
    char found[DIGITS_SHA256_SIZE];
    bool done = false;
    enum digits_rc rc = DIGITS_OK;

    while (rc == DIGITS_OK && !done)
        rc = digits_checker_step(c, &done);
    if (rc == DIGITS_OK)
        rc = digits_checker_end(c, found);
    if (rc == DIGITS_OK && sha256 != NULL)
        memcpy(sha256, found, sizeof found);
    digits_checker_free(c);
    return rc;
}

enum digits_rc
digits_check_open(int fd, int sum_fd, int radix, uint64_t length,
                  char sha256[DIGITS_SHA256_SIZE])
{
    struct digits_checker *c = new_checker();
    struct stat info;
    enum digits_rc rc = c == NULL ? DIGITS_NO_MEMORY : DIGITS_OK;

    if (rc == DIGITS_OK) {
        c->file = (struct digits_file){
            .fd = fcntl(fd, F_DUPFD_CLOEXEC, 0), .radix = radix, .length = length};
        if (c->file.fd < 0 || fstat(fd, &info) != 0)
            rc = DIGITS_IO;
        else if ((uint64_t)info.st_size != length + DIGITS_HEAD)
            rc = DIGITS_BROKEN;
    }
    if (rc == DIGITS_OK)
        rc = digits_sum_read_open(&c->sum, sum_fd, radix, length);
    if (rc == DIGITS_OK)
        return check_whole(c, sha256);
    digits_checker_free(c);
    return rc;
}

enum digits_rc
digits_check(int digits_fd, int radix, uint64_t length, char sha256[DIGITS_SHA256_SIZE])
{
    struct digits_checker *c;
    enum digits_rc rc = digits_checker_new(&c, digits_fd, radix, length);

    return rc == DIGITS_OK ? check_whole(c, sha256) : rc;
}
