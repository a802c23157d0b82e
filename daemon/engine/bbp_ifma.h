/*
 * Arithmetic on vectors of eight 52-bit numbers, for bbp_kernel_ifma.c, which explains
 * it and its bounds. Only for x86-64.
 */
#ifndef NTHPI_ENGINE_BBP_IFMA_H
#define NTHPI_ENGINE_BBP_IFMA_H

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512ifma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

#define WORD 52

/* SUM + the low or high 52 bits of A B. */
INLINE __m512i
low(__m512i sum, __m512i a, __m512i b)
{
    return _mm512_madd52lo_epu64(sum, a, b);
}

INLINE __m512i
high(__m512i sum, __m512i a, __m512i b)
{
    return _mm512_madd52hi_epu64(sum, a, b);
}

/* A B / 2^52 modulo Q, below 2q for A B < q 2^52. */
INLINE __m512i
multiply(__m512i a, __m512i b, __m512i q, __m512i inverse)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i m = low(zero, low(zero, a, b), inverse);

    return _mm512_sub_epi64(high(q, a, b), high(zero, m, q));
}

/* q^-1 mod 2^52: 5 right bits, then v (1 + e + e^2 + e^3) with e = 1 - q v, twice:
 * 20 and 80 bits. */
INLINE __m512i
invert(__m512i q)
{
    const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi64(1);
    __m512i v = _mm512_xor_si512(_mm512_add_epi64(q, _mm512_add_epi64(q, q)),
                                 _mm512_set1_epi64(2));
    __m512i e;
    int i;

    for (i = 0; i < 2; i++) {
        e = _mm512_sub_epi64(one, low(zero, q, v));
        v = low(zero, low(v, v, e), low(one, e, e));
    }
    return v;
}

#endif
