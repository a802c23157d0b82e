/*
 * Products of operands of some dozens or hundreds of limbs by vector instructions, for
 * mul.c: quicker than GMP's, whose code for all x86-64 processors multiplies limb by
 * limb, and without the overhead of transforms.
 */
#ifndef NTHPI_ENGINE_MUL_SHORT_H
#define NTHPI_ENGINE_MUL_SHORT_H

#include <stdbool.h>
#include <stddef.h>

#include <gmp.h>

/* Limbs of the longer operand at most. */
#define MUL_SHORT_MOST 1024

/* True when this processor has the instructions. Any thread. */
bool mul_short_usable(void);

/* True when mul_short() is quicker than GMP for operands of AN and BN <= AN limbs. Only
 * if mul_short_usable(). Any thread. */
bool mul_short_pays(size_t an, size_t bn);

/* R (AN + BN limbs) becomes A B, 1 <= BN <= AN <= MUL_SHORT_MOST. R overlaps neither,
 * A and B may be the same. Only if mul_short_usable(). Any thread. */
void mul_short(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b,
               size_t bn);

#endif
