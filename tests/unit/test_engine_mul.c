/* Products of every kind, and residues of long numbers, against GMP's own. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "daemon/engine/mul.h"
#include "daemon/engine/mul_plan.h"
#include "daemon/engine/ntt.h"
#include "daemon/engine/ntt_block.h"
#include "daemon/engine/residue.h"
#include "engine_fixture.h"

/* Lengths around which something changes: one limb, FLINT's beginning, second
 * threads, GMP's transforms. setup() adds those around the beginning of ours. */
static size_t edges[24] = {1,   2,   3,    16,   63,   64,   99,   100, 101,
                           400, 749, 1499, 1500, 1501, 3000, 3001, 7000};
static size_t edge_count = 17;

static gmp_randstate_t randomness;

static int
setup(void **state)
{
    size_t from = mul_from();

    (void)state;
    gmp_randinit_default(randomness);
    if (from < 20000) {
        edges[edge_count++] = from - 1;
        edges[edge_count++] = from;
        edges[edge_count++] = 3 * from + 1;
    }
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

/* A place of LIMBS limbs that holds nothing of use. */
static mp_limb_t *
place(size_t limbs)
{
    mp_limb_t *p = malloc(limbs * sizeof *p);

    assert_non_null(p);
    memset(p, 0xaa, limbs * sizeof *p);
    return p;
}

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
    mp_limb_t *r = place(mul_room(an, bn));
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
    for (i = 0; i < edge_count; i++)
        for (j = 0; j < edge_count; j++) {
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
    for (i = 0; i < edge_count; i++)
        for (signs = 0; signs < 5; signs++) {
            any_number(a, edges[i]);
            any_number(b, edges[edge_count - 1 - i]);
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
        any_number(a, factors[i] * from + 11 * i);
        any_number(b, from + i);
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

/* Two products with a common operand, of any signs. */
static void
test_pairs(void **state)
{
    const struct engine_job job = {10, 1, 2};
    mpz_t a, b, c, ac, bc;
    struct run run;
    size_t i, j;
    int k = 0;

    (void)state;
    mpz_inits(a, b, c, ac, bc, NULL);
    run_init(&run, &job, NULL);
    for (i = 0; i < edge_count; i++)
        for (j = 0; j < edge_count; j++, k++) {
            any_number(a, edges[i]);
            any_number(b, edges[k % edge_count]);
            any_number(c, edges[j]);
            if (k & 1)
                mpz_neg(a, a);
            if (k & 2)
                mpz_neg(b, b);
            if (k & 4)
                mpz_neg(c, c);
            if (k % 19 == 0)
                mpz_set_ui(b, 0);
            mpz_mul(ac, a, c);
            mpz_mul(bc, b, c);
            mul_mpz_pair(&run, a, b, c, 1 + k % 3);
            assert_int_equal(mpz_cmp(a, ac), 0);
            assert_int_equal(mpz_cmp(b, bc), 0);
        }
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_clears(a, b, c, ac, bc, NULL);
}

/* R (LENGTH limbs) is A B modulo B^LENGTH - 1. */
static void
assert_wrapped(const mp_limb_t *r, size_t length, const mpz_t a, const mpz_t b)
{
    mpz_t modulus, want, have;

    mpz_inits(want, have, modulus, NULL);
    mpz_setbit(modulus, 64 * length);
    mpz_sub_ui(modulus, modulus, 1);
    mpz_mul(want, a, b);
    mpz_import(have, length, -1, sizeof *r, 0, 0, r);
    assert_true(mpz_congruent_p(have, want, modulus));
    mpz_clears(want, have, modulus, NULL);
}

/* COUNT products of at most AN limbs by B, wrapped at LEAST limbs or later. */
static void
check_wrapped(size_t an, const mpz_t b, size_t least, size_t count, int threads)
{
    const struct engine_job job = {10, 1, threads};
    size_t bn = mpz_size(b), length = mul_wrap_length(an, bn, least), i;
    struct mul_part parts[MUL_MOST_PARTS];
    mpz_t a[MUL_MOST_PARTS];
    struct run run;

    assert_true(length >= an && length >= bn && length >= least);
    assert_true(length <= mul_room(an, bn) || least > an + bn);
    for (i = 0; i < count; i++) {
        mpz_init(a[i]);
        any_number(a[i], i > 0 && i + 1 == count ? an / 2 + 1 : an);
        if (an == bn && i == 0)
            mpz_set(a[0], b);
        parts[i] =
            (struct mul_part){mpz_limbs_read(a[i]), mpz_size(a[i]), place(length)};
        if (an == bn && i == 0)
            parts[0].a = mpz_limbs_read(b);
    }
    run_init(&run, &job, NULL);
    mul_wrapped(&run, length, parts, count, mpz_limbs_read(b), bn, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    for (i = 0; i < count; i++) {
        assert_wrapped(parts[i].r, length, a[i], b);
        free(parts[i].r);
        mpz_clear(a[i]);
    }
}

static void
test_wrapped(void **state)
{
    size_t i, j;
    mpz_t b;

    (void)state;
    mpz_init(b);
    for (i = 0; i < edge_count; i++)
        for (j = 0; j < edge_count; j++) {
            any_number(b, edges[j]);
            check_wrapped(edges[i], b, 1, 1 + (i + j) % MUL_MOST_PARTS,
                          1 + (int)(i + j) % 3);
            check_wrapped(edges[i], b, edges[i] + edges[j] / 2, 1 + i % 2, 2);
            check_wrapped(edges[i], b, 2 * (edges[i] + edges[j]), 1, 1);
        }
    mpz_clear(b);
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
    mul_mpz(&run, r, a, b, 2);
    assert_int_equal(mpz_sgn(r), 0);
    mpz_set(r, a);
    mul_mpz_pair(&run, a, r, b, 2);
    assert_int_equal(mpz_cmp(a, r), 0);
    mpz_clears(a, b, r, NULL);
}

/* A large block is kept for the next product of the thread that fits in it, until the
 * end. */
static void
test_blocks(void **state)
{
    const size_t large = (size_t)2 << 20;
    struct ntt_block a, b, c;

    (void)state;
    a = ntt_block_take(large);
    assert_non_null(a.words);
    assert_int_equal(a.bytes, 8 * large);
    b = ntt_block_take(large);
    assert_non_null(b.words);
    assert_ptr_not_equal(a.words, b.words);
    ntt_block_give(a);
    ntt_block_give(b);
    c = ntt_block_take(large - 1);
    assert_ptr_equal(c.words, a.words);
    assert_int_equal(c.bytes, a.bytes);
    ntt_block_give(c);
    c = ntt_block_take(2 * large);
    assert_int_equal(c.bytes, 16 * large);
    memset(c.words, 1, c.bytes);
    ntt_block_give(c);
    b = ntt_block_take(8);
    assert_ptr_not_equal(b.words, c.words);
    ntt_block_give(b);
    mul_thread_end();
    mul_thread_end();
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
        cmocka_unit_test(test_integers), cmocka_unit_test(test_uneven),
        cmocka_unit_test(test_plans),    cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_wrapped),  cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_cost),     cmocka_unit_test(test_residues),
        cmocka_unit_test(test_blocks),
    };

    return cmocka_run_group_tests_name("engine mul", tests, setup, teardown);
}
