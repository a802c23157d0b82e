/*
 * Checkpoints of a checked run; see checked_state.h.
 *
 * An array of words in the order of the machine's bytes: a mark with the version, the
 * job, the series of the run under way, the digits of the first run, the engine's own
 * checkpoint with its length, a digest of all of it. Any damage makes all of it
 * worthless, also where the digits of the first run would still be whole.
 */
#include "checked_state.h"

#include <stdlib.h>
#include <string.h>

#include "bbp.h"
#include "digest.h"

#define MARK UINT64_C(0x0001636865636b70) /* "checkp", version 1 */

enum {
    AT_MARK,
    AT_RADIX,
    AT_POSITION,
    AT_SERIES,
    AT_KEPT,
    AT_TEXT,
    AT_LENGTH = AT_TEXT + FIXED_MOST_DIGITS / sizeof(uint64_t),
    AT_OWN,
};

_Static_assert(FIXED_MOST_DIGITS % sizeof(uint64_t) == 0, "the digits fill words");

static size_t
words_for(size_t bytes)
{
    return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

static uint64_t
series_of(bool second)
{
    return second ? bbp_bellard.id : bbp_hutton.id;
}

/* Word I of BYTES, which may be unaligned. */
static uint64_t
word_at(const void *bytes, size_t i)
{
    uint64_t word;

    memcpy(&word, (const unsigned char *)bytes + i * sizeof word, sizeof word);
    return word;
}

static uint64_t
digest_of(const void *bytes, size_t words)
{
    uint64_t sum = DIGEST_START;
    size_t i;

    for (i = 0; i < words; i++)
        sum = digest(sum, word_at(bytes, i));
    return sum;
}

void *
checked_state_pack(const struct checked_state *state, const struct engine_job *job,
                   size_t *length)
{
    const size_t last = AT_OWN + words_for(state->own_length);
    uint64_t *words = calloc(last + 1, sizeof *words);

    if (words == NULL)
        return NULL;
    words[AT_MARK] = MARK;
    words[AT_RADIX] = (uint64_t)job->radix;
    words[AT_POSITION] = job->position;
    words[AT_SERIES] = series_of(state->second);
    words[AT_KEPT] = state->kept;
    memcpy(words + AT_TEXT, state->text, state->kept);
    words[AT_LENGTH] = state->own_length;
    if (state->own_length > 0)
        memcpy(words + AT_OWN, state->own, state->own_length);
    words[last] = digest_of(words, last);
    *length = (last + 1) * sizeof *words;
    return words;
}

/* The digits of the first run are there if it is done, and only then. */
static bool
has_digits(const struct checked_state *state)
{
    size_t i;

    if (!state->second)
        return state->kept == 0;
    for (i = 0; i < state->kept; i++)
        if (strchr("0123456789abcdef", state->text[i]) == NULL ||
            state->text[i] == '\0')
            return false;
    return state->kept >= ENGINE_WINDOW;
}

bool
checked_state_unpack(struct checked_state *state, const struct engine_job *job,
                     const void *bytes, size_t length)
{
    const size_t words = length / sizeof(uint64_t);
    uint64_t kept, own_length;

    *state = (struct checked_state){0};
    if (bytes == NULL || words <= AT_OWN || length % sizeof(uint64_t) != 0 ||
        digest_of(bytes, words - 1) != word_at(bytes, words - 1))
        return false;
    kept = word_at(bytes, AT_KEPT);
    own_length = word_at(bytes, AT_LENGTH);
    if (word_at(bytes, AT_MARK) != MARK ||
        word_at(bytes, AT_RADIX) != (uint64_t)job->radix ||
        word_at(bytes, AT_POSITION) != job->position || kept > FIXED_MOST_DIGITS ||
        own_length > length || AT_OWN + words_for(own_length) + 1 != words)
        return false;
    state->second = word_at(bytes, AT_SERIES) == series_of(true);
    state->kept = (size_t)kept;
    memcpy(state->text, (const unsigned char *)bytes + AT_TEXT * sizeof(uint64_t),
           state->kept);
    state->own = (const unsigned char *)bytes + AT_OWN * sizeof(uint64_t);
    state->own_length = (size_t)own_length;
    if (word_at(bytes, AT_SERIES) == series_of(state->second) && has_digits(state))
        return true;
    *state = (struct checked_state){0};
    return false;
}
