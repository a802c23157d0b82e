/*
 * The pieces of a summation by primes, and what they have in common. A unit is a set
 * of moduli; its sum modulo 1 does not depend on any other unit, so units can be
 * computed by any thread, in any order, and again.
 */
#ifndef NTHPI_ENGINE_BBP_UNITS_H
#define NTHPI_ENGINE_BBP_UNITS_H

#include "bbp.h"
#include "bbp_rational.h"
#include "sieve.h"

/* Primes between two cuts have the same partial sum of the series. */
struct bbp_cut {
    uint64_t above, to; /* above < q <= to */
    uint64_t exponent;  /* the fraction of q is 2^exponent P / D */
    bool simple;        /* P and D fit into a struct bbp_class */
    uint64_t p_word, d_word;
    size_t words; /* otherwise they are long numbers */
    uint64_t *p, *d;
};

/* One summation: all constants of it. */
struct bbp_head {
    struct run *run;
    const struct bbp_series *series;
    const struct bbp_kernel *kernel;
    uint64_t exponent;             /* N = 4 (n - 1): pi 2^N modulo 1 is wanted */
    uint64_t most[BBP_MOST_PARTS]; /* the largest j of each part with 2^(>= 0) / j */
    uint64_t root;                 /* floor of the square root of most[0] */
    struct primes primes;          /* up to root */
    uint64_t classes_above;        /* primes above this go by residue classes */
    struct bbp_cut *cuts;          /* from classes_above to most[0], ascending */
    size_t cut_count;
};

enum bbp_kind {
    BBP_CLASS, /* primes above classes_above of one residue class modulo 420 */
    BBP_BLOCK, /* primes above root and up to classes_above */
    BBP_SMALL, /* primes from BBP_LEAST_MODULUS to root */
    BBP_POWER, /* powers of primes up to root, and primes below BBP_LEAST_MODULUS */
};

/* The moduli of a unit: for classes and blocks the primes q with from < q <= to; for
 * the others from and to - 1 are the first and last index in the list of primes. */
struct bbp_unit {
    enum bbp_kind kind;
    uint32_t residue;
    uint64_t from, to;
    uint64_t work; /* of the progress, in nanoseconds of a fast processor */
};

/* Fills HEAD but for its run and kernel, which are set. False when there is no memory.
 * To be released with bbp_head_close() in either case. */
bool bbp_head_open(struct bbp_head *head, uint64_t position,
                   const struct bbp_series *series);
void bbp_head_close(struct bbp_head *head);

/* Allocates the list of all units, the same for the same position and series. NULL
 * when there is no memory. */
struct bbp_unit *bbp_units(const struct bbp_head *head, size_t *count);

/* Adds the fractions of UNIT to SUM. False when there is no memory; when the run has
 * failed they return early and SUM means nothing. Any thread. */
bool bbp_sum_unit(const struct bbp_head *head, const struct bbp_unit *unit,
                  struct fixed *sum);
bool bbp_sum_class(const struct bbp_head *head, const struct bbp_unit *unit,
                   struct fixed *sum);
bool bbp_sum_block(const struct bbp_head *head, const struct bbp_unit *unit,
                   struct fixed *sum);
bool bbp_sum_small(const struct bbp_head *head, const struct bbp_unit *unit,
                   struct fixed *sum);
bool bbp_sum_power(const struct bbp_head *head, const struct bbp_unit *unit,
                   struct fixed *sum);

/* Adds the terms with negative exponents, which are few. */
void bbp_sum_tail(const struct bbp_head *head, struct fixed *sum);

/* Lists of moduli on their way through a kernel. */
#define BBP_BATCH 1024
struct bbp_batch {
    uint64_t q[BBP_BATCH + BBP_PAD], n[BBP_BATCH + BBP_PAD], d[BBP_BATCH + BBP_PAD];
};

#endif
