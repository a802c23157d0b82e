/*
 * The kernel for AVX-512 with IFMA: eight 52-bit multiplications at a time.
 *
 * Montgomery's multiplication with R = 2^52. A factor f is kept as F = f R mod p with
 * F' = F / p mod R. For any x < R the low 52 bits of x F and of m p, m = low(x F'), are
 * equal, hence
 *     x f == high(x F) - high(m p)  modulo p,
 * both parts lying between 0 and p - 1: three multiplications, no division, no
 * comparison. (P. L. Montgomery 1985; with a second word for a known factor, as in D.
 * Harvey, "Faster arithmetic for number-theoretic transforms", J. Symb. Comp. 60
 * (2014), who also shows how to live with numbers that are reduced now and then only.)
 *
 * Bounds. p < 2^50, so that 4p < R. Wide numbers are those below 4p, narrow ones those
 * below 2p; p is added to the difference above, so that products are narrow. Of a wide
 * number x the lesser of x and x - 2p, seen as unsigned 64-bit numbers, is narrow. In
 * split() a narrow x and a narrow y f give x + y f < 4p and 0 < x - y f + 2p < 4p; in
 * unite() both x and y are narrow, and so are the sum once it is made so and the
 * product.
 */
#include "ntt_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

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

#include "ntt_transform.h"
#include "ntt_tables.h"
#include "ntt_columns.h"

/* Numbers in words of 52 bits, eight of them side by side. */
struct wide {
    vec word[3];
};

/* The constants of join(). */
struct joiner {
    struct constants c[NTT_PRIMES];
    struct factor scale[NTT_PRIMES];
    vec cofactor[NTT_PRIMES][2]; /* P / p_i */
    __m512d reciprocal[NTT_PRIMES];
    vec multiples[3]; /* 0, P .. 7 P, word by word */
};

INLINE struct joiner
joiner_of(const struct ntt_field fields[NTT_PRIMES])
{
    struct joiner j;
    uint64_t multiple[3][8];
    u128 cofactor, sum;
    size_t i, k;

    UNROLLED
    for (i = 0; i < NTT_PRIMES; i++) {
        cofactor = 1;
        UNROLLED
        for (k = 0; k < NTT_PRIMES; k++)
            cofactor *= k != i ? ntt_primes[k] : 1;
        j.c[i] = constants_of(&fields[i]);
        j.scale[i] =
            (struct factor){all(fields[i].scale.word), all(fields[i].scale.helper)};
        j.cofactor[i][0] = all((uint64_t)cofactor & MASK);
        j.cofactor[i][1] = all((uint64_t)(cofactor >> WORD));
        j.reciprocal[i] = _mm512_set1_pd(1.0 / (double)ntt_primes[i]);
    }
    UNROLLED
    for (i = 0; i < 8; i++) { /* the last cofactor times the last prime times i */
        sum = (u128)((uint64_t)cofactor & MASK) * ntt_primes[2] * i;
        multiple[0][i] = (uint64_t)sum & MASK;
        sum = (sum >> WORD) + (u128)(uint64_t)(cofactor >> WORD) * ntt_primes[2] * i;
        multiple[1][i] = (uint64_t)sum & MASK;
        multiple[2][i] = (uint64_t)(sum >> WORD);
    }
    UNROLLED
    for (k = 0; k < 3; k++)
        j.multiples[k] = load(multiple[k]);
    return j;
}

/* Eight coefficients: sum of y_i (P / p_i) less the multiple of P that ntt_sum_next()
 * explains, up to 5, as the y_i are below 2 p_i here. Words between the lines may be
 * negative or have a few bits more than 52. */
