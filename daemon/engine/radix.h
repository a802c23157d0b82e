/*
 * From a binary fraction to its digits in radix 10 or 16.
 */
#ifndef NTHPI_ENGINE_RADIX_H
#define NTHPI_ENGINE_RADIX_H

#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "evidence.h"
#include "run.h"

/* By how many units of its last place the true value may exceed a fraction that
 * is given to radix_digits(). */
#define RADIX_SLACK 256

/* Guard limbs at most. */
#define RADIX_MOST_GUARD 64

enum radix_rc {
    RADIX_OK = 0,
    RADIX_UNDECIDED, /* digits hang on what lies beyond the fraction's precision */
    RADIX_STOPPED,   /* the run stopped: cancelled, or failed */
};

/*
 * How many limbs of 64 bits after the point radix_digits() wants for COUNT
 * digits in RADIX (10 or 16) with GUARD limbs (1 .. RADIX_MOST_GUARD) beyond what
 * the digits themselves need. COUNT is at most 5e9. Pure.
 */
size_t radix_limbs(int radix, uint64_t count, unsigned guard);

/*
 * The powers of 5 for converting COUNT decimal digits: power[i] is
 * 5^(leaf 2^i), i = 0 .. levels - 1. They don't depend on what is converted, so
 * they can be computed before it is known.
 */
#define FIVES_LEVELS 40
struct fives {
    uint64_t leaf;
    int levels;
    mpz_t power[FIVES_LEVELS];
};

/* Initialises POWERS for COUNT digits in RADIX; there are none for radix 16. */
void fives_init(struct fives *powers, int radix, uint64_t count);

void fives_clear(struct fives *powers);

/* Computes POWERS; reports fives_cost(). When the run stops they are
 * undefined. One thread. Any thread. */
void fives_compute(struct run *run, struct fives *powers);
double fives_cost(int radix, uint64_t count);

/* What to convert. */
struct radix_job {
    int radix;                        /* 10 or 16 */
    uint64_t count;                   /* digits, at least 1 */
    unsigned guard;                   /* guard limbs */
    int threads;                      /* threads to be used at most */
    const mp_limb_t *limbs;           /* the fraction, see below */
    const struct fives *powers;       /* computed for RADIX and COUNT */
    char *text;                       /* out: COUNT digits, not terminated */
    struct engine_evidence *evidence; /* out: the steps of it; may be NULL */
};

/*
 * Writes the first JOB->count digits after the point of the number y, truncated.
 * JOB->limbs are radix_limbs(radix, count, guard) limbs, least significant first,
 * that stand for the fraction x with
 *
 *     x <= y < x + RADIX_SLACK ulp,   ulp = 2^(-64 * number of limbs).
 *
 * RADIX_OK means that all digits are those of y. RADIX_UNDECIDED means that
 * somewhere the guard limbs were all ones up to the error bound: the text holds
 * anything, and a repetition with more guard limbs decides.
 *
 * Reports radix_cost() units of work. Fails RUN when memory or threads are missing.
 * Any thread.
 */
enum radix_rc radix_digits(struct run *run, const struct radix_job *job);
double radix_cost(int radix, uint64_t count);

/* Radix 10 alone: decimal.c. */
enum radix_rc decimal_digits(struct run *run, const struct radix_job *job);
double decimal_cost(uint64_t count);

/* True when adding the error bound of a fraction whose last GUARD limbs are REST
 * could carry out of them. Pure. */
bool radix_guard_full(const mp_limb_t *rest, unsigned guard);

/* Keeps in EVIDENCE (may be NULL) the step that takes DIGITS digits in RADIX off the
 * fraction X of LEN limbs; the last one. Any thread. */
void radix_last_step(struct engine_evidence *evidence, int index, int radix,
                     uint64_t digits, const mp_limb_t *x, size_t len);

#endif
