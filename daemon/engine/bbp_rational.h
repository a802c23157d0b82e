/*
 * The number that all primes q with the same M/q have in common: the series for pi
 * with each part cut after some j, as a fraction of long integers.
 */
#ifndef NTHPI_ENGINE_BBP_RATIONAL_H
#define NTHPI_ENGINE_BBP_RATIONAL_H

#include <gmp.h>

#include "bbp.h"
#include "sieve.h"

/* P / (2^b D), the sum of all terms with odd j <= top[k] in part k. D is the least
 * common multiple of the odd numbers up to top[0], P and D > 0. */
struct bbp_rational {
    const struct bbp_series *series;
    const struct primes *primes;
    mpz_t p, d;
    int64_t b;
    uint64_t top[BBP_MOST_PARTS];
};

/* Makes R an empty sum, 0. PRIMES lives longer than R. Released by
 * bbp_rational_clear(). */
void bbp_rational_init(struct bbp_rational *r, const struct bbp_series *series,
                       const struct primes *primes);
void bbp_rational_clear(struct bbp_rational *r);

/* Adds the terms up to TOP, none of which is below R's. TOP[0] is the largest, at least
 * 1, and the list of primes reaches to it. One thread at a time. */
void bbp_rational_extend(struct bbp_rational *r, const uint64_t top[BBP_MOST_PARTS]);

/* Writes P 2^SHIFT and D as WORDS words of WORD_BITS bits each, the least first. WORDS
 * is at least bbp_rational_words(). */
size_t bbp_rational_words(const struct bbp_rational *r, unsigned shift,
                          unsigned word_bits);
void bbp_rational_export(const struct bbp_rational *r, unsigned shift,
                         unsigned word_bits, uint64_t *p, uint64_t *d, size_t words);

/* ceil(s j / 2) - kappa: the term j of PART is chi(j) sign / (2^this j). */
int64_t bbp_exponent(const struct bbp_part *part, uint64_t j);

#endif
