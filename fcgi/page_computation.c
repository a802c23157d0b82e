/*
 * GET /computations/ID: everything about one computation. Its live part is a
 * template of its own, which the page includes and which a poll for
 * application/json brings again when the row changed.
 */
#include "fcgi/handlers.h"
#include "fcgi/live.h"
#include "fcgi/page.h"
#include "fcgi/rows.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 50 };

/* A row with its history, as one snapshot has it. */
struct detail {
    struct computation c;
    struct event events[EVENTS_SHOWN];
    size_t count;
};

/* Room for "Digit N of pi in radix R". */
static const char *
make_title(enum lang lang, char title[TEXT_SIZE], const struct computation *c)
{
    char number[TEXT_NUMBER_SIZE];
    return text_fill(title, TEXT_SIZE, text_get(lang, TEXT_TITLE_COMPUTATION),
                     "position", text_number(lang, number, c->position), "radix",
                     c->radix == 16 ? "16" : "10", NULL);
}

static void
set_time(enum lang lang, struct dict *d, int64_t micros)
{
    char time[TEXT_TIME_SIZE];
    dict_set(d, VIEW_TIME, text_time_machine(time, micros));
    dict_set(d, VIEW_TIME_TEXT, text_time(lang, time, micros));
}

/* "after 1.3 s" where TIME came after the one BEFORE it. */
static void
set_since_then(enum lang lang, struct dict *d, int64_t before, int64_t time)
{
    char span[TEXT_SPAN_SIZE], text[TEXT_SIZE];
    if (before == 0 || time <= before)
        return;
    text_span(lang, span, (double)(time - before) / 1e6);
    dict_set(d, VIEW_TOOK,
             text_fill(text, sizeof text, text_get(lang, TEXT_SINCE_THEN), "time", span,
                       NULL));
}

static void
show_stages(enum lang lang, struct dict *d, const struct computation *c)
{
    int64_t before = 0;
    for (int s = 0; s < STAGE_COUNT; s++) {
        struct dict *stage = dict_section(d, VIEW_STAGE);
        const char *state = s <= (int)c->stage ? "reached" : "ahead";
        if (s == (int)c->stage && rows_is_live(c))
            state = "reached current";
        if (s == (int)c->stage + 1 && c->status == STATUS_FAILED)
            state = "broken";
        dict_set(stage, VIEW_STATE, state);
        dict_set(stage, VIEW_NAME, stage_name((enum stage)s));
        dict_set(stage, VIEW_LABEL, text_stage(lang, (enum stage)s));
        if (s <= (int)c->stage && c->at[s] != 0) {
            struct dict *reached = dict_section(stage, VIEW_REACHED);
            set_time(lang, reached, c->at[s]);
            set_since_then(lang, reached, before, c->at[s]);
            before = c->at[s];
        }
    }
}

/* The window in groups of ten after the digit itself. */
static void
show_window(struct dict *answer, const char *window)
{
    size_t length = strlen(window);
    for (size_t i = 1; i < length; i += 10)
        dict_setf(dict_section(answer, VIEW_GROUP), VIEW_DIGITS, "%.10s", window + i);
}

static void
show_answer(struct dict *d, const struct computation *c)
{
    struct dict *answer = dict_section(d, VIEW_ANSWER);
    dict_setf(answer, VIEW_DIGIT, "%c", c->digit);
    if (c->window[0] != '\0')
        show_window(dict_section(answer, VIEW_WINDOW), c->window);
}

static void
show_facts(enum lang lang, struct dict *d, const struct computation *c)
{
    char span[TEXT_SPAN_SIZE];
    struct dict *facts = dict_section(d, VIEW_FACTS);
    dict_set(facts, VIEW_ALGORITHM, algorithm_name(c->algorithm));
    if (c->algorithm == ALGORITHM_AUTO && c->method != ALGORITHM_AUTO)
        dict_set(dict_section(facts, VIEW_CHOSEN), VIEW_METHOD,
                 algorithm_name(c->method));
    if (c->answered_by != 0)
        dict_set_int(dict_section(facts, VIEW_ANSWERED_BY), VIEW_ID, c->answered_by);
    if (c->wall_s >= 0)
        dict_set(dict_section(facts, VIEW_WALL), VIEW_VALUE,
                 text_span(lang, span, c->wall_s));
    if (c->cpu_s >= 0)
        dict_set(dict_section(facts, VIEW_CPU), VIEW_VALUE,
                 text_span(lang, span, c->cpu_s));
    if (c->peak_kib > 0)
        dict_set(dict_section(facts, VIEW_PEAK), VIEW_VALUE,
                 text_memory(lang, span, c->peak_kib));
    if (c->attempts > 1)
        dict_set_int(dict_section(facts, VIEW_ATTEMPTS), VIEW_VALUE, c->attempts);
    if (c->status == STATUS_DONE) {
        if (c->verified[0] != '\0')
            dict_set(dict_section(facts, VIEW_VERIFIED), VIEW_VALUE, c->verified);
        else
            dict_section(facts, VIEW_NOT_CHECKED);
    }
}

static void
show_events(enum lang lang, struct dict *d, const struct detail *detail)
{
    for (size_t i = 0; i < detail->count; i++) {
        const struct event *e = &detail->events[i];
        struct dict *event = dict_section(d, VIEW_EVENT);
        set_time(lang, event, e->at);
        dict_set(event, VIEW_LABEL, text_event(lang, e->stage));
        dict_set(event, VIEW_MESSAGE, e->detail);
    }
}

