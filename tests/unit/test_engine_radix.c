/*
 * The conversion of fractions, directly: rational numbers whose digits are known,
 * random fractions against GMP, and runs of nines, f and zeros that reach past the
 * guard, at the end and at the inner borders of the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gmp.h>

#include "daemon/engine/radix.h"
#include "engine_fixture.h"

/* Converts the first COUNT digits of NUM / DEN, rounded down to the limbs that
 * radix_digits() wants. TEXT gets them terminated. */
static enum radix_rc
convert(char *text, const mpz_t num, const mpz_t den, int radix, uint64_t count,
        unsigned guard, int threads)
{
    struct engine_job job = {radix, count, threads};
    size_t len = radix_limbs(radix, count, guard);
    mp_limb_t *limbs = calloc(len, sizeof *limbs);
    struct fives powers;
    struct radix_job conversion = {
        .radix = radix,
        .count = count,
        .guard = guard,
        .threads = threads,
        .limbs = limbs,
        .powers = &powers,
        .text = text,
    };
    enum radix_rc rc;
    struct run run;
    mpz_t x;

    assert_non_null(limbs);
    mpz_init(x);
    mpz_mul_2exp(x, num, 64 * len);
    mpz_fdiv_q(x, x, den);
    mpz_export(limbs, NULL, -1, sizeof *limbs, 0, 0, x);
    mpz_clear(x);
    run_init(&run, &job, NULL);
    fives_init(&powers, radix, count);
    fives_compute(&run, &powers);
    rc = radix_digits(&run, &conversion);
    fives_clear(&powers);
    text[count] = '\0';
    free(limbs);
    return rc;
}

/* The same digits by GMP's own division and conversion. */
static char *
expected(const mpz_t num, const mpz_t den, int radix, uint64_t count)
{
    char *text = malloc(count + 2);
    size_t length;
    mpz_t x;

    assert_non_null(text);
    mpz_init(x);
    mpz_ui_pow_ui(x, (unsigned long)radix, count);
    mpz_mul(x, x, num);
    mpz_fdiv_q(x, x, den);
    mpz_get_str(text, radix, x);
    mpz_clear(x);
    length = strlen(text);
    memmove(text + count - length, text, length + 1);
    memset(text, '0', count - length);
    return text;
}

static void
check(const mpz_t num, const mpz_t den, int radix, uint64_t count, int threads)
{
    char *want = expected(num, den, radix, count);
    char *text = malloc(count + 1);

    assert_non_null(text);
    assert_int_equal(convert(text, num, den, radix, count, 1, threads), RADIX_OK);
    assert_string_equal(text, want);
    free(want);
    free(text);
}

static void
test_rationals(void **state)
{
    static const unsigned dens[] = {3, 7, 11, 17, 97, 999};
    mpz_t num, den;
    uint64_t count;
    size_t i;

    (void)state;
    mpz_inits(num, den, NULL);
    for (i = 0; i < sizeof dens / sizeof dens[0]; i++)
        for (count = 1; count <= 700; count++) {
            mpz_set_ui(num, dens[i] / 2);
            mpz_set_ui(den, dens[i]);
            check(num, den, 10, count, 1);
            check(num, den, 16, count, 1);
        }
    mpz_clears(num, den, NULL);
}

static void
test_random(void **state)
{
    gmp_randstate_t random;
    uint64_t seed = 4;
    mpz_t num, den;
    uint64_t count;
    int i;

    (void)state;
    gmp_randinit_default(random);
    mpz_inits(num, den, NULL);
    for (i = 0; i < 300; i++) {
        count = 1 + random_below(&seed, i < 280 ? 5000 : 130000);
        mpz_set_ui(den, 0);
        mpz_setbit(den, 4 * count + 100);
        mpz_urandomm(num, random, den);
        check(num, den, 10, count, 1 + i % 4);
        check(num, den, 16, count, 1);
    }
    mpz_clears(num, den, NULL);
    gmp_randclear(random);
}

/*
 * y = 0.(digits 1 2 3 1 2 3 ...), AT of them, a run of LENGTH digits RUN, then 5s.
 * Taking COUNT digits must be refused for a guard that the run of nines fills, and
 * must be right for a larger one.
 */
