/*
 * Multiplication of long numbers: who multiplies what.
 *
 * Transforms (ntt.h) take every product whose shorter operand is at least
 * mul_from() limbs long. Two cases need cutting:
 *   - A shorter operand that is too long for the primes, or operands that are together
 *     longer than the longest transform: the longer one is cut in equal pieces. (A
 *     shorter one of 2^24 limbs or more would have to be cut as well; such products,
 *     from 3 * 10^8 digits on, are left to GMP.)
 *   - With operands of very different lengths, an and bn, the transform of the product
 *     would be nearly as long as an for each of the two. Cutting a in k pieces makes
 *     2k + 1 transforms of an/k + bn, b being transformed once; their lengths add up to
 *     2 an + bn + an/k + 2k bn, which is least for k = sqrt(an / (2 bn)).
 * The products of the pieces are added up. Several threads share the transforms.
 *
 * Other products are FLINT's or GMP's. Wide ones: the longer operand is cut in two,
 * a = a0 + a1 B^h, and the products a0 b and a1 b are computed side by side, each cut
 * again while there are threads for it. The fast multiplication behind it has the
 * product's length, so two threads do 3/4 of the work of the whole each (for operands
 * of equal length): where there are independent products, computing those side by side
 * is better.
 *
 * FLINT keeps buffers and tables for each thread until flint_cleanup() is called
 * in it; its own threads are not used, so that a run's threads are those of its
 * job.
 */
#include "config.h"

#include "mul.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef NTHPI_FLINT
/* GCC wrongly warns about tables for short operands in FLINT's inline functions. */
#pragma GCC diagnostic ignored "-Warray-bounds"
#include <flint/flint.h>
#include <flint/mpn_extras.h>
#endif

#include "mul_plan.h"
#include "mul_short.h"
#include "ntt.h"
#include "ntt_block.h"
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

/* From this many limbs in the shorter operand on, FLINT is faster than mul_short(), and
 * than GMP. */
#define FLINT_LIMBS       400
#define FLINT_LIMBS_ALONE 100

static bool
by_flint(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn)
{
    if (bn < (mul_short_usable() ? FLINT_LIMBS : FLINT_LIMBS_ALONE))
        return false;
    if (a == b && an == bn)
        flint_mpn_sqr(r, a, (mp_size_t)an);
    else
        flint_mpn_mul(r, a, (mp_size_t)an, b, (mp_size_t)bn);
    return true;
}

void
mul_thread_end(void)
{
    ntt_block_end();
    flint_cleanup();
}

#else

static bool
by_flint(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn)
{
    (void)r, (void)a, (void)an, (void)b, (void)bn;
    return false;
}

void
mul_thread_end(void)
{
    ntt_block_end();
}

#endif

/* R = A B without transforms of ours. BN <= AN. */
static void
plain(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn)
{
    if (by_flint(r, a, an, b, bn))
        return;
    if (mul_short_pays(an, bn) && mul_short_usable())
        mul_short(r, a, an, b, bn);
    else if (a == b && an == bn)
        mpn_sqr(r, a, (mp_size_t)an);
    else
        mpn_mul(r, a, (mp_size_t)an, b, (mp_size_t)bn);
}

static void wide(struct run *run, mp_limb_t *r, const mp_limb_t *a, size_t an,
                 const mp_limb_t *b, size_t bn, int threads);

static void
multiply_share(struct run *run, void *arg)
{
    const struct share *s = arg;

    wide(run, s->r, s->a, s->an, s->b, s->bn, s->threads);
}

/* R += TOP B^AT, R having N limbs, of which those from AT + OLD on are not set yet. */
static void
add_piece(mp_limb_t *r, size_t n, size_t at, size_t old, const mp_limb_t *top)
{
    mpn_copyi(r + at + old, top + old, (mp_size_t)(n - at - old));
    if (old > 0 && mpn_add_n(r + at, r + at, top, (mp_size_t)old) != 0)
        mpn_add_1(r + at + old, r + at + old, (mp_size_t)(n - at - old), 1);
}

