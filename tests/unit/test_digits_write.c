/*
 * Writing digits files: by any number of threads the same bytes, seen by readers as
 * they come; and what can't be written is told.
 */
#include "cmocka_all.h"

#include "digits_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS "141592653589793238462643383279502884197169399375105820974944"

/* All of FD's file, LENGTH bytes of it. */
static char *
content_of(int fd, size_t *length)
{
    struct stat info;
    char *content;

    assert_int_equal(fstat(fd, &info), 0);
    *length = (size_t)info.st_size;
    content = malloc(*length);
    assert_non_null(content);
    assert_int_equal(pread(fd, content, *length, 0), *length);
    return content;
}

/* Writes LENGTH digits of TEXT with THREADS threads, first those before HEAD in pieces
 * of PIECE; the two files must be those that one thread makes of single adds. */
static void
written_alike(struct digits_fixture *f, const char *text, size_t length, int threads,
              size_t head, size_t piece)
{
    char *expected[2], *found[2], sha256[2][DIGITS_SHA256_SIZE];
    size_t size[2], expected_size[2];

    for (int i = 0; i < 2; i++) {
        int fd = digits_create(f->work, "a.txt"),
            sum_fd = digits_create(f->work, "a.sum");
        struct digits_writer *w = digits_writer_new(fd, sum_fd, 10);
        size_t at = 0;

        assert_non_null(w);
        if (i == 1)
            digits_writer_threads(w, threads);
        for (size_t part; i == 1 && at < head; at += part) {
            part = head - at < piece ? head - at : piece;
            assert_int_equal(digits_writer_add(w, text + at, part), DIGITS_OK);
        }
        assert_int_equal(digits_writer_add(w, text + at, length - at), DIGITS_OK);
        assert_int_equal(digits_writer_finish(w, sha256[i]), DIGITS_OK);
        digits_writer_free(w);
        (i == 0 ? expected : found)[0] =
            content_of(fd, i == 0 ? &expected_size[0] : &size[0]);
        (i == 0 ? expected : found)[1] =
            content_of(sum_fd, i == 0 ? &expected_size[1] : &size[1]);
        close(fd);
        close(sum_fd);
        unlinkat(f->work, "a.txt", 0);
        unlinkat(f->work, "a.sum", 0);
    }
    assert_string_equal(sha256[0], sha256[1]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(size[i], expected_size[i]);
        assert_memory_equal(found[i], expected[i], size[i]);
        free(found[i]);
        free(expected[i]);
    }
    assert_int_equal(size[0], length + 2);
}

static void
threads_write_the_same_file(void **state)
{
    struct digits_fixture *f = *state;
    const size_t block = DIGITS_BLOCK, length = 40 * block + 1234; /* more than a lot */
    char *text = some_digits(length, 10);

    written_alike(f, text, length, 2, 0, 0);
    written_alike(f, text, length, 5, block - 2, 1000);
    for (size_t i = 0; i < 5; i++) /* around the ends of blocks, whole adds and parts */
        for (int threads = 1; threads <= 8; threads += 1 + threads) {
            written_alike(f, text, 3 * block - 4 + i, threads, 0, 0);
            written_alike(f, text, 2 * block, threads, block - 4 + i, block / 3);
        }
    written_alike(f, text, 5 * block, 256, 2 * block + 7, 300000);
    free(text);
}

static void
only_digits_of_the_radix_are_written(void **state)
{
    struct digits_fixture *f = *state;
    static const char *const bad[] = {"12a4", "1 4", "3.1",      "1\n",
                                      "A",    "g",   "1\xc2\xb2"};
    char *text = some_digits(1000, 10);
    int fd = digits_create(f->work, "x.txt"), sum_fd = digits_create(f->work, "x.sum");
    struct digits_writer *w = digits_writer_new(fd, sum_fd, 10);
    struct stat info;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(digits_writer_add(w, bad[i], strlen(bad[i])), DIGITS_BROKEN);
    for (size_t i = 0; i < 1000; i++) { /* at any place among many */
        char right = text[i];

        text[i] = "/:`g\xb1"[i % 5];
        assert_int_equal(digits_writer_add(w, text, 1000), DIGITS_BROKEN);
        text[i] = 'b';
        assert_int_equal(digits_writer_add(w, text, 1000), DIGITS_BROKEN);
        text[i] = right;
    }
    free(text);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 2);
    digits_writer_free(w);
    w = digits_writer_new(fd, sum_fd, 16);
    assert_int_equal(digits_writer_add(w, "243f6a", 6), DIGITS_OK);
    assert_int_equal(digits_writer_add(w, "A", 1), DIGITS_BROKEN);
    digits_writer_free(w);
    digits_writer_free(NULL);
    close(fd);
    close(sum_fd);
}

