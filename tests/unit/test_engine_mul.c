/* Products, and residues of long numbers, against GMP's own. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "daemon/engine/mul.h"
#include "daemon/engine/mul_plan.h"
#include "daemon/engine/ntt.h"
#include "daemon/engine/residue.h"
#include "engine_fixture.h"
#include "mul_fixture.h"

/* The lowest limbs at R are those of WANT. */
static void
assert_limbs(const mp_limb_t *r, const mpz_t want)
{
    assert_memory_equal(r, mpz_limbs_read(want), mpz_size(want) * sizeof *r);
}

/* A B by mul_limbs(), which has to agree with GMP. */
static void
check_limbs(const mpz_t a, const mpz_t b, int threads)
{
    const struct engine_job job = {10, 1, threads};
    size_t an = mpz_size(a), bn = mpz_size(b);
    mp_limb_t *r = mul_place(mul_room(an, bn));
    struct run run;
    mpz_t want;

    mpz_init(want);
    mpz_mul(want, a, b);
    run_init(&run, &job, NULL);
    mul_limbs(&run, r, mpz_limbs_read(a), an, mpz_limbs_read(b), bn, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    assert_limbs(r, want);
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
    for (i = 0; i < mul_edge_count; i++)
        for (j = 0; j < mul_edge_count; j++) {
            mul_any_number(a, mul_edges[i]);
            mul_any_number(b, mul_edges[j]);
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
        mul_any_number(a, 12000 + (size_t)threads);
        mul_any_number(b, 9000);
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
    for (i = 0; i < mul_edge_count; i++)
        for (signs = 0; signs < 5; signs++) {
            mul_any_number(a, mul_edges[i]);
            mul_any_number(b, mul_edges[mul_edge_count - 1 - i]);
            if (signs & 1)
                mpz_neg(a, a);
            if (signs & 2)
                mpz_neg(b, b);
            if (signs == 4)
                mpz_set_ui(b, 0);
            mpz_mul(want, a, b);
            mul_mpz(&run, r, a, b, 1);
            assert_int_equal(mpz_cmp(r, want), 0);
            mul_mpz(&run, r, a, b, 2);
            assert_int_equal(mpz_cmp(r, want), 0);
            mpz_set(r, a);
            mul_mpz(&run, r, r, b, 1);
            assert_int_equal(mpz_cmp(r, want), 0);
            mpz_set(r, b);
            mul_mpz(&run, r, a, r, 3);
            assert_int_equal(mpz_cmp(r, want), 0);
            mpz_set(r, a);
            mpz_mul(want, a, a);
            mul_mpz(&run, r, r, r, 1);
            assert_int_equal(mpz_cmp(r, want), 0);
        }
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_clears(a, b, r, want, NULL);
}

/* Operands so different in length that the longer one is cut. */
static void
test_uneven(void **state)
{
    static const size_t factors[] = {4, 5, 8, 9, 17, 33, 60, 130};
    size_t from = mul_from() < 2000 ? mul_from() : 700, i;
    mpz_t a, b;

    (void)state;
    mpz_inits(a, b, NULL);
    for (i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        mul_any_number(a, factors[i] * from + 11 * i);
        mul_any_number(b, from + i);
        check_limbs(a, b, 1 + (int)i % 3);
        check_limbs(b, a, 1);
    }
    mpz_clears(a, b, NULL);
}

/* Plans for lengths that no test has time for: every piece can be multiplied. */
static void
test_plans(void **state)
{
    struct mul_plan plan;
    uint64_t seed = 3;
    size_t an, bn, piece;
    int i;

    (void)state;
    for (i = 0; i < 20000; i++) {
        an = 1 + random_below(&seed, UINT64_C(1) << (3 + i % 22));
        bn = 1 + random_below(&seed, UINT64_C(1) << (3 + i / 22 % 22));
        if (!mul_plan(&plan, an, bn)) {
            assert_true(an < mul_from() || bn < mul_from());
            assert_int_equal(mul_room(an, bn), an + bn);
            continue;
        }
        piece = plan.piece > 0 ? plan.piece : an > bn ? an : bn;
        assert_true(ntt_fits(piece, an < bn ? an : bn));
        assert_int_equal(ntt_length(plan.length), plan.length);
        assert_true(plan.length >= piece + (an < bn ? an : bn));
        assert_in_range(plan.batch, 1, MUL_BATCH);
        assert_true(mul_room(an, bn) >= an + bn);
        if (plan.piece == 0)
            assert_int_equal(mul_room(an, bn), plan.length);
    }
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
    mul_any_number(a, 4000);
    mul_any_number(b, 4000);
    run_init(&run, &job, NULL);
    run_fail(&run, ENGINE_CANCELLED);
    mul_mpz(&run, r, a, b, 2);
    assert_int_equal(mpz_sgn(r), 0);
    mpz_set(r, a);
    mul_mpz_pair(&run, a, r, b, 2);
    assert_int_equal(mpz_cmp(a, r), 0);
    mpz_clears(a, b, r, NULL);
}

static void
test_cost(void **state)
{
    double n;
    size_t length;

    (void)state;
    assert_true(mul_cost(0, 5) == 0 && mul_cost(5, 0) == 0);
    for (n = 1; n < 1e9; n *= 1.3) {
        assert_true(mul_cost(n, n) > 0);
        if (n < 1e7) /* above, another backend may take over */
            assert_true(mul_cost(2 * n, 2 * n) > mul_cost(n, n));
        assert_true(mul_cost(n, 2 * n) == mul_cost(2 * n, n));
        assert_true(mul_pair_cost(n, n, n) <= 2.001 * mul_cost(n, n));
    }
    for (n = 1; n < 1e6; n *= 1.7) {
        length = mul_wrap_length((size_t)n, (size_t)n, 1);
        assert_true(mul_wrapped_cost(length, 1, (size_t)n, (size_t)n) <=
                    1.001 * mul_cost(n, n));
        assert_true(mul_wrapped_cost(length, 3, (size_t)n, (size_t)n) <=
                    3.001 * mul_cost(n, n));
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
        mul_any_number(z, 22);
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
        cmocka_unit_test(test_integers), cmocka_unit_test(test_uneven),
        cmocka_unit_test(test_plans),    cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_cost),     cmocka_unit_test(test_residues),
    };

    return cmocka_run_group_tests_name("engine mul", tests, mul_setup, mul_teardown);
}
