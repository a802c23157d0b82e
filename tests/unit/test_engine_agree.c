/*
 * Every algorithm against every other, at random positions and lengths; and results
 * that end, or begin, before, in and after the longest runs of one digit in the first
 * two million.
 */
#include "cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "engine_fixture.h"

#define LONG 2000000

/* LONG digits in each radix by chudnovsky. */
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

/* A number up to MOST, small ones as likely as large ones. */
static uint64_t
any_size(uint64_t *seed, uint64_t most)
{
    double share = (double)random_below(seed, 1 << 30) / (1 << 30);

    return (uint64_t)exp(share * log((double)most));
}

/* The first COUNT decimal digits of the fraction with the hexadecimal digits HEX, by
 * GMP. */
static char *
convert(const char *hex, uint64_t count)
{
    char *text = malloc(count + 2);
    mpz_t x, scale;
    size_t length;

    assert_non_null(text);
    mpz_init_set_str(x, hex, 16);
    mpz_init(scale);
    mpz_ui_pow_ui(scale, 10, count);
    mpz_mul(x, x, scale);
    mpz_fdiv_q_2exp(x, x, 4 * strlen(hex));
    mpz_get_str(text, 10, x);
    length = strlen(text);
    memmove(text + count - length, text, length + 1);
    memset(text, '0', count - length);
    mpz_clears(x, scale, NULL);
    return text;
}

/* TEXT has the digits HEX from POSITION on, as far as both go. */
static void
assert_window(const char *hex, uint64_t position, int threads)
{
    size_t length, left = strlen(hex) - position + 1;
    char *text = digits_of("bbp", 16, position, threads, &length);

    assert_memory_equal(text, hex + position - 1, length < left ? length : left);
    free(text);
}

/* N decimal digits by spigot, chudnovsky and chudnovsky's hexadecimal digits, which
 * have those of bbp at any place. */
static void
check_all(uint64_t n, uint64_t *seed)
{
    uint64_t places = n * 831 / 1000 + 20;
    int threads = 1 + (int)random_below(seed, 8), i;
    char *streamed = digits_of("spigot", 10, n, 1, NULL);
    char *split = digits_of("chudnovsky", 10, n, threads, NULL);
    char *hex = digits_of("chudnovsky", 16, places, threads, NULL);
    char *converted = convert(hex, n + ENGINE_WINDOW - 1);

    assert_string_equal(split, streamed);
    assert_string_equal(converted, streamed);
    for (i = 0; i < 3; i++)
        assert_window(hex, 1 + random_below(seed, places), threads);
    assert_window(hex, places, threads);
    free(streamed);
    free(split);
    free(hex);
    free(converted);
}

static void
test_all_agree(void **state)
{
    uint64_t seed = 11;
    int i;

    (void)state;
    for (i = 0; i < 90; i++)
        check_all(any_size(&seed, 12000), &seed);
    check_all(40000 + random_below(&seed, 20000), &seed);
}

/* Longer ones, too long for the spigot. */
static void
test_long_agree(void **state)
{
    uint64_t seed = 12, n;
    char *text;
    int i;

    (void)state;
    text = convert(hexadecimal, LONG);
    assert_memory_equal(text, decimal, LONG);
    free(text);
    for (i = 0; i < 8; i++)
        assert_window(hexadecimal, 1 + random_below(&seed, LONG), 1 + i);
    for (i = 0; i < 6; i++) {
        n = 60000 + random_below(&seed, 200000);
        text = digits_of("chudnovsky", i % 2 == 0 ? 10 : 16, n, 1 + i, NULL);
        assert_memory_equal(text, i % 2 == 0 ? decimal : hexadecimal, strlen(text));
        free(text);
    }
}

/* All runs of seven equal decimal digits (OEIS A284166), and runs of six nines. */
static void
test_known_runs(void **state)
{
    static const struct {
        const char *run;
        long position; /* of the first, 0: there is none */
    } known[] = {
        {"0000000", 0}, {"1111111", 0},       {"2222222", 0},  {"3333333", 710100},
        {"4444444", 0}, {"5555555", 0},       {"6666666", 0},  {"7777777", 0},
        {"8888888", 0}, {"9999999", 1722776}, {"999999", 762},
    };
    const char *found;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof known / sizeof known[0]; i++) {
        found = strstr(decimal, known[i].run);
        assert_true(found == NULL ? known[i].position == 0
                                  : found - decimal + 1 == known[i].position);
    }
    assert_memory_equal(decimal + 193033, "999999", 6);
}

/* Results whose last digit is the one before the run of LENGTH digits at AT, the first
 * of it, one in the middle, the last and the one after; of long ones only some. */
static void
cut_at(int radix, uint64_t at, uint64_t length)
{
    const uint64_t last[] = {at + length - 1, at + length / 2, at - 1, at, at + length};
    const char *all = radix == 10 ? decimal : hexadecimal;
    size_t cuts = at < 600000 ? 5 : 2, i, delivered;
    char *text;

    for (i = 0; i < length; i++)
        assert_int_equal(all[at - 1 + i], all[at - 1]);
    for (i = 0; i < cuts; i++) {
        text = digits_of("chudnovsky", radix, last[i] - ENGINE_WINDOW + 1, 1 + (int)i,
                         &delivered);
        assert_int_equal(delivered, last[i]);
        assert_memory_equal(text, all, delivered);
        free(text);
    }
}

static void
test_cut_runs(void **state)
{
    (void)state;
    cut_at(10, 762, 6);
    cut_at(10, 193034, 6);
    cut_at(10, 1722776, 7);
    cut_at(16, 490726, 5);
    cut_at(16, 501439, 5);
    cut_at(16, 1393036, 5);
}

/* Windows of bbp that begin and end before, in and after the runs of zeros and f. */
static void
test_windows_of_runs(void **state)
{
    static const uint64_t runs[] = {490726, 501439, 1393036, 1447618};
    uint64_t position;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof runs / sizeof runs[0]; i++)
        for (position = runs[i] - 26; position <= runs[i] + 5; position++)
            assert_window(hexadecimal, position, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_agree),       cmocka_unit_test(test_long_agree),
        cmocka_unit_test(test_known_runs),      cmocka_unit_test(test_cut_runs),
        cmocka_unit_test(test_windows_of_runs),
    };

    return cmocka_run_group_tests_name("engine agree", tests, setup, teardown);
}