/* R = A B by FLINT or GMP. */
static void
wide(struct run *run, mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b,
     size_t bn, int threads)
{
    struct share low, high;
    mp_limb_t *top;
    size_t half;

    if (an < bn) {
        wide(run, r, b, bn, a, an, threads);
        return;
    }
    if (threads < 2 || bn < WIDE_LIMBS) {
        plain(r, a, an, b, bn);
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
    if (run_going(run))
        add_piece(r, an + bn, half, bn, top);
    free(top);
}

/* R (LENGTH limbs) = A B modulo B^LENGTH - 1 by one product of transforms. */
static void
transform(struct run *run, size_t length, mp_limb_t *r, const mp_limb_t *a, size_t an,
          const mp_limb_t *b, size_t bn, int threads)
{
    const struct ntt_operand operands[] = {{a, an}, {b, bn}};
    const bool square = a == b && an == bn;
    const struct ntt_product product = {0, square ? 0 : 1, r};

    ntt_products(run, length, operands, square ? 1 : 2, &product, 1, threads);
}

/* R (AN + BN limbs) = A B, A being cut as PLAN says. */
static void
piecewise(struct run *run, const struct mul_plan *plan, mp_limb_t *r,
          const mp_limb_t *a, size_t an, const mp_limb_t *b, size_t bn, int threads)
{
    struct ntt_operand operands[MUL_BATCH + 1];
    struct ntt_product products[MUL_BATCH];
    mp_limb_t *place = malloc(plan->batch * plan->length * sizeof *place);
    size_t at, i, count, here;

    if (place == NULL)
        run_fail(run, ENGINE_NO_MEMORY);
    operands[0] = (struct ntt_operand){b, bn};
    for (at = 0; at < an && run_going(run); at += here) {
        here = 0;
        for (count = 0; count < plan->batch && at + here < an; count++) {
            size_t size = an - at - here < plan->piece ? an - at - here : plan->piece;

            operands[count + 1] = (struct ntt_operand){a + at + here, size};
            products[count] =
                (struct ntt_product){count + 1, 0, place + count * plan->length};
            here += size;
        }
        ntt_products(run, plan->length, operands, count + 1, products, count, threads);
        if (!run_going(run))
            break;
        here = 0;
        for (i = 0; i < count; i++) {
            size_t size = operands[i + 1].count;

            add_piece(r, at + here + size + bn, at + here, at + here > 0 ? bn : 0,
                      products[i].r);
            here += size;
        }
    }
    free(place);
}

void
mul_limbs(struct run *run, mp_limb_t *r, const mp_limb_t *a, size_t an,
          const mp_limb_t *b, size_t bn, int threads)
{
    struct mul_plan plan;

    if (an < bn)
        mul_limbs(run, r, b, bn, a, an, threads);
    else if (!mul_plan(&plan, an, bn))
        wide(run, r, a, an, b, bn, threads);
    else if (plan.piece == 0)
        transform(run, plan.length, r, a, an, b, bn, threads);
    else
        piecewise(run, &plan, r, a, an, b, bn, threads);
}

/* The sign and size of a product of A and B that has LIMBS limbs. */
static mp_size_t
signed_size(const mpz_t a, const mpz_t b, size_t limbs)
{
    return mpz_sgn(a) == mpz_sgn(b) ? (mp_size_t)limbs : -(mp_size_t)limbs;
}

void
mul_mpz(struct run *run, mpz_t r, const mpz_t a, const mpz_t b, int threads)
{
    size_t an = mpz_size(a), bn = mpz_size(b);
    mpz_t product;

    if (an < MUL_GMP || bn < MUL_GMP) {
        mpz_mul(r, a, b);
        return;
    }
    mpz_init(product);
    mul_limbs(run, mpz_limbs_write(product, (mp_size_t)mul_room(an, bn)),
              mpz_limbs_read(a), an, mpz_limbs_read(b), bn, threads);
    if (run_going(run)) {
        mpz_limbs_finish(product, signed_size(a, b, an + bn));
        mpz_swap(r, product);
    }
    mpz_clear(product);
}
