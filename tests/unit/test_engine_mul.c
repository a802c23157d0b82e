/* Multiplication, and residues of long numbers, against GMP's own. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "daemon/engine/mul.h"
#include "daemon/engine/residue.h"
#include "engine_fixture.h"

/* Lengths around which something changes: one limb, FLINT's beginning, second
 * threads, GMP's transforms. */
static const size_t edges[] = {1,   2,   3,    16,   99,   100,  101,  400,
                               749, 750, 1499, 1500, 1501, 3000, 3001, 7000};
#define EDGES (sizeof edges / sizeof edges[0])

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

/* A number of exactly LIMBS limbs, on every second call with long runs of ones and
 * zeros. */
static void
any_number(mpz_t z, size_t limbs)
{
    static int calls;

    if (calls++ % 2 == 0)
        mpz_urandomb(z, randomness, 64 * limbs);
    else
        mpz_rrandomb(z, randomness, 64 * limbs);
    mpz_setbit(z, 64 * limbs - 1);
}

/* A B by mul_limbs_wide() and mul_limbs(), which have to agree with GMP. */
static void
check_limbs(const mpz_t a, const mpz_t b, int threads)
{
    const struct engine_job job = {10, 1, threads};
    size_t an = mpz_size(a), bn = mpz_size(b);
    mp_limb_t *r = malloc((an + bn) * sizeof *r);
    struct run run;
    mpz_t want;

    assert_non_null(r);
    mpz_init(want);
    mpz_mul(want, a, b);
    run_init(&run, &job, NULL);
    mul_limbs(r, mpz_limbs_read(a), an, mpz_limbs_read(b), bn);
    assert_memory_equal(r, mpz_limbs_read(want), mpz_size(want) * sizeof *r);
    memset(r, 0xaa, (an + bn) * sizeof *r);
    mul_limbs_wide(&run, r, mpz_limbs_read(a), an, mpz_limbs_read(b), bn, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    assert_memory_equal(r, mpz_limbs_read(want), mpz_size(want) * sizeof *r);
    mpz_clear(want);
    free(r);
}

static void
test_limbs(void **state)
{
    size_t i, j;
    mpz_t a, b;

    (void)state;
    mpz_inits(a, b, NULL);
    for (i = 0; i < EDGES; i++)
        for (j = 0; j < EDGES; j++) {
            any_number(a, edges[i]);
            any_number(b, edges[j]);
            check_limbs(a, b, 1 + (int)((i + j) % 4));
        }
    mpz_clears(a, b, NULL);
}

static void
test_threads(void **state)
{
    int threads;
    mpz_t a, b;

    (void)state;
    mpz_inits(a, b, NULL);
    for (threads = 1; threads <= 8; threads++) {
        any_number(a, 12000 + (size_t)threads);
        any_number(b, 9000);
        check_limbs(a, b, threads);
        check_limbs(a, a, threads);
    }
    mpz_clears(a, b, NULL);
}

/* Signs, zero, and results in an operand's place. */
static void
test_integers(void **state)
{
    const struct engine_job job = {10, 1, 2};
    struct run run;
    mpz_t a, b, r, want;
    size_t i;
    int signs;

    (void)state;
    mpz_inits(a, b, r, want, NULL);
    run_init(&run, &job, NULL);
    for (i = 0; i < EDGES; i++)
        for (signs = 0; signs < 5; signs++) {
            any_number(a, edges[i]);
            any_number(b, edges[EDGES - 1 - i]);
            if (signs & 1)
                mpz_neg(a, a);
            if (signs & 2)
                mpz_neg(b, b);
            if (signs == 4)
                mpz_set_ui(b, 0);
            mpz_mul(want, a, b);
            mul_mpz(r, a, b);
            assert_int_equal(mpz_cmp(r, want), 0);
            mul_mpz_wide(&run, r, a, b, 2);
            assert_int_equal(mpz_cmp(r, want), 0);
            mpz_set(r, a);
            mul_mpz(r, r, b);
            assert_int_equal(mpz_cmp(r, want), 0);
            mpz_set(r, b);
            mul_mpz_wide(&run, r, a, r, 3);
            assert_int_equal(mpz_cmp(r, want), 0);
            mpz_set(r, a);
            mpz_mul(want, a, a);
            mul_mpz(r, r, r);
            assert_int_equal(mpz_cmp(r, want), 0);
        }
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_clears(a, b, r, want, NULL);
}

/* A run that has failed is no reason for anything to be written. */
static void
test_stopped(void **state)
{
    const struct engine_job job = {10, 1, 2};
    struct run run;
    mpz_t a, b, r;

    (void)state;
    mpz_inits(a, b, r, NULL);
    any_number(a, 4000);
    any_number(b, 4000);
    run_init(&run, &job, NULL);
    run_fail(&run, ENGINE_CANCELLED);
    mul_mpz_wide(&run, r, a, b, 2);
    assert_int_equal(mpz_sgn(r), 0);
    mpz_clears(a, b, r, NULL);
}

static void
test_cost(void **state)
{
    double n;

    (void)state;
    assert_true(mul_cost(0, 5) == 0 && mul_cost(5, 0) == 0);
    for (n = 1; n < 1e9; n *= 1.3) {
        assert_true(mul_cost(n, n) > 0);
        assert_true(mul_cost(1.4 * n, 1.4 * n) > mul_cost(n, n));
        assert_true(mul_cost(n, 2 * n) == mul_cost(2 * n, n));
    }
    assert_true(strlen(mul_backend()) >= 3);
}

static void
test_residues(void **state)
{
    uint64_t bits, value;
    mp_limb_t *limbs;
    char *text;
    mpz_t z, low;
    size_t length;

    (void)state;
    mpz_inits(z, low, NULL);
    mpz_set_ui(z, RESIDUE_PRIME);
    assert_true(mpz_probab_prime_p(z, 30) > 0);
    for (bits = 0; bits < 1400; bits++) {
        any_number(z, 22);
        limbs = malloc(22 * sizeof *limbs);
        assert_non_null(limbs);
        mpn_copyi(limbs, mpz_limbs_read(z), 22);
        mpz_fdiv_r_2exp(low, z, bits);
        value = mpz_fdiv_ui(low, RESIDUE_PRIME);
        assert_true(residue_limbs(limbs, bits) == value);
        free(limbs);

        text = mpz_get_str(NULL, bits % 2 == 0 ? 10 : 16, low);
        length = strlen(text);
        assert_true(
            residue_digits(residue_digits(0, text, length / 3, 10 + bits % 2 * 6),
                           text + length / 3, length - length / 3,
                           10 + bits % 2 * 6) == value);
        free(text);
    }
    mpz_set_ui(z, 248);
    mpz_set_ui(low, RESIDUE_PRIME);
    mpz_powm_ui(z, z, 123456789, low);
    assert_true(residue_pow(248, 123456789) == mpz_get_ui(z));
    assert_true(residue_pow(5, RESIDUE_PRIME - 1) == 1);
    assert_true(residue_add(RESIDUE_PRIME - 1, 1) == 0);
    assert_true(residue_sub(0, 1) == RESIDUE_PRIME - 1);
    assert_true(residue_mul(RESIDUE_PRIME - 1, RESIDUE_PRIME - 1) == 1);
    mpz_clears(z, low, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limbs),    cmocka_unit_test(test_threads),
        cmocka_unit_test(test_integers), cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_cost),     cmocka_unit_test(test_residues),
    };

    return cmocka_run_group_tests_name("engine mul", tests, setup, teardown);
}
