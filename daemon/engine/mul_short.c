/*
 * Short products with AVX-512 IFMA: eight products of 52-bit digits at a time.
 *
 * The operands are cut in digits of 52 bits, na and nb of them. Column k of the product
 * is the sum of the low halves of all a_i b_j with i + j = k and of the high halves of
 * those with i + j = k - 1. Every column has at most nb <= 1261 products of each kind,
 * all below 2^52, so its sum is below 2522 * 2^52 < 2^64.
 *
 * BLOCK columns are summed up together: for each b_j the digits a_(k-j) of all columns
 * k are loaded from memory, where a has zeros on both sides, and multiplied by b_j. At
 * last the columns are added up to limbs, 16 columns being 13 limbs.
 */
#include "mul_short.h"

#include <stdint.h>

/* From this many products of limbs on, and so many limbs in the shorter operand, the
 * cutting into digits pays. */
#define LEAST_PRODUCTS 320
#define LEAST_LIMBS    8

bool
mul_short_pays(size_t an, size_t bn)
{
    return bn >= LEAST_LIMBS && an <= MUL_SHORT_MOST && an * bn >= LEAST_PRODUCTS;
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512ifma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

#define WORD  52
#define LANES 8

/* Columns that are summed up together, in VECTORS vectors. */
#define VECTORS 4
#define BLOCK   (VECTORS * LANES)

/* Digits of the longest operand, a multiple of LANES. */
#define MOST_DIGITS ((MUL_SHORT_MOST * 64 / WORD / LANES + 1) * LANES)

/* 16 digits are 13 limbs. */
#define GROUP       16
#define GROUP_LIMBS 13

typedef unsigned __int128 u128;

/* The digits of the N limbs at X, and zeros up to a multiple of LANES. Returns how many
 * there are without these zeros. */
TARGET static size_t
to_digits(uint64_t *digits, const mp_limb_t *x, size_t n)
{
    /* Eight digits are 52 bytes; digit i begins in limb 52 i / 64 of them. */
    const __m512i at = _mm512_setr_epi64(0, 0, 1, 2, 3, 4, 4, 5);
    const __m512i next = _mm512_setr_epi64(1, 1, 2, 3, 4, 5, 5, 6);
    const __m512i right = _mm512_setr_epi64(0, 52, 40, 28, 16, 4, 56, 44);
    const __m512i left = _mm512_sub_epi64(_mm512_set1_epi64(64), right);
    const __m512i mask = _mm512_set1_epi64((INT64_C(1) << WORD) - 1);
    const char *bytes = (const char *)x;
    const size_t size = n * sizeof *x;
    size_t i;

    for (i = 0; i < size; i += WORD) {
        const uint64_t have = size - i < 64 ? size - i : 64;
        const __m512i limbs =
            _mm512_maskz_loadu_epi8(UINT64_MAX >> (64 - have), bytes + i);
        const __m512i low =
            _mm512_srlv_epi64(_mm512_permutexvar_epi64(at, limbs), right);
        const __m512i high =
            _mm512_sllv_epi64(_mm512_permutexvar_epi64(next, limbs), left);

        _mm512_storeu_si512(digits, _mm512_and_si512(_mm512_or_si512(low, high), mask));
        digits += LANES;
    }
    return (64 * n + WORD - 1) / WORD;
}

/* R (N limbs) becomes the sum of the COLUMNS, whose number is a multiple of GROUP. */
TARGET static void
to_limbs(mp_limb_t *r, size_t n, const uint64_t *columns)
{
    mp_limb_t limbs[GROUP_LIMBS];
    u128 sum = 0;
    size_t at, i, j;

    for (at = 0; at < n; at += GROUP_LIMBS) {
        j = 0;
#pragma GCC unroll 16
        for (i = 0; i < GROUP; i++) {
            sum += (u128)columns[i] << (WORD * i - 64 * j);
            if (WORD * (i + 1) - 64 * j >= 64) {
                limbs[j++] = (mp_limb_t)sum;
                sum >>= 64;
            }
        }
        for (i = 0; i < GROUP_LIMBS && at + i < n; i++)
            r[at + i] = limbs[i];
        columns += GROUP;
    }
}

/* BLOCK columns, of the low halves and of the high ones, from the digits FROM <= j < TO
 * of B; the first column is k, and A points to a_k. */
INLINE void
sum_columns(uint64_t *lows, uint64_t *highs, const uint64_t *a, const uint64_t *b,
            size_t from, size_t to)
{
    __m512i low[VECTORS], high[VECTORS];
    size_t i, j;

    for (i = 0; i < VECTORS; i++)
        low[i] = high[i] = _mm512_setzero_si512();
    for (j = from; j < to; j++) {
        const __m512i digit = _mm512_set1_epi64((int64_t)b[j]);

#pragma GCC unroll 4
        for (i = 0; i < VECTORS; i++) {
            const __m512i x = _mm512_loadu_si512(a - j + LANES * i);

            low[i] = _mm512_madd52lo_epu64(low[i], x, digit);
            high[i] = _mm512_madd52hi_epu64(high[i], x, digit);
        }
    }
    for (i = 0; i < VECTORS; i++) {
        _mm512_storeu_si512(lows + LANES * i, low[i]);
        _mm512_storeu_si512(highs + LANES * i, high[i]);
    }
}

TARGET void
mul_short(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn)
{
    uint64_t x[MOST_DIGITS + 2 * BLOCK], y[MOST_DIGITS];
    uint64_t low[2 * MOST_DIGITS + BLOCK], high[2 * MOST_DIGITS + BLOCK + 1];
    const size_t na = to_digits(x + BLOCK, a, an), nb = to_digits(y, b, bn);
    size_t k, i, from, to;

    for (i = 0; i < BLOCK; i++) {
        x[i] = 0;
        x[BLOCK + na + i] = 0;
    }
    high[0] = 0;
    for (k = 0; k < na + nb; k += BLOCK) {
        from = k + 1 > na ? k + 1 - na : 0;
        to = k + BLOCK < nb ? k + BLOCK : nb;
        sum_columns(low + k, high + k + 1, x + BLOCK + k, y, from, to);
    }
    for (i = 0; i < k; i += LANES)
        _mm512_storeu_si512(low + i, _mm512_add_epi64(_mm512_loadu_si512(low + i),
                                                      _mm512_loadu_si512(high + i)));
    to_limbs(r, an + bn, low);
}

bool
mul_short_usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512ifma");
}

#else

void
mul_short(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn)
{
    mpn_mul(r, a, (mp_size_t)an, b, (mp_size_t)bn);
}

bool
mul_short_usable(void)
{
    return false;
}

#endif
