/*
 * The terms of Chudnovsky's series, a few at a time, in machine words: the leaves
 * of the binary splitting.
 */
#ifndef NTHPI_ENGINE_TERMS_H
#define NTHPI_ENGINE_TERMS_H

#include <stdint.h>

#include <gmp.h>

/* The series, see terms.c. */
#define CHUDNOVSKY_A UINT64_C(13591409)
#define CHUDNOVSKY_B UINT64_C(545140134)

/* Terms that terms_sum() takes at most. */
#define TERMS_MOST 24

/* Every term's index is below this. */
#define TERMS_LIMIT (UINT64_C(1) << 28)

/*
 * Sets P, Q and T (initialised by the caller) to P(a,b), the odd part of Q(a,b),
 * and T(a,b). 0 <= a < b <= a + TERMS_MOST, b <= TERMS_LIMIT. Any thread.
 */
void terms_sum(mpz_t p, mpz_t q, mpz_t t, uint64_t a, uint64_t b);

/* The exponent of 2 in Q(a,b). Pure. */
uint64_t terms_twos(uint64_t a, uint64_t b);

/* How many terms, from k = 0 on, give pi with a relative error below 2^-BITS, at
 * least 2. Pure. */
uint64_t terms_for(uint64_t bits);

#endif
