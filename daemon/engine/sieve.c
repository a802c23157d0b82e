/*
 * A segmented sieve of Eratosthenes over arithmetic progressions.
 *
 * The first 16 sieving primes would cross out most often; instead each has a
 * pattern of p words (64 p numbers, after which it repeats), and the patterns of
 * four primes at a time are combined with a bitwise and.
 *
 * Every other prime p crosses out every p-th bit. Eight steps are p bytes, so the
 * eight masks and the eight distances between the bytes stay the same all the way
 * (an idea of Kim Walisch's primesieve).
 *
 * How often p fits into a segment is known beforehand, but for one. Crossing out that
 * one, too, and what else makes the count even, beyond the end of the segment where it
 * does no harm, is quicker than a branch that cannot be predicted.
 *
 * Multiples of p start at p itself, not at p^2: all numbers sieved are larger than
 * the sieving primes, so what is crossed out is never a prime.
 */
#include "sieve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Patterns are words and single bits are crossed out in bytes, so bit i of a word has
 * to be in its byte i / 8. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bytes in another order");

/* Words that patterns are combined for at a time. */
#define BLOCK 64

/* Primes that divide 420 and are odd. */
#define CLASS_FACTORS 3

/* Bits of a segment: 32 KB, which fit into the fastest cache, unless the sieving
 * primes are so large that most would have nothing to do there. */
#define LEAST_ROOM ((size_t)1 << 18)
#define MOST_ROOM  ((size_t)1 << 22)

/* Primes up to this part of a segment are crossed out eight at a time. */
#define EIGHTS_PART 16
/* Primes up to this part of a segment are crossed out without looking at its end. */
#define PART_OF_ROOM 4
/* Bytes behind a segment: the next multiple, fewer than 8 more of the former primes. */
#define BEHIND(room) ((room) / 8 / PART_OF_ROOM + (room) / EIGHTS_PART + 64)

/* A^-1 mod P for a prime P: A^(P-2). */
static uint32_t
inverse(uint32_t a, uint32_t p)
{
    uint64_t power = a % p, result = 1;
    uint32_t e;

    for (e = p - 2; e > 0; e >>= 1) {
        if (e & 1)
            result = result * power % p;
        power = power * power % p;
    }
    return (uint32_t)result;
}

/* Words of PRIMES' patterns before that of its member INDEX: each has p words, and
 * BLOCK more, so that a block can be read from any of the p. */
static size_t
pattern_start(const struct primes *primes, size_t index)
{
    size_t start = 0, i;

    for (i = 0; i < index; i++)
        start += primes->list[i] + BLOCK;
    return start;
}

static bool
fill_patterns(struct primes *primes)
{
    size_t count = SIEVE_PATTERNS + CLASS_FACTORS, i;
    uint64_t *pattern;
    uint32_t p, bit;

    if (primes->count < count)
        return true; /* too few for a sieve */
    primes->patterns = malloc(pattern_start(primes, count) * sizeof *pattern);
    if (primes->patterns == NULL)
        return false;
    memset(primes->patterns, 0xff, pattern_start(primes, count) * sizeof *pattern);
    for (i = 0; i < count; i++) {
        p = primes->list[i];
        pattern = primes->patterns + pattern_start(primes, i);
        for (bit = 0; bit < 64 * (p + BLOCK); bit += p)
            pattern[bit / 64] &= ~(UINT64_C(1) << bit % 64);
    }
    return true;
}

