/*
 * Reading published digits by their checksums: no digit of a file that went bad is
 * ever read, by whatever way and whatever was remembered; and what is whole is read
 * with few bytes more than are asked for.
 */
#include "cmocka_all.h"

#include "digits_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH = 3 * DIGITS_BLOCK + 777 };

struct published_digits {
    struct digits_fixture *f;
    struct digits_trust *trust;
    char *text, name[DIGITS_NAME_SIZE], sha256[DIGITS_SHA256_SIZE];
};

static void
prepare(struct published_digits *p, void **state)
{
    p->f = *state;
    p->text = some_digits(LENGTH, 10);
    p->trust = digits_trust_new();
    assert_non_null(p->trust);
    digits_name(p->name, 10, LENGTH, "txt");
    digits_publish(p->f, 10, p->text, LENGTH, LENGTH, p->sha256);
}

static void
finish(struct published_digits *p)
{
    digits_trust_free(p->trust);
    free(p->text);
}

/* Opens, reads COUNT digits from FROM on, and compares them. */
static enum digits_rc
read_some(struct published_digits *p, uint64_t from, size_t count)
{
    char *found = malloc(count);
    struct digits_file file;
    enum digits_rc rc =
        digits_open_checked(&file, p->trust, p->f->digits, 10, LENGTH, p->sha256);

    assert_non_null(found);
    if (rc == DIGITS_OK)
        rc = digits_read(&file, from, count, found);
    if (rc == DIGITS_OK)
        assert_memory_equal(found, p->text + from - 1, count);
    digits_close(&file);
    free(found);
    return rc;
}

static enum digits_rc
check_bytes(struct published_digits *p, uint64_t first, uint64_t last)
{
    struct digits_file file;
    enum digits_rc rc =
        digits_open_checked(&file, p->trust, p->f->digits, 10, LENGTH, p->sha256);

    if (rc == DIGITS_OK)
        rc = digits_check_range(&file, first, last);
    digits_close(&file);
    return rc;
}

/* Until a change of the file would show in its times. */
static void
let_time_pass(struct published_digits *p)
{
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    struct timespec now;
    struct stat st;

    do {
        nanosleep(&pause, NULL);
        assert_int_equal(fstatat(p->f->digits, p->name, &st, 0), 0);
        clock_gettime(CLOCK_REALTIME, &now);
    } while ((now.tv_sec - st.st_ctim.tv_sec) * 1000000000L + now.tv_nsec -
                 st.st_ctim.tv_nsec <
             50L * 1000 * 1000);
}

/* Bytes this process has read so far. */
static unsigned long long
bytes_read(void)
{
    unsigned long long n = 0;
    FILE *io = fopen("/proc/self/io", "r");

    assert_non_null(io);
    assert_int_equal(fscanf(io, "rchar: %llu", &n), 1);
    fclose(io);
    return n;
}

static void
ranges_of_all_sizes_are_read(void **state)
{
    static const uint64_t edges[] = {1, DIGITS_BLOCK - 2, 2 * DIGITS_BLOCK - 2, LENGTH};
    struct published_digits p;

    prepare(&p, state);
    for (int round = 0; round < 2; round++) { /* checked, and then remembered */
        for (size_t i = 0; i < 4; i++)
            for (uint64_t from = edges[i] > 3 ? edges[i] - 3 : 1;
                 from < edges[i] + 3 && from <= LENGTH; from++)
                for (size_t count = 1; count <= 5 && count <= LENGTH - from + 1;
                     count++)
                    assert_int_equal(read_some(&p, from, count), DIGITS_OK);
        assert_int_equal(read_some(&p, 1, LENGTH), DIGITS_OK);
        assert_int_equal(read_some(&p, 5, 2 * DIGITS_BLOCK), DIGITS_OK);
        assert_int_equal(read_some(&p, 1, LENGTH + 1), DIGITS_BROKEN);
        let_time_pass(&p);
    }
    finish(&p);
}

static void
what_was_checked_is_not_read_again(void **state)
{
    struct published_digits p;
    unsigned long long before;

    prepare(&p, state);
    let_time_pass(&p);
    before = bytes_read();
    assert_int_equal(check_bytes(&p, 0, LENGTH + 1), DIGITS_OK);
    assert_true(bytes_read() - before > LENGTH);
    before = bytes_read();
    assert_int_equal(check_bytes(&p, 0, LENGTH + 1), DIGITS_OK);
    assert_int_equal(read_some(&p, 1000, 1000), DIGITS_OK);
    assert_int_equal(read_some(&p, LENGTH - 999, 1000), DIGITS_OK);
    assert_true(bytes_read() - before < 20000);
    /* Touched, it is another file for all that is known. */
    assert_int_equal(utimensat(p.f->digits, p.name, NULL, 0), 0);
    let_time_pass(&p);
    before = bytes_read();
    assert_int_equal(read_some(&p, 1000, 1000), DIGITS_OK);
    assert_true(bytes_read() - before > DIGITS_BLOCK);
    finish(&p);
}

