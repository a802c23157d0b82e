/*
 * The mathematics of bbp.md with exact fractions: the series are pi, the head of
 * 2^N pi is the sum of R_Q / Q over prime powers Q, and R_q of a large prime is a power
 * of 2 times a partial sum of the series. Then each unit of whole plans against the
 * exact sum of its fractions.
 */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "bbp_fixture.h"

static const struct bbp_series *const both[] = {&bbp_hutton, &bbp_bellard};

/* Reduces X to [0, 1). */
static void
reduce(mpq_t x)
{
    mpz_fdiv_r(mpq_numref(x), mpq_numref(x), mpq_denref(x));
    mpq_canonicalize(x);
}

/* SUM += N / D modulo 1. */
static void
add_fraction(mpq_t sum, mpz_t n, uint64_t d)
{
    mpq_t x;

    mpq_init(x);
    mpz_set(mpq_numref(x), n);
    mpz_set_ui(mpq_denref(x), d);
    mpq_canonicalize(x);
    mpq_add(sum, sum, x);
    reduce(sum);
    mpq_clear(x);
}

/* The head of 2^EXPONENT pi modulo 1, term by term. */
static void
head_by_terms(mpq_t sum, const struct bbp_series *series, uint64_t exponent)
{
    const struct bbp_part *part;
    uint64_t j, most;
    mpz_t a;
    unsigned k;

    mpz_init(a);
    mpq_set_ui(sum, 0, 1);
    for (k = 0; k < series->parts; k++) {
        part = &series->part[k];
        most = most_of(part, exponent);
        for (j = 1; j <= most; j += 2) {
            mpz_set_ui(a, 1);
            mpz_mul_2exp(a, a, exponent + part->kappa - (part->s * j + 1) / 2);
            if (part->sign * bbp_sign(part, j) < 0)
                mpz_neg(a, a);
            add_fraction(sum, a, j);
        }
    }
    mpz_clear(a);
}

/* The partial sums, also the full one, against GMP's rational numbers. */
static void
test_partial_sums(void **state)
{
    struct bbp_rational r;
    struct primes primes;
    uint64_t top[BBP_MOST_PARTS], j;
    const struct bbp_part *part;
    mpq_t want, got, term;
    unsigned s, k, round;

    (void)state;
    assert_true(primes_fill(&primes, 700));
    mpq_inits(want, got, term, NULL);
    for (s = 0; s < 2; s++) {
        bbp_rational_init(&r, both[s], &primes);
        memset(top, 0, sizeof top);
        mpq_set_ui(want, 0, 1);
        for (round = 0; round < 40; round++) {
            for (k = 0; k < both[s]->parts; k++) {
                part = &both[s]->part[k];
                for (j = (top[k] + 1) | 1, top[k] += (round + 5 - k) / 2; j <= top[k];
                     j += 2) {
                    mpq_set_si(term, part->sign * bbp_sign(part, j), j);
                    mpq_mul_2exp(term, term, part->kappa);
                    mpq_div_2exp(term, term, (part->s * j + 1) / 2);
                    mpq_add(want, want, term);
                }
            }
            bbp_rational_extend(&r, top);
            mpq_set_num(got, r.p);
            mpq_set_den(got, r.d);
            mpq_canonicalize(got);
            if (r.b >= 0)
                mpq_div_2exp(got, got, (mp_bitcnt_t)r.b);
            else
                mpq_mul_2exp(got, got, (mp_bitcnt_t)-r.b);
            assert_true(mpq_equal(got, want));
            mpz_set_ui(mpq_numref(term), 1);
            for (j = 1; j <= top[0]; j += 2)
                mpz_lcm_ui(mpq_numref(term), mpq_numref(term), j);
            assert_int_equal(mpz_cmp(r.d, mpq_numref(term)), 0);
        }
        assert_true(mpq_get_d(got) == 3.141592653589793);
        bbp_rational_clear(&r);
    }
    mpq_clears(want, got, term, NULL);
    primes_free(&primes);
}

static void
check_identity(const struct bbp_series *series, uint64_t position)
{
    const uint64_t exponent = 4 * (position - 1);
    const uint64_t most = most_of(&series->part[0], exponent);
    mpq_t terms, powers;
    uint64_t p, q;
    mpz_t r;

    mpq_inits(terms, powers, NULL);
    mpz_init(r);
    head_by_terms(terms, series, exponent);
    for (p = 3; p <= most; p += 2)
        for (q = p; q <= most && is_prime(p); q *= p) {
            residue_by_terms(r, series, exponent, q, p);
            add_fraction(powers, r, q);
        }
    assert_true(mpq_equal(terms, powers));
    mpq_clears(terms, powers, NULL);
    mpz_clear(r);
}

static void
test_identity(void **state)
{
    static const uint64_t positions[] = {2, 3, 10, 60, 200, 701};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        check_identity(&bbp_hutton, positions[i]);
        check_identity(&bbp_bellard, positions[i]);
    }
}

