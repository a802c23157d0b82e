/*
 * Conversion to digits at sizes around every threshold, of fractions that are as much
 * too small as they may be: a digit is right, or it is said to be undecided.
 */
#include "cmocka_all.h"

#include <math.h>

#include <gmp.h>

#include "engine_fixture.h"
#include "engine_numbers.h"

static gmp_randstate_t randomness;

static int
setup(void **state)
{
    (void)state;
    gmp_randinit_default(randomness);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    gmp_randclear(randomness);
    return 0;
}

/* The KIND-th sort of whole number of COUNT digits. */
#define DIGIT_KINDS 6
static void
some_digits(mpz_t z, int radix, uint64_t count, int kind)
{
    mpz_t all;

    mpz_init(all);
    mpz_ui_pow_ui(all, (unsigned)radix, count);
    switch (kind) {
    case 0:
        mpz_set_ui(z, 0);
        break;
    case 1:
        mpz_set_ui(z, 1);
        break;
    case 2: /* nines */
        mpz_sub_ui(z, all, 1);
        break;
    case 3: /* zeros, nines */
        mpz_ui_pow_ui(z, (unsigned)radix, count / 2);
        mpz_sub_ui(z, z, 1);
        break;
    case 4: /* nines, zeros */
        mpz_ui_pow_ui(z, (unsigned)radix, count / 2);
        mpz_sub(z, all, z);
        break;
    default:
        mpz_urandomm(z, randomness, all);
    }
    mpz_clear(all);
}

/* Digits of all kinds and a half of the next one, which no error can reach: only long
 * runs of nines or zeros across the end of a leaf may be undecided. */
static void
check_decided(int radix, uint64_t count, unsigned guard, int threads)
{
    bool runs = radix == 10 && count > 512;
    enum radix_rc rc;
    mpz_t num, den;
    int kind;

    mpz_inits(num, den, NULL);
    for (kind = 0; kind < DIGIT_KINDS; kind++) {
        some_digits(num, radix, count, kind);
        mpz_mul_2exp(num, num, 1);
        mpz_add_ui(num, num, 1);
        mpz_ui_pow_ui(den, (unsigned)radix, count);
        mpz_mul_2exp(den, den, 1);
        rc = check_conversion(num, den, radix, count, guard, threads,
                              (unsigned)kind * (RADIX_SLACK / DIGIT_KINDS));
        assert_true(rc == RADIX_OK || (runs && kind >= 2 && kind <= 4));
    }
    mpz_clears(num, den, NULL);
}

/* Around the counts at which the tree gains a level, and at which threads share it. */
static void
test_sizes(void **state)
{
    uint64_t size, count;
    int i = 0;

    (void)state;
    for (count = 1; count <= 40; count++, i++) {
        check_decided(10, count, 1 + (unsigned)i % 3, 1);
        check_decided(16, count, 1 + (unsigned)i % 3, 1);
    }
    for (size = 512; size <= 32768; size *= 2)
        for (count = size - 1; count <= size + 2; count++, i++) {
            check_decided(10, count, 1, 1 + i % 8);
            check_decided(16, count, 1, 1);
        }
    for (count = 19999; count <= 20001; count++)
        for (i = 1; i <= 8; i++)
            check_decided(10, count, 1, i);
    for (i = 1; i <= RADIX_MOST_GUARD; i++)
        check_decided(10, 700, (unsigned)i, 2);
}

/* What the limbs of a fraction for COUNT digits hold more than the digits and the
 * guard, in bits. The less it is, the more the errors weigh. */
static double
spare(int radix, uint64_t count)
{
    return 64.0 * (double)(radix_limbs(radix, count, 1) - 1) -
           (double)count * log2((double)radix);
}

/* A number whose digits end just where its fraction that is too small has a digit less
 * and nines after it: of COUNT digits, the last AT - COUNT of which are zeros. */
static void
check_undecided(int radix, uint64_t at, uint64_t count, int threads)
{
    static const unsigned offs[] = {0, 1, 2, 100, RADIX_SLACK - 1};
    mpz_t num, den;
    unsigned guard;
    size_t i;

    mpz_inits(num, den, NULL);
    some_digits(num, radix, at, 5);
    mpz_setbit(num, 0);
    if (mpz_divisible_ui_p(num, 5))
        mpz_add_ui(num, num, 2); /* no limbs hold the fraction */
    mpz_ui_pow_ui(den, (unsigned)radix, at);
    for (i = 0; i < sizeof offs / sizeof offs[0]; i++)
        for (guard = 1; guard <= 4; guard *= 2)
            if (check_conversion(num, den, radix, count, guard, threads, offs[i]) ==
                RADIX_OK)
                assert_true(radix == 16 && offs[i] == 0);
    mpz_clears(num, den, NULL);
}

/* At the end, first of all where there are no bits to spare; and at the inner ends of
 * leaves and steps of the tree. */
static void
test_ends(void **state)
{
    int tight = 0, i = 0;
    uint64_t count;

    (void)state;
    for (count = 1; count <= 6000; count++)
        if (spare(10, count) < 0.5) {
            check_undecided(10, count, count, 1);
            tight++;
        }
    assert_true(tight > 30);
    for (count = 1; count <= 300; count++) {
        check_undecided(10, count, count, 1);
        check_undecided(16, count, count, 1);
    }
    for (count = 16; count <= 4096; count *= 4)
        check_undecided(16, count, count, 1);
    for (count = 1; count < 1100; count += 19, i++)
        check_undecided(10, count, 1100 + count % 7, 1);
    for (count = 350; count < 400; count++) /* 3000 digits make leaves of 375 */
        check_undecided(10, count, 3000, 1);
    check_undecided(10, 12000, 24000, 3);
    check_undecided(10, 23999, 24000, 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_ends),
    };

    return cmocka_run_group_tests_name("engine conversion", tests, setup, teardown);
}
