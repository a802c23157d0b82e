/*
 * Prime numbers: a list of the small ones, and a segmented sieve for the numbers
 * base, base + step, base + 2 step, ... of an arithmetic progression.
 */
#ifndef NTHPI_ENGINE_SIEVE_H
#define NTHPI_ENGINE_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The steps a sieve may have: odd numbers, and residue classes modulo 420. */
#define SIEVE_ODD   2u
#define SIEVE_CLASS 420u

/* The first sieving primes are crossed out by patterns of words. */
#define SIEVE_PATTERNS 16
/* The least limit of a list of primes that a sieve can work with: it holds
 * SIEVE_PATTERNS primes that do not divide 420. */
#define SIEVE_LEAST_LIMIT 71

/* All odd primes up to a limit, ascending. */
struct primes {
    uint32_t *list;
    size_t count;
    uint32_t *class_inverse; /* 420^-1 modulo each; 0 for 3, 5, 7 */
    uint64_t *patterns;      /* of the first SIEVE_PATTERNS + 3 primes */
};

/* Fills PRIMES up to LIMIT (3 .. 2^31). False when there is no memory. To be
 * released with primes_free() in either case. */
bool primes_fill(struct primes *primes, uint32_t limit);
void primes_free(struct primes *primes);

/* Index of the first prime of the list that is above VALUE. */
size_t primes_above(const struct primes *primes, uint64_t value);

struct sieve {
    const struct primes *primes;
    uint64_t base; /* the number of the present segment's first bit */
    unsigned step;
    size_t first, end; /* the primes that are crossed out one by one */
    uint32_t *next;    /* for each, its next multiple in the coming segment */
    uint32_t *hits;    /* for each, room over it, rounded down */
    uint32_t phase[SIEVE_PATTERNS]; /* where the coming segment is in each pattern */
    size_t patterns;                /* index of the first prime that has one in use */
    size_t room;                    /* bits of a segment, a multiple of 4096 */
    uint64_t *words; /* the present segment: bit i stands for base + step i */
};

/*
 * Prepares SIEVE for the numbers BASE + STEP i (odd, BASE without common factor with
 * STEP) below END. PRIMES reaches at least to SIEVE_LEAST_LIMIT and to the square
 * root of END, and BASE is larger than all its members. False when there is no
 * memory. To be released with sieve_close() in either case.
 */
bool sieve_open(struct sieve *sieve, const struct primes *primes, uint64_t base,
                unsigned step, uint64_t end);
void sieve_close(struct sieve *sieve);

/*
 * Sieves the next BITS (1 .. room) numbers: sets words[] so that exactly the bits of
 * primes are 1, also none beyond BITS in its last word. After a segment with fewer
 * than room bits no other may follow.
 */
void sieve_segment(struct sieve *sieve, size_t bits);

#endif