/* R_q == chi4(q) 2^N T for all q above the root of M. */
static void
test_large_primes(void **state)
{
    const uint64_t exponent = 4 * 999;
    uint64_t q, most, top[BBP_MOST_PARTS];
    struct bbp_rational r;
    struct primes primes;
    mpz_t want, got, x;
    unsigned s, k;

    (void)state;
    assert_true(primes_fill(&primes, 100));
    mpz_inits(want, got, x, NULL);
    for (s = 0; s < 2; s++) {
        most = most_of(&both[s]->part[0], exponent);
        for (q = 3; q <= most; q += 2) {
            if (q * q <= most || !is_prime(q))
                continue;
            bbp_rational_init(&r, both[s], &primes);
            for (k = 0; k < both[s]->parts; k++)
                top[k] = most_of(&both[s]->part[k], exponent) / q;
            bbp_rational_extend(&r, top);
            mpz_set_ui(x, q);
            mpz_invert(got, r.d, x);
            mpz_mul(got, got, r.p);
            mpz_mul_2exp(got, got, (mp_bitcnt_t)((int64_t)exponent - r.b));
            if (q % 4 == 3)
                mpz_neg(got, got);
            mpz_mod(got, got, x);
            residue_by_terms(want, both[s], exponent, q, q);
            assert_int_equal(mpz_cmp(got, want), 0);
            bbp_rational_clear(&r);
        }
    }
    mpz_clears(want, got, x, NULL);
    primes_free(&primes);
}

/* Every EVERY-th unit of the plan for POSITION, and that the plan has every modulus
 * once: by their number if all units are looked at. */
static void
check_units(const struct bbp_series *series, uint64_t position,
            const struct bbp_kernel *kernel, size_t every)
{
    const struct engine_job job = {16, position, 1};
    struct bbp_head head = {.kernel = kernel};
    uint64_t moduli = 0, want_moduli = 0, p, q;
    struct bbp_unit *units;
    struct fixed got;
    size_t count, i;
    struct run run;
    mpz_t want;

    mpz_init(want);
    run_init(&run, &job, NULL);
    head.run = &run;
    assert_true(bbp_head_open(&head, position, series));
    units = bbp_units(&head, &count);
    assert_non_null(units);
    for (i = every - 1; i < count; i += every) {
        got = (struct fixed){{0}};
        assert_true(bbp_sum_unit(&head, &units[i], &got));
        p = sum_exactly(want, &head, &units[i]);
        assert_true(is_close(&got, want, p));
        moduli += p;
    }
    for (p = 3; p <= head.most[0]; p += 2)
        for (q = p; q <= head.most[0] && is_prime(p); q *= p)
            want_moduli++;
    if (every == 1)
        assert_int_equal(moduli, want_moduli);
    free(units);
    bbp_head_close(&head);
    mpz_clear(want);
}

static void
test_units(void **state)
{
    const struct bbp_kernel *kernel;
    unsigned s;
    size_t k;

    (void)state;
    for (k = 0; bbp_kernels[k] != NULL; k++) {
        kernel = bbp_kernels[k];
        for (s = 0; s < 2 && kernel->usable(); s++) {
            check_units(both[s], BBP_PRIMES_LEAST, kernel, 1);
            check_units(both[s], 2001, kernel, 1);
            check_units(both[s], 4444, kernel, 1);
            check_units(both[s], 20011, kernel, 3);
        }
    }
}

/* Of a larger plan only blocks and small primes, which have long partial sums. */
static void
test_long_sums(void **state)
{
    const struct engine_job job = {16, 3000000, 1};
    struct bbp_head head = {.kernel = bbp_kernel_best()};
    struct bbp_unit *units, unit;
    struct fixed got;
    size_t count, i;
    struct run run;
    mpz_t want;
    unsigned s;

    (void)state;
    mpz_init(want);
    run_init(&run, &job, NULL);
    head.run = &run;
    for (s = 0; s < 2; s++) {
        assert_true(bbp_head_open(&head, job.position, both[s]));
        units = bbp_units(&head, &count);
        assert_non_null(units);
        for (i = 0; i < count; i++) {
            unit = units[i];
            if (unit.kind == BBP_BLOCK)
                unit.from = unit.to - 150;
            else if (unit.kind == BBP_SMALL)
                unit.from = unit.to - 5;
            else
                continue;
            got = (struct fixed){{0}};
            assert_true(bbp_sum_unit(&head, &unit, &got));
            assert_true(is_close(&got, want, sum_exactly(want, &head, &unit)));
        }
        free(units);
        bbp_head_close(&head);
    }
    mpz_clear(want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partial_sums), cmocka_unit_test(test_identity),
        cmocka_unit_test(test_large_primes), cmocka_unit_test(test_units),
        cmocka_unit_test(test_long_sums),
    };

    return cmocka_run_group_tests_name("engine bbp identity", tests, NULL, NULL);
}
