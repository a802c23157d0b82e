/*
 * Products that share something: wrapped ones, and those with a common operand.
 *
 * Of a wrapped product of length L only L limbs are transformed, of several with a
 * common operand that one is transformed only once. Without transforms both are plain
 * products, one after the other, and a wrapped product has all its limbs.
 */
#include "mul.h"

#include <stdlib.h>
#include <string.h>

#include "mul_plan.h"
#include "ntt.h"

size_t
mul_wrap_length(size_t an, size_t bn, size_t least)
{
    size_t most = an > bn ? an : bn, length;

    if (least > most)
        most = least;
    if (mul_from() <= (an < bn ? an : bn) && ntt_fits(an, bn)) {
        length = ntt_length(most);
        if (length > 0 && length < an + bn)
            return length;
    }
    length = mul_room(an, bn);
    return length > least ? length : least;
}

/* R (LENGTH limbs) becomes the N limbs at X (N <= 2 LENGTH) modulo B^LENGTH - 1. */
static void
fold(mp_limb_t *r, size_t length, const mp_limb_t *x, size_t n)
{
    mp_limb_t carry;

    if (n <= length) {
        mpn_copyi(r, x, (mp_size_t)n);
        memset(r + n, 0, (length - n) * sizeof *r);
        return;
    }
    carry = mpn_add(r, x, (mp_size_t)length, x + length, (mp_size_t)(n - length));
    mpn_add_1(r, r, (mp_size_t)length, carry);
}

/* The product of PART without wrapped transforms. */
static void
alone(struct run *run, size_t length, const struct mul_part *part, const mp_limb_t *b,
      size_t bn, int threads)
{
    const size_t n = part->an + bn, room = mul_room(part->an, bn);
    mp_limb_t *place = room > length ? malloc(room * sizeof *place) : part->r;

    if (place == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        return;
    }
    mul_limbs(run, place, part->a, part->an, b, bn, threads);
    if (place == part->r) {
        memset(place + n, 0, (length - n) * sizeof *place);
        return;
    }
    if (run_going(run))
        fold(part->r, length, place, n);
    free(place);
}

/* True when all products are to be made by transforms of LENGTH. */
static bool
all_whole(size_t length, const struct mul_part *parts, size_t count, size_t bn)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (!mul_whole(length, parts[i].an, bn))
            return false;
    return true;
}

void
mul_wrapped(struct run *run, size_t length, const struct mul_part *parts, size_t count,
            const mp_limb_t *b, size_t bn, int threads)
{
    const bool square = count == 1 && parts[0].a == b && parts[0].an == bn;
    struct ntt_operand operands[MUL_MOST_PARTS + 1];
    struct ntt_product products[MUL_MOST_PARTS];
    size_t i;

    if (!all_whole(length, parts, count, bn)) {
        for (i = 0; i < count && run_going(run); i++)
            alone(run, length, &parts[i], b, bn, threads);
        return;
    }
    operands[0] = (struct ntt_operand){b, bn};
    for (i = 0; i < count; i++) {
        operands[i + 1] = (struct ntt_operand){parts[i].a, parts[i].an};
        products[i] = (struct ntt_product){square ? 0 : i + 1, 0, parts[i].r};
    }
    ntt_products(run, length, operands, square ? 1 : count + 1, products, count,
                 threads);
}

/* Z becomes the number of LIMBS limbs in PRODUCT with the sign of A B. */
static void
finish(mpz_t z, mpz_t product, const mpz_t a, const mpz_t b, size_t limbs)
{
    mpz_limbs_finish(product,
                     mpz_sgn(a) == mpz_sgn(b) ? (mp_size_t)limbs : -(mp_size_t)limbs);
    mpz_swap(z, product);
}

void
mul_mpz_pair(struct run *run, mpz_t a, mpz_t b, const mpz_t c, int threads)
{
    const size_t an = mpz_size(a), bn = mpz_size(b), cn = mpz_size(c);
    const size_t length = mul_pair_length(an, bn, cn);
    struct ntt_operand operands[3] = {
        {mpz_limbs_read(a), an}, {mpz_limbs_read(b), bn}, {mpz_limbs_read(c), cn}};
    struct ntt_product products[2] = {{0, 2, NULL}, {1, 2, NULL}};
    mpz_t ac, bc;

    if (length == 0) {
        mul_mpz(run, a, a, c, threads);
        if (run_going(run))
            mul_mpz(run, b, b, c, threads);
        return;
    }
    mpz_inits(ac, bc, NULL);
    products[0].r = mpz_limbs_write(ac, (mp_size_t)length);
    products[1].r = mpz_limbs_write(bc, (mp_size_t)length);
    ntt_products(run, length, operands, 3, products, 2, threads);
    if (run_going(run)) {
        finish(a, ac, a, c, an + cn);
        finish(b, bc, b, c, bn + cn);
    }
    mpz_clears(ac, bc, NULL);
}
