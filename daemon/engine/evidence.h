/*
 * What a computation of all digits tells about its result, so that the result can
 * be checked by other means (verify.h) when it is finished.
 */
#ifndef NTHPI_ENGINE_EVIDENCE_H
#define NTHPI_ENGINE_EVIDENCE_H

#include <stdint.h>

#include "engine.h"

/* Places at which hexadecimal digits are kept: the last ones, and others. */
#define EVIDENCE_WINDOWS 4

/* Steps of a conversion: at most one per level of the tree, and the last leaf. */
#define EVIDENCE_STEPS 42

/* ENGINE_WINDOW hexadecimal digits from POSITION on. */
struct evidence_window {
    uint64_t position;
    char digits[ENGINE_WINDOW];
};

/*
 * A step of the conversion of a fraction of L limbs, X / B^L, B = 2^64, to its first
 * DIGITS digits D and what follows them: X radix^DIGITS = D B^L + R, 0 <= R < B^L.
 * If there is a next step, R = X' B^DROPPED + C, X' being the fraction there. The
 * numbers X, R and C are known modulo RESIDUE_PRIME (residue.h).
 */
struct evidence_step {
    uint64_t digits, limbs, dropped;
    uint64_t value; /* X */
    uint64_t rest;  /* R */
    uint64_t lost;  /* C */
};

struct engine_evidence {
    int radix;      /* of the result, 10 or 16 */
    uint64_t count; /* digits of the result, from position 1 on */

    /* Hexadecimal digits of the binary fraction that the result was converted from:
     * the last it has, and at places that hang on all of its digits. */
    int windows;
    struct evidence_window window[EVIDENCE_WINDOWS];

    /* The conversion, from the first digit to the last. */
    int steps;
    struct evidence_step step[EVIDENCE_STEPS];
};

#endif
