/* Binary splitting: its leaves, its prime factors and its sums against the terms
 * multiplied and added one by one. */
#include "cmocka_all.h"

#include <stdlib.h>

#include <gmp.h>

#include "daemon/engine/factors.h"
#include "daemon/engine/split.h"
#include "daemon/engine/terms.h"
#include "engine_fixture.h"

/* P, Q (with its powers of 2) and T of a <= k < b by their definition. */
struct plain {
    mpz_t p, q, t;
};

static void
plain_init(struct plain *s, uint64_t a, uint64_t b)
{
    uint64_t k = a > 0 ? a : 1;
    mpz_t term;

    mpz_init(term);
    mpz_init_set_ui(s->p, 1);
    mpz_init_set_ui(s->q, 1);
    mpz_init_set_ui(s->t, a > 0 ? 0 : CHUDNOVSKY_A);
    for (; k < b; k++) {
        mpz_mul_ui(s->p, s->p, 6 * k - 5);
        mpz_mul_ui(s->p, s->p, 2 * k - 1);
        mpz_mul_ui(s->p, s->p, 6 * k - 1);
        mpz_set_ui(term, 640320);
        mpz_pow_ui(term, term, 3);
        mpz_divexact_ui(term, term, 24);
        mpz_mul_ui(term, term, k);
        mpz_mul_ui(term, term, k);
        mpz_mul_ui(term, term, k);
        mpz_mul(s->q, s->q, term);
        mpz_mul(s->t, s->t, term);
        mpz_mul_ui(term, s->p, CHUDNOVSKY_A + CHUDNOVSKY_B * k);
        if (k % 2 == 0)
            mpz_add(s->t, s->t, term);
        else
            mpz_sub(s->t, s->t, term);
    }
    mpz_clear(term);
}

static void
plain_clear(struct plain *s)
{
    mpz_clears(s->p, s->q, s->t, NULL);
}

static void
check_terms(uint64_t a, uint64_t b)
{
    struct plain want;
    mpz_t p, q, t;

    plain_init(&want, a, b);
    mpz_inits(p, q, t, NULL);
    terms_sum(p, q, t, a, b);
    assert_int_equal(mpz_cmp(p, want.p), 0);
    assert_int_equal(mpz_cmp(t, want.t), 0);
    assert_true(mpz_odd_p(q));
    mpz_mul_2exp(q, q, terms_twos(a, b));
    assert_int_equal(mpz_cmp(q, want.q), 0);
    mpz_clears(p, q, t, NULL);
    plain_clear(&want);
}

static void
test_terms(void **state)
{
    uint64_t seed = 8, a, b, twos;

    (void)state;
    for (a = 0; a < 60; a++)
        for (b = a + 1; b <= a + TERMS_MOST; b++)
            check_terms(a, b);
    for (twos = 7; twos < 28; twos++)
        for (a = (UINT64_C(1) << twos) - 26; a < (UINT64_C(1) << twos) + 2; a++)
            check_terms(a, a + 1 + random_below(&seed, TERMS_MOST));
    for (a = 630000; a < 640000; a += 23)
        check_terms(a, a + TERMS_MOST);
    for (b = TERMS_LIMIT - 30; b <= TERMS_LIMIT; b++)
        check_terms(b - TERMS_MOST, b);
}

/* The exponent of PRIME in Z. */
static uint32_t
exponent(const mpz_t z, uint32_t prime)
{
    mpz_t rest, p;
    uint32_t e;

    mpz_init(rest);
    mpz_init_set_ui(p, prime);
    e = (uint32_t)mpz_remove(rest, z, p);
    mpz_clears(rest, p, NULL);
    return e;
}

static void
test_exponents(void **state)
{
    static const uint64_t ranges[][2] = {
        {0, 2},      {0, 400},         {1, 30},           {5, 6},
        {729, 1000}, {117649, 118000}, {1000000, 1000500}};
    struct factors factors;
    struct primes primes;
    struct plain want;
    size_t i, j;

    (void)state;
    assert_true(primes_init(&primes, 2000));
    assert_int_equal(primes.count, 302);
    assert_int_equal(primes.prime[0], 3);
    assert_int_equal(primes.prime[301], 1999);
    assert_int_equal(primes_up_to(&primes, 2), 0);
    assert_int_equal(primes_up_to(&primes, 3), 1);
    assert_int_equal(primes_up_to(&primes, 100), 24);
    assert_int_equal(primes_up_to(&primes, 5000), 302);
    for (i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        factors = (struct factors){NULL, NULL, 0};
        plain_init(&want, ranges[i][0], ranges[i][1]);
        assert_true(factors_extend(&factors, &primes, ranges[i][0], ranges[i][1], 20));
        assert_true(factors_extend(&factors, &primes, ranges[i][0], ranges[i][1],
                                   primes.count));
        assert_int_equal(factors.count, primes.count);
        for (j = 0; j < primes.count; j++) {
            assert_int_equal(factors.p[j], exponent(want.p, primes.prime[j]));
            assert_int_equal(factors.q[j], exponent(want.q, primes.prime[j]));
        }
        plain_clear(&want);
        factors_clear(&factors);
    }
    primes_clear(&primes);
}

