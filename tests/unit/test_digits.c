/*
 * Digits files: published, read and checked; and every way one can be broken is
 * found.
 */
#include "cmocka_all.h"

#include "digits_fixture.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 100 digits after the point (OEIS A000796). */
#define PI_100                                                                         \
    "14159265358979323846264338327950288419716939937510582097494459230781640628620899" \
    "86"                                                                               \
    "280348253421170679"

static void
names_carry_radix_and_length(void **state)
{
    char name[DIGITS_NAME_SIZE];

    (void)state;
    digits_name(name, 10, 1000, "txt");
    assert_string_equal(name, "pi-10-1000.txt");
    digits_name(name, 16, UINT64_MAX, "sum");
    assert_string_equal(name, "pi-16-18446744073709551615.sum");
}

static void
names_are_taken_apart(void **state)
{
    static const char *const bad[] = {
        "",
        "7.txt",
        "pi-10-1000",
        "pi-10-1000.txt~",
        "pi-10-01000.txt",
        "pi-10--1.txt",
        "pi-010-1000.txt",
        "pi-8-1000.txt",
        "pi-10-1000.tmp",
        "pi-10-99999999999999999999.txt",
    };
    uint64_t length = 0;
    int radix = 0;

    (void)state;
    assert_true(digits_parse_name("pi-10-1000.txt", &radix, &length));
    assert_int_equal(radix, 10);
    assert_int_equal(length, 1000);
    assert_true(digits_parse_name("pi-16-10000000000000.sum", &radix, &length));
    assert_int_equal(radix, 16);
    assert_int_equal(length, 10000000000000);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(digits_parse_name(bad[i], &radix, &length));
}

static void
a_file_holds_the_point_and_the_digits(void **state)
{
    struct digits_fixture *f = *state;
    char sha256[DIGITS_SHA256_SIZE], again[DIGITS_SHA256_SIZE], content[128], hex[65];
    unsigned char hash[32];
    int fd;

    digits_publish(f, 10, PI_100, 100, 7, sha256);
    fd = openat(f->digits, "pi-10-100.txt", O_RDONLY);
    assert_int_equal(read(fd, content, sizeof content), 102);
    close(fd);
    assert_memory_equal(content, "3." PI_100, 102);
    crypto_hash_sha256(hash, (const unsigned char *)content, 102);
    assert_string_equal(sha256, sodium_bin2hex(hex, sizeof hex, hash, 32));
    assert_int_equal(digits_check(f->digits, 10, 100, again), DIGITS_OK);
    assert_string_equal(again, sha256);
    assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_OK);
    /* Nothing stays aside. */
    assert_int_not_equal(faccessat(f->work, "a.txt", F_OK, 0), 0);
    assert_int_not_equal(faccessat(f->work, "a.sum", F_OK, 0), 0);
}

static void
ranges_are_read(void **state)
{
    struct digits_fixture *f = *state;
    static const char whole[] = "3" PI_100;
    struct digits_file file;
    char sha256[DIGITS_SHA256_SIZE], text[128];

    digits_publish(f, 10, PI_100, 100, 100, sha256);
    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_OK);
    assert_int_equal(file.length, 100);
    for (uint64_t from = 0; from <= 100; from++)
        for (size_t count = 0; count <= 101 - from; count += 1 + count / 3) {
            assert_int_equal(digits_read(&file, from, count, text), DIGITS_OK);
            assert_memory_equal(text, whole + from, count);
        }
    assert_int_equal(digits_read(&file, 0, 102, text), DIGITS_BROKEN);
    assert_int_equal(digits_read(&file, 101, 1, text), DIGITS_BROKEN);
    assert_int_equal(digits_read(&file, 100, 2, text), DIGITS_BROKEN);
    assert_int_equal(digits_read(&file, UINT64_MAX, 2, text), DIGITS_BROKEN);
    assert_int_equal(digits_read(&file, 1, SIZE_MAX, text), DIGITS_BROKEN);
    digits_close(&file);
    assert_int_equal(file.fd, -1);
    digits_close(&file);
}

