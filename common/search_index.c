/*
 * Reading indexes, see search_index.h. The offsets are kept in memory, since every
 * question needs them and checking them means to read them all; positions are read
 * where they are needed, a few hundred bytes for each key, and checked by the hash of
 * the key. That hash is keyed by the digits' digest and the key, so positions of
 * another key or another file are not mistaken for those that were asked for.
 */
#include "search_index.h"

#include "digits_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct search_head) <= SEARCH_HEAD_SIZE, "the head has room");
_Static_assert(crypto_shorthash_KEYBYTES == 16,
               "the secret is 16 bytes of the digest and the key");

struct search_index {
    atomic_uint users;
    int fd;
    struct search_head head;
    uint32_t *offsets; /* keys + 1 */
};

size_t
search_gram(int radix)
{
    return radix == 16 ? 5 : 6;
}

uint32_t
search_keys(int radix)
{
    return radix == 16 ? UINT32_C(1) << 20 : 1000000;
}

static uint32_t
value_of(char digit)
{
    return (uint32_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

uint32_t
search_key(const char *text, size_t length, int radix, uint32_t *span)
{
    uint32_t key = 0;

    *span = 1;
    for (size_t i = 0; i < search_gram(radix); i++) {
        key *= (uint32_t)radix;
        if (i < length)
            key += value_of(text[i]);
        else
            *span *= (uint32_t)radix;
    }
    return key;
}

void
search_index_name(char name[DIGITS_NAME_SIZE], int radix, uint64_t length)
{
    digits_name(name, radix, length, "idx");
}

bool
search_parse_name(const char *name, int *radix, uint64_t *length)
{
    char again[DIGITS_NAME_SIZE];

    if (sscanf(name, "pi-%2d-%15" SCNu64, radix, length) != 2 ||
        (*radix != 10 && *radix != 16))
        return false;
    search_index_name(again, *radix, *length);
    return strcmp(name, again) == 0;
}

/* Where the hashes and the positions begin. */
static uint64_t
hashes_at(int radix)
{
    return SEARCH_HEAD_SIZE + ((uint64_t)search_keys(radix) + 1) * sizeof(uint32_t);
}

static uint64_t
positions_at(int radix)
{
    return hashes_at(radix) + (uint64_t)search_keys(radix) * sizeof(uint32_t);
}

uint64_t
search_index_bytes(int radix, uint64_t length)
{
    size_t gram = search_gram(radix);
    uint64_t count = length >= gram ? length - gram + 1 : 0;

    return positions_at(radix) + count * sizeof(uint32_t);
}

uint32_t
search_index_hash(const char *sha256, uint32_t key, const uint32_t *positions,
                  size_t count)
{
    unsigned char secret[crypto_shorthash_KEYBYTES], hash[crypto_shorthash_BYTES];
    uint32_t result;

    memcpy(secret, sha256, sizeof secret);
    for (size_t i = 0; i < sizeof key; i++)
        secret[i] ^= (unsigned char)(key >> (8 * i));
    crypto_shorthash(hash, (const unsigned char *)positions, count * sizeof *positions,
                     secret);
    memcpy(&result, hash, sizeof result);
    return result;
}

void
search_head_hash(const struct search_head *head, unsigned char hash[SEARCH_HASH_SIZE])
{
    crypto_generichash(hash, SEARCH_HASH_SIZE, (const unsigned char *)head,
                       offsetof(struct search_head, head), NULL, 0);
}

static bool
head_fits(const struct search_head *head, int radix, uint64_t length,
          const char *sha256)
{
    unsigned char hash[SEARCH_HASH_SIZE];

    search_head_hash(head, hash);
    return memcmp(head->magic, SEARCH_MAGIC, sizeof head->magic) == 0 &&
           head->order == SEARCH_ORDER && head->radix == (uint32_t)radix &&
           head->length == length &&
           memcmp(head->sha256, sha256, sizeof head->sha256) == 0 &&
           memcmp(head->head, hash, sizeof hash) == 0;
}

/* Reads the offsets and checks them. */
static enum digits_rc
read_offsets(struct search_index *index)
{
    int radix = (int)index->head.radix;
    uint32_t keys = search_keys(radix);
    size_t bytes = ((size_t)keys + 1) * sizeof(uint32_t);
    unsigned char hash[SEARCH_HASH_SIZE];
    enum digits_rc rc;

    index->offsets = malloc(bytes);
    if (index->offsets == NULL)
        return DIGITS_NO_MEMORY;
    rc = digits_pread(index->fd, index->offsets, bytes, SEARCH_HEAD_SIZE);
    if (rc != DIGITS_OK)
        return rc;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)index->offsets, bytes,
                       NULL, 0);
    if (memcmp(hash, index->head.offsets, sizeof hash) != 0 || index->offsets[0] != 0 ||
        index->offsets[keys] != index->head.length - search_gram(radix) + 1)
        return DIGITS_BROKEN;
    for (uint32_t i = 0; i < keys; i++)
        if (index->offsets[i] > index->offsets[i + 1])
            return DIGITS_BROKEN;
    return DIGITS_OK;
}

