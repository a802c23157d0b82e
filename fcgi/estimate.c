/*
 * Costs of what is asked, from the table that the daemon has told (common/cost.h).
 * form.js makes the same sentence while one types, from the same table.
 */
#include "fcgi/estimate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const int radices[2] = {10, 16};

bool
estimate_load(struct context *ctx, struct estimate *e)
{
    memset(e, 0, sizeof *e);
    bool read = store_costs(ctx->store, &e->costs) == STORE_OK;
    for (int r = 0; r < 2; r++) {
        struct published p;
        if (store_published(ctx->store, radices[r], &p) == STORE_OK)
            e->published[r] = p.length;
        else
            read = false;
    }
    return read;
}

bool
estimate_cost(const struct app *app, const struct cost_table *costs, int radix,
              uint64_t position, enum algorithm algorithm, struct cost *cost)
{
    if (algorithm == ALGORITHM_AUTO)
        algorithm = algorithm_auto(&app->conf->limits, radix, position);
    return position > 0 && cost_at(cost_line(costs, algorithm, radix), position, cost);
}

const char *
estimate_of(const struct context *ctx, const struct cost_table *costs, int radix,
            uint64_t position, enum algorithm algorithm, char out[TEXT_SIZE])
{
    char time[TEXT_SPAN_SIZE], memory[TEXT_SPAN_SIZE];
    enum lang lang = ctx->lang;
    struct cost cost;

    out[0] = '\0';
    if (!estimate_cost(ctx->app, costs, radix, position, algorithm, &cost))
        return out;
    return text_fill(out, TEXT_SIZE, text_get(lang, TEXT_ESTIMATE), "time",
                     text_span(lang, time, cost.seconds), "memory",
                     text_memory(lang, memory, (int64_t)(cost.mib * 1024)), NULL);
}

const char *
estimate_text(const struct context *ctx, const struct estimate *e, int radix,
              uint64_t position, enum algorithm algorithm, char out[TEXT_SIZE])
{
    if (algorithm == ALGORITHM_AUTO && position > 0 &&
        position <= e->published[radix == 16])
        return text_fill(out, TEXT_SIZE, text_get(ctx->lang, TEXT_ESTIMATE_KNOWN),
                         NULL);
    return estimate_of(ctx, &e->costs, radix, position, algorithm, out);
}

void
estimate_show(const struct context *ctx, const struct estimate *e, struct dict *d)
{
    enum lang lang = ctx->lang;
    char text[COST_TEXT_SIZE];
    for (int a = 0; a < ALGORITHM_COUNT; a++)
        for (int r = 0; r < 2; r++) {
            const struct cost_line *line =
                cost_line(&e->costs, (enum algorithm)a, radices[r]);
            if (line->count == 0)
                continue;
            struct dict *costs = dict_section(d, VIEW_COSTS);
            cost_print(line, text);
            dict_set(costs, VIEW_NAME, algorithm_name((enum algorithm)a));
            dict_set_int(costs, VIEW_RADIX, radices[r]);
            dict_set(costs, VIEW_VALUE, text);
        }
    dict_setf(d, VIEW_KNOWN, "%" PRIu64 " %" PRIu64, e->published[0], e->published[1]);
    dict_setf(d, VIEW_LIMIT, "%" PRIu64,
              auto_prefix_limit(&ctx->app->conf->limits, 16));
    dict_setf(d, VIEW_UNITS, "%s|%s|%s|%s|%s|%s|%s",
              text_get(lang, TEXT_UNIT_MILLISECONDS), text_get(lang, TEXT_UNIT_SECONDS),
              text_get(lang, TEXT_UNIT_MINUTES), text_get(lang, TEXT_UNIT_HOURS),
              text_get(lang, TEXT_UNIT_DAYS), text_get(lang, TEXT_UNIT_MIB),
              text_get(lang, TEXT_UNIT_GIB));
    dict_set(d, VIEW_ESTIMATE_TEXT, text_get(lang, TEXT_ESTIMATE));
    dict_set(d, VIEW_KNOWN_TEXT, text_get(lang, TEXT_ESTIMATE_KNOWN));
}
