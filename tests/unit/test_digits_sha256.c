/*
 * The digest of any beginning of a digits file, from the states in its sidecar; and
 * sidecars of version 1, which have none.
 */
#include "cmocka_all.h"
#include "digits_fixture.h"

#include "common/digits.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG = 3 * DIGITS_BLOCK + 1000, EVEN = 2 * DIGITS_BLOCK - 2 };

/* The digest of "3." and COUNT digits of TEXT, from the start. */
static void
hash_plainly(const char *text, size_t count, char sha256[DIGITS_SHA256_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash;

    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const unsigned char *)"3.", 2);
    crypto_hash_sha256_update(&hash, (const unsigned char *)text, count);
    crypto_hash_sha256_final(&hash, digest);
    sodium_bin2hex(sha256, DIGITS_SHA256_SIZE, digest, sizeof digest);
}

static enum digits_rc
hash_by_states(struct digits_fixture *f, uint64_t length, uint64_t count,
               char sha256[DIGITS_SHA256_SIZE])
{
    struct digits_file file;
    enum digits_rc rc;

    assert_int_equal(digits_open(&file, f->digits, 10, length), DIGITS_OK);
    rc = digits_sha256(&file, f->digits, count, sha256);
    digits_close(&file);
    return rc;
}

static void
every_beginning_has_its_digest(void **state)
{
    static const size_t counts[] = {1,
                                    61,
                                    62,
                                    63,
                                    DIGITS_BLOCK - 3,
                                    DIGITS_BLOCK - 2,
                                    DIGITS_BLOCK - 1,
                                    2 * DIGITS_BLOCK - 3,
                                    2 * DIGITS_BLOCK - 2,
                                    2 * DIGITS_BLOCK - 1,
                                    3 * DIGITS_BLOCK + 7,
                                    LONG};
    static const size_t lengths[] = {500, DIGITS_BLOCK, EVEN, LONG};
    struct digits_fixture *f = *state;
    char whole[DIGITS_SHA256_SIZE], sum[DIGITS_SHA256_SIZE], plain[DIGITS_SHA256_SIZE];
    char *text = some_digits(LONG, 10);

    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        digits_publish(f, 10, text, lengths[l], 777777, whole);
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            if (counts[i] > lengths[l])
                continue;
            hash_plainly(text, counts[i], plain);
            assert_int_equal(hash_by_states(f, lengths[l], counts[i], sum), DIGITS_OK);
            assert_string_equal(sum, plain);
        }
        assert_int_equal(hash_by_states(f, lengths[l], lengths[l], sum), DIGITS_OK);
        assert_string_equal(sum, whole);
    }
    free(text);
}

/* The sidecar of LENGTH digits as text, to be freed. */
static char *
read_sidecar(struct digits_fixture *f, uint64_t length)
{
    char name[DIGITS_NAME_SIZE], *text;
    struct stat info = {0};
    int fd;

    digits_name(name, 10, length, "sum");
    fd = openat(f->digits, name, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &info) == 0);
    text = calloc(1, (size_t)info.st_size + 1);
    assert_non_null(text);
    assert_int_equal(read(fd, text, (size_t)info.st_size), info.st_size);
    close(fd);
    return text;
}

static void
a_state_that_went_bad_is_found(void **state)
{
    struct digits_fixture *f = *state;
    char whole[DIGITS_SHA256_SIZE], sum[DIGITS_SHA256_SIZE], name[DIGITS_NAME_SIZE];
    char *text = some_digits(LONG, 10), *sidecar;
    size_t number = 0;

    digits_publish(f, 10, text, LONG, LONG, whole);
    sidecar = read_sidecar(f, LONG);
    digits_name(name, 10, LONG, "sum");
    for (char *line = sidecar; (line = strstr(line, "state ")) != NULL; line++) {
        off_t at = line - sidecar + 6 + 17;
        char before = digits_poke(f, name, at, sidecar[at] == '1' ? '2' : '1');
        uint64_t in = number * DIGITS_BLOCK + 100, next = in + DIGITS_BLOCK;

        assert_int_equal(digits_check(f->digits, 10, LONG, NULL), DIGITS_BROKEN);
        assert_int_equal(hash_by_states(f, LONG, in, sum), DIGITS_BROKEN);
        assert_int_equal(hash_by_states(f, LONG, next, sum), DIGITS_BROKEN);
        digits_poke(f, name, at, before);
        assert_int_equal(hash_by_states(f, LONG, next, sum), DIGITS_OK);
        number++;
    }
    assert_int_equal(number, 3);
    assert_int_equal(digits_check(f->digits, 10, LONG, NULL), DIGITS_OK);
    free(sidecar);
    free(text);
}

static void
a_sidecar_of_version_1_is_read(void **state)
{
    struct digits_fixture *f = *state;
    char whole[DIGITS_SHA256_SIZE], sum[DIGITS_SHA256_SIZE], name[DIGITS_NAME_SIZE];
    char *text = some_digits(LONG, 10), *sidecar, *from, *to;
    struct digits_file file;
    int fd;

    digits_publish(f, 10, text, LONG, LONG, whole);
    sidecar = read_sidecar(f, LONG);
    sidecar[strcspn(sidecar, "\n") - 1] = '1';
    from = to = sidecar;
    while (*from != '\0') {
        size_t size = strcspn(from, "\n") + 1;

        if (strncmp(from, "state ", 6) != 0) {
            memmove(to, from, size);
            to += size;
        }
        from += size;
    }
    digits_name(name, 10, LONG, "sum");
    fd = openat(f->digits, name, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, sidecar, (size_t)(to - sidecar)), to - sidecar);
    close(fd);
    assert_int_equal(digits_check(f->digits, 10, LONG, sum), DIGITS_OK);
    assert_string_equal(sum, whole);
    assert_int_equal(digits_open_checked(&file, NULL, f->digits, 10, LONG, whole),
                     DIGITS_OK);
    assert_int_equal(digits_check_range(&file, 0, LONG + 1), DIGITS_OK);
    assert_int_equal(digits_sha256(&file, f->digits, 5, sum), DIGITS_MISSING);
    digits_close(&file);
    free(sidecar);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_beginning_has_its_digest, digits_setup,
                                        digits_teardown),
        cmocka_unit_test_setup_teardown(a_state_that_went_bad_is_found, digits_setup,
                                        digits_teardown),
        cmocka_unit_test_setup_teardown(a_sidecar_of_version_1_is_read, digits_setup,
                                        digits_teardown),
    };

    return cmocka_run_group_tests_name("digits_sha256", tests, NULL, NULL);
}
