/* The checks of conversions accept what is right and refuse every change of it. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/verify.h"
#include "verify_fixture.h"

/* The verdict of THREADS threads on LENGTH digits of TEXT in pieces of PIECE. */
static enum verify_rc
verdict_of(int threads, const struct engine_evidence *evidence, const char *text,
           size_t length, size_t piece, char *words)
{
    struct verify_conversion check;
    size_t at, part;

    verify_conversion_start(&check, evidence, threads);
    for (at = 0; at < length; at += part) {
        part = length - at < piece ? length - at : piece;
        verify_conversion_digits(&check, text + at, part);
    }
    return verify_conversion_end(&check, words);
}

static enum verify_rc
verdict(const struct engine_evidence *evidence, const char *text, size_t length,
        size_t piece, char *words)
{
    return verdict_of(2, evidence, text, length, piece, words);
}

static void
accepted(int radix, uint64_t position)
{
    static const size_t pieces[] = {1000000, 4096, 7, 1};
    struct collected c = verify_result(radix, position);
    char words[VERIFY_WORDS];
    size_t i;

    for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        assert_int_equal(verdict(&c.evidence, c.text, c.length, pieces[i], words),
                         VERIFY_GOOD);
    assert_non_null(strstr(words, radix == 10 ? " decimal " : " hexadecimal "));
    assert_non_null(strstr(words, "2^61 - 31"));
    collected_free(&c);
}

static void
test_right_conversions(void **state)
{
    static const uint64_t positions[] = {1,    2,    3,     16,    497,   498,
                                         1000, 1009, 30000, 99999, 654321};
    uint64_t n;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        accepted(10, positions[i]);
        accepted(16, positions[i]);
    }
    for (n = 1; n <= 2000; n += 37)
        accepted(10, n);
}

static void
refused(const struct collected *c, size_t length)
{
    char words[VERIFY_WORDS];

    assert_int_equal(verdict(&c->evidence, c->text, length, 1000, words), VERIFY_BAD);
    expect_difference(words);
}

/* Every digit at AT but the right one is refused. */
static void
flip(const struct collected *c, size_t at)
{
    const char *digits = c->evidence.radix == 10 ? "0123456789" : "0123456789abcdef";
    char right = c->text[at];

    for (; *digits != '\0'; digits++)
        if (*digits != right) {
            c->text[at] = *digits;
            refused(c, c->length);
        }
    c->text[at] = right;
}

static void
test_flipped_digits(void **state)
{
    uint64_t seed = 12;
    struct collected c;
    int radix, i;
    size_t at;

    (void)state;
    for (radix = 10; radix <= 16; radix += 6) {
        c = verify_result(radix, 1500);
        for (at = 0; at < c.length; at++)
            flip(&c, at);
        collected_free(&c);
        c = verify_result(radix, 200000);
        for (i = 0; i < 40; i++)
            flip(&c, random_below(&seed, c.length));
        flip(&c, 0);
        flip(&c, c.length - 1);
        collected_free(&c);
    }
}

/* Any number of threads says the same, of right digits and of wrong ones. */
static void
test_threads(void **state)
{
    static const int threads[] = {1, 2, 3, 8, 200};
    size_t where[] = {0, 0, 0}, i, j;
    char words[VERIFY_WORDS], right;
    struct collected c;
    int radix;

    (void)state;
    for (radix = 10; radix <= 16; radix += 6) {
        c = verify_result(radix, 1200000);
        where[1] = c.length / 2;
        where[2] = c.length - 1;
        for (i = 0; i < sizeof threads / sizeof threads[0]; i++) {
            assert_int_equal(
                verdict_of(threads[i], &c.evidence, c.text, c.length, c.length, words),
                VERIFY_GOOD);
            for (j = 0; j < 3; j++) {
                right = c.text[where[j]];
                c.text[where[j]] = right == '3' ? '4' : '3';
                assert_int_equal(verdict_of(threads[i], &c.evidence, c.text, c.length,
                                            c.length, words),
                                 VERIFY_BAD);
                c.text[where[j]] = (char)(right + 128);
                assert_int_equal(verdict_of(threads[i], &c.evidence, c.text, c.length,
                                            c.length, words),
                                 VERIFY_BAD);
                c.text[where[j]] = right;
            }
        }
        collected_free(&c);
    }
}

/* Two digits that change places, digits left out, added, or none. */
static void
test_other_mistakes(void **state)
{
    struct collected c = verify_result(10, 20000);
    uint64_t seed = 13;
    char words[VERIFY_WORDS], keep;
    size_t a, b;
    int i;

    (void)state;
    for (i = 0; i < 300; i++) {
        a = random_below(&seed, c.length);
        b = random_below(&seed, c.length);
        if (c.text[a] == c.text[b])
            continue;
        keep = c.text[a];
        c.text[a] = c.text[b];
        c.text[b] = keep;
        refused(&c, c.length);
        c.text[b] = c.text[a];
        c.text[a] = keep;
    }
    refused(&c, c.length - 1);
    refused(&c, 0);
    c.text[c.length] = '0';
    refused(&c, c.length + 1);
    keep = c.text[500];
    for (i = 1; i < 256; i++) {
        c.text[500] = (char)i;
        if (c.text[500] != keep)
            refused(&c, c.length);
    }
    c.text[500] = keep;
    assert_int_equal(verdict(&c.evidence, c.text, c.length, 1000, words), VERIFY_GOOD);
    c.evidence.steps = 0;
    refused(&c, c.length);
    collected_free(&c);
}

/* Numbers that a broken conversion would have told. */
static void
test_wrong_evidence(void **state)
{
    struct collected c = verify_result(10, 20000);
    struct engine_evidence right = c.evidence;
    int i;

    (void)state;
    assert_true(right.steps > 3);
    for (i = 0; i < right.steps; i++) {
        c.evidence.step[i].value ^= 1;
        refused(&c, c.length);
        c.evidence = right;
        c.evidence.step[i].rest ^= 1;
        refused(&c, c.length);
        c.evidence = right;
        if (i + 1 < right.steps) {
            c.evidence.step[i].lost ^= 1;
            refused(&c, c.length);
            c.evidence = right;
            c.evidence.step[i].dropped++;
            refused(&c, c.length);
            c.evidence = right;
        }
        c.evidence.step[i].limbs++;
        refused(&c, c.length);
        c.evidence = right;
    }
    collected_free(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_conversions), cmocka_unit_test(test_flipped_digits),
        cmocka_unit_test(test_threads),           cmocka_unit_test(test_other_mistakes),
        cmocka_unit_test(test_wrong_evidence),
    };

    return cmocka_run_group_tests_name("engine verify", tests, NULL, NULL);
}
