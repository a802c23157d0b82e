/*
 * Facts. What is not known, or does not mean anything for an algorithm, has no
 * section and is not shown.
 */
#include "fcgi/facts.h"

#include "fcgi/explain.h"
#include "fcgi/text.h"

static void
show_speed(enum lang lang, struct dict *d, const struct computation *c)
{
    char text[TEXT_SIZE], number[TEXT_NUMBER_SIZE], rate_text[TEXT_SPAN_SIZE];
    double speed = computation_speed(c);
    if (c->method == ALGORITHM_BBP && c->status == STATUS_DONE && c->answered_by == 0 &&
        c->wall_s > 0) {
        /* One digit needs as many terms of the series as there are digits before it. */
        text_rate(lang, rate_text, true, (double)c->position / c->wall_s);
        dict_set(dict_section(d, VIEW_SPEED), VIEW_VALUE, rate_text);
    }
    if (speed < 0)
        return;
    uint64_t rate = (uint64_t)(speed + 0.5);
    text_number(lang, number, rate);
    dict_set(dict_section(d, VIEW_SPEED), VIEW_VALUE,
             text_fill(text, sizeof text,
                       text_plural(lang, TEXT_DIGITS_PER_SECOND, rate), "count", number,
                       NULL));
}

void
facts_show(enum lang lang, struct dict *d, const struct computation *c)
{
    char span[TEXT_SPAN_SIZE];
    dict_set(d, VIEW_ALGORITHM, algorithm_name(c->algorithm));
    if (c->method != ALGORITHM_AUTO) {
        dict_set(d, VIEW_METHOD, algorithm_name(c->method));
        if (c->algorithm == ALGORITHM_AUTO)
            dict_section(d, VIEW_CHOSEN);
    }
    if (c->answered_by != 0)
        dict_set_int(dict_section(d, VIEW_ANSWERED_BY), VIEW_ID, c->answered_by);
    if (c->wall_s >= 0)
        dict_set(dict_section(d, VIEW_WALL), VIEW_VALUE,
                 text_span(lang, span, c->wall_s));
    if (c->cpu_s >= 0)
        dict_set(dict_section(d, VIEW_CPU), VIEW_VALUE,
                 text_span(lang, span, c->cpu_s));
    show_speed(lang, d, c);
    if (c->peak_kib > 0)
        dict_set(dict_section(d, VIEW_PEAK), VIEW_VALUE,
                 text_memory(lang, span, c->peak_kib));
    if (c->attempts > 0)
        dict_set_int(dict_section(d, VIEW_ATTEMPTS), VIEW_VALUE, c->attempts);
    if (c->status == STATUS_DONE && c->verified[0] != '\0')
        dict_set(dict_section(d, VIEW_VERIFIED), VIEW_VALUE, explain_short(lang, c));
    else if (c->status == STATUS_DONE)
        dict_section(d, VIEW_NOT_CHECKED);
}
