/* Products by transforms: every kernel that this machine can run against GMP, at
 * lengths around every threshold, with numbers that make the largest sums, with results
 * that go round, and with any number of threads. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "daemon/engine/ntt.h"
#include "daemon/engine/ntt_kernel.h"
#include "engine_fixture.h"

#define MOST_OPERANDS 6

static uint64_t seed = 5;
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

/* Lengths of transforms with every odd part, and with no, an odd and an even number of
 * levels above blocks. */
static const size_t lengths[] = {
    128,     256,     384,     512,     640,     768,     896,     1024,
    1280,    1536,    1792,    4096,    5 << 9,  7 << 10, 3 << 12, 1 << 14,
    5 << 13, 7 << 14, 1 << 17, 1 << 18, 3 << 17, 1 << 19, 5 << 17,
};
#define LENGTHS (sizeof lengths / sizeof lengths[0])

static mp_limb_t *
new_limbs(size_t count)
{
    mp_limb_t *limbs = malloc(count * sizeof *limbs);

    assert_non_null(limbs);
    return limbs;
}

enum kind { RANDOM, RUNS, ONES, LIMITS, EQUAL, SINGLE, ZERO, KINDS };

/* A limb at which something changes: 0, -1, 1 and -1 modulo a prime, the largest and
 * the least of them; powers of 2, among them those at which kernels cut, and less 1. */
static mp_limb_t
limit(void)
{
    const uint64_t p = ntt_primes[random_below(&seed, NTT_PRIMES)];
    const uint64_t power = UINT64_C(1) << random_below(&seed, 64);
    const uint64_t times = random_below(&seed, 2) ? UINT64_MAX / p : 1;

    switch (random_below(&seed, 4)) {
    case 0:
        return times * p + random_below(&seed, 3) - 1;
    case 1:
        return power;
    case 2:
        return power - 1;
    default:
        return UINT64_MAX - random_below(&seed, 2);
    }
}

/* Limbs at limits: each another one, or all equal, whose transform is 0 but for a
 * point, or a single one, whose transform has only powers of a root times it, or none.
 */
static void
set_limits(mp_limb_t *limbs, size_t count, enum kind kind)
{
    const mp_limb_t word = limit();
    size_t i;

    for (i = 0; i < count; i++)
        limbs[i] = kind == LIMITS ? limit() : kind == EQUAL ? word : 0;
    if (kind == SINGLE)
        limbs[random_below(&seed, count)] = word;
}

/* A number of COUNT limbs: random, with long runs of ones and zeros, all ones, or as
 * set_limits() says. */
static mp_limb_t *
new_number(size_t count, enum kind kind)
{
    mp_limb_t *limbs = new_limbs(count);
    mpz_t z;

    memset(limbs, 0xff, count * sizeof *limbs);
    if (kind >= LIMITS)
        set_limits(limbs, count, kind);
    if (kind >= ONES)
        return limbs;
    mpz_init(z);
    if (kind == RANDOM)
        mpz_urandomb(z, randomness, 64 * count);
    else
        mpz_rrandomb(z, randomness, 64 * count);
    mpz_setbit(z, 64 * count);
    mpn_copyi(limbs, mpz_limbs_read(z), (mp_size_t)count);
    mpz_clear(z);
    return limbs;
}

/* R = A B modulo B^LENGTH - 1 by GMP. */
static void
expected(mp_limb_t *r, size_t length, const struct ntt_operand *a,
         const struct ntt_operand *b)
{
    const size_t count = a->count + b->count;
    mp_limb_t *product = new_limbs(count), carry;
    size_t at, part;

    if (a->count >= b->count)
        mpn_mul(product, a->limbs, (mp_size_t)a->count, b->limbs, (mp_size_t)b->count);
    else
        mpn_mul(product, b->limbs, (mp_size_t)b->count, a->limbs, (mp_size_t)a->count);
    memset(r, 0, length * sizeof *r);
    for (at = 0; at < count; at += length) {
        part = count - at < length ? count - at : length;
        carry = mpn_add(r, r, (mp_size_t)length, product + at, (mp_size_t)part);
        while (carry != 0)
            carry = mpn_add_1(r, r, (mp_size_t)length, carry);
    }
    free(product);
}

/* Equal modulo B^LENGTH - 1, which stands for 0. */
static void
assert_equal(const mp_limb_t *got, const mp_limb_t *want, size_t length)
{
    size_t i;

    if (memcmp(got, want, length * sizeof *got) == 0)
        return;
    for (i = 0; i < length; i++) {
        assert_true(got[i] == UINT64_MAX || got[i] == 0);
        assert_true(want[i] == UINT64_MAX || want[i] == 0);
        assert_true(got[i] == got[0] && want[i] == want[0]);
    }
}

static enum engine_rc
multiply(const struct ntt_kernel *kernel, size_t length,
         const struct ntt_operand *operands, size_t operand_count,
         const struct ntt_product *products, size_t count, int threads)
{
    const struct engine_job job = {10, 1, threads};
    struct run run;

    run_init(&run, &job, NULL);
    ntt_products_with(kernel, &run, length, operands, operand_count, products, count,
                      threads);
    return run_finish(&run);
}

/* One product of AN by BN limbs with LENGTH. */
static void
check_product(const struct ntt_kernel *kernel, size_t length, size_t an, size_t bn,
              enum kind kind, int threads)
{
    mp_limb_t *a = new_number(an, kind), *b = new_number(bn, kind);
    mp_limb_t *got = new_limbs(length), *want = new_limbs(length);
    const struct ntt_operand operands[2] = {{a, an}, {b, bn}};
    const struct ntt_product product = {0, 1, got};

