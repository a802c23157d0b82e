/*
 * Newton's iteration on limbs, with products of half the length where possible.
 *
 * (See R. P. Brent and P. Zimmermann, "Modern Computer Arithmetic", 2010, chapters
 * 1 and 4; the division is that of A. H. Karp and P. Markstein, "High-precision
 * division and square root", ACM Trans. Math. Softw. 23 (1997). The bounds are
 * worked out here.)
 *
 * Below, h = newton_half(n) >= (n + 1) / 2, and E = NEWTON_ERROR = 4. A division by
 * a power of B means dropping limbs, which makes a number smaller by less than 1.
 *
 * Reciprocal. Let X' be the reciprocal of D', the leading h limbs of D, with an
 * error of at most E. As D' <= D / B^(n-h) < D' + 1 and D' >= B^h / 2, replacing D'
 * by the true value changes the reciprocal by at most 4: X' = B^(n+h) / D + e',
 * |e'| <= E + 4 = 8. With the residue r = B^(n+h) - D X', |r| <= 8 D,
 *
 *   X = X' B^(n-h) + X' r / B^(2h)
 *
 * differs from B^(2n) / D by 2 B^n (8 / B^h)^2 (1 + ...) <= 129 B^(n-2h) < 1. r is
 * cut to its limbs from h - 1 on, which costs 2/B, and the last product to whole
 * limbs, which costs 1. In all less than 3 <= E.
 *
 * Reciprocal square root. Let Y' have h limbs and an error of at most E, and let
 * r = B^(2h) - K Y'^2; relatively, Y' is off by at most E sqrt(K) / B^h, so |r| <=
 * 3 E sqrt(K) B^h < 2^14 B^h. Then
 *
 *   Y = Y' B^(n-h) + Y' r B^(n-h) / (2 B^(2h))
 *
 * is off by B^n / sqrt(K) * 3/8 (r / B^(2h))^2 (1 + ...) < 2^28 B^(n-2h) < 1, plus
 * 1/B for cutting r to its limbs from 2h - n - 1 on, plus 1.
 *
 * Quotient. Let X be the reciprocal of the leading h limbs of D, A' the leading h
 * limbs of A. As above, X = B^(n+h) / D + e', |e'| <= 8. Then Q' = A' X / B^h is
 * B^h A / D with an error of at most 8 (from X) + 2 (from A') + 1, and with
 * r = A B^h - D Q', |r| <= 11 D,
 *
 *   Q = Q' B^(n-h) + r X / B^(2h)
 *
 * is off by |r| 8 / B^(2h) <= 88 B^(n-2h) < 1 for X, 2/B for cutting r to its limbs
 * from h - 1 on, and 1 for the last cut.
 *
 * The residues r are differences of numbers that agree in their leading limbs, so
 * that it is enough to know the product in them modulo M = B^L - 1 with M > 2 |r|: a
 * wrapped product (mul.h). L = n + 1 is enough for the reciprocal and the quotient,
 * where |r| <= 11 D < 2^4 B^n, instead of the n + h + 1 limbs of the product; L = h + 1
 * for the square root, where |r| < 2^14 B^h, instead of 2h.
 *
 * Short numbers, with which the iterations begin, are divided by GMP.
 */
#include "newton.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mul.h"

/* Up to this many limbs GMP's division is used. */
#define SHORT_LIMBS 40

/* What a square costs of a product. */
#define SQUARE (2.0 / 3)

size_t
newton_half(size_t n)
{
    return n / 2 + 1;
}

/* N limbs, or NULL and RUN fails. */
static mp_limb_t *
limbs_new(struct run *run, size_t n)
{
    mp_limb_t *limbs = malloc(n * sizeof *limbs);

    if (limbs == NULL)
        run_fail(run, ENGINE_NO_MEMORY);
    return limbs;
}

/* The length of the N limbs at X without leading zeros, at least 1. */
static size_t
significant(const mp_limb_t *x, size_t n)
{
    while (n > 1 && x[n - 1] == 0)
        n--;
    return n;
}

/* The cost of a product of AN by BN limbs, or of a square. */
static double
product_cost(size_t an, size_t bn, bool square)
{
    return mul_cost((double)an, (double)bn) * (square ? SQUARE : 1);
}

/* The cost of a wrapped product, or of the square of AN limbs. */
static double
wrapped_cost(size_t length, size_t an, size_t bn, bool square)
{
    return mul_wrapped_cost(length, 1, an, bn) * (square ? SQUARE : 1);
}

/* A product that is reported, in a place of mul_room() limbs that the caller has to
 * free; NULL if the run stopped. */
static mp_limb_t *
multiply(struct run *run, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn,
         int threads)
{
    uint64_t units = (uint64_t)product_cost(an, bn, false);
    mp_limb_t *r = limbs_new(run, mul_room(an, bn));

    if (r == NULL)
        return NULL;
    run_begin(run, units);
    mul_limbs(run, r, a, an, b, bn, threads);
    if (run_end(run, units))
        return r;
    free(r);
    return NULL;
}

