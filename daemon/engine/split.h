/*
 * Binary splitting of Chudnovsky's series.
 */
#ifndef NTHPI_ENGINE_SPLIT_H
#define NTHPI_ENGINE_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "run.h"

/*
 * The sum of the series: with the error that leaving out the terms from TERMS on
 * makes,
 *
 *     pi = 426880 sqrt(10005) Q / T,   Q = q 2^q_twos,   T = t 2^t_twos.
 */
struct split {
    mpz_t q, t;
    uint64_t q_twos, t_twos;
};

void split_init(struct split *split);
void split_clear(struct split *split);

/*
 * Sets SPLIT to the sum of the first TERMS terms (2 .. TERMS_LIMIT), q and t
 * being positive. Q and T each have a relative error below 2^(4 - 64 LIMBS). Uses
 * up to THREADS threads and reports split_cost(TERMS) units of work in all.
 * When the run stops early, SPLIT holds anything. Any thread.
 */
void split_series(struct run *run, struct split *split, uint64_t terms, size_t limbs,
                  int threads);

/* The units of work split_series() reports for TERMS: nanoseconds of one thread,
 * as mul_cost(). Pure. */
double split_cost(uint64_t terms);

/* Cuts the lowest bits of Z off so that at most LIMBS limbs are left, rounding
 * towards zero. Returns how many bits went. Any thread. */
uint64_t split_cut(mpz_t z, size_t limbs);

#endif
