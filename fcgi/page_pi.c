/*
 * GET /pi/N: pi to N digits, a screen at a time; what is known of them while
 * they are computed; and, for digits that nobody asked for, the form ready to
 * send.
 */
#include "config.h"

#include "common/position.h"
#include "fcgi/damage.h"
#include "fcgi/form.h"
#include "fcgi/handlers.h"
#include "fcgi/live.h"
#include "fcgi/page.h"
#include "fcgi/pi_live.h"
#include "fcgi/pi_screen.h"
#include "fcgi/picture.h"
#include "fcgi/pulse.h"
#include "fcgi/reasons.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Finds out about N = NUMBER digits of RADIX for S. STORE_NOT_FOUND: nothing to show.
 */
static enum store_rc
find(struct context *ctx, struct pi_screen *s, int radix, uint64_t number)
{
    enum store_rc rc = pi_find(ctx, radix, number, &s->state);
    return rc == STORE_OK && s->state.kind == PI_UNKNOWN ? STORE_NOT_FOUND : rc;
}

/* Answers that the digits of S could not be read because of RC. R may be NULL. */
static void
cannot_show(struct context *ctx, const struct request *r, struct reply *reply,
            const struct pi_screen *s, enum digits_rc rc)
{
    /* The file of a running row is its own affair: it has been published, mostly. */
    if (s->state.aside)
        reply_store_error(ctx, r, reply, STORE_BUSY);
    else
        damage_answer(ctx, r, reply, &s->state.prefix, rc);
}

/* Has S, whose state and choice are set, mark the digits FIRST .. LAST, or the N-th as
 * usual where FIRST is 0. Where only the digits from N on are asked for, N is what the
 * page is about, and beyond N there are none. */
static void
set_mark(struct pi_screen *s, uint64_t first, uint64_t last)
{
    enum pi_kind kind = s->state.kind;
    if (last > s->state.number || (kind != PI_KNOWN && kind != PI_COMING))
        return;
    s->choice.mark_first = first;
    s->choice.mark_last = last;
}

/* Answers WAIT with the live part of S. */
static void
send_live(struct context *ctx, const struct wait *wait, struct reply *reply,
          struct pi_screen *s)
{
    enum digits_rc rc = pi_screen_read(ctx, s);
    if (rc != DIGITS_OK) {
        cannot_show(ctx, NULL, reply, s, rc);
        return;
    }
    struct dict *d = dict_new();
    if (d != NULL)
        pi_live_fill(ctx, d, s);
    page_send_live(ctx, wait, reply, s->state.revision, "pi_live.tpl", d,
                   pi_is_live(&s->state));
}

bool
live_pi(struct context *ctx, const struct wait *wait, int64_t revision,
        struct reply *reply)
{
    (void)revision;
    struct pi_screen *s = calloc(1, sizeof *s);
    enum store_rc rc =
        s != NULL ? find(ctx, s, wait->filter.radix, wait->number) : STORE_ERROR;
    bool news = rc != STORE_OK || s->state.revision != wait->since ||
                (pi_is_live(&s->state) && pulse_moved(ctx, wait));
    if (rc != STORE_OK) {
        reply_store_error(ctx, NULL, reply, rc);
    } else if (news) {
        s->choice = pi_choice(wait->from, wait->limit, wait->columns);
        set_mark(s, wait->mark_first, wait->mark_last);
        send_live(ctx, wait, reply, s);
    }
    free(s);
    return news;
}

/* "pi to N digits", or which of them are marked, or from where on there are some. */
static const char *
make_title(enum lang lang, char title[TEXT_SIZE], const struct pi_state *state,
           const struct pi_choice *choice)
{
    char first[TEXT_NUMBER_SIZE], last[TEXT_NUMBER_SIZE];
    bool hex = state->radix == 16;
    if (state->kind == PI_WINDOW || state->kind == PI_SEEKING)
        return text_fill(
            title, TEXT_SIZE,
            text_get(lang, hex ? TEXT_TITLE_PI_FROM_HEX : TEXT_TITLE_PI_FROM),
            "position", text_number(lang, first, state->number), NULL);
    if (choice == NULL || choice->mark_first == 0)
        return text_fill(
            title, TEXT_SIZE,
            text_plural(lang, hex ? TEXT_TITLE_PI_HEX : TEXT_TITLE_PI, state->number),
            "position", text_number(lang, first, state->number), NULL);
    enum text_key one = hex ? TEXT_TITLE_PI_MARKED_HEX_ONE : TEXT_TITLE_PI_MARKED_ONE;
    enum text_key several = hex ? TEXT_TITLE_PI_MARKED_HEX : TEXT_TITLE_PI_MARKED;
    return text_fill(
        title, TEXT_SIZE,
        text_get(lang, choice->mark_first == choice->mark_last ? one : several),
        "first", text_number(lang, first, choice->mark_first), "last",
        text_number(lang, last, choice->mark_last), NULL);
}

