/*
 * The arithmetic of ntt_ifma.c, which explains it and its bounds, in the form that
 * ntt_transform.h wants. Only for x86-64.
 */
#ifndef NTHPI_ENGINE_NTT_IFMA_H
#define NTHPI_ENGINE_NTT_IFMA_H

#include <immintrin.h>

#include "ntt_kernel.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512ifma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define LANES  8
#define WORD   52
#define MASK   ((UINT64_C(1) << WORD) - 1)

typedef __m512i vec;

struct factor {
    vec word, helper;
};

struct constants {
    vec p, twice_p, four_p, seven_p, eight_p;
    vec inverse;
    vec top; /* R modulo p */
};

static bool
usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512ifma");
}

INLINE vec
all(uint64_t word)
{
    return _mm512_set1_epi64((int64_t)word);
}

INLINE vec
load(const uint64_t *x)
{
    return _mm512_loadu_si512(x);
}

INLINE void
store(uint64_t *x, vec v)
{
    _mm512_storeu_si512(x, v);
}

/* SUM + the low or high 52 bits of A B. */
INLINE vec
low(vec sum, vec a, vec b)
{
    return _mm512_madd52lo_epu64(sum, a, b);
}

INLINE vec
high(vec sum, vec a, vec b)
{
    return _mm512_madd52hi_epu64(sum, a, b);
}

INLINE struct constants
constants_of(const struct ntt_field *field)
{
    const uint64_t p = field->m.q;

    return (struct constants){
        .p = all(p),
        .twice_p = all(2 * p),
        .four_p = all(4 * p),
        .seven_p = all(7 * p),
        .eight_p = all(8 * p),
        .inverse = all(field->m.inverse & MASK),
        .top = all((UINT64_C(1) << WORD) - 4 * p),
    };
}

/* X - LIMIT if that is not negative, else X. */
INLINE vec
below(vec x, vec limit)
{
    return _mm512_min_epu64(x, _mm512_sub_epi64(x, limit));
}

INLINE vec
narrow(const struct constants *c, vec x)
{
    return below(x, c->twice_p);
}

/* split() keeps everything wide. */
INLINE vec
settle(const struct constants *c, vec x)
{
    (void)c;
    return x;
}

INLINE struct factor
factor_of(const struct constants *c, vec x)
{
    x = below(x, c->p);
    return (struct factor){x, low(_mm512_setzero_si512(), x, c->inverse)};
}

INLINE vec
product(const struct constants *c, vec x, const struct factor *f)
{
    const vec zero = _mm512_setzero_si512();
    const vec m = low(zero, x, f->helper);

    return _mm512_sub_epi64(high(c->p, x, f->word), high(zero, m, c->p));
}

INLINE void
split(const struct constants *c, vec *x, vec *y, const struct factor *f)
{
    const vec t = product(c, *y, f), s = narrow(c, *x);

    *x = _mm512_add_epi64(s, t);
    *y = _mm512_sub_epi64(_mm512_add_epi64(s, c->twice_p), t);
}

INLINE void
unite(const struct constants *c, vec *x, vec *y, const struct factor *f)
{
    const vec t = _mm512_sub_epi64(_mm512_add_epi64(*y, c->twice_p), *x);

    *x = narrow(c, _mm512_add_epi64(*x, *y));
    *y = product(c, t, f);
}

/* The two sides of the differences in product(), each the sum of up to seven. */
struct total {
    vec up, down;
};

INLINE struct total
total_zero(const struct constants *c)
{
    return (struct total){c->seven_p, _mm512_setzero_si512()};
}

INLINE void
total_add(const struct constants *c, struct total *t, vec x, const struct factor *f)
{
    t->up = high(t->up, x, f->word);
    t->down = high(t->down, low(_mm512_setzero_si512(), x, f->helper), c->p);
}

INLINE vec
total_wide(const struct constants *c, const struct total *t)
{
    return below(below(_mm512_sub_epi64(t->up, t->down), c->eight_p), c->four_p);
}

/* In each half of eight words, four vectors become their four columns. */
INLINE void
turn(vec v[4])
{
    const vec even = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0);
    const vec odd = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
    const vec a = _mm512_unpacklo_epi64(v[0], v[1]);
    const vec b = _mm512_unpackhi_epi64(v[0], v[1]);
    const vec c = _mm512_unpacklo_epi64(v[2], v[3]);
    const vec d = _mm512_unpackhi_epi64(v[2], v[3]);

    v[0] = _mm512_permutex2var_epi64(a, even, c);
    v[1] = _mm512_permutex2var_epi64(b, even, d);
    v[2] = _mm512_permutex2var_epi64(a, odd, c);
    v[3] = _mm512_permutex2var_epi64(b, odd, d);
}

INLINE void
columns_of(vec v[8], const uint64_t *x)
{
    int i;

    UNROLLED
    for (i = 0; i < 8; i++)
        v[i] = _mm512_inserti64x4(
            _mm512_castsi256_si512(
                _mm256_loadu_si256((const void *)(x + 8 * (i % 4) + i / 4 * 4))),
            _mm256_loadu_si256((const void *)(x + 8 * (i % 4) + i / 4 * 4 + 32)), 1);
    turn(v);
    turn(v + 4);
}

INLINE void
rows_of(uint64_t *x, vec v[8])
{
    int i;

    turn(v);
    turn(v + 4);
    UNROLLED
    for (i = 0; i < 8; i++) {
        _mm256_storeu_si256((void *)(x + 8 * (i % 4) + i / 4 * 4),
                            _mm512_castsi512_si256(v[i]));
        _mm256_storeu_si256((void *)(x + 8 * (i % 4) + i / 4 * 4 + 32),
                            _mm512_extracti64x4_epi64(v[i], 1));
    }
}

/* A limb is x + y R with y < 2^12, and R modulo p is below 2^37: x made narrow and y (R
 * mod p) < 2^49 make a wide number. */
INLINE vec
residue_of(const struct constants *c, vec limbs)
{
    return low(narrow(c, _mm512_and_si512(limbs, all(MASK))),
               _mm512_srli_epi64(limbs, WORD), c->top);
}

INLINE vec
residues(const struct constants *c, const mp_limb_t *limbs)
{
    return residue_of(c, _mm512_loadu_si512(limbs));
}

INLINE vec
residues_of_some(const struct constants *c, const mp_limb_t *limbs, size_t count)
{
    const __mmask8 mask = (__mmask8)(count < LANES ? (1u << count) - 1 : 0xff);

    return residue_of(c, _mm512_maskz_loadu_epi64(mask, limbs));
}

static uint64_t
enter(const struct ntt_field *field, uint64_t form)
{
    return mod_mul(&field->m, form, (UINT64_C(1) << WORD) - 4 * field->m.q);
}

static uint64_t
helper_of(const struct ntt_field *field, uint64_t word)
{
    return word * field->m.inverse & MASK;
}

/* As in the portable kernel: 1 / (length p_j p_k) R, times R as every factor. */
static void
prepare_field(struct ntt_field *field, const struct ntt_shape *shape, unsigned prime)
{
    const struct modulus *m = &field->m;
    const uint64_t r = mod_enter(m, UINT64_C(1) << WORD);
    uint64_t x = mod_mul(m, mod_enter(m, shape->length), ntt_other_primes(m, prime));

    field->scale.word = enter(field, mod_mul(m, mod_power(m, x, m->q - 2), r));
    field->scale.helper = helper_of(field, field->scale.word);
}

#endif
