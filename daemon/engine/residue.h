/*
 * Long numbers modulo the prime 2^61 - 31: two numbers that differ in one digit
 * always differ modulo it, and numbers that differ in any other way agree modulo it
 * with a chance of 1 in 2^61.
 *
 * A residue is 0 .. RESIDUE_PRIME - 1. All functions are pure. Any thread.
 */
#ifndef NTHPI_ENGINE_RESIDUE_H
#define NTHPI_ENGINE_RESIDUE_H

#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#define RESIDUE_PRIME ((UINT64_C(1) << 61) - 31)

/* A + B, A - B, A B and BASE^EXPONENT, all of residues. */
uint64_t residue_add(uint64_t a, uint64_t b);
uint64_t residue_sub(uint64_t a, uint64_t b);
uint64_t residue_mul(uint64_t a, uint64_t b);
uint64_t residue_pow(uint64_t base, uint64_t exponent);

/* The number made of the lowest BITS bits of the limbs at X, least significant limb
 * first. 0 bits make 0. */
uint64_t residue_limbs(const mp_limb_t *x, uint64_t bits);

/*
 * The number whose digits in RADIX (10 or 16, lower case) are those of the number
 * with the residue BEFORE, followed by the LENGTH digits of TEXT. Other characters
 * count as some digits.
 */
uint64_t residue_digits(uint64_t before, const char *text, size_t length, int radix);

#endif
