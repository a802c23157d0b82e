/*
 * The terms of Bellard's series for pi, each a fraction modulo 1 (the formula is
 * in bbp.c), and fixed-point numbers modulo 1 to add them up in.
 */
#ifndef NTHPI_ENGINE_BBP_SERIES_H
#define NTHPI_ENGINE_BBP_SERIES_H

#include <stdbool.h>
#include <stdint.h>

/* A number modulo 1. The last word holds the first 64 bits after the point. */
#define FIXED_WORDS 3
#define FIXED_BITS  (64 * FIXED_WORDS)
struct fixed {
    uint64_t word[FIXED_WORDS];
};

/* One of the series that are added up:
 * sum over k of (-1)^k (negative ? -1 : 1) 2^(shift - 10 k) / (step k + offset). */
struct bbp_series {
    uint64_t step, offset;
    unsigned shift;
    bool negative;
};
#define BBP_SERIES 7
extern const struct bbp_series bbp_series[BBP_SERIES];

/* Adds X to SUM modulo 1, or subtracts it. Any thread. */
void fixed_add(struct fixed *sum, const struct fixed *x, bool negative);

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
