/*
 * The kernel for AVX2 with FMA, which has no wide integer multiplication: integers are
 * kept in doubles, four to a vector, eight vectors (32 primes) side by side.
 *
 * Multiplication. h = a b rounded to 53 bits; l = a b - h is exact by FMA; k is the
 * integer nearest to h / q (adding 1.5 2^52 rounds); h - k q is exact by FMA, being an
 * integer below 2^53. The result h - k q + l equals a b - k q.
 *
 * Bounds. Let |a b| / q < 2^46. The product h (1 / q) is off by at most 2^-52 of it,
 * 2^-6, before k is rounded, and |l| <= 2^-53 |a b| < 2^-7 q, so the result is below
 * (1/2 + 2^-6 + 2^-7) q < 0.53 q. A square may follow a shift by s if (0.53 2^s)^2 q <
 * 2^46, which s = 7, 3, 1 fulfil for q < 2^33, 2^41, 2^45; for q < 2^46 the square
 * after a shift by 1 is below 2^46.2, and all bounds hold with 0.54. A factor d or n
 * below 2q leads to |a b| / q < 2.2 q < 2^47.2 and, likewise, 0.6 q. The power starts
 * from a number 2^start with 2^(2 start) / q < 2^46. (The squares of the numbers that
 * start are exact, and so is everything else: an error is not small, but absent.)
 *
 * Fractions: y = 2^50 x, k = the integer nearest to y / q, x becomes y - k q: each
 * step gives 50 more bits of x / q, signed. k is off by at most 1/2 + 2^-2 (|x| < 1.1
 * q), so |x| < 0.8 q remains each time, 0.8 2^-150 after three. As 1.5 2^52 + k, seen
 * as an integer, is that of 1.5 2^52 plus k, the lanes' sums are kept in 64-bit
 * integers.
 *
 * P / D modulo q, D | 105, is (P + q v) / D with an integer v (see
 * bbp_class_cofactor()). As that is an integer not above q, rounding q (v / D) + P / D
 * to the nearest one gives it.
 *
 * The rest, which takes little of the time, is done as in the portable kernel.
 */
#include "bbp_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "modular.h"

#define TARGET  __attribute__((target("avx2,fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET
#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define VECTORS 8
#define LANES   (4 * VECTORS)

/* Bits of a fraction per step. */
#define WORD 50

/* Adding and subtracting it rounds to integers. */
#define ROUNDER 6755399441055744.0 /* 1.5 2^52 */

/* Groups of LANES primes between two emptyings of the lanes' sums: a lane gets
 * VECTORS words below 2^51 from each. */
#define MOST_GROUPS 256

/* Sums of the words of the fractions in each of four lanes. */
struct lanes {
    __m256i a0, a1, a2;
};

static bool
usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

INLINE __m256d
nearest(__m256d x)
{
    return _mm256_sub_pd(_mm256_add_pd(x, _mm256_set1_pd(ROUNDER)),
                         _mm256_set1_pd(ROUNDER));
}

INLINE __m256d
multiply(__m256d a, __m256d b, __m256d q, __m256d inverse)
{
    const __m256d rounder = _mm256_set1_pd(ROUNDER);
    __m256d h = _mm256_mul_pd(a, b);
    __m256d l = _mm256_fmsub_pd(a, b, h);
    __m256d k = _mm256_sub_pd(_mm256_fmadd_pd(h, inverse, rounder), rounder);

    return _mm256_add_pd(_mm256_fnmadd_pd(k, q, h), l);
}

/* Four integers below 2^52. */
INLINE __m256d
to_doubles(__m256i x)
{
    const __m256d top = _mm256_set1_pd(4503599627370496.0); /* 2^52 */

    return _mm256_sub_pd(
        _mm256_castsi256_pd(_mm256_or_si256(x, _mm256_castpd_si256(top))), top);
}

