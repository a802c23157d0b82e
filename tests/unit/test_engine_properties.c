/*
 * Products, reciprocals, roots, quotients and sums of the series at lengths around
 * everything at which the engine, GMP or a transform changes its way, for awkward
 * numbers, against GMP and within the bounds that the headers promise.
 */
#include "cmocka_all.h"

#include <stdlib.h>

#include <gmp.h>

#include "daemon/engine/newton.h"
#include "daemon/engine/split.h"
#include "daemon/engine/terms.h"
#include "engine_fixture.h"
#include "engine_numbers.h"

/* Lengths in limbs from which on threads share a product, and with that the halves of
 * an iteration of Newton's. */
static const size_t shared[] = {1499, 1500, 1501, 2997, 2998, 2999, 3000, 3001};
#define SHARED (sizeof shared / sizeof shared[0])

/* Numbers of N and M limbs, of every kind with some other. */
static void
check_products(size_t n, size_t m, int kinds)
{
    mpz_t a, b;
    int i;

    mpz_inits(a, b, NULL);
    for (i = 0; i < kinds; i++) {
        number_of_kind(a, n, i);
        number_of_kind(b, m, (i + (int)(n % 3)) % NUMBER_KINDS);
        check_product(a, b, 1 + (int)(n + (size_t)i) % 8);
    }
    mpz_clears(a, b, NULL);
}

static void
test_products(void **state)
{
    size_t n, i;

    (void)state;
    for (n = 1; n <= 4097; n = next_edge(n)) {
        check_products(n, n, NUMBER_KINDS);
        check_products(n, n / 2 + 1, 3);
        check_products(n, n > 1 ? n - 1 : 1, 2);
        if (n < 800)
            check_products(n, 7 * n + 3, NUMBER_KINDS);
    }
    for (n = 1; n <= 130; n++)
        check_products(n, 131 - n, 4);
    for (i = 0; i < SHARED; i++)
        check_products(shared[i], shared[SHARED - 1 - i], NUMBER_KINDS);
}

/* (B^N - 1) (B^M - 1) = B^(N+M) - B^N - B^M + 1: what is largest everywhere in a
 * transform; with every number of threads. */
static void
test_largest_products(void **state)
{
    mpz_t a, b;
    int threads;

    (void)state;
    mpz_inits(a, b, NULL);
    for (threads = 1; threads <= 8; threads++) {
        number_of_kind(a, 16000 + (size_t)threads, 1);
        number_of_kind(b, 9000, 1);
        check_product(a, b, threads);
    }
    mpz_clears(a, b, NULL);
}

static void
check_newton(size_t n, int threads)
{
    static const unsigned ks[] = {2, 3, 4, 10005, (1 << 20) - 1};
    size_t i;
    int kind;

    for (kind = 0; kind < NUMBER_KINDS; kind++) {
        check_inverse(n, kind, threads);
        check_divide(n, kind, (kind + (int)(n % 5)) % NUMBER_KINDS, 0, threads);
        check_divide(n, kind, 1, 1 - NEWTON_ERROR, threads);
        check_divide(n, kind, 0, NEWTON_ERROR - 1, threads);
    }
    for (i = 0; i < sizeof ks / sizeof ks[0]; i++)
        check_rsqrt(n, ks[i], threads);
}

/* Every kind of divisor with the largest and the least dividend, by reciprocals as
 * bad as they may be. Iterations begin at 41 limbs. */
static void
test_newton(void **state)
{
    size_t n, i;

    (void)state;
    for (n = 1; n <= 100; n++)
        check_newton(n, 1);
    for (n = 100; n <= 1030; n = next_edge(n))
        check_newton(n, 1);
    for (i = 0; i < SHARED; i++)
        check_newton(shared[i], 1 + (int)i % 8);
}

