/*
 * Writing digits files and giving them their names.
 *
 * The checksums are made from the digits on their way to the file, so a file
 * that went bad between the worker and the disk is found by digits_check().
 */
#include "digits_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct digits_writer {
    int fd, sum_fd, radix;
    uint64_t length; /* digits after the point so far */
    size_t in_block; /* bytes in the block under way */
    crypto_hash_sha256_state whole;
    crypto_generichash_state block;
};

static enum digits_rc
write_all(int fd, const void *data, size_t size)
{
    const char *p = data;

    while (size > 0) {
        ssize_t n = write(fd, p, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return DIGITS_IO;
        p += n;
        size -= (size_t)n;
    }
    return DIGITS_OK;
}

static enum digits_rc
write_text(int fd, const char *text)
{
    return write_all(fd, text, strlen(text));
}

static enum digits_rc
end_block(struct digits_writer *w)
{
    unsigned char hash[DIGITS_BLOCK_HASH];
    char hex[2 * DIGITS_BLOCK_HASH + 1], line[sizeof hex + 16];

    crypto_generichash_final(&w->block, hash, sizeof hash);
    crypto_generichash_init(&w->block, NULL, 0, DIGITS_BLOCK_HASH);
    w->in_block = 0;
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(line, sizeof line, "block %s\n", hex);
    return write_text(w->sum_fd, line);
}

/* Appends bytes of the file, its head included. */
static enum digits_rc
append(struct digits_writer *w, const char *text, size_t size)
{
    enum digits_rc rc = write_all(w->fd, text, size);

    crypto_hash_sha256_update(&w->whole, (const unsigned char *)text, size);
    while (rc == DIGITS_OK && size > 0) {
        size_t part = DIGITS_BLOCK - w->in_block;

        if (part > size)
            part = size;
        crypto_generichash_update(&w->block, (const unsigned char *)text, part);
        w->in_block += part;
        text += part;
        size -= part;
        if (w->in_block == DIGITS_BLOCK)
            rc = end_block(w);
    }
    return rc;
}

struct digits_writer *
digits_writer_new(int fd, int sum_fd, int radix)
{
    struct digits_writer *w;
    char head[96];

    if (sodium_init() < 0) {
        errno = ENOSYS;
        return NULL;
    }
    /* The hash states are wider aligned than malloc's results. */
    w = aligned_alloc(_Alignof(struct digits_writer), sizeof *w);
    if (w == NULL)
        return NULL;
    *w = (struct digits_writer){.fd = fd, .sum_fd = sum_fd, .radix = radix};
    crypto_hash_sha256_init(&w->whole);
    crypto_generichash_init(&w->block, NULL, 0, DIGITS_BLOCK_HASH);
    snprintf(head, sizeof head, DIGITS_SUM_HEAD, radix, DIGITS_BLOCK);
    if (write_text(sum_fd, head) != DIGITS_OK || append(w, "3.", 2) != DIGITS_OK) {
        digits_writer_free(w);
        return NULL;
    }
    return w;
}

enum digits_rc
digits_writer_add(struct digits_writer *w, const char *text, size_t length)
{
    enum digits_rc rc;

    if (!digits_are_valid(text, length, w->radix))
        return DIGITS_BROKEN;
    rc = append(w, text, length);
    if (rc == DIGITS_OK)
        w->length += length;
    return rc;
}

enum digits_rc
digits_writer_finish(struct digits_writer *w, char sha256[DIGITS_SHA256_SIZE])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char line[DIGITS_SHA256_SIZE + 64];
    enum digits_rc rc = DIGITS_OK;

    if (w->in_block > 0)
        rc = end_block(w);
    crypto_hash_sha256_final(&w->whole, hash);
    sodium_bin2hex(sha256, DIGITS_SHA256_SIZE, hash, sizeof hash);
    snprintf(line, sizeof line, "length %" PRIu64 "\nsha256 %s\n", w->length, sha256);
    if (rc == DIGITS_OK)
        rc = write_text(w->sum_fd, line);
    if (rc == DIGITS_OK && (fsync(w->fd) != 0 || fsync(w->sum_fd) != 0))
        rc = DIGITS_IO;
    return rc;
}

void
digits_writer_free(struct digits_writer *w)
{
    free(w);
}

/* ---- publishing ---- */

void
digits_name(char name[DIGITS_NAME_SIZE], int radix, uint64_t length, const char *kind)
{
    snprintf(name, DIGITS_NAME_SIZE, "pi-%d-%" PRIu64 ".%s", radix, length, kind);
}

bool
digits_parse_name(const char *name, int *radix, uint64_t *length)
{
    static const char *const kinds[] = {"txt", "sum"};
    char again[DIGITS_NAME_SIZE];

    if (sscanf(name, "pi-%2d-%15" SCNu64, radix, length) != 2 ||
        (*radix != 10 && *radix != 16))
        return false;
    for (size_t i = 0; i < 2; i++) {
        digits_name(again, *radix, *length, kinds[i]);
        if (strcmp(name, again) == 0)
            return true;
    }
    return false;
}

enum digits_rc
digits_commit(int work_fd, const char *aside_txt, const char *aside_sum, int digits_fd,
              int radix, uint64_t length)
{
    char txt[DIGITS_NAME_SIZE], sum[DIGITS_NAME_SIZE];

    digits_name(txt, radix, length, "txt");
    digits_name(sum, radix, length, "sum");
    if (renameat(work_fd, aside_sum, digits_fd, sum) != 0 ||
        renameat(work_fd, aside_txt, digits_fd, txt) != 0 || fsync(digits_fd) != 0)
        return DIGITS_IO;
    return DIGITS_OK;
}

enum digits_rc
digits_remove(int digits_fd, int radix, uint64_t length)
{
    char txt[DIGITS_NAME_SIZE], sum[DIGITS_NAME_SIZE];

    digits_name(txt, radix, length, "txt");
    digits_name(sum, radix, length, "sum");
    /* The digits go first: a file without its sidecar must not be found. */
    if ((unlinkat(digits_fd, txt, 0) != 0 && errno != ENOENT) ||
        (unlinkat(digits_fd, sum, 0) != 0 && errno != ENOENT))
        return DIGITS_IO;
    return DIGITS_OK;
}
