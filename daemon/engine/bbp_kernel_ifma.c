/*
 * The kernel for AVX-512 with IFMA: eight 52-bit multiplications at a time, seven
 * vectors (56 primes) side by side, which hides the multiplier's latency.
 *
 * Montgomery's multiplication as in the portable kernel, with R = 2^52: of a product
 * the processor gives either the low or the high 52 bits, added to a 64-bit number.
 * With m = low(x^2) q' the low parts of x^2 and m q are equal, hence
 *     x^2 / R == high(x^2) + q - high(m q)  modulo q.
 *
 * Bounds. x < 2q before a shift by s, and 4 q 4^s <= 2^52: then x 2^s < 2^52, its
 * square over R is below q, and the result below 2q. So s <= 7, 3, 1 for q < 2^36,
 * 2^44, 2^48 (digits of 3, 2, 1 bits).
 *
 * Fractions as in the portable kernel: three words of 52 bits, x < 4q, an error below
 * 4 2^-156. A lane adds words below 2^52 to 64 bits, at most 4096 times.
 */
#include "bbp_kernel.h"

#if defined(__x86_64__)

#include "bbp_ifma.h"

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6)
#define VECTORS 7
#define LANES   (8 * VECTORS)

/* Groups of LANES primes between two emptyings of the lanes' sums: a lane gets
 * VECTORS words from each. */
#define MOST_GROUPS 512

/* Sums of the three words in each of eight lanes, of COUNT primes together. */
struct lanes {
    __m512i a0, a1, a2;
    uint64_t count;
};

static bool
usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512ifma");
}

/* A number in 0 .. 2q that is POWER = 2^(52+start) modulo q, start <= 50, 2^start <=
 * q. The quotient is right or 1 too large; modulo 2^52 the power itself is 0. */
INLINE __m512i
start_power(__m512d power, __m512i q)
{
    const __m512i mask = _mm512_set1_epi64((INT64_C(1) << WORD) - 1);
    __m512i quotient = _mm512_cvttpd_epu64(_mm512_div_pd(power, _mm512_cvtepu64_pd(q)));

    return _mm512_and_si512(
        _mm512_sub_epi64(q, low(_mm512_setzero_si512(), quotient, q)), mask);
}

INLINE double
power_of_two(unsigned exponent)
{
    return (double)(UINT64_C(1) << WORD) * (double)(UINT64_C(1) << exponent);
}

/* Adds the words of X to the LANES of MASK. */
INLINE void
add_words(struct lanes *sum, __mmask8 mask, __m512i x, __m512i q, __m512i inverse)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i word = low(zero, x, inverse);

    sum->a0 = _mm512_mask_add_epi64(sum->a0, mask, sum->a0, word);
    x = _mm512_sub_epi64(q, high(zero, word, q));
    word = low(zero, x, inverse);
    sum->a1 = _mm512_mask_add_epi64(sum->a1, mask, sum->a1, word);
    x = _mm512_sub_epi64(q, high(zero, word, q));
    sum->a2 = _mm512_mask_madd52lo_epu64(sum->a2, mask, x, inverse);
}

INLINE u128
lane_sum(__m512i lanes)
{
    uint64_t lane[8];
    u128 sum = 0;
    int i;

    _mm512_storeu_si512(lane, lanes);
    for (i = 0; i < 8; i++)
        sum += lane[i];
    return sum;
}

/* Moves LANES to SUM, with the sign that makes them fractions, and empties them. */
TARGET static void
empty(struct lanes *lanes, struct fixed *sum)
{
    const unsigned place = FIXED_BITS - 3 * WORD;
    const __int128 count = (__int128)lanes->count;
    struct fixed total = {{0}};

    fixed_add_scaled(&total, (__int128)lane_sum(lanes->a0), place);
    fixed_add_scaled(&total, (__int128)lane_sum(lanes->a1) - count, place + WORD);
    fixed_add_scaled(&total, (__int128)lane_sum(lanes->a2) - count, place + 2 * WORD);
    fixed_add(sum, &total, true);
    lanes->a0 = lanes->a1 = lanes->a2 = _mm512_setzero_si512();
    lanes->count = 0;
}