static void
many_blocks_make_the_round(void **state)
{
    struct digits_fixture *f = *state;
    static const size_t lengths[] = {DIGITS_BLOCK - 3, DIGITS_BLOCK - 2,
                                     DIGITS_BLOCK - 1, 3 * DIGITS_BLOCK + 12345};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t length = lengths[i];
        char *text = some_digits(length, 16), *read_back = malloc(length);
        char first[DIGITS_SHA256_SIZE], second[DIGITS_SHA256_SIZE];
        struct digits_file file;

        assert_non_null(read_back);
        digits_publish(f, 16, text, length, 65537, first);
        assert_int_equal(digits_check(f->digits, 16, length, second), DIGITS_OK);
        assert_string_equal(first, second);
        assert_int_equal(digits_open(&file, f->digits, 16, length), DIGITS_OK);
        assert_int_equal(digits_read(&file, 1, length, read_back), DIGITS_OK);
        assert_memory_equal(read_back, text, length);
        digits_close(&file);
        /* The pieces in which it came leave no trace. */
        digits_publish(f, 16, text, length, length, second);
        assert_string_equal(first, second);
        assert_int_equal(digits_check(f->digits, 16, length, NULL), DIGITS_OK);
        free(read_back);
        free(text);
    }
}

static void
every_changed_byte_is_found(void **state)
{
    struct digits_fixture *f = *state;
    static const char *const names[] = {"pi-10-100.txt", "pi-10-100.sum"};
    char sha256[DIGITS_SHA256_SIZE];

    digits_publish(f, 10, PI_100, 100, 100, sha256);
    for (size_t i = 0; i < 2; i++) {
        struct stat info;

        assert_int_equal(fstatat(f->digits, names[i], &info, 0), 0);
        for (off_t at = 0; at < info.st_size; at++) {
            char before = digits_poke(f, names[i], at, '\0');

            digits_poke(f, names[i], at, before == '7' ? '8' : '7');
            assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_BROKEN);
            digits_poke(f, names[i], at, before);
        }
    }
    assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_OK);
}

static void
a_change_in_a_later_block_is_found(void **state)
{
    struct digits_fixture *f = *state;
    size_t length = 2 * DIGITS_BLOCK + 5;
    char *text = some_digits(length, 10), sha256[DIGITS_SHA256_SIZE], name[48], before;

    digits_publish(f, 10, text, length, length, sha256);
    digits_name(name, 10, length, "txt");
    before = digits_poke(f, name, (off_t)length + 1, '0');
    digits_poke(f, name, (off_t)length + 1, before == '9' ? '8' : '9');
    assert_int_equal(digits_check(f->digits, 10, length, NULL), DIGITS_BROKEN);
    free(text);
}

static void
wrong_sizes_are_found(void **state)
{
    struct digits_fixture *f = *state;
    struct digits_file file;
    char sha256[DIGITS_SHA256_SIZE], text[128];
    int fd;

    digits_publish(f, 10, PI_100, 100, 100, sha256);
    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_OK);
    fd = openat(f->digits, "pi-10-100.txt", O_RDWR);
    assert_int_equal(ftruncate(fd, 50), 0);
    /* Behind the back of one who has it open. */
    assert_int_equal(digits_read(&file, 1, 48, text), DIGITS_OK);
    assert_int_equal(digits_read(&file, 1, 49, text), DIGITS_BROKEN);
    digits_close(&file);
    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_BROKEN);
    assert_int_equal(file.fd, -1);
    assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_BROKEN);
    assert_int_equal(ftruncate(fd, 103), 0);
    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_BROKEN);
    close(fd);
    fd = openat(f->digits, "pi-10-100.sum", O_RDWR);
    assert_int_equal(ftruncate(fd, 0), 0);
    close(fd);
    assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_BROKEN);
}

static void
what_is_no_digit_is_never_read(void **state)
{
    struct digits_fixture *f = *state;
    struct digits_file file;
    char sha256[DIGITS_SHA256_SIZE], text[128];

    digits_publish(f, 10, PI_100, 100, 100, sha256);
    digits_poke(f, "pi-10-100.txt", 52, 'a');
    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_OK);
    assert_int_equal(digits_read(&file, 1, 50, text), DIGITS_OK);
    assert_int_equal(digits_read(&file, 51, 1, text), DIGITS_BROKEN);
    assert_int_equal(digits_read(&file, 1, 100, text), DIGITS_BROKEN);
    digits_poke(f, "pi-10-100.txt", 0, '4');
    assert_int_equal(digits_read(&file, 0, 1, text), DIGITS_BROKEN);
    digits_close(&file);
}

