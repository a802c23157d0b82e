/*
 * What became of several rows, in a sentence for each way that they went.
 */
#include "fcgi/bulk.h"

#include "fcgi/text.h"
#include "fcgi/view.h"

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
