/*
 * The kernel for AVX2 with FMA, which has no wide integer multiplication: integers are
 * kept in doubles, four to a vector.
 *
 * A factor f, |f| <= p/2, is kept with f' = f / p rounded. To multiply x by it: h = x f
 * rounded to 53 bits; l = x f - h is exact by FMA; k is the integer nearest to x f'
 * (adding 1.5 2^52 rounds); h - k p is exact by FMA, being an integer below 2^53. The
 * result h - k p + l equals x f - k p.
 *
 * Bounds. f' is off by at most 2^-52 of its size. For |x| <= B p the quotient x f / p
 * is below B 2^49, so x f' is off by less than B 2^-3, and the result is below (1/2 +
 * B/8) p; with B < 4 it is below p, and k is below 2^51. Here "wide" means |x| < 4p,
 * and "narrow" |x| < p.
 *
 * split() adds a product to its x, and so more and more to what is not multiplied;
 * settle() brings that below 0.51 p. Two levels done at a time begin with numbers below
 * 2.6 p, of which those that are never multiplied are settled: what is multiplied is
 * below 2.6 p first and 2.6 + 0.83 < 3.5 times p then, so the results are below 0.51 +
 * 0.83 + 0.94 < 2.6 times p again. Of three levels (leaves) the last one multiplies
 * numbers that were settled before the first, below 2.3 p, and its results are
 * below 2.3 + 0.79 < 4 times p. A single level leads to less. Sums of up to seven
 * products are exact, and narrow() takes what is below 8p.
 */
#include "ntt_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define LANES  4

/* Adding and subtracting it rounds to integers. */
#define ROUNDER 6755399441055744.0 /* 1.5 2^52 */

/* Its bits are those of an integer below 2^52 when that is added to them. */
#define TOP 4503599627370496.0 /* 2^52 */

typedef __m256d vec;

struct factor {
    vec word, helper;
};

struct constants {
    vec p, reciprocal, rounder;
    vec top; /* 2^50 modulo p */
};

