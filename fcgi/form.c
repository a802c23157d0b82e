/*
 * What a form says. Nothing is refused by the browser before it is sent: the
 * messages come from here, so that they are the same with and without JavaScript
 * and name this site's limits. form_show.c puts it on a page.
 */
#include "fcgi/form.h"

#include "common/position.h"

#include <stdio.h>
#include <string.h>

void
form_init(struct form *form, enum lang lang)
{
    memset(form, 0, sizeof *form);
    form->lang = lang;
    form->typed[FORM_POSITION] = "";
    form->typed[FORM_RADIX] = "10";
    form->typed[FORM_ALGORITHM] = "auto";
}

const char *
form_problem_field(enum ask_problem problem)
{
    return problem == ASK_RADIX ? "radix" : "position";
}

/* The algorithm that goes furthest in *RADIX; if none goes beyond LIMIT there, the one
 * that does so in radix 16, where digits need not be computed from the first on. */
static enum algorithm
furthest(const struct limits *limits, uint64_t limit, int *radix)
{
    enum algorithm best = ALGORITHM_CHUDNOVSKY;
    for (int a = ALGORITHM_SPIGOT; a < ALGORITHM_COUNT; a++)
        if (position_limit(limits, (enum algorithm)a, *radix) >
            position_limit(limits, best, *radix))
            best = (enum algorithm)a;
    if (position_limit(limits, best, *radix) > limit)
        return best;
    *radix = 16;
    return ALGORITHM_BBP;
}

bool
form_instead(const struct limits *limits, uint64_t position, int *radix,
             enum algorithm *algorithm)
{
    int better_radix = *radix;
    enum algorithm better = *algorithm;
    uint64_t here = position_limit(limits, better, better_radix);
    if (position <= here)
        return false;
    if (algorithm_has_radix(better, better_radix))
        better = furthest(limits, here, &better_radix);
    else
        better_radix = better_radix == 10 ? 16 : 10;
    if (position > position_limit(limits, better, better_radix))
        return false;
    *radix = better_radix;
    *algorithm = better;
    return true;
}

void
form_limit(char out[TEXT_SIZE], enum lang lang, const struct limits *limits, int radix,
           enum algorithm algorithm)
{
    char limit[TEXT_NUMBER_SIZE];
    text_number(lang, limit, position_limit(limits, algorithm, radix));
    text_fill(out, TEXT_SIZE, text_get(lang, TEXT_ASK_ABOVE_LIMIT), "algorithm",
              algorithm_name(algorithm), "radix", radix == 16 ? "16" : "10", "limit",
              limit, NULL);
}

/* The limit that is exceeded, and that of an algorithm which goes further. */
static const char *
above_limit(char out[TEXT_SIZE], enum lang lang, const struct limits *limits, int radix,
            enum algorithm algorithm)
{
    char further[TEXT_SIZE];
    int better_radix = radix;
    uint64_t here = position_limit(limits, algorithm, radix);
    enum algorithm better = furthest(limits, here, &better_radix);
    form_limit(out, lang, limits, radix, algorithm);
    if (position_limit(limits, better, better_radix) <= here)
        return out;
    form_limit(further, lang, limits, better_radix, better);
    size_t length = strlen(out);
    snprintf(out + length, TEXT_SIZE - length, " %s", further);
    return out;
}

/* What there is to say of a position alone. */
static const enum text_key unread[] = {
    [ASK_EMPTY] = TEXT_ASK_EMPTY,       [ASK_NOT_A_NUMBER] = TEXT_ASK_NOT_A_NUMBER,
    [ASK_NEGATIVE] = TEXT_ASK_NEGATIVE, [ASK_NOT_WHOLE] = TEXT_ASK_NOT_WHOLE,
    [ASK_ZERO] = TEXT_ASK_ZERO,         [ASK_ABOVE_LIMIT] = TEXT_ASK_BEYOND,
};

void
form_unread(char out[TEXT_SIZE], enum lang lang, enum ask_problem problem,
            uint64_t last)
{
    char limit[TEXT_NUMBER_SIZE];
    text_fill(out, TEXT_SIZE, text_get(lang, unread[problem]), "limit",
              text_number(lang, limit, last), NULL);
}

const char *
form_problem(char out[TEXT_SIZE], enum lang lang, enum ask_problem problem,
             const struct limits *limits, int radix, enum algorithm algorithm)
{
    if (problem == ASK_ABOVE_LIMIT)
        return above_limit(out, lang, limits, radix, algorithm);
    if (problem == ASK_RADIX)
        return text_fill(out, TEXT_SIZE, text_get(lang, TEXT_ASK_ONLY), "algorithm",
                         algorithm_name(algorithm), "radix",
                         algorithm_has_radix(algorithm, 10) ? "10" : "16", NULL);
    return text_fill(out, TEXT_SIZE, text_get(lang, unread[problem]), NULL);
}

/* Notes PROBLEM with the field it is about. */
static void
note(struct form *form, enum ask_problem problem, const struct limits *limits)
{
    enum form_field field = problem == ASK_RADIX ? FORM_RADIX : FORM_POSITION;
    form_problem(form->problem[field], form->lang, problem, limits, form->radix,
                 form->algorithm);
}

bool
form_check(struct form *form, const struct limits *limits)
{
    bool radix = radix_parse(form->typed[FORM_RADIX], &form->radix);
    bool algorithm = algorithm_parse(form->typed[FORM_ALGORITHM], &form->algorithm);
    if (!radix) {
        form->radix = 10;
        text_fill(form->problem[FORM_RADIX], TEXT_SIZE,
                  text_get(form->lang, TEXT_ASK_UNKNOWN_RADIX), NULL);
    }
    if (!algorithm) {
        form->algorithm = ALGORITHM_AUTO;
        text_fill(form->problem[FORM_ALGORITHM], TEXT_SIZE,
                  text_get(form->lang, TEXT_ASK_UNKNOWN_ALGORITHM), NULL);
    }
    bool fits =
        !radix || !algorithm || algorithm_has_radix(form->algorithm, form->radix);
    if (!fits)
        note(form, ASK_RADIX, limits);

    enum ask_problem problem =
        position_read(form->typed[FORM_POSITION], &form->position);
    if (problem == ASK_OK && radix && algorithm && fits)
        problem = ask_check(limits, form->radix, form->position, form->algorithm);
    if (problem == ASK_ABOVE_LIMIT && !fits)
        problem = ASK_OK; /* which limit depends on the radix: first things first */
    if (problem != ASK_OK)
        note(form, problem, limits);
    return radix && algorithm && fits && problem == ASK_OK;
}
