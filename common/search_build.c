/*
 * Building an index, see search_index.h: a counting sort. The first pass over the
 * digits counts the strings of each key, which gives the offsets. Each further pass
 * takes the next keys whose positions fit into the memory it may use, and puts these
 * positions into their places, which leaves them in ascending order since the digits
 * come in order. 100,000,000 digits in 64 MiB take seven passes.
 *
 * Every block is checked against its checksum in every pass, so all passes see the
 * same digits, and what was counted is what is placed.
 */
#include "search_index.h"

#include "digits_internal.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct build {
    struct digits_file file;
    struct digits_sum sum;
    int out_fd;
    uint32_t keys;
    size_t gram;
    uint32_t *offsets; /* keys + 1 */
    uint32_t *next;    /* keys: where the next position of a key goes */
    uint32_t *hashes;  /* keys */
    char *block;       /* DIGITS_BLOCK bytes */

    uint32_t *positions; /* of the keys FIRST .. END - 1 */
    uint32_t first, end;

    /* where a pass is */
    uint32_t key;      /* of the last digits */
    uint32_t position; /* of the last digit */

    uint64_t work, done; /* blocks in all, and until now */
    bool (*progress)(void *ctx, double fraction);
    void *ctx;
};

/* The key after one more DIGIT. HEX is known where this is called. */
static inline uint32_t
roll(uint32_t key, unsigned char digit, bool hex)
{
    if (hex)
        return (key << 4 | (uint32_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10)) &
               0xfffff;
    return key % 100000 * 10 + (uint32_t)(digit - '0');
}

/* The SIZE digits at TEXT follow: counts them, or places those of the pass's keys. */
static inline void
take(struct build *b, const unsigned char *text, size_t size, bool hex, bool place)
{
    uint32_t key = b->key, position = b->position, width = b->end - b->first;
    uint32_t base = b->offsets[b->first], gram = (uint32_t)b->gram;

    for (size_t i = 0; i < size; i++) {
        key = roll(key, text[i], hex);
        if (++position < gram)
            continue;
        if (!place)
            b->offsets[key + 1]++;
        else if (key - b->first < width)
            b->positions[b->next[key]++ - base] = position - gram + 1;
    }
    b->key = key;
    b->position = position;
}

/* One pass over all digits. */
static enum digits_rc
pass(struct build *b, bool place)
{
    b->key = b->position = 0;
    for (size_t i = 0; i < b->sum.blocks; i++) {
        const unsigned char *text = (const unsigned char *)b->block;
        size_t size, head = i == 0 ? DIGITS_HEAD : 0;
        enum digits_rc rc = digits_read_block(&b->file, &b->sum, i, b->block, &size);

        if (rc != DIGITS_OK)
            return rc;
        if (b->file.radix == 16 && place)
            take(b, text + head, size - head, true, true);
        else if (b->file.radix == 16)
            take(b, text + head, size - head, true, false);
        else if (place)
            take(b, text + head, size - head, false, true);
        else
            take(b, text + head, size - head, false, false);
        b->done++;
        if (b->progress != NULL &&
            !b->progress(b->ctx, (double)b->done / (double)b->work)) {
            errno = ECANCELED;
            return DIGITS_IO;
        }
    }
    return DIGITS_OK;
}

/* The first key after FIRST whose positions do not fit into ROOM any more; one key
 * always does. */
static uint32_t
end_of_pass(const struct build *b, uint32_t first, uint64_t room)
{
    uint32_t end = first + 1;

    while (end < b->keys && b->offsets[end + 1] - b->offsets[first] <= room)
        end++;
    return end;
}

/* Counts the passes that follow, and the positions of the largest. */
static uint64_t
plan_passes(const struct build *b, uint64_t room, size_t *largest)
{
    uint64_t passes = 0;

    *largest = 1;
    for (uint32_t first = 0, end; first < b->keys; first = end, passes++) {
        size_t count;

        end = end_of_pass(b, first, room);
        count = b->offsets[end] - b->offsets[first];
        *largest = count > *largest ? count : *largest;
    }
    return passes;
}

