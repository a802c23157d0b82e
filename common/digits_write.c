/*
 * Writing digits files.
 *
 * The checksums are made from the digits on their way to the file, so a file
 * that went bad between the worker and the disk is found by digits_check().
 *
 * Long adds are worked on by several threads, a lot of at most LOT_BLOCKS blocks
 * at a time: the whole's SHA-256, which can only be made from front to back, is one
 * task, each block's checksum another. Meanwhile the calling thread writes, and
 * then takes tasks, too. It alone writes, front to back: a reader of the growing
 * file never meets a hole, and copying the bytes is a twentieth of the work. A
 * lot's threads end with it, and when none can be started the caller does all.
 */
#include "digits_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Blocks begun or ended in a lot; threads besides the caller; bytes that are worth
 * starting threads. */
enum { LOT_BLOCKS = 32, MOST_HELPERS = 15, LEAST_SHARED = 1 << 18 };

struct digits_writer {
    int fd, sum_fd, radix, threads;
    int error;       /* errno of the failure that ended it, or 0 */
    uint64_t length; /* digits after the point so far */
    size_t in_block; /* bytes in the block under way */
    crypto_hash_sha256_state whole;
    crypto_generichash_state block; /* the one under way */
};

/* Some bytes of the file, and what is made of them. */
struct lot {
    struct digits_writer *w;
    const char *text;
    size_t size;
    size_t first;  /* bytes that belong to the block under way */
    size_t blocks; /* that one, and those after it, the last one perhaps not full */
    atomic_size_t next;           /* task: 0 the whole, 1 .. blocks */
    crypto_generichash_state end; /* of the last block, unless it is full */
    unsigned char hash[LOT_BLOCKS][DIGITS_BLOCK_HASH];  /* of those that are full */
    unsigned char state[LOT_BLOCKS][DIGITS_BLOCK_HASH]; /* the whole's after these */
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

/* A line of the sidecar: KIND "block" with its hash, "state" with the whole's. */
static enum digits_rc
write_line(struct digits_writer *w, const char *kind, const unsigned char *hash)
{
    char hex[2 * DIGITS_BLOCK_HASH + 1], line[sizeof hex + 16];

    sodium_bin2hex(hex, sizeof hex, hash, DIGITS_BLOCK_HASH);
    snprintf(line, sizeof line, "%s %s\n", kind, hex);
    return write_text(w->sum_fd, line);
}

/* Where block I of LOT begins, I = blocks: the end. */
static size_t
block_at(const struct lot *lot, size_t i)
{
    size_t at = i == 0 ? 0 : lot->first + (i - 1) * DIGITS_BLOCK;

    return at < lot->size ? at : lot->size;
}

/* True when LOT has block I's last byte. */
static bool
block_is_full(const struct lot *lot, size_t i)
{
    size_t size = block_at(lot, i + 1) - block_at(lot, i);

    return size + (i == 0 ? lot->w->in_block : 0) == DIGITS_BLOCK;
}

static void
hash_block(struct lot *lot, size_t i)
{
    size_t at = block_at(lot, i), end = block_at(lot, i + 1);
    crypto_generichash_state state;

    if (i == 0)
        state = lot->w->block;
    else
        crypto_generichash_init(&state, NULL, 0, DIGITS_BLOCK_HASH);
    crypto_generichash_update(&state, (const unsigned char *)lot->text + at, end - at);
    if (block_is_full(lot, i))
        crypto_generichash_final(&state, lot->hash[i], DIGITS_BLOCK_HASH);
    else
        lot->end = state;
}

/* Hashes all of LOT as a part of the whole file. */
static void
hash_whole(struct lot *lot)
{
    for (size_t i = 0; i < lot->blocks; i++) {
        size_t at = block_at(lot, i), end = block_at(lot, i + 1);

        crypto_hash_sha256_update(&lot->w->whole, (const unsigned char *)lot->text + at,
                                  end - at);
        if (block_is_full(lot, i))
            digits_state_save(&lot->w->whole, lot->state[i]);
    }
}

/* Takes tasks of the lot ARG until none is left. A thread. */
static void *
do_tasks(void *arg)
{
    struct lot *lot = arg;
    size_t task;

    while ((task = atomic_fetch_add(&lot->next, 1)) <= lot->blocks) {
        if (task == 0)
            hash_whole(lot);
        else
            hash_block(lot, task - 1);
    }
    return NULL;
}

/* Writes LOT and does its tasks. */
static enum digits_rc
do_lot(struct lot *lot)
{
    int wanted = lot->size < LEAST_SHARED ? 0 : lot->w->threads - 1, started = 0;
    pthread_t helpers[MOST_HELPERS];
    enum digits_rc rc;
    int error;

    wanted = wanted < MOST_HELPERS ? wanted : MOST_HELPERS;
    while (started < wanted && (size_t)started <= lot->blocks &&
           pthread_create(&helpers[started], NULL, do_tasks, lot) == 0)
        started++;
    rc = write_all(lot->w->fd, lot->text, lot->size);
    error = errno;
    do_tasks(lot);
    while (started > 0)
        pthread_join(helpers[--started], NULL);
    errno = error;
    return rc;
}

/* Appends SIZE bytes of the file, its head included; no more than fit a lot. */
static enum digits_rc
append_lot(struct digits_writer *w, const char *text, size_t size)
{
    struct lot lot = {.w = w, .text = text, .size = size};
    enum digits_rc rc;
    size_t last;

    lot.first = DIGITS_BLOCK - w->in_block;
    lot.blocks = 1;
    if (size > lot.first)
        lot.blocks += (size - lot.first + DIGITS_BLOCK - 1) / DIGITS_BLOCK;
    rc = do_lot(&lot);
    for (size_t i = 0; rc == DIGITS_OK && i < lot.blocks && block_is_full(&lot, i);
         i++) {
        rc = write_line(w, "block", lot.hash[i]);
        if (rc == DIGITS_OK)
            rc = write_line(w, "state", lot.state[i]);
    }
    last = lot.blocks - 1;
    if (block_is_full(&lot, last)) {
        crypto_generichash_init(&w->block, NULL, 0, DIGITS_BLOCK_HASH);
        w->in_block = 0;
    } else {
        w->block = lot.end;
        w->in_block = (last == 0 ? w->in_block : 0) + size - block_at(&lot, last);
    }
    return rc;
}

static enum digits_rc
append(struct digits_writer *w, const char *text, size_t size)
{
    enum digits_rc rc = DIGITS_OK;

    while (rc == DIGITS_OK && size > 0) {
        size_t most = LOT_BLOCKS * (size_t)DIGITS_BLOCK - w->in_block;
        size_t part = size < most ? size : most;

        rc = append_lot(w, text, part);
        text += part;
        size -= part;
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
    *w = (struct digits_writer){
        .fd = fd, .sum_fd = sum_fd, .radix = radix, .threads = 1};
    crypto_hash_sha256_init(&w->whole);
    crypto_generichash_init(&w->block, NULL, 0, DIGITS_BLOCK_HASH);
    snprintf(head, sizeof head, DIGITS_SUM_HEAD, DIGITS_SUM_VERSION, radix,
             DIGITS_BLOCK);
    if (write_text(sum_fd, head) != DIGITS_OK || append(w, "3.", 2) != DIGITS_OK) {
        digits_writer_free(w);
        return NULL;
    }
    return w;
}

void
digits_writer_threads(struct digits_writer *w, int threads)
{
    w->threads = threads;
}

/* RC, an error of writing also for every call after this one. */
static enum digits_rc
keep_error(struct digits_writer *w, enum digits_rc rc)
{
    if (rc == DIGITS_IO)
        w->error = errno;
    return rc;
}

enum digits_rc
digits_writer_add(struct digits_writer *w, const char *text, size_t length)
{
    enum digits_rc rc;

    if (w->error != 0) {
        errno = w->error;
        return DIGITS_IO;
    }
    if (!digits_are_valid(text, length, w->radix))
        return DIGITS_BROKEN;
    rc = keep_error(w, append(w, text, length));
    if (rc == DIGITS_OK)
        w->length += length;
    return rc;
}

enum digits_rc
digits_writer_finish(struct digits_writer *w, char sha256[DIGITS_SHA256_SIZE])
{
    unsigned char hash[crypto_hash_sha256_BYTES], block[DIGITS_BLOCK_HASH];
    char line[DIGITS_SHA256_SIZE + 64];
    enum digits_rc rc = DIGITS_OK;

    if (w->error != 0) {
        errno = w->error;
        return DIGITS_IO;
    }
    if (w->in_block > 0) {
        crypto_generichash_final(&w->block, block, sizeof block);
        rc = write_line(w, "block", block);
    }
    crypto_hash_sha256_final(&w->whole, hash);
    sodium_bin2hex(sha256, DIGITS_SHA256_SIZE, hash, sizeof hash);
    snprintf(line, sizeof line, "length %" PRIu64 "\nsha256 %s\n", w->length, sha256);
    if (rc == DIGITS_OK)
        rc = write_text(w->sum_fd, line);
    if (rc == DIGITS_OK && (fsync(w->fd) != 0 || fsync(w->sum_fd) != 0))
        rc = DIGITS_IO;
    return keep_error(w, rc);
}

void
digits_writer_free(struct digits_writer *w)
{
    free(w);
}
