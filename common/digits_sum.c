/*
 * Reading a sidecar, all of it at once: its size follows from the file's, so that
 * one that was cut or grown is found before its content is looked at.
 */
#include "digits_internal.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Characters of a hash, and of a line with one: the words "block" and "state" are as
 * long as each other. */
enum { HEX = 2 * DIGITS_BLOCK_HASH, BLOCK_LINE = sizeof "block " - 1 + HEX + 1 };

size_t
digits_blocks(uint64_t length)
{
    return (size_t)((length + DIGITS_HEAD + DIGITS_BLOCK - 1) / DIGITS_BLOCK);
}

size_t
digits_full_blocks(uint64_t length)
{
    return (size_t)((length + DIGITS_HEAD) / DIGITS_BLOCK);
}

/* Takes WORD off the text at *AT. */
static bool
take_word(const char **at, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* Takes a line of WORD and a hash off the text at *AT. */
static bool
take_hash(const char **at, const char *word, unsigned char *hash)
{
    const char *end;

    if (!take_word(at, word) ||
        strspn(*at, "0123456789abcdef") != HEX || /* no capitals */
        sodium_hex2bin(hash, DIGITS_BLOCK_HASH, *at, HEX, NULL, NULL, &end) != 0)
        return false;
    *at = end;
    return take_word(at, "\n");
}

/* Takes the lines of block I off the text at *AT. */
static bool
take_block(const char **at, struct digits_sum *sum, size_t i, size_t full)
{
    size_t place = i * DIGITS_BLOCK_HASH;

    return take_hash(at, "block ", sum->hashes + place) &&
           (sum->states == NULL || i >= full ||
            take_hash(at, "state ", sum->states + place));
}

/* Takes TEXT apart into SUM, which has its blocks, and states from version 2 on. */
static bool
parse(const char *text, int radix, uint64_t length, struct digits_sum *sum)
{
    int version = sum->states != NULL ? DIGITS_SUM_VERSION : 1;
    unsigned char whole[DIGITS_BLOCK_HASH];
    char line[96];

    snprintf(line, sizeof line, DIGITS_SUM_HEAD, version, radix, DIGITS_BLOCK);
    if (!take_word(&text, line))
        return false;
    for (size_t i = 0; i < sum->blocks; i++)
        if (!take_block(&text, sum, i, digits_full_blocks(length)))
            return false;
    snprintf(line, sizeof line, "length %" PRIu64 "\n", length);
    if (!take_word(&text, line) || !take_hash(&text, "sha256 ", whole) || *text != '\0')
        return false;
    sodium_bin2hex(sum->sha256, sizeof sum->sha256, whole, sizeof whole);
    return true;
}

/* Bytes of the sidecar of VERSION of a file of LENGTH digits. */
static size_t
size_of(int version, int radix, uint64_t length)
{
    int head = snprintf(NULL, 0, DIGITS_SUM_HEAD, version, radix, DIGITS_BLOCK);
    int end = snprintf(NULL, 0, "length %" PRIu64 "\nsha256 \n", length) + HEX;
    size_t lines = digits_blocks(length);

    if (version > 1)
        lines += digits_full_blocks(length);
    return (size_t)head + lines * BLOCK_LINE + (size_t)end;
}

/* Which version the sidecar FD is of, by its first line. */
static enum digits_rc
read_version(int fd, int *version)
{
    static const char first[] = "nthpi-digits ";
    char head[sizeof first];
    enum digits_rc rc = digits_pread(fd, head, sizeof head, 0);

    if (rc != DIGITS_OK)
        return rc;
    *version = head[sizeof first - 1] - '0';
    return memcmp(head, first, sizeof first - 1) == 0 && *version >= 1 &&
                   *version <= DIGITS_SUM_VERSION
               ? DIGITS_OK
               : DIGITS_BROKEN;
}

/* Reads the sidecar FD of SIZE bytes and takes it apart. */
static enum digits_rc
read_text(struct digits_sum *sum, int fd, int radix, uint64_t length, size_t size)
{
    char *text = malloc(size + 1);
    enum digits_rc rc = text == NULL ? DIGITS_NO_MEMORY : DIGITS_OK;

    if (rc == DIGITS_OK)
        rc = digits_pread(fd, text, size, 0);
    if (rc == DIGITS_OK) {
        text[size] = '\0';
        rc = parse(text, radix, length, sum) ? DIGITS_OK : DIGITS_BROKEN;
    }
    free(text);
    return rc;
}

enum digits_rc
digits_sum_read_open(struct digits_sum *sum, int fd, int radix, uint64_t length)
{
    int version = 0;
    size_t size = 0;
    struct stat info;
    enum digits_rc rc = read_version(fd, &version);

    *sum = (struct digits_sum){.blocks = digits_blocks(length)};
    if (rc == DIGITS_OK && fstat(fd, &info) != 0)
        rc = DIGITS_IO;
    if (rc == DIGITS_OK) {
        size = size_of(version, radix, length);
        if ((uint64_t)info.st_size != size)
            rc = DIGITS_BROKEN;
    }
    if (rc == DIGITS_OK) {
        sum->hashes = malloc(sum->blocks * DIGITS_BLOCK_HASH);
        if (version > 1)
            sum->states = malloc(sum->blocks * DIGITS_BLOCK_HASH);
        if (sum->hashes == NULL || (version > 1 && sum->states == NULL))
            rc = DIGITS_NO_MEMORY;
    }
    if (rc == DIGITS_OK)
        rc = read_text(sum, fd, radix, length, size);
    if (rc != DIGITS_OK)
        digits_sum_clear(sum);
    return rc;
}

enum digits_rc
digits_sum_read(struct digits_sum *sum, int digits_fd, int radix, uint64_t length)
{
    char name[DIGITS_NAME_SIZE];
    uint64_t size;
    int fd = -1;
    enum digits_rc rc;

    *sum = (struct digits_sum){.blocks = 0};
    digits_name(name, radix, length, "sum");
    rc = digits_open_file(&fd, digits_fd, name, &size);
    if (rc == DIGITS_OK)
        rc = digits_sum_read_open(sum, fd, radix, length);
    if (fd >= 0)
        close(fd);
    return rc;
}

void
digits_sum_clear(struct digits_sum *sum)
{
    free(sum->hashes);
    free(sum->states);
    sum->hashes = sum->states = NULL;
}

enum digits_rc
digits_read_block(const struct digits_file *file, const struct digits_sum *sum,
                  size_t i, char *block, size_t *size)
{
    uint64_t at = (uint64_t)i * DIGITS_BLOCK, left = file->length + DIGITS_HEAD - at;
    size_t part = left < DIGITS_BLOCK ? (size_t)left : DIGITS_BLOCK;
    size_t head = i == 0 ? DIGITS_HEAD : 0;
    unsigned char hash[DIGITS_BLOCK_HASH];
    enum digits_rc rc = digits_pread(file->fd, block, part, (off_t)at);

    if (rc != DIGITS_OK)
        return rc;
    if (memcmp(block, "3.", head) != 0 ||
        !digits_are_valid(block + head, part - head, file->radix))
        return DIGITS_BROKEN;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)block, part, NULL, 0);
    *size = part;
    return memcmp(hash, sum->hashes + i * DIGITS_BLOCK_HASH, sizeof hash) == 0
               ? DIGITS_OK
               : DIGITS_BROKEN;
}
