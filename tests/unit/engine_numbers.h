/*
 * Awkward long numbers, and checks of what the engine makes of them against GMP,
 * each within the error bound that the engine's headers state.
 */
#ifndef NTHPI_TESTS_ENGINE_NUMBERS_H
#define NTHPI_TESTS_ENGINE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "daemon/engine/radix.h"

/* Sorts of numbers: the least and the largest of a length, such as nearly are, ones
 * and zeros that alternate, random ones. */
#define NUMBER_KINDS 9

/* Z becomes the KIND-th sort of number of exactly N limbs with the highest bit set. */
void number_of_kind(mpz_t z, size_t n, int kind);

/* Lengths at which something may change: the powers of 2 and three times them, one
 * less and one more. Returns the first after N. */
size_t next_edge(size_t n);

/* A times B is right by all functions of mul.h, in all orders, with up to THREADS
 * threads; and so is the square of A. */
void check_product(const mpz_t a, const mpz_t b, int threads);

/* The reciprocal of a KIND-th number of N limbs. */
void check_inverse(size_t n, int kind, int threads);

/* A quotient of numbers of N limbs, by a reciprocal that is off by OFF units of its
 * last place, |OFF| < NEWTON_ERROR. */
void check_divide(size_t n, int kind, int other, int off, int threads);

/* B^N / sqrt(K). */
void check_rsqrt(size_t n, unsigned k, int threads);

/*
 * Converts COUNT digits of NUM / DEN, handing over a fraction that is OFF (0 ..
 * RADIX_SLACK - 1) and less than 1 units of its last place too small. Asserts that the
 * digits are right unless they are said to be undecided. Returns the verdict.
 */
enum radix_rc check_conversion(const mpz_t num, const mpz_t den, int radix,
                               uint64_t count, unsigned guard, int threads,
                               unsigned off);

#endif