/* Bits of the digits in a chain for primes up to LARGEST; see the bounds above. */
static unsigned
digit_bits(uint64_t largest)
{
    unsigned bits = bbp_bits(largest);

    return bits <= 36 ? 3 : bits <= 44 ? 2 : 1;
}

TARGET static size_t
extract(const uint64_t *words, size_t bits, uint32_t start, uint32_t *list)
{
    const __m512i sixteen = _mm512_set1_epi32(16);
    __m512i index = _mm512_add_epi32(
        _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
        _mm512_set1_epi32((int)start));
    size_t count = 0, w;
    int part;

    for (w = 0; w < (bits + 63) / 64; w++)
        for (part = 0; part < 64; part += 16) {
            __mmask16 mask = (__mmask16)(words[w] >> part);

            _mm512_storeu_si512(list + count, _mm512_maskz_compress_epi32(mask, index));
            count += (size_t)__builtin_popcount(mask);
            index = _mm512_add_epi32(index, sixteen);
        }
    return count;
}

/* What one group needs, in vectors. */
struct class_vectors {
    __m512i base, v, d_inverse, numerator;
    __m512d power;
    bool times;
};

/* The lanes of vector F that belong to COUNT primes. */
INLINE __mmask8
valid(size_t count, unsigned f)
{
    return count >= 8 * (f + 1) ? 0xff
           : count <= 8 * f     ? 0
                                : (__mmask8)((1u << (count - 8 * f)) - 1);
}

/* The first COUNT of LANES primes; a constant COUNT of LANES needs no masks. */
INLINE void
class_group(const struct class_vectors *c, const struct bbp_chain *chain,
            const uint32_t *list, size_t count, struct lanes *sum)
{
    const __m512i zero = _mm512_setzero_si512();
    const __m512i step = _mm512_set1_epi64(420);
    __m512i q[VECTORS], inverse[VECTORS], x[VECTORS], shift;
    unsigned group, i;

#define PREPARE(f)                                                                     \
    q[f] = low(c->base,                                                                \
               _mm512_cvtepu32_epi64(                                                  \
                   _mm256_loadu_si256((const __m256i *)(const void *)(list + 8 * f))), \
               step);
#define INVERT(f) inverse[f] = invert(q[f]);
#define START(f)  x[f] = start_power(c->power, q[f]);
#define SQUARE(f) x[f] = multiply(x[f], x[f], q[f], inverse[f]);
#define SHIFT(f)  x[f] = _mm512_sllv_epi64(x[f], shift);
#define TIMES(f)                                                                       \
    x[f] = multiply(x[f], low(zero, low(c->numerator, q[f], c->v), c->d_inverse),      \
                    q[f], inverse[f]);
#define COLLECT(f) add_words(sum, valid(count, f), x[f], q[f], inverse[f]);
    EACH(PREPARE)
    EACH(INVERT)
    EACH(START)
    for (group = 0; group < chain->groups; group++) {
        for (i = chain->group[group].squarings; i > 0; i--) {
            EACH(SQUARE)
        }
        shift = _mm512_set1_epi64(chain->group[group].shift);
        EACH(SHIFT)
    }
    if (c->times) {
        EACH(TIMES)
    }
    EACH(COLLECT)
    sum->count += count;
}

/* A step from the least word on: x becomes (x + word) / R modulo q, below 2q. */
INLINE __m512i
next_word(__m512i x, __m512i word, __m512i q, __m512i inverse)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i sum = _mm512_add_epi64(x, word);
    __m512i m = low(zero, sum, inverse);

    return _mm512_sub_epi64(_mm512_add_epi64(_mm512_srli_epi64(sum, WORD), q),
                            high(zero, m, q));
}

#define FOUR(X) X(0) X(1) X(2) X(3)

