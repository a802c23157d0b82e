/*
 * What of the page of pi to N digits changes while they are computed: how far that has
 * come, the digits of a screen that are known, and what can be done with them.
 */
#include "config.h"

#include "fcgi/pi_live.h"

#include "fcgi/page.h"
#include "fcgi/pi_sum.h"
#include "fcgi/rows.h"
#include "fcgi/search_show.h"

#include <stdio.h>

/* From LARGE bytes on, a size is also told in larger units. */
enum { LARGE = 100000 };

/* Which digits are marked, where they are and how often else. */
static void
show_marked(struct dict *part, const struct pi_screen *s)
{
    const struct pi_choice *choice = &s->choice;
    struct search_ask ask = {.radix = s->state.radix};
    char url[SEARCH_URL_SIZE];
    if (s->marked[0] == '\0')
        return;
    struct dict *d = dict_section(part, VIEW_MARKED);
    dict_set(d, VIEW_DIGITS, s->marked);
    snprintf(ask.text, sizeof ask.text, "%s", s->marked);
    search_url(url, &ask, choice->mark_first - 1);
    dict_set(d, VIEW_SEARCH_PATH, url);
    if (choice->mark_last < choice->from ||
        choice->mark_first >= choice->from + s->count)
        pi_screen_link_to_mark(dict_section(d, VIEW_ELSEWHERE), s);
}

/* What is known, what is not, and how the work goes. */
static void
show_state(struct dict *part, const struct pi_screen *s)
{
    const struct pi_state *state = &s->state;
    const struct computation *row = &state->row;
    enum lang lang = s->lang;
    char number[TEXT_NUMBER_SIZE], known[TEXT_NUMBER_SIZE];
    uint64_t from = s->choice.from;
    if (pi_is_live(state)) {
        struct dict *d = dict_section(part, VIEW_COMING);
        dict_set_int(d, VIEW_ID, row->id);
        dict_set(d, VIEW_STATUS, status_name(row->status));
        dict_set(d, VIEW_STATUS_TEXT, text_status(lang, row->status));
        rows_fill_progress(lang, d, row);
        if (state->known > 0)
            dict_set(dict_section(d, VIEW_KNOWN), VIEW_VALUE,
                     text_number(lang, known, state->known));
    }
    if (s->choice.mark_first > 0) {
        show_marked(part, s);
    } else if (s->digit != 0) {
        struct dict *d = dict_section(part, VIEW_ANSWER);
        dict_setf(d, VIEW_DIGIT, "%c", s->digit);
        dict_set(d, VIEW_POSITION, text_number(lang, number, state->number));
        bool here = from <= state->number && state->number < from + s->count;
        if (state->kind == PI_KNOWN && !here)
            pi_screen_link_to_mark(dict_section(d, VIEW_ELSEWHERE), s);
    }
    if (state->kind == PI_WINDOW)
        dict_set_int(dict_section(part, VIEW_WINDOW_ONLY), VIEW_ID, row->id);
}

/* The text of all N digits: where it is, how large, its digest. */
static void
show_download(struct dict *part, const struct pi_screen *s)
{
    const struct pi_state *state = &s->state;
    char path[ROWS_PATH_SIZE], file[PI_FILE_SIZE], text[TEXT_SIZE];
    char number[TEXT_NUMBER_SIZE], size[TEXT_SPAN_SIZE];
    enum lang lang = s->lang;
    uint64_t bytes = state->number + 2;
    if (state->kind != PI_KNOWN)
        return;
    struct dict *d = dict_section(part, VIEW_DOWNLOAD);
    rows_text_path(path, state->number, state->radix);
    dict_set(d, VIEW_TEXT_PATH, path);
    pi_file_name(file, state->radix, state->number);
    dict_set(d, VIEW_FILE, file);
    dict_set(d, VIEW_BYTES,
             text_fill(text, sizeof text, text_plural(lang, TEXT_PI_BYTES, bytes),
                       "bytes", text_number(lang, number, bytes), NULL));
    if (bytes >= LARGE)
        dict_set(dict_section(d, VIEW_LARGE), VIEW_SIZE,
                 text_memory(lang, size, (int64_t)(bytes / 1024)));
    dict_set(d, VIEW_CONTENT,
             text_fill(text, sizeof text,
                       text_plural(lang, TEXT_PI_CONTENT, state->number), "count",
                       text_number(lang, number, state->number), NULL));
    if (s->sum[0] != '\0')
        dict_set(dict_section(d, VIEW_SUM), VIEW_VALUE, s->sum);
}

/* Offers a bbp row's visitor all digits up to N, where this site computes so
 * many. */
static void
show_offer(struct context *ctx, struct dict *d, const struct pi_state *state)
{
    const struct limits *limits = &ctx->app->conf->limits;
    char number[TEXT_NUMBER_SIZE];
    if (state->kind != PI_WINDOW || state->number > limits->chudnovsky)
        return;
    struct dict *offer = dict_section(d, VIEW_OFFER);
    page_set_csrf(ctx, offer, NULL);
    dict_set_int(offer, VIEW_POSITION, (int64_t)state->number);
    dict_set_int(offer, VIEW_RADIX, state->radix);
    dict_set(offer, VIEW_LABEL, text_number(ctx->lang, number, state->number));
}

void
pi_live_fill(struct context *ctx, struct dict *d, const struct pi_screen *s)
{
    show_state(d, s);
    pi_screen_show_links(d, s);
    pi_screen_show_digits(d, s);
    show_download(d, s);
    show_offer(ctx, d, &s->state);
}
