/*
 * Reciprocals, reciprocal square roots and quotients of long numbers by Newton's
 * iteration. B is 2^64.
 *
 * Every function fails RUN when memory or threads are missing and may be stopped
 * by it; what it computed is undefined then. All use up to THREADS threads, report
 * the units of work that their cost functions tell, and may be called from any
 * thread.
 */
#ifndef NTHPI_ENGINE_NEWTON_H
#define NTHPI_ENGINE_NEWTON_H

#include <stddef.h>

#include <gmp.h>

#include "run.h"

/* By how many units of its last place a result may differ from the true value, in
 * either direction. */
#define NEWTON_ERROR 4

/*
 * X (N + 1 limbs) becomes B^(2N) / D, D being N limbs with the highest bit set,
 * N at least 1.
 */
void newton_inverse(struct run *run, mp_limb_t *x, const mp_limb_t *d, size_t n,
                    int threads);
double newton_inverse_cost(size_t n);

/* Y (N limbs, N at least 1) becomes B^N / sqrt(K), 2 <= K < 2^20. */
void newton_rsqrt(struct run *run, mp_limb_t *y, unsigned k, size_t n, int threads);
double newton_rsqrt_cost(size_t n);

/*
 * Q (N + 1 limbs) becomes B^N A / D, A and D being N limbs with the highest bit set,
 * N at least 1. X (newton_half(N) + 1 limbs) is the reciprocal of the leading
 * newton_half(N) limbs of D, from newton_inverse().
 */
void newton_divide(struct run *run, mp_limb_t *q, const mp_limb_t *a,
                   const mp_limb_t *d, size_t n, const mp_limb_t *x, int threads);
double newton_divide_cost(size_t n);

/* The limbs that an approximation needs so that one iteration gives N. Pure. */
size_t newton_half(size_t n);

#endif
