/*
 * The form on a page: what was typed, its messages, and how far each algorithm goes.
 */
#include "fcgi/form.h"

#include "common/position.h"
#include "fcgi/estimate.h"
#include "fcgi/page.h"

#include <string.h>

/* "50,000 (radix 10)": how far ALGORITHM goes. */
static void
show_limit(enum lang lang, struct dict *d, const struct limits *limits,
           enum algorithm algorithm)
{
    char text[TEXT_SIZE], limit[TEXT_NUMBER_SIZE], limit16[TEXT_NUMBER_SIZE];
    uint64_t ten = position_limit(limits, algorithm, 10);
    uint64_t sixteen = position_limit(limits, algorithm, 16);
    enum text_key key = ten == 0 || sixteen == 0 ? TEXT_ALGORITHM_RADIX
                        : ten == sixteen         ? TEXT_ALGORITHM_BOTH
                                                 : TEXT_ALGORITHM_RADIXES;
    text_fill(text, sizeof text, text_get(lang, key), "limit",
              text_number(lang, limit, ten != 0 ? ten : sixteen), "radix",
              ten != 0 ? "10" : "16", "limit16", text_number(lang, limit16, sixteen),
              NULL);
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

/* What the question would cost, as far as it is one, or one much like it. */
static void
show_estimate(struct context *ctx, struct dict *d, const struct form *form)
{
    struct estimate e;
    enum algorithm algorithm;
    char text[TEXT_SIZE] = "";
    uint64_t position;
    int radix;

    /* A form that comes back does so whatever else is wrong. */
    if (!estimate_load(ctx, &e) && form->sent == NULL)
        dict_lack();
    estimate_show(ctx, &e, d);
    /* What is wrong is said beside the field. */
    if (radix_parse(form->typed[FORM_RADIX], &radix) &&
        algorithm_parse(form->typed[FORM_ALGORITHM], &algorithm) &&
        position_read(form->typed[FORM_POSITION], &position) == ASK_OK) {
        if (form->problem[FORM_POSITION][0] == '\0' &&
            algorithm_has_radix(algorithm, radix))
            estimate_text(ctx, &e, radix, position, algorithm, text);
        else
            estimate_instead(ctx, &e, radix, position, algorithm, text);
    }
    dict_set(d, VIEW_ESTIMATE, text);
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

    show_estimate(ctx, d, form);
    show_choice(d, VIEW_RADIX_CHOICE, "10", form->typed[FORM_RADIX]);
    show_choice(d, VIEW_RADIX_CHOICE, "16", form->typed[FORM_RADIX]);
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        const char *name = algorithm_name((enum algorithm)a);
        show_choice(d, VIEW_ALGORITHM_CHOICE, name, form->typed[FORM_ALGORITHM]);
        struct dict *line = dict_section(d, VIEW_ALGORITHM_LINE);
        dict_set(line, VIEW_NAME, name);
        dict_set(line, VIEW_EXPLANATION, text_get(ctx->lang, lines[a]));
        show_limit(ctx->lang, line, &ctx->app->conf->limits, (enum algorithm)a);
    }
}
