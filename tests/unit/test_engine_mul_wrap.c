/* Products that share an operand, wrapped products, and the memory that is kept for the
 * next one. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "daemon/engine/mul.h"
#include "daemon/engine/ntt_block.h"
#include "engine_fixture.h"
#include "mul_fixture.h"

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
    for (i = 0; i < mul_edge_count; i++)
        for (j = 0; j < mul_edge_count; j++, k++) {
            mul_any_number(a, mul_edges[i]);
            mul_any_number(b, mul_edges[k % mul_edge_count]);
            mul_any_number(c, mul_edges[j]);
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
        mul_any_number(a[i], i > 0 && i + 1 == count ? an / 2 + 1 : an);
        if (an == bn && i == 0)
            mpz_set(a[0], b);
        parts[i] =
            (struct mul_part){mpz_limbs_read(a[i]), mpz_size(a[i]), mul_place(length)};
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
    for (i = 0; i < mul_edge_count; i++)
        for (j = 0; j < mul_edge_count; j++) {
            mul_any_number(b, mul_edges[j]);
            check_wrapped(mul_edges[i], b, 1, 1 + (i + j) % MUL_MOST_PARTS,
                          1 + (int)(i + j) % 3);
            check_wrapped(mul_edges[i], b, mul_edges[i] + mul_edges[j] / 2, 1 + i % 2,
                          2);
            check_wrapped(mul_edges[i], b, 2 * (mul_edges[i] + mul_edges[j]), 1, 1);
        }
    mpz_clear(b);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_wrapped),
        cmocka_unit_test(test_blocks),
    };

    return cmocka_run_group_tests_name("engine mul wrap", tests, mul_setup,
                                       mul_teardown);
}
