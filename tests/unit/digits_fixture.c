/*
 * Digits files for tests, see digits_fixture.h.
 */
#include "digits_fixture.h"

#include "cmocka_all.h"
#include "temporary.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int
digits_setup(void **state)
{
    struct digits_fixture *f = calloc(1, sizeof *f);
    char path[96];

    if (f == NULL)
        return -1;
    temporary_make(f->dir, sizeof f->dir);
    snprintf(path, sizeof path, "%s/work", f->dir);
    mkdir(path, 0755);
    f->work = open(path, O_RDONLY | O_DIRECTORY);
    snprintf(path, sizeof path, "%s/digits", f->dir);
    mkdir(path, 0755);
    f->digits = open(path, O_RDONLY | O_DIRECTORY);
    *state = f;
    return f->work >= 0 && f->digits >= 0 ? 0 : -1;
}

int
digits_teardown(void **state)
{
    struct digits_fixture *f = *state;

    close(f->work);
    close(f->digits);
    temporary_remove(f->dir);
    free(f);
    return 0;
}

int
digits_create(int dir, const char *name)
{
    int fd = openat(dir, name, O_CREAT | O_EXCL | O_RDWR, 0644);

    assert_true(fd >= 0);
    return fd;
}

void
digits_publish(struct digits_fixture *f, int radix, const char *text, size_t length,
               size_t piece, char sha256[DIGITS_SHA256_SIZE])
{
    int fd = digits_create(f->work, "a.txt"), sum_fd = digits_create(f->work, "a.sum");
    struct digits_writer *w = digits_writer_new(fd, sum_fd, radix);

    assert_non_null(w);
    for (size_t at = 0; at < length; at += piece)
        assert_int_equal(
            digits_writer_add(w, text + at, length - at < piece ? length - at : piece),
            DIGITS_OK);
    assert_int_equal(digits_writer_finish(w, sha256), DIGITS_OK);
    digits_writer_free(w);
    close(fd);
    close(sum_fd);
    assert_int_equal(digits_commit(f->work, "a.txt", "a.sum", f->digits, radix, length),
                     DIGITS_OK);
}

char *
some_digits(size_t length, int radix)
{
    char *text = malloc(length);
    uint32_t x = 2463534242u;

    assert_non_null(text);
    for (size_t i = 0; i < length; i++) {
        /* Xorshift, Marsaglia 2003. */
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        text[i] = "0123456789abcdef"[x % (uint32_t)radix];
    }
    return text;
}

char
digits_poke(struct digits_fixture *f, const char *name, off_t offset, char byte)
{
    int fd = openat(f->digits, name, O_RDWR);
    char before;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &before, 1, offset), 1);
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
    return before;
}
