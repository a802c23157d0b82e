/*
 * GET and POST /computations/ID/compare: the same digit by different algorithms, side
 * by side. The page is about a digit and the same for each of its computations, but
 * for which one comes first. Its form asks for the digit by another algorithm and
 * leads back here.
 */
#include "fcgi/asker.h"
#include "fcgi/compare.h"
#include "fcgi/facts.h"
#include "fcgi/form.h"
#include "fcgi/handlers.h"
#include "fcgi/live.h"
#include "fcgi/page.h"
#include "fcgi/pulse.h"
#include "fcgi/reasons.h"
#include "fcgi/rows.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of a window shown together. */
enum { GROUP = 8 };

static const char *
make_title(const struct context *ctx, char title[TEXT_SIZE],
           const struct computation *c)
{
    char number[TEXT_NUMBER_SIZE];
    return text_fill(title, TEXT_SIZE, text_get(ctx->lang, TEXT_TITLE_COMPARE),
                     "position", text_number(ctx->lang, number, c->position), "radix",
                     c->radix == 16 ? "16" : "10", NULL);
}

/* What the results say about each other, in a sentence; or that there will be none to
 * compare with, when NO_OTHER algorithm could do it. */
static void
show_verdict(const struct context *ctx, struct dict *d, const struct computation *c,
             enum compare_verdict verdict, size_t digits, bool no_other)
{
    static const enum text_key keys[] = {
        [COMPARE_ALONE] = TEXT_COMPARE_ALONE,
        [COMPARE_WAITING] = TEXT_COMPARE_WAITING,
        [COMPARE_ONE_WAY] = TEXT_COMPARE_ONE_WAY,
        [COMPARE_AGREES] = TEXT_COMPARE_AGREES,
        [COMPARE_DIFFERS] = TEXT_COMPARE_DIFFERS,
    };
    char text[TEXT_SIZE], position[TEXT_NUMBER_SIZE], count[TEXT_NUMBER_SIZE];
    enum text_key key = no_other ? TEXT_COMPARE_NO_OTHER : keys[verdict];
    text_fill(text, sizeof text, text_plural(ctx->lang, key, digits), "position",
              text_number(ctx->lang, position, c->position), "count",
              text_number(ctx->lang, count, digits), NULL);
    dict_set(d, VIEW_STATE,
             verdict == COMPARE_AGREES    ? "agrees"
             : verdict == COMPARE_DIFFERS ? "differs"
                                          : "open");
    dict_set(d, VIEW_MESSAGE, text);
}

/* The digits of C, those of the first ALIKE that others have as well marked. */
static void
show_window(struct dict *column, const struct computation *c, size_t alike)
{
    size_t length = strlen(c->window);
    struct dict *window = dict_section(column, VIEW_WINDOW);
    for (size_t i = 0; i < length; i += GROUP) {
        struct dict *group = dict_section(window, VIEW_GROUP);
        size_t left = length - i;
        dict_set(group, VIEW_STATE, i < alike ? "same" : "other");
        dict_setf(group, VIEW_DIGITS, "%.*s", (int)(left < GROUP ? left : GROUP),
                  c->window + i);
    }
}

static void
show_column(const struct context *ctx, struct dict *d, const struct computation *c,
            enum compare_verdict verdict, size_t digits)
{
    struct dict *column = dict_section(d, VIEW_COMPARED);
    dict_set_int(column, VIEW_ID, c->id);
    dict_set(column, VIEW_STATUS, status_name(c->status));
    dict_set(column, VIEW_STATUS_TEXT, text_status(ctx->lang, c->status));
    rows_fill_progress(ctx->lang, column, c);
    facts_show(ctx->lang, column, c);
    if (c->status == STATUS_FAILED)
        reasons_show(ctx->lang, dict_section(column, VIEW_FAILED), c->error);
    if (c->status != STATUS_DONE)
        return;
    struct dict *answer = dict_section(column, VIEW_ANSWER);
    dict_setf(answer, VIEW_DIGIT, "%c", c->digit);
    if (verdict == COMPARE_AGREES)
        dict_section(answer, VIEW_AGREES);
    else if (verdict == COMPARE_DIFFERS)
        dict_section(answer, VIEW_DIFFERS);
    show_window(column, c, verdict == COMPARE_AGREES ? digits : 0);
}

/* The other algorithms: a button for each that can be asked, why not for the rest.
 * Returns whether there is any, or was. */
static bool
show_others(struct context *ctx, struct dict *d, const struct request *r,
            const struct compare *compare)
{
    const struct limits *limits = &ctx->app->conf->limits;
    const struct computation *c = &compare->rows[0];
    char text[TEXT_SIZE];
    size_t offers = compare_show_offers(ctx, d, r, compare);
    for (int i = ALGORITHM_SPIGOT; i < ALGORITHM_COUNT; i++) {
        enum algorithm a = (enum algorithm)i;
        enum ask_problem problem = ask_check(limits, c->radix, c->position, a);
        if (problem == ASK_OK || compare_tried(compare, limits, a))
            continue;
        if (problem == ASK_ABOVE_LIMIT)
            form_limit(text, ctx->lang, limits, c->radix, a);
        else
            form_problem(text, ctx->lang, problem, limits, c->radix, a);
        dict_set(dict_section(d, VIEW_IMPOSSIBLE), VIEW_MESSAGE, text);
    }
    return offers > 0 || compare->count > 1;
}

/* Fills D, a dictionary of compare_live.tpl. With R its form is for R's visitor. */
static void
fill_live(struct context *ctx, struct dict *d, const struct request *r,
          const struct compare *compare)
{
    size_t digits;
    enum compare_verdict verdict = compare_verdict(compare, &digits);
    bool others = show_others(ctx, d, r, compare);
    show_verdict(ctx, d, &compare->rows[0], verdict, digits, !others);
    for (size_t i = 0; i < compare->count; i++)
        show_column(ctx, d, &compare->rows[i], verdict, digits);
}

