/*
 * Finding strings of digits, with and without an index, compared with a search that
 * tries every position: strings of every length, in both radices, at the start, at the
 * end, over the ends of blocks, overlapping themselves, and such as are not there; and
 * what an index that is damaged, or of other digits, comes to.
 */
#include "config.h"

#include "cmocka_all.h"

#include "common/search.h"
#include "digits_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than two blocks, and such a part of the third that the last passes are short. */
enum { LENGTH = 2 * DIGITS_BLOCK + 54321, MEMORY = 1 << 20, ZEROS = 40 };

struct searched {
    struct digits_fixture *f;
    int radix;
    char *text; /* text[p - 1] is the digit at p */
    char sha256[DIGITS_SHA256_SIZE];
    struct digits_trust *trust;
    struct digits_file file;
    struct search_index *index;
};

static uint64_t
random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Builds the index of what is published, under its name. */
static enum digits_rc
build(struct searched *s, bool (*progress)(void *ctx, double fraction), void *ctx)
{
    char name[DIGITS_NAME_SIZE], sum[DIGITS_NAME_SIZE], out[DIGITS_NAME_SIZE];
    enum digits_rc rc;

    digits_name(name, s->radix, LENGTH, "txt");
    digits_name(sum, s->radix, LENGTH, "sum");
    search_index_name(out, s->radix, LENGTH);
    int text_fd = openat(s->f->digits, name, O_RDONLY | O_CLOEXEC);
    int sum_fd = openat(s->f->digits, sum, O_RDONLY | O_CLOEXEC);
    int out_fd = digits_create(s->f->digits, out);
    assert_true(text_fd >= 0 && sum_fd >= 0 && out_fd >= 0);
    rc = search_index_build(text_fd, sum_fd, s->radix, LENGTH, out_fd, MEMORY, progress,
                            ctx);
    close(text_fd);
    close(sum_fd);
    close(out_fd);
    return rc;
}

/* Publishes digits with runs of zeros, one of them over the end of a block and one at
 * the very end, and opens them. */
static void
prepare(struct searched *s, void **state, int radix)
{
    uint64_t seed = 88172645463325252u;

    *s = (struct searched){.f = *state, .radix = radix, .file.fd = -1};
    s->text = malloc(LENGTH);
    s->trust = digits_trust_new();
    assert_true(s->text && s->trust);
    for (size_t i = 0; i < LENGTH; i++)
        s->text[i] = "0123456789abcdef"[(random_next(&seed) >> 32) % (unsigned)radix];
    memset(s->text + DIGITS_BLOCK - 2 - ZEROS / 2, '0', ZEROS);
    memset(s->text + LENGTH - ZEROS, '0', ZEROS);
    digits_publish(s->f, radix, s->text, LENGTH, LENGTH, s->sha256);
    assert_int_equal(
        digits_open_checked(&s->file, s->trust, s->f->digits, radix, LENGTH, s->sha256),
        DIGITS_OK);
    assert_int_equal(build(s, NULL, NULL), DIGITS_OK);
    assert_int_equal(
        search_index_open(&s->index, s->f->digits, radix, LENGTH, s->sha256),
        DIGITS_OK);
}

static void
finish(struct searched *s)
{
    search_index_release(s->index);
    digits_close(&s->file);
    digits_trust_free(s->trust);
    free(s->text);
}

/* What the search at every position finds of ASK. */
static struct search_found
expect(const struct searched *s, const struct search_ask *ask)
{
    struct search_found found = {.searched = LENGTH};
    const char *at = s->text;

    while ((at = memmem(at, LENGTH - (size_t)(at - s->text), ask->text, ask->length))) {
        uint64_t position = (uint64_t)(at - s->text) + 1;

        found.count++;
        if (position <= ask->after) {
            found.previous = position;
        } else if (found.position == 0) {
            found.position = position;
            found.occurrence = found.count;
        }
        at++;
    }
    return found;
}

/* FOUND is what was EXPECTED of ASK; what a frequent string is the so-manieth of need
 * not be known by the index. */
static void
check(const struct search_ask *ask, struct search_found found,
      const struct search_found *expected)
{
    bool must_know =
        !found.indexed || ask->after == 0 || ask->length + 1 >= search_gram(ask->radix);

    assert_int_equal(found.searched, expected->searched);
    assert_int_equal(found.count, expected->count);
    assert_int_equal(found.position, expected->position);
    assert_int_equal(found.previous, expected->previous);
    if (must_know || found.occurrence != 0)
        assert_int_equal(found.occurrence, expected->occurrence);
}

/* Asks for the LENGTH_OF digits at PATTERN after AFTER in both ways, and compares. */
static void
compare(struct searched *s, const char *pattern, size_t length_of, uint64_t after)
{
    struct search_ask ask = {.radix = s->radix, .length = length_of, .after = after};
    struct search_found found, expected;

    memcpy(ask.text, pattern, length_of);
    expected = expect(s, &ask);
    for (int with = 0; with < 2; with++) {
        assert_int_equal(search_run(&s->file, with ? s->index : NULL, &ask, 1, &found),
                         DIGITS_OK);
        assert_int_equal(found.indexed, with);
        check(&ask, found, &expected);
    }
}

