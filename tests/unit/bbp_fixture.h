/* What the tests of bbp share: the sums of units as they are defined, with exact
 * fractions, and how near a result has to be. */
#ifndef NTHPI_TESTS_BBP_FIXTURE_H
#define NTHPI_TESTS_BBP_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include <gmp.h>

#include "daemon/engine/bbp_units.h"

/* By GMP. */
bool is_prime(uint64_t n);

/* The largest j of PART in the head of 2^EXPONENT pi. */
uint64_t most_of(const struct bbp_part *part, uint64_t exponent);

/* Sets R to R_Q as it is defined: the sum of a / m modulo Q over the terms j = Q m of
 * the head with m no multiple of PRIME, whose power Q is. */
void residue_by_terms(mpz_t r, const struct bbp_series *series, uint64_t exponent,
                      uint64_t q, uint64_t prime);

/* Sets SUM to the exact sum, times 2^FIXED_BITS, of the fractions of UNIT; returns how
 * many they are. */
uint64_t sum_exactly(mpz_t sum, const struct bbp_head *head,
                     const struct bbp_unit *unit);

/* GOT is WANT 2^-FIXED_BITS modulo 1, up to the error that COUNT fractions may have. */
bool is_close(const struct fixed *got, const mpz_t want, uint64_t count);

#endif
