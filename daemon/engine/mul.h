/*
 * Multiplication of long numbers: every product of the engine that can be long
 * goes through these functions.
 *
 * Behind them is GMP, or, when configure was told where to find it, FLINT's
 * transform modulo small primes for long operands (FLINT 3 or later).
 */
#ifndef NTHPI_ENGINE_MUL_H
#define NTHPI_ENGINE_MUL_H

#include <stddef.h>

#include <gmp.h>

#include "run.h"

/* What multiplies long numbers: "GMP" or "FLINT", with its version. Static
 * storage. */
const char *mul_backend(void);

/*
 * R (AN + BN limbs) becomes the product of A (AN limbs) and B (BN limbs), both at
 * least one limb long, in any order of length. R may not overlap A or B; A and B
 * may be the same. One thread. Any thread.
 */
void mul_limbs(mp_limb_t *r, const mp_limb_t *a, size_t an, const mp_limb_t *b,
               size_t bn);

/*
 * The same with up to THREADS threads, each of which multiplies a piece of the
 * longer operand. Fails RUN (R is then undefined) when memory or threads are
 * missing. Any thread.
 */
void mul_limbs_wide(struct run *run, mp_limb_t *r, const mp_limb_t *a, size_t an,
                    const mp_limb_t *b, size_t bn, int threads);

/* R becomes A B. R may be A or B. One thread. Any thread. */
void mul_mpz(mpz_t r, const mpz_t a, const mpz_t b);

/* R becomes A B with up to THREADS threads, as mul_limbs_wide(). */
void mul_mpz_wide(struct run *run, mpz_t r, const mpz_t a, const mpz_t b, int threads);

/*
 * What a product of AN by BN limbs costs, in nanoseconds of one thread on the
 * machine where it was measured; squares cost two thirds of it. Used to weigh
 * pieces of work against each other. 0 when either is 0. Pure.
 */
double mul_cost(double an, double bn);

/* The bytes and the seconds that a computation takes with this backend that takes
 * BYTES and SECONDS with GMP, roughly. Pure. */
double mul_memory(double bytes);
double mul_seconds(double seconds);

/* To be called at the end of every thread that has multiplied: gives back what
 * the backend keeps for it. */
void mul_thread_end(void);

#endif
