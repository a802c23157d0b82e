/*
 * Which blocks of the published files are known to be whole, so that a page costs
 * the same whether or not it is the first of its block, and a file that is handed
 * to nginx is not read each time.
 *
 * A file stays what it was found to be as long as its device, inode, size and both
 * of its times are the same: whoever writes to it changes ctime, which nobody can
 * set. A change within the same tick of the kernel's clock would leave ctime as it
 * is, so a block is not remembered while the file's ctime is the time now. After
 * every read the file is looked at again: bytes of a block that is remembered count
 * only when nothing changed until then; otherwise the block is read as a whole,
 * and what is handed out is taken from the very bytes that were hashed.
 *
 * What goes bad below the file system (a disk) shows no such trace. It is found
 * when the daemon reads all again, and never where a block is read the first time.
 */
#include "digits_internal.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Longer than a tick of the kernel's clock (at most 10 ms). */
enum { TICK_NS = 20 * 1000 * 1000 };

struct digits_proof {
    atomic_uint users;
    struct stat of;
    int radix;
    uint64_t length;
    struct digits_sum sum;
    atomic_uchar *good; /* of each block: it is remembered */
};

/* The newest file of each radix. */
struct digits_trust {
    pthread_mutex_t lock;
    struct digits_proof *known[2];
};

struct digits_trust *
digits_trust_new(void)
{
    struct digits_trust *trust = calloc(1, sizeof *trust);

    if (trust != NULL && pthread_mutex_init(&trust->lock, NULL) != 0) {
        free(trust);
        trust = NULL;
    }
    return trust;
}

void
digits_trust_free(struct digits_trust *trust)
{
    if (trust == NULL)
        return;
    for (size_t i = 0; i < 2; i++)
        digits_proof_release(trust->known[i]);
    pthread_mutex_destroy(&trust->lock);
    free(trust);
}

static struct digits_proof *
keep(struct digits_proof *proof)
{
    atomic_fetch_add_explicit(&proof->users, 1, memory_order_relaxed);
    return proof;
}

void
digits_proof_release(struct digits_proof *proof)
{
    if (proof == NULL ||
        atomic_fetch_sub_explicit(&proof->users, 1, memory_order_acq_rel) > 1)
        return;
    digits_sum_clear(&proof->sum);
    free(proof->good);
    free(proof);
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size && same_time(&a->st_mtim, &b->st_mtim) &&
           same_time(&a->st_ctim, &b->st_ctim);
}

/* True when FILE is now what its proof is about. */
static bool
is_unchanged(const struct digits_file *file)
{
    struct stat now;

    return fstat(file->fd, &now) == 0 && same_file(&now, &file->proof->of);
}

/* True when a change now would show in ctime. */
static bool
would_show(const struct stat *of)
{
    struct timespec now;
    int64_t seconds, away;

    clock_gettime(CLOCK_REALTIME, &now);
    seconds = (int64_t)now.tv_sec - of->st_ctim.tv_sec;
    if (seconds > 1 || seconds < -1)
        return true;
    away = seconds * 1000000000 + now.tv_nsec - of->st_ctim.tv_nsec;
    return away > TICK_NS || away < -TICK_NS;
}

static enum digits_rc
make_proof(struct digits_proof **out, const struct stat *of, int digits_fd, int radix,
           uint64_t length)
{
    struct digits_proof *proof = calloc(1, sizeof *proof);
    enum digits_rc rc;

    if (proof == NULL)
        return DIGITS_NO_MEMORY;
    atomic_init(&proof->users, 1);
    proof->of = *of;
    proof->radix = radix;
    proof->length = length;
    rc = digits_sum_read(&proof->sum, digits_fd, radix, length);
    if (rc == DIGITS_OK) {
        proof->good = calloc(proof->sum.blocks, sizeof *proof->good);
        rc = proof->good != NULL ? DIGITS_OK : DIGITS_NO_MEMORY;
    }
    if (rc == DIGITS_OK) {
        *out = proof;
    } else {
        digits_proof_release(proof);
    }
    return rc;
}