static bool
usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static inline double
to_double(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t
to_bits(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE vec
all(uint64_t bits)
{
    return _mm256_set1_pd(to_double(bits));
}

INLINE vec
load(const uint64_t *x)
{
    return _mm256_castsi256_pd(_mm256_loadu_si256((const void *)x));
}

INLINE void
store(uint64_t *x, vec v)
{
    _mm256_storeu_si256((void *)x, _mm256_castpd_si256(v));
}

INLINE struct constants
constants_of(const struct ntt_field *field)
{
    const double p = (double)field->m.q;

    return (struct constants){
        .p = _mm256_set1_pd(p),
        .reciprocal = _mm256_set1_pd(1 / p),
        .rounder = _mm256_set1_pd(ROUNDER),
        .top = _mm256_set1_pd((double)(UINT64_C(1) << 50) - p),
    };
}

/* X - k p for the integer k nearest to X / p, below 0.51 p. */
INLINE vec
narrow(const struct constants *c, vec x)
{
    const vec k =
        _mm256_sub_pd(_mm256_fmadd_pd(x, c->reciprocal, c->rounder), c->rounder);

    return _mm256_fnmadd_pd(k, c->p, x);
}

INLINE vec
settle(const struct constants *c, vec x)
{
    return narrow(c, x);
}

INLINE struct factor
factor_of(const struct constants *c, vec x)
{
    x = narrow(c, x);
    return (struct factor){x, _mm256_mul_pd(x, c->reciprocal)};
}

INLINE vec
product(const struct constants *c, vec x, const struct factor *f)
{
    const vec h = _mm256_mul_pd(x, f->word);
    const vec l = _mm256_fmsub_pd(x, f->word, h);
    const vec k = _mm256_sub_pd(_mm256_fmadd_pd(x, f->helper, c->rounder), c->rounder);

    return _mm256_add_pd(_mm256_fnmadd_pd(k, c->p, h), l);
}

INLINE void
split(const struct constants *c, vec *x, vec *y, const struct factor *f)
{
    const vec t = product(c, *y, f), s = *x;

    *x = _mm256_add_pd(s, t);
    *y = _mm256_sub_pd(s, t);
}

INLINE void
unite(const struct constants *c, vec *x, vec *y, const struct factor *f)
{
    const vec t = _mm256_sub_pd(*y, *x);

    *x = narrow(c, _mm256_add_pd(*x, *y));
    *y = product(c, t, f);
}

struct total {
    vec sum;
};

INLINE struct total
total_zero(const struct constants *c)
{
    (void)c;
    return (struct total){_mm256_setzero_pd()};
}

INLINE void
total_add(const struct constants *c, struct total *t, vec x, const struct factor *f)
{
    t->sum = _mm256_add_pd(t->sum, product(c, x, f));
}

INLINE vec
total_wide(const struct constants *c, const struct total *t)
{
    return narrow(c, t->sum);
}

/* Four vectors become their four columns. */
INLINE void
turn(vec v[4])
{
    const vec a = _mm256_unpacklo_pd(v[0], v[1]), b = _mm256_unpackhi_pd(v[0], v[1]);
    const vec c = _mm256_unpacklo_pd(v[2], v[3]), d = _mm256_unpackhi_pd(v[2], v[3]);

    v[0] = _mm256_permute2f128_pd(a, c, 0x20);
    v[1] = _mm256_permute2f128_pd(b, d, 0x20);
    v[2] = _mm256_permute2f128_pd(a, c, 0x31);
    v[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

INLINE void
columns_of(vec v[8], const uint64_t *x)
{
    int i;

    UNROLLED
    for (i = 0; i < 8; i++)
        v[i] = load(x + i % 4 * 8 + i / 4 * 4);
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
    for (i = 0; i < 8; i++)
        store(x + i % 4 * 8 + i / 4 * 4, v[i]);
}

/* A limb is x + y 2^50 with y < 2^14, and 2^50 modulo p is below 2^35: x + y (2^50 mod
 * p) is below 1.6 p. */
INLINE vec
residue_of(const struct constants *c, __m256i limbs)
{
    const __m256i low = _mm256_set1_epi64x((INT64_C(1) << 50) - 1);
    const vec top = _mm256_set1_pd(TOP);
    const __m256i bits = _mm256_castpd_si256(top);
    const __m256i x = _mm256_or_si256(_mm256_and_si256(limbs, low), bits);
    const __m256i y = _mm256_or_si256(_mm256_srli_epi64(limbs, 50), bits);

    return _mm256_fmadd_pd(_mm256_sub_pd(_mm256_castsi256_pd(y), top), c->top,
                           _mm256_sub_pd(_mm256_castsi256_pd(x), top));
}

INLINE vec
residues(const struct constants *c, const mp_limb_t *limbs)
{
    return residue_of(c, _mm256_loadu_si256((const void *)limbs));
}

INLINE vec
residues_of_some(const struct constants *c, const mp_limb_t *limbs, size_t count)
{
    const __m256i index = _mm256_set_epi64x(3, 2, 1, 0);
    const __m256i mask = _mm256_cmpgt_epi64(
        _mm256_set1_epi64x(count < LANES ? (int64_t)count : 4), index);

    return residue_of(c, _mm256_maskload_epi64((const void *)limbs, mask));
}

/* Between -p/2 and p/2. */
static uint64_t
enter(const struct ntt_field *field, uint64_t form)
{
    const uint64_t x = mod_leave(&field->m, form), p = field->m.q;

    return to_bits(x > p / 2 ? -(double)(p - x) : (double)x);
}

static uint64_t
helper_of(const struct ntt_field *field, uint64_t word)
{
    return to_bits(to_double(word) / (double)field->m.q);
}

/* 1 / (length p_j p_k), as in the portable kernel. */
static void
prepare_field(struct ntt_field *field, const struct ntt_shape *shape, unsigned prime)
{
    const struct modulus *m = &field->m;
    uint64_t x = mod_mul(m, mod_enter(m, shape->length), ntt_other_primes(m, prime));

    field->scale.word = enter(field, mod_power(m, x, m->q - 2));
    field->scale.helper = helper_of(field, field->scale.word);
}

#include "ntt_transform.h"
#include "ntt_tables.h"
#include "ntt_columns.h"

TARGET static struct ntt_carry
join(const struct ntt_field fields[NTT_PRIMES], mp_limb_t *r,
     uint64_t *const residues_of[NTT_PRIMES], size_t count)
{
    const __m256d top = _mm256_set1_pd(TOP);
    uint64_t lanes[NTT_PRIMES][LANES], y[NTT_PRIMES];
    struct constants c;
    struct factor f;
    u128 sum = 0;
    size_t i;
    vec x;
    int k, l;

    for (i = 0; i < count; i += LANES) {
        for (k = 0; k < NTT_PRIMES; k++) {
            c = constants_of(&fields[k]);
            f = (struct factor){all(fields[k].scale.word), all(fields[k].scale.helper)};
            x = product(&c, load(residues_of[k] + i), &f);
            x = _mm256_add_pd(
                x,
                _mm256_and_pd(c.p, _mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_LT_OQ)));
            store(lanes[k], _mm256_xor_pd(_mm256_add_pd(x, top), top));
        }
        for (l = 0; l < LANES; l++) {
            for (k = 0; k < NTT_PRIMES; k++)
                y[k] = lanes[k][l];
            r[i + (size_t)l] = ntt_sum_next(&sum, y);
        }
    }
    return (struct ntt_carry){{(mp_limb_t)sum, (mp_limb_t)(sum >> 64)}};
}

const struct ntt_kernel ntt_kernel_avx2 = {
    .name = "avx2",
    .usable = usable,
    .lanes = LANES,
    .from = 900,
    .call_cost = 7000,
    .level_cost = 0.185,
    .memory_cost = 0.9,
    .join_cost = 9.5,
    .prepare = prepare,
    .spread = spread,
    .forward = forward,
    .backward = backward,
    .multiply = multiply,
    .gather = gather,
    .join = join,
};

#else

static bool
usable(void)
{
    return false;
}

const struct ntt_kernel ntt_kernel_avx2 = {.name = "avx2", .usable = usable};

#endif