static enum digits_rc
write_at(int fd, const void *bytes, size_t size, uint64_t at)
{
    const char *p = bytes;

    while (size > 0) {
        ssize_t n = pwrite(fd, p, size, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return DIGITS_IO;
        p += n;
        at += (uint64_t)n;
        size -= (size_t)n;
    }
    return DIGITS_OK;
}

/* Places, hashes and writes the positions of the next keys. */
static enum digits_rc
make_positions(struct build *b, uint64_t at)
{
    uint32_t base = b->offsets[b->first];
    enum digits_rc rc = pass(b, true);

    if (rc != DIGITS_OK)
        return rc;
    for (uint32_t key = b->first; key < b->end; key++)
        b->hashes[key] =
            search_index_hash(b->sum.sha256, key, b->positions + b->offsets[key] - base,
                              b->offsets[key + 1] - b->offsets[key]);
    return write_at(b->out_fd, b->positions,
                    (b->offsets[b->end] - base) * sizeof(uint32_t),
                    at + base * UINT64_C(4));
}

/* The head, the offsets and the hashes; all to the disk. */
static enum digits_rc
finish(struct build *b)
{
    size_t offsets = ((size_t)b->keys + 1) * sizeof(uint32_t);
    struct search_head head = {.order = SEARCH_ORDER,
                               .radix = (uint32_t)b->file.radix,
                               .length = b->file.length};
    enum digits_rc rc;

    memcpy(head.magic, SEARCH_MAGIC, sizeof head.magic);
    memcpy(head.sha256, b->sum.sha256, sizeof head.sha256);
    crypto_generichash(head.offsets, sizeof head.offsets,
                       (const unsigned char *)b->offsets, offsets, NULL, 0);
    search_head_hash(&head, head.head);
    rc = write_at(b->out_fd, &head, sizeof head, 0);
    if (rc == DIGITS_OK)
        rc = write_at(b->out_fd, b->offsets, offsets, SEARCH_HEAD_SIZE);
    if (rc == DIGITS_OK)
        rc = write_at(b->out_fd, b->hashes, b->keys * sizeof(uint32_t),
                      SEARCH_HEAD_SIZE + offsets);
    if (rc == DIGITS_OK && fsync(b->out_fd) != 0)
        rc = DIGITS_IO;
    return rc;
}

/* Counts, then makes the passes. */
static enum digits_rc
sort(struct build *b, size_t memory)
{
    uint64_t room = memory / sizeof(uint32_t);
    uint64_t at = search_index_bytes(b->file.radix, 0);
    size_t largest;
    enum digits_rc rc;

    /* Until the counts are known, as many passes as there usually are. */
    b->work = (2 + b->file.length / (room > 0 ? room : 1)) * b->sum.blocks;
    rc = pass(b, false);
    if (rc != DIGITS_OK)
        return rc;
    for (uint32_t i = 0; i < b->keys; i++)
        b->offsets[i + 1] += b->offsets[i];
    memcpy(b->next, b->offsets, b->keys * sizeof *b->next);
    b->work = (1 + plan_passes(b, room, &largest)) * b->sum.blocks;
    b->positions = malloc(largest * sizeof *b->positions);
    if (b->positions == NULL)
        return DIGITS_NO_MEMORY;
    for (b->first = 0; rc == DIGITS_OK && b->first < b->keys; b->first = b->end) {
        b->end = end_of_pass(b, b->first, room);
        rc = make_positions(b, at);
    }
    return rc;
}

enum digits_rc
search_index_build(int text_fd, int sum_fd, int radix, uint64_t length, int out_fd,
                   size_t memory, bool (*progress)(void *ctx, double fraction),
                   void *ctx)
{
    struct build b = {.file = {.fd = text_fd, .radix = radix, .length = length},
                      .out_fd = out_fd,
                      .keys = search_keys(radix),
                      .gram = search_gram(radix),
                      .progress = progress,
                      .ctx = ctx};
    enum digits_rc rc = DIGITS_NO_MEMORY;

    if (sodium_init() < 0 || length < SEARCH_GRAM_MOST || length > SEARCH_INDEX_MOST)
        return DIGITS_BROKEN;
    b.offsets = calloc((size_t)b.keys + 1, sizeof *b.offsets);
    b.next = malloc(b.keys * sizeof *b.next);
    b.hashes = malloc(b.keys * sizeof *b.hashes);
    b.block = malloc(DIGITS_BLOCK);
    if (b.offsets != NULL && b.next != NULL && b.hashes != NULL && b.block != NULL)
        rc = digits_sum_read_open(&b.sum, sum_fd, radix, length);
    if (rc == DIGITS_OK) {
        rc = sort(&b, memory);
        if (rc == DIGITS_OK)
            rc = finish(&b);
        digits_sum_clear(&b.sum);
    }
    free(b.positions);
    free(b.block);
    free(b.hashes);
    free(b.next);
    free(b.offsets);
    return rc;
}
