/*
 * Numbers modulo 1; see fixed.h.
 *
 * Certain digits: if the two ends SUM - ERROR and SUM + ERROR agree in their first
 * i digits, so do all numbers between them, as the interval is shorter than 1/2 and
 * the ends would not agree in the first digit if it contained 0.
 */
#include "fixed.h"

typedef unsigned __int128 u128;

void
fixed_add(struct fixed *sum, const struct fixed *x, bool negative)
{
    uint64_t carry = negative ? 1 : 0;
    uint64_t flip = negative ? UINT64_MAX : 0;
    u128 t;
    int i;

    for (i = 0; i < FIXED_WORDS; i++) {
        t = (u128)sum->word[i] + (x->word[i] ^ flip) + carry;
        sum->word[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
}

void
fixed_add_scaled(struct fixed *sum, __int128 value, unsigned shift)
{
    const u128 v = (u128)value;
    const uint64_t sign = value < 0 ? UINT64_MAX : 0;
    const uint64_t wide[FIXED_WORDS + 1] = {(uint64_t)v, (uint64_t)(v >> 64), sign,
                                            sign};
    const unsigned words = shift / 64, bits = shift % 64;
    struct fixed x = {{0}};
    unsigned i;

    for (i = words; i < FIXED_WORDS; i++) {
        x.word[i] = wide[i - words] << bits;
        if (bits > 0 && i > words)
            x.word[i] |= wide[i - words - 1] >> (64 - bits);
    }
    fixed_add(sum, &x, false);
}

void
fixed_add_quotient(struct fixed *sum, uint64_t r, uint64_t q)
{
    struct fixed x;
    u128 t;
    int i;

    for (i = FIXED_WORDS - 1; i >= 0; i--) {
        t = (u128)r << 64;
        x.word[i] = (uint64_t)(t / q);
        r = (uint64_t)(t % q);
    }
    fixed_add(sum, &x, false);
}

static char
digit(const struct fixed *x, int index)
{
    uint64_t word = x->word[FIXED_WORDS - 1 - index / 16];

    return "0123456789abcdef"[word >> (60 - index % 16 * 4) & 15];
}

int
fixed_certain(char text[FIXED_MOST_DIGITS], const struct fixed *sum,
              const struct fixed *error)
{
    struct fixed low = *sum, high = *sum;
    int i;

    fixed_add(&low, error, true);
    fixed_add(&high, error, false);
    for (i = 0; i < FIXED_MOST_DIGITS && digit(&low, i) == digit(&high, i); i++)
        text[i] = digit(&low, i);
    return i;
}
