/* What the tests of checks share: what is checked, and the words for what is wrong. */
#ifndef NTHPI_TESTS_VERIFY_FIXTURE_H
#define NTHPI_TESTS_VERIFY_FIXTURE_H

#include "engine_fixture.h"

/* A result of chudnovsky for (RADIX, POSITION) and what it tells about itself; the
 * caller ends it with collected_free(). */
struct collected verify_result(int radix, uint64_t position);

/* WORDS tell a difference as the table of reasons does, which the pages translate. */
void expect_difference(const char *words);

#endif
