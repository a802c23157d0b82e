/*
 * Products of long numbers by number-theoretic transforms: cyclic convolutions of
 * limbs modulo three primes below 2^50, put together by the Chinese remainder theorem.
 *
 * A product here is a product modulo B^LENGTH - 1, B = 2^64: limb i and limb
 * i + LENGTH are the same place. With LENGTH at least the sum of the operands' lengths
 * it is the product itself; a shorter one is cheaper where only a part of the product
 * is wanted, or a part of it is known.
 */
#ifndef NTHPI_ENGINE_NTT_H
#define NTHPI_ENGINE_NTT_H

#include <stdbool.h>
#include <stddef.h>

#include <gmp.h>

#include "run.h"

/* The kernel in use: "ifma", "avx2" or "portable". Static storage. */
const char *ntt_kernel(void);

/* From this many limbs in the shorter operand on a product by these functions is
 * faster than GMP's on this CPU; SIZE_MAX when it never is. */
size_t ntt_from(void);

/* The least length of a transform that is at least LIMBS; 0 when there is none. Pure.
 */
size_t ntt_length(size_t limbs);

/* True when the product of operands of AN and BN limbs can be got exactly: the
 * shorter one is not too long for three primes. Pure. */
bool ntt_fits(size_t an, size_t bn);

struct ntt_operand {
    const mp_limb_t *limbs;
    size_t count; /* 1 .. the length of the transform */
};

/* R (as many limbs as the transform's length) becomes operand A times operand B; A and
 * B may be the same. R overlaps no operand and no other R. */
struct ntt_product {
    size_t a, b;
    mp_limb_t *r;
};

/*
 * All COUNT PRODUCTS, modulo B^LENGTH - 1, LENGTH being a value of ntt_length(). Every
 * one of the OPERANDS is transformed only once. Every pair must fit (ntt_fits()).
 * The result is the least non-negative one, except that B^LENGTH - 1 may stand for 0.
 * Uses up to THREADS threads. Fails RUN with ENGINE_NO_MEMORY or ENGINE_NO_THREAD, the
 * results being undefined then. Any thread.
 */
void ntt_products(struct run *run, size_t length, const struct ntt_operand *operands,
                  size_t operand_count, const struct ntt_product *products,
                  size_t count, int threads);

/* What ntt_products() costs in nanoseconds of one thread with the kernel in use. */
double ntt_cost(size_t length, size_t operand_count, size_t count);

#endif
