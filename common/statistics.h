/*
 * How often each digit comes, and how often each follows each: counted, and compared
 * with what chance would give. All functions are pure but for the counts that they are
 * handed; any thread may call them, one at a time for the same counts.
 */
#ifndef NTHPI_STATISTICS_H
#define NTHPI_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

enum { STATISTICS_KINDS = 16 };

/* The web program counts up to so many digits itself, within a few milliseconds. Of
 * more digits the daemon keeps the counts, at each power of ten; see daemon/tally.c. */
#define STATISTICS_AT_ONCE UINT64_C(1000000)

/* The counts of the digits at positions 1 .. length in a radix of 2 to 16. */
struct statistics {
    int radix;
    int last; /* the digit at `length`, or -1: none yet */
    uint64_t length;
    uint64_t digits[STATISTICS_KINDS];                  /* how often each came */
    uint64_t pairs[STATISTICS_KINDS][STATISTICS_KINDS]; /* [a][b]: b right after a */
};

/* Nothing is counted yet. */
void statistics_init(struct statistics *s, int radix);

/* The LENGTH digits at TEXT come next; all are digits of the radix, as those are that
 * digits_read() gives. About a nanosecond each. */
void statistics_add(struct statistics *s, const char *text, size_t length);

/*
 * Pearson's chi-squared of COUNTS, of KINDS (>= 1) kinds, against their being equally
 * likely: the sum of (count - mean)^2 / mean. 0 when nothing was counted.
 */
double statistics_chi_squared(const uint64_t *counts, int kinds);

/*
 * The probability that chance gives a chi-squared of at least X (>= 0) with FREEDOM
 * degrees of freedom: Q(FREEDOM / 2, X / 2), the upper regularized incomplete gamma
 * function. FREEDOM is odd and from 1 to 31; radix 10 has 9, radix 16 has 15. The
 * relative error is below 1e-13 as long as the result is above 1e-290.
 *
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, formula 26.4.4.
 */
double statistics_chance(int freedom, double x);

/* The standard deviation of how often a digit of RADIX comes among LENGTH that are
 * drawn by chance: sqrt(length p (1 - p)), p = 1 / radix (binomial distribution). */
double statistics_deviation(int radix, uint64_t length);

#endif
