/*
 * The choice of a kernel, the primes and the shapes of transforms; see ntt_kernel.h.
 *
 * The primes are the largest below 2^50 that are 1 modulo 105 * 2^24, so that there are
 * roots of unity of every order odd * 2^levels. All exceed 2^50 - 2^35, and their
 * product exceeds 4194100 * 2^128.
 */
#include "ntt_kernel.h"

#include <math.h>

const struct ntt_kernel *const ntt_kernels[] = {
    &ntt_kernel_ifma,
    &ntt_kernel_avx2,
    &ntt_kernel_portable,
    NULL,
};

const uint64_t ntt_primes[NTT_PRIMES] = {
    UINT64_C(0x3fffe58000001),
    UINT64_C(0x3fffbe2000001),
    UINT64_C(0x3fff96c000001),
};

/* The least generators of their multiplicative groups. */
static const uint64_t generators[NTT_PRIMES] = {17, 34, 11};

/* The buffer for some columns fits into a processor's first cache. Columns are some
 * cache lines wide, because memory is read by pages. */
#define BUFFER_WORDS 4096
#define LEAST_WIDTH  64

/* Longer arrays than these go through memory again and again. */
#define LONG_LENGTH ((size_t)1 << 18)

const struct ntt_kernel *
ntt_kernel_best(void)
{
    size_t i = 0;

    while (!ntt_kernels[i]->usable()) /* the portable one always is */
        i++;
    return ntt_kernels[i];
}

const char *
ntt_kernel(void)
{
    return ntt_kernel_best()->name;
}

size_t
ntt_from(void)
{
    return ntt_kernel_best()->from;
}

size_t
ntt_length(size_t limbs)
{
    const size_t most = (size_t)1 << NTT_MOST_LEVELS;
    size_t best = 0, length, odd;

    if (limbs > most)
        return 0;
    for (odd = 1; odd <= NTT_MOST_ODD; odd += 2) {
        length = odd << NTT_LEAST_LEVELS;
        while (length < limbs)
            length *= 2;
        if (length <= most && (best == 0 || length < best))
            best = length;
    }
    return best;
}

bool
ntt_fits(size_t an, size_t bn)
{
    return an <= NTT_MOST_LIMBS || bn <= NTT_MOST_LIMBS;
}

/* Measured with balanced operands of 128 to 2^22 limbs; within a fifth nearly
 * everywhere. Memory is what long arrays cost more. */
double
ntt_cost(size_t length, size_t operand_count, size_t count)
{
    const struct ntt_kernel *kernel = ntt_kernel_best();
    const double transforms = NTT_PRIMES * (double)(operand_count + count);
    const double per_word = kernel->level_cost * log2((double)length) +
                            (length > LONG_LENGTH ? kernel->memory_cost : 0);

    return kernel->call_cost +
           (double)length * (transforms * per_word + kernel->join_cost * (double)count);
}

uint64_t
ntt_root(const struct modulus *m, unsigned prime, uint64_t order)
{
    return mod_power(m, mod_enter(m, generators[prime]), (m->q - 1) / order);
}

uint64_t
ntt_other_primes(const struct modulus *m, unsigned prime)
{
    uint64_t x = m->one;
    unsigned i;

    for (i = 0; i < NTT_PRIMES; i++)
        if (i != prime)
            x = mod_mul(m, x, mod_enter(m, ntt_primes[i]));
    return x;
}

/* The coefficient is C = sum of y_i (P / p_i) - k P, P = p0 p1 p2, with 0 <= k < 3. As
 * C / P < 1 - 2^-20, k is the integral part of sum y_i / p_i, and rounding errors do
 * not matter when 2^-40 is added to it. */
mp_limb_t
ntt_sum_next(u128 *sum, const uint64_t y[NTT_PRIMES])
{
    const u128 cofactor[NTT_PRIMES] = {
        (u128)ntt_primes[1] * ntt_primes[2],
        (u128)ntt_primes[0] * ntt_primes[2],
        (u128)ntt_primes[0] * ntt_primes[1],
    };
    __int128 low = (uint64_t)*sum, high = (__int128)(*sum >> 64);
    double quotient = 0x1p-40;
    uint64_t k;
    int i;

    for (i = 0; i < NTT_PRIMES; i++) {
        quotient += (double)y[i] / (double)ntt_primes[i];
        low += (__int128)((u128)y[i] * (uint64_t)cofactor[i]);
        high += (__int128)((u128)y[i] * (uint64_t)(cofactor[i] >> 64));
    }
    k = (uint64_t)quotient * ntt_primes[0];
    low -= (__int128)((u128)k * (uint64_t)cofactor[0]);
    high -= (__int128)((u128)k * (uint64_t)(cofactor[0] >> 64));
    *sum = (u128)(high + (low >> 64));
    return (mp_limb_t)low;
}

/* Levels of a block, at most. Two blocks fit, more or less, into a processor's second
 * cache; smaller ones leave something for every thread, and cost nothing while there
 * are few columns. */
static unsigned
block_levels(size_t length)
{
    return length < (size_t)1 << 19 ? 13 : length < (size_t)1 << 21 ? 15 : 17;
}

struct ntt_shape
ntt_shape_of(size_t length)
{
    const unsigned most = block_levels(length);
    struct ntt_shape shape = {.length = length};

    shape.levels = (unsigned)__builtin_ctzll(length);
    shape.odd = (unsigned)(length >> shape.levels);
    shape.part = length / shape.odd;
    if (shape.levels > most)
        shape.top = shape.levels - most;
    /* the levels of a block above the last three are done two at a time */
    if ((shape.levels - shape.top) % 2 == 0)
        shape.top++;
    shape.columns = (size_t)1 << (shape.levels - shape.top);
    shape.width = shape.columns;
    while (shape.width > LEAST_WIDTH &&
           (shape.odd * shape.width << shape.top) > BUFFER_WORDS)
        shape.width /= 2;
    return shape;
}

size_t
ntt_buffer_words(const struct ntt_shape *shape)
{
    return shape->odd * shape->width << shape->top;
}

size_t
ntt_table_words(const struct ntt_shape *shape, unsigned lanes)
{
    size_t factors = ntt_node_count(shape) + ntt_leaf_count(shape, lanes) +
                     2 * lanes +                      /* lane */
                     shape->odd * shape->odd * lanes; /* odd */

    return 2 * (factors + 7 * NTT_MOST_LANES); /* each aligned, and filled in eights */
}