    memset(got, 0xaa, length * sizeof *got);
    assert_int_equal(multiply(kernel, length, operands, 2, &product, 1, threads),
                     ENGINE_OK);
    expected(want, length, &operands[0], &operands[1]);
    assert_equal(got, want, length);
    free(a);
    free(b);
    free(got);
    free(want);
}

/* Operands that fill the length together, overlap a little, or fill it each. */
static void
test_kernels(void **state)
{
    const struct ntt_kernel *kernel;
    size_t k, i, length, part;
    enum kind kind;

    (void)state;
    for (k = 0; ntt_kernels[k] != NULL; k++) {
        kernel = ntt_kernels[k];
        for (i = 0; i < LENGTHS && kernel->usable(); i++) {
            length = lengths[i];
            for (kind = RANDOM; kind < KINDS; kind++) {
                part = 1 + random_below(&seed, length - 1);
                check_product(kernel, length, part, length - part, kind, 1);
                if (length > 100000)
                    continue;
                check_product(kernel, length, length / 2, length - length / 2, kind, 1);
                check_product(kernel, length, length, 1 + part / 2, kind, 1);
                check_product(kernel, length, length, length, kind, 1);
                check_product(kernel, length, length - 1, 1, kind, 1);
            }
        }
    }
}

/* Every operand length that leaves another number of limbs in the last vector, row or
 * part. */
static void
test_ends(void **state)
{
    const struct ntt_kernel *kernel = ntt_kernel_best();
    size_t an, length;

    (void)state;
    for (length = 384; length <= 7168; length = ntt_length(3 * length))
        for (an = 1; an < length; an += 1 + random_below(&seed, length / 100))
            check_product(kernel, length, an, 1 + random_below(&seed, length),
                          (enum kind)random_below(&seed, KINDS), 1);
}

static void
test_threads(void **state)
{
    const size_t some[] = {640, 8192, 5 << 13, 1 << 18, 3 << 17};
    int threads;
    size_t i;

    (void)state;
    for (threads = 1; threads <= 8; threads++)
        for (i = 0; i < sizeof some / sizeof some[0]; i++)
            check_product(ntt_kernel_best(), some[i], some[i] / 2, some[i] / 2, RUNS,
                          threads);
}

/* COUNT products of any of OPERAND_COUNT operands, some of them squares. */
static void
check_products(const struct ntt_kernel *kernel, size_t length, size_t operand_count,
               size_t count, int threads)
{
    struct ntt_operand operands[MOST_OPERANDS];
    struct ntt_product products[MOST_OPERANDS];
    mp_limb_t *want = new_limbs(length);
    size_t i;

    for (i = 0; i < operand_count; i++) {
        operands[i].count = 1 + random_below(&seed, length);
        operands[i].limbs = new_number(operands[i].count, (enum kind)(i % KINDS));
    }
    for (i = 0; i < count; i++)
        products[i] =
            (struct ntt_product){random_below(&seed, operand_count),
                                 random_below(&seed, operand_count), new_limbs(length)};
    assert_int_equal(
        multiply(kernel, length, operands, operand_count, products, count, threads),
        ENGINE_OK);
    for (i = 0; i < count; i++) {
        expected(want, length, &operands[products[i].a], &operands[products[i].b]);
        assert_equal(products[i].r, want, length);
        free(products[i].r);
    }
    for (i = 0; i < operand_count; i++)
        free((void *)operands[i].limbs);
    free(want);
}

static void
test_shared(void **state)
{
    size_t k, operand_count, count;

    (void)state;
    for (k = 0; ntt_kernels[k] != NULL; k++)
        for (operand_count = 1; operand_count <= MOST_OPERANDS; operand_count++)
            for (count = 1; count <= MOST_OPERANDS && ntt_kernels[k]->usable();
                 count++) {
                check_products(ntt_kernels[k], 384, operand_count, count, 1);
                check_products(ntt_kernels[k], 10240, operand_count, count,
                               1 + (int)(count % 3));
            }
    /* Long enough for operands to be where results will be. */
    for (count = 1; count <= 2; count++)
        check_products(ntt_kernel_best(), 1 << 19, 2 * count + 1, count, 2);
}

/* The largest operands that fit, all ones: (B^n - 1)^2 = B^2n - 2 B^n + 1. */
static void
test_largest(void **state)
{
    const size_t n = NTT_MOST_LIMBS, length = ntt_length(2 * n);
    struct ntt_operand operand = {NULL, n};
    struct ntt_product product = {0, 0, NULL};
    mp_limb_t *a, *r;
    size_t i;

    (void)state;
    if (ntt_from() == SIZE_MAX)
        skip();
    operand.limbs = a = new_number(n, ONES);
    product.r = r = new_limbs(length);
    assert_int_equal(multiply(ntt_kernel_best(), length, &operand, 1, &product, 1, 2),
                     ENGINE_OK);
    assert_true(r[0] == 1);
    for (i = 1; i < n; i++)
        assert_true(r[i] == 0);
    assert_true(r[n] == UINT64_MAX - 1);
    for (i = n + 1; i < 2 * n; i++)
        assert_true(r[i] == UINT64_MAX);
    for (; i < length; i++)
        assert_true(r[i] == 0);
    free(a);
    free(r);
}

static void
test_choice(void **state)
{
    size_t k;

    (void)state;
    assert_true(ntt_kernel_best()->usable());
    assert_string_equal(ntt_kernel(), ntt_kernel_best()->name);
    assert_true(ntt_from() == ntt_kernel_best()->from);
    for (k = 0; ntt_kernels[k] != ntt_kernel_best(); k++)
        assert_false(ntt_kernels[k]->usable());
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels), cmocka_unit_test(test_ends),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_shared),
        cmocka_unit_test(test_largest), cmocka_unit_test(test_choice),
    };

    return cmocka_run_group_tests_name("engine ntt", tests, setup, teardown);
}
