/*
 * make_digits STATE RADIX N: publishes N digits in the state folder STATE at once,
 * so that tests have files of a size that would take long to compute. They are not
 * those of pi but as good as random, so that a digit that was read from a wrong place
 * is noticed, and strings are as frequent as in pi. File, sidecar and row are made as
 * the worker and the daemon make them. Nothing may be published in this radix yet.
 *
 * Exit status: 0, or 1 with a message.
 */
#include "config.h"

#include "common/conf.h"
#include "common/digits.h"
#include "common/store_queue.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

/* The digit at POSITION: the mixing function of SplitMix64 (Steele, Lea, Flood: Fast
 * Splittable Pseudorandom Number Generators, OOPSLA 2014). */
static char
digit_at(uint64_t position, unsigned radix)
{
    uint64_t z = position * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return "0123456789abcdef"[((z ^ z >> 31) >> 32) % radix];
}

static int
write_digits(struct digits_writer *w, unsigned radix, uint64_t length,
             char sha256[DIGITS_SHA256_SIZE])
{
    static char block[BLOCK];
    for (uint64_t done = 0; done < length;) {
        size_t count = length - done < BLOCK ? (size_t)(length - done) : BLOCK;
        for (size_t i = 0; i < count; i++)
            block[i] = digit_at(done + i + 1, radix);
        if (digits_writer_add(w, block, count) != DIGITS_OK)
            return -1;
        done += count;
    }
    return digits_writer_finish(w, sha256) == DIGITS_OK ? 0 : -1;
}

/* Writes the file with its sidecar in the folder FD under their published names. */
static int
make_file(int folder, struct published *p)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    char sum[DIGITS_NAME_SIZE];
    int result = -1;
    digits_name(p->file, p->radix, p->length, "txt");
    digits_name(sum, p->radix, p->length, "sum");
    int fd = openat(folder, p->file, flags, 0644);
    int sum_fd = openat(folder, sum, flags, 0644);
    if (fd >= 0 && sum_fd >= 0) {
        struct digits_writer *w = digits_writer_new(fd, sum_fd, p->radix);
        if (w != NULL)
            result = write_digits(w, (unsigned)p->radix, p->length, p->sha256);
        digits_writer_free(w);
    }
    if (fd >= 0)
        close(fd);
    if (sum_fd >= 0)
        close(sum_fd);
    return result;
}

static int
publish(const char *state, const struct published *p)
{
    struct published none;
    struct store *store = NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", state, CONF_DB);
    if (store_open(&store, path, STORE_DURABLE) != STORE_OK)
        return -1;
    enum store_rc rc = store_published(store, p->radix, &none);
    if (rc == STORE_OK && none.length > 0)
        rc = STORE_CONFLICT;
    if (rc == STORE_OK)
        rc = store_mend(store, &none, p);
    store_close(store);
    return rc == STORE_OK ? 0 : -1;
}

int
main(int argc, char **argv)
{
    struct published p = {.verified = "for tests"};
    char path[4096];
    if (argc != 4) {
        fprintf(stderr, "usage: make_digits STATE RADIX N\n");
        return 1;
    }
    p.radix = atoi(argv[2]);
    p.length = strtoull(argv[3], NULL, 10);
    snprintf(path, sizeof path, "%s/digits", argv[1]);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || make_file(folder, &p) != 0 || publish(argv[1], &p) != 0) {
        fprintf(stderr, "make_digits: cannot publish %s in %s\n", argv[3], argv[1]);
        return 1;
    }
    close(folder);
    puts(p.sha256);
    return 0;
}
