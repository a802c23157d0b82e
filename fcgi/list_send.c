/*
 * A list as a page: the form, the filters, and the table of computations.
 *
 * Without JavaScript the page reloads itself while something runs, and a
 * reload empties a form. So a page that reloads has no fields for a visitor
 * without JavaScript (noscript.css hides them) but a link to /?new=1, the same
 * page without reloading. A page on which nothing runs, and one that was
 * answered to a form with a mistake in it, do not reload either: nothing that
 * was typed is ever lost. The same goes for the boxes of the rows and /?select=1.
 */
#include "fcgi/list.h"

#include "fcgi/estimate.h"
#include "fcgi/page.h"
#include "fcgi/pulse.h"
#include "fcgi/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Adds the row of C to PAGE, with its place in QUEUE. */
static struct dict *
show_row(enum lang lang, struct dict *page, const struct computation *c,
         const struct queue *queue)
{
    char place[TEXT_SIZE];
    struct dict *row = dict_include(page, VIEW_ROW, "row.tpl");
    rows_fill(lang, row, c);
    rows_place(row, c, queue_place(lang, queue, c, place));
    return row;
}

static bool
is_listed(const struct list *list, int64_t id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->rows[i].id == id)
            return true;
    return false;
}

/* Where a script asks what has changed: in the rows of LIST, and in the one on top,
 * which need not be among them. */
static void
set_live_url(struct dict *page, const struct list *list)
{
    char url[LIST_URL_SIZE];
    list_url(url, "/updates", &list->filter, &list->after);
    if (list->first.id == 0 || is_listed(list, list->first.id))
        dict_set(page, VIEW_LIVE_URL, url);
    else
        dict_setf(page, VIEW_LIVE_URL, "%s%chighlight=%" PRId64, url,
                  strchr(url, '?') != NULL ? '&' : '?', list->first.id);
}

static void
show_table(enum lang lang, struct dict *page, const struct list *list)
{
    char url[LIST_URL_SIZE];
    bool filtered = list->filter.status >= 0 || list->filter.radix != 0 ||
                    list->filter.algorithm >= 0 || list->filter.position != 0 ||
                    list->after.id != 0;

    dict_set_int(page, VIEW_REVISION, list->revision);
    set_live_url(page, list);
    if (list->after.id == 0)
        dict_section(page, VIEW_ORDERED);
    if (list->first.id != 0) {
        dict_set_int(dict_section(page, VIEW_PINNED), VIEW_ID, list->first.id);
        dict_section(show_row(lang, page, &list->first, list->queue), VIEW_HIGHLIGHT);
    }
    for (size_t i = 0; i < list->count; i++)
        if (list->rows[i].id != list->first.id)
            show_row(lang, page, &list->rows[i], list->queue);
    if (list->count > 0 || list->first.id != 0)
        dict_section(page, VIEW_HAS_ROWS);
    dict_section(page, filtered ? VIEW_EMPTY_FILTER : VIEW_EMPTY_ALL);

    if (list->next.id != 0) {
        list_url(url, "/", &list->filter, &list->next);
        dict_set(dict_section(page, VIEW_OLDER), VIEW_HREF, url);
    }
    if (list->after.id != 0) {
        list_url(url, "/", &list->filter, NULL);
        dict_set(dict_section(page, VIEW_NEWEST), VIEW_HREF, url);
    }
}

static bool
anything_live(const struct list *list)
{
    return list->counts[STATUS_QUEUED] + list->counts[STATUS_RUNNING] > 0 ||
           (list->first.id != 0 && rows_is_live(&list->first));
}

/* The form around the rows; what became of the last action on several; and, where the
 * page reloads itself, the way to one that does not. */
static void
show_bulk(struct context *ctx, struct dict *page, const struct request *r,
          const struct list *list, const struct form *form, bool refresh)
{
    char url[LIST_URL_SIZE], select[LIST_URL_SIZE + 16];
    list_url(url, "/computations/bulk", &list->filter, &list->after);
    dict_set(page, VIEW_BULK_URL, url);
    page_set_csrf(ctx, page, form->sent);
    if (r != NULL)
        bulk_tell(ctx, page, r);
    if (!refresh)
        return;
    list_url(url, "/", &list->filter, &list->after);
    snprintf(select, sizeof select, "%s%cselect=1#bulk", url,
             strchr(url, '?') != NULL ? '&' : '?');
    dict_set(dict_section(page, VIEW_REFRESH), VIEW_HREF, select);
}

/* The title of the page, which begins with how many computations of its radix,
 * algorithm and position run, if any: a tab says so. */
static const char *
make_title(enum lang lang, char title[TEXT_SIZE], const struct list *list)
{
    const char *text = text_get(lang, TEXT_TITLE_LIST);
    if (list->counts[STATUS_RUNNING] > 0)
        snprintf(title, TEXT_SIZE, "(%" PRId64 ") %s", list->counts[STATUS_RUNNING],
                 text);
    else
        snprintf(title, TEXT_SIZE, "%s", text);
    return title;
}

void
list_send(struct context *ctx, const struct request *r, struct reply *reply, int status,
          const struct list *list, const struct form *form, const char *etag)
{
    bool refresh = r != NULL && !form->focus && anything_live(list) &&
                   request_query(r, "select") == NULL;
    char title[TEXT_SIZE];
    make_title(ctx->lang, title, list);
    struct dict *d = form->sent != NULL
                         ? page_new_answer(title, PAGE_LIST, form)
                         : page_new(title, PAGE_LIST, refresh ? r : NULL);
    pulse_show(ctx, d, true);
    form_show(ctx, d, form, refresh);
    show_bulk(ctx, d, r, list, form, refresh);
    list_show_filters(ctx->lang, d, &list->filter, list->counts);
    if (list->sought != NULL)
        list_show_sought(ctx->lang, d, list->sought);
    show_table(ctx->lang, d, list);
    if (form->focus)
        dict_section(d, VIEW_FOCUS);
    page_send(ctx, reply, status, "list.tpl", d, etag);
}