/* 404 with the form ready to send. */
static void
send_unknown(struct context *ctx, struct reply *reply, const struct pi_state *state)
{
    char title[TEXT_SIZE], position[TEXT_NUMBER_SIZE];
    struct form form;
    make_title(ctx->lang, title, state, NULL);
    form_init(&form, ctx->lang);
    snprintf(position, sizeof position, "%" PRIu64, state->number);
    form.typed[FORM_POSITION] = position;
    form.typed[FORM_RADIX] = state->radix == 16 ? "16" : "10";
    form.focus = true;
    struct dict *d = page_new(title, PAGE_BELOW_LIST, NULL);
    dict_set(d, VIEW_TITLE, title);
    uint64_t limit =
        position_limit(&ctx->app->conf->limits, ALGORITHM_AUTO, state->radix);
    if (state->number <= limit)
        dict_section(d, VIEW_ASK);
    else
        dict_section(d, VIEW_IMPOSSIBLE);
    if (state->row.status == STATUS_FAILED && state->row.id != 0) {
        struct dict *failed = dict_section(d, VIEW_FAILED);
        dict_set_int(failed, VIEW_ID, state->row.id);
        reasons_show(ctx->lang, failed, state->row.error);
    }
    form_show(ctx, d, &form, false);
    page_send(ctx, reply, 404, "pi_unknown.tpl", d, NULL);
}

/* The form to jump with, which keeps what else was chosen. */
static void
show_jump(struct dict *d, const struct pi_screen *s)
{
    if (s->sought == NULL &&
        (s->state.number <= PI_SCREEN || s->state.kind == PI_WINDOW))
        return;
    struct dict *jump = dict_section(d, VIEW_JUMP);
    dict_setf(jump, VIEW_PI_PATH, "/pi/%" PRIu64, s->state.number);
    if (s->state.radix == 16)
        dict_section(jump, VIEW_HEX);
    if (s->choice.per != PI_SCREEN)
        dict_set_int(dict_section(jump, VIEW_PER), VIEW_COUNT, s->choice.per);
    if (s->choice.columns != 0)
        dict_set_int(dict_section(jump, VIEW_COLUMNS), VIEW_COUNT, s->choice.columns);
    if (s->choice.mark_first > 0) {
        char mark[PI_MARK_SIZE];
        pi_mark(mark, s->choice.mark_first, s->choice.mark_last);
        dict_set(dict_section(jump, VIEW_MARKED), VIEW_VALUE, mark);
    }
    if (s->sought != NULL) {
        struct dict *bad = dict_section(jump, VIEW_BAD_POSITION);
        dict_set(bad, VIEW_VALUE, s->sought);
        dict_set(bad, VIEW_MESSAGE, s->problem);
    }
}

/* True when R's visitor has the page of S. Digits that are published are published
 * for ever: their page changes with nothing but the program. */
static bool
not_modified(struct context *ctx, const struct request *r, struct reply *reply,
             const struct pi_screen *s, char etag[PAGE_ETAG_SIZE])
{
    const struct pi_state *state = &s->state;
    if (state->kind == PI_KNOWN)
        return page_not_modified_fixed(ctx, r, reply, 1, etag);
    return page_not_modified(ctx, r, reply, state->revision, (int64_t)state->known,
                             etag);
}

