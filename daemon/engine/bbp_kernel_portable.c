/*
 * The kernel for any machine with 64-bit words: Montgomery's multiplication with
 * R = 2^64 (modular.h), four primes side by side to keep the multiplier busy.
 *
 * Bounds. Squaring needs x < 2q 2^7: then x^2 / R < 2^16 q^2 / R < q, as q < 2^46, and
 * the result is below 2q again. Shifts are below 2^3 bits, so x < 2q before a shift
 * is enough.
 *
 * Fractions. With q' = q^-1 mod R and x < 4q, let a_0 = x q' mod R, and x_1 =
 * (x - a_0 q) / R, which lies between -q and 0; q more does not change it modulo q
 * but makes it positive, and a_1 larger by 1. After three steps
 *     x = a q - R^3 y,  a = a_0 + (a_1 - 1) R + (a_2 - 1) R^2 mod R^3,  0 <= y < 2q,
 * so y / q = a / R^3 - x / (q R^3) is the fraction of -x R^-3 mod q: a, read as a
 * number modulo 1, is off by less than 4 R^-3. The sign is put right at the end.
 * (K. Hensel's division, from the last place on.)
 */
#include "bbp_kernel.h"
#include "modular.h"

#define LANES   4
#define EACH(X) X(0) X(1) X(2) X(3)

/* Sums of the words a_i. */
struct words {
    u128 a[FIXED_WORDS];
    uint64_t count;
};

static bool
usable(void)
{
    return true;
}

