/*
 * Reasons in the visitor's language. The database has the daemon's English words; which
 * of the table's texts they are, and with what numbers, common/reason.h finds out. A
 * reason within a reason ("…, 3 times") is translated too. Half a sentence in each
 * language would help nobody: if the inner one is not known, all stays English.
 */
#include "config.h"

#include "fcgi/reasons.h"

#include "common/reason.h"
#include "fcgi/explain.h"

#include <stdio.h>
#include <string.h>

static const enum text_key keys[REASON_COUNT] = {
#define REASON(key, text) [REASON_##key] = TEXT_REASON_##key,
#include "common/reason.def"
#undef REASON
};

/* A reason holds another one, that one a third ("the worker was killed (Killed), 3
 * times"), and no more. */
enum { DEPTH = 3 };

static bool
translate(enum lang lang, char out[TEXT_SIZE], const char *words, int depth)
{
    struct reason_found found;
    char number[TEXT_NUMBER_SIZE], limit[TEXT_NUMBER_SIZE], why[TEXT_SIZE] = "";
    bool known = depth > 0 && reason_find(words, &found);
    if (known && found.why[0] != '\0')
        known = translate(lang, why, found.why, depth - 1);
    if (known)
        text_fill(out, TEXT_SIZE, text_get(lang, keys[found.reason]), "number",
                  text_number(lang, number, found.number), "limit",
                  text_number(lang, limit, found.limit), "why", why, NULL);
    else
        snprintf(out, TEXT_SIZE, "%s", words);
    return known;
}

bool
reasons_text(enum lang lang, char out[TEXT_SIZE], const char *words)
{
    /* In English, too: what is not known is English anyway, and numbers have groups. */
    return translate(lang, out, words, DEPTH) || lang == LANG_EN;
}

bool
reasons_short(enum lang lang, char out[TEXT_SIZE], const char *words)
{
    /* With the space: a comma stands between thousands, too. */
    static const char *const ends[] = {": ", "; ", ", ", " ("};
    if (!reasons_text(lang, out, words))
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *end = strstr(out, ends[i]);
        if (end != NULL)
            *end = '\0';
    }
    return true;
}

void
reasons_show(enum lang lang, struct dict *d, const char *words)
{
    char text[TEXT_SIZE];
    if (!reasons_text(lang, text, words))
        dict_section(d, VIEW_ENGLISH);
    dict_set(d, VIEW_MESSAGE, text);
}

void
reasons_show_event(enum lang lang, struct dict *d, const struct computation *c,
                   const struct event *e)
{
    char text[TEXT_SIZE];
    const char *checked = NULL;
    enum stage stage;
    bool is_stage = stage_parse(e->stage, &stage);
    if (e->detail[0] == '\0')
        return;
    if (is_stage && stage >= STAGE_CALCULATED)
        checked = explain_words(lang, c->method, e->detail);
    if (checked != NULL)
        dict_set(d, VIEW_MESSAGE,
                 text_fill(text, sizeof text, text_get(lang, TEXT_CHECKED_SO), "how",
                           checked, NULL));
    else if (is_stage && (stage == STAGE_SCHEDULED || stage == STAGE_TAKEN))
        dict_set(d, VIEW_MESSAGE, e->detail); /* a daemon's name, an algorithm's */
    else
        reasons_show(lang, d, e->detail);
}
