/*
 * How a product of long numbers is made: shared by mul.c and mul_wrap.c.
 */
#ifndef NTHPI_ENGINE_MUL_PLAN_H
#define NTHPI_ENGINE_MUL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

/* Below this many limbs in the shorter operand GMP is always the best. */
#define MUL_GMP 8

/* Pieces of an operand that are transformed together at most. */
#define MUL_BATCH 4

/* A product by transforms of LENGTH limbs. */
struct mul_plan {
    size_t length; /* of the transforms */
    size_t piece;  /* limbs of the pieces that the longer operand is cut in; 0: whole */
    size_t batch;  /* pieces that are multiplied together */
};

/* From this many limbs in the shorter operand on transforms are used here; SIZE_MAX:
 * never. Any thread. */
size_t mul_from(void);

/* Sets PLAN for operands of AN and BN limbs; false when transforms are not to be used.
 * Any thread. */
bool mul_plan(struct mul_plan *plan, size_t an, size_t bn);

/* True when a product of operands of AN and BN limbs modulo B^LENGTH - 1 is one product
 * of transforms. Any thread. */
bool mul_whole(size_t length, size_t an, size_t bn);

/* The length of the transforms with which the products of operands of AN and of BN
 * limbs by one of CN are made together; 0 if they are better made alone. Any thread. */
size_t mul_pair_length(size_t an, size_t bn, size_t cn);

#endif