/* One step: returns the next WORD bits of X / Q and takes them from X. */
INLINE __m256i
next_word(__m256d *x, __m256d q, __m256d inverse)
{
    const __m256d rounder = _mm256_set1_pd(ROUNDER);
    __m256d y = _mm256_mul_pd(*x, _mm256_set1_pd((double)(UINT64_C(1) << WORD)));
    __m256d k = _mm256_fmadd_pd(y, inverse, rounder);

    *x = _mm256_fnmadd_pd(_mm256_sub_pd(k, rounder), q, y);
    return _mm256_sub_epi64(_mm256_castpd_si256(k), _mm256_castpd_si256(rounder));
}

/* Adds the words of X / Q to the lanes of MASK (all ones or all zeros each). */
INLINE void
add_words(struct lanes *sum, __m256i mask, __m256d x, __m256d q, __m256d inverse)
{
    sum->a0 =
        _mm256_add_epi64(sum->a0, _mm256_and_si256(mask, next_word(&x, q, inverse)));
    sum->a1 =
        _mm256_add_epi64(sum->a1, _mm256_and_si256(mask, next_word(&x, q, inverse)));
    sum->a2 =
        _mm256_add_epi64(sum->a2, _mm256_and_si256(mask, next_word(&x, q, inverse)));
}

INLINE __int128
lane_sum(__m256i lanes)
{
    int64_t lane[4];

    _mm256_storeu_si256((__m256i *)(void *)lane, lanes);
    return (__int128)lane[0] + lane[1] + lane[2] + lane[3];
}

/* Moves LANES to SUM and empties them. */
TARGET static void
empty(struct lanes *lanes, struct fixed *sum)
{
    fixed_add_scaled(sum, lane_sum(lanes->a0), FIXED_BITS - WORD);
    fixed_add_scaled(sum, lane_sum(lanes->a1), FIXED_BITS - 2 * WORD);
    fixed_add_scaled(sum, lane_sum(lanes->a2), FIXED_BITS - 3 * WORD);
    lanes->a0 = lanes->a1 = lanes->a2 = _mm256_setzero_si256();
}

/* Bits of the digits in a chain for primes up to LARGEST; see the bounds above. */
static unsigned
digit_bits(uint64_t largest)
{
    unsigned bits = bbp_bits(largest);

    return bits <= 33 ? 3 : bits <= 41 ? 2 : 1;
}

/* The largest start of a chain for primes from LEAST on. */
static unsigned
most_start(uint64_t least)
{
    return (46 + bbp_bits(least) - 1) / 2;
}

/* The lanes of vector F that belong to COUNT primes. */
INLINE __m256i
valid(size_t count, unsigned f)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x((int64_t)count - 4 * (int64_t)f),
                              _mm256_set_epi64x(3, 2, 1, 0));
}

/* What one group of a class needs, in vectors. */
struct class_vectors {
    __m256d base, v_over_d, p_over_d;
    bool times;
};

/* The first COUNT of LANES primes; a constant COUNT of LANES needs no masks. */
INLINE void
class_group(const struct class_vectors *c, const struct bbp_chain *chain,
            const uint32_t *list, size_t count, struct lanes *sum)
{
    const __m256d step = _mm256_set1_pd(420), one = _mm256_set1_pd(1);
    const __m256d start = _mm256_set1_pd((double)(UINT64_C(1) << chain->start));
    __m256d q[VECTORS], inverse[VECTORS], x[VECTORS], shift;
    unsigned group, i;

#define PREPARE(f)                                                                     \
    q[f] = _mm256_fmadd_pd(to_doubles(_mm256_cvtepu32_epi64(_mm_loadu_si128(           \
                               (const __m128i *)(const void *)(list + 4 * f)))),       \
                           step, c->base);                                             \
    inverse[f] = _mm256_div_pd(one, q[f]);                                             \
    x[f] = start;
#define SQUARE(f) x[f] = multiply(x[f], x[f], q[f], inverse[f]);
#define SHIFT(f)  x[f] = _mm256_mul_pd(x[f], shift);
#define TIMES(f)                                                                       \
    x[f] = multiply(x[f], nearest(_mm256_fmadd_pd(q[f], c->v_over_d, c->p_over_d)),    \
                    q[f], inverse[f]);
#define COLLECT(f) add_words(sum, valid(count, f), x[f], q[f], inverse[f]);
    EACH(PREPARE)
    for (group = 0; group < chain->groups; group++) {
        for (i = chain->group[group].squarings; i > 0; i--) {
            EACH(SQUARE)
        }
        shift = _mm256_set1_pd((double)(1u << chain->group[group].shift));
        EACH(SHIFT)
    }
    if (c->times) {
        EACH(TIMES)
    }
    EACH(COLLECT)
}

