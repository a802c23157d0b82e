/*
 * GET /computations/ID: everything about one computation. Its live part is a
 * template of its own, which the page includes and which a poll for
 * application/json brings again when the row changed, or its place in the queue may
 * have.
 */
#include "fcgi/asker.h"
#include "fcgi/bulk.h"
#include "fcgi/compare.h"
#include "fcgi/estimate.h"
#include "fcgi/explain.h"
#include "fcgi/facts.h"
#include "fcgi/handlers.h"
#include "fcgi/live.h"
#include "fcgi/page.h"
#include "fcgi/pulse.h"
#include "fcgi/reasons.h"
#include "fcgi/rows.h"
#include "fcgi/stream.h"
#include "fcgi/text.h"
#include "fcgi/timeline.h"

#include "common/store_worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 50 };

/* A row with its history, as one snapshot has it, and how far its digits are. */
struct detail {
    struct computation c;
    struct compare compare; /* with the others of its digit */
    struct stream stream;
    struct store_worker worker; /* threads 0: there was none, or nobody noted it */
    struct event events[EVENTS_SHOWN];
    size_t count;
    int64_t revision;    /* that it is shown with, see set_revision() */
    struct queue *queue; /* NULL: the row does not wait for its turn */
};

/* A place in the queue changes without its row, so while that waits for its turn, it is
 * shown with the revision of the database, NOW, and whatever changes is news. When the
 * row itself changes, its revision is newer than all of these. */
static void
set_revision(struct detail *detail, int64_t now)
{
    detail->revision = queue_waits(&detail->c) ? now : detail->c.revision;
}