enum digits_rc
search_index_open(struct search_index **out, int digits_fd, int radix, uint64_t length,
                  const char *sha256)
{
    struct search_index *index = calloc(1, sizeof *index);
    char name[DIGITS_NAME_SIZE];
    uint64_t size = 0;
    enum digits_rc rc;

    *out = NULL;
    if (index == NULL)
        return DIGITS_NO_MEMORY;
    atomic_init(&index->users, 1);
    search_index_name(name, radix, length);
    rc = digits_open_file(&index->fd, digits_fd, name, &size);
    if (rc == DIGITS_OK && sodium_init() < 0)
        rc = DIGITS_IO;
    if (rc == DIGITS_OK && (length < SEARCH_GRAM_MOST || length > SEARCH_INDEX_MOST ||
                            size != search_index_bytes(radix, length)))
        rc = DIGITS_BROKEN;
    if (rc == DIGITS_OK)
        rc = digits_pread(index->fd, &index->head, sizeof index->head, 0);
    if (rc == DIGITS_OK && !head_fits(&index->head, radix, length, sha256))
        rc = DIGITS_BROKEN;
    if (rc == DIGITS_OK)
        rc = read_offsets(index);
    if (rc == DIGITS_OK)
        *out = index;
    else
        search_index_release(index);
    return rc;
}

void
search_index_release(struct search_index *index)
{
    if (index == NULL ||
        atomic_fetch_sub_explicit(&index->users, 1, memory_order_acq_rel) > 1)
        return;
    if (index->fd >= 0)
        close(index->fd);
    free(index->offsets);
    free(index);
}

uint64_t
search_index_count(const struct search_index *index, uint32_t key, uint32_t count)
{
    return index->offsets[key + count] - index->offsets[key];
}

/* True when the COUNT POSITIONS ascend within the digits. */
static bool
are_ascending(const struct search_index *index, const uint32_t *positions, size_t count)
{
    uint32_t before = 0;

    for (size_t i = 0; i < count; i++) {
        if (positions[i] <= before || positions[i] > index->head.length)
            return false;
        before = positions[i];
    }
    return true;
}

enum digits_rc
search_index_read(const struct search_index *index, uint32_t key, uint32_t **positions,
                  size_t *count)
{
    int radix = (int)index->head.radix;
    uint64_t at = positions_at(radix) + (uint64_t)index->offsets[key] * sizeof key;
    uint32_t hash = 0;
    enum digits_rc rc;

    *count = (size_t)search_index_count(index, key, 1);
    *positions = NULL;
    if (*count == 0)
        return DIGITS_OK;
    *positions = malloc(*count * sizeof **positions);
    if (*positions == NULL)
        return DIGITS_NO_MEMORY;
    rc = digits_pread(index->fd, *positions, *count * sizeof **positions, (off_t)at);
    if (rc == DIGITS_OK)
        rc = digits_pread(index->fd, &hash, sizeof hash,
                          (off_t)(hashes_at(radix) + (uint64_t)key * sizeof hash));
    if (rc == DIGITS_OK &&
        (hash != search_index_hash(index->head.sha256, key, *positions, *count) ||
         !are_ascending(index, *positions, *count)))
        rc = DIGITS_BROKEN;
    if (rc != DIGITS_OK) {
        free(*positions);
        *positions = NULL;
    }
    return rc;
}

bool
search_index_fits(const struct search_index *index, int radix, uint64_t length,
                  const char *sha256)
{
    return head_fits(&index->head, radix, length, sha256);
}

bool
search_index_is_there(const struct search_index *index, int digits_fd)
{
    char name[DIGITS_NAME_SIZE];
    struct stat own, named;

    search_index_name(name, (int)index->head.radix, index->head.length);
    return fstat(index->fd, &own) == 0 &&
           fstatat(digits_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

void
search_index_hold(struct search_index *index)
{
    atomic_fetch_add_explicit(&index->users, 1, memory_order_relaxed);
}
