/*
 * Properties of the long arithmetic at lengths of millions. Takes a minute: run by
 * `make check-long`.
 */
#include "cmocka_all.h"

#include <math.h>
#include <stdlib.h>

#include <gmp.h>

#include "daemon/engine/mul.h"
#include "engine_fixture.h"
#include "engine_numbers.h"

/* (B^N - 1) (B^M - 1) = B^(N+M) - B^N - B^M + 1, without another multiplication. */
static void
check_largest(size_t n, size_t m, int threads)
{
    const struct engine_job job = {10, 1, threads};
    struct run run;
    mpz_t a, b, r;

    mpz_inits(a, b, r, NULL);
    number_of_kind(a, n, 1);
    number_of_kind(b, m, 1);
    run_init(&run, &job, NULL);
    mul_mpz(&run, r, a, b, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_add(r, r, a);
    mpz_add(r, r, b);
    mpz_add_ui(r, r, 1);
    assert_int_equal(mpz_sizeinbase(r, 2), 64 * (n + m) + 1);
    assert_int_equal(mpz_scan1(r, 0), 64 * (n + m));
    mpz_clears(a, b, r, NULL);
}

static void
test_largest_products(void **state)
{
    size_t power;
    int threads = 1;

    (void)state;
    for (power = 16384; power <= 1048576; power *= 2, threads = 1 + threads % 4) {
        check_largest(power, power, threads);
        check_largest(power + 1, power - 1, threads);
        check_largest(3 * power / 2 + 1, power, threads);
        check_largest(5 * power / 3, power / 7, threads);
    }
}

/* Modulo a number of a few limbs, whose residues are found by division: the products
 * of any numbers, too. */
static void
check_residue(size_t n, size_t m, int kind, int other, int threads)
{
    const struct engine_job job = {10, 1, threads};
    mpz_t a, b, r, modulus;
    struct run run;

    mpz_inits(a, b, r, modulus, NULL);
    number_of_kind(a, n, kind);
    number_of_kind(b, m, other);
    number_of_kind(modulus, 3, 8);
    mpz_setbit(modulus, 0);
    run_init(&run, &job, NULL);
    mul_mpz(&run, r, a, b, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_fdiv_r(r, r, modulus);
    mpz_fdiv_r(a, a, modulus);
    mpz_fdiv_r(b, b, modulus);
    mpz_mul(a, a, b);
    mpz_sub(r, r, a);
    assert_true(mpz_divisible_p(r, modulus));
    mpz_clears(a, b, r, modulus, NULL);
}

static void
test_products(void **state)
{
    uint64_t seed = 31;
    size_t n, m;
    int i;

    (void)state;
    for (i = 0; i < 120; i++) {
        n = (size_t)pow(2, 13 + (double)random_below(&seed, 8000) / 1000);
        m = i % 3 == 0 ? n : 1 + (size_t)random_below(&seed, n);
        check_residue(n, m, i % NUMBER_KINDS, i / 3 % NUMBER_KINDS, 1 + i % 5);
    }
    check_residue(5000000, 4000000, 8, 7, 2);
}

static void
test_newton(void **state)
{
    uint64_t seed = 32;
    size_t n;
    int i, threads;

    (void)state;
    for (i = 0; i < 36; i++) {
        n = (size_t)pow(2, 11 + (double)random_below(&seed, 7000) / 1000);
        threads = 1 + i % 8;
        check_inverse(n, i % NUMBER_KINDS, threads);
        check_divide(n, i % NUMBER_KINDS, i / 4 % NUMBER_KINDS, i % 7 - 3, threads);
        check_rsqrt(n, 10005, threads);
    }
    check_inverse(400000, 2, 2);
    check_divide(400000, 2, 1, 3, 2);
    check_rsqrt(400000, 10005, 2);
}

/* Fractions without their last units, with trees of all depths and threads that share
 * them in more and more pieces. */
static void
test_conversion(void **state)
{
    static const uint64_t counts[] = {65537,   131072,  262145,  524289, 1048577,
                                      1279999, 1280001, 2097153, 5000000};
    mpz_t num, den;
    size_t i;

    (void)state;
    mpz_inits(num, den, NULL);
    for (i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        mpz_set_ui(den, 0);
        mpz_setbit(den, 4 * counts[i] + 128);
        number_of_kind(num, counts[i] / 16 + 1, 8);
        assert_int_equal(check_conversion(num, den, 10, counts[i], 1, 1 + (int)i % 8,
                                          RADIX_SLACK - 1),
                         RADIX_OK);
        assert_int_equal(check_conversion(num, den, 16, counts[i], 1, 2, 1), RADIX_OK);
    }
    mpz_clears(num, den, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_largest_products),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_newton),
        cmocka_unit_test(test_conversion),
    };

    return cmocka_run_group_tests_name("long properties", tests, NULL, NULL);
}