/* How many bytes this process has read from files. */
static uint64_t
bytes_read(void)
{
    unsigned long long n = 0;
    FILE *f = fopen("/proc/self/io", "r");

    assert_non_null(f);
    assert_int_equal(fscanf(f, "rchar: %llu", &n), 1);
    fclose(f);
    return n;
}

/* Many strings of many lengths at once are found as each is alone, while the digits are
 * read but once. */
static void
ask_together(struct searched *s)
{
    static const size_t lengths[SEARCH_ASKS_MOST] = {8, 6, 120, 1, 8, 2, 33, 6};
    struct search_ask asks[SEARCH_ASKS_MOST] = {{.radix = 0}};
    struct search_found found[SEARCH_ASKS_MOST];

    for (size_t i = 0; i < SEARCH_ASKS_MOST; i++) {
        /* Over the end of the first block, and over that of the second. */
        const char *at = s->text + (1 + i % 2) * (size_t)DIGITS_BLOCK - 3 - i;

        asks[i] = (struct search_ask){.radix = s->radix, .length = lengths[i]};
        asks[i].after = i % 3 == 0 ? 0 : (size_t)(at - s->text) - 1 + i % 3;
        memcpy(asks[i].text, at, lengths[i]);
    }
    for (int with = 0; with < 2; with++) {
        uint64_t before = bytes_read();

        assert_int_equal(
            search_run(&s->file, with ? s->index : NULL, asks, SEARCH_ASKS_MOST, found),
            DIGITS_OK);
        if (!with)
            assert_in_range(bytes_read() - before, LENGTH, LENGTH * 3 / 2);
        for (size_t i = 0; i < SEARCH_ASKS_MOST; i++) {
            struct search_found expected = expect(s, &asks[i]);

            check(&asks[i], found[i], &expected);
        }
    }
    asks[0].radix = 26 - s->radix;
    assert_int_equal(search_run(&s->file, s->index, asks, 1, found), DIGITS_OK);
    assert_int_equal(found[0].searched + found[0].count + found[0].position, 0);
}

/* Strings of every length, as they are and with the last digit changed. */
static void
ask_everything(struct searched *s)
{
    uint64_t seed = 2463534242u;
    char other[SEARCH_LENGTH_MOST];

    for (size_t length = 1; length <= SEARCH_LENGTH_MOST; length++) {
        size_t at = random_next(&seed) % (LENGTH - length);
        const char *ends[] = {s->text, s->text + LENGTH - length,
                              s->text + DIGITS_BLOCK - 2 - length / 2, s->text + at};

        for (size_t i = 0; i < 4; i++)
            compare(s, ends[i], length, 0);
        compare(s, s->text + at, length, at);
        compare(s, s->text + at, length, at + 1);
        memcpy(other, s->text + at, length);
        other[length - 1] = other[length - 1] == '7' ? '8' : '7';
        compare(s, other, length, 0);
    }
}

/* Runs of zeros overlap themselves; every next occurrence is found in turn. */
static void
ask_zeros(struct searched *s)
{
    char zeros[ZEROS];
    struct search_ask ask = {.radix = s->radix, .length = 20};
    struct search_found found;
    uint64_t seen = 0;

    memset(zeros, '0', sizeof zeros);
    for (size_t length = 1; length <= ZEROS; length++) {
        compare(s, zeros, length, 0);
        compare(s, zeros, length, LENGTH - length);
        compare(s, zeros, length, LENGTH - length + 1);
        compare(s, zeros, length, LENGTH);
    }
    memcpy(ask.text, zeros, ask.length);
    do {
        assert_int_equal(search_run(&s->file, s->index, &ask, 1, &found), DIGITS_OK);
        seen += found.position != 0;
        ask.after = found.position;
    } while (found.position != 0);
    assert_int_equal(seen, found.count);
    assert_int_equal(seen, 2 * (ZEROS - 20 + 1));
}

static void
finds_decimal(void **state)
{
    struct searched s;

    prepare(&s, state, 10);
    ask_everything(&s);
    ask_together(&s);
    ask_zeros(&s);
    finish(&s);
}

