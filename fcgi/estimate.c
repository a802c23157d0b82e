/*
 * Costs of what is asked, from the table that the daemon has told (common/cost.h).
 * form.js makes the same sentence while one types, from the same table.
 */
#include "fcgi/estimate.h"

#include "fcgi/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What takes less than this, seconds, is not told in figures: to start a worker takes
 * nearly as long. */
#define ESTIMATE_SHORT_S 0.05

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
    if (cost.seconds < ESTIMATE_SHORT_S)
        return text_fill(out, TEXT_SIZE, text_get(lang, TEXT_ESTIMATE_SHORT), NULL);
    return text_fill(out, TEXT_SIZE, text_get(lang, TEXT_ESTIMATE), "time",
                     text_span(lang, time, cost.seconds), "memory",
                     text_memory(lang, memory, (int64_t)(cost.mib * 1024)), NULL);
}

const char *
estimate_text(const struct context *ctx, const struct estimate *e, int radix,
              uint64_t position, enum algorithm algorithm, char out[TEXT_SIZE])
{
    const struct limits *limits = &ctx->app->conf->limits;
    if (algorithm == ALGORITHM_AUTO && position > 0 &&
        position <= e->published[radix == 16])
        return text_fill(out, TEXT_SIZE,
                         text_get(ctx->lang, ctx->absent == 0
                                                 ? TEXT_ESTIMATE_KNOWN
                                                 : TEXT_ESTIMATE_KNOWN_LATER),
                         NULL);
    if (position > position_limit(limits, algorithm, radix))
        return form_problem(out, ctx->lang, ASK_ABOVE_LIMIT, limits, radix, algorithm);
    return estimate_of(ctx, &e->costs, radix, position, algorithm, out);
}

const char *
estimate_instead(const struct context *ctx, const struct estimate *e, int radix,
                 uint64_t position, enum algorithm algorithm, char out[TEXT_SIZE])
{
    char time[TEXT_SPAN_SIZE], memory[TEXT_SPAN_SIZE];
    enum lang lang = ctx->lang;
    struct cost cost;

    out[0] = '\0';
    if (!form_instead(&ctx->app->conf->limits, position, &radix, &algorithm) ||
        !estimate_cost(ctx->app, &e->costs, radix, position, algorithm, &cost))
        return out;
    bool brief = cost.seconds < ESTIMATE_SHORT_S;
    return text_fill(
        out, TEXT_SIZE,
        text_get(lang, brief ? TEXT_ESTIMATE_INSTEAD_SHORT : TEXT_ESTIMATE_INSTEAD),
        "algorithm", algorithm_name(algorithm), "radix", radix == 16 ? "16" : "10",
        "time", text_span(lang, time, cost.seconds), "memory",
        text_memory(lang, memory, (int64_t)(cost.mib * 1024)), NULL);
}

/* How many points of LINE, from the first on, have another one below ESTIMATE_SHORT_S
 * after them: nothing is told by them. */
static int
count_short(const struct cost_line *line)
{
    int n = 0;
    while (n + 2 < line->count && line->at[n + 1].seconds < ESTIMATE_SHORT_S)
        n++;
    return n;
}

/* How far each algorithm goes in each radix, and what it costs, as far as COSTS have
 * it: all in one text for form.js. */
static void
show_costs(const struct limits *limits, const struct cost_table *costs, struct dict *d)
{
    char all[ALGORITHM_COUNT * 2 * (COST_TEXT_SIZE + 64)], text[COST_TEXT_SIZE];
    size_t used = 0;
    for (int i = 0; i < ALGORITHM_COUNT * 2; i++) {
        enum algorithm algorithm = (enum algorithm)(i / 2);
        int radix = radices[i % 2];
        const struct cost_line *line = cost_line(costs, algorithm, radix);
        if (line->count == 0)
            continue;
        int skipped = count_short(line);
        const char *points = text;
        cost_print(line, text);
        for (int k = 0; k < skipped; k++)
            points = strchr(points, ' ') + 1;
        used +=
            (size_t)snprintf(all + used, sizeof all - used, "%s%s %d %" PRIu64 " %d %s",
                             used > 0 ? "|" : "", algorithm_name(algorithm), radix,
                             position_limit(limits, algorithm, radix), skipped, points);
    }
    if (used > 0)
        dict_set(dict_section(d, VIEW_COSTS), VIEW_VALUE, all);
}

void
estimate_show(const struct context *ctx, const struct estimate *e, struct dict *d)
{
    enum lang lang = ctx->lang;
    show_costs(&ctx->app->conf->limits, &e->costs, d);
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
    dict_set(d, VIEW_SHORT_TEXT, text_get(lang, TEXT_ESTIMATE_SHORT));
    dict_set(d, VIEW_ABOVE_TEXT, text_get(lang, TEXT_ASK_ABOVE_LIMIT));
    dict_setf(d, VIEW_WRONG_TEXT, "%s|%s|%s|%s|%s",
              text_get(lang, TEXT_ASK_NOT_A_NUMBER), text_get(lang, TEXT_ASK_NEGATIVE),
              text_get(lang, TEXT_ASK_NOT_WHOLE), text_get(lang, TEXT_ASK_ZERO),
              text_get(lang, TEXT_ASK_ONLY));
}
