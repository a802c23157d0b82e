/*
 * Exact division from the lowest limb on, with products instead of subtractions.
 *
 * Let g have d limbs and v = 1/g modulo B^d, B = 2^64, which exists as g is odd. The
 * lowest d limbs of x v are those of the quotient q = x / g; without their product with
 * g the rest of x is a multiple of B^d, the quotient by which goes on in the same way,
 * d limbs at a time. As x is a multiple of g it is enough to compute modulo B^n, n
 * being the limbs that q can have. (K. Hensel; T. Jebelean, "An algorithm for exact
 * division", J. Symb. Comp. 15 (1993), has it limb by limb.)
 *
 * v by Newton's iteration: with u = 1/g modulo B^k and g u = 1 + e B^k,
 *
 *     v = u (1 - e B^k)   modulo B^(2k).
 *
 * The product of a part of q with g is known in its lower limbs, so a wrapped one is
 * enough (mul.h): of length L, the limbs above L fall on known ones.
 */
#include "exact.h"

#include <stdlib.h>

#include "mul.h"
#include "mul_plan.h"
#include "mul_short.h"

/* Below this many limbs in the divisor GMP is as fast, and everywhere where GMP makes
 * the products. */
#define LEAST_LIMBS 36

/* A divisor of D limbs and what is needed to divide by it. */
struct divisor {
    const mp_limb_t *g;
    size_t d;
    size_t length;      /* of the wrapped product of a part of a quotient and G */
    mp_limb_t *inverse; /* 1 / G modulo B^D */
    mp_limb_t *part;    /* D limbs of a quotient */
    mp_limb_t *product; /* room for all products */
};

/* 1 / G modulo B, G odd: 3 G xor 2 has 5 right bits, and each step doubles them. */
static mp_limb_t
limb_inverse(mp_limb_t g)
{
    mp_limb_t v = (3 * g) ^ 2;
    int i;

    for (i = 0; i < 4; i++)
        v *= 2 - g * v;
    return v;
}

/* V becomes 1 / G modulo B^D. PRODUCT has room for a product of D by D limbs. */
static void
invert(struct run *run, mp_limb_t *v, const mp_limb_t *g, size_t d, mp_limb_t *product)
{
    const size_t k = d - d / 2, more = d / 2;

    if (d == 1) {
        v[0] = limb_inverse(g[0]);
        return;
    }
    invert(run, v, g, k, product);
    mul_limbs(run, product, g, d, v, k, 1);
    mpn_copyi(v + k, product + k, (mp_size_t)more); /* e */
    mul_limbs(run, product, v + k, more, v, more, 1);
    mpn_neg(v + k, product, (mp_size_t)more);
}

/*
 * REST (N limbs) loses the product of the COUNT limbs of BY->part with G, by which its
 * COUNT lowest limbs become 0; this is not written.
 */
static void
subtract(struct run *run, const struct divisor *by, mp_limb_t *rest, size_t n,
         size_t count)
{
    const struct mul_part part = {by->part, count, by->product};
    const size_t room = by->length - count, left = n - count;
    const size_t upper = by->d < room ? by->d : room, folded = by->d - upper;
    mp_limb_t *w = by->product;

    if (mpn_zero_p(by->part, (mp_size_t)count)) /* B^L - 1 may stand for the product */
        return;
    mul_wrapped(run, by->length, &part, 1, by->g, by->d, 1);
    /* Take the known limbs off, modulo B^L - 1. */
    if (mpn_sub(w, w, (mp_size_t)by->length, rest, (mp_size_t)count) != 0)
        mpn_sub_1(w, w, (mp_size_t)by->length, 1);
    /* The others begin at limb COUNT and go on at limb 0. What is above REST is of no
     * interest. */
    rest += count;
    mpn_sub(rest, rest, (mp_size_t)left, w + count,
            (mp_size_t)(upper < left ? upper : left));
    if (folded > 0 && left > upper)
        mpn_sub(rest + upper, rest + upper, (mp_size_t)(left - upper), w,
                (mp_size_t)(folded < left - upper ? folded : left - upper));
}

/* X becomes X / G. */
static void
divide(struct run *run, mpz_t x, const struct divisor *by)
{
    const size_t size = mpz_size(x), n = size - by->d + 1;
    mp_limb_t *limbs = mpz_limbs_modify(x, (mp_size_t)size);
    size_t at, count;

    for (at = 0; at < n && run_going(run); at += count) {
        count = n - at < by->d ? n - at : by->d;
        mul_limbs(run, by->product, limbs + at, count, by->inverse, count, 1);
        mpn_copyi(by->part, by->product, (mp_size_t)count);
        if (at + count < n)
            subtract(run, by, limbs + at, n - at, count);
        mpn_copyi(limbs + at, by->part, (mp_size_t)count);
    }
    mpz_limbs_finish(x, (mp_size_t)n);
}

void
exact_divide(struct run *run, mpz_t x, mpz_t y, const mpz_t g)
{
    struct divisor by = {.g = mpz_limbs_read(g), .d = mpz_size(g)};
    size_t room;

    /* A divisor so long that products by it are cut in pieces is left to GMP, too: as
     * long as they are not, the room for the longest one is enough for all. */
    if (by.d < (mul_short_usable() ? LEAST_LIMBS : mul_from()) ||
        (by.d >= mul_from() && !mul_shares(by.d, by.d))) {
        mpz_divexact(x, x, g);
        mpz_divexact(y, y, g);
        return;
    }
    by.length = mul_wrap_length(by.d, by.d, by.d);
    room = mul_room(by.d, by.d);
    if (room < by.length)
        room = by.length;
    by.inverse = malloc((2 * by.d + room) * sizeof *by.inverse);
    if (by.inverse == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        return;
    }
    by.part = by.inverse + by.d;
    by.product = by.part + by.d;
    invert(run, by.inverse, by.g, by.d, by.product);
    divide(run, x, &by);
    divide(run, y, &by);
    free(by.inverse);
}
