/*
 * What the tests of products share: lengths and numbers.
 */
#ifndef NTHPI_TESTS_MUL_FIXTURE_H
#define NTHPI_TESTS_MUL_FIXTURE_H

#include <stddef.h>

#include <gmp.h>

/* Lengths around which something changes, EDGE_COUNT of them, from mul_setup() on. */
extern size_t mul_edges[24];
extern size_t mul_edge_count;

/* For cmocka's groups. */
int mul_setup(void **state);
int mul_teardown(void **state);

/* A number of exactly LIMBS limbs, on every second call with long runs of ones and
 * zeros. */
void mul_any_number(mpz_t z, size_t limbs);

/* A place of LIMBS limbs that holds nothing of use, to be freed by the caller. */
mp_limb_t *mul_place(size_t limbs);

#endif
