/*
 * GET /: the form, the filters, and the table of computations.
 *
 * Without JavaScript the page reloads itself while something runs, and a
 * reload empties a form. So a page that reloads has no fields for a visitor
 * without JavaScript (noscript.css hides them) but a link to /?new=1, the same
 * page without reloading. A page on which nothing runs, and one that was
 * answered to a form with a mistake in it, do not reload either: nothing that
 * was typed is ever lost.
 */
#include "fcgi/list.h"

#include "common/log.h"
#include "fcgi/cache.h"
#include "fcgi/handlers.h"
#include "fcgi/page.h"
#include "fcgi/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_SIZE = 160 };

/* What a list page shows. */
struct list {
    struct store_filter filter;
    struct store_cursor after, next;
    struct computation rows[LIST_ROWS];
    size_t count;
    struct computation first; /* the row to highlight; id 0: none */
    int64_t counts[STATUS_COUNT];
    int64_t revision;
};

/* PATH with FILTER, and the cursor AFTER unless it is at the start, as its
 * query. */
static void
filter_url(char out[URL_SIZE], const char *path, const struct store_filter *filter,
           const struct store_cursor *after)
{
    char cursor[STORE_CURSOR_SIZE];
    size_t used = (size_t)snprintf(out, URL_SIZE, "%s?", path);
    if (filter->status >= 0)
        used += (size_t)snprintf(out + used, URL_SIZE - used, "status=%s&",
                                 status_name((enum status)filter->status));
    if (filter->radix != 0)
        used +=
            (size_t)snprintf(out + used, URL_SIZE - used, "radix=%d&", filter->radix);
    if (filter->algorithm >= 0)
        used += (size_t)snprintf(out + used, URL_SIZE - used, "algorithm=%s&",
                                 algorithm_name((enum algorithm)filter->algorithm));
    if (after != NULL && after->id != 0) {
        store_cursor_print(after, cursor);
        used += (size_t)snprintf(out + used, URL_SIZE - used, "after=%s&", cursor);
    }
    out[used - 1] = '\0'; /* the last "?" or "&" */
}

/* One link of the filters: FILTER is where it leads. */
static struct dict *
show_filter(struct dict *page, enum view_key section, const struct store_filter *filter,
            const char *label, bool current)
{
    char url[URL_SIZE];
    struct dict *link = dict_section(page, section);
    filter_url(url, "/", filter, NULL);
    dict_set(link, VIEW_HREF, url);
    dict_set(link, VIEW_LABEL, label);
    if (current)
        dict_section(link, VIEW_CURRENT);
    return link;
}

static void
show_filters(enum lang lang, struct dict *page, const struct list *list)
{
    const struct store_filter *now = &list->filter;
    struct store_filter f = *now;
    const char *all = text_get(lang, TEXT_FILTER_ALL);

    f.status = -1;
    show_filter(page, VIEW_STATUS_LINK, &f, all, now->status < 0);
    for (int s = 0; s < STATUS_COUNT; s++) {
        f.status = s;
        struct dict *link =
            show_filter(page, VIEW_STATUS_LINK, &f, text_status(lang, (enum status)s),
                        now->status == s);
        struct dict *counted = dict_section(link, VIEW_COUNTED);
        dict_set(counted, VIEW_STATUS, status_name((enum status)s));
        dict_set_int(counted, VIEW_COUNT, list->counts[s]);
    }

    f = *now;
    f.radix = 0;
    show_filter(page, VIEW_RADIX_LINK, &f, all, now->radix == 0);
    f.radix = 10;
    show_filter(page, VIEW_RADIX_LINK, &f, text_get(lang, TEXT_FILTER_RADIX_10),
                now->radix == 10);
    f.radix = 16;
    show_filter(page, VIEW_RADIX_LINK, &f, text_get(lang, TEXT_FILTER_RADIX_16),
                now->radix == 16);

    f = *now;
    f.algorithm = -1;
    show_filter(page, VIEW_ALGORITHM_LINK, &f, all, now->algorithm < 0);
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        f.algorithm = a;
        show_filter(page, VIEW_ALGORITHM_LINK, &f, algorithm_name((enum algorithm)a),
                    now->algorithm == a);
    }
}

