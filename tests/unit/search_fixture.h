/*
 * Published digits with their index, for tests of searches.
 */
#ifndef NTHPI_TESTS_SEARCH_FIXTURE_H
#define NTHPI_TESTS_SEARCH_FIXTURE_H

#include "common/search.h"
#include "digits_fixture.h"

/* More than two blocks, and such a part of the third that the last passes are short. */
enum { SEARCHED_LENGTH = 2 * DIGITS_BLOCK + 54321, SEARCHED_ZEROS = 40 };

struct searched {
    struct digits_fixture *f;
    int radix;
    char *text; /* text[p - 1] is the digit at p */
    char sha256[DIGITS_SHA256_SIZE];
    struct digits_trust *trust;
    struct digits_file file;
    struct search_index *index;
};

/* The next pseudorandom number of *SEED, which is not 0. */
uint64_t searched_random(uint64_t *seed);

/* Publishes SEARCHED_LENGTH digits with two runs of SEARCHED_ZEROS zeros, one of them
 * over the end of a block and one at the very end, and opens them with their index.
 * *STATE is that of digits_setup(). */
void searched_prepare(struct searched *s, void **state, int radix);

/* Closes and frees what that made; the files stay. */
void searched_finish(struct searched *s);

/* Builds the index of what is published, under its name, which is free. */
enum digits_rc searched_build(struct searched *s,
                              bool (*progress)(void *ctx, double fraction), void *ctx);

#endif