/* The proof of the file OF, remembered in TRUST or read; the caller releases it. */
static enum digits_rc
find_proof(struct digits_trust *trust, struct digits_proof **out, const struct stat *of,
           int digits_fd, int radix, uint64_t length)
{
    struct digits_proof **known = &trust->known[radix == 16];
    enum digits_rc rc = DIGITS_OK;

    pthread_mutex_lock(&trust->lock);
    if (*known == NULL || (*known)->length != length || !same_file(&(*known)->of, of)) {
        struct digits_proof *proof;

        rc = make_proof(&proof, of, digits_fd, radix, length);
        if (rc == DIGITS_OK) {
            digits_proof_release(*known);
            *known = proof;
        }
    }
    if (rc == DIGITS_OK)
        *out = keep(*known);
    pthread_mutex_unlock(&trust->lock);
    return rc;
}

enum digits_rc
digits_open_checked(struct digits_file *file, struct digits_trust *trust, int digits_fd,
                    int radix, uint64_t length, const char *sha256)
{
    struct stat of;
    enum digits_rc rc = digits_open(file, digits_fd, radix, length);

    if (rc == DIGITS_OK && (sodium_init() < 0 || fstat(file->fd, &of) != 0))
        rc = DIGITS_IO;
    if (rc == DIGITS_OK)
        rc = trust != NULL
                 ? find_proof(trust, &file->proof, &of, digits_fd, radix, length)
                 : make_proof(&file->proof, &of, digits_fd, radix, length);
    if (rc == DIGITS_OK && strcmp(file->proof->sum.sha256, sha256) != 0)
        rc = DIGITS_BROKEN;
    if (rc != DIGITS_OK)
        digits_close(file);
    return rc;
}

/* True when the blocks FIRST to LAST of FILE are remembered. */
static bool
are_good(const struct digits_file *file, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++)
        if (!atomic_load_explicit(&file->proof->good[i], memory_order_acquire))
            return false;
    return true;
}

/* Reads block I of FILE into BLOCK and checks it. */
static enum digits_rc
prove(const struct digits_file *file, size_t i, char *block, size_t *size)
{
    enum digits_rc rc = digits_read_block(file, &file->proof->sum, i, block, size);

    if (rc == DIGITS_OK && is_unchanged(file) && would_show(&file->proof->of))
        atomic_store_explicit(&file->proof->good[i], 1, memory_order_release);
    return rc;
}

enum digits_rc
digits_proof_pread(const struct digits_file *file, char *text, size_t size,
                   uint64_t offset)
{
    size_t first = (size_t)(offset / DIGITS_BLOCK);
    size_t last = (size_t)((offset + size - 1) / DIGITS_BLOCK);
    enum digits_rc rc = DIGITS_OK;
    char *block;

    if (are_good(file, first, last)) {
        rc = digits_pread(file->fd, text, size, (off_t)offset);
        if (rc != DIGITS_OK || is_unchanged(file))
            return rc;
    }
    block = malloc(DIGITS_BLOCK);
    if (block == NULL)
        return DIGITS_NO_MEMORY;
    for (size_t i = first; rc == DIGITS_OK && i <= last; i++) {
        uint64_t at = (uint64_t)i * DIGITS_BLOCK;
        size_t from = offset > at ? (size_t)(offset - at) : 0, there = 0, count;

        rc = prove(file, i, block, &there);
        if (rc != DIGITS_OK)
            break;
        count = there - from < size ? there - from : size;
        memcpy(text, block + from, count);
        text += count;
        offset += count;
        size -= count;
    }
    free(block);
    return rc;
}

enum digits_rc
digits_check_range(const struct digits_file *file, uint64_t first, uint64_t last)
{
    size_t begin = (size_t)(first / DIGITS_BLOCK), end = (size_t)(last / DIGITS_BLOCK);
    bool unchanged = is_unchanged(file);
    enum digits_rc rc = DIGITS_OK;
    char *block = NULL;
    size_t size;

    for (size_t i = begin; rc == DIGITS_OK && i <= end; i++) {
        if (unchanged && are_good(file, i, i))
            continue;
        if (block == NULL && (block = malloc(DIGITS_BLOCK)) == NULL)
            rc = DIGITS_NO_MEMORY;
        else
            rc = prove(file, i, block, &size);
    }
    free(block);
    return rc;
}