/* The first COUNT of LANES primes. The inverse of d by Fermat, as in the portable
 * kernel. */
INLINE void
fraction_group(const uint64_t *q_list, const uint64_t *n_list, const uint64_t *d_list,
               size_t count, const struct bbp_chain *chain, struct lanes *sum)
{
    const __m256d one = _mm256_set1_pd(1);
    const __m256d start = _mm256_set1_pd((double)(UINT64_C(1) << chain->start));
    const __m256i stand_in = _mm256_set1_epi64x((int64_t)q_list[0]);
    __m256i bits[VECTORS], mask, number;
    __m256d q[VECTORS], inverse[VECTORS], x[VECTORS], d[VECTORS], shift;
    unsigned group, i, left = chain->squarings;

#define LOAD(list, f)                                                                  \
    _mm256_and_si256(                                                                  \
        mask, _mm256_loadu_si256((const __m256i *)(const void *)(list + 4 * f)))
#define TAKE(f)                                                                        \
    mask = valid(count, f);                                                            \
    number = _mm256_or_si256(LOAD(q_list, f), _mm256_andnot_si256(mask, stand_in));    \
    bits[f] = _mm256_sub_epi64(number, _mm256_set1_epi64x(2));                         \
    q[f] = to_doubles(number);                                                         \
    inverse[f] = _mm256_div_pd(one, q[f]);                                             \
    d[f] = to_doubles(LOAD(d_list, f));                                                \
    x[f] = start;
/* blending looks at the top bit of each lane only */
#define BIT(f)                                                                         \
    x[f] = _mm256_blendv_pd(                                                           \
        x[f], multiply(x[f], d[f], q[f], inverse[f]),                                  \
        _mm256_castsi256_pd(_mm256_slli_epi64(bits[f], (int)(63 - left))));
#define FINISH(f)                                                                      \
    mask = valid(count, f);                                                            \
    x[f] = multiply(x[f], to_doubles(LOAD(n_list, f)), q[f], inverse[f]);              \
    x[f] =                                                                             \
        _mm256_blendv_pd(x[f], _mm256_sub_pd(_mm256_setzero_pd(), x[f]),               \
                         _mm256_castsi256_pd(_mm256_slli_epi64(                        \
                             _mm256_add_epi64(bits[f], _mm256_set1_epi64x(2)), 62)));  \
    add_words(sum, mask, x[f], q[f], inverse[f]);
    EACH(TAKE)
    for (group = 0; group < chain->groups; group++) {
        for (i = chain->group[group].squarings; i > 0; i--) {
            left--;
            EACH(SQUARE)
            EACH(BIT)
        }
        shift = _mm256_set1_pd((double)(1u << chain->group[group].shift));
        EACH(SHIFT)
    }
    EACH(FINISH)
}

#include "bbp_groups.h"

TARGET static void
classes(const struct bbp_class *job, const uint32_t *list, size_t count,
        struct fixed *sum)
{
    const double d = (double)job->denominator;
    const struct class_vectors c = {
        .base = _mm256_set1_pd((double)job->base),
        .v_over_d = _mm256_set1_pd((double)bbp_class_cofactor(job) / d),
        .p_over_d = _mm256_set1_pd((double)job->numerator / d),
        .times = job->numerator > 1 || job->denominator > 1,
    };
    const struct bbp_chain chain = bbp_chain_to(job->exponent, most_start(job->least),
                                                digit_bits(job->largest), 0);

