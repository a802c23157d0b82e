/*
 * Multiplication of long numbers by GMP or FLINT.
 *
 * Wide products: the longer operand is cut in two, a = a0 + a1 B^h, and the
 * products a0 b and a1 b are computed side by side, each cut again while there
 * are threads for it. A transform's length is that of the product, so two threads
 * do 3/4 of the work of the whole each (for operands of equal length): where there
 * are independent products, computing those side by side is better.
 *
 * FLINT keeps buffers and tables for each thread until flint_cleanup() is called
 * in it; its own threads are not used, so that a run's threads are those of its
 * job.
 */
#include "config.h"

#include "mul.h"

#include <math.h>
#include <stdlib.h>

#ifdef NTHPI_FLINT
/* GCC wrongly warns about tables for short operands in FLINT's inline functions. */
#pragma GCC diagnostic ignored "-Warray-bounds"
#include <flint/flint.h>
#include <flint/mpn_extras.h>
#endif

#include "pair.h"

/* From this many limbs in the shorter operand on, a second thread pays. */
#define WIDE_LIMBS 1500

/* A share of a wide product. */
struct share {
    mp_limb_t *r;
    const mp_limb_t *a, *b;
    size_t an, bn;
    int threads;
};

#ifdef NTHPI_FLINT

/* From this many limbs in the shorter operand on, FLINT is faster than GMP. */
#define FLINT_LIMBS 100

const char *
mul_backend(void)
{
    return "FLINT " FLINT_VERSION;
}

void
mul_limbs(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn)
{
    if (an < bn) {
        mul_limbs(r, b, bn, a, an);
    } else if (bn < FLINT_LIMBS) {
        mpn_mul(r, a, (mp_size_t)an, b, (mp_size_t)bn);
    } else if (a == b && an == bn) {
        flint_mpn_sqr(r, a, (mp_size_t)an);
    } else {
        flint_mpn_mul(r, a, (mp_size_t)an, b, (mp_size_t)bn);
    }
}

void
mul_mpz(mpz_t r, const mpz_t a, const mpz_t b)
{
    size_t an = mpz_size(a), bn = mpz_size(b);
    mpz_t product;

    if (an < FLINT_LIMBS || bn < FLINT_LIMBS) {
        mpz_mul(r, a, b);
        return;
    }
    mpz_init(product);
    mul_limbs(mpz_limbs_write(product, (mp_size_t)(an + bn)), mpz_limbs_read(a), an,
              mpz_limbs_read(b), bn);
    mpz_limbs_finish(product,
                     (mpz_sgn(a) == mpz_sgn(b) ? 1 : -1) * (mp_size_t)(an + bn));
    mpz_swap(r, product);
    mpz_clear(product);
}

double
mul_memory(double bytes)
{
    return 8e6 + 2.1 * bytes;
}

double
mul_seconds(double seconds)
{
    return 0.6 * seconds;
}

void
mul_thread_end(void)
{
    flint_cleanup();
}

#else

const char *
mul_backend(void)
{
    return "GMP";
}

void
mul_limbs(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn)
{
    if (an < bn)
        mpn_mul(r, b, (mp_size_t)bn, a, (mp_size_t)an);
    else if (a == b && an == bn)
        mpn_sqr(r, a, (mp_size_t)an);
    else
        mpn_mul(r, a, (mp_size_t)an, b, (mp_size_t)bn);
}

void
mul_mpz(mpz_t r, const mpz_t a, const mpz_t b)
{
    mpz_mul(r, a, b);
}

double
mul_memory(double bytes)
{
    return bytes;
}

double
mul_seconds(double seconds)
{
    return seconds;
}

void
mul_thread_end(void)
{
}

#endif

static void
multiply_share(struct run *run, void *arg)
{
    const struct share *s = arg;

    mul_limbs_wide(run, s->r, s->a, s->an, s->b, s->bn, s->threads);
}

void
mul_limbs_wide(struct run *run, mp_limb_t *r, const mp_limb_t *a, size_t an,
               const mp_limb_t *b, size_t bn, int threads)
{
    struct share low, high;
    mp_limb_t *top;
    size_t half;

    if (an < bn) {
        mul_limbs_wide(run, r, b, bn, a, an, threads);
        return;
    }
    if (threads < 2 || bn < WIDE_LIMBS) {
        mul_limbs(r, a, an, b, bn);
        return;
    }
    half = an / 2;
    top = malloc((an - half + bn) * sizeof *top);
    if (top == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        return;
    }
    low = (struct share){r, a, b, half, bn, threads - threads / 2};
    high = (struct share){top, a + half, b, an - half, bn, threads / 2};
    pair_run(run, true, multiply_share, &high, multiply_share, &low);
    if (run_going(run)) {
        mpn_copyi(r + half + bn, top + bn, (mp_size_t)(an - half));
        if (mpn_add_n(r + half, r + half, top, (mp_size_t)bn) != 0)
            mpn_add_1(r + half + bn, r + half + bn, (mp_size_t)(an - half), 1);
    }
    free(top);
}

void
mul_mpz_wide(struct run *run, mpz_t r, const mpz_t a, const mpz_t b, int threads)
{
    size_t an = mpz_size(a), bn = mpz_size(b);
    mpz_t product;

    if (threads < 2 || an < WIDE_LIMBS || bn < WIDE_LIMBS) {
        mul_mpz(r, a, b);
        return;
    }
    mpz_init(product);
    mul_limbs_wide(run, mpz_limbs_write(product, (mp_size_t)(an + bn)),
                   mpz_limbs_read(a), an, mpz_limbs_read(b), bn, threads);
    if (run_going(run)) {
        mpz_limbs_finish(product,
                         (mpz_sgn(a) == mpz_sgn(b) ? 1 : -1) * (mp_size_t)(an + bn));
        mpz_swap(r, product);
    }
    mpz_clear(product);
}

/* Measured with GMP 6.2 on balanced operands of 64 to 2,000,000 limbs, and with
 * FLINT 3; within a quarter of either nearly everywhere. */
double
mul_cost(double an, double bn)
{
    double limbs = an + bn;
    double shorter = an < bn ? an : bn;
    double per_limb;

    if (shorter < 1)
        return 0;
#ifdef NTHPI_FLINT
    per_limb = 2.2 * log2(limbs + 2);
#else
    if (limbs < 2000)
        per_limb = 0.66 * pow(limbs, 0.55);
    else
        per_limb = 17 * (log2(limbs) - 8.5);
#endif
    return limbs * fmin(per_limb, 0.3 * shorter + 1);
}