bool
primes_fill(struct primes *primes, uint32_t limit)
{
    size_t odd = limit / 2 + 1, count = 0; /* i stands for 2i + 1 */
    unsigned char *composite = calloc(odd, 1);
    size_t i, j;

    memset(primes, 0, sizeof *primes);
    if (composite == NULL)
        return false;
    for (i = 1; i < odd; i++) {
        if (composite[i])
            continue;
        count += 2 * i + 1 <= limit;
        for (j = 2 * i * (i + 1); j < odd; j += 2 * i + 1)
            composite[j] = 1;
    }
    primes->list = malloc((count + 1) * sizeof *primes->list);
    primes->class_inverse = malloc((count + 1) * sizeof *primes->class_inverse);
    if (primes->list == NULL || primes->class_inverse == NULL) {
        free(composite);
        return false;
    }
    for (i = 1; primes->count < count; i++)
        if (!composite[i])
            primes->list[primes->count++] = (uint32_t)(2 * i + 1);
    free(composite);
    for (i = 0; i < count; i++)
        primes->class_inverse[i] =
            i < CLASS_FACTORS ? 0 : inverse(SIEVE_CLASS, primes->list[i]);
    return fill_patterns(primes);
}

void
primes_free(struct primes *primes)
{
    free(primes->list);
    free(primes->class_inverse);
    free(primes->patterns);
    memset(primes, 0, sizeof *primes);
}

