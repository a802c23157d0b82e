/*
 * The terms of Bellard's series for pi, each a fraction modulo 1 (the formula is
 * in bbp_direct.c).
 */
#ifndef NTHPI_ENGINE_BBP_TERMS_H
#define NTHPI_ENGINE_BBP_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "fixed.h"

/* One of the series that are added up:
 * sum over k of (-1)^k (negative ? -1 : 1) 2^(shift - 10 k) / (step k + offset). */
struct bbp_term {
    uint64_t step, offset;
    unsigned shift;
    bool negative;
};
#define BBP_TERMS 7
extern const struct bbp_term bbp_terms[BBP_TERMS];

/*
 * Adds (-1)^K times the seven terms 2^(E + shift) / (step K + offset), with their
 * signs, to SUM modulo 1. 10 K + 9 is below 2^53, E is any exponent >= 0. Each term
 * is truncated to FIXED_BITS bits towards zero before its sign. Any thread.
 */
void bbp_add_powers(struct fixed *sum, uint64_t k, uint64_t e);

/* Adds 2^E / J, truncated to FIXED_BITS bits, to SUM modulo 1, or subtracts it. E is
 * at most 8 and may be negative, J at least 1. Any thread. */
void bbp_add_single(struct fixed *sum, int64_t e, uint64_t j, bool negative);

#endif
