/* Reciprocals, reciprocal square roots and quotients: their errors stay within the
 * bound, at every length around the thresholds and for awkward numbers. */
#include "cmocka_all.h"

#include <stdlib.h>

#include <gmp.h>

#include "daemon/engine/newton.h"
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

/* The KIND-th sort of number of N limbs with the highest bit set. */
#define KINDS 6
static void
number(mpz_t z, size_t n, int kind)
{
    mpz_set_ui(z, 0);
    switch (kind) {
    case 0: /* the least */
        break;
    case 1: /* the largest */
        mpz_setbit(z, 64 * n);
        mpz_sub_ui(z, z, 1);
        break;
    case 2: /* one more than the least */
        mpz_setbit(z, 0);
        break;
    case 3: /* leading ones, then zeros */
        mpz_setbit(z, 32 * n);
        mpz_sub_ui(z, z, 1);
        mpz_mul_2exp(z, z, 32 * n);
        break;
    case 4:
        mpz_rrandomb(z, randomness, 64 * n);
        break;
    default:
        mpz_urandomb(z, randomness, 64 * n);
    }
    mpz_setbit(z, 64 * n - 1);
}

static mp_limb_t *
limbs_of(const mpz_t z, size_t n)
{
    mp_limb_t *limbs = calloc(n + 1, sizeof *limbs);

    assert_non_null(limbs);
    mpn_copyi(limbs, mpz_limbs_read(z), (mp_size_t)mpz_size(z));
    return limbs;
}

static void
set(mpz_t z, const mp_limb_t *limbs, size_t n)
{
    mpz_import(z, n, -1, sizeof *limbs, 0, 0, limbs);
}

/* |2^TWOS A - D Q| <= NEWTON_ERROR D. */
static void
assert_near(const mpz_t a, uint64_t twos, const mpz_t d, const mpz_t q)
{
    mpz_t rest;

    mpz_init(rest);
    mpz_mul_2exp(rest, a, twos);
    mpz_submul(rest, d, q);
    mpz_fdiv_q(rest, rest, d);
    assert_true(mpz_cmp_si(rest, -NEWTON_ERROR) >= 0);
    assert_true(mpz_cmp_si(rest, NEWTON_ERROR) < 0);
    mpz_clear(rest);
}