static size_t
extract(const uint64_t *words, size_t bits, uint32_t start, uint32_t *list)
{
    size_t count = 0, w;
    uint64_t word;

    for (w = 0; w < (bits + 63) / 64; w++)
        for (word = words[w]; word != 0; word &= word - 1)
            list[count++] =
                start + (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(word);
    return count;
}

static inline void
add_words(struct words *sum, uint64_t x, uint64_t q, uint64_t inverse, bool negative)
{
    uint64_t a0, a1, a2;

    if (negative)
        x = 4 * q - x;
    a0 = x * inverse;
    x = q - (uint64_t)(((u128)a0 * q) >> 64);
    a1 = x * inverse;
    x = q - (uint64_t)(((u128)a1 * q) >> 64);
    a2 = x * inverse;
    sum->a[0] += a0;
    sum->a[1] += a1;
    sum->a[2] += a2;
    sum->count++;
}

static void
subtract_words(struct fixed *sum, const struct words *words)
{
    struct fixed total = {{0}};

    fixed_add_scaled(&total, (__int128)words->a[0], 0);
    fixed_add_scaled(&total, (__int128)(words->a[1] - words->count), 64);
    fixed_add_scaled(&total, (__int128)(words->a[2] - words->count), 128);
    fixed_add(sum, &total, true);
}

static inline uint64_t
multiply(uint64_t a, uint64_t b, uint64_t q, uint64_t inverse)
{
    return reduce_loosely((u128)a * b, q, inverse);
}

/* R 2^START mod Q, for 2^START <= Q. */
static inline uint64_t
start_power(unsigned start, uint64_t q)
{
    return (uint64_t)(((u128)1 << 64 << start) % q);
}

static void
classes(const struct bbp_class *job, const uint32_t *list, size_t count,
        struct fixed *sum)
{
    const uint64_t p = job->numerator, v = bbp_class_cofactor(job);
    const uint64_t d_inverse = word_inverse(job->denominator);
    const bool times = job->numerator > 1 || job->denominator > 1;
    /* x = R 2^c loses R with a product, and R^3 in the fraction */
    const struct bbp_chain chain = bbp_chain_to(
        job->exponent + 128 + 64 * (uint64_t)times, bbp_bits(job->least) - 1, 3, 0);
    uint64_t q[LANES], inverse[LANES], x[LANES];
    struct words words = {{0}, 0};
    unsigned group, i;
    size_t at;

    for (at = 0; at < count; at += LANES) {
#define PREPARE(f)                                                                     \
    q[f] = job->base + UINT64_C(420) * list[at + f < count ? at + f : count - 1];      \
    inverse[f] = word_inverse(q[f]);                                                   \
    x[f] = start_power(chain.start, q[f]);
#define SQUARE(f) x[f] = multiply(x[f], x[f], q[f], inverse[f]);
#define SHIFT(f)  x[f] <<= shift;
#define TIMES(f)  x[f] = multiply(x[f], (p + q[f] * v) * d_inverse, q[f], inverse[f]);
#define COLLECT(f)                                                                     \
    if (at + f < count)                                                                \
        add_words(&words, x[f], q[f], inverse[f], false);
        EACH(PREPARE)
        for (group = 0; group < chain.groups; group++) {
            const unsigned shift = chain.group[group].shift;

            for (i = chain.group[group].squarings; i > 0; i--) {
                EACH(SQUARE)
            }
            EACH(SHIFT)
        }
        if (times) {
            EACH(TIMES)
        }
        EACH(COLLECT)
    }
    subtract_words(sum, &words);
}

/* A step from the least word on: x becomes (x + word) / R modulo q, below 2q. */
static inline uint64_t
next_word(uint64_t x, uint64_t word, uint64_t q, uint64_t inverse)
{
    return reduce_loosely((u128)x + word, q, inverse);
}

void
bbp_ratios_portable(const uint64_t *q, size_t count, const uint64_t *p,
                    const uint64_t *d, size_t words, uint64_t *out_n, uint64_t *out_d)
{
    size_t at, second, w;
    uint64_t q0, q1, i0, i1, n0, n1, d0, d1;

    for (at = 0; at < count; at += 2) {
        second = at + 1 < count ? at + 1 : at;
        q0 = q[at];
        q1 = q[second];
        i0 = word_inverse(q0);
        i1 = word_inverse(q1);
        n0 = n1 = d0 = d1 = 0;
        for (w = 0; w < words; w++) {
            n0 = next_word(n0, p[w], q0, i0);
            d0 = next_word(d0, d[w], q0, i0);
            n1 = next_word(n1, p[w], q1, i1);
            d1 = next_word(d1, d[w], q1, i1);
        }
        out_n[at] = n0;
        out_d[at] = d0;
        out_n[second] = n1;
        out_d[second] = d1;
    }
}

/*
 * The inverse of d is d^(q-2), by Fermat: its squarings are those of the power of 2,
 * so one more multiplication for each bit of q - 2 does it. After the squaring with s
 * still to come, x is to be multiplied by d if bit s of q - 2 is set. Multiplying by d
 * as it is divides by R, too: the result is the inverse of d / R, so of the three R
 * that the fraction takes away one less is to be put in beforehand.
 */
static void
fractions(const uint64_t *q_list, const uint64_t *n_list, const uint64_t *d_list,
          size_t count, uint64_t least, uint64_t largest, uint64_t exponent,
          struct fixed *sum)
{
    const struct bbp_chain chain =
        bbp_chain_to(exponent + 128, bbp_bits(least) - 1, 3, bbp_bits(largest));
    uint64_t q[LANES], inverse[LANES], x[LANES], d[LANES], product;
    struct words words = {{0}, 0};
    unsigned group, i, left;
    size_t at;

    for (at = 0; at < count; at += LANES) {
#define TAKE(f)                                                                        \
    q[f] = q_list[at + f < count ? at + f : count - 1];                                \
    inverse[f] = word_inverse(q[f]);                                                   \
    x[f] = start_power(chain.start, q[f]);                                             \
    d[f] = d_list[at + f < count ? at + f : count - 1];
/* without a branch, which nobody could predict */
#define BIT(f)                                                                         \
    product = multiply(x[f], d[f], q[f], inverse[f]);                                  \
    x[f] ^= (x[f] ^ product) & (0 - ((q[f] - 2) >> left & 1));
#define FINISH(f)                                                                      \
    if (at + f < count) {                                                              \
        x[f] = multiply(x[f], n_list[at + f], q[f], inverse[f]);                       \
        add_words(&words, x[f], q[f], inverse[f], (q[f] & 2) != 0);                    \
    }
        EACH(TAKE)
        left = chain.squarings;
        for (group = 0; group < chain.groups; group++) {
            const unsigned shift = chain.group[group].shift;

            for (i = chain.group[group].squarings; i > 0; i--) {
                left--;
                EACH(SQUARE)
                EACH(BIT)
            }
            EACH(SHIFT)
        }
        EACH(FINISH)
    }
    subtract_words(sum, &words);
}

/* One of the two sums on their way down. */
struct horner {
    uint64_t n, d; /* below 2q */
    uint64_t u, ru;
};

/* Takes one term more; R4 is 4 r. n = n' r u + d' and d = d' u, both divided by R. */
static inline struct horner
horner_step(struct horner h, const struct modulus *m, uint64_t r4)
{
    struct horner next = {
        .n = reduce_loosely((u128)h.n * h.ru + h.d, m->q, m->inverse),
        .d = reduce_loosely((u128)h.d * h.u, m->q, m->inverse),
        .u = h.u - 4,
        .ru = mod_sub(m, h.ru, r4),
    };

    return next;
}

static void
horner(const struct modulus *m, uint64_t u, uint64_t r, uint64_t steps, uint64_t *n,
       uint64_t *d)
{
    const uint64_t form = mod_enter(m, r), r4 = mod_mul(m, form, 4);
    struct horner a = {.d = 1, .u = u + 4 * (steps - 1)}, b = {.d = 1, .u = a.u + 2};

    a.ru = mod_mul(m, form, a.u);
    b.ru = mod_mul(m, form, b.u);
    for (; steps > 0; steps--) {
        a = horner_step(a, m, r4);
        b = horner_step(b, m, r4);
    }
    n[0] = a.n;
    d[0] = a.d;
    n[1] = b.n;
    d[1] = b.d;
}

const struct bbp_kernel bbp_kernel_portable = {
    .name = "portable",
    .slowness = 4.4,
    .usable = usable,
    .word_bits = 64,
    .extract = extract,
    .classes = classes,
    .ratios = bbp_ratios_portable,
    .fractions = fractions,
    .lanes = 2,
    .horner = horner,
};