static void
a_running_file_grows(void **state)
{
    struct digits_fixture *f = *state;
    int fd = digits_create(f->work, "job.txt"),
        sum_fd = digits_create(f->work, "job.sum");
    struct digits_writer *w;
    struct digits_file file;
    char text[128];

    assert_int_equal(digits_open_aside(&file, f->work, "none.txt", 10), DIGITS_MISSING);
    assert_int_equal(digits_open_aside(&file, f->work, "job.txt", 10), DIGITS_MISSING);
    w = digits_writer_new(fd, sum_fd, 10);
    assert_int_equal(digits_open_aside(&file, f->work, "job.txt", 10), DIGITS_OK);
    assert_int_equal(file.length, 0);
    assert_int_equal(digits_read(&file, 0, 1, text), DIGITS_OK);
    assert_int_equal(text[0], '3');
    digits_close(&file);
    assert_int_equal(digits_writer_add(w, DIGITS, 60), DIGITS_OK);
    assert_int_equal(digits_open_aside(&file, f->work, "job.txt", 10), DIGITS_OK);
    assert_int_equal(file.length, 60);
    assert_int_equal(digits_read(&file, 1, 60, text), DIGITS_OK);
    assert_memory_equal(text, DIGITS, 60);
    digits_close(&file);
    digits_writer_free(w);
    close(fd);
    close(sum_fd);
}

static void
a_full_disk_is_an_error(void **state)
{
    struct digits_fixture *f = *state;
    char sha256[DIGITS_SHA256_SIZE];
    struct digits_writer *w;
    int full = open("/dev/full", O_WRONLY), fd;

    assert_true(full >= 0);
    fd = digits_create(f->work, "x.txt");
    assert_null(digits_writer_new(full, fd, 10));
    assert_null(digits_writer_new(fd, full, 10));
    close(full);
    /* A file that cannot be written any more. */
    w = digits_writer_new(fd, digits_create(f->work, "x.sum"), 10);
    assert_non_null(w);
    close(fd);
    assert_int_equal(digits_writer_add(w, "1", 1), DIGITS_IO);
    assert_int_equal(digits_writer_finish(w, sha256), DIGITS_IO);
    digits_writer_free(w);
}

/* A limit on the size of files in the middle of a long add, taken away afterwards: the
 * writer has failed for good, by whatever number of threads. */
static void
a_writer_that_failed_stays_failed(void **state)
{
    struct digits_fixture *f = *state;
    const size_t length = 5 * DIGITS_BLOCK, most = 2 * DIGITS_BLOCK + 100;
    char *text = some_digits(length, 10), sha256[DIGITS_SHA256_SIZE];
    struct rlimit limit, before;
    struct stat info;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    for (int threads = 1; threads <= 4; threads *= 2) {
        int fd = digits_create(f->work, "a.txt"),
            sum_fd = digits_create(f->work, "a.sum");
        struct digits_writer *w = digits_writer_new(fd, sum_fd, 10);

        assert_non_null(w);
        digits_writer_threads(w, threads);
        limit = before;
        limit.rlim_cur = most;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_int_equal(digits_writer_add(w, text, length), DIGITS_IO);
        assert_int_equal(errno, EFBIG);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(info.st_size, most); /* what had room, by short writes */
        errno = 0;
        assert_int_equal(digits_writer_add(w, text, 1), DIGITS_IO);
        assert_int_equal(errno, EFBIG);
        errno = 0;
        assert_int_equal(digits_writer_finish(w, sha256), DIGITS_IO);
        assert_int_equal(errno, EFBIG);
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(info.st_size, most);
        digits_writer_free(w);
        close(fd);
        close(sum_fd);
        unlinkat(f->work, "a.txt", 0);
        unlinkat(f->work, "a.sum", 0);
    }
    free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, digits_setup, digits_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(threads_write_the_same_file),
        TEST(only_digits_of_the_radix_are_written),
        TEST(a_running_file_grows),
        TEST(a_full_disk_is_an_error),
        TEST(a_writer_that_failed_stays_failed),
    };

    return cmocka_run_group_tests_name("digits_write", tests, NULL, NULL);
}