static void
check_inverse(size_t n, int kind, int threads)
{
    const struct engine_job job = {10, 1, threads};
    mp_limb_t *x = calloc(n + 1, sizeof *x), *d;
    struct run run;
    mpz_t one, den, inverse;

    mpz_init_set_ui(one, 1);
    mpz_inits(den, inverse, NULL);
    number(den, n, kind);
    d = limbs_of(den, n);
    assert_non_null(x);
    run_init(&run, &job, NULL);
    newton_inverse(&run, x, d, n, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    set(inverse, x, n + 1);
    assert_near(one, 128 * n, den, inverse);
    mpz_clears(one, den, inverse, NULL);
    free(d);
    free(x);
}

static void
check_divide(size_t n, int kind, int other, int threads)
{
    const struct engine_job job = {10, 1, threads};
    size_t h = newton_half(n);
    mp_limb_t *x = calloc(h + 1, sizeof *x), *q = calloc(n + 1, sizeof *q), *a, *d;
    struct run run;
    mpz_t num, den, quotient;

    mpz_inits(num, den, quotient, NULL);
    number(num, n, other);
    number(den, n, kind);
    a = limbs_of(num, n);
    d = limbs_of(den, n);
    assert_non_null(x);
    assert_non_null(q);
    run_init(&run, &job, NULL);
    newton_inverse(&run, x, h > n ? d : d + n - h, h > n ? n : h, threads);
    newton_divide(&run, q, a, d, n, x, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    set(quotient, q, n + 1);
    assert_near(num, 64 * n, den, quotient);
    mpz_clears(num, den, quotient, NULL);
    free(a);
    free(d);
    free(q);
    free(x);
}

/* (Y - E)^2 K <= B^(2N) < (Y + E)^2 K. */
static void
check_rsqrt(size_t n, unsigned k, int threads)
{
    const struct engine_job job = {10, 1, threads};
    mp_limb_t *y = calloc(n, sizeof *y);
    struct run run;
    mpz_t one, root, square;

    mpz_inits(root, square, NULL);
    mpz_init_set_ui(one, 1);
    mpz_mul_2exp(one, one, 128 * n);
    assert_non_null(y);
    run_init(&run, &job, NULL);
    newton_rsqrt(&run, y, k, n, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    set(root, y, n);
    mpz_sub_ui(root, root, NEWTON_ERROR);
    mpz_mul(square, root, root);
    mpz_mul_ui(square, square, k);
    assert_true(mpz_cmp(square, one) <= 0);
    mpz_add_ui(root, root, 2 * NEWTON_ERROR);
    mpz_mul(square, root, root);
    mpz_mul_ui(square, square, k);
    assert_true(mpz_cmp(square, one) > 0);
    mpz_clears(one, root, square, NULL);
    free(y);
}

/* All lengths up to three iterations, around 40 limbs, where they begin. */
static void
test_short(void **state)
{
    static const unsigned ks[] = {2, 3, 640, 10005, (1 << 20) - 1};
    size_t n, i;
    int kind;

    (void)state;
    for (n = 1; n <= 170; n++) {
        for (kind = 0; kind < KINDS; kind++) {
            check_inverse(n, kind, 1);
            check_divide(n, kind, (kind + (int)n) % KINDS, 1);
        }
        for (i = 0; i < sizeof ks / sizeof ks[0]; i++)
            check_rsqrt(n, ks[i], 1);
    }
}

static void
test_random_lengths(void **state)
{
    uint64_t seed = 6;
    size_t n;
    int i;

    (void)state;
    for (i = 0; i < 150; i++) {
        n = 170 + random_below(&seed, 3000);
        check_inverse(n, i % KINDS, 1);
        check_divide(n, i % KINDS, i / KINDS % KINDS, 1);
        check_rsqrt(n, 10005, 1);
    }
}

/* Lengths at which products are shared, with every number of threads. */
static void
test_threads(void **state)
{
    static const size_t lengths[] = {2997, 2998, 3000, 6003, 12001};
    size_t i;
    int threads;

    (void)state;
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (threads = 1; threads <= 8; threads++) {
            check_inverse(lengths[i], threads % KINDS, threads);
            check_divide(lengths[i], threads % KINDS, 5, threads);
            check_rsqrt(lengths[i], 10005, threads);
        }
}

/* What is reported is what was announced. */
static void
test_costs(void **state)
{
    static const size_t lengths[] = {5, 40, 41, 100, 1000, 5000};
    const struct engine_job job = {10, 1, 2};
    double announced, done;
    mp_limb_t *a, *d, *x, *y;
    struct run run;
    size_t i, n;
    mpz_t z;

    (void)state;
    mpz_init(z);
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        n = lengths[i];
        number(z, n, 5);
        d = limbs_of(z, n);
        number(z, n, 5);
        a = limbs_of(z, n);
        x = calloc(n + 1, sizeof *x);
        y = calloc(n + 1, sizeof *y);
        assert_non_null(x);
        assert_non_null(y);
        run_init(&run, &job, NULL);
        newton_inverse(&run, x, d + n - newton_half(n), newton_half(n), 2);
        newton_divide(&run, y, a, d, n, x, 2);
        newton_rsqrt(&run, y, 10005, n, 2);
        done = (double)run.done;
        announced = newton_inverse_cost(newton_half(n)) + newton_divide_cost(n) +
                    newton_rsqrt_cost(n);
        assert_true(done <= 1.1 * announced && announced <= 1.1 * done + 1000);
        assert_int_equal(run.open, 0);
        free(a);
        free(d);
        free(x);
        free(y);
    }
    mpz_clear(z);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_random_lengths),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_costs),
    };

    return cmocka_run_group_tests_name("engine newton", tests, setup, teardown);
}