static void
show_table(enum lang lang, struct dict *page, const struct list *list)
{
    char url[URL_SIZE];
    bool filtered = list->filter.status >= 0 || list->filter.radix != 0 ||
                    list->filter.algorithm >= 0 || list->after.id != 0;

    dict_set_int(page, VIEW_REVISION, list->revision);
    filter_url(url, "/updates", &list->filter, NULL);
    dict_set(page, VIEW_LIVE_URL, url);
    if (list->after.id == 0)
        dict_section(page, VIEW_ORDERED);
    if (list->first.id != 0) {
        dict_set_int(dict_section(page, VIEW_PINNED), VIEW_ID, list->first.id);
        struct dict *row = dict_include(page, VIEW_ROW, "row.tpl");
        rows_fill(lang, row, &list->first);
        dict_section(row, VIEW_HIGHLIGHT);
    }
    for (size_t i = 0; i < list->count; i++)
        if (list->rows[i].id != list->first.id)
            rows_fill(lang, dict_include(page, VIEW_ROW, "row.tpl"), &list->rows[i]);
    if (list->count > 0 || list->first.id != 0)
        dict_section(page, VIEW_HAS_ROWS);
    dict_section(page, filtered ? VIEW_EMPTY_FILTER : VIEW_EMPTY_ALL);

    if (list->next.id != 0) {
        filter_url(url, "/", &list->filter, &list->next);
        dict_set(dict_section(page, VIEW_OLDER), VIEW_HREF, url);
    }
    if (list->after.id != 0) {
        filter_url(url, "/", &list->filter, NULL);
        dict_set(dict_section(page, VIEW_NEWEST), VIEW_HREF, url);
    }
}

static bool
anything_live(const struct list *list)
{
    return list->counts[STATUS_QUEUED] + list->counts[STATUS_RUNNING] > 0;
}

/* Sends LIST with FORM. R is the request of the page, or NULL for an answer to a
 * form, which does not reload itself. */
static void
send_list(struct context *ctx, const struct request *r, struct reply *reply, int status,
          const struct list *list, const struct form *form, const char *etag)
{
    bool refresh = r != NULL && !form->focus && anything_live(list);
    struct dict *d = page_new(text_get(ctx->lang, TEXT_TITLE_LIST), refresh ? r : NULL);
    form_show(ctx, d, form, refresh);
    show_filters(ctx->lang, d, list);
    show_table(ctx->lang, d, list);
    if (form->focus)
        dict_section(d, VIEW_FOCUS);
    page_send(ctx, reply, status, "list.tpl", d, etag);
}

/* Reads what LIST's filter and cursor ask for; HIGHLIGHT is a row id, or 0. Call
 * between store_begin_read and store_end_read. */
static enum store_rc
read_list(struct store *store, struct list *list, int64_t highlight)
{
    enum store_rc rc = store_list(store, &list->filter, &list->after, list->rows,
                                  LIST_ROWS, &list->count, &list->next);
    if (rc == STORE_OK)
        rc = store_counts(store, list->counts);
    if (rc == STORE_OK && highlight != 0) {
        rc = store_get(store, highlight, &list->first);
        if (rc == STORE_NOT_FOUND)
            rc = STORE_OK;
    }
    return rc;
}

/* What a shared page depends on. The revision and the form's token are in its
 * ETag, and so is the build. */
struct page_key {
    int64_t kind;
    int64_t status, radix, algorithm;
    char etag[PAGE_ETAG_SIZE];
};
_Static_assert(sizeof(struct page_key) <= CACHE_KEY_SIZE, "a key of the cache");

/* True for a first screen as its own links write its address; sets KEY, all but
 * the ETag. Other addresses may bring texts of a visitor's, or are one of too many
 * to be kept. */
static bool
is_shared(const struct request *r, struct page_key *key)
{
    char url[URL_SIZE];
    filter_url(url, "", &r->filter, NULL);
    *key = (struct page_key){
        .kind = CACHE_PAGE,
        .status = r->filter.status,
        .radix = r->filter.radix,
        .algorithm = r->filter.algorithm,
    };
    return strcmp(r->query, url[0] == '?' ? url + 1 : url) == 0;
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
        list->filter = r->filter;
        list->filter.position = 0;
        if ((r->has & PARAM_AFTER) != 0)
            list->after = r->after;
        list->revision = revision;
        rc = read_list(ctx->store, list,
                       (r->has & PARAM_HIGHLIGHT) != 0 ? r->highlight : 0);
    }
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        free(list);
        return;
    }
    form_init(&form, ctx->lang);
    const char *position = request_query(r, "position");
    if (position != NULL)
        form.typed[FORM_POSITION] = position;
    form.focus = request_query(r, "new") != NULL;
    send_list(ctx, r, reply, 200, list, &form, etag);
    free(list);
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
    } else if (!answer_known(ctx, r, reply, revision, shared, &key)) {
        if (shared)
            share_page(ctx, r, reply, revision, &key);
        else
            make_page(ctx, r, reply, revision, key.etag);
    }
    store_end_read(ctx->store);
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
    if (store_begin_read(ctx->store) == STORE_OK) {
        list->revision = store_revision(ctx->store);
        if (read_list(ctx->store, list, 0) != STORE_OK)
            log_warning("the list could not be read for a form: %s",
                        store_message(ctx->store));
        store_end_read(ctx->store);
    }
    send_list(ctx, NULL, reply, status, list, form, NULL);
    free(list);
}
