/*
 * The timeline. A bar beside each stage says from when to when it took, within the
 * time from the first stage to the last one, once it is over; its place and length are
 * numbers of an SVG, since the security policy allows no style in a page.
 */
#include "fcgi/timeline.h"

#include "fcgi/rows.h"
#include "fcgi/text.h"

#include <stdbool.h>
#include <string.h>

/* Units of a bar's whole length, and the least that can still be seen. */
#define BAR       100.0
#define BAR_LEAST 0.6

/* What a worker does, one after the other, by the names its messages have. */
struct phase {
    const char *name;
    enum text_key label;
};
static const struct phase of_spigot[] = {{"streaming", TEXT_PHASE_STREAMING},
                                         {"verifying", TEXT_PHASE_VERIFYING},
                                         {"saving", TEXT_PHASE_SAVING},
                                         {NULL, TEXT_COUNT}};
static const struct phase of_chudnovsky[] = {
    {"splitting", TEXT_PHASE_SPLITTING},   {"dividing", TEXT_PHASE_DIVIDING},
    {"converting", TEXT_PHASE_CONVERTING}, {"verifying", TEXT_PHASE_VERIFYING},
    {"saving", TEXT_PHASE_SAVING},         {NULL, TEXT_COUNT}};
static const struct phase of_bbp[] = {{"summing", TEXT_PHASE_SUMMING},
                                      {"verifying", TEXT_PHASE_VERIFYING},
                                      {"saving", TEXT_PHASE_SAVING},
                                      {NULL, TEXT_COUNT}};

void
timeline_set_time(enum lang lang, struct dict *d, int64_t micros)
{
    char time[TEXT_TIME_SIZE];
    dict_set(d, VIEW_TIME, text_time_machine(time, micros));
    dict_set(d, VIEW_TIME_TEXT, text_time(lang, time, micros));
}

/* The phases of C's worker, that of now among them. */
static void
show_phases(enum lang lang, struct dict *stage, const struct computation *c)
{
    static const struct phase *const phases[ALGORITHM_COUNT] = {
        [ALGORITHM_SPIGOT] = of_spigot,
        [ALGORITHM_CHUDNOVSKY] = of_chudnovsky,
        [ALGORITHM_BBP] = of_bbp,
    };
    const struct phase *first = phases[c->method], *now = first;
    while (now != NULL && now->name != NULL && strcmp(now->name, c->phase) != 0)
        now++;
    if (now == NULL || now->name == NULL)
        return;
    struct dict *work = dict_section(stage, VIEW_WORK);
    for (const struct phase *p = first; p->name != NULL; p++) {
        struct dict *d = dict_section(work, VIEW_PHASES);
        dict_set(d, VIEW_STATE, p < now ? "past" : p == now ? "current" : "ahead");
        if (p == now)
            dict_section(d, VIEW_CURRENT);
        dict_set(d, VIEW_LABEL, text_get(lang, p->label));
    }
}

/* The bar from BEFORE to TIME, of all the time from START to END. */
static void
show_bar(struct dict *reached, int64_t start, int64_t before, int64_t time, int64_t end)
{
    double unit = BAR / (double)(end - start);
    double from = (double)(before - start) * unit;
    double width = (double)(time - before) * unit;
    struct dict *bar = dict_section(reached, VIEW_BAR);
    if (width < BAR_LEAST)
        width = BAR_LEAST;
    if (from > BAR - width)
        from = BAR - width;
    dict_setf(bar, VIEW_FROM, "%.2f", from);
    dict_setf(bar, VIEW_WIDTH, "%.2f", width);
}

/* "after 1.3 s" where TIME came after the one BEFORE it. */
static void
show_since_then(enum lang lang, struct dict *reached, int64_t before, int64_t time)
{
    char span[TEXT_SPAN_SIZE], text[TEXT_SIZE];
    text_span(lang, span, (double)(time - before) / 1e6);
    dict_set(reached, VIEW_TOOK,
             text_fill(text, sizeof text, text_get(lang, TEXT_SINCE_THEN), "time", span,
                       NULL));
}

void
timeline_show(enum lang lang, struct dict *d, const struct computation *c)
{
    int64_t start = c->at[STAGE_REGISTERED], end = c->at[c->stage], before = 0;
    for (int s = 0; s < STAGE_COUNT; s++) {
        struct dict *stage = dict_section(d, VIEW_STAGE);
        bool now = s == (int)c->stage && rows_is_live(c);
        const char *state = s <= (int)c->stage ? "reached" : "ahead";
        if (now)
            state = "reached current";
        if (s == (int)c->stage + 1 && c->status == STATUS_FAILED)
            state = "broken";
        dict_set(stage, VIEW_STATE, state);
        dict_set(stage, VIEW_NAME, stage_name((enum stage)s));
        dict_set(stage, VIEW_LABEL, text_stage(lang, (enum stage)s));
        if (s <= (int)c->stage && c->at[s] != 0) {
            struct dict *reached = dict_section(stage, VIEW_REACHED);
            timeline_set_time(lang, reached, c->at[s]);
            if (before != 0 && c->at[s] > before) {
                show_since_then(lang, reached, before, c->at[s]);
                if (!rows_is_live(c))
                    show_bar(reached, start, before, c->at[s], end);
            }
            before = c->at[s];
        }
        if (now && s == STAGE_TAKEN)
            show_phases(lang, stage, c);
    }
}