INLINE struct wide
coefficients(const struct joiner *j, const vec x[NTT_PRIMES])
{
    const vec zero = _mm512_setzero_si512(), mask = all(MASK);
    __m512d quotient = _mm512_set1_pd(0x1p-40);
    struct wide w = {{zero, zero, zero}};
    vec y, multiple;
    int i;

    UNROLLED
    for (i = 0; i < NTT_PRIMES; i++) {
        y = product(&j->c[i], x[i], &j->scale[i]);
        quotient = _mm512_fmadd_pd(_mm512_cvtepu64_pd(y), j->reciprocal[i], quotient);
        w.word[0] = low(w.word[0], y, j->cofactor[i][0]);
        w.word[1] = high(low(w.word[1], y, j->cofactor[i][1]), y, j->cofactor[i][0]);
        w.word[2] = high(w.word[2], y, j->cofactor[i][1]);
    }
    multiple = _mm512_cvttpd_epu64(quotient);
    UNROLLED
    for (i = 0; i < 3; i++)
        w.word[i] = _mm512_sub_epi64(
            w.word[i], _mm512_permutexvar_epi64(multiple, j->multiples[i]));
    w.word[1] = _mm512_add_epi64(w.word[1], _mm512_srai_epi64(w.word[0], WORD));
    w.word[2] = _mm512_add_epi64(w.word[2], _mm512_srai_epi64(w.word[1], WORD));
    w.word[0] = _mm512_and_si512(w.word[0], mask);
    w.word[1] = _mm512_and_si512(w.word[1], mask);
    return w;
}

/*
 * A coefficient has three limbs a, b, c, the last one below 2^23; the sum's limb i is
 * a_i + b_(i-1) + c_(i-2) and carries. The carry from a + b is added to the next c,
 * which cannot overflow; the carry from a + b + c goes through all following limbs that
 * are 2^64 - 1, which addition of the masks of these does for eight limbs at once.
 */
TARGET static struct ntt_carry
join(const struct ntt_field fields[NTT_PRIMES], mp_limb_t *r,
     uint64_t *const residues_of[NTT_PRIMES], size_t count)
{
    const struct joiner j = joiner_of(fields);
    const vec ones = all(UINT64_MAX);
    vec b_before = _mm512_setzero_si512(), c_before = b_before;
    vec a, b, c, sum, part, x[NTT_PRIMES];
    unsigned carries = 0, carry = 0, full, ripple;
    uint64_t last[2][LANES];
    struct wide w;
    u128 rest;
    size_t i;
    int k;

    for (i = 0; i < count; i += LANES) {
        UNROLLED
        for (k = 0; k < NTT_PRIMES; k++)
            x[k] = load(residues_of[k] + i);
        w = coefficients(&j, x);
        a = _mm512_or_si512(w.word[0], _mm512_slli_epi64(w.word[1], 52));
        b = _mm512_or_si512(_mm512_srli_epi64(w.word[1], 12),
                            _mm512_slli_epi64(w.word[2], 40));
        c = _mm512_srli_epi64(w.word[2], 24);
        part = _mm512_add_epi64(a, _mm512_alignr_epi64(b, b_before, 7));
        carries |= (unsigned)_mm512_cmplt_epu64_mask(part, a) << 1;
        sum = _mm512_alignr_epi64(c, c_before, 6);
        sum = _mm512_mask_sub_epi64(sum, (__mmask8)carries, sum, ones);
        sum = _mm512_add_epi64(part, sum);
        carry |= (unsigned)_mm512_cmplt_epu64_mask(sum, part) << 1;
        full = _mm512_cmpeq_epi64_mask(sum, ones);
        ripple = carry + full;
        sum = _mm512_mask_sub_epi64(sum, (__mmask8)(ripple ^ full), sum, ones);
        _mm512_storeu_si512(r + i, sum);
        carries >>= 8;
        carry = ripple >> 8;
        b_before = b;
        c_before = c;
    }
    store(last[0], b_before);
    store(last[1], c_before);
    rest = (u128)last[0][7] + last[1][6] + carries + carry;
    rest += (u128)last[1][7] << 64;
    return (struct ntt_carry){{(mp_limb_t)rest, (mp_limb_t)(rest >> 64)}};
}

const struct ntt_kernel ntt_kernel_ifma = {
    .name = "ifma",
    .usable = usable,
    .lanes = LANES,
    .from = 300,
    .level_cost = 0.2,
    .word_cost = 5,
    .prepare = prepare,
    .spread = spread,
    .forward = forward,
    .backward = backward,
    .multiply = multiply,
    .gather = gather,
    .join = join,
};

#endif
