/*
 * What the tests of the engine share: a collector of everything a run says, and
 * pi from another place than the algorithm under test.
 */
#ifndef NTHPI_TESTS_ENGINE_FIXTURE_H
#define NTHPI_TESTS_ENGINE_FIXTURE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/engine/engine.h"
#include "daemon/engine/evidence.h"

/* Everything one run delivered and reported. Zero it, run, then collected_free().
 * The members up to the blank line are wishes, set before the run. */
struct collected {
    int refuse_at;  /* digits() refuses its refuse_at-th call; 0: never */
    int cancel_at;  /* cancelled() says so from its cancel_at-th call on; 0: never */
    int give_up_at; /* cancelled() says so from the give_up_at-th progress on */

    char *text; /* the digits, terminated */
    size_t length;
    uint64_t first; /* position of the first of them */
    int deliveries, asked, reports;
    double fraction;       /* the last reported */
    double first_delivery; /* the fraction last reported before the first digits */
    const char *phase;
    struct engine_evidence evidence; /* the last one told */
    int evidences;                   /* how often it was told */
    bool gap;                        /* digits were not in order */
    bool fell;                       /* the progress fell or left 0 .. 1 */
    bool stranger;                   /* a callback came from another thread */
    bool late; /* digits came after a refusal or cancellation, or evidence after
                  digits */
    pthread_t caller;
};

/* Callbacks that fill C, which lives as long. */
struct engine_callbacks collector(struct collected *c);

/* Runs ALGORITHM for (RADIX, POSITION, THREADS) into C. */
enum engine_rc collect(struct collected *c, const char *algorithm, int radix,
                       uint64_t position, int threads);

void collected_free(struct collected *c);

/*
 * Runs and asserts that all is well: ENGINE_OK, in order, complete, honest
 * progress, and, for algorithms with a prefix, exactly POSITION + 15 digits.
 * Returns the digits, to be freed by the caller; LENGTH may be NULL.
 */
char *digits_of(const char *algorithm, int radix, uint64_t position, int threads,
                size_t *length);

/* The first HEX_DIGITS hexadecimal digits by chudnovsky, between the setup and the
 * teardown of a group of tests. */
#define HEX_DIGITS 300000
extern char *hex_digits;
int hex_digits_setup(void **state);
int hex_digits_teardown(void **state);

/* Asserts that all digits that bbp finds at POSITION are among them. */
void assert_bbp(uint64_t position, int threads);

/* A small pseudo-random generator, the same in every run of the tests. */
uint64_t random_below(uint64_t *state, uint64_t limit);

#endif
