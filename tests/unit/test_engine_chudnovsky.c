/* All digits by chudnovsky: published digits, every length against a longer one,
 * decimal against hexadecimal, and past two million digits against bbp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gmp.h>

#include "engine_fixture.h"

/* More than 2^17 terms (1.858 million decimal digits): some mistakes with words,
 * such as a shift by all 64 bits, do not show at smaller sizes. */
#define LONG 2200000

/* From here on the terms' index passes 635,000 and p(k) passes a word. The digits
 * at the end depend on all terms. */
#define LARGEST 7700000

static char *decimal, *hexadecimal;

static int
setup(void **state)
{
    (void)state;
    decimal = digits_of("chudnovsky", 10, LONG, 2, NULL);
    hexadecimal = digits_of("chudnovsky", 16, LONG, 2, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    free(decimal);
    free(hexadecimal);
    return 0;
}

static void
check(int radix, uint64_t position, int threads)
{
    size_t length;
    char *text = digits_of("chudnovsky", radix, position, threads, &length);

    assert_memory_equal(text, radix == 10 ? decimal : hexadecimal, length);
    free(text);
}

static void
test_known(void **state)
{
    (void)state;
    assert_memory_equal(decimal, "14159265358979323846264338327950288419716939937510",
                        50);
    assert_memory_equal(decimal + 761, "999999", 6);
    assert_int_equal(decimal[999], '9');
    assert_int_equal(decimal[9999], '8');
    assert_int_equal(decimal[999999], '1');
    assert_memory_equal(hexadecimal, "243f6a8885a308d313198a2e03707344a4093822299f31d0",
                        48);
    assert_memory_equal(hexadecimal + 999999, "26c65e52cb4593", 14);
}

/* The hexadecimal digits do not depend on the series, so neither do these. */
static void
test_bbp_agrees(void **state)
{
    static const uint64_t at[] = {1,       99999,   1543210, 1858000,
                                  1858100, 1999999, 2100000, LONG};
    size_t i, length;
    char *text;

    (void)state;
    for (i = 0; i < sizeof at / sizeof at[0]; i++) {
        text = digits_of("bbp", 16, at[i], 2, &length);
        if (at[i] + length > LONG + ENGINE_WINDOW)
            length = ENGINE_WINDOW;
        assert_memory_equal(text, hexadecimal + at[i] - 1, length);
        free(text);
    }
}

static void
test_beyond_a_word(void **state)
{
    const uint64_t at = LARGEST - 5;
    size_t length;
    char *all, *text;

    (void)state;
    all = digits_of("chudnovsky", 16, LARGEST, 2, NULL);
    text = digits_of("bbp", 16, at, 2, &length);
    assert_memory_equal(text, all + at - 1, ENGINE_WINDOW);
    free(text);
    free(all);
}

/* The decimal digits are those of the hexadecimal ones, converted by GMP. */
static void
test_radices_agree(void **state)
{
    const size_t hex = 1830000, dec = 2200000;
    mpz_t x, scale;
    char *text;

    (void)state;
    text = strndup(hexadecimal, hex);
    assert_non_null(text);
    mpz_init_set_str(x, text, 16);
    free(text);
    mpz_init(scale);
    mpz_ui_pow_ui(scale, 10, dec);
    mpz_mul(x, x, scale);
    mpz_fdiv_q_2exp(x, x, 4 * hex);
    text = mpz_get_str(NULL, 10, x);
    assert_int_equal(strlen(text), dec);
    assert_memory_equal(text, decimal, dec);
    free(text);
    mpz_clears(x, scale, NULL);
}

static void
test_every_small_position(void **state)
{
    uint64_t n;

    (void)state;
    for (n = 1; n <= 3000; n++) {
        check(10, n, 1);
        check(16, n, 1);
    }
}

/* The cut, 15 digits after n, moves through the six nines at 762 .. 767 and
 * through every run of five or more nines or zeros. */
static void
test_runs(void **state)
{
    uint64_t at, n;
    int runs = 0;

    (void)state;
    for (at = ENGINE_WINDOW; at < 100000; at++) {
        if (memcmp(decimal + at, "99999", 5) != 0 &&
            memcmp(decimal + at, "00000", 5) != 0)
            continue;
        for (n = at - 2; n < at + 8; n++)
            check(10, n - ENGINE_WINDOW + 1, 1);
        runs++;
    }
    assert_true(runs >= 2);
}

/* Lengths around the sizes at which the tree of the conversion gains a level, and
 * at which second threads start. */
static void
test_edges(void **state)
{
    uint64_t n, size;

    (void)state;
    for (size = 512; size <= 65536; size *= 2)
        for (n = size - 17; n <= size - 13; n++) {
            check(10, n, 2);
            check(16, n, 2);
        }
    for (n = 19980; n <= 19990; n++)
        check(10, n, 4);
}

static void
test_random_positions(void **state)
{
    uint64_t seed = 3;
    int i;

    (void)state;
    for (i = 0; i < 60; i++) {
        check(10, 1 + random_below(&seed, 30000), 1 + i % 4);
        check(16, 1 + random_below(&seed, 30000), 1 + i % 4);
    }
    for (i = 0; i < 4; i++)
        check(10, 100000 + random_below(&seed, 400000), 3);
}

/* Every number of threads, with sizes at which all phases share their work. */
static void
test_threads(void **state)
{
    static const uint64_t positions[] = {60000, 250000, 400001};
    size_t i;
    int threads;

    (void)state;
    for (i = 0; i < sizeof positions / sizeof positions[0]; i++)
        for (threads = 1; threads <= 8; threads++) {
            check(10, positions[i], threads);
            check(16, positions[i], threads);
        }
}

/* Hexadecimal digits found by a spigot's decimal ones: a reference that shares
 * nothing with the series. */
static void
test_spigot_agrees(void **state)
{
    char *text = digits_of("spigot", 10, 20000, 1, NULL);
    mpz_t x, scale;
    char *hex;

    (void)state;
    assert_memory_equal(text, decimal, 20000);
    mpz_init_set_str(x, text, 10);
    mpz_init(scale);
    mpz_ui_pow_ui(scale, 10, strlen(text));
    mpz_mul_2exp(x, x, 4 * 16000);
    mpz_fdiv_q(x, x, scale);
    hex = mpz_get_str(NULL, 16, x);
    assert_int_equal(strlen(hex), 16000);
    assert_memory_equal(hex, hexadecimal, 16000);
    mpz_clears(x, scale, NULL);
    free(hex);
    free(text);
}

/* What a run tells about itself: digits of pi at the end and elsewhere. */
static void
test_evidence(void **state)
{
    static const uint64_t positions[] = {1, 2, 50, 1000, 30000, 300000};
    struct collected c;
    uint64_t at, bits;
    size_t i;
    int radix, j;

    (void)state;
    for (radix = 10; radix <= 16; radix += 6)
        for (i = 0; i < sizeof positions / sizeof positions[0]; i++) {
            c = (struct collected){0};
            assert_int_equal(collect(&c, "chudnovsky", radix, positions[i], 2),
                             ENGINE_OK);
            assert_false(c.stranger || c.late);
            assert_int_equal(c.evidences, 1);
            assert_int_equal(c.evidence.radix, radix);
            assert_int_equal(c.evidence.count, c.length);
            assert_int_equal(c.evidence.windows, EVIDENCE_WINDOWS);
            bits = radix == 16 ? 4 * c.length : c.length * 332192809 / 100000000;
            at = c.evidence.window[0].position;
            assert_in_range(4 * (at + ENGINE_WINDOW - 1), bits, bits + 64);
            for (j = 0; j < EVIDENCE_WINDOWS; j++) {
                at = c.evidence.window[j].position;
                assert_true(at >= 1 && at <= c.evidence.window[0].position);
                assert_memory_equal(c.evidence.window[j].digits, hexadecimal + at - 1,
                                    ENGINE_WINDOW);
            }
            collected_free(&c);
        }
}

/* The digits come in pieces, not as one. */
static void
test_pieces(void **state)
{
    struct collected c = {0};

    (void)state;
    assert_int_equal(collect(&c, "chudnovsky", 10, 500000, 2), ENGINE_OK);
    assert_true(c.deliveries > 4);
    assert_false(c.gap);
    collected_free(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_bbp_agrees),
        cmocka_unit_test(test_beyond_a_word),
        cmocka_unit_test(test_radices_agree),
        cmocka_unit_test(test_every_small_position),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_random_positions),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_spigot_agrees),
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_pieces),
    };

    return cmocka_run_group_tests_name("engine chudnovsky", tests, setup, teardown);
}