size_t
primes_above(const struct primes *primes, uint64_t value)
{
    size_t low = 0, high = primes->count, middle;

    while (low < high) {
        middle = low + (high - low) / 2;
        if (primes->list[middle] > value)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The least i >= 0 for which P, the member INDEX, divides base + step i. */
static uint32_t
first_multiple(const struct sieve *sieve, size_t index)
{
    uint32_t p = sieve->primes->list[index];
    uint32_t rest = (uint32_t)(sieve->base % p);
    uint32_t inverse_step =
        sieve->step == SIEVE_ODD ? (p + 1) / 2 : sieve->primes->class_inverse[index];

    return rest == 0 ? 0 : (uint32_t)((uint64_t)(p - rest) * inverse_step % p);
}

bool
sieve_open(struct sieve *sieve, const struct primes *primes, uint64_t base,
           unsigned step, uint64_t end)
{
    uint32_t p;
    size_t i;

    *sieve = (struct sieve){.primes = primes, .base = base, .step = step};
    sieve->patterns = step == SIEVE_ODD ? 0 : CLASS_FACTORS;
    sieve->first = sieve->patterns + SIEVE_PATTERNS;
    sieve->end = primes_above(primes, (uint64_t)sqrt((double)end) + 1);
    if (sieve->end < sieve->first)
        sieve->end = sieve->first;
    sieve->room = LEAST_ROOM;
    while (sieve->room < MOST_ROOM && sieve->room < primes->list[sieve->end - 1])
        sieve->room *= 2;
    sieve->words = aligned_alloc(64, (sieve->room / 8 + BEHIND(sieve->room)) / 64 * 64);
    sieve->next = malloc((sieve->end - sieve->first + 1) * sizeof *sieve->next);
    sieve->hits = malloc((sieve->end - sieve->first + 1) * sizeof *sieve->hits);
    if (sieve->words == NULL || sieve->next == NULL || sieve->hits == NULL)
        return false;
    for (i = 0; i < SIEVE_PATTERNS; i++) {
        /* The pattern's bit 64 w is to fall on the first number: 64 w == -first. */
        p = primes->list[sieve->patterns + i];
        sieve->phase[i] =
            (uint32_t)((uint64_t)(p - first_multiple(sieve, sieve->patterns + i)) *
                       inverse(64, p) % p);
    }
    for (i = sieve->first; i < sieve->end; i++) {
        sieve->next[i - sieve->first] = first_multiple(sieve, i);
        sieve->hits[i - sieve->first] = (uint32_t)sieve->room / primes->list[i];
    }
    return true;
}

void
sieve_close(struct sieve *sieve)
{
    free(sieve->words);
    free(sieve->next);
    free(sieve->hits);
    sieve->words = NULL;
    sieve->hits = NULL;
    sieve->next = NULL;
}

/* Sets (or cuts, unless FRESH) a block of words to what four patterns have in
 * common. */
static void
combine(uint64_t *restrict words, const uint64_t *restrict a,
        const uint64_t *restrict b, const uint64_t *restrict c,
        const uint64_t *restrict d, bool fresh)
{
    int i;

    if (fresh)
        for (i = 0; i < BLOCK; i++)
            words[i] = a[i] & b[i] & c[i] & d[i];
    else
        for (i = 0; i < BLOCK; i++)
            words[i] &= a[i] & b[i] & c[i] & d[i];
}

/* Lays the patterns over the first BLOCKS blocks. */
static void
apply_patterns(struct sieve *sieve, size_t blocks)
{
    const uint64_t *at[SIEVE_PATTERNS], *read[4];
    uint32_t p[SIEVE_PATTERNS], *phase = sieve->phase;
    size_t block;
    int i, j;

    for (i = 0; i < SIEVE_PATTERNS; i++) {
        p[i] = sieve->primes->list[sieve->patterns + (size_t)i];
        at[i] = sieve->primes->patterns +
                pattern_start(sieve->primes, sieve->patterns + (size_t)i);
    }
    for (block = 0; block < blocks; block++)
        for (i = 0; i < SIEVE_PATTERNS; i += 4) {
            for (j = 0; j < 4; j++) {
                read[j] = at[i + j] + phase[i + j];
                phase[i + j] = (phase[i + j] + BLOCK) % p[i + j];
            }
            combine(sieve->words + block * BLOCK, read[0], read[1], read[2], read[3],
                    i == 0);
        }
}

/* Everything but one bit. */
static const unsigned char clear[8] = {0xfe, 0xfd, 0xfb, 0xf7, 0xef, 0xdf, 0xbf, 0x7f};

/* Crosses out 8 COUNT numbers, every P-th from bit FROM on. */
static void
cross_out_eights(unsigned char *bytes, uint32_t from, uint32_t p, uint32_t count)
{
#define OFFSET(i) unsigned char *const o##i = bytes + ((from + (i)*p) >> 3);
#define MASK(i)   const unsigned char m##i = clear[(from + (i)*p) & 7];
#define CROSS(i)  o##i[done] &= m##i;
#define EIGHT(X)  X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
    EIGHT(OFFSET)
    EIGHT(MASK)
    size_t done;

    for (done = 0; count > 0; count--, done += p) {
        EIGHT(CROSS)
    }
#undef OFFSET
#undef MASK
#undef CROSS
#undef EIGHT
}

static void
cross_out(unsigned char *bytes, uint32_t from, uint32_t p, uint32_t count)
{
    for (; count > 0; count--, from += p)
        bytes[from >> 3] &= clear[from & 7];
}

void
sieve_segment(struct sieve *sieve, size_t bits)
{
    const uint32_t *p = sieve->primes->list + sieve->first;
    const size_t count = sieve->end - sieve->first;
    const size_t blocks = (bits + 64 * BLOCK - 1) / (64 * BLOCK);
    const uint32_t whole = (uint32_t)(blocks * 64 * BLOCK);
    unsigned char *bytes = (unsigned char *)sieve->words;
    uint32_t *next = sieve->next, from, hits;
    size_t i;

    apply_patterns(sieve, blocks);
    for (i = 0; i < count && p[i] <= whole / PART_OF_ROOM; i++) {
        hits = whole == sieve->room ? sieve->hits[i] : whole / p[i];
        if (p[i] <= whole / EIGHTS_PART)
            cross_out_eights(bytes, next[i], p[i], hits / 8 + 1);
        else
            cross_out(bytes, next[i], p[i], hits + 1);
        from = next[i] + hits * p[i];
        next[i] = (from < whole ? from + p[i] : from) - whole;
    }
    for (; i < count; i++) {
        for (from = next[i]; from < whole; from += p[i])
            bytes[from >> 3] &= (unsigned char)~(1u << (from & 7));
        next[i] = from - whole;
    }
    if (bits % 64 != 0)
        sieve->words[bits / 64] &= (UINT64_C(1) << bits % 64) - 1;
    sieve->base += (uint64_t)sieve->step * bits;
}
