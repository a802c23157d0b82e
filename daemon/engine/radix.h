/*
 * From a binary fraction to its digits in radix 10 or 16.
 */
#ifndef NTHPI_ENGINE_RADIX_H
#define NTHPI_ENGINE_RADIX_H

#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "run.h"

/* By how many units of its last place the true value may exceed a fraction that
 * is given to radix_digits(). */
#define RADIX_SLACK 256

enum radix_rc {
    RADIX_OK = 0,
    RADIX_UNDECIDED, /* digits hang on what lies beyond the fraction's precision */
    RADIX_STOPPED,   /* the run stopped: cancelled, or failed */
};

/*
 * How many limbs of 64 bits after the point radix_digits() wants for COUNT
 * digits in RADIX (10 or 16) with GUARD limbs (1 .. 64) beyond what the digits
 * themselves need. COUNT is at most 5e9. Pure.
 */
size_t radix_limbs(int radix, uint64_t count, unsigned guard);

/*
 * Writes the first COUNT (at least 1) digits after the point of the number y,
 * truncated, to TEXT (not terminated). LIMBS are radix_limbs(radix, count,
 * guard) limbs, least significant first, that stand for the fraction x with
 *
 *     x <= y < x + RADIX_SLACK ulp,   ulp = 2^(-64 * number of limbs).
 *
 * RADIX_OK means that all digits are those of y. RADIX_UNDECIDED means that
 * somewhere the guard limbs were all ones up to the error bound: TEXT holds
 * anything, and a repetition with more guard limbs decides.
 *
 * Uses up to THREADS threads and reports radix_cost() units of work. Fails RUN
 * when memory or threads are missing. The caller's thread.
 */
enum radix_rc radix_digits(struct run *run, char *text, uint64_t count,
                           const mp_limb_t *limbs, int radix, unsigned guard,
                           int threads);

/* The units of work radix_digits() reports. Pure. */
double radix_cost(int radix, uint64_t count);

#endif
