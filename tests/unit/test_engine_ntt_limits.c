/* Products by transforms: what they need and what they can do, the primes behind them,
 * and runs that fail. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmp.h>

#include "config.h"
#include "daemon/engine/ntt.h"
#include "daemon/engine/ntt_kernel.h"
#include "engine_fixture.h"

static uint64_t seed = 7;

static mp_limb_t *
new_limbs(size_t count)
{
    mp_limb_t *limbs = malloc(count * sizeof *limbs);

    assert_non_null(limbs);
    memset(limbs, 0x55, count * sizeof *limbs);
    return limbs;
}

static void
test_lengths(void **state)
{
    size_t limbs, length, before = 0, odd;

    (void)state;
    for (limbs = 1; limbs <= 300000; limbs += 1 + limbs / 500) {
        length = ntt_length(limbs);
        assert_true(length >= limbs && length >= before);
        assert_true(limbs < 600 || length <= limbs + limbs / 4 + 1);
        assert_int_equal(ntt_length(length), length);
        for (odd = length; odd % 2 == 0;)
            odd /= 2;
        assert_true(odd == 1 || odd == 3 || odd == 5 || odd == 7);
        before = length;
    }
    length = (size_t)1 << NTT_MOST_LEVELS;
    assert_int_equal(ntt_length(length), length);
    assert_int_equal(ntt_length(length + 1), 0);
    assert_true(ntt_fits(NTT_MOST_LIMBS, length) && ntt_fits(length, NTT_MOST_LIMBS));
    assert_true(ntt_fits(1, 1));
    assert_false(ntt_fits(NTT_MOST_LIMBS + 1, NTT_MOST_LIMBS + 1));
}

/* The primes are primes with the roots that are needed, and large enough. */
static void
test_primes(void **state)
{
    mpz_t p, product, least;
    size_t i, order;

    (void)state;
    mpz_inits(p, least, NULL);
    mpz_init_set_ui(product, 1);
    for (i = 0; i < NTT_PRIMES; i++) {
        const struct modulus m = modulus_of(ntt_primes[i]);

        mpz_set_ui(p, ntt_primes[i]);
        assert_true(mpz_probab_prime_p(p, 30) > 0);
        assert_true(ntt_primes[i] < UINT64_C(1) << 50);
        assert_true(ntt_primes[i] > (UINT64_C(1) << 50) - (UINT64_C(1) << 35));
        mpz_mul(product, product, p);
        for (order = 2; order <= (size_t)1 << NTT_MOST_LEVELS; order *= 2)
            assert_true(mod_power(&m, ntt_root(&m, (unsigned)i, order), order / 2) ==
                        mod_negate(&m, m.one));
        for (order = 3; order <= 7; order += 2) {
            assert_true(ntt_root(&m, (unsigned)i, order) != m.one);
            assert_true(mod_power(&m, ntt_root(&m, (unsigned)i, order), order) ==
                        m.one);
        }
    }
    mpz_set_ui(least, NTT_MOST_LIMBS + NTT_MOST_LIMBS / 1000000 + 5);
    mpz_mul_2exp(least, least, 128);
    assert_true(mpz_cmp(product, least) > 0);
    mpz_clears(p, product, least, NULL);
}

/* The portable sum of coefficients, with ones up to the largest possible. */
static void
test_sums(void **state)
{
    mpz_t product, coefficient, cofactor, prime, total, x;
    uint64_t y[NTT_PRIMES];
    mp_limb_t got[60] = {0};
    u128 sum = 0;
    size_t i;
    int k;

    (void)state;
    mpz_inits(coefficient, cofactor, prime, total, x, NULL);
    mpz_init_set_ui(product, 1);
    for (k = 0; k < NTT_PRIMES; k++)
        mpz_mul_ui(product, product, ntt_primes[k]);
    for (i = 0; i < 58; i++) {
        mpz_set_ui(coefficient, NTT_MOST_LIMBS);
        mpz_mul_2exp(coefficient, coefficient, 128);
        mpz_sub_ui(coefficient, coefficient, random_below(&seed, 1000));
        if (i % 3 == 1)
            mpz_fdiv_q_ui(coefficient, coefficient, 1 + random_below(&seed, 1u << 30));
        else if (i % 3 == 2)
            mpz_set_ui(coefficient, random_below(&seed, 3));
        for (k = 0; k < NTT_PRIMES; k++) {
            mpz_set_ui(prime, ntt_primes[k]);
            mpz_divexact(cofactor, product, prime);
            mpz_invert(x, cofactor, prime);
            mpz_mul(x, x, coefficient);
            y[k] = mpz_fdiv_ui(x, ntt_primes[k]);
        }
        got[i] = ntt_sum_next(&sum, y);
        mpz_mul_2exp(x, coefficient, 64 * i);
        mpz_add(total, total, x);
    }
    got[58] = (mp_limb_t)sum;
    got[59] = (mp_limb_t)(sum >> 64);
    mpz_import(x, 60, -1, sizeof got[0], 0, 0, got);
    assert_int_equal(mpz_cmp(x, total), 0);
    mpz_clears(product, coefficient, cofactor, prime, total, x, NULL);
}