    add_classes(&c, &chain, list, count, sum);
}

TARGET static void
fractions(const uint64_t *q, const uint64_t *n, const uint64_t *d, size_t count,
          uint64_t least, uint64_t largest, uint64_t exponent, struct fixed *sum)
{
    const struct bbp_chain chain = bbp_chain_to(exponent, most_start(least),
                                                digit_bits(largest), bbp_bits(largest));

    add_fractions(q, n, d, count, &chain, sum);
}

/* Four of the sums on their way down. */
struct horner {
    __m256d n, d, u, ru;
};

/* n = n' r u + d', d = d' u; |n'| < 1.1 q. */
INLINE struct horner
horner_step(struct horner h, __m256d q, __m256d inverse, __m256d u_step,
            __m256d ru_step)
{
    __m256d ru = _mm256_sub_pd(h.ru, ru_step);
    struct horner next = {
        .n = _mm256_add_pd(multiply(h.n, h.ru, q, inverse), h.d),
        .d = multiply(h.d, h.u, q, inverse),
        .u = _mm256_sub_pd(h.u, u_step),
        /* blending looks at the sign only */
        .ru = _mm256_blendv_pd(ru, _mm256_add_pd(ru, q), ru),
    };

    return next;
}

/* The integers X, |x| < 1.1 q, modulo Q, to OUT. */
INLINE void
store(uint64_t *out, __m256d x, uint64_t q)
{
    double lane[4];
    int i;

    _mm256_storeu_pd(lane, x);
    for (i = 0; i < 4; i++)
        out[i] = (uint64_t)((int64_t)lane[i] + 2 * (int64_t)q) % q;
}

TARGET static void
horner(const struct modulus *m, uint64_t u, uint64_t r, uint64_t steps, uint64_t *n,
       uint64_t *d)
{
    const __m256d q = _mm256_set1_pd((double)m->q);
    const __m256d inverse = _mm256_set1_pd(1 / (double)m->q);
    const __m256d u_step = _mm256_set1_pd(32);
    const __m256d ru_step = _mm256_set1_pd((double)(32 * r % m->q));
    const __m256d last = _mm256_set1_pd((double)(u + 32 * (steps - 1)));
    struct horner h[4];
    int f;

    for (f = 0; f < 4; f++) {
        h[f].n = _mm256_setzero_pd();
        h[f].d = _mm256_set1_pd(1);
        h[f].u =
            _mm256_add_pd(last, _mm256_set_pd(8 * f + 6, 8 * f + 4, 8 * f + 2, 8 * f));
        h[f].ru = multiply(h[f].u, _mm256_set1_pd((double)r), q, inverse);
        h[f].ru = _mm256_blendv_pd(h[f].ru, _mm256_add_pd(h[f].ru, q), h[f].ru);
    }
    for (; steps > 0; steps--) {
        h[0] = horner_step(h[0], q, inverse, u_step, ru_step);
        h[1] = horner_step(h[1], q, inverse, u_step, ru_step);
        h[2] = horner_step(h[2], q, inverse, u_step, ru_step);
        h[3] = horner_step(h[3], q, inverse, u_step, ru_step);
    }
    for (f = 0; f < 4; f++) {
        store(n + 4 * f, h[f].n, m->q);
        store(d + 4 * f, h[f].d, m->q);
    }
}

static size_t
extract(const uint64_t *words, size_t bits, uint32_t start, uint32_t *list)
{
    return bbp_kernel_portable.extract(words, bits, start, list);
}

const struct bbp_kernel bbp_kernel_avx2 = {
    .name = "avx2",
    .slowness = 1.45,
    .usable = usable,
    .word_bits = 64,
    .extract = extract,
    .classes = classes,
    .ratios = bbp_ratios_portable,
    .fractions = fractions,
    .lanes = 16,
    .horner = horner,
};

#else

static bool
usable(void)
{
    return false;
}

const struct bbp_kernel bbp_kernel_avx2 = {
    .name = "avx2",
    .usable = usable,
};

#endif
