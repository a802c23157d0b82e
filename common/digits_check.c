/*
 * Checking a published file against its sidecar, block by block in one pass.
 */
#include "digits_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A line of the sidecar holds no more than a word and 64 hex digits. */
enum { LINE_SIZE = 128, HEX_SIZE = 2 * DIGITS_BLOCK_HASH + 1 };

/* Opens the sidecar of the file of LENGTH digits. */
static enum digits_rc
open_sum(int *fd, int digits_fd, int radix, uint64_t length)
{
    char name[DIGITS_NAME_SIZE];

    digits_name(name, radix, length, "sum");
    *fd = openat(digits_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0)
        return errno == ENOENT ? DIGITS_MISSING : DIGITS_IO;
    return DIGITS_OK;
}

/* A stream of the sidecar FD, past its head; FD stays the caller's. */
static enum digits_rc
read_sum(FILE **sum, int fd, int radix)
{
    char head[96], found[sizeof head] = "";
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    size_t size;

    if (own < 0)
        return DIGITS_IO;
    *sum = fdopen(own, "r");
    if (*sum == NULL) {
        close(own);
        return DIGITS_NO_MEMORY;
    }
    if (fseek(*sum, 0, SEEK_SET) != 0)
        return DIGITS_IO;
    snprintf(head, sizeof head, DIGITS_SUM_HEAD, radix, DIGITS_BLOCK);
    size = strlen(head);
    if (fread(found, 1, size, *sum) != size || memcmp(head, found, size) != 0)
        return ferror(*sum) ? DIGITS_IO : DIGITS_BROKEN;
    return DIGITS_OK;
}

/* The next line of SUM must be exactly EXPECTED. */
static enum digits_rc
expect_line(FILE *sum, const char *expected)
{
    char line[LINE_SIZE];

    if (fgets(line, sizeof line, sum) == NULL)
        return ferror(sum) ? DIGITS_IO : DIGITS_BROKEN;
    return strcmp(line, expected) == 0 ? DIGITS_OK : DIGITS_BROKEN;
}

static enum digits_rc
check_block(FILE *sum, const char *block, size_t size)
{
    unsigned char hash[DIGITS_BLOCK_HASH];
    char hex[HEX_SIZE], line[LINE_SIZE];

    crypto_generichash(hash, sizeof hash, (const unsigned char *)block, size, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(line, sizeof line, "block %s\n", hex);
    return expect_line(sum, line);
}

/* Checks the blocks of FILE, hashing the whole. BLOCK: DIGITS_BLOCK bytes. */
static enum digits_rc
check_blocks(const struct digits_file *file, FILE *sum, char *block,
             char sha256[DIGITS_SHA256_SIZE])
{
    crypto_hash_sha256_state whole;
    unsigned char hash[crypto_hash_sha256_BYTES];
    uint64_t size = file->length + DIGITS_HEAD;
    enum digits_rc rc = DIGITS_OK;

    crypto_hash_sha256_init(&whole);
    for (uint64_t at = 0; rc == DIGITS_OK && at < size; at += DIGITS_BLOCK) {
        size_t part = size - at < DIGITS_BLOCK ? (size_t)(size - at) : DIGITS_BLOCK;
        size_t head = at == 0 ? DIGITS_HEAD : 0;

        rc = digits_pread(file->fd, block, part, (off_t)at);
        if (rc != DIGITS_OK)
            break;
        if (memcmp(block, "3.", head) != 0 ||
            !digits_are_valid(block + head, part - head, file->radix))
            return DIGITS_BROKEN;
        crypto_hash_sha256_update(&whole, (const unsigned char *)block, part);
        rc = check_block(sum, block, part);
    }
    crypto_hash_sha256_final(&whole, hash);
    sodium_bin2hex(sha256, DIGITS_SHA256_SIZE, hash, sizeof hash);
    return rc;
}

static enum digits_rc
check_end(FILE *sum, uint64_t length, const char *sha256)
{
    char line[LINE_SIZE];
    enum digits_rc rc;

    snprintf(line, sizeof line, "length %" PRIu64 "\n", length);
    rc = expect_line(sum, line);
    snprintf(line, sizeof line, "sha256 %s\n", sha256);
    if (rc == DIGITS_OK)
        rc = expect_line(sum, line);
    if (rc == DIGITS_OK && fgetc(sum) != EOF)
        rc = DIGITS_BROKEN;
    return rc;
}

enum digits_rc
digits_check_open(int fd, int sum_fd, int radix, uint64_t length,
                  char sha256[DIGITS_SHA256_SIZE])
{
    const struct digits_file file = {fd, radix, length};
    char found[DIGITS_SHA256_SIZE];
    char *block = NULL;
    FILE *sum = NULL;
    struct stat info;
    enum digits_rc rc = sodium_init() < 0 || fstat(fd, &info) != 0
                            ? DIGITS_IO
                            : read_sum(&sum, sum_fd, radix);

    if (rc == DIGITS_OK && (uint64_t)info.st_size != length + DIGITS_HEAD)
        rc = DIGITS_BROKEN;
    if (rc == DIGITS_OK && (block = malloc(DIGITS_BLOCK)) == NULL)
        rc = DIGITS_NO_MEMORY;
    if (rc == DIGITS_OK)
        rc = check_blocks(&file, sum, block, found);
    if (rc == DIGITS_OK)
        rc = check_end(sum, length, found);
    if (rc == DIGITS_OK && sha256 != NULL)
        memcpy(sha256, found, sizeof found);
    free(block);
    if (sum != NULL)
        fclose(sum);
    return rc;
}

enum digits_rc
digits_check(int digits_fd, int radix, uint64_t length, char sha256[DIGITS_SHA256_SIZE])
{
    struct digits_file file;
    int sum_fd = -1;
    enum digits_rc rc = digits_open(&file, digits_fd, radix, length);

    if (rc == DIGITS_OK)
        rc = open_sum(&sum_fd, digits_fd, radix, length);
    if (rc == DIGITS_OK)
        rc = digits_check_open(file.fd, sum_fd, radix, length, sha256);
    if (sum_fd >= 0)
        close(sum_fd);
    digits_close(&file);
    return rc;
}