/* A digit of another value at OFFSET, with the times as they were, where they can be
 * set. */
static char
spoil(struct published_digits *p, off_t offset)
{
    struct stat st;
    char before;

    assert_int_equal(fstatat(p->f->digits, p->name, &st, 0), 0);
    before = digits_poke(p->f, p->name, offset, '0');
    digits_poke(p->f, p->name, offset, before == '7' ? '8' : '7');
    assert_int_equal(utimensat(p->f->digits, p->name,
                               (struct timespec[]){st.st_atim, st.st_mtim}, 0),
                     0);
    return before;
}

static void
a_changed_digit_is_never_read(void **state)
{
    static const off_t places[] = {2, 1000, DIGITS_BLOCK, 2 * DIGITS_BLOCK + 99,
                                   LENGTH + 1};
    struct published_digits p;

    prepare(&p, state);
    for (int known = 0; known < 2; known++) /* of new files, of remembered ones */
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            uint64_t position = (uint64_t)places[i] - 1;
            char before;

            if (known) {
                let_time_pass(&p);
                assert_int_equal(check_bytes(&p, 0, LENGTH + 1), DIGITS_OK);
            }
            before = spoil(&p, places[i]);
            assert_int_equal(read_some(&p, position, 1), DIGITS_BROKEN);
            assert_int_equal(read_some(&p, 1, LENGTH), DIGITS_BROKEN);
            assert_int_equal(check_bytes(&p, 0, LENGTH + 1), DIGITS_BROKEN);
            assert_int_equal(check_bytes(&p, (uint64_t)places[i], (uint64_t)places[i]),
                             DIGITS_BROKEN);
            digits_poke(p.f, p.name, places[i], before);
            assert_int_equal(read_some(&p, position, 1), DIGITS_OK);
        }
    finish(&p);
}

/* Whoever has the file open is not deceived either. */
static void
a_change_after_opening_is_found(void **state)
{
    struct published_digits p;
    struct digits_file file;
    char text[1000];

    prepare(&p, state);
    let_time_pass(&p);
    assert_int_equal(check_bytes(&p, 0, LENGTH + 1), DIGITS_OK);
    assert_int_equal(
        digits_open_checked(&file, p.trust, p.f->digits, 10, LENGTH, p.sha256),
        DIGITS_OK);
    assert_int_equal(digits_read(&file, 5000, 1000, text), DIGITS_OK);
    spoil(&p, 5500);
    assert_int_equal(digits_read(&file, 5000, 1000, text), DIGITS_BROKEN);
    assert_int_equal(digits_check_range(&file, 0, 1), DIGITS_BROKEN);
    assert_int_equal(digits_read(&file, DIGITS_BLOCK + 10, 1000, text), DIGITS_OK);
    /* Its name gone, it is still what was published. */
    assert_int_equal(unlinkat(p.f->digits, p.name, 0), 0);
    assert_int_equal(digits_read(&file, DIGITS_BLOCK + 10, 1000, text), DIGITS_OK);
    assert_memory_equal(text, p.text + DIGITS_BLOCK + 9, 1000);
    digits_close(&file);
    finish(&p);
}

static void
the_head_counts(void **state)
{
    struct published_digits p;
    struct digits_file file;
    char three;

    prepare(&p, state);
    for (off_t at = 0; at < 2; at++) {
        char before = digits_poke(p.f, p.name, at, '4');

        assert_int_equal(read_some(&p, 1, 1), DIGITS_BROKEN);
        assert_int_equal(
            digits_open_checked(&file, p.trust, p.f->digits, 10, LENGTH, p.sha256),
            DIGITS_OK);
        assert_int_equal(digits_read(&file, 0, 1, &three), DIGITS_BROKEN);
        digits_close(&file);
        digits_poke(p.f, p.name, at, before);
    }
    finish(&p);
}