TARGET static void
ratios(const uint64_t *q_list, size_t count, const uint64_t *p, const uint64_t *d,
       size_t words, uint64_t *out_n, uint64_t *out_d)
{
    __m512i q[4], inverse[4], x[4], y[4], p_word, d_word;
    size_t at, w;

    for (at = 0; at < count; at += 32) {
#define LOAD(f)                                                                        \
    q[f] = _mm512_loadu_si512(q_list + at + 8 * f);                                    \
    inverse[f] = invert(q[f]);                                                         \
    x[f] = y[f] = _mm512_setzero_si512();
#define NEXT(f)                                                                        \
    x[f] = next_word(x[f], p_word, q[f], inverse[f]);                                  \
    y[f] = next_word(y[f], d_word, q[f], inverse[f]);
#define STORE(f)                                                                       \
    _mm512_storeu_si512(out_n + at + 8 * f, x[f]);                                     \
    _mm512_storeu_si512(out_d + at + 8 * f, y[f]);
        FOUR(LOAD)
        for (w = 0; w < words; w++) {
            p_word = _mm512_set1_epi64((int64_t)p[w]);
            d_word = _mm512_set1_epi64((int64_t)d[w]);
            FOUR(NEXT)
        }
        FOUR(STORE)
    }
}

/* The first COUNT of LANES primes. The inverse of d by Fermat, as in the portable
 * kernel. */
INLINE void
fraction_group(const uint64_t *q_list, const uint64_t *n_list, const uint64_t *d_list,
               size_t count, const struct bbp_chain *chain, struct lanes *sum)
{
    const __m512i two = _mm512_set1_epi64(2);
    const __m512d power = _mm512_set1_pd(power_of_two(chain->start));
    __m512i q[VECTORS], inverse[VECTORS], x[VECTORS], d[VECTORS], shift, bit;
    __mmask8 mask;
    unsigned group, i, left = chain->squarings;

#define TAKE(f)                                                                        \
    mask = valid(count, f);                                                            \
    q[f] = _mm512_mask_loadu_epi64(_mm512_set1_epi64((int64_t)q_list[0]), mask,        \
                                   q_list + 8 * f);                                    \
    d[f] = _mm512_maskz_loadu_epi64(mask, d_list + 8 * f);
#define BIT(f)                                                                         \
    mask = _mm512_test_epi64_mask(_mm512_sub_epi64(q[f], two), bit);                   \
    x[f] = _mm512_mask_mov_epi64(x[f], mask, multiply(x[f], d[f], q[f], inverse[f]));
/* chi(q) = -1 where the bit of 2 is set: 2q - x there, as x < 2q */
#define FINISH(f)                                                                      \
    mask = valid(count, f);                                                            \
    x[f] = multiply(x[f], _mm512_maskz_loadu_epi64(mask, n_list + 8 * f), q[f],        \
                    inverse[f]);                                                       \
    x[f] = _mm512_mask_sub_epi64(x[f], _mm512_test_epi64_mask(q[f], two),              \
                                 _mm512_add_epi64(q[f], q[f]), x[f]);                  \
    add_words(sum, mask, x[f], q[f], inverse[f]);
#define START_POWER(f) x[f] = start_power(power, q[f]);
    EACH(TAKE)
    EACH(INVERT)
    EACH(START_POWER)
    for (group = 0; group < chain->groups; group++) {
        for (i = chain->group[group].squarings; i > 0; i--) {
            EACH(SQUARE)
            left--;
            bit = _mm512_set1_epi64((int64_t)(UINT64_C(1) << left));
            EACH(BIT)
        }
        shift = _mm512_set1_epi64(chain->group[group].shift);
        EACH(SHIFT)
    }
    EACH(FINISH)
    sum->count += count;
}

#include "bbp_groups.h"

