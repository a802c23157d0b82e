/*
 * GET /: which computations the list shows, read once for everybody who asks for the
 * same, and the same list around a form that has a mistake in it.
 */
#include "fcgi/list.h"

#include "common/log.h"
#include "fcgi/cache.h"
#include "fcgi/estimate.h"
#include "fcgi/handlers.h"
#include "fcgi/page.h"

#include <stdlib.h>
#include <string.h>

/* The places of those rows that wait, if any does. */
static enum store_rc
read_queue(struct context *ctx, struct list *list)
{
    bool waits = list->first.id != 0 && list->first.status == STATUS_QUEUED;
    for (size_t i = 0; i < list->count && !waits; i++)
        waits = list->rows[i].status == STATUS_QUEUED;
    if (waits)
        list->queue = queue_load(ctx);
    return waits && list->queue == NULL ? STORE_ERROR : STORE_OK;
}

static void
free_list(struct list *list)
{
    if (list != NULL)
        free(list->queue);
    free(list);
}

/* Reads what LIST's filter and cursor ask for; HIGHLIGHT is a row id, or 0. Call
 * between store_begin_read and store_end_read. */
static enum store_rc
read_list(struct context *ctx, struct list *list, int64_t highlight)
{
    struct store *store = ctx->store;
    enum store_rc rc = store_list(store, &list->filter, &list->after, list->rows,
                                  LIST_ROWS, &list->count, &list->next);
    if (rc == STORE_OK)
        rc = store_counts_of(store, &list->filter, list->counts);
    if (rc == STORE_OK && highlight != 0) {
        rc = store_get(store, highlight, &list->first);
        if (rc == STORE_NOT_FOUND)
            rc = STORE_OK;
    }
    return rc == STORE_OK ? read_queue(ctx, list) : rc;
}

/* What a shared page depends on. The revision and the form's token are in its
 * ETag, and so is the build. */
struct page_key {
    int64_t kind;
    int64_t status, radix, algorithm, sort;
    char etag[PAGE_ETAG_SIZE];
};
_Static_assert(sizeof(struct page_key) <= CACHE_KEY_SIZE, "a key of the cache");

/* True for a first screen as its own links write its address; sets KEY, all but
 * the ETag. Other addresses may bring texts of a visitor's, or are one of too many
 * to be kept. */
static bool
is_shared(const struct request *r, struct page_key *key)
{
    char url[LIST_URL_SIZE];
    list_url(url, "", &r->filter, NULL);
    *key = (struct page_key){
        .kind = CACHE_PAGE,
        .status = r->filter.status,
        .radix = r->filter.radix,
        .algorithm = r->filter.algorithm,
        .sort = r->filter.sort,
    };
    return r->filter.position == 0 &&
           strcmp(r->query, url[0] == '?' ? url + 1 : url) == 0;
}

/* True for /?new=1: there position, radix and algorithm are what the form is filled in
 * with. */
static bool
is_about_form(const struct request *r)
{
    return request_query(r, "new") != NULL;
}

/* Fills FORM with what R, which is about it, asks for, and says what is wrong with
 * that. */
static void
fill_form(const struct context *ctx, struct form *form, const struct request *r)
{
    static const char *const names[FORM_FIELDS] = {
        [FORM_POSITION] = "position",
        [FORM_RADIX] = "radix",
        [FORM_ALGORITHM] = "algorithm",
    };
    form->focus = true;
    for (int field = 0; field < FORM_FIELDS; field++) {
        const char *value = request_query(r, names[field]);
        if (value != NULL && value[0] != '\0')
            form->typed[field] = value;
    }
    if (form->typed[FORM_POSITION][0] != '\0')
        form_check(form, &ctx->app->conf->limits);
}

/* Which rows R shows: beside a form that it fills in those of any question. */
static struct store_filter
filter_of(const struct request *r)
{
    struct store_filter filter = r->filter;
    if (is_about_form(r)) {
        filter.position = 0;
        filter.radix = 0;
        filter.algorithm = -1;
    }
    return filter;
}

/* Reads and sends what R asks for, as of REVISION. */
static void
make_page(struct context *ctx, const struct request *r, struct reply *reply,
          int64_t revision, const char *etag)
{
    struct form form;
    struct list *list = calloc(1, sizeof *list);
    enum store_rc rc = STORE_ERROR;
    if (list != NULL) {
        list->filter = filter_of(r);
        if ((r->has & PARAM_AFTER) != 0)
            list->after = r->after;
        list->revision = revision;
        rc = read_list(ctx, list, (r->has & PARAM_HIGHLIGHT) != 0 ? r->highlight : 0);
    }
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        free_list(list);
        return;
    }
    form_init(&form, ctx->lang);
    if (is_about_form(r))
        fill_form(ctx, &form, r);
    list_send(ctx, r, reply, 200, list, &form, etag);
    free_list(list);
}

