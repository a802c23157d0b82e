/*
 * GET /pi/N: pi to N digits, a thousand at a time; what is known of them while
 * they are computed; and, for digits that nobody asked for, the form ready to
 * send.
 */
#include "fcgi/damage.h"
#include "fcgi/handlers.h"
#include "fcgi/form.h"
#include "fcgi/live.h"
#include "fcgi/page.h"
#include "fcgi/pi_state.h"
#include "fcgi/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From FAR on, positions are long and need more room beside the digits. */
enum { SCREEN = 1000, GROUP = 10, LINE = 100, FAR = 100000 };

/* What a screen shows. */
struct screen {
    struct pi_state state;
    uint64_t from; /* its first position */
    size_t count;  /* digits on it */
    char digits[SCREEN];
    char digit;        /* the digit at N, or 0: not known */
    enum digits_rc rc; /* of reading them; not DIGITS_OK: nothing can be shown */
};

/* The number of the first position of the screen that has POSITION, when screens
 * are counted from 1. */
static uint64_t
screen_of(uint64_t position)
{
    return (position - 1) / SCREEN * SCREEN + 1;
}

/* Reads the digits of a screen that starts at FROM (0 is shown with 1). */
static enum digits_rc
read_screen(struct context *ctx, struct screen *s, uint64_t from)
{
    const struct pi_state *state = &s->state;
    enum digits_rc rc = DIGITS_OK;
    s->from = from > 0 ? from : 1;
    if (s->from <= state->known) {
        uint64_t left = state->known - s->from + 1;
        s->count = left < SCREEN ? (size_t)left : SCREEN;
        rc = pi_read(ctx, state, s->from, s->count, s->digits);
    }
    if (rc == DIGITS_OK && state->kind == PI_KNOWN)
        rc = pi_read(ctx, state, state->number, 1, &s->digit);
    if (rc == DIGITS_OK && state->kind == PI_WINDOW)
        s->digit = state->row.digit;
    return rc;
}

static void
set_screen_url(struct dict *d, const struct pi_state *state, uint64_t from,
               const char *fragment)
{
    dict_setf(d, VIEW_HREF, "/pi/%" PRIu64 "?%sfrom=%" PRIu64 "%s", state->number,
              state->radix == 16 ? "radix=16&" : "", from, fragment);
}

/* One group of ten, with the digit at N marked where it is among them. */
static void
show_group(enum lang lang, struct dict *d, const char *digits, size_t count,
           uint64_t position, uint64_t marked, bool last_of_line)
{
    struct dict *group = dict_section(d, VIEW_GROUP);
    char label[TEXT_NUMBER_SIZE];
    dict_set(group, VIEW_LABEL, text_number(lang, label, position));
    dict_section(group, last_of_line ? VIEW_LINE_END : VIEW_GROUP_END);
    if (marked < position || marked >= position + count) {
        dict_setf(group, VIEW_DIGITS, "%.*s", (int)count, digits);
        return;
    }
    int before = (int)(marked - position);
    dict_setf(group, VIEW_DIGITS, "%.*s", before, digits);
    struct dict *mark = dict_section(group, VIEW_MARK);
    dict_setf(mark, VIEW_DIGIT, "%c", digits[before]);
    dict_setf(mark, VIEW_REST, "%.*s", (int)count - before - 1, digits + before + 1);
}

/* The digits of DIGITS from position FROM on. */
static void
show_digits(enum lang lang, struct dict *part, const char *digits, size_t count,
            uint64_t from, uint64_t marked)
{
    struct dict *d = dict_section(part, VIEW_DIGITS_PART);
    dict_set_int(d, VIEW_FROM, (int64_t)from);
    if (from == 1)
        dict_section(d, VIEW_LEAD);
    if (from + count > FAR)
        dict_section(d, VIEW_FAR);
    for (size_t i = 0; i < count; i += GROUP) {
        size_t length = count - i < GROUP ? count - i : GROUP;
        bool line_end = i % LINE == LINE - GROUP || i + length == count;
        show_group(lang, d, digits + i, length, from + i, marked, line_end);
    }
}

