/*
 * Checks explained. What kind of check it was is told by the words that the engine
 * uses for it, and the numbers in them are taken over. Nothing here is needed to
 * understand the row: an answer of a later version with other words is shown with
 * these words alone.
 */
#include "fcgi/explain.h"

#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Words of the engine's sentences. */
#define BY_REMAINDER  "agree with the binary fraction modulo"
#define FROM_POSITION "at the end, from position "
#define BY_BELLARD    "by a second run with Bellard's series"
#define BY_CHUDNOVSKY "digits are the same by chudnovsky"

/* The number of digits compared, which follows the first "all". */
static const char *
digits_compared(enum lang lang, char out[TEXT_NUMBER_SIZE], const char *words)
{
    uint64_t count = 0;
    if (sscanf(words, "all %" SCNu64, &count) != 1)
        count = 0;
    return text_number(lang, out, count);
}

/* One step: what was done, and why that convinces. */
static void
show_step(struct dict *check, const char *what, const char *why)
{
    struct dict *step = dict_section(check, VIEW_STEP);
    dict_set(step, VIEW_MESSAGE, what);
    if (why != NULL)
        dict_set(dict_section(step, VIEW_WHY), VIEW_MESSAGE, why);
}

/* A result of chudnovsky: the binary fraction by bbp, the digits by remainders. */
static void
show_fraction(enum lang lang, struct dict *check, const char *words)
{
    char text[TEXT_SIZE], number[TEXT_NUMBER_SIZE];
    const char *place = strstr(words, FROM_POSITION);
    uint64_t position = 0;
    if (place == NULL ||
        sscanf(place + strlen(FROM_POSITION), "%" SCNu64, &position) != 1)
        return;
    show_step(check,
              text_fill(text, sizeof text, text_get(lang, TEXT_CHECK_FRACTION),
                        "position", text_number(lang, number, position), NULL),
              text_get(lang, TEXT_CHECK_FRACTION_WHY));
    show_step(check,
              text_fill(text, sizeof text, text_get(lang, TEXT_CHECK_REMAINDER),
                        "count", digits_compared(lang, number, words), NULL),
              text_get(lang, TEXT_CHECK_REMAINDER_WHY));
}

/* A result that another method has found as well: WHAT with {count}, and WHY. */
static void
show_second(enum lang lang, struct dict *check, const char *words, enum text_key what,
            enum text_key why)
{
    char text[TEXT_SIZE], reason[TEXT_SIZE], number[TEXT_NUMBER_SIZE];
    digits_compared(lang, number, words);
    text_fill(text, sizeof text, text_get(lang, what), "count", number, NULL);
    text_fill(reason, sizeof reason, text_get(lang, why), "count", number, NULL);
    show_step(check, text, reason);
}

/* Which kind of check it was that found WORDS. */
enum kind { KIND_OTHER, KIND_FRACTION, KIND_BELLARD, KIND_ALL_HEX, KIND_PREFIX };

static enum kind
kind_of(enum algorithm method, const char *words)
{
    if (strstr(words, BY_REMAINDER) != NULL)
        return KIND_FRACTION;
    if (strstr(words, BY_BELLARD) != NULL)
        return KIND_BELLARD;
    if (strstr(words, BY_CHUDNOVSKY) == NULL)
        return KIND_OTHER;
    return method == ALGORITHM_BBP ? KIND_ALL_HEX : KIND_PREFIX;
}

const char *
explain_words(enum lang lang, enum algorithm method, const char *words)
{
    switch (kind_of(method, words)) {
    case KIND_FRACTION:
        return text_get(lang, TEXT_CHECKED_FRACTION);
    case KIND_BELLARD:
        return text_get(lang, TEXT_CHECKED_BELLARD);
    case KIND_ALL_HEX:
    case KIND_PREFIX:
        return text_get(lang, TEXT_CHECKED_CHUDNOVSKY);
    default:
        return NULL;
    }
}

const char *
explain_short(enum lang lang, const struct computation *c)
{
    const char *words = explain_words(lang, c->method, c->verified);
    return words != NULL ? words : c->verified;
}

void
explain_check(enum lang lang, struct dict *d, const struct computation *c)
{
    enum kind kind = kind_of(c->method, c->verified);
    if (kind == KIND_OTHER)
        return;
    struct dict *check = dict_section(d, VIEW_CHECK);
    if (c->answered_by != 0 || c->wall_s < 0)
        show_step(check, text_get(lang, TEXT_CHECK_EARLIER), NULL);
    if (kind == KIND_FRACTION)
        show_fraction(lang, check, c->verified);
    else if (kind == KIND_BELLARD)
        show_second(lang, check, c->verified, TEXT_CHECK_BELLARD,
                    TEXT_CHECK_BELLARD_WHY);
    else if (kind == KIND_ALL_HEX)
        show_second(lang, check, c->verified, TEXT_CHECK_ALL_HEX,
                    TEXT_CHECK_ALL_HEX_WHY);
    else
        show_second(lang, check, c->verified, TEXT_CHECK_PREFIX, TEXT_CHECK_PREFIX_WHY);
    if (c->method != ALGORITHM_BBP)
        show_step(check, text_get(lang, TEXT_CHECK_FILE), NULL);
}