static void
a_sidecar_that_does_not_fit_is_found(void **state)
{
    struct published_digits p;
    struct digits_file file;
    char sum[DIGITS_NAME_SIZE], other[DIGITS_SHA256_SIZE];
    struct stat st;
    int fd;

    prepare(&p, state);
    digits_name(sum, 10, LENGTH, "sum");
    assert_int_equal(fstatat(p.f->digits, sum, &st, 0), 0);
    for (off_t at = 0; at < st.st_size; at++) {
        char before = digits_poke(p.f, sum, at, '#');
        enum digits_rc rc;

        digits_poke(p.f, sum, at, before == '7' ? '8' : '7');
        rc = digits_open_checked(&file, NULL, p.f->digits, 10, LENGTH, p.sha256);
        if (rc == DIGITS_OK) /* in a checksum */
            rc = digits_check_range(&file, 0, LENGTH + 1);
        for (uint64_t i = 1; rc == DIGITS_OK && i <= LENGTH; i += DIGITS_BLOCK)
            rc = digits_sha256(&file, p.f->digits, i, other); /* in a state */
        assert_int_equal(rc, DIGITS_BROKEN);
        digits_close(&file);
        digits_poke(p.f, sum, at, before);
    }
    assert_int_equal(read_some(&p, 1, LENGTH), DIGITS_OK);
    /* A digest that is not the database's. */
    memcpy(other, p.sha256, sizeof other);
    other[5] = other[5] == 'a' ? 'b' : 'a';
    assert_int_equal(
        digits_open_checked(&file, p.trust, p.f->digits, 10, LENGTH, other),
        DIGITS_BROKEN);
    assert_int_equal(file.fd, -1);
    /* Longer, shorter, gone. */
    fd = openat(p.f->digits, sum, O_WRONLY);
    for (off_t size = 0; size <= st.st_size + 1; size++)
        if (size != st.st_size) {
            assert_int_equal(ftruncate(fd, size), 0);
            assert_int_equal(
                digits_open_checked(&file, NULL, p.f->digits, 10, LENGTH, p.sha256),
                DIGITS_BROKEN);
        }
    close(fd);
    assert_int_equal(unlinkat(p.f->digits, sum, 0), 0);
    assert_int_equal(
        digits_open_checked(&file, NULL, p.f->digits, 10, LENGTH, p.sha256),
        DIGITS_MISSING);
    finish(&p);
}

/* Reads here and there, every digit of the file in the end. */
static void *
read_all(void *arg)
{
    struct published_digits *p = arg;
    char *found = malloc(LENGTH);
    size_t wrong = found == NULL;

    for (size_t i = 0; wrong == 0 && i < 40; i++) {
        size_t from = i * 7919 * 31 % (LENGTH - 5000), count = i == 39 ? LENGTH : 5000;
        struct digits_file file;

        from = i == 39 ? 0 : from;
        if (digits_open_checked(&file, p->trust, p->f->digits, 10, LENGTH, p->sha256) !=
                DIGITS_OK ||
            digits_read(&file, from + 1, count, found) != DIGITS_OK ||
            memcmp(found, p->text + from, count) != 0)
            wrong++;
        digits_close(&file);
    }
    free(found);
    return wrong == 0 ? NULL : arg;
}

static void
threads_share_what_was_checked(void **state)
{
    struct published_digits p;
    pthread_t threads[4];

    prepare(&p, state);
    for (int round = 0; round < 3; round++) {
        void *wrong;

        for (size_t i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, read_all, &p), 0);
        /* Meanwhile it becomes another file, for all that is known. */
        assert_int_equal(utimensat(p.f->digits, p.name, NULL, 0), 0);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(pthread_join(threads[i], &wrong), 0);
            assert_null(wrong);
        }
        let_time_pass(&p);
    }
    finish(&p);
}

static void
another_length_is_found(void **state)
{
    struct published_digits p;
    int fd;

    prepare(&p, state);
    assert_int_equal(check_bytes(&p, 0, LENGTH + 1), DIGITS_OK);
    fd = openat(p.f->digits, p.name, O_WRONLY);
    assert_int_equal(ftruncate(fd, LENGTH + 1), 0);
    assert_int_equal(read_some(&p, 1, 10), DIGITS_BROKEN);
    assert_int_equal(ftruncate(fd, LENGTH + 3), 0);
    assert_int_equal(read_some(&p, 1, 10), DIGITS_BROKEN);
    close(fd);
    assert_int_equal(unlinkat(p.f->digits, p.name, 0), 0);
    assert_int_equal(read_some(&p, 1, 10), DIGITS_MISSING);
    finish(&p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, digits_setup, digits_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ranges_of_all_sizes_are_read),
        TEST(what_was_checked_is_not_read_again),
        TEST(a_changed_digit_is_never_read),
        TEST(a_change_after_opening_is_found),
        TEST(the_head_counts),
        TEST(a_sidecar_that_does_not_fit_is_found),
        TEST(threads_share_what_was_checked),
        TEST(another_length_is_found),
    };

    return cmocka_run_group_tests_name("digits_trust", tests, NULL, NULL);
}