/* The same, once for all who ask for KEY. */
static void
share_page(struct context *ctx, const struct request *r, struct reply *reply,
           int64_t revision, const struct page_key *key)
{
    struct cache *cache = ctx->app->cache;
    struct share *share;
    if (cache_get(cache, key, sizeof *key, &share) == CACHE_FOUND) {
        share_send(share, reply);
    } else {
        make_page(ctx, r, reply, revision, key->etag);
        if (reply->status == 200 && !reply->headers_cut)
            share = share_of(reply, 0);
        cache_put(cache, key, sizeof *key, share);
    }
    share_release(share);
}

/* Answers R with what is known of its page at REVISION: that the visitor has it, or
 * the page itself, if it is one that is shared. False: neither. Sets KEY's ETag. */
static bool
answer_known(struct context *ctx, const struct request *r, struct reply *reply,
             int64_t revision, bool shared, struct page_key *key)
{
    memset(key->etag, 0, sizeof key->etag);
    if (page_not_modified(ctx, r, reply, revision, 0, key->etag))
        return true;
    struct share *share = shared ? cache_find(ctx->app->cache, key, sizeof *key) : NULL;
    if (share == NULL)
        return false;
    share_send(share, reply);
    share_release(share);
    return true;
}

void
page_list(struct context *ctx, struct request *r, struct reply *reply)
{
    struct page_key key;
    if (!is_about_form(r) && list_lead_to_plain(r, reply))
        return;
    bool shared = is_shared(r, &key);
    /* For most the revision says it all. */
    int64_t revision = shared ? store_look(ctx->store) : 0;
    if (revision > 0 && answer_known(ctx, r, reply, revision, true, &key))
        return;
    enum store_rc rc = store_begin_read(ctx->store);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    revision = store_revision(ctx->store);
    if (revision == 0) {
        reply_store_error(ctx, r, reply, STORE_ERROR);
    } else if ((r->has & PARAM_TOLD) != 0) {
        make_page(ctx, r, reply, revision, NULL); /* it says something else soon */
    } else if (!answer_known(ctx, r, reply, revision, shared, &key)) {
        if (shared)
            share_page(ctx, r, reply, revision, &key);
        else
            make_page(ctx, r, reply, revision, key.etag);
    }
    store_end_read(ctx->store);
}

/* Reads the first screen of LIST, whose filter is set, as far as it can be read. */
static void
read_anyway(struct context *ctx, struct list *list)
{
    if (store_begin_read(ctx->store) != STORE_OK)
        return;
    list->revision = store_revision(ctx->store);
    if (read_list(ctx, list, 0) != STORE_OK)
        log_warning("the list could not be read for a form: %s",
                    store_message(ctx->store));
    store_end_read(ctx->store);
}

void
page_list_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    struct form form;
    struct list *list;
    if (strcmp(r->wrong, "position") != 0) {
        reply_error(ctx, r, reply, 400, r->wrong, r->why);
        return;
    }
    list = calloc(1, sizeof *list);
    if (list == NULL) {
        reply_error(ctx, r, reply, 500, NULL, text_get(ctx->lang, TEXT_ERROR_INTERNAL));
        return;
    }
    list->filter = filter_of(r);
    form_init(&form, ctx->lang);
    if (is_about_form(r)) {
        fill_form(ctx, &form, r);
        if (form.problem[FORM_POSITION][0] == '\0') /* it came twice */
            text_fill(form.problem[FORM_POSITION], TEXT_SIZE, r->why, NULL);
    } else {
        list->sought = r;
    }
    read_anyway(ctx, list);
    list_send(ctx, NULL, reply, 400, list, &form, NULL);
    free_list(list);
}

void
page_list_elsewhere(struct context *ctx, struct request *r, struct reply *reply)
{
    (void)ctx;
    (void)r;
    reply_redirect(reply, "/");
}

void
list_with_form(struct context *ctx, struct reply *reply, int status,
               const struct form *form)
{
    struct list *list = calloc(1, sizeof *list);
    if (list == NULL) {
        reply_error(ctx, NULL, reply, 500, NULL,
                    text_get(ctx->lang, TEXT_ERROR_INTERNAL));
        return;
    }
    list->filter = (struct store_filter)STORE_FILTER_ANY;
    read_anyway(ctx, list);
    list_send(ctx, NULL, reply, status, list, form, NULL);
    free_list(list);
}
