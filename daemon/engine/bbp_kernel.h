/*
 * The inner loops of the prime engine (bbp.md), written once for every kind of
 * processor. Which one runs is decided at run time; all compute the same numbers
 * but for the last bits.
 *
 * chi below is +1 for q == 1 and -1 for q == 3 modulo 4.
 */
#ifndef NTHPI_ENGINE_BBP_KERNEL_H
#define NTHPI_ENGINE_BBP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fixed.h"
#include "modular.h"

/* Moduli a kernel may be given: odd, LEAST <= q < 2^MOST_BITS. */
#define BBP_LEAST_MODULUS 64
#define BBP_MOST_BITS     46

/* Every fraction a kernel adds is off by less than 2^-BBP_ERROR_BITS. */
#define BBP_ERROR_BITS 148

/* The largest number of lanes of any kernel, see below. */
#define BBP_MOST_LANES 16

/* Entries that may be read beyond the end of a list of moduli, and written beyond
 * the end of a list of results. What is read there has no influence. */
#define BBP_PAD 64

/* Limits of struct bbp_class, so that all fits into machine words. */
#define BBP_MOST_NUMERATOR (UINT64_C(1) << 40)
#define BBP_DENOMINATOR    105

/* What the primes of a residue class modulo 420 between two cuts have in common:
 * the fraction of q is 2^EXPONENT NUMERATOR / DENOMINATOR mod q, over q. */
struct bbp_class {
    uint64_t base;           /* q = base + 420 i */
    uint64_t least, largest; /* bounds of all q */
    uint64_t exponent;       /* >= 0 */
    uint64_t numerator;      /* 1 .. least, below BBP_MOST_NUMERATOR */
    uint64_t denominator;    /* divides BBP_DENOMINATOR */
};

struct bbp_kernel {
    const char *name;

    /* Time for a whole summation as a multiple of the ifma kernel's, roughly. */
    double slowness;

    /* True when this machine can run it. */
    bool (*usable)(void);

    /* Bits in a word of the long numbers that ratios() is given. */
    unsigned word_bits;

    /* Writes START + i for every bit i that is set in the BITS bits at WORDS (64 to
     * a word, no others set) to LIST, ascending. Returns how many. */
    size_t (*extract)(const uint64_t *words, size_t bits, uint32_t start,
                      uint32_t *list);

    /* Adds the fractions of the COUNT primes with the indexes LIST to SUM. */
    void (*classes)(const struct bbp_class *job, const uint32_t *list, size_t count,
                    struct fixed *sum);

    /* For each of the COUNT moduli Q sets N and D, both below 2 Q, so that
     * N / D == P / D' mod Q, where P and D' are long numbers of WORDS words, the
     * least first. D' has no common factor with Q. */
    void (*ratios)(const uint64_t *q, size_t count, const uint64_t *p,
                   const uint64_t *d, size_t words, uint64_t *out_n, uint64_t *out_d);

    /* Adds chi(q) (2^EXPONENT N / D mod q) / q to SUM for each of the COUNT primes Q,
     * all between LEAST and LARGEST. N and D are below 2 Q. */
    void (*fractions)(const uint64_t *q, const uint64_t *n, const uint64_t *d,
                      size_t count, uint64_t least, uint64_t largest, uint64_t exponent,
                      struct fixed *sum);

    /* How many sums horner() computes side by side: a multiple of 8, or 2. */
    unsigned lanes;

    /* For each lane i < lanes sets N and D, both below 2 q, so that N / D is the sum
     * over t < STEPS of R^t / (U + 2 i + 2 lanes t) modulo q. STEPS >= 1, R < q, and
     * all divisors are below q. */
    void (*horner)(const struct modulus *m, uint64_t u, uint64_t r, uint64_t steps,
                   uint64_t *n, uint64_t *d);
};

/* The fastest first, the portable one last, ended by NULL. Static, immutable. */
extern const struct bbp_kernel *const bbp_kernels[];

/* The fastest that this machine can run. Any thread. */
const struct bbp_kernel *bbp_kernel_best(void);

/* The one named NAME if this machine can run it, otherwise NULL. Any thread. */
const struct bbp_kernel *bbp_kernel_find(const char *name);

extern const struct bbp_kernel bbp_kernel_ifma, bbp_kernel_avx2, bbp_kernel_portable;

/*
 * A power of 2 by repeated squaring: from 2^start, for every group some squarings,
 * then one multiplication by 2^shift. The last group is a single squaring, with a
 * shift of 0 or 1.
 */
struct bbp_chain {
    unsigned start;
    unsigned squarings; /* in all groups together */
    unsigned groups;
    struct {
        unsigned char squarings, shift;
    } group[64];
};

/* The chain to 2^EXPONENT with start <= MOST_START, at least LEAST_SQUARINGS
 * squarings and shifts below 2^DIGIT. Pure. */
struct bbp_chain bbp_chain_to(uint64_t exponent, unsigned most_start, unsigned digit,
                              unsigned least_squarings);

/* Bits of X > 0: 2^(bits - 1) <= X. */
static inline unsigned
bbp_bits(uint64_t x)
{
    return 64 - (unsigned)__builtin_clzll(x);
}

/* The number V < DENOMINATOR with q V == -NUMERATOR mod DENOMINATOR for all q of the
 * class: then (NUMERATOR + q V) / DENOMINATOR, an integer and at most q, is what its
 * name says modulo q. */
uint64_t bbp_class_cofactor(const struct bbp_class *job);

/* The portable version of ratios(), for kernels that have no better one. */
void bbp_ratios_portable(const uint64_t *q, size_t count, const uint64_t *p,
                         const uint64_t *d, size_t words, uint64_t *out_n,
                         uint64_t *out_d);

#endif
