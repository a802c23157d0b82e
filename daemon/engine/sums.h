/*
 * P, Q and T of a range of terms of Chudnovsky's series (split.c defines them), and
 * how those of two neighbouring ranges become those of both.
 */
#ifndef NTHPI_ENGINE_SUMS_H
#define NTHPI_ENGINE_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include <gmp.h>

#include "factors.h"
#include "run.h"

/* Q without its powers of 2. FACTORS knows the first primes' exponents in p and q, or
 * none. */
struct sums {
    mpz_t p, q, t;
    struct factors factors;
};

void sums_init(struct sums *sums);
void sums_clear(struct sums *sums);

/* The units of work of the products of a merge: those with the right Q, of the left P
 * and the right T, and of the two P. */
struct sums_cost {
    uint64_t with_q, p_t, p_p;
};

/* The cost of merging two ranges of together TERMS terms, P having so many BITS per
 * term. Pure. */
struct sums_cost sums_cost(uint64_t terms, double bits);

/* The sum of COST; without that of the two P unless NEED_P. Pure. */
uint64_t sums_cost_all(const struct sums_cost *cost, bool need_p);

/* Two neighbouring ranges to be joined. */
struct merge {
    struct sums *left, *right;
    bool need_p;           /* the P of both is wanted */
    uint64_t twos;         /* the exponent of 2 in the right Q */
    struct sums_cost cost; /* reported product by product; zeros: it isn't */
    int threads;
};

/*
 * The left P, Q and T become those of both ranges, the right ones become anything. P
 * does so only if it is wanted. Any thread.
 */
void sums_merge(struct run *run, struct merge *merge);

/* The products of a merge, P not being wanted, with as little memory as possible: the
 * left T and Q become T1 Q2 (without its powers of 2) and Q1 Q2, the right T becomes
 * P1 T2, the left P anything. Any thread. */
void sums_merge_last(struct run *run, struct merge *merge);

#endif