static void
missing_files_are_missing(void **state)
{
    struct digits_fixture *f = *state;
    struct digits_file file;
    char sha256[DIGITS_SHA256_SIZE];

    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_MISSING);
    assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_MISSING);
    assert_int_equal(digits_commit(f->work, "none", "none", f->digits, 10, 100),
                     DIGITS_IO);
    digits_publish(f, 10, PI_100, 100, 100, sha256);
    assert_int_equal(unlinkat(f->digits, "pi-10-100.sum", 0), 0);
    assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_MISSING);
    /* The digits can be read without their checksums. */
    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_OK);
    digits_close(&file);
    assert_int_equal(digits_remove(f->digits, 10, 100), DIGITS_OK);
    assert_int_equal(digits_open(&file, f->digits, 10, 100), DIGITS_MISSING);
    assert_int_equal(digits_remove(f->digits, 10, 100), DIGITS_OK);
}

static void
a_link_is_not_followed(void **state)
{
    struct digits_fixture *f = *state;
    struct digits_file file;

    assert_int_equal(symlinkat("/etc/hostname", f->digits, "pi-10-1.txt"), 0);
    assert_int_equal(digits_open(&file, f->digits, 10, 1), DIGITS_BROKEN);
    /* Nor is a pipe waited for, or a folder read. */
    assert_int_equal(mkfifoat(f->digits, "pi-10-2.txt", 0644), 0);
    assert_int_equal(digits_open(&file, f->digits, 10, 2), DIGITS_BROKEN);
    assert_int_equal(mkdirat(f->digits, "pi-10-3.txt", 0755), 0);
    assert_int_equal(digits_open(&file, f->digits, 10, 3), DIGITS_BROKEN);
    assert_int_equal(file.fd, -1);
}

/* Whatever has taken their place, the last time's and this one's. */
static void
damaged_files_are_put_away(void **state)
{
    struct digits_fixture *f = *state;
    char sha256[DIGITS_SHA256_SIZE];

    assert_int_equal(digits_put_away(f->digits, 10, 100), DIGITS_OK);
    for (int i = 0; i < 2; i++) {
        digits_publish(f, 10, PI_100, 100, 100, sha256);
        assert_int_equal(digits_put_away(f->digits, 10, 100), DIGITS_OK);
        assert_int_equal(digits_check(f->digits, 10, 100, NULL), DIGITS_MISSING);
        assert_int_equal(faccessat(f->digits, "pi-10-100.sum", F_OK, 0), -1);
        assert_int_equal(faccessat(f->digits, "damaged-10.txt", F_OK, 0), 0);
        assert_int_equal(faccessat(f->digits, "damaged-10.sum", F_OK, 0), 0);
        assert_int_equal(mkdirat(f->digits, "pi-10-100.txt", 0755), 0);
        assert_int_equal(symlinkat("nowhere", f->digits, "pi-10-100.sum"), 0);
        assert_int_equal(digits_put_away(f->digits, 10, 100), DIGITS_OK);
        assert_int_equal(faccessat(f->digits, "pi-10-100.txt", F_OK, 0), -1);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, digits_setup, digits_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_carry_radix_and_length),
        TEST(names_are_taken_apart),
        TEST(a_file_holds_the_point_and_the_digits),
        TEST(ranges_are_read),
        TEST(many_blocks_make_the_round),
        TEST(every_changed_byte_is_found),
        TEST(a_change_in_a_later_block_is_found),
        TEST(wrong_sizes_are_found),
        TEST(what_is_no_digit_is_never_read),
        TEST(missing_files_are_missing),
        TEST(a_link_is_not_followed),
        TEST(damaged_files_are_put_away),
    };

    return cmocka_run_group_tests_name("digits", tests, NULL, NULL);
}
