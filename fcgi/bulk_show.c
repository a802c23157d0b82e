/*
 * What became of rows, in a sentence for each way that they went.
 */
#include "fcgi/bulk.h"

#include "fcgi/app.h"
#include "fcgi/request.h"
#include "fcgi/text.h"
#include "fcgi/token.h"
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

/* Tells OUTCOME in LANG in PAGE. */
static void
show(enum lang lang, struct dict *page, const struct bulk_outcome *outcome)
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

void
bulk_tell(const struct context *ctx, struct dict *page, const struct request *r)
{
    if ((r->has & PARAM_TOLD) != 0 &&
        token_note_valid(ctx->app, request_query(r, "told"), request_query(r, "proof")))
        show(ctx->lang, page, &r->told);
}