static void
show_links(enum lang lang, struct dict *part, const struct screen *s)
{
    const struct pi_state *state = &s->state;
    char number[TEXT_NUMBER_SIZE], to[TEXT_NUMBER_SIZE];
    if (state->known == 0)
        return;
    struct dict *d = dict_section(part, VIEW_NAVIGATION);
    uint64_t last = screen_of(state->known);
    uint64_t end = s->count > 0 ? s->from + s->count - 1 : s->from;
    dict_set(d, VIEW_FROM, text_number(lang, number, s->from));
    dict_set(d, VIEW_TO, text_number(lang, to, end));
    if (s->from > 1) {
        set_screen_url(dict_section(d, VIEW_FIRST), state, 1, "");
        set_screen_url(dict_section(d, VIEW_PREVIOUS), state,
                       s->from > SCREEN ? s->from - SCREEN : 1, "");
    }
    if (s->from + SCREEN <= state->known) {
        set_screen_url(dict_section(d, VIEW_NEXT), state, s->from + SCREEN, "");
        set_screen_url(dict_section(d, VIEW_LAST), state, last, "");
    }
}

/* What is known, what is not, and how the work goes. */
static void
show_state(enum lang lang, struct dict *part, const struct screen *s)
{
    const struct pi_state *state = &s->state;
    const struct computation *row = &state->row;
    char number[TEXT_NUMBER_SIZE], known[TEXT_NUMBER_SIZE], path[ROWS_PATH_SIZE];
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
    if (s->digit != 0) {
        struct dict *d = dict_section(part, VIEW_ANSWER);
        dict_setf(d, VIEW_DIGIT, "%c", s->digit);
        dict_set(d, VIEW_POSITION, text_number(lang, number, state->number));
        bool here = s->from <= state->number && state->number < s->from + s->count;
        if (state->kind == PI_KNOWN && !here)
            set_screen_url(dict_section(d, VIEW_ELSEWHERE), state,
                           screen_of(state->number), "#n");
        if (state->kind == PI_KNOWN) {
            rows_text_path(path, state->number, state->radix);
            dict_set(dict_section(d, VIEW_TEXT), VIEW_TEXT_PATH, path);
        }
    }
    if (state->kind == PI_WINDOW)
        dict_set_int(dict_section(part, VIEW_WINDOW_ONLY), VIEW_ID, row->id);
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

/* Fills D, a dictionary of pi_live.tpl. */
static void
fill_live(struct context *ctx, struct dict *d, const struct screen *s)
{
    const struct pi_state *state = &s->state;
    char text[TEXT_NUMBER_SIZE];
    show_state(ctx->lang, d, s);
    if (state->kind == PI_WINDOW)
        show_digits(ctx->lang, d, state->row.window, strlen(state->row.window),
                    state->number, state->number);
    else if (s->count > 0)
        show_digits(ctx->lang, d, s->digits, s->count, s->from, state->number);
    else
        dict_set(dict_section(d, VIEW_NOT_YET), VIEW_POSITION,
                 text_number(ctx->lang, text, s->from));
    if (state->kind != PI_WINDOW)
        show_links(ctx->lang, d, s);
    show_offer(ctx, d, state);
}

/* Finds and reads what a screen needs. STORE_NOT_FOUND: nothing to show. */
static enum store_rc
load(struct context *ctx, struct screen *s, int radix, uint64_t number, uint64_t from)
{
    enum store_rc rc = pi_find(ctx, radix, number, &s->state);
    if (rc != STORE_OK)
        return rc;
    if (s->state.kind == PI_UNKNOWN)
        return STORE_NOT_FOUND;
    s->rc = read_screen(ctx, s, from);
    return STORE_OK;
}

/* Answers that the digits of S could not be read. */
static void
cannot_show(struct context *ctx, const struct request *r, struct reply *reply,
            const struct screen *s)
{
    /* The file of a running row is its own affair: it has been published, mostly. */
    if (s->state.aside)
        reply_store_error(ctx, r, reply, STORE_BUSY);
    else
        damage_answer(ctx, r, reply, &s->state.prefix, s->rc);
}

bool
live_pi(struct context *ctx, const struct wait *wait, int64_t revision,
        struct reply *reply)
{
    (void)revision;
    struct screen *s = calloc(1, sizeof *s);
    enum store_rc rc = s != NULL
                           ? load(ctx, s, wait->filter.radix, wait->number, wait->from)
                           : STORE_ERROR;
    bool news = true;
    if (rc != STORE_OK) {
        reply_store_error(ctx, NULL, reply, rc);
    } else if (s->rc != DIGITS_OK) {
        cannot_show(ctx, NULL, reply, s);
    } else if (s->state.revision == wait->since) {
        news = false;
    } else {
        struct dict *d = dict_new();
        if (d != NULL)
            fill_live(ctx, d, s);
        page_send_live(ctx, reply, s->state.revision, "pi_live.tpl", d,
                       pi_is_live(&s->state));
    }
    free(s);
    return news;
}

/* "pi to N digits". */
static const char *
make_title(enum lang lang, char title[TEXT_SIZE], int radix, uint64_t number)
{
    char text[TEXT_NUMBER_SIZE];
    return text_fill(
        title, TEXT_SIZE,
        text_plural(lang, radix == 16 ? TEXT_TITLE_PI_HEX : TEXT_TITLE_PI, number),
        "position", text_number(lang, text, number), NULL);
}

/* 404 with the form ready to send. */
static void
send_unknown(struct context *ctx, struct reply *reply, const struct pi_state *state)
{
    char title[TEXT_SIZE], position[TEXT_NUMBER_SIZE];
    struct form form;
    make_title(ctx->lang, title, state->radix, state->number);
    form_init(&form, ctx->lang);
    snprintf(position, sizeof position, "%" PRIu64, state->number);
    form.typed[FORM_POSITION] = position;
    form.typed[FORM_RADIX] = state->radix == 16 ? "16" : "10";
    form.focus = true;
    struct dict *d = page_new(title, NULL);
    dict_set(d, VIEW_TITLE, title);
    if (state->row.status == STATUS_FAILED && state->row.id != 0) {
        struct dict *failed = dict_section(d, VIEW_FAILED);
        dict_set_int(failed, VIEW_ID, state->row.id);
        dict_set(failed, VIEW_MESSAGE, state->row.error);
    }
    form_show(ctx, d, &form, false);
    page_send(ctx, reply, 404, "pi_unknown.tpl", d, NULL);
}

static void
send_page(struct context *ctx, const struct request *r, struct reply *reply,
          const struct screen *s)
{
    const struct pi_state *state = &s->state;
    char etag[PAGE_ETAG_SIZE], title[TEXT_SIZE];
    if (page_not_modified(ctx, r, reply, state->revision, (int64_t)state->known, etag))
        return;
    make_title(ctx->lang, title, state->radix, state->number);
    bool live = pi_is_live(state);
    struct dict *d = page_new(title, live ? r : NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_set_int(d, VIEW_REVISION, state->revision);
    dict_setf(d, VIEW_PI_PATH, "/pi/%" PRIu64, state->number);
    if (state->radix == 16)
        dict_section(d, VIEW_HEX);
    if (live)
        set_screen_url(dict_section(d, VIEW_LIVE), state, s->from, "");
    if (state->number > SCREEN && state->kind != PI_WINDOW)
        dict_section(d, VIEW_JUMP);
    fill_live(ctx, dict_include(d, VIEW_LIVE_PART, "pi_live.tpl"), s);
    page_send(ctx, reply, 200, "pi.tpl", d, etag);
}

/* 416 for a screen beyond N. */
static void
refuse_range(struct context *ctx, const struct request *r, struct reply *reply)
{
    char text[TEXT_SIZE], from[TEXT_NUMBER_SIZE], number[TEXT_NUMBER_SIZE];
    text_fill(text, sizeof text, text_get(ctx->lang, TEXT_ERROR_RANGE), "from",
              text_number(ctx->lang, from, r->from), "position",
              text_number(ctx->lang, number, r->number), NULL);
    reply_error(ctx, r, reply, 416, "from", text);
}

void
page_pi(struct context *ctx, struct request *r, struct reply *reply)
{
    int radix = (r->has & PARAM_RADIX) != 0 ? r->filter.radix : 10;
    uint64_t from = (r->has & PARAM_FROM) != 0 ? r->from : 1;
    if (from > r->number) {
        refuse_range(ctx, r, reply);
        return;
    }
    if (r->wants_json) {
        struct wait wait;
        memset(&wait, 0, sizeof wait);
        wait.kind = WAIT_PI;
        wait.number = r->number;
        wait.from = from;
        wait.filter.radix = radix;
        if (!live_since(r, &wait.since))
            wait.since = 0;
        updates_answer_or_park(ctx, r, &wait, reply);
        return;
    }
    struct screen *s = calloc(1, sizeof *s);
    enum store_rc rc = s != NULL ? store_begin_read(ctx->store) : STORE_ERROR;
    if (rc == STORE_OK) {
        rc = load(ctx, s, radix, r->number, from);
        store_end_read(ctx->store);
    }
    if (rc == STORE_OK && s->rc != DIGITS_OK)
        cannot_show(ctx, r, reply, s);
    else if (rc == STORE_OK)
        send_page(ctx, r, reply, s);
    else if (rc == STORE_NOT_FOUND)
        send_unknown(ctx, reply, &s->state);
    else
        reply_store_error(ctx, r, reply, rc);
    free(s);
}