/* The common factor divides P and Q and leaves nothing that the primes know. */
static void
test_common(void **state)
{
    struct factors left = {NULL, NULL, 0}, right = {NULL, NULL, 0};
    struct plain one, two;
    const struct engine_job job = {10, 1, 1};
    struct primes primes;
    struct run run;
    mpz_t common, gcd;
    size_t i;

    (void)state;
    assert_true(primes_init(&primes, 800));
    plain_init(&one, 1000, 1200);
    plain_init(&two, 1200, 1400);
    mpz_inits(common, gcd, NULL);
    assert_true(factors_extend(&left, &primes, 1000, 1200, primes.count));
    assert_true(factors_extend(&right, &primes, 1200, 1400, primes.count));
    run_init(&run, &job, NULL);
    assert_true(factors_common(&run, common, &primes, &left, &right));
    assert_true(mpz_sizeinbase(common, 2) > 3000);
    assert_true(mpz_divisible_p(one.p, common));
    assert_true(mpz_divisible_p(two.q, common));
    mpz_divexact(one.p, one.p, common);
    mpz_divexact(two.q, two.q, common);
    mpz_gcd(gcd, one.p, two.q);
    for (i = 0; i < primes.count; i++) {
        assert_int_equal(exponent(gcd, primes.prime[i]), 0);
        assert_int_equal(left.p[i], exponent(one.p, primes.prime[i]) +
                                        exponent(two.p, primes.prime[i]));
        assert_int_equal(left.q[i], exponent(one.q, primes.prime[i]) +
                                        exponent(two.q, primes.prime[i]));
    }
    mpz_clears(common, gcd, NULL);
    plain_clear(&one);
    plain_clear(&two);
    factors_clear(&left);
    factors_clear(&right);
    primes_clear(&primes);
}

/* Q / T of SPLIT against that of WANT: exactly, or relatively to 2^(5 - 64 LIMBS). */
static void
check_split(const struct plain *want, uint64_t terms, size_t limbs, bool exact,
            int threads)
{
    const struct engine_job job = {10, 1, threads};
    struct split split;
    struct run run;
    mpz_t one, other;

    split_init(&split);
    mpz_inits(one, other, NULL);
    run_init(&run, &job, NULL);
    split_series(&run, &split, terms, limbs, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_mul_2exp(one, split.q, split.q_twos);
    mpz_mul(one, one, want->t);
    mpz_mul_2exp(other, split.t, split.t_twos);
    mpz_mul(other, other, want->q);
    mpz_sub(other, other, one);
    if (exact)
        assert_int_equal(mpz_sgn(other), 0);
    else if (mpz_sgn(other) != 0)
        assert_true(mpz_sizeinbase(other, 2) + 64 * limbs <=
                    mpz_sizeinbase(one, 2) + 6);
    assert_int_equal(run.open, 0);
    if (exact && terms > 5000) /* the rest is cut in the last merge */
        assert_true((double)run.done > 0.98 * split_cost(terms) &&
                    (double)run.done < 1.02 * split_cost(terms));
    mpz_clears(one, other, NULL);
    split_clear(&split);
}

/* The limbs that the sum of TERMS terms is worth. */
static size_t
worth(uint64_t terms)
{
    return (size_t)(terms * 47 / 64 + 1);
}

static void
test_every_number_of_terms(void **state)
{
    struct plain want;
    uint64_t terms;

    (void)state;
    for (terms = 2; terms <= 300; terms++) {
        plain_init(&want, 0, terms);
        check_split(&want, terms, 10000, true, 1);
        check_split(&want, terms, worth(terms), false, 1);
        check_split(&want, terms, worth(terms) / 2 + 1, false, 1);
        plain_clear(&want);
    }
}

/* Sizes at which common factors are taken out, and with which threads start. */
static void
test_large_sums(void **state)
{
    static const uint64_t sizes[] = {999, 1000, 1001, 6000, 20000};
    struct plain want;
    size_t i;
    int threads;

    (void)state;
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        plain_init(&want, 0, sizes[i]);
        for (threads = 1; threads <= 8; threads++) {
            check_split(&want, sizes[i], 1000000, true, threads);
            check_split(&want, sizes[i], worth(sizes[i]), false, threads);
        }
        plain_clear(&want);
    }
}

static void
test_cut(void **state)
{
    mpz_t z, want;

    (void)state;
    mpz_init_set_si(z, -5);
    mpz_init(want);
    mpz_mul_2exp(z, z, 640);
    mpz_sub_ui(z, z, 77);
    assert_int_equal(split_cut(z, 11), 0);
    assert_int_equal(split_cut(z, 3), 512);
    mpz_set_si(want, -5);
    mpz_mul_2exp(want, want, 128);
    assert_int_equal(mpz_cmp(z, want), 0);
    mpz_clears(z, want, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),      cmocka_unit_test(test_exponents),
        cmocka_unit_test(test_common),     cmocka_unit_test(test_every_number_of_terms),
        cmocka_unit_test(test_large_sums), cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests_name("engine split", tests, NULL, NULL);
}