/* The same for a product modulo B^LENGTH - 1. */
static mp_limb_t *
multiply_wrapped(struct run *run, size_t length, const mp_limb_t *a, size_t an,
                 const mp_limb_t *b, size_t bn, int threads)
{
    uint64_t units = (uint64_t)wrapped_cost(length, an, bn, a == b);
    struct mul_part part = {a, an, limbs_new(run, length)};

    if (part.r == NULL)
        return NULL;
    run_begin(run, units);
    mul_wrapped(run, length, &part, 1, b, bn, threads);
    if (run_end(run, units))
        return part.r;
    free(part.r);
    return NULL;
}

/*
 * W (LENGTH limbs) holds a product P modulo M = B^LENGTH - 1 and becomes |r|,
 * r = A B^SHIFT - P, A (AN <= LENGTH limbs) and P being such that |r| < M / 2. Returns
 * true when r is negative.
 */
static bool
residue(mp_limb_t *w, size_t length, const mp_limb_t *a, size_t an, size_t shift)
{
    size_t at = shift % length;
    size_t first = an < length - at ? an : length - at;
    mp_limb_t borrow;

    borrow = mpn_sub(w + at, w + at, (mp_size_t)(length - at), a, (mp_size_t)first);
    if (first < an)
        borrow += mpn_sub(w, w, (mp_size_t)length, a + first, (mp_size_t)(an - first));
    while (borrow > 0)
        borrow = mpn_sub_1(w, w, (mp_size_t)length, borrow);
    /* W is now -r modulo M, and the complement of a number is M less it. */
    if (w[length - 1] >> 63 == 0)
        return true;
    mpn_com(w, w, (mp_size_t)length);
    return false;
}

/*
 * X (N limbs) becomes X +- R C / B^SHIFT, R (RN limbs) being the absolute value of a
 * residue.
 */
static void
correct(struct run *run, mp_limb_t *x, size_t n, const mp_limb_t *r, size_t rn,
        const mp_limb_t *c, size_t cn, size_t shift, bool negative, int threads)
{
    mp_limb_t *product;
    size_t length;

    rn = significant(r, rn);
    product = multiply(run, r, rn, c, cn, threads);
    if (product == NULL)
        return;
    length = significant(product, rn + cn);
    if (length > shift && negative)
        mpn_sub(x, x, (mp_size_t)n, product + shift, (mp_size_t)(length - shift));
    else if (length > shift)
        mpn_add(x, x, (mp_size_t)n, product + shift, (mp_size_t)(length - shift));
    free(product);
}

/* The reciprocal of N <= SHORT_LIMBS limbs. */
static void
short_inverse(mp_limb_t *x, const mp_limb_t *d, size_t n)
{
    mp_limb_t power[2 * SHORT_LIMBS + 1] = {0}, rest[SHORT_LIMBS], q[SHORT_LIMBS + 2];

    power[2 * n] = 1;
    mpn_tdiv_qr(q, rest, 0, power, (mp_size_t)(2 * n + 1), d, (mp_size_t)n);
    mpn_copyi(x, q, (mp_size_t)(n + 1));
}

/* The length of the wrapped product of N and H + 1 limbs of which N + 1 are not
 * known. */
static size_t
residue_length(size_t n, size_t h)
{
    return mul_wrap_length(n, h + 1, n + 1);
}

/* One iteration: X from the H + 1 limbs at HALF. */
static void
inverse_step(struct run *run, mp_limb_t *x, const mp_limb_t *half, size_t h,
             const mp_limb_t *d, size_t n, int threads)
{
    const mp_limb_t one = 1;
    size_t length = residue_length(n, h);
    mp_limb_t *r = multiply_wrapped(run, length, d, n, half, h + 1, threads);
    bool negative;

    if (r == NULL)
        return;
    negative = residue(r, length, &one, 1, n + h);
    memset(x, 0, (n - h) * sizeof *x);
    mpn_copyi(x + n - h, half, (mp_size_t)(h + 1));
    correct(run, x, n + 1, r + h - 1, n - h + 2, half, h + 1, h + 1, negative, threads);
    free(r);
}

void
newton_inverse(struct run *run, mp_limb_t *x, const mp_limb_t *d, size_t n, int threads)
{
    size_t h = newton_half(n);
    mp_limb_t *half;

    if (n <= SHORT_LIMBS) {
        short_inverse(x, d, n);
        return;
    }
    half = limbs_new(run, h + 1);
    if (half == NULL)
        return;
    newton_inverse(run, half, d + n - h, h, threads);
    if (run_going(run))
        inverse_step(run, x, half, h, d, n, threads);
    free(half);
}