/* Answers with the page of S, whose digits were read, as STATUS. */
static void
send_page(struct context *ctx, const struct request *r, struct reply *reply, int status,
          const struct pi_screen *s, const char *etag)
{
    const struct pi_state *state = &s->state;
    char title[TEXT_SIZE];
    make_title(s->lang, title, state, &s->choice);
    bool live = pi_is_live(state);
    struct dict *d = page_new(title, PAGE_DIGITS, live && s->sought == NULL ? r : NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_set_int(d, VIEW_REVISION, state->revision);
    pulse_show(ctx, d, live);
    if (live)
        pi_choice_link(dict_section(d, VIEW_LIVE), state, &s->choice, "");
    show_jump(d, s);
    pi_screen_show_plain(d, s);
    pi_live_fill(ctx, dict_include(d, VIEW_LIVE_PART, "pi_live.tpl"), s);
    picture_link(s->lang, d, &state->prefix, state->number);
    page_send(ctx, reply, status, "pi.tpl", d, etag);
}

/* Answers R with the page of S, whose state and choice are set, as STATUS. */
static void
answer(struct context *ctx, const struct request *r, struct reply *reply, int status,
       struct pi_screen *s)
{
    char etag[PAGE_ETAG_SIZE];
    if (s->sought == NULL && not_modified(ctx, r, reply, s, etag))
        return;
    enum digits_rc rc = pi_screen_read(ctx, s);
    if (rc == DIGITS_OK)
        send_page(ctx, r, reply, status, s, s->sought == NULL ? etag : NULL);
    else
        cannot_show(ctx, r, reply, s, rc);
}

/* The radix that R asks for. */
static int
radix_of(const struct request *r)
{
    return (r->has & PARAM_RADIX) != 0 ? r->filter.radix : 10;
}

/* Answers R, of a person, with the screen that begins at FROM; or, as STATUS, with the
 * first one and PROBLEM, unless that is NULL, beside what he typed to jump elsewhere.
 */
static void
answer_page(struct context *ctx, const struct request *r, struct reply *reply,
            int status, uint64_t from, const char *problem)
{
    struct pi_screen *s = calloc(1, sizeof *s);
    enum store_rc rc = s != NULL ? store_begin_read(ctx->store) : STORE_ERROR;
    if (rc == STORE_OK) {
        rc = find(ctx, s, radix_of(r), r->number);
        store_end_read(ctx->store);
    }
    if (rc == STORE_OK) {
        s->choice = pi_choice(from, r->per, r->columns);
        set_mark(s, r->mark_first, r->mark_last);
        if (problem != NULL) {
            s->sought = request_query(r, "from");
            text_fill(s->problem, TEXT_SIZE, problem, NULL);
        }
        answer(ctx, r, reply, status, s);
    } else if (rc == STORE_NOT_FOUND && problem != NULL) {
        reply_error(ctx, r, reply, status, "from", problem);
    } else if (rc == STORE_NOT_FOUND) {
        send_unknown(ctx, reply, &s->state);
    } else {
        reply_store_error(ctx, r, reply, rc);
    }
    free(s);
}

/* 416 for a position beyond N, that of FIELD. */
static void
refuse_range(struct context *ctx, const struct request *r, struct reply *reply,
             const char *field, uint64_t position)
{
    char text[TEXT_SIZE], from[TEXT_NUMBER_SIZE], number[TEXT_NUMBER_SIZE];
    text_fill(text, sizeof text, text_get(ctx->lang, TEXT_ERROR_RANGE), "from",
              text_number(ctx->lang, from, position), "position",
              text_number(ctx->lang, number, r->number), NULL);
    if (r->wants_json || strcmp(field, "from") != 0)
        reply_error(ctx, r, reply, 416, field, text);
    else
        answer_page(ctx, r, reply, 416, 1, text);
}

void
page_pi_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    char text[TEXT_SIZE];
    uint64_t from;
    if (strcmp(r->wrong, "from") != 0) {
        reply_error(ctx, r, reply, 400, r->wrong, r->why);
        return;
    }
    enum ask_problem problem = position_read(request_query(r, "from"), &from);
    if (problem == ASK_OK || problem == ASK_ZERO) /* it came twice */
        text_fill(text, sizeof text, r->why, NULL);
    else
        form_unread(text, ctx->lang, problem, r->number);
    answer_page(ctx, r, reply, 400, 1, text);
}

/* Leads R to the same screen where its position is plain digits, if it is not. */
static bool
lead_to_plain(const struct request *r, struct reply *reply)
{
    char plain[24], url[PI_URL_SIZE];
    if ((r->has & PARAM_FROM) == 0)
        return false;
    snprintf(plain, sizeof plain, "%" PRIu64, r->from);
    if (strcmp(request_query(r, "from"), plain) == 0)
        return false;
    struct pi_choice choice = pi_choice(r->from, r->per, r->columns);
    choice.mark_first = r->mark_first;
    choice.mark_last = r->mark_last;
    pi_choice_url(url, radix_of(r), r->number, &choice);
    reply_redirect(reply, url);
    return true;
}

void
page_pi(struct context *ctx, struct request *r, struct reply *reply)
{
    uint64_t from = (r->has & PARAM_FROM) != 0 ? r->from : 1;
    if (from > r->number) {
        refuse_range(ctx, r, reply, "from", from);
    } else if (r->mark_last > r->number) {
        refuse_range(ctx, r, reply, "mark", r->mark_last);
    } else if (r->wants_json) {
        struct wait wait;
        memset(&wait, 0, sizeof wait);
        wait.kind = WAIT_PI;
        wait.number = r->number;
        wait.from = from;
        wait.mark_first = r->mark_first;
        wait.mark_last = r->mark_last;
        wait.limit = r->per;
        wait.columns = r->columns;
        wait.filter.radix = radix_of(r);
        if (!live_since(r, &wait.since))
            wait.since = 0;
        pulse_ask(r, &wait);
        updates_answer_or_park(ctx, r, &wait, reply);
    } else if (!lead_to_plain(r, reply)) {
        answer_page(ctx, r, reply, 200, from, NULL);
    }
}
