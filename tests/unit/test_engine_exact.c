/* Exact division against the products it undoes. */
#include "cmocka_all.h"

#include <gmp.h>

#include "daemon/engine/exact.h"
#include "daemon/engine/mul_plan.h"
#include "engine_fixture.h"

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

/* A number of exactly LIMBS limbs of one of four kinds. */
static void
number(mpz_t z, size_t limbs, int kind)
{
    if (kind % 4 == 0)
        mpz_set_ui(z, 0); /* a power of 2 */
    else if (kind % 4 == 1)
        mpz_rrandomb(z, randomness, 64 * limbs);
    else
        mpz_urandomb(z, randomness, 64 * limbs);
    mpz_setbit(z, 64 * limbs - 1);
    if (kind % 4 == 3 && limbs > 2) /* zeros in the middle */
        mpz_fdiv_r_2exp(z, z, 64);
    if (mpz_sgn(z) == 0)
        mpz_set_ui(z, 1);
}

/* Quotients of XN and YN limbs by a divisor of D limbs. */
static void
check(size_t d, size_t xn, size_t yn, int kind)
{
    const struct engine_job job = {10, 1, 1};
    mpz_t g, x, y, want_x, want_y;
    struct run run;

    mpz_inits(g, x, y, want_x, want_y, NULL);
    mpz_urandomb(g, randomness, 64 * d);
    mpz_setbit(g, 64 * d - 1);
    mpz_setbit(g, 0);
    if (kind % 5 == 0) /* the largest of so many limbs */
        for (uint64_t i = 0; i < 64 * d; i++)
            mpz_setbit(g, i);
    number(want_x, xn, kind);
    number(want_y, yn, kind + 1);
    mpz_mul(x, want_x, g);
    mpz_mul(y, want_y, g);
    run_init(&run, &job, NULL);
    exact_divide(&run, x, y, g);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    assert_int_equal(mpz_cmp(x, want_x), 0);
    assert_int_equal(mpz_cmp(y, want_y), 0);
    mpz_clears(g, x, y, want_x, want_y, NULL);
}

/* Every length of the divisor up to some dozens of limbs, and all remainders of the
 * quotient's length by it. */
static void
test_short(void **state)
{
    size_t d, n;

    (void)state;
    for (d = 1; d <= 40; d++)
        for (n = 1; n <= 3 * d + 1; n++)
            check(d, n, 3 * d + 2 - n, (int)(d + n));
}

/* Where products are made in another way: transforms, wrapped or not. */
static void
test_long(void **state)
{
    size_t from = mul_from() < 20000 ? mul_from() : 700, d, i;
    const size_t lengths[] = {from / 2, from - 1,     from,
                              from + 1, 3 * from / 2, 2 * from};

    (void)state;
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        d = lengths[i];
        check(d, 1, d, 1 + (int)i);
        check(d, d + 1, 4 * d - 1, 2 + (int)i);
        check(d, 2 * d - 1, 3 * d + d / 2, 3 + (int)i);
        check(d, 5 * d + 1, 9 * d, (int)i);
    }
}

/* Random lengths. */
static void
test_random(void **state)
{
    uint64_t seed = 12;
    size_t d;
    int i;

    (void)state;
    for (i = 0; i < 400; i++) {
        d = 1 + random_below(&seed, i < 380 ? 300 : 3000);
        check(d, 1 + random_below(&seed, 8 * d), 1 + random_below(&seed, 3 * d), i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests_name("engine exact", tests, setup, teardown);
}