static void
show_actions(struct context *ctx, struct dict *d, const struct computation *c)
{
    struct dict *actions = dict_section(d, VIEW_ACTIONS);
    page_set_csrf(ctx, actions, NULL);
    if (rows_is_live(c) && c->wanted == WANTED_RUN)
        dict_section(actions, VIEW_CAN_CANCEL);
    if (c->status == STATUS_FAILED || c->status == STATUS_CANCELLED)
        dict_section(actions, VIEW_CAN_RETRY);
}

/* Fills D, a dictionary of computation_live.tpl. */
static void
fill_live(struct context *ctx, struct dict *d, const struct detail *detail)
{
    const struct computation *c = &detail->c;
    char path[ROWS_PATH_SIZE];
    dict_set_int(d, VIEW_ID, c->id);
    dict_set(d, VIEW_STATUS, status_name(c->status));
    dict_set(d, VIEW_STATUS_TEXT, text_status(ctx->lang, c->status));
    rows_fill_progress(ctx->lang, d, c);
    if (c->status == STATUS_DONE)
        show_answer(d, c);
    if (c->status == STATUS_FAILED)
        dict_set(dict_section(d, VIEW_FAILED), VIEW_MESSAGE, c->error);
    if (c->status != STATUS_FAILED && c->status != STATUS_CANCELLED) {
        rows_pi_path(path, c->position, c->radix);
        dict_set(dict_section(d, VIEW_LINK), VIEW_PI_PATH, path);
    }
    show_stages(ctx->lang, d, c);
    show_facts(ctx->lang, d, c);
    show_events(ctx->lang, d, detail);
    show_actions(ctx, d, c);
}

static enum store_rc
read_detail(struct store *store, int64_t id, struct detail *detail)
{
    enum store_rc rc = store_get(store, id, &detail->c);
    if (rc == STORE_OK)
        rc = store_events(store, id, detail->events, EVENTS_SHOWN, &detail->count);
    return rc;
}

bool
live_computation(struct context *ctx, const struct wait *wait, int64_t revision,
                 struct reply *reply)
{
    (void)revision;
    struct detail *detail = calloc(1, sizeof *detail);
    enum store_rc rc =
        detail != NULL ? read_detail(ctx->store, wait->row_id, detail) : STORE_ERROR;
    bool news = true;
    if (rc != STORE_OK) {
        reply_store_error(ctx, NULL, reply, rc);
    } else if (detail->c.revision == wait->since) {
        news = false;
    } else {
        struct dict *d = dict_new();
        if (d != NULL)
            fill_live(ctx, d, detail);
        page_send_live(ctx, reply, detail->c.revision, "computation_live.tpl", d,
                       rows_is_live(&detail->c));
    }
    free(detail);
    return news;
}

static void
send_page(struct context *ctx, const struct request *r, struct reply *reply,
          const struct detail *detail)
{
    const struct computation *c = &detail->c;
    char etag[PAGE_ETAG_SIZE], title[TEXT_SIZE];
    if (page_not_modified(ctx, r, reply, c->revision, 0, etag))
        return;
    make_title(ctx->lang, title, c);
    struct dict *d = page_new(title, rows_is_live(c) ? r : NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_set_int(d, VIEW_ID, c->id);
    dict_set_int(d, VIEW_REVISION, c->revision);
    if (rows_is_live(c))
        dict_setf(dict_section(d, VIEW_LIVE), VIEW_LIVE_URL, "/computations/%" PRId64,
                  c->id);
    fill_live(ctx, dict_include(d, VIEW_LIVE_PART, "computation_live.tpl"), detail);
    page_send(ctx, reply, 200, "computation.tpl", d, etag);
}

void
page_computation(struct context *ctx, struct request *r, struct reply *reply)
{
    if (r->wants_json) {
        struct wait wait;
        memset(&wait, 0, sizeof wait);
        wait.kind = WAIT_COMPUTATION;
        wait.row_id = r->row_id;
        if (!live_since(r, &wait.since))
            wait.since = 0;
        updates_answer_or_park(ctx, r, &wait, reply);
        return;
    }
    struct detail *detail = calloc(1, sizeof *detail);
    enum store_rc rc = detail != NULL ? store_begin_read(ctx->store) : STORE_ERROR;
    if (rc == STORE_OK) {
        rc = read_detail(ctx->store, r->row_id, detail);
        store_end_read(ctx->store);
    }
    if (rc == STORE_OK)
        send_page(ctx, r, reply, detail);
    else
        reply_store_error(ctx, r, reply, rc);
    free(detail);
}

void
page_delete_confirm(struct context *ctx, struct request *r, struct reply *reply)
{
    struct computation c;
    char id[TEXT_NUMBER_SIZE], title[TEXT_SIZE], question[TEXT_SIZE];
    char etag[PAGE_ETAG_SIZE];
    enum store_rc rc = store_get(ctx->store, r->row_id, &c);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    /* Who is known gets a form of his own. */
    if (!r->ambient && page_not_modified(ctx, r, reply, c.revision, 0, etag))
        return;
    snprintf(id, sizeof id, "%" PRId64, c.id);
    text_fill(title, sizeof title, text_get(ctx->lang, TEXT_TITLE_DELETE), "id", id,
              NULL);
    struct dict *d = page_new(title, NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_set_int(d, VIEW_ID, c.id);
    dict_set(d, VIEW_LABEL, make_title(ctx->lang, question, &c));
    page_set_csrf(ctx, d, r);
    page_send(ctx, reply, 200, "delete.tpl", d, r->ambient ? NULL : etag);
}
