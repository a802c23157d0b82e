/*
 * The fraction of pi from the sums of Chudnovsky's series.
 */
#ifndef NTHPI_ENGINE_FRACTION_H
#define NTHPI_ENGINE_FRACTION_H

#include <stddef.h>

#include <gmp.h>

#include "radix.h"
#include "run.h"
#include "split.h"

/* Limbs that split_series() has to be right in for a fraction of LEN limbs. Pure. */
size_t fraction_limbs(size_t len);

/*
 * LIMBS (LEN limbs, least significant first) become a number x with
 * x <= pi - 3 < x + 2 units of its last place. SPLIT is the sum of a series whose
 * tail is below 2^(-64 fraction_limbs(LEN)), relatively; it is released on the way
 * and holds anything afterwards, but still belongs to the caller. Computes POWERS
 * (initialised by the caller), too, as there is time for it.
 *
 * Uses up to THREADS threads and reports fraction_cost() and fives_cost()
 * units of work. Fails RUN when memory or threads are missing; LIMBS are undefined
 * when the run stops. Any thread.
 */
void fraction_of_pi(struct run *run, mp_limb_t *limbs, size_t len, struct split *split,
                    struct fives *powers, int threads);
double fraction_cost(size_t len);

#endif
