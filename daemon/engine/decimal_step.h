/*
 * The steps of the conversion of a fraction to decimal digits; decimal.c has the tree
 * that they are done in.
 */
#ifndef NTHPI_ENGINE_DECIMAL_STEP_H
#define NTHPI_ENGINE_DECIMAL_STEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "evidence.h"
#include "radix.h"
#include "run.h"

/* COUNT digits to be taken from the LEN limbs at X into TEXT. */
struct node {
    mp_limb_t *x; /* belongs to the node */
    size_t len;
    char *text;
    uint64_t count;
    int level;
    int edge; /* its number on the right edge from the root on, or -1 */
};

/* What all steps of a conversion share. */
struct decimal {
    const struct fives *powers;
    unsigned guard;
    struct engine_evidence *evidence; /* may be NULL */
    atomic_bool undecided;            /* a leaf could not be decided */
};

/* NODE, whose other members are set, gets a copy of the leading limbs of the LEN at X;
 * false if there is no memory. Any thread. */
bool decimal_copy(struct run *run, struct node *node, const mp_limb_t *x, size_t len);

/* Writes the digits of NODE, which has at most a leaf's. Any thread. */
void decimal_leaf(struct decimal *decimal, const struct node *node);

/* The digits that the left half of a node of LEVEL >= 1 has. Pure. */
uint64_t decimal_half(const struct decimal *decimal, int level);

/* The least levels from which on steps of several nodes are cheaper together, and
 * several threads share a step well; above all levels if there are none. Pure. */
struct decimal_levels {
    int together, wide;
};
struct decimal_levels decimal_levels(const struct decimal *decimal);

/*
 * The left half of NODE: its first decimal_half() digits, of which it must have more,
 * with a copy of the leading limbs. False, X being NULL, if the run stopped. Any
 * thread.
 */
bool decimal_left(struct run *run, const struct decimal *decimal,
                  const struct node *node, struct node *left);

/*
 * The right halves of COUNT NODES (at most MUL_MOST_PARTS, of the same level): what
 * follows the digits of the left ones. NODES lose their limbs. When the run stopped,
 * the RIGHT have none. Uses up to THREADS threads. Any thread.
 */
void decimal_right(struct run *run, const struct decimal *decimal, struct node *nodes,
                   struct node *right, size_t count, int threads);

/* The units of work that decimal_leaf() counts for COUNT digits, and that
 * decimal_right() reports for COUNT nodes of LEVEL with all their digits. Pure. */
double decimal_leaf_cost(uint64_t count);
double decimal_right_cost(const struct decimal *decimal, int level, size_t count);

#endif