/* A number divided by itself, and by its neighbours. */
static void
test_equal_operands(void **state)
{
    size_t n;
    int kind;

    (void)state;
    for (n = 30; n < 60; n++)
        for (kind = 0; kind < 7; kind++)
            check_divide(n, kind, kind, 0, 1);
    check_divide(3000, 1, 4, 0, 2);
    check_divide(3000, 4, 1, 0, 2);
    check_divide(3000, 1, 1, 0, 2);
}

/* The sum of the first terms, one term after the other by its definition; without
 * powers of 2 in Q. */
struct series {
    uint64_t terms;
    mpz_t p, q, t; /* Q 2^TWOS */
};

/* T <- T q + P' (A + B k), for the terms up to TERMS. */
static void
add_terms(struct series *s, uint64_t terms)
{
    mpz_t p, q, t;
    uint64_t twos;

    mpz_inits(p, q, t, NULL);
    for (; s->terms < terms; s->terms++) {
        terms_sum(p, q, t, s->terms, s->terms + 1);
        twos = terms_twos(s->terms, s->terms + 1);
        mpz_mul(s->t, s->t, q);
        mpz_mul_2exp(s->t, s->t, twos);
        mpz_addmul(s->t, s->p, t);
        mpz_mul(s->p, s->p, p);
        mpz_mul(s->q, s->q, q);
    }
    mpz_clears(p, q, t, NULL);
}

/* Q / T by split_series() with LIMBS limbs: their relative errors together are less
 * than 2^(5 - 64 LIMBS). */
static void
check_split(const struct series *s, size_t limbs, int threads)
{
    const struct engine_job job = {10, 1, threads};
    struct split split;
    struct run run;
    mpz_t one, other;

    split_init(&split);
    mpz_inits(one, other, NULL);
    run_init(&run, &job, NULL);
    split_series(&run, &split, s->terms, limbs, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    assert_true(mpz_sgn(split.q) > 0 && mpz_sgn(split.t) > 0);
    mpz_mul(one, split.q, s->t);
    mpz_mul_2exp(one, one, split.q_twos);
    mpz_mul(other, split.t, s->q);
    mpz_mul_2exp(other, other, split.t_twos + terms_twos(0, s->terms));
    mpz_sub(other, other, one);
    mpz_mul_2exp(other, other, 64 * limbs);
    mpz_mul_2exp(one, one, 5);
    assert_true(mpz_cmpabs(other, one) <= 0);
    mpz_clears(one, other, NULL);
    split_clear(&split);
}

/* Numbers of terms around a leaf's, around those from which products are reported and
 * threads started, and where common factors begin to be taken out of the ranges five
 * levels down, one after the other. With all limbs, and with ever fewer of them. */
static void
test_series(void **state)
{
    static const struct {
        uint64_t first, last, step;
    } sizes[] = {
        {2, 60, 1},
        {990, 1010, 5},
        {4094, 4098, 1},
        {5000, 6900, 190},
    };
    struct series s = {.terms = 1};
    uint64_t terms;
    size_t i, whole;
    int threads = 1;

    (void)state;
    mpz_init_set_ui(s.p, 1);
    mpz_init_set_ui(s.q, 1);
    mpz_init_set_ui(s.t, CHUDNOVSKY_A);
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (terms = sizes[i].first; terms <= sizes[i].last; terms += sizes[i].step) {
            add_terms(&s, terms);
            whole = (size_t)(terms * 47 / 64 + 2);
            check_split(&s, 3 * whole, threads);
            check_split(&s, whole, threads);
            check_split(&s, whole / 2 + 1, threads);
            check_split(&s, 1, threads);
            threads = 1 + threads % 8;
        }
    mpz_clears(s.p, s.q, s.t, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products), cmocka_unit_test(test_largest_products),
        cmocka_unit_test(test_newton),   cmocka_unit_test(test_equal_operands),
        cmocka_unit_test(test_series),
    };

    return cmocka_run_group_tests_name("engine properties", tests, NULL, NULL);
}
