/*
 * What an index that is damaged, unfinished or of other digits comes to; indexes that
 * are kept open; their names.
 */
#include "config.h"

#include "cmocka_all.h"

#include "search_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An index that lacks a bit anywhere gives no wrong answer. */
static void
damaged_index(void **state)
{
    struct searched s;
    struct search_index *index;
    struct search_ask ask = {.radix = 10, .length = 8};
    struct search_found found;
    char name[DIGITS_NAME_SIZE];
    uint32_t span;

    searched_prepare(&s, state, 10);
    memcpy(ask.text, s.text + 1000, ask.length);
    search_index_name(name, 10, SEARCHED_LENGTH);
    for (off_t at = 8; at < SEARCH_HEAD_SIZE + 4000; at = at < 128 ? at + 8 : at * 2) {
        char byte = digits_poke(s.f, name, at, '!');
        bool used = at < (off_t)sizeof(struct search_head) || at >= SEARCH_HEAD_SIZE;

        assert_int_equal(
            search_index_open(&index, s.f->digits, 10, SEARCHED_LENGTH, s.sha256),
            used && byte != '!' ? DIGITS_BROKEN : DIGITS_OK);
        search_index_release(index);
        digits_poke(s.f, name, at, byte);
    }
    /* A position of the string's first part, while the index is open. */
    uint32_t key = search_key(ask.text, ask.length, 10, &span);
    uint64_t before = search_index_count(s.index, 0, key);
    off_t at = (off_t)(search_index_bytes(10, 0) + before * sizeof key);
    char byte = digits_poke(s.f, name, at, '!');

    assert_int_equal(search_run(&s.file, s.index, &ask, 1, &found), DIGITS_BROKEN);
    digits_poke(s.f, name, at, byte);
    assert_int_equal(search_run(&s.file, s.index, &ask, 1, &found), DIGITS_OK);
    assert_int_equal(found.position, 1001);

    /* Of other digits; too short; not there. */
    char other[DIGITS_SHA256_SIZE];

    memcpy(other, s.sha256, sizeof other);
    other[0] = other[0] == 'a' ? 'b' : 'a';
    assert_int_equal(search_index_open(&index, s.f->digits, 10, SEARCHED_LENGTH, other),
                     DIGITS_BROKEN);
    int fd = openat(s.f->digits, name, O_WRONLY | O_CLOEXEC);

    assert_int_equal(ftruncate(fd, (off_t)search_index_bytes(10, SEARCHED_LENGTH) - 4),
                     0);
    close(fd);
    assert_int_equal(
        search_index_open(&index, s.f->digits, 10, SEARCHED_LENGTH, s.sha256),
        DIGITS_BROKEN);
    assert_int_equal(search_run(&s.file, s.index, &ask, 1, &found), DIGITS_OK);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    assert_int_equal(
        search_index_open(&index, s.f->digits, 10, SEARCHED_LENGTH, s.sha256),
        DIGITS_MISSING);
    searched_finish(&s);
}

/* What is built from damaged digits is no index; nor is what was not wanted any more.
 */
static bool
until_half(void *ctx, double fraction)
{
    double *last = ctx;

    assert_true(fraction > *last && fraction <= 1);
    *last = fraction;
    return fraction < 0.5;
}

static void
unfinished_index(void **state)
{
    struct searched s;
    char name[DIGITS_NAME_SIZE];
    double last = 0;

    searched_prepare(&s, state, 16);
    search_index_name(name, 16, SEARCHED_LENGTH);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    assert_int_equal(searched_build(&s, until_half, &last), DIGITS_IO);
    assert_true(last >= 0.5);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    digits_name(name, 16, SEARCHED_LENGTH, "txt");
    digits_poke(s.f, name, DIGITS_BLOCK + 5,
                s.text[DIGITS_BLOCK + 3] == '1' ? '2' : '1');
    assert_int_equal(searched_build(&s, NULL, NULL), DIGITS_BROKEN);
    searched_finish(&s);
}

/* How many files this process has open. */
static size_t
open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        n++;
    closedir(folder);
    return n;
}

static void
shelf_keeps_one(void **state)
{
    struct searched s;
    struct search_shelf *shelf = search_shelf_new();
    struct search_index *first, *again;
    char name[DIGITS_NAME_SIZE];

    searched_prepare(&s, state, 10);
    size_t before = open_files();

    assert_int_equal(
        search_shelf_get(shelf, &first, s.f->digits, 10, SEARCHED_LENGTH, s.sha256),
        DIGITS_OK);
    assert_int_equal(
        search_shelf_get(shelf, &again, s.f->digits, 10, SEARCHED_LENGTH, s.sha256),
        DIGITS_OK);
    assert_ptr_equal(first, again);
    search_index_release(again);
    assert_int_equal(open_files(), before + 1);

    /* Its file is replaced: whoever uses the old one keeps it. */
    search_index_name(name, 10, SEARCHED_LENGTH);
    search_shelf_tidy(shelf, s.f->digits);
    assert_int_equal(open_files(), before + 1);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    assert_int_equal(searched_build(&s, NULL, NULL), DIGITS_OK);
    assert_int_equal(
        search_shelf_get(shelf, &again, s.f->digits, 10, SEARCHED_LENGTH, s.sha256),
        DIGITS_OK);
    assert_ptr_not_equal(first, again);
    assert_true(search_index_count(first, 0, search_keys(10)) == SEARCHED_LENGTH - 5);
    search_index_release(again);
    search_index_release(first);
    assert_int_equal(open_files(), before + 1);

    /* And it is removed, or rather has another name. */
    assert_int_equal(renameat(s.f->digits, name, s.f->digits, "another"), 0);
    search_shelf_tidy(shelf, s.f->digits);
    assert_int_equal(open_files(), before);
    assert_int_equal(
        search_shelf_get(shelf, &again, s.f->digits, 10, SEARCHED_LENGTH, s.sha256),
        DIGITS_MISSING);
    assert_null(again);
    search_shelf_tidy(NULL, s.f->digits);
    search_shelf_free(shelf);
    searched_finish(&s);
}

