/*
 * What became of several rows: between counts, an address, and sentences.
 */
#include "fcgi/bulk.h"

#include "fcgi/actions.h"
#include "fcgi/text.h"
#include "fcgi/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
bulk_print(const struct bulk_outcome *outcome, char text[BULK_TEXT_SIZE])
{
    size_t used =
        (size_t)snprintf(text, BULK_TEXT_SIZE, "%s", action_name(outcome->action));
    for (int f = 0; f < BULK_FATES; f++)
        used += (size_t)snprintf(text + used, BULK_TEXT_SIZE - used, ".%u",
                                 outcome->count[f]);
}

bool
bulk_parse(const char *text, struct bulk_outcome *outcome)
{
    struct bulk_outcome parsed = {.action = ACTION_CANCEL};
    char again[BULK_TEXT_SIZE];
    const char *at = strchr(text, '.');

    if (at == NULL || strlen(text) >= sizeof again)
        return false;
    while (parsed.action < ACTION_COUNT &&
           (strlen(action_name(parsed.action)) != (size_t)(at - text) ||
            strncmp(text, action_name(parsed.action), (size_t)(at - text)) != 0))
        parsed.action++;
    if (parsed.action == ACTION_COUNT)
        return false;
    for (int f = 0; f < BULK_FATES && *at == '.'; f++) {
        char *end;
        unsigned long n = strtoul(at + 1, &end, 10);
        if (n > BULK_MOST)
            return false;
        parsed.count[f] = (unsigned)n;
        at = end;
    }
    /* There is one way to write it. */
    bulk_print(&parsed, again);
    if (strcmp(again, text) != 0)
        return false;
    *outcome = parsed;
    return true;
}

/* The sentence for FATE after ACTION. */
static enum text_key
sentence(enum action action, enum bulk_fate fate)
{
    static const enum text_key done[ACTION_COUNT] = {
        [ACTION_CANCEL] = TEXT_BULK_CANCELLED,
        [ACTION_RETRY] = TEXT_BULK_RETRIED,
        [ACTION_DELETE] = TEXT_BULK_DELETED,
    };
    static const enum text_key others[BULK_FATES] = {
        [BULK_WITHDRAWN] = TEXT_BULK_WITHDRAWN, [BULK_FORBIDDEN] = TEXT_BULK_FORBIDDEN,
        [BULK_GONE] = TEXT_BULK_GONE,           [BULK_FULL] = TEXT_BULK_FULL,
        [BULK_FAILED] = TEXT_BULK_FAILED,
    };
    if (fate == BULK_DONE)
        return done[action];
    if (fate == BULK_NOTED)
        return action == ACTION_CANCEL ? TEXT_BULK_WILL_CANCEL : TEXT_BULK_WILL_DELETE;
    if (fate == BULK_CONFLICT)
        return action == ACTION_RETRY ? TEXT_BULK_CANNOT_RETRY
                                      : TEXT_BULK_CANNOT_CANCEL;
    return others[fate];
}

void
bulk_show(enum lang lang, struct dict *page, const struct bulk_outcome *outcome)
{
    struct dict *told = dict_section(page, VIEW_TOLD);
    for (int f = 0; f < BULK_FATES; f++) {
        char number[TEXT_NUMBER_SIZE], text[TEXT_SIZE];
        unsigned n = outcome->count[f];
        if (n == 0)
            continue;
        text_fill(text, sizeof text,
                  text_plural(lang, sentence(outcome->action, (enum bulk_fate)f), n),
                  "n", text_number(lang, number, n), NULL);
        dict_set(dict_section(told, VIEW_ITEM), VIEW_MESSAGE, text);
    }
}
