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

/* A product that is reported. */
static bool
multiply(struct run *run, mp_limb_t *r, const mp_limb_t *a, size_t an,
         const mp_limb_t *b, size_t bn, int threads)
{
    double cost = mul_cost((double)an, (double)bn) * (a == b ? SQUARE : 1);
    uint64_t units = (uint64_t)cost;

    run_begin(run, units);
    mul_limbs_wide(run, r, a, an, b, bn, threads);
    return run_end(run, units);
}

/*
 * X (N limbs) becomes X +- R C / B^SHIFT, R (RN limbs) being the absolute value of a
 * residue. False if the run stopped.
 */
static bool
correct(struct run *run, mp_limb_t *x, size_t n, const mp_limb_t *r, size_t rn,
        const mp_limb_t *c, size_t cn, size_t shift, bool negative, int threads)
{
    mp_limb_t *product;
    size_t length;
    bool going;

    rn = significant(r, rn);
    product = limbs_new(run, rn + cn);
    if (product == NULL)
        return false;
    going = multiply(run, product, r, rn, c, cn, threads);
    if (going) {
        length = significant(product, rn + cn);
        if (length > shift && negative)
            mpn_sub(x, x, (mp_size_t)n, product + shift, (mp_size_t)(length - shift));
        else if (length > shift)
            mpn_add(x, x, (mp_size_t)n, product + shift, (mp_size_t)(length - shift));
    }
    free(product);
    return going;
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

/* One iteration: X from the H + 1 limbs at HALF. */
static void
inverse_step(struct run *run, mp_limb_t *x, const mp_limb_t *half, size_t h,
             const mp_limb_t *d, size_t n, int threads)
{
    mp_limb_t *r = limbs_new(run, n + h + 1);
    bool negative;

    if (r != NULL && multiply(run, r, d, n, half, h + 1, threads)) {
        /* r = B^(n+h) - D X': the limb of B^(n+h) tells the sign. */
        negative = r[n + h] != 0;
        if (!negative)
            mpn_neg(r, r, (mp_size_t)(n + h));
        memset(x, 0, (n - h) * sizeof *x);
        mpn_copyi(x + n - h, half, (mp_size_t)(h + 1));
        correct(run, x, n + 1, r + h - 1, n - h + 2, half, h + 1, h + 1, negative,
                threads);
    }
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
    double h = (double)newton_half(n);

    if (n <= SHORT_LIMBS)
        return 0;
    return newton_inverse_cost(newton_half(n)) + mul_cost((double)n, h) +
           mul_cost((double)n - h, h);
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

/* One iteration: Y from the H limbs at HALF. */
static void
rsqrt_step(struct run *run, mp_limb_t *y, const mp_limb_t *half, size_t h, unsigned k,
           size_t n, int threads)
{
    mp_limb_t *r = limbs_new(run, 2 * h);
    size_t cut = 2 * h - n - 1;
    bool negative;

    if (r != NULL && multiply(run, r, half, h, half, h, threads)) {
        /* r = B^(2h) - K Y'^2, where K Y'^2 is near B^(2h). */
        negative = mpn_mul_1(r, r, (mp_size_t)(2 * h), k) != 0;
        if (!negative)
            mpn_neg(r, r, (mp_size_t)(2 * h));
        mpn_rshift(r, r, (mp_size_t)(2 * h), 1);
        memset(y, 0, (n - h) * sizeof *y);
        mpn_copyi(y + n - h, half, (mp_size_t)h);
        correct(run, y, n, r + cut, h + 1 - cut, half, h, 3 * h - n - cut, negative,
                threads);
    }
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
    double h = (double)newton_half(n);

    if (n <= SHORT_LIMBS)
        return 0;
    return newton_rsqrt_cost(newton_half(n)) + SQUARE * mul_cost(h, h) +
           mul_cost((double)n - h + 2, h);
}

/* The quotient of N <= SHORT_LIMBS limbs. */
static void
short_divide(mp_limb_t *q, const mp_limb_t *a, const mp_limb_t *d, size_t n)
{
    mp_limb_t power[2 * SHORT_LIMBS] = {0}, rest[SHORT_LIMBS];

    mpn_copyi(power + n, a, (mp_size_t)n);
    mpn_tdiv_qr(q, rest, 0, power, (mp_size_t)(2 * n), d, (mp_size_t)n);
}

/* R (N + H + 1 limbs) holds D Q' and becomes the absolute value of A B^H - D Q'.
 * Returns true when that is negative. */
static bool
residue(mp_limb_t *r, const mp_limb_t *a, size_t n, size_t h)
{
    /* The low limbs are taken from zeros, the others from A. */
    mp_limb_t borrow = mpn_neg(r, r, (mp_size_t)h);
    mp_limb_t top = r[n + h];

    top += mpn_sub_n(r + h, a, r + h, (mp_size_t)n);
    if (borrow != 0)
        top += mpn_sub_1(r + h, r + h, (mp_size_t)n, 1);
    r[n + h] = 0 - top;
    if (top == 0)
        return false;
    mpn_neg(r, r, (mp_size_t)(n + h + 1));
    return true;
}

void
newton_divide(struct run *run, mp_limb_t *q, const mp_limb_t *a, const mp_limb_t *d,
              size_t n, const mp_limb_t *x, int threads)
{
    size_t h = newton_half(n);
    mp_limb_t *first = NULL, *r = NULL;
    bool negative;

    if (n <= SHORT_LIMBS) {
        short_divide(q, a, d, n);
        return;
    }
    first = limbs_new(run, 2 * h + 1);
    if (first == NULL || !multiply(run, first, x, h + 1, a + n - h, h, threads))
        goto out;
    r = limbs_new(run, n + h + 1);
    if (r == NULL || !multiply(run, r, d, n, first + h, h + 1, threads))
        goto out;
    negative = residue(r, a, n, h);
    memset(q, 0, (n - h) * sizeof *q);
    mpn_copyi(q + n - h, first + h, (mp_size_t)(h + 1));
    correct(run, q, n + 1, r + h - 1, n - h + 2, x, h + 1, h + 1, negative, threads);
out:
    free(first);
    free(r);
}

double
newton_divide_cost(size_t n)
{
    double h = (double)newton_half(n);

    if (n <= SHORT_LIMBS)
        return 0;
    return mul_cost(h, h) + mul_cost((double)n, h) + mul_cost((double)n - h + 2, h);
}
