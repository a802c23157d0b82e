/*
 * The form. Nothing is refused by the browser before it is sent: the messages
 * come from here, so that they are the same with and without JavaScript and
 * name this site's limits.
 */
#include "fcgi/form.h"

#include "fcgi/page.h"

#include <string.h>

void
form_init(struct form *form)
{
    memset(form, 0, sizeof *form);
    form->typed[FORM_POSITION] = "";
    form->typed[FORM_RADIX] = "10";
    form->typed[FORM_ALGORITHM] = "auto";
}

const char *
form_problem_field(enum ask_problem problem)
{
    return problem == ASK_RADIX ? "radix" : "position";
}

/* The algorithm that goes furthest in RADIX. */
static enum algorithm
furthest(const struct limits *limits, int radix)
{
    enum algorithm best = ALGORITHM_CHUDNOVSKY;
    for (int a = ALGORITHM_SPIGOT; a < ALGORITHM_COUNT; a++)
        if (position_limit(limits, (enum algorithm)a, radix) >
            position_limit(limits, best, radix))
            best = (enum algorithm)a;
    return best;
}

static const char *
above_limit(char out[TEXT_SIZE], const struct limits *limits, int radix,
            enum algorithm algorithm)
{
    char limit[TEXT_NUMBER_SIZE], better_limit[TEXT_NUMBER_SIZE];
    enum algorithm better = furthest(limits, radix);
    uint64_t here = position_limit(limits, algorithm, radix);
    uint64_t there = position_limit(limits, better, radix);
    enum text_key key =
        there > here ? TEXT_ASK_ABOVE_LIMIT_BETTER : TEXT_ASK_ABOVE_LIMIT;
    return text_fill(
        out, TEXT_SIZE, text_get(key), "algorithm", algorithm_name(algorithm), "radix",
        radix == 16 ? "16" : "10", "limit", text_number(limit, here), "better",
        algorithm_name(better), "better_limit", text_number(better_limit, there), NULL);
}

const char *
form_problem(char out[TEXT_SIZE], enum ask_problem problem, const struct limits *limits,
             int radix, enum algorithm algorithm)
{
    static const enum text_key keys[] = {
        [ASK_EMPTY] = TEXT_ASK_EMPTY,       [ASK_NOT_A_NUMBER] = TEXT_ASK_NOT_A_NUMBER,
        [ASK_NEGATIVE] = TEXT_ASK_NEGATIVE, [ASK_NOT_WHOLE] = TEXT_ASK_NOT_WHOLE,
        [ASK_ZERO] = TEXT_ASK_ZERO,
    };
    if (problem == ASK_ABOVE_LIMIT)
        return above_limit(out, limits, radix, algorithm);
    if (problem == ASK_RADIX)
        return text_fill(out, TEXT_SIZE,
                         text_get(algorithm_has_radix(algorithm, 10)
                                      ? TEXT_ASK_RADIX_10
                                      : TEXT_ASK_RADIX_16),
                         "algorithm", algorithm_name(algorithm), NULL);
    return text_fill(out, TEXT_SIZE, text_get(keys[problem]), NULL);
}

/* Notes PROBLEM with the field it is about. */
static void
note(struct form *form, enum ask_problem problem, const struct limits *limits)
{
    enum form_field field = problem == ASK_RADIX ? FORM_RADIX : FORM_POSITION;
    form_problem(form->problem[field], problem, limits, form->radix, form->algorithm);
}

bool
form_check(struct form *form, const struct limits *limits)
{
    bool radix = radix_parse(form->typed[FORM_RADIX], &form->radix);
    bool algorithm = algorithm_parse(form->typed[FORM_ALGORITHM], &form->algorithm);
    if (!radix) {
        form->radix = 10;
        text_fill(form->problem[FORM_RADIX], TEXT_SIZE,
                  text_get(TEXT_ASK_UNKNOWN_RADIX), NULL);
    }
    if (!algorithm) {
        form->algorithm = ALGORITHM_AUTO;
        text_fill(form->problem[FORM_ALGORITHM], TEXT_SIZE,
                  text_get(TEXT_ASK_UNKNOWN_ALGORITHM), NULL);
    }
    bool fits =
        !radix || !algorithm || algorithm_has_radix(form->algorithm, form->radix);
    if (!fits)
        note(form, ASK_RADIX, limits);

    enum ask_problem problem =
        position_parse(form->typed[FORM_POSITION], &form->position);
    if (problem == ASK_OK && radix && algorithm && fits)
        problem = ask_check(limits, form->radix, form->position, form->algorithm);
    if (problem == ASK_ABOVE_LIMIT && !fits)
        problem = ASK_OK; /* which limit depends on the radix: first things first */
    if (problem != ASK_OK)
        note(form, problem, limits);
    return radix && algorithm && fits && problem == ASK_OK;
}

