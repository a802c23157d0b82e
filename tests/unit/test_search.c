/*
 * Finding strings of digits, with and without an index, compared with a search that
 * tries every position: strings of every length, in both radices, at the start, at the
 * end, over the ends of blocks, overlapping themselves, and such as are not there; each
 * alone, and many at once.
 */
#include "config.h"

#include "cmocka_all.h"

#include "search_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the search at every position finds of ASK. */
static struct search_found
expect(const struct searched *s, const struct search_ask *ask)
{
    struct search_found found = {.searched = SEARCHED_LENGTH};
    const char *at = s->text;

    while ((at = memmem(at, SEARCHED_LENGTH - (size_t)(at - s->text), ask->text,
                        ask->length))) {
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
            assert_in_range(bytes_read() - before, SEARCHED_LENGTH,
                            SEARCHED_LENGTH * 3 / 2);
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
        size_t at = searched_random(&seed) % (SEARCHED_LENGTH - length);
        const char *ends[] = {s->text, s->text + SEARCHED_LENGTH - length,
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
    char zeros[SEARCHED_ZEROS];
    struct search_ask ask = {.radix = s->radix, .length = 20};
    struct search_found found;
    uint64_t seen = 0;

    memset(zeros, '0', sizeof zeros);
    for (size_t length = 1; length <= SEARCHED_ZEROS; length++) {
        compare(s, zeros, length, 0);
        compare(s, zeros, length, SEARCHED_LENGTH - length);
        compare(s, zeros, length, SEARCHED_LENGTH - length + 1);
        compare(s, zeros, length, SEARCHED_LENGTH);
    }
    memcpy(ask.text, zeros, ask.length);
    do {
        assert_int_equal(search_run(&s->file, s->index, &ask, 1, &found), DIGITS_OK);
        seen += found.position != 0;
        ask.after = found.position;
    } while (found.position != 0);
    assert_int_equal(seen, found.count);
    assert_int_equal(seen, 2 * (SEARCHED_ZEROS - 20 + 1));
}

static void
finds_decimal(void **state)
{
    struct searched s;

    searched_prepare(&s, state, 10);
    ask_everything(&s);
    ask_together(&s);
    ask_zeros(&s);
    searched_finish(&s);
}

static void
finds_hexadecimal(void **state)
{
    struct searched s;

    searched_prepare(&s, state, 16);
    ask_everything(&s);
    ask_together(&s);
    ask_zeros(&s);
    searched_finish(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_decimal, digits_setup, digits_teardown),
        cmocka_unit_test_setup_teardown(finds_hexadecimal, digits_setup,
                                        digits_teardown),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