double
newton_inverse_cost(size_t n)
{
    size_t h = newton_half(n);

    if (n <= SHORT_LIMBS)
        return 0;
    return newton_inverse_cost(h) +
           wrapped_cost(residue_length(n, h), n, h + 1, false) +
           product_cost(n - h + 2, h + 1, false);
}

/* The reciprocal square root with N <= SHORT_LIMBS limbs. */
static void
short_rsqrt(mp_limb_t *y, unsigned k, size_t n)
{
    mpz_t z;

    mpz_init(z);
    mpz_setbit(z, 128 * n);
    mpz_fdiv_q_ui(z, z, k);
    mpz_sqrt(z, z);
    memset(y, 0, n * sizeof *y);
    mpn_copyi(y, mpz_limbs_read(z), (mp_size_t)mpz_size(z));
    mpz_clear(z);
}

/* W (LENGTH limbs) becomes K W modulo B^LENGTH - 1. */
static void
times_wrapped(mp_limb_t *w, size_t length, unsigned k)
{
    mp_limb_t carry = mpn_mul_1(w, w, (mp_size_t)length, k);

    while (carry > 0)
        carry = mpn_add_1(w, w, (mp_size_t)length, carry);
}

/* One iteration: Y from the H limbs at HALF. */
static void
rsqrt_step(struct run *run, mp_limb_t *y, const mp_limb_t *half, size_t h, unsigned k,
           size_t n, int threads)
{
    const mp_limb_t one = 1;
    size_t length = mul_wrap_length(h, h, h + 1);
    mp_limb_t *r = multiply_wrapped(run, length, half, h, half, h, threads);
    size_t cut = 2 * h - n - 1;
    bool negative;

    if (r == NULL)
        return;
    times_wrapped(r, length, k);
    negative = residue(r, length, &one, 1, 2 * h);
    mpn_rshift(r, r, (mp_size_t)(h + 1), 1);
    memset(y, 0, (n - h) * sizeof *y);
    mpn_copyi(y + n - h, half, (mp_size_t)h);
    correct(run, y, n, r + cut, h + 1 - cut, half, h, 3 * h - n - cut, negative,
            threads);
    free(r);
}

void
newton_rsqrt(struct run *run, mp_limb_t *y, unsigned k, size_t n, int threads)
{
    size_t h = newton_half(n);
    mp_limb_t *half;

    if (n <= SHORT_LIMBS) {
        short_rsqrt(y, k, n);
        return;
    }
    half = limbs_new(run, h);
    if (half == NULL)
        return;
    newton_rsqrt(run, half, k, h, threads);
    if (run_going(run))
        rsqrt_step(run, y, half, h, k, n, threads);
    free(half);
}

double
newton_rsqrt_cost(size_t n)
{
    size_t h = newton_half(n);

    if (n <= SHORT_LIMBS)
        return 0;
    return newton_rsqrt_cost(h) +
           wrapped_cost(mul_wrap_length(h, h, h + 1), h, h, true) +
           product_cost(n - h + 2, h, false);
}

/* The quotient of N <= SHORT_LIMBS limbs. */
static void
short_divide(mp_limb_t *q, const mp_limb_t *a, const mp_limb_t *d, size_t n)
{
    mp_limb_t power[2 * SHORT_LIMBS] = {0}, rest[SHORT_LIMBS];

    mpn_copyi(power + n, a, (mp_size_t)n);
    mpn_tdiv_qr(q, rest, 0, power, (mp_size_t)(2 * n), d, (mp_size_t)n);
}

void
newton_divide(struct run *run, mp_limb_t *q, const mp_limb_t *a, const mp_limb_t *d,
              size_t n, const mp_limb_t *x, int threads)
{
    size_t h = newton_half(n), length = residue_length(n, h);
    mp_limb_t *first, *r;
    bool negative;

    if (n <= SHORT_LIMBS) {
        short_divide(q, a, d, n);
        return;
    }
    first = multiply(run, x, h + 1, a + n - h, h, threads);
    if (first == NULL)
        return;
    mpn_copyi(q + n - h, first + h, (mp_size_t)(h + 1));
    free(first);
    r = multiply_wrapped(run, length, d, n, q + n - h, h + 1, threads);
    if (r == NULL)
        return;
    negative = residue(r, length, a, n, h);
    memset(q, 0, (n - h) * sizeof *q);
    correct(run, q, n + 1, r + h - 1, n - h + 2, x, h + 1, h + 1, negative, threads);
    free(r);
}

double
newton_divide_cost(size_t n)
{
    size_t h = newton_half(n);

    if (n <= SHORT_LIMBS)
        return 0;
    return product_cost(h + 1, h, false) +
           wrapped_cost(residue_length(n, h), n, h + 1, false) +
           product_cost(n - h + 2, h + 1, false);
}