static void
test_cost(void **state)
{
    size_t length, next;

    (void)state;
    for (length = ntt_length(1); length != 0; length = next) {
        next = ntt_length(length + 1);
        assert_true(next == 0 || ntt_cost(next, 2, 1) > ntt_cost(length, 2, 1));
        assert_true(ntt_cost(length, 3, 2) > ntt_cost(length, 2, 1));
        assert_true(ntt_cost(length, 2, 1) > ntt_cost(length, 1, 1));
    }
}

/* A run that has failed leaves at once. */
static void
test_stopped(void **state)
{
    const struct engine_job job = {10, 1, 2};
    const size_t length = 8192;
    mp_limb_t *a = new_limbs(length), *r = new_limbs(length);
    const struct ntt_operand operand = {a, length};
    const struct ntt_product product = {0, 0, r};
    struct run run;
    int threads;

    (void)state;
    for (threads = 1; threads <= 3; threads++) {
        run_init(&run, &job, NULL);
        run_fail(&run, ENGINE_CANCELLED);
        ntt_products(&run, length, &operand, 1, &product, 1, threads);
        assert_int_equal(run_finish(&run), ENGINE_CANCELLED);
    }
    free(a);
    free(r);
}

#ifndef NTHPI_SANITIZED /* sanitizers need memory of their own */
/* In a process of its own: a square with LENGTH and no more than LIMIT bytes, twice;
 * tells its result and peak. */
static enum engine_rc
square_apart(size_t length, rlim_t limit, long *peak)
{
    const struct engine_job job = {10, 1, 2};
    struct rlimit most = {limit, limit};
    struct run run;
    struct rusage usage;
    mp_limb_t *a = new_limbs(length / 2), *r = new_limbs(length);
    const struct ntt_operand operand = {a, length / 2};
    const struct ntt_product product = {0, 0, r};
    int status = -1;
    pid_t child;

    memset(r, 1, length * sizeof *r);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (limit > 0)
            setrlimit(RLIMIT_AS, &most);
        run_init(&run, &job, NULL);
        ntt_products(&run, length, &operand, 1, &product, 1, 2);
        if (run_going(&run)) /* what is kept of the first one is of use */
            ntt_products(&run, length, &operand, 1, &product, 1, 2);
        _exit((int)run_finish(&run));
    }
    assert_int_equal(wait4(child, &status, 0, &usage), child);
    assert_true(WIFEXITED(status));
    *peak = usage.ru_maxrss * 1024;
    free(a);
    free(r);
    return (enum engine_rc)WEXITSTATUS(status);
}

/* A square takes three words a limb, one for each prime, and half a word for tables and
 * buffers. */
static void
test_memory(void **state)
{
    const size_t lengths[] = {1 << 20, 1 << 23}; /* the second has a long table */
    long none, peak, memory;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        memory = (long)(lengths[i] * (3 * 8 + 4));
        assert_int_equal(square_apart(lengths[i], 40000000, &none), ENGINE_NO_MEMORY);
        assert_int_equal(square_apart(lengths[i], 0, &peak), ENGINE_OK);
        assert_true(peak - none <= memory + 1000000);
        assert_true(peak - none >= memory / 2);
    }
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef NTHPI_SANITIZED
        cmocka_unit_test(test_memory),
#endif
        cmocka_unit_test(test_lengths), cmocka_unit_test(test_primes),
        cmocka_unit_test(test_sums),    cmocka_unit_test(test_cost),
        cmocka_unit_test(test_stopped),
    };

    return cmocka_run_group_tests_name("engine ntt limits", tests, NULL, NULL);
}
