/*
 * Checks of a finished result by other means than those that made it. Like the
 * engine, they open no file and keep no state; a check says in a sentence what it
 * found.
 *
 * - A result of chudnovsky: verify_windows() compares hexadecimal digits at the end
 *   of the binary fraction, where every mistake of the series or the division shows,
 *   and at other places with those that bbp finds there;
 *   verify_conversion_...() proves modulo a prime that the digits are those of the
 *   fraction.
 * - A result of spigot: verify_prefix() compares all digits with chudnovsky's.
 * - A result of bbp: verify_again() computes it a second time.
 *
 * All functions may be called from any thread.
 */
#ifndef NTHPI_ENGINE_VERIFY_H
#define NTHPI_ENGINE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"
#include "evidence.h"

enum verify_rc {
    VERIFY_GOOD = 0,
    VERIFY_BAD,     /* the result is wrong, or what it was compared with */
    VERIFY_STOPPED, /* cancelled, or the other computation failed: nothing is known */
};

/* Room for a sentence with its end. */
#define VERIFY_WORDS 240

/*
 * Puts ENGINE_WINDOW hexadecimal digits of pi from each of the COUNT (1 ..
 * EVIDENCE_WINDOWS) POSITIONS on into DIGITS (not terminated). Returns ENGINE_OK, or
 * why it could not.
 */
typedef enum engine_rc verify_window_fn(void *ctx, const uint64_t *positions, int count,
                                        char (*digits)[ENGINE_WINDOW]);

/*
 * The usual one: bbp in up to THREADS threads, for all positions together. CTX is a
 * struct verify_bbp; its callbacks may be NULL, else their cancelled() is asked, and
 * progress() hears of the phase "verifying".
 */
struct verify_bbp {
    int threads;
    const struct engine_callbacks *callbacks;
};
enum engine_rc verify_window_by_bbp(void *ctx, const uint64_t *positions, int count,
                                    char (*digits)[ENGINE_WINDOW]);

/*
 * Compares all windows of EVIDENCE with those by WINDOW(CTX, ...). WORDS (VERIFY_WORDS
 * long) becomes the sentence; it is empty after VERIFY_STOPPED. CALLBACKS may be NULL,
 * else their progress() hears of the phase "verifying" at the start and the end.
 */
enum verify_rc verify_windows(const struct engine_evidence *evidence,
                              verify_window_fn *window, void *ctx,
                              const struct engine_callbacks *callbacks, char *words);

/* A check of a conversion under way; the members are not for the caller. */
struct verify_conversion {
    const struct engine_evidence *evidence;
    int step;         /* the present one */
    uint64_t taken;   /* digits of the present step so far */
    uint64_t residue; /* their number modulo RESIDUE_PRIME */
    int threads;
    bool bad;
};

/*
 * Checks that the digits of a result are those of the fraction that EVIDENCE tells
 * about: start, then all its digits in order in pieces of any length, then the end,
 * which gives the verdict and the sentence (VERIFY_WORDS long). EVIDENCE has to live
 * as long. Long pieces are worked on by up to THREADS threads (1 .. 256), which end
 * within the call. A result with one wrong digit, or with one too many or too few, is
 * always found to be bad; one that is wrong in another way, but with a chance of about
 * 1 in 2^61. Nothing has to be released.
 */
void verify_conversion_start(struct verify_conversion *check,
                             const struct engine_evidence *evidence, int threads);
void verify_conversion_digits(struct verify_conversion *check, const char *text,
                              size_t length);
enum verify_rc verify_conversion_end(const struct verify_conversion *check,
                                     char *words);

/*
 * Compares the LENGTH digits of TEXT, which are those from position 1 on in RADIX,
 * with what OTHER, an algorithm with a prefix, gives in up to THREADS threads.
 * LENGTH is at least 1. WORDS and CALLBACKS as above; progress() hears of
 * the phase "verifying", and cancelled() is asked.
 */
enum verify_rc verify_prefix(const struct engine_algorithm *other, int radix,
                             const char *text, uint64_t length, int threads,
                             const struct engine_callbacks *callbacks, char *words);

/*
 * Compares the digits of TEXT, a result of bbp for JOB, with those of a second run with
 * the other series, or, below BBP_PRIMES_FROM, with chudnovsky's. *LENGTH digits are
 * there, and become as many as both runs have. WORDS and CALLBACKS as above; besides,
 * the second run with the other series hands over checkpoints and goes on from the one
 * to resume.
 */
enum verify_rc verify_again(const struct engine_job *job, const char *text,
                            size_t *length, const struct engine_callbacks *callbacks,
                            char *words);

#endif
