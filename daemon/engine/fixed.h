/*
 * Numbers modulo 1 with 192 bits, to add up fractions in: a sum modulo 1 is exact
 * and does not depend on the order.
 */
#ifndef NTHPI_ENGINE_FIXED_H
#define NTHPI_ENGINE_FIXED_H

#include <stdbool.h>
#include <stdint.h>

/* A number modulo 1. The last word holds the first 64 bits after the point. */
#define FIXED_WORDS 3
#define FIXED_BITS  (64 * FIXED_WORDS)
struct fixed {
    uint64_t word[FIXED_WORDS];
};

/* Hexadecimal digits a window is made of at most, of the 48 in a struct fixed. */
#define FIXED_MOST_DIGITS 24

/* Adds X to SUM modulo 1, or subtracts it. Any thread. */
void fixed_add(struct fixed *sum, const struct fixed *x, bool negative);

/* Adds VALUE 2^(SHIFT - FIXED_BITS) to SUM modulo 1; SHIFT is below FIXED_BITS, and
 * what VALUE has above the point is dropped. Any thread. */
void fixed_add_scaled(struct fixed *sum, __int128 value, unsigned shift);

/* Adds R/Q to SUM, rounded down to FIXED_BITS bits; R < Q < 2^63. Any thread. */
void fixed_add_quotient(struct fixed *sum, uint64_t r, uint64_t q);

/*
 * Writes the leading hexadecimal digits, at most FIXED_MOST_DIGITS, that every
 * number nearer than ERROR to SUM (modulo 1) has in common with it, not terminated.
 * Returns how many; 0 when an end of that interval lies across 0. Any thread.
 */
int fixed_certain(char text[FIXED_MOST_DIGITS], const struct fixed *sum,
                  const struct fixed *error);

#endif
