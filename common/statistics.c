/*
 * Counting digits.
 *
 * Only pairs are counted one by one; how often a digit came follows from them: every
 * digit but the last begins a pair. That is one addition for each digit, to one of
 * 256 places that stay in the processor's first cache.
 */
#include "config.h"

#include "common/statistics.h"

#include <math.h>
#include <string.h>

void
statistics_init(struct statistics *s, int radix)
{
    memset(s, 0, sizeof *s);
    s->radix = radix;
    s->last = -1;
}

/* '0' .. '9', 'a' .. 'f' in ASCII. */
static inline int
value_of(char digit)
{
    return (digit & 15) + (digit >> 6) * 9;
}

void
statistics_add(struct statistics *s, const char *text, size_t length)
{
    int last = s->last;
    size_t i = 0;

    if (length == 0)
        return;
    if (last < 0)
        last = value_of(text[i++]);
    for (; i < length; i++) {
        int digit = value_of(text[i]);

        s->pairs[last][digit]++;
        last = digit;
    }
    s->last = last;
    s->length += length;
    for (int a = 0; a < s->radix; a++) {
        s->digits[a] = a == last;
        for (int b = 0; b < s->radix; b++)
            s->digits[a] += s->pairs[a][b];
    }
}

double
statistics_chi_squared(const uint64_t *counts, int kinds)
{
    double sum = 0, total = 0, mean;

    for (int i = 0; i < kinds; i++)
        total += (double)counts[i];
    mean = total / kinds;
    for (int i = 0; i < kinds; i++)
        sum += ((double)counts[i] - mean) * ((double)counts[i] - mean);
    return total > 0 ? sum / mean : 0;
}

double
statistics_chance(int freedom, double x)
{
    /*
     * 26.4.4 with chi = sqrt(x): 2 Q(chi) + 2 Z(chi) times the sum, for r from 1 to
     * (freedom - 1) / 2, of chi^(2r - 1) / (1 3 5 ... (2r - 1)); Q is the upper tail
     * of the normal distribution, so 2 Q(chi) = erfc(chi / sqrt(2)), and Z its
     * density. No term is negative, so none takes digits from another: each has the
     * error of erfc() or exp() and of at most two operations for each step.
     */
    double sum = erfc(sqrt(x / 2));
    double term = sqrt(x / 2) * M_2_SQRTPI * exp(-x / 2);

    for (int odd = 1; odd < freedom; odd += 2) {
        sum += term;
        term *= x / (odd + 2);
    }
    return sum;
}

double
statistics_deviation(int radix, uint64_t length)
{
    double p = 1.0 / radix;

    return sqrt((double)length * p * (1 - p));
}