static void
finds_hexadecimal(void **state)
{
    struct searched s;

    prepare(&s, state, 16);
    ask_everything(&s);
    ask_together(&s);
    ask_zeros(&s);
    finish(&s);
}

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

    prepare(&s, state, 10);
    memcpy(ask.text, s.text + 1000, ask.length);
    search_index_name(name, 10, LENGTH);
    for (off_t at = 8; at < SEARCH_HEAD_SIZE + 4000; at = at < 128 ? at + 8 : at * 2) {
        char byte = digits_poke(s.f, name, at, '!');
        bool used = at < (off_t)sizeof(struct search_head) || at >= SEARCH_HEAD_SIZE;

        assert_int_equal(search_index_open(&index, s.f->digits, 10, LENGTH, s.sha256),
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
    assert_int_equal(search_index_open(&index, s.f->digits, 10, LENGTH, other),
                     DIGITS_BROKEN);
    int fd = openat(s.f->digits, name, O_WRONLY | O_CLOEXEC);

    assert_int_equal(ftruncate(fd, (off_t)search_index_bytes(10, LENGTH) - 4), 0);
    close(fd);
    assert_int_equal(search_index_open(&index, s.f->digits, 10, LENGTH, s.sha256),
                     DIGITS_BROKEN);
    assert_int_equal(search_run(&s.file, s.index, &ask, 1, &found), DIGITS_OK);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    assert_int_equal(search_index_open(&index, s.f->digits, 10, LENGTH, s.sha256),
                     DIGITS_MISSING);
    finish(&s);
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

    prepare(&s, state, 16);
    search_index_name(name, 16, LENGTH);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    assert_int_equal(build(&s, until_half, &last), DIGITS_IO);
    assert_true(last >= 0.5);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    digits_name(name, 16, LENGTH, "txt");
    digits_poke(s.f, name, DIGITS_BLOCK + 5,
                s.text[DIGITS_BLOCK + 3] == '1' ? '2' : '1');
    assert_int_equal(build(&s, NULL, NULL), DIGITS_BROKEN);
    finish(&s);
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

    prepare(&s, state, 10);
    size_t before = open_files();

    assert_int_equal(search_shelf_get(shelf, &first, s.f->digits, 10, LENGTH, s.sha256),
                     DIGITS_OK);
    assert_int_equal(search_shelf_get(shelf, &again, s.f->digits, 10, LENGTH, s.sha256),
                     DIGITS_OK);
    assert_ptr_equal(first, again);
    search_index_release(again);
    assert_int_equal(open_files(), before + 1);

    /* Its file is replaced: whoever uses the old one keeps it. */
    search_index_name(name, 10, LENGTH);
    search_shelf_tidy(shelf, s.f->digits);
    assert_int_equal(open_files(), before + 1);
    assert_int_equal(unlinkat(s.f->digits, name, 0), 0);
    assert_int_equal(build(&s, NULL, NULL), DIGITS_OK);
    assert_int_equal(search_shelf_get(shelf, &again, s.f->digits, 10, LENGTH, s.sha256),
                     DIGITS_OK);
    assert_ptr_not_equal(first, again);
    assert_true(search_index_count(first, 0, search_keys(10)) == LENGTH - 5);
    search_index_release(again);
    search_index_release(first);
    assert_int_equal(open_files(), before + 1);

    /* And it is removed, or rather has another name. */
    assert_int_equal(renameat(s.f->digits, name, s.f->digits, "another"), 0);
    search_shelf_tidy(shelf, s.f->digits);
    assert_int_equal(open_files(), before);
    assert_int_equal(search_shelf_get(shelf, &again, s.f->digits, 10, LENGTH, s.sha256),
                     DIGITS_MISSING);
    assert_null(again);
    search_shelf_tidy(NULL, s.f->digits);
    search_shelf_free(shelf);
    finish(&s);
}

static void
reads_what_people_type(void **state)
{
    struct search_ask ask;
    char longest[SEARCH_LENGTH_MOST + 2];

    (void)state;
    assert_int_equal(search_parse("14.03.1879", 10, &ask), SEARCH_GOOD);
    assert_string_equal(ask.text, "14031879");
    assert_int_equal(ask.length, 8);
    assert_int_equal(search_parse(" 243F 6A88 ", 16, &ask), SEARCH_GOOD);
    assert_string_equal(ask.text, "243f6a88");
    assert_int_equal(search_parse("", 10, &ask), SEARCH_EMPTY);
    assert_int_equal(search_parse(" - ", 10, &ask), SEARCH_EMPTY);
    assert_int_equal(search_parse("12a", 10, &ask), SEARCH_LETTERS);
    assert_int_equal(search_parse("12x", 16, &ask), SEARCH_STRANGE);
    assert_int_equal(search_parse("12\xc3\xa9", 10, &ask), SEARCH_STRANGE);
    memset(longest, '7', sizeof longest);
    longest[SEARCH_LENGTH_MOST + 1] = '\0';
    assert_int_equal(search_parse(longest, 10, &ask), SEARCH_TOO_LONG);
    assert_int_equal(search_parse(longest + 1, 10, &ask), SEARCH_GOOD);
    assert_int_equal(ask.length, SEARCH_LENGTH_MOST);
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
        cmocka_unit_test_setup_teardown(finds_decimal, digits_setup, digits_teardown),
        cmocka_unit_test_setup_teardown(finds_hexadecimal, digits_setup,
                                        digits_teardown),
        cmocka_unit_test_setup_teardown(damaged_index, digits_setup, digits_teardown),
        cmocka_unit_test_setup_teardown(unfinished_index, digits_setup,
                                        digits_teardown),
        cmocka_unit_test_setup_teardown(shelf_keeps_one, digits_setup, digits_teardown),
        cmocka_unit_test(reads_what_people_type),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
