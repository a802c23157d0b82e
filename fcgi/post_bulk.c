/*
 * POST /computations/bulk: cancel, retry or delete the rows that were selected in the
 * list. The rows and their boxes are the same for everybody; who may do what is decided
 * here, row by row, each in a transaction of its own, as if its own button had been
 * pressed. It leads back to the same view of the list, which says how many were done
 * and how many refused, and why. Deleting is asked for first, by GET
 * /computations/bulk, which changes nothing.
 */
#include "fcgi/actions.h"
#include "fcgi/asker.h"
#include "fcgi/handlers.h"
#include "fcgi/list.h"
#include "fcgi/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct selection {
    enum action action;
    bool confirmed;
    int64_t ids[BULK_MOST];
    size_t count;
};

/* The field of R's form that came twice and may not, or NULL: rows are many, but what
 * is done to them is one thing. */
static const char *
find_repeated(const struct request *r)
{
    static const char *const once[] = {"action", "confirm", "csrf"};
    for (size_t n = 0; n < sizeof once / sizeof *once; n++) {
        size_t count = 0;
        for (size_t i = 0; i < r->form_count; i++)
            count += strcmp(r->form[i].name, once[n]) == 0;
        if (count > 1)
            return once[n];
    }
    return NULL;
}

/* Reads R's form into *S. NULL, or the field at fault, with what is wrong in WHY. */
static const char *
read_selection(const struct request *r, struct selection *s, enum text_key *why)
{
    const char *name = request_form(r, "action");
    *s = (struct selection){.confirmed = request_form(r, "confirm") != NULL};
    *why = TEXT_BULK_ACTION;
    while (name != NULL && s->action < ACTION_COUNT &&
           strcmp(name, action_name(s->action)) != 0)
        s->action++;
    if (name == NULL || s->action == ACTION_COUNT)
        return "action";
    for (size_t i = 0; i < r->form_count; i++) {
        int64_t id;
        if (strcmp(r->form[i].name, "id") != 0)
            continue;
        *why = TEXT_BULK_ID;
        if (!bulk_parse_id(r->form[i].value, strlen(r->form[i].value), &id))
            return "id";
        if (bulk_has(s->ids, s->count, id))
            continue;
        *why = TEXT_BULK_MANY;
        if (s->count == BULK_MOST)
            return "id";
        s->ids[s->count++] = id;
    }
    *why = TEXT_BULK_NONE;
    return s->count > 0 ? NULL : "id";
}

/* The view of the list that R came from. */
static void
view_url(char out[LIST_URL_SIZE], const char *path, const struct request *r)
{
    list_url(out, path, &r->filter, &r->after);
}

/* The rows of S as far as they are there, and the form that does it. */
static void
show_selection(struct context *ctx, struct dict *d, const struct request *r,
               const struct selection *s)
{
    char url[LIST_URL_SIZE];
    for (size_t i = 0; i < s->count; i++) {
        struct computation c;
        char text[TEXT_SIZE], position[TEXT_NUMBER_SIZE];
        dict_set_int(dict_section(d, VIEW_SELECTED_ID), VIEW_ID, s->ids[i]);
        if (store_get(ctx->store, s->ids[i], &c) != STORE_OK)
            continue;
        text_fill(text, sizeof text, text_get(ctx->lang, TEXT_BULK_ROW), "position",
                  text_number(ctx->lang, position, c.position), "radix",
                  c.radix == 16 ? "16" : "10", "algorithm", algorithm_name(c.algorithm),
                  "status", text_status(ctx->lang, c.status), NULL);
        dict_set(dict_section(d, VIEW_ITEM), VIEW_LABEL, text);
    }
    dict_set(d, VIEW_ACTION, action_name(s->action));
    view_url(url, "/computations/bulk", r);
    dict_set(d, VIEW_BULK_URL, url);
    view_url(url, "/", r);
    dict_set(d, VIEW_HREF, url);
    page_set_csrf(ctx, d, r);
}

/* Leads R back to its view of the list, which tells OUTCOME. */
static void
lead_back(const struct context *ctx, const struct request *r, struct reply *reply,
          const struct bulk_outcome *outcome)
{
    char url[LIST_URL_SIZE];
    view_url(url, "/", r);
    action_lead_told(ctx, reply, url, outcome);
}

/* Takes those rows out of S that are not there any more. Leads R back and returns false
 * when none is left. */
static bool
drop_gone(struct context *ctx, const struct request *r, struct reply *reply,
          struct selection *s)
{
    struct bulk_outcome outcome = {.action = s->action};
    size_t left = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct computation c;
        if (store_get(ctx->store, s->ids[i], &c) != STORE_NOT_FOUND)
            s->ids[left++] = s->ids[i];
    }
    outcome.count[BULK_GONE] = (unsigned)s->count;
    s->count = left;
    if (left == 0)
        lead_back(ctx, r, reply, &outcome);
    return left > 0;
}