/* The bytes that this process has read from files and elsewhere. */
static unsigned long long
bytes_read(void)
{
    FILE *io = fopen("/proc/self/io", "r");
    unsigned long long bytes;

    assert_non_null(io);
    assert_int_equal(fscanf(io, "rchar: %llu", &bytes), 1);
    fclose(io);
    return bytes;
}

/* Writes BYTE at the beginning of the file NAME, at a time that the file system tells
 * from that of the write before. */
static void
write_later(struct digits_fixture *f, const char *name, char byte)
{
    struct stat before, after;

    assert_int_equal(fstatat(f->digits, name, &before, 0), 0);
    do {
        digits_poke(f, name, 0, byte);
        assert_int_equal(fstatat(f->digits, name, &after, 0), 0);
    } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
             after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

static void
shelf_reads_what_is_damaged_once(void **state)
{
    struct searched s;
    struct search_shelf *shelf = search_shelf_new();
    struct search_index *index;
    char name[DIGITS_NAME_SIZE], other[64];
    const uint64_t length = SEARCHED_LENGTH;
    const char whole = 'n', damaged = 'm'; /* the first byte of SEARCH_MAGIC, and not */

    searched_prepare(&s, state, 10);
    search_index_name(name, 10, length);
    digits_poke(s.f, name, 0, damaged);
    for (int i = 0; i < 3; i++) {
        unsigned long long before = bytes_read();
        assert_int_equal(
            search_shelf_get(shelf, &index, s.f->digits, 10, length, s.sha256),
            DIGITS_BROKEN);
        assert_null(index);
        if (i > 0)
            assert_in_range(bytes_read() - before, 0, 1000); /* its own counting */
    }
    /* Mended in its place, replaced, and asked for as the index of other digits. */
    write_later(s.f, name, whole);
    assert_int_equal(search_shelf_get(shelf, &index, s.f->digits, 10, length, s.sha256),
                     DIGITS_OK);
    search_index_release(index);
    memcpy(other, s.sha256, sizeof other);
    other[0] = other[0] == 'a' ? 'b' : 'a';
    assert_int_equal(search_shelf_get(shelf, &index, s.f->digits, 10, length, other),
                     DIGITS_BROKEN);
    assert_int_equal(search_shelf_get(shelf, &index, s.f->digits, 10, length, s.sha256),
                     DIGITS_OK);
    search_index_release(index);
    digits_poke(s.f, name, 0, damaged);
    search_shelf_free(shelf);
    shelf = search_shelf_new();
    assert_int_equal(search_shelf_get(shelf, &index, s.f->digits, 10, length, s.sha256),
                     DIGITS_BROKEN);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    assert_int_equal(search_shelf_get(shelf, &index, s.f->digits, 10, length, s.sha256),
                     DIGITS_MISSING);
    assert_int_equal(searched_build(&s, NULL, NULL), DIGITS_OK);
    assert_int_equal(search_shelf_get(shelf, &index, s.f->digits, 10, length, s.sha256),
                     DIGITS_OK);
    search_index_release(index);
    search_shelf_free(shelf);
    searched_finish(&s);
}

static void
names(void **state)
{
    char name[DIGITS_NAME_SIZE];
    uint64_t length;
    int radix;

    (void)state;
    search_index_name(name, 16, 100000);
    assert_string_equal(name, "pi-16-100000.idx");
    assert_true(search_parse_name(name, &radix, &length));
    assert_int_equal(radix, 16);
    assert_int_equal(length, 100000);
    assert_false(search_parse_name("pi-16-100000.txt", &radix, &length));
    assert_false(search_parse_name("pi-12-100000.idx", &radix, &length));
    assert_false(search_parse_name("pi-10-0100.idx", &radix, &length));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(damaged_index, digits_setup, digits_teardown),
        cmocka_unit_test_setup_teardown(unfinished_index, digits_setup,
                                        digits_teardown),
        cmocka_unit_test_setup_teardown(shelf_keeps_one, digits_setup, digits_teardown),
        cmocka_unit_test_setup_teardown(shelf_reads_what_is_damaged_once, digits_setup,
                                        digits_teardown),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests_name("search_index", tests, NULL, NULL);
}
