/*
 * Residues modulo p = 2^61 - 31, which is prime.
 *
 * 2^61 = 31 (mod p), so a number of up to 128 bits is reduced by adding 31 times
 * its upper part to its lower 61 bits, twice. Limbs are taken four at a time, to
 * have independent multiplications. (The Mersenne prime 2^61 - 1 would be
 * simpler still, but powers of 2 repeat there after 61 limbs, and limbs that changed
 * places would go unnoticed.)
 *
 * A single wrong digit changes a number by d r^j with d less than p and r = 10 or
 * 16: never a multiple of p.
 */
#include "residue.h"

#include <endian.h>
#include <string.h>

/* 2^64 modulo p; its cube is still below p. */
#define LIMB UINT64_C(248)

typedef unsigned __int128 wide;

/* X modulo p. */
static uint64_t
reduce(wide x)
{
    const uint64_t mask = (UINT64_C(1) << 61) - 1;
    wide once = (x >> 61) * 31 + ((uint64_t)x & mask);
    uint64_t twice = (uint64_t)(once >> 61) * 31 + ((uint64_t)once & mask);

    while (twice >= RESIDUE_PRIME)
        twice -= RESIDUE_PRIME;
    return twice;
}

uint64_t
residue_add(uint64_t a, uint64_t b)
{
    return reduce((wide)a + b);
}

uint64_t
residue_sub(uint64_t a, uint64_t b)
{
    return reduce((wide)a + RESIDUE_PRIME - b);
}

uint64_t
residue_mul(uint64_t a, uint64_t b)
{
    return reduce((wide)a * b);
}

uint64_t
residue_pow(uint64_t base, uint64_t exponent)
{
    uint64_t power = 1;

    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1)
            power = residue_mul(power, base);
        base = residue_mul(base, base);
    }
    return power;
}

uint64_t
residue_limbs(const mp_limb_t *x, uint64_t bits)
{
    const uint64_t b = LIMB, b2 = b * b, b3 = b2 * b;
    const uint64_t b4 = residue_mul(b3, b);
    size_t i = (size_t)(bits / 64);
    unsigned rest = (unsigned)(bits % 64);
    uint64_t sum = 0, four;

    if (rest > 0)
        sum = reduce(x[i] & ((UINT64_C(1) << rest) - 1));
    while (i % 4 > 0)
        sum = reduce((wide)sum * b + x[--i]);
    for (; i > 0; i -= 4) {
        four = reduce((wide)x[i - 1] * b3 + (wide)x[i - 2] * b2 + (wide)x[i - 3] * b +
                      x[i - 4]);
        sum = reduce((wide)sum * b4 + four);
    }
    return sum;
}

/*
 * The number made of the eight digits at TEXT. Their codes are '0' .. '9' = 0x30 ..
 * 0x39 and 'a' .. 'f' = 0x61 .. 0x66, so the low half of a byte, and 9 more if its bit
 * 6 is set, is the digit. Neighbours are put together, then pairs, then fours, in all
 * places at once; no part outgrows its place.
 */
static uint64_t
eight_digits(const char *text, uint64_t radix)
{
    uint64_t x;

    memcpy(&x, text, sizeof x);
    x = le64toh(x); /* the first digit is the lowest byte */
    x = (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) +
        9 * (x >> 6 & UINT64_C(0x0101010101010101));
    x = (x * radix + (x >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    radix *= radix;
    x = (x * radix + (x >> 16)) & UINT64_C(0x0000ffff0000ffff);
    radix *= radix;
    return (x * radix + (x >> 32)) & UINT64_C(0xffffffff);
}

uint64_t
residue_digits(uint64_t before, const char *text, size_t length, int radix)
{
    const uint64_t r = (uint64_t)radix;
    const uint64_t scale8 = residue_pow(r, 8), scale16 = residue_pow(r, 16);
    uint64_t sum = before;
    wide sixteen;

    for (; length >= 16; length -= 16, text += 16) {
        sixteen = (wide)eight_digits(text, r) * scale8 + eight_digits(text + 8, r);
        sum = reduce((wide)sum * scale16 + sixteen);
    }
    for (; length > 0; length--, text++)
        sum = reduce((wide)sum * r + (*text & 15u) + 9 * (*text >> 6 & 1u));
    return sum;
}
