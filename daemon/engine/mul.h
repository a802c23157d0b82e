/*
 * Multiplication of long numbers: every product of the engine that can be long
 * goes through these functions.
 *
 * Behind them are, for long operands, the transforms of ntt.h, or FLINT's (FLINT 3 or
 * later) when configure was told where to find it and it is the faster one on this
 * CPU; and GMP. All functions fail RUN when memory or threads are missing, what they
 * computed being undefined then. Any thread.
 */
#ifndef NTHPI_ENGINE_MUL_H
#define NTHPI_ENGINE_MUL_H

#include <stdbool.h>
#include <stddef.h>

#include <gmp.h>

#include "run.h"

/* What multiplies long numbers on this CPU: "nthpi" with the kernel of ntt.h, "FLINT"
 * with its version, or "GMP". Static storage. */
const char *mul_backend(void);

/* The limbs that the place for a product of operands of AN and BN limbs must have, at
 * least AN + BN: transforms have only certain lengths. Pure. */
size_t mul_room(size_t an, size_t bn);

/*
 * R (mul_room(AN, BN) limbs) becomes the product of A (AN limbs) and B (BN limbs), both
 * at least one limb long, in any order of length, in its AN + BN lowest limbs; the
 * others become anything. R may not overlap A or B; A and B may be the same. Uses up
 * to THREADS threads.
 */
void mul_limbs(struct run *run, mp_limb_t *r, const mp_limb_t *a, size_t an,
               const mp_limb_t *b, size_t bn, int threads);

/* R becomes A B. R may be A or B. Uses up to THREADS threads. */
void mul_mpz(struct run *run, mpz_t r, const mpz_t a, const mpz_t b, int threads);

/* A becomes A C and B becomes B C, for less than the two alone would take where
 * transforms are used: C needs only one. The three are different objects. Uses up to
 * THREADS threads. */
void mul_mpz_pair(struct run *run, mpz_t a, mpz_t b, const mpz_t c, int threads);

/*
 * Wrapped products: products modulo B^L - 1, B = 2^64, for which it is enough to
 * transform L limbs. Limb L + i of the product is added to limb i, so that the parts of
 * the product that don't meet another one can be read.
 *
 * mul_wrap_length() gives the best such L for operands of AN and BN limbs with L at
 * least LEAST, AN and BN. Where wrapping saves nothing it is mul_room(AN, BN): the
 * product is then the plain one, with zeros above it. Pure.
 */
size_t mul_wrap_length(size_t an, size_t bn, size_t least);

/* A first operand of AN limbs, and where its product goes. */
struct mul_part {
    const mp_limb_t *a;
    size_t an;
    mp_limb_t *r;
};

/*
 * Wrapped products with a common operand: the R of each of the COUNT PARTS (at most
 * MUL_MOST_PARTS) becomes its A times B (BN limbs) modulo B^LENGTH - 1, LENGTH limbs,
 * LENGTH being from mul_wrap_length() for BN and the longest A. It is the least
 * non-negative residue, except that B^LENGTH - 1 may stand for 0. No R overlaps
 * anything else. Uses up to THREADS threads.
 */
#define MUL_MOST_PARTS 8
void mul_wrapped(struct run *run, size_t length, const struct mul_part *parts,
                 size_t count, const mp_limb_t *b, size_t bn, int threads);

/* True when products of operands of AN and BN limbs with a common operand are cheaper
 * together than alone: where transforms are used. Pure. */
bool mul_shares(size_t an, size_t bn);

/* True when several threads in one product of operands of AN and BN limbs are as good
 * as several products side by side: where transforms are long. Pure. */
bool mul_wide(size_t an, size_t bn);

/*
 * What a product of AN by BN limbs costs, and what the COUNT wrapped ones of
 * mul_wrapped() do, in nanoseconds of one thread on the machine where it was measured;
 * squares cost two thirds of it. Used to weigh pieces of work against each other. 0
 * when either is 0. Pure.
 */
double mul_cost(double an, double bn);
double mul_wrapped_cost(size_t length, size_t count, size_t an, size_t bn);

/* What mul_mpz_pair() costs for A, B and C of AN, BN and CN limbs. Pure. */
double mul_pair_cost(double an, double bn, double cn);

/* The bytes and the seconds that a computation takes with this backend that takes
 * BYTES and SECONDS with GMP, roughly. Pure. */
double mul_memory(double bytes);
double mul_seconds(double seconds);

/* To be called at the end of every thread that has multiplied: gives back what
 * the backend keeps for it. */
void mul_thread_end(void);

#endif
