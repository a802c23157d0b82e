/*
 * The prime factors of the numbers P(a,b) and Q(a,b) of Chudnovsky's series
 * (split.c defines them), known without factoring anything, and what two of those
 * numbers have in common.
 */
#ifndef NTHPI_ENGINE_FACTORS_H
#define NTHPI_ENGINE_FACTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "run.h"

/* The odd primes up to a limit. Read only once made: any thread. */
struct primes {
    uint32_t *prime;
    size_t count;
};

/* Fills PRIMES with the odd primes up to LIMIT (below 2^31). Returns false without
 * memory; PRIMES is then empty. */
bool primes_init(struct primes *primes, uint32_t limit);

void primes_clear(struct primes *primes);

/* How many of PRIMES are at most LIMIT. */
size_t primes_up_to(const struct primes *primes, uint64_t limit);

/*
 * How often each of the first COUNT primes divides P(a,b) and Q(a,b), as they are
 * after what factors_common() has taken out of them. All zero at first.
 */
struct factors {
    uint32_t *p, *q;
    size_t count;
};

void factors_clear(struct factors *factors);

/*
 * Makes FACTORS know the first COUNT primes, those added by the closed form for
 * the range a <= k < b, b < 2^28. Nothing may have been taken out of P(a,b) and
 * Q(a,b) at those primes. Returns false without memory.
 */
bool factors_extend(struct factors *factors, const struct primes *primes, uint64_t a,
                    uint64_t b, size_t count);

/*
 * COMMON becomes the product of all common prime powers of the left P and the
 * right Q, as far as LEFT and RIGHT (of the same count) know them. LEFT becomes the
 * factors of both ranges together once P and Q have been divided by COMMON. Returns
 * false without memory.
 */
bool factors_common(struct run *run, mpz_t common, const struct primes *primes,
                    struct factors *left, const struct factors *right);

#endif
