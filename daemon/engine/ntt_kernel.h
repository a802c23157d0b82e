/*
 * The transforms behind ntt.h, written once for every kind of processor: what the
 * kernels have in common, and what ntt.c asks of them.
 *
 * A transform of LENGTH = odd * 2^levels points modulo a prime p is done on an array of
 * LENGTH words in three steps (ntt_transform.h explains them):
 *  - spread: column by column, limbs become residues, and the first levels are done;
 *  - blocks: the rest, block by block, each of which fits into a cache: the operands'
 *    blocks forward, their products, the products' blocks backward;
 *  - gather: column by column, the first levels backward.
 * Columns, and blocks, are independent of each other: threads share them out. When all
 * primes are done, join() makes limbs of three arrays.
 */
#ifndef NTHPI_ENGINE_NTT_KERNEL_H
#define NTHPI_ENGINE_NTT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "modular.h"
#include "ntt.h"

#define NTT_PRIMES 3

/* Before a loop over vectors that are to stay in registers. */
#define UNROLLED _Pragma("GCC unroll 8")

/* Transforms have odd * 2^levels points, NTT_LEAST_LEVELS <= levels and at most
 * 2^NTT_MOST_LEVELS points in all. */
#define NTT_LEAST_LEVELS 7
#define NTT_MOST_LEVELS  24
#define NTT_MOST_ODD     7

/* The largest count of limbs in the shorter operand, so that each sum of products of
 * two limbs is below p1 p2 p3 (1 - 2^-20). */
#define NTT_MOST_LIMBS 4194000

/* The most words that a kernel handles at a time. */
#define NTT_MOST_LANES 8

/* The bytes to which arrays of a transform are aligned. */
#define NTT_ALIGNMENT 64

/* How a transform is laid out. */
struct ntt_shape {
    size_t length;
    size_t part; /* 2^levels */
    unsigned odd, levels;
    unsigned top;   /* levels done by spread and gather */
    size_t columns; /* 2^(levels - top): words in a block */
    size_t width;   /* columns done at a time; divides columns */
};

/* Factors of a table: multiplying by word[i] needs helper[i] too. */
struct ntt_factors {
    uint64_t *word, *helper;
};

/* The arithmetic modulo a prime, with tables for one shape, in whatever form the kernel
 * likes. Read by any thread. */
struct ntt_field {
    struct modulus m;
    struct {
        uint64_t word, helper;
    } scale;                   /* the factor of residues in join() */
    struct ntt_factors nodes;  /* roots of the nodes, see ntt_transform.h */
    struct ntt_factors leaves; /* the same for the last levels */
    struct ntt_factors lane;   /* vectors: what the lanes of a leaf differ by */
    struct ntt_factors odd;    /* vectors: the odd step's */
};

/* The carry out of a run of coefficients: two limbs, the lower one first. */
struct ntt_carry {
    mp_limb_t limb[2];
};

struct ntt_kernel {
    const char *name;

    /* True when this machine can run it. */
    bool (*usable)(void);

    /* Words that it handles at a time. */
    unsigned lanes;

    /* See ntt_from(). */
    size_t from;

    /* For ntt_cost(), nanoseconds: for a call; per word and level of a transform; per
     * word of a transform that goes through memory; per word of a result. */
    double call_cost, level_cost, memory_cost, join_cost;

    /* Fills FIELD for prime number PRIME with what MEMORY, of ntt_table_words() words,
     * has room for. */
    void (*prepare)(struct ntt_field *field, const struct ntt_shape *shape,
                    unsigned prime, uint64_t *memory);

    /* The columns from COLUMN on, shape->width of them, of the operand with COUNT
     * LIMBS, to ARRAY. BUFFER has ntt_buffer_words(). */
    void (*spread)(const struct ntt_field *field, const struct ntt_shape *shape,
                   const mp_limb_t *limbs, size_t count, uint64_t *array, size_t column,
                   uint64_t *buffer);

    /* A block of an array, the one with this INDEX, forward and backward. */
    void (*forward)(const struct ntt_field *field, const struct ntt_shape *shape,
                    uint64_t *block, size_t index);
    void (*backward)(const struct ntt_field *field, const struct ntt_shape *shape,
                     uint64_t *block, size_t index);

    /* R = A B point by point for COUNT points (a multiple of 64); R may be A or B. */
    void (*multiply)(const struct ntt_field *field, uint64_t *r, const uint64_t *a,
                     const uint64_t *b, size_t count);

    /* What spread() did, undone for the columns from COLUMN on of ARRAY. */
    void (*gather)(const struct ntt_field *field, const struct ntt_shape *shape,
                   uint64_t *array, size_t column, uint64_t *buffer);

    /* The sum of COUNT coefficients (a multiple of 64) times B^i, given by their
     * residues, as COUNT limbs R and a carry out of them. R may be one of RESIDUES. */
    struct ntt_carry (*join)(const struct ntt_field fields[NTT_PRIMES], mp_limb_t *r,
                             uint64_t *const residues[NTT_PRIMES], size_t count);
};

/* The fastest first, the portable one last, ended by NULL. Static, immutable. */
extern const struct ntt_kernel *const ntt_kernels[];
extern const struct ntt_kernel ntt_kernel_ifma, ntt_kernel_avx2, ntt_kernel_portable;

/* The fastest that this machine can run. Any thread. */
const struct ntt_kernel *ntt_kernel_best(void);

/* ntt_products() with the KERNEL given. */
void ntt_products_with(const struct ntt_kernel *kernel, struct run *run, size_t length,
                       const struct ntt_operand *operands, size_t operand_count,
                       const struct ntt_product *products, size_t count, int threads);

/* The layout of a transform of LENGTH, a value of ntt_length(), points. Pure. */
struct ntt_shape ntt_shape_of(size_t length);

/* Words of memory that prepare() and the column functions need. Pure. */
size_t ntt_table_words(const struct ntt_shape *shape, unsigned lanes);
size_t ntt_buffer_words(const struct ntt_shape *shape);

/* Counts of the factors in the tables of nodes and leaves, the last one being a special
 * one for the way back. */
static inline size_t
ntt_node_count(const struct ntt_shape *shape)
{
    return shape->part / 16 + 1;
}

static inline size_t
ntt_leaf_count(const struct ntt_shape *shape, unsigned lanes)
{
    return shape->part / 8 / lanes + 1;
}

/* The primes, the largest first. */
extern const uint64_t ntt_primes[NTT_PRIMES];

/* A root of unity of ORDER (a divisor of 105 * 2^NTT_MOST_LEVELS) modulo prime number
 * PRIME, in Montgomery form (modular.h). All come from one: the one of order a b, to
 * the power of b, is the one of order a. Any thread. */
uint64_t ntt_root(const struct modulus *m, unsigned prime, uint64_t order);

/* The product of the primes other than number PRIME, modulo it, in Montgomery form. */
uint64_t ntt_other_primes(const struct modulus *m, unsigned prime);

/* Adds the coefficient that is y[i] times the other primes modulo ntt_primes[i], for
 * each i, to SUM; takes the lowest limb off and returns it. y[i] < ntt_primes[i]. */
mp_limb_t ntt_sum_next(u128 *sum, const uint64_t y[NTT_PRIMES]);

#endif