TARGET static void
classes(const struct bbp_class *job, const uint32_t *list, size_t count,
        struct fixed *sum)
{
    struct class_vectors c = {
        .base = _mm512_set1_epi64((int64_t)job->base),
        .v = _mm512_set1_epi64((int64_t)bbp_class_cofactor(job)),
        .d_inverse = _mm512_set1_epi64(
            (int64_t)(word_inverse(job->denominator) & ((UINT64_C(1) << WORD) - 1))),
        .numerator = _mm512_set1_epi64((int64_t)job->numerator),
        .times = job->numerator > 1 || job->denominator > 1,
    };
    const struct bbp_chain chain =
        bbp_chain_to(job->exponent + 2 * WORD + WORD * (uint64_t)c.times,
                     bbp_bits(job->least) - 1, digit_bits(job->largest), 0);

    c.power = _mm512_set1_pd(power_of_two(chain.start));
    add_classes(&c, &chain, list, count, sum);
}

TARGET static void
fractions(const uint64_t *q, const uint64_t *n, const uint64_t *d, size_t count,
          uint64_t least, uint64_t largest, uint64_t exponent, struct fixed *sum)
{
    const struct bbp_chain chain =
        bbp_chain_to(exponent + 2 * WORD, bbp_bits(least) - 1, digit_bits(largest),
                     bbp_bits(largest));

    add_fractions(q, n, d, count, &chain, sum);
}

/* Eight of the sums on their way down. n = n' r u + e' and e = e' u / R, so that d = e
 * R is left to the end. n' < 4q. */
struct horner {
    __m512i n, e, u, ru;
};

INLINE struct horner
horner_step(struct horner h, __m512i q, __m512i inverse, __m512i u_step,
            __m512i ru_step)
{
    __m512i below = _mm512_sub_epi64(h.ru, ru_step); /* huge when negative */
    struct horner next = {
        .n = _mm512_add_epi64(multiply(h.n, h.ru, q, inverse), h.e),
        .e = multiply(h.e, h.u, q, inverse),
        .u = _mm512_sub_epi64(h.u, u_step),
        .ru = _mm512_min_epu64(below, _mm512_add_epi64(below, q)),
    };

    return next;
}

TARGET static void
horner(const struct modulus *m, uint64_t u, uint64_t r, uint64_t steps, uint64_t *n,
       uint64_t *d)
{
    const __m512i q = _mm512_set1_epi64((int64_t)m->q);
    const __m512i inverse =
        _mm512_set1_epi64((int64_t)(m->inverse & ((UINT64_C(1) << WORD) - 1)));
    const __m512i r_form = _mm512_set1_epi64((int64_t)(((u128)r << WORD) % m->q));
    const __m512i u_step = _mm512_set1_epi64(32);
    const __m512i ru_step = _mm512_set1_epi64((int64_t)(32 * r % m->q));
    const __m512i one = _mm512_set1_epi64(1);
    struct horner a = {_mm512_setzero_si512(), one, one, one}, b;

    a.u = _mm512_add_epi64(_mm512_set1_epi64((int64_t)(u + 32 * (steps - 1))),
                           _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0));
    b = a;
    b.u = _mm512_add_epi64(a.u, _mm512_set1_epi64(16));
    a.ru = multiply(a.u, r_form, q, inverse);
    b.ru = multiply(b.u, r_form, q, inverse);
    a.ru = _mm512_min_epu64(a.ru, _mm512_sub_epi64(a.ru, q));
    b.ru = _mm512_min_epu64(b.ru, _mm512_sub_epi64(b.ru, q));
    for (; steps > 0; steps--) {
        a = horner_step(a, q, inverse, u_step, ru_step);
        b = horner_step(b, q, inverse, u_step, ru_step);
    }
    _mm512_storeu_si512(n, multiply(a.n, one, q, inverse));
    _mm512_storeu_si512(n + 8, multiply(b.n, one, q, inverse));
    _mm512_storeu_si512(d, a.e);
    _mm512_storeu_si512(d + 8, b.e);
}

const struct bbp_kernel bbp_kernel_ifma = {
    .name = "ifma",
    .slowness = 1,
    .usable = usable,
    .word_bits = WORD,
    .extract = extract,
    .classes = classes,
    .ratios = ratios,
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

const struct bbp_kernel bbp_kernel_ifma = {
    .name = "ifma",
    .usable = usable,
};

#endif