bool
live_compare(struct context *ctx, const struct wait *wait, int64_t revision,
             struct reply *reply)
{
    (void)revision;
    struct compare *compare = calloc(1, sizeof *compare);
    enum store_rc rc =
        compare != NULL ? compare_read(ctx->store, wait->row_id, compare) : STORE_ERROR;
    bool news = true;
    if (rc != STORE_OK) {
        reply_store_error(ctx, NULL, reply, rc);
    } else if (compare->revision == wait->since &&
               !(compare->live && pulse_moved(ctx, wait))) {
        news = false;
    } else {
        struct dict *d = dict_new();
        if (d != NULL)
            fill_live(ctx, d, NULL, compare);
        page_send_live(ctx, wait, reply, compare->revision, "compare_live.tpl", d,
                       compare->live);
    }
    free(compare);
    return news;
}

/* The page; with NOTICE, what is wrong with the form that came, for R's visitor. */
static void
send_page(struct context *ctx, const struct request *r, struct reply *reply, int status,
          const char *notice, const struct compare *compare)
{
    const struct computation *c = &compare->rows[0];
    char etag[PAGE_ETAG_SIZE], title[TEXT_SIZE];
    if (notice == NULL && page_not_modified(ctx, r, reply, compare->revision,
                                            compare_version(ctx, compare), etag))
        return;
    make_title(ctx, title, c);
    struct dict *d =
        page_new(title, PAGE_BELOW_LIST, compare->live && notice == NULL ? r : NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_set_int(d, VIEW_ID, c->id);
    dict_set_int(d, VIEW_REVISION, compare->revision);
    pulse_show(ctx, d, compare->live);
    if (notice != NULL)
        dict_set(dict_section(d, VIEW_NOTICE), VIEW_MESSAGE, notice);
    if (compare->live)
        dict_setf(dict_section(d, VIEW_LIVE), VIEW_LIVE_URL,
                  "/computations/%" PRId64 "/compare", c->id);
    fill_live(ctx, dict_include(d, VIEW_LIVE_PART, "compare_live.tpl"),
              notice != NULL ? r : NULL, compare);
    page_send(ctx, reply, status, "compare.tpl", d, notice != NULL ? NULL : etag);
}

/* Answers R with the page, as send_page(), or with the error that keeps it away. */
static void
answer(struct context *ctx, const struct request *r, struct reply *reply, int status,
       const char *notice)
{
    struct compare *compare = calloc(1, sizeof *compare);
    enum store_rc rc = compare != NULL ? store_begin_read(ctx->store) : STORE_ERROR;
    if (rc == STORE_OK) {
        rc = compare_read(ctx->store, r->row_id, compare);
        store_end_read(ctx->store);
    }
    if (rc == STORE_OK)
        send_page(ctx, r, reply, status, notice, compare);
    else
        reply_store_error(ctx, r, reply, rc);
    free(compare);
}

void
page_compare(struct context *ctx, struct request *r, struct reply *reply)
{
    if (r->wants_json) {
        struct wait wait;
        memset(&wait, 0, sizeof wait);
        wait.kind = WAIT_COMPARE;
        wait.row_id = r->row_id;
        if (!live_since(r, &wait.since))
            wait.since = 0;
        pulse_ask(r, &wait);
        updates_answer_or_park(ctx, r, &wait, reply);
        return;
    }
    answer(ctx, r, reply, 200, NULL);
}

/* What the form asks for, into *ALGORITHM. Returns 0, or a status with the reason in
 * TEXT. */
static int
read_algorithm(const struct context *ctx, const struct request *r,
               const struct computation *c, enum algorithm *algorithm,
               char text[TEXT_SIZE])
{
    const struct limits *limits = &ctx->app->conf->limits;
    const char *typed = request_form(r, "algorithm");
    if (r->repeated != NULL) {
        text_fill(text, TEXT_SIZE, text_get(ctx->lang, TEXT_ASK_REPEATED), "field",
                  r->repeated, NULL);
        return 400;
    }
    if (typed == NULL || !algorithm_parse(typed, algorithm) ||
        *algorithm == ALGORITHM_AUTO) {
        text_fill(text, TEXT_SIZE, text_get(ctx->lang, TEXT_COMPARE_WHICH), NULL);
        return 422;
    }
    enum ask_problem problem = ask_check(limits, c->radix, c->position, *algorithm);
    if (problem == ASK_OK)
        return 0;
    form_problem(text, ctx->lang, problem, limits, c->radix, *algorithm);
    return 422;
}

void
post_compare(struct context *ctx, struct request *r, struct reply *reply)
{
    struct computation c;
    struct asker asker;
    char text[TEXT_SIZE], location[64];
    enum algorithm algorithm;
    enum store_added added;
    int64_t id;
    enum store_rc rc = store_get(ctx->store, r->row_id, &c);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    int status = read_algorithm(ctx, r, &c, &algorithm, text);
    if (status != 0) {
        answer(ctx, r, reply, status, text);
        return;
    }
    asker_known_or_new(&asker, ctx->app, r);
    rc = store_add(ctx->store, c.radix, c.position, algorithm, &asker.store,
                   ctx->app->conf->queue_limit, &id, &added);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    doorbell_ring(ctx->app->bell);
    snprintf(location, sizeof location, "/computations/%" PRId64 "/compare", c.id);
    asker_set_cookie(&asker, ctx, r, reply);
    reply_redirect(reply, location);
}

void
post_compare_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    answer(ctx, r, reply, 403, text_get(ctx->lang, TEXT_FORM_OLD));
}
