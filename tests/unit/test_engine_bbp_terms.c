/*
 * The terms of Bellard's series, bit for bit against GMP. Only moduli as large as
 * those of positions beyond 10^10 can show a missing reduction, and whole runs
 * there would take too long for a test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gmp.h>

#include "daemon/engine/bbp_terms.h"
#include "engine_fixture.h"

/* SUM += or -= floor(2^FIXED_BITS frac(2^E / J)), by GMP. */
static void
add_term(mpz_t sum, int64_t e, uint64_t j, bool negative)
{
    mpz_t x, modulus;

    mpz_init_set_ui(x, 2);
    mpz_init_set_ui(modulus, j);
    if (e >= 0) {
        mpz_powm_ui(x, x, (unsigned long)e, modulus);
        mpz_mul_2exp(x, x, FIXED_BITS);
    } else {
        mpz_set_ui(x, 1);
        mpz_mul_2exp(x, x, FIXED_BITS);
        mpz_fdiv_q_2exp(x, x, (unsigned long)-e);
    }
    mpz_fdiv_q(x, x, modulus);
    if (negative)
        mpz_sub(sum, sum, x);
    else
        mpz_add(sum, sum, x);
    mpz_clears(x, modulus, NULL);
}

static void
assert_fixed(const struct fixed *got, mpz_t want)
{
    struct fixed expected = {{0}};

    mpz_fdiv_r_2exp(want, want, FIXED_BITS);
    mpz_export(expected.word, NULL, -1, sizeof expected.word[0], 0, 0, want);
    assert_memory_equal(got, &expected, sizeof expected);
}

static void
check_powers(uint64_t k, uint64_t e)
{
    struct fixed got = {{0}};
    mpz_t want;
    int s;

    mpz_init(want);
    for (s = 0; s < BBP_TERMS; s++)
        add_term(want, (int64_t)e + bbp_terms[s].shift,
                 bbp_terms[s].step * k + bbp_terms[s].offset,
                 bbp_terms[s].negative != (k % 2 == 1));
    bbp_add_powers(&got, k, e);
    assert_fixed(&got, want);
    mpz_clear(want);
}

static void
test_small(void **state)
{
    uint64_t k, e;

    (void)state;
    for (k = 0; k < 60; k++)
        for (e = 0; e < 60; e++)
            check_powers(k, e);
}

static void
test_large(void **state)
{
    const uint64_t most = ((UINT64_C(1) << 53) - 10) / 10;
    uint64_t seed = 5, k, e;
    int i;

    (void)state;
    for (i = 0; i < 10000; i++) {
        k = random_below(&seed, UINT64_C(1) << 31) << 20 | random_below(&seed, 1 << 20);
        k = k >> (i % 40) & ((UINT64_C(1) << 50) - 1);
        e = random_below(&seed, UINT64_C(1) << 31) << (i % 24);
        check_powers(k < most ? k : most - k % 1000, e);
    }
    for (i = 0; i < 100; i++)
        check_powers(most - (uint64_t)i, UINT64_MAX / 1024 - (uint64_t)i);
}

static void
test_single(void **state)
{
    struct fixed got = {{0}};
    uint64_t seed = 6, i, j;
    mpz_t want;
    int64_t e;

    (void)state;
    mpz_init(want);
    for (e = 8; e >= -220; e--)
        for (i = 0; i < 200; i++) {
            j = i < 100 ? 2 * i + 1 : 1 + random_below(&seed, 1u << 30);
            bbp_add_single(&got, e, j, j % 3 == 0);
            add_term(want, e, j, j % 3 == 0);
        }
    assert_fixed(&got, want);
    mpz_clear(want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_single),
    };

    return cmocka_run_group_tests_name("engine bbp terms", tests, NULL, NULL);
}