/* Leads to the page that asks whether S is to be deleted: one that can be gone back to
 * and loaded again, which the answer to a form cannot. */
static void
lead_to_confirm(struct reply *reply, const struct request *r, const struct selection *s)
{
    char url[LIST_URL_SIZE], ids[BULK_IDS_SIZE];
    char location[LIST_URL_SIZE + BULK_IDS_SIZE + 8];
    view_url(url, "/computations/bulk", r);
    bulk_print_ids(s->ids, s->count, ids);
    snprintf(location, sizeof location, "%s%cids=%s", url,
             strchr(url, '?') != NULL ? '&' : '?', ids);
    reply_redirect(reply, location);
}

void
page_bulk_confirm(struct context *ctx, struct request *r, struct reply *reply)
{
    char title[TEXT_SIZE], number[TEXT_NUMBER_SIZE];
    struct selection s = {.action = ACTION_DELETE};
    /* Those that are no good were refused before. */
    if ((r->has & PARAM_IDS) == 0 ||
        !bulk_parse_ids(request_query(r, "ids"), s.ids, &s.count)) {
        reply_error(ctx, r, reply, 400, "ids", text_get(ctx->lang, TEXT_BULK_NONE));
        return;
    }
    if (!drop_gone(ctx, r, reply, &s))
        return;
    text_fill(title, sizeof title,
              text_plural(ctx->lang, TEXT_TITLE_BULK_DELETE, s.count), "n",
              text_number(ctx->lang, number, s.count), NULL);
    struct dict *d = page_new(title, PAGE_BELOW_LIST, NULL);
    dict_set(d, VIEW_TITLE, title);
    dict_section(d, VIEW_ASK);
    show_selection(ctx, d, r, &s);
    page_send(ctx, reply, 200, "bulk.tpl", d, NULL);
}

/* Does S, and says in *OUTCOME what became of it. After the database has failed the
 * rest is left alone. STORE_OK, or why nothing could be done at all. */
static enum store_rc
run_all(struct context *ctx, const struct selection *s, const struct store_asker *asker,
        struct bulk_outcome *outcome)
{
    *outcome = (struct bulk_outcome){.action = s->action};
    for (size_t i = 0; i < s->count; i++) {
        enum store_wish wish;
        enum store_rc rc = action_run(ctx, s->action, s->ids[i], asker, &wish);
        enum bulk_fate fate = action_fate(rc, wish);
        if (fate == BULK_FAILED) {
            outcome->count[BULK_FAILED] = (unsigned)(s->count - i);
            return i == 0 ? rc : STORE_OK;
        }
        outcome->count[fate]++;
    }
    return STORE_OK;
}

void
post_bulk(struct context *ctx, struct request *r, struct reply *reply)
{
    struct selection s;
    struct bulk_outcome outcome;
    struct asker asker;
    enum text_key why;
    char text[TEXT_SIZE], most[TEXT_NUMBER_SIZE];
    const char *field = find_repeated(r);
    if (field != NULL) {
        text_fill(text, sizeof text, text_get(ctx->lang, TEXT_ASK_REPEATED), "field",
                  field, NULL);
        reply_error(ctx, r, reply, 400, field, text);
        return;
    }
    field = read_selection(r, &s, &why);
    if (field != NULL) {
        text_fill(text, sizeof text, text_get(ctx->lang, why), "limit",
                  text_number(ctx->lang, most, BULK_MOST), NULL);
        reply_error(ctx, r, reply, 422, field, text);
        return;
    }
    if (s.action == ACTION_DELETE && !s.confirmed) {
        if (drop_gone(ctx, r, reply, &s))
            lead_to_confirm(reply, r, &s);
        return;
    }
    asker_known(&asker, ctx->app, r);
    enum store_rc rc = run_all(ctx, &s, &asker.store, &outcome);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    doorbell_ring(ctx->app->bell);
    lead_back(ctx, r, reply, &outcome);
}

void
post_bulk_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    struct selection s;
    enum text_key why;
    if (read_selection(r, &s, &why) != NULL) {
        reply_error(ctx, r, reply, 403, "csrf", text_get(ctx->lang, TEXT_ERROR_CSRF));
        return;
    }
    struct dict *d =
        page_new(text_get(ctx->lang, TEXT_HTTP_403), PAGE_BELOW_LIST, NULL);
    dict_set(d, VIEW_TITLE, text_get(ctx->lang, TEXT_HTTP_403));
    dict_set(dict_section(d, VIEW_AGAIN), VIEW_MESSAGE,
             text_get(ctx->lang, TEXT_ACTION_AGAIN));
    show_selection(ctx, d, r, &s);
    page_send(ctx, reply, 403, "bulk.tpl", d, NULL);
}
