/*
 * Checkpoints of a summation by primes; see bbp_state.h.
 *
 * The words: a mark with the version, the position, the series, a digest of the list
 * of units, their number, the sum, a bit for each unit, a digest of all of it. The
 * digests protect from mistakes and broken files, not from forgery.
 */
#include "bbp_state.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"

#define MARK UINT64_C(0x0001696870687462) /* "nthpi" version 1 */

enum {
    AT_MARK,
    AT_EXPONENT,
    AT_SERIES,
    AT_PLAN,
    AT_COUNT,
    AT_SUM,
    AT_UNITS = AT_SUM + FIXED_WORDS,
};

static size_t
word_count(const struct bbp_state *state)
{
    return state->length / sizeof *state->words;
}

static uint64_t
digest_of(const uint64_t *words, size_t count)
{
    uint64_t sum = DIGEST_START;
    size_t i;

    for (i = 0; i < count; i++)
        sum = digest(sum, words[i]);
    return sum;
}

bool
bbp_state_open(struct bbp_state *state, const struct bbp_head *head,
               const struct bbp_unit *units, size_t count)
{
    const size_t words = AT_UNITS + (count + 63) / 64 + 1;
    uint64_t plan = 0;
    size_t i;

    state->length = words * sizeof *state->words;
    state->words = calloc(words, sizeof *state->words);
    if (state->words == NULL)
        return false;
    for (i = 0; i < count; i++) {
        plan = digest(plan, units[i].kind * UINT64_C(1000) + units[i].residue);
        plan = digest(digest(plan, units[i].from), units[i].to);
    }
    state->words[AT_MARK] = MARK;
    state->words[AT_EXPONENT] = head->exponent;
    state->words[AT_SERIES] = head->series->id;
    state->words[AT_PLAN] = plan;
    state->words[AT_COUNT] = count;
    return true;
}

void
bbp_state_close(struct bbp_state *state)
{
    free(state->words);
    state->words = NULL;
}

bool
bbp_state_resume(struct bbp_state *state, const void *bytes, size_t length)
{
    const size_t count = word_count(state);
    uint64_t *words;
    bool fits;

    if (bytes == NULL || length != state->length)
        return false;
    words = malloc(length);
    if (words == NULL)
        return false;
    memcpy(words, bytes, length);
    fits = memcmp(words, state->words, AT_SUM * sizeof *words) == 0 &&
           digest_of(words, count - 1) == words[count - 1];
    if (fits)
        memcpy(state->words, words, length);
    free(words);
    return fits;
}

bool
bbp_state_done(const struct bbp_state *state, size_t unit)
{
    return state->words[AT_UNITS + unit / 64] >> unit % 64 & 1;
}

struct fixed
bbp_state_sum(const struct bbp_state *state)
{
    struct fixed sum;

    memcpy(sum.word, state->words + AT_SUM, sizeof sum.word);
    return sum;
}

void
bbp_state_add(struct bbp_state *state, size_t unit, const struct fixed *sum)
{
    struct fixed total = bbp_state_sum(state);

    fixed_add(&total, sum, false);
    memcpy(state->words + AT_SUM, total.word, sizeof total.word);
    state->words[AT_UNITS + unit / 64] |= UINT64_C(1) << unit % 64;
}

void
bbp_state_seal(struct bbp_state *state)
{
    const size_t last = word_count(state) - 1;

    state->words[last] = digest_of(state->words, last);
}