/* "50,000 (radix 10)": how far ALGORITHM goes. */
static void
show_limit(struct dict *d, const struct limits *limits, enum algorithm algorithm)
{
    char text[TEXT_SIZE], limit[TEXT_NUMBER_SIZE], limit16[TEXT_NUMBER_SIZE];
    uint64_t ten = position_limit(limits, algorithm, 10);
    uint64_t sixteen = position_limit(limits, algorithm, 16);
    enum text_key key = ten == 0 || sixteen == 0 ? TEXT_ALGORITHM_RADIX
                        : ten == sixteen         ? TEXT_ALGORITHM_BOTH
                                                 : TEXT_ALGORITHM_RADIXES;
    text_fill(text, sizeof text, text_get(key), "limit",
              text_number(limit, ten != 0 ? ten : sixteen), "radix",
              ten != 0 ? "10" : "16", "limit16", text_number(limit16, sixteen), NULL);
    dict_set(d, VIEW_LIMIT, text);
}

/* One choice of a select; a value that is not among them leaves the first. */
static struct dict *
show_choice(struct dict *d, enum view_key section, const char *value, const char *typed)
{
    struct dict *choice = dict_section(d, section);
    dict_set(choice, VIEW_VALUE, value);
    if (strcmp(value, typed) == 0)
        dict_section(choice, VIEW_SELECTED);
    return choice;
}

void
form_show(struct context *ctx, struct dict *page, const struct form *form, bool refresh)
{
    static const enum text_key lines[ALGORITHM_COUNT] = {
        [ALGORITHM_AUTO] = TEXT_ALGORITHM_AUTO,
        [ALGORITHM_SPIGOT] = TEXT_ALGORITHM_SPIGOT,
        [ALGORITHM_CHUDNOVSKY] = TEXT_ALGORITHM_CHUDNOVSKY,
        [ALGORITHM_BBP] = TEXT_ALGORITHM_BBP,
    };
    static const enum view_key sections[FORM_FIELDS] = {
        [FORM_POSITION] = VIEW_BAD_POSITION,
        [FORM_RADIX] = VIEW_BAD_RADIX,
        [FORM_ALGORITHM] = VIEW_BAD_ALGORITHM,
    };
    struct dict *d = dict_include(page, VIEW_FORM, "form.tpl");

    page_set_csrf(ctx, d, form->sent);
    dict_set(d, VIEW_POSITION, form->typed[FORM_POSITION]);
    if (form->focus)
        dict_section(d, VIEW_FOCUS);
    if (refresh)
        dict_section(d, VIEW_REFRESH);
    if (form->notice[0] != '\0')
        dict_set(dict_section(d, VIEW_NOTICE), VIEW_MESSAGE, form->notice);
    for (int field = 0; field < FORM_FIELDS; field++)
        if (form->problem[field][0] != '\0')
            dict_set(dict_section(d, sections[field]), VIEW_MESSAGE,
                     form->problem[field]);

    show_choice(d, VIEW_RADIX_CHOICE, "10", form->typed[FORM_RADIX]);
    show_choice(d, VIEW_RADIX_CHOICE, "16", form->typed[FORM_RADIX]);
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        const char *name = algorithm_name((enum algorithm)a);
        show_choice(d, VIEW_ALGORITHM_CHOICE, name, form->typed[FORM_ALGORITHM]);
        struct dict *line = dict_section(d, VIEW_ALGORITHM_LINE);
        dict_set(line, VIEW_NAME, name);
        dict_set(line, VIEW_EXPLANATION, text_get(lines[a]));
        show_limit(line, &ctx->app->conf->limits, (enum algorithm)a);
    }
}
