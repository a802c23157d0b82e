/*
 * Terms of Chudnovsky's series in machine words.
 *
 * Series (D. V. and G. V. Chudnovsky, "Approximations and complex multiplication
 * according to Ramanujan", in: Ramanujan Revisited, 1988):
 *
 *   1/pi = 12 / 640320^(3/2)
 *          * sum_{k>=0} (-1)^k (6k)! (A + B k) / ((3k)! (k!)^3 640320^(3k)),
 *   A = 13591409, B = 545140134.
 *
 * The quotient of neighbouring terms, without A + B k, is -p(k)/q(k) with
 *
 *   p(k) = (6k-5)(2k-1)(6k-1),   q(k) = k^3 C,   C = 640320^3 / 24,
 *
 * for k >= 1, and p(0) = q(0) = 1. For a <= k < b let P(a,b) and Q(a,b) be the
 * products of p(k) and q(k), and
 *
 *   T(a,b) = Q(a,b) * sum_k (-1)^k (A + B k) P(a,k+1) / Q(a,k+1).
 *
 * One more term: P <- P p, Q <- Q q, T <- T q + (-1)^k (A + B k) P. The terms
 * alternate and fall, so T has the sign of its first term, and its absolute value
 * never passes below zero.
 *
 * Powers of 2: C = 2^15 3^2 c, c = 5^3 23^3 29^3, and k = 2^v j with j odd, so
 * q(k) = 2^(15+3v) (9 j^2) (j c). Q is kept without its powers of 2; T is not. The
 * exponent in Q(a,b) has a closed form, as that of 2 in n! is n less the number of
 * ones in n.
 *
 * Sizes of words: for k < 2^28, (6k-5)(2k-1) < 2^60, 9 j^2 < 2^60 and
 * j c < 2^28 2^35.2.
 *
 * Error: (6k)! / ((3k)! (k!)^3) < 1728^k, so the k-th term is less than
 * (1 + 41k) 2^(-47.11k) of the first, 47.11 < log2(640320^3 / 1728), and the tail
 * is less than the first term left out. SPARE_BITS cover 1 + 41k for k < 2^40.
 */
#include "terms.h"

#include <stdbool.h>
#include <string.h>

/* c = 5^3 23^3 29^3. */
#define ODD_C UINT64_C(37092620375)

#define SPARE_BITS 46

/* Limbs: per term 2 for P and Q, 3 for T, and some more. */
#define P_LIMBS (2 * TERMS_MOST + 2)
#define T_LIMBS (3 * TERMS_MOST + 4)

/* X, of N limbs, times W; returns its new length. */
static mp_size_t
times(mp_limb_t *x, mp_size_t n, mp_limb_t w)
{
    mp_limb_t carry = mpn_mul_1(x, x, n, w);

    if (carry != 0)
        x[n++] = carry;
    return n;
}

/* X, of N limbs, times 2^TWOS; returns its new length. */
static mp_size_t
times_twos(mp_limb_t *x, mp_size_t n, unsigned twos)
{
    mp_limb_t carry;

    for (; twos >= 64; twos -= 64) {
        mpn_copyd(x + 1, x, n++);
        x[0] = 0;
    }
    if (twos > 0) {
        carry = mpn_lshift(x, x, n, twos);
        if (carry != 0)
            x[n++] = carry;
    }
    return n;
}

/* X, of N limbs, becomes |X +- P W|, where the difference is positive; returns its
 * new length. */
static mp_size_t
add_times(mp_limb_t *x, mp_size_t n, const mp_limb_t *p, mp_size_t pn, mp_limb_t w,
          bool negative)
{
    mp_limb_t carry;

    while (n <= pn)
        x[n++] = 0;
    if (negative) {
        carry = mpn_submul_1(x, p, pn, w);
        mpn_sub_1(x + pn, x + pn, n - pn, carry);
    } else {
        carry = mpn_addmul_1(x, p, pn, w);
        if (mpn_add_1(x + pn, x + pn, n - pn, carry) != 0)
            x[n++] = 1;
    }
    while (n > 1 && x[n - 1] == 0)
        n--;
    return n;
}

static void
set_limbs(mpz_t z, const mp_limb_t *x, mp_size_t n, bool negative)
{
    mpn_copyi(mpz_limbs_write(z, n), x, n);
    mpz_limbs_finish(z, negative ? -n : n);
}

void
terms_sum(mpz_t p, mpz_t q, mpz_t t, uint64_t a, uint64_t b)
{
    mp_limb_t p_limb[P_LIMBS] = {1}, q_limb[P_LIMBS] = {1}, t_limb[T_LIMBS] = {0};
    mp_size_t pn = 1, qn = 1, tn = 1;
    uint64_t k = a, odd;
    unsigned twos;

    if (a == 0) {
        t_limb[0] = CHUDNOVSKY_A;
        k = 1;
    }
    for (; k < b; k++) {
        twos = (unsigned)__builtin_ctzll(k);
        odd = k >> twos;
        pn = times(p_limb, pn, (6 * k - 5) * (2 * k - 1));
        pn = times(p_limb, pn, 6 * k - 1);
        qn = times(q_limb, qn, 9 * odd * odd);
        qn = times(q_limb, qn, odd * ODD_C);
        tn = times(t_limb, tn, 9 * odd * odd);
        tn = times(t_limb, tn, odd * ODD_C);
        tn = times_twos(t_limb, tn, 15 + 3 * twos);
        tn = add_times(t_limb, tn, p_limb, pn, CHUDNOVSKY_A + CHUDNOVSKY_B * k,
                       k % 2 != a % 2);
    }
    set_limbs(p, p_limb, pn, false);
    set_limbs(q, q_limb, qn, false);
    set_limbs(t, t_limb, tn, a % 2 == 1);
}

/* The exponent of 2 in n!. */
static uint64_t
factorial_twos(uint64_t n)
{
    return n - (uint64_t)__builtin_popcountll(n);
}

uint64_t
terms_twos(uint64_t a, uint64_t b)
{
    uint64_t first = a > 0 ? a : 1;

    if (b <= first)
        return 0;
    return 15 * (b - first) + 3 * (factorial_twos(b - 1) - factorial_twos(first - 1));
}

uint64_t
terms_for(uint64_t bits)
{
    return (bits + SPARE_BITS) * 100 / 4711 + 2;
}
