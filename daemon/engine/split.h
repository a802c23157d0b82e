/*
 * Binary splitting of Chudnovsky's series.
 */
#ifndef NTHPI_ENGINE_SPLIT_H
#define NTHPI_ENGINE_SPLIT_H

#include <stdint.h>

#include <gmp.h>

#include "run.h"

/*
 * Sets Q and T (initialised by the caller) so that, with the error that
 * leaving out the terms from TERMS on makes,
 *
 *     pi = 426880 sqrt(10005) Q / T.
 *
 * TERMS is 2 .. 2^30. Uses up to THREADS threads and reports split_cost(TERMS)
 * units of work in all. When the run stops early, Q and T hold anything and
 * still belong to the caller. The caller's thread.
 */
void split_series(struct run *run, mpz_t q, mpz_t t, uint64_t terms, int threads);

/* The units of work split_series() reports for TERMS. Pure. */
double split_cost(uint64_t terms);

/* How many terms give pi with a relative error below 2^-BITS, at least 2. Pure. */
uint64_t split_terms(uint64_t bits);

#endif