static void
run_of(int radix, char digit, uint64_t at, uint64_t length, uint64_t count)
{
    uint64_t all = at + length + count + 400, i;
    char *digits = malloc(all + 1), *text = malloc(count + 1);
    bool undecided = false;
    enum radix_rc rc;
    unsigned guard;
    mpz_t num, den;

    assert_non_null(digits);
    assert_non_null(text);
    for (i = 0; i < all; i++)
        digits[i] = i < at ? (char)('1' + i % 3) : i < at + length ? digit : '5';
    digits[all] = '\0';
    mpz_init_set_str(num, digits, radix);
    mpz_init(den);
    mpz_ui_pow_ui(den, (unsigned long)radix, all);
    for (guard = 1; guard <= 16; guard *= 2) {
        rc = convert(text, num, den, radix, count, guard, 2);
        if (rc == RADIX_UNDECIDED)
            undecided = true;
        else
            assert_memory_equal(text, digits, count);
    }
    assert_int_equal(rc, RADIX_OK);
    if (digit != '0' && count == at)
        assert_true(undecided);
    mpz_clears(num, den, NULL);
    free(digits);
    free(text);
}

static void
test_runs_at_the_end(void **state)
{
    static const uint64_t at[] = {1, 3, 18, 19, 20, 100, 512, 513, 1024, 3000};
    size_t i;
    uint64_t length;

    (void)state;
    for (i = 0; i < sizeof at / sizeof at[0]; i++)
        for (length = 30; length <= 90; length += 15) {
            run_of(10, '9', at[i], length, at[i]);
            run_of(16, 'f', at[i], length, at[i]);
            run_of(10, '0', at[i], length, at[i]);
            run_of(16, '0', at[i], length, at[i]);
            run_of(10, '9', at[i], length, at[i] + 10);
            run_of(10, '0', at[i], length, at[i] + 10);
        }
}

/* 3000 digits make 8 leaves of 375: runs across every place near their borders. */
static void
test_runs_inside(void **state)
{
    uint64_t at;

    (void)state;
    for (at = 340; at <= 400; at += 3) {
        run_of(10, '9', at, 60, 3000);
        run_of(10, '0', at, 60, 3000);
        run_of(10, '9', at + 1125, 60, 3000);
        run_of(10, '0', at + 1125, 60, 3000);
    }
}

/* Long enough for products with a power of 5 to be folded: runs at places where the
 * nodes of 200000 digits begin, and at others, and fractions so short that there are
 * only zeros where a carry would show. */
static void
test_long_runs(void **state)
{
    static const uint64_t at[] = {7, 9999, 50000, 99990, 100000, 149990, 199000};
    mpz_t num, den;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof at / sizeof at[0]; i++) {
        run_of(10, '0', at[i], 200, 200000);
        run_of(10, '9', at[i], 200, 200000);
    }
    mpz_inits(num, den, NULL);
    for (i = 1; i < 2000; i += 333) {
        mpz_set_ui(den, 0);
        mpz_setbit(den, i);
        mpz_fdiv_q_ui(num, den, 3);
        check(num, den, 10, 200000, 1 + (int)i % 2);
    }
    mpz_clears(num, den, NULL);
}

/* A fraction that is just below what it stands for: 0.4999... of 1/2. The digits
 * hang on what is not there, and no guard can help. */
static void
test_never_decided(void **state)
{
    char text[101];
    mpz_t num, den;
    unsigned guard;

    (void)state;
    mpz_init_set_ui(den, 0);
    mpz_setbit(den, 20000);
    mpz_init(num);
    mpz_fdiv_q_2exp(num, den, 1);
    mpz_sub_ui(num, num, 1);
    for (guard = 1; guard <= 64; guard *= 2) {
        assert_int_equal(convert(text, num, den, 10, 100, guard, 1), RADIX_UNDECIDED);
        assert_int_equal(convert(text, num, den, 16, 100, guard, 1), RADIX_UNDECIDED);
    }
    mpz_clears(num, den, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rationals),       cmocka_unit_test(test_random),
        cmocka_unit_test(test_runs_at_the_end), cmocka_unit_test(test_runs_inside),
        cmocka_unit_test(test_long_runs),       cmocka_unit_test(test_never_decided),
    };

    return cmocka_run_group_tests_name("engine radix", tests, NULL, NULL);
}