/* Room for "Digit N of pi in radix R". */
static const char *
make_title(enum lang lang, char title[TEXT_SIZE], const struct computation *c)
{
    char number[TEXT_NUMBER_SIZE];
    return text_fill(title, TEXT_SIZE, text_get(lang, TEXT_TITLE_COMPUTATION),
                     "position", text_number(lang, number, c->position), "radix",
                     c->radix == 16 ? "16" : "10", NULL);
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

/* "process 4711 of the daemon main, 2 threads". */
static void
show_worker(enum lang lang, struct dict *facts, const struct store_worker *worker)
{
    char text[TEXT_SIZE], pid[24], threads[24];
    if (worker->threads == 0)
        return;
    snprintf(pid, sizeof pid, "%" PRId64, worker->pid);
    snprintf(threads, sizeof threads, "%d", worker->threads);
    text_fill(text, sizeof text,
              text_plural(lang, TEXT_WORKER, (uint64_t)worker->threads), "pid", pid,
              "daemon", worker->daemon, "threads", threads, NULL);
    dict_set(dict_section(facts, VIEW_WORKER), VIEW_VALUE, text);
}

static void
show_events(enum lang lang, struct dict *d, const struct detail *detail)
{
    for (size_t i = 0; i < detail->count; i++) {
        const struct event *e = &detail->events[i];
        struct dict *event = dict_section(d, VIEW_EVENT);
        timeline_set_time(lang, event, e->at);
        dict_set(event, VIEW_LABEL, text_event(lang, e->stage));
        reasons_show_event(lang, event, &detail->c, e);
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
    char path[ROWS_PATH_SIZE], place[TEXT_SIZE];
    dict_set_int(d, VIEW_ID, c->id);
    dict_set(d, VIEW_STATUS, status_name(c->status));
    dict_set(d, VIEW_STATUS_TEXT, text_status(ctx->lang, c->status));
    rows_fill_progress(ctx->lang, d, c);
    rows_place(d, c, queue_place(ctx->lang, detail->queue, c, place));
    if (c->status == STATUS_DONE)
        show_answer(d, c);
    else
        dict_section(d, VIEW_NO_ANSWER);
    if (c->status == STATUS_FAILED)
        reasons_show(ctx->lang, dict_section(d, VIEW_FAILED), c->error);
    if (c->status != STATUS_FAILED && c->status != STATUS_CANCELLED) {
        rows_pi_path(path, c->position, c->radix);
        dict_set(dict_section(d, VIEW_LINK), VIEW_PI_PATH, path);
    }
    stream_show(ctx->lang, d, c, &detail->stream);
    timeline_show(ctx->lang, d, c);
    struct dict *facts = dict_section(d, VIEW_FACTS);
    facts_show(ctx->lang, facts, c);
    show_worker(ctx->lang, facts, &detail->worker);
    if (c->status == STATUS_DONE)
        explain_check(ctx->lang, d, c);
    size_t offers = compare_show_offers(ctx, d, NULL, &detail->compare);
    dict_section(d, offers > 0 || detail->compare.count > 1 ? VIEW_COMPARABLE
                                                            : VIEW_NO_OTHER);
    show_events(ctx->lang, d, detail);
    show_actions(ctx, d, c);
}

static enum store_rc
read_detail(struct context *ctx, int64_t id, struct detail *detail)
{
    enum store_rc rc = compare_read(ctx->store, id, &detail->compare);
    detail->c = detail->compare.rows[0];
    if (rc == STORE_OK)
        rc = store_events(ctx->store, id, detail->events, EVENTS_SHOWN, &detail->count);
    if (rc == STORE_OK)
        rc = store_get_worker(ctx->store, id, &detail->worker);
    if (rc == STORE_NOT_FOUND && detail->c.id != 0)
        rc = STORE_OK;
    if (rc == STORE_OK)
        stream_read(ctx, &detail->c, &detail->stream);
    return rc;
}

/* Reads where DETAIL's row is in the queue, if it waits for its turn. */
static enum store_rc
read_place(struct context *ctx, struct detail *detail)
{
    if (!queue_waits(&detail->c))
        return STORE_OK;
    detail->queue = queue_load(ctx);
    return detail->queue != NULL ? STORE_OK : STORE_ERROR;
}

static void
free_detail(struct detail *detail)
{
    if (detail != NULL)
        free(detail->queue);
    free(detail);
}

bool
live_computation(struct context *ctx, const struct wait *wait, int64_t revision,
                 struct reply *reply)
{
    struct detail *detail = calloc(1, sizeof *detail);
    enum store_rc rc =
        detail != NULL ? read_detail(ctx, wait->row_id, detail) : STORE_ERROR;
    bool news = true;
    if (rc == STORE_OK) {
        set_revision(detail, revision);
        news = detail->revision != wait->since ||
               (rows_is_live(&detail->c) && pulse_moved(ctx, wait));
    }
    if (rc == STORE_OK && news)
        rc = read_place(ctx, detail);
    if (rc != STORE_OK) {
        reply_store_error(ctx, NULL, reply, rc);
    } else if (news) {
        struct dict *d = dict_new();
        if (d != NULL)
            fill_live(ctx, d, detail);
        page_send_live(ctx, wait, reply, detail->revision, "computation_live.tpl", d,
                       rows_is_live(&detail->c));
    }
    free_detail(detail);
    return news;
}

static void
send_page(struct context *ctx, const struct request *r, struct reply *reply,
          const struct detail *detail)
{
    const struct computation *c = &detail->c;
    char etag[PAGE_ETAG_SIZE], title[TEXT_SIZE];
    /* It offers what the others have not done. */
    uint64_t more =
        (uint64_t)compare_version(ctx, &detail->compare) + detail->stream.known;
    int64_t revision = queue_waits(c) ? detail->revision : detail->compare.revision;
    bool told = (r->has & PARAM_TOLD) != 0; /* it says something else soon */
    if (!told && page_not_modified(ctx, r, reply, revision, (int64_t)more, etag))
        return;
    make_title(ctx->lang, title, c);
    struct dict *d = page_new(title, PAGE_BELOW_LIST, rows_is_live(c) ? r : NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_set_int(d, VIEW_ID, c->id);
    dict_set_int(d, VIEW_REVISION, detail->revision);
    pulse_show(ctx, d, rows_is_live(c));
    bulk_tell(ctx, d, r);
    if (rows_is_live(c))
        dict_setf(dict_section(d, VIEW_LIVE), VIEW_LIVE_URL, "/computations/%" PRId64,
                  c->id);
    fill_live(ctx, dict_include(d, VIEW_LIVE_PART, "computation_live.tpl"), detail);
    page_send(ctx, reply, 200, "computation.tpl", d, told ? NULL : etag);
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
        pulse_ask(r, &wait);
        updates_answer_or_park(ctx, r, &wait, reply);
        return;
    }
    struct detail *detail = calloc(1, sizeof *detail);
    enum store_rc rc = detail != NULL ? store_begin_read(ctx->store) : STORE_ERROR;
    if (rc == STORE_OK) {
        rc = read_detail(ctx, r->row_id, detail);
        if (rc == STORE_OK)
            rc = read_place(ctx, detail);
        if (rc == STORE_OK)
            set_revision(detail, store_revision(ctx->store));
        store_end_read(ctx->store);
    }
    if (rc == STORE_OK)
        send_page(ctx, r, reply, detail);
    else
        reply_store_error(ctx, r, reply, rc);
    free_detail(detail);
}

void
page_delete_confirm(struct context *ctx, struct request *r, struct reply *reply)
{
    struct computation c;
    struct asker asker;
    char id[TEXT_NUMBER_SIZE], title[TEXT_SIZE], question[TEXT_SIZE];
    enum store_rc rc = store_get(ctx->store, r->row_id, &c);
    asker_known(&asker, ctx->app, r);
    /* Nobody is asked what he would be refused; who is asked gets a form of his own. */
    if (rc == STORE_OK)
        rc = store_may_change(ctx->store, r->row_id, &asker.store);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    snprintf(id, sizeof id, "%" PRId64, c.id);
    text_fill(title, sizeof title, text_get(ctx->lang, TEXT_TITLE_DELETE), "id", id,
              NULL);
    struct dict *d = page_new(title, PAGE_BELOW_LIST, NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_set_int(d, VIEW_ID, c.id);
    dict_set(d, VIEW_LABEL, make_title(ctx->lang, question, &c));
    page_set_csrf(ctx, d, r);
    page_send(ctx, reply, 200, "delete.tpl", d, NULL);
}
