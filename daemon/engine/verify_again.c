/*
 * The check of a result of bbp: the same digits by another run. See verify.h.
 *
 * The run's callbacks are ours: its digits are kept instead of delivered, and its
 * progress is that of the phase "verifying".
 */
#include "verify.h"

#include <stdio.h>
#include <string.h>

#include "bbp.h"

/* Digits of another run from a position on. */
struct other {
    const struct engine_callbacks *callbacks; /* the caller's */
    uint64_t position;
    char text[FIXED_MOST_DIGITS];
    size_t length;
};

static void
other_progress(void *ctx, const char *phase, double fraction)
{
    const struct other *o = ctx;

    (void)phase;
    if (o->callbacks->progress != NULL)
        o->callbacks->progress(o->callbacks->ctx, "verifying", fraction);
}

static bool
other_cancelled(void *ctx)
{
    const struct other *o = ctx;

    return o->callbacks->cancelled != NULL &&
           o->callbacks->cancelled(o->callbacks->ctx);
}

static void
other_checkpoint(void *ctx, const void *state, size_t length)
{
    const struct other *o = ctx;

    o->callbacks->checkpoint(o->callbacks->ctx, state, length);
}

/* Of digits in order those at the position and after it. */
static int
other_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct other *o = ctx;
    uint64_t skip = first < o->position ? o->position - first : 0;

    for (; skip < length && o->length < sizeof o->text; skip++)
        o->text[o->length++] = text[skip];
    return 0;
}

enum verify_rc
verify_again(const struct engine_job *job, const char *text, size_t *length,
             const struct engine_callbacks *callbacks, char *words)
{
    static const struct engine_callbacks none = {.ctx = NULL};
    const bool by_primes = job->position >= BBP_PRIMES_FROM;
    const char *by = by_primes ? "a second run with Bellard's series" : "chudnovsky";
    struct other other = {.callbacks = callbacks != NULL ? callbacks : &none,
                          .position = job->position};
    const struct engine_callbacks own = {
        .ctx = &other,
        .progress = other_progress,
        .digits = other_digits,
        .cancelled = other_cancelled,
        .checkpoint = other.callbacks->checkpoint != NULL ? other_checkpoint : NULL,
        .checkpoint_seconds = other.callbacks->checkpoint_seconds,
        .resume = other.callbacks->resume,
        .resume_length = other.callbacks->resume_length,
    };
    enum engine_rc rc;

    words[0] = '\0';
    rc = by_primes ? bbp_again(job, &own)
                   : engine_run(engine_find("chudnovsky"), job, &own);
    if (rc != ENGINE_OK || other.length < ENGINE_WINDOW || *length < ENGINE_WINDOW)
        return VERIFY_STOPPED;
    if (*length > other.length)
        *length = other.length; /* the others are not checked */
    if (memcmp(text, other.text, *length) != 0) {
        snprintf(words, VERIFY_WORDS, "the digits differ from those by %s", by);
        return VERIFY_BAD;
    }
    snprintf(words, VERIFY_WORDS, "all %zu digits are the same by %s", *length, by);
    return VERIFY_GOOD;
}
