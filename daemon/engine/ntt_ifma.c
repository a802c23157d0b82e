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

#include "ntt_ifma.h"
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
    .from = 380,
    .call_cost = 5000,
    .level_cost = 0.117,
    .memory_cost = 0.8,
    .join_cost = 1.9,
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

const struct ntt_kernel ntt_kernel_ifma = {.name = "ifma", .usable = usable};

#endif
