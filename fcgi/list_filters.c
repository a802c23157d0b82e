/*
 * What the list is chosen and sorted by: as its address, as links, and as a small form
 * for the one thing that has to be typed. A link keeps all but what it changes, so any
 * view of the list can be kept as a bookmark.
 */
#include "fcgi/list.h"

#include "common/position.h"

#include "fcgi/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
list_url(char out[LIST_URL_SIZE], const char *path, const struct store_filter *filter,
         const struct store_cursor *after)
{
    char cursor[STORE_CURSOR_SIZE];
    size_t size = LIST_URL_SIZE, used = (size_t)snprintf(out, size, "%s?", path);
    if (filter->status >= 0)
        used += (size_t)snprintf(out + used, size - used, "status=%s&",
                                 status_name((enum status)filter->status));
    if (filter->radix != 0)
        used += (size_t)snprintf(out + used, size - used, "radix=%d&", filter->radix);
    if (filter->algorithm >= 0)
        used += (size_t)snprintf(out + used, size - used, "algorithm=%s&",
                                 algorithm_name((enum algorithm)filter->algorithm));
    if (filter->position != 0)
        used += (size_t)snprintf(out + used, size - used, "position=%" PRIu64 "&",
                                 filter->position);
    if (filter->sort != SORT_NEWEST)
        used += (size_t)snprintf(out + used, size - used, "sort=%s&",
                                 store_sort_name((enum store_sort)filter->sort));
    if (after != NULL && after->id != 0) {
        store_cursor_print(after, cursor);
        used += (size_t)snprintf(out + used, size - used, "after=%s&", cursor);
    }
    out[used - 1] = '\0'; /* the last "?" or "&" */
}

/* One link of the filters: FILTER is where it leads. */
static struct dict *
show_link(struct dict *page, enum view_key section, const struct store_filter *filter,
          const char *label, bool current)
{
    char url[LIST_URL_SIZE];
    struct dict *link = dict_section(page, section);
    list_url(url, "/", filter, NULL);
    dict_set(link, VIEW_HREF, url);
    dict_set(link, VIEW_LABEL, label);
    if (current)
        dict_section(link, VIEW_CURRENT);
    return link;
}

static void
show_statuses(enum lang lang, struct dict *page, const struct store_filter *now,
              const int64_t counts[STATUS_COUNT])
{
    struct store_filter f = *now;
    f.status = -1;
    show_link(page, VIEW_STATUS_LINK, &f, text_get(lang, TEXT_FILTER_ALL),
              now->status < 0);
    for (int s = 0; s < STATUS_COUNT; s++) {
        f.status = s;
        struct dict *link =
            show_link(page, VIEW_STATUS_LINK, &f, text_status(lang, (enum status)s),
                      now->status == s);
        struct dict *count = dict_section(link, VIEW_COUNTED);
        dict_set(count, VIEW_STATUS, status_name((enum status)s));
        dict_set_int(count, VIEW_COUNT, counts[s]);
    }
}

static void
show_radices(enum lang lang, struct dict *page, const struct store_filter *now)
{
    static const struct {
        int radix;
        enum text_key label;
    } choices[] = {{0, TEXT_FILTER_ANY_RADIX},
                   {10, TEXT_FILTER_RADIX_10},
                   {16, TEXT_FILTER_RADIX_16}};
    struct store_filter f = *now;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        f.radix = choices[i].radix;
        show_link(page, VIEW_RADIX_LINK, &f, text_get(lang, choices[i].label),
                  now->radix == f.radix);
    }
}

static void
show_algorithms(enum lang lang, struct dict *page, const struct store_filter *now)
{
    struct store_filter f = *now;
    for (int a = -1; a < ALGORITHM_COUNT; a++) {
        f.algorithm = a;
        show_link(page, VIEW_ALGORITHM_LINK, &f,
                  a < 0 ? text_get(lang, TEXT_FILTER_ANY_ALGORITHM)
                        : algorithm_name((enum algorithm)a),
                  now->algorithm == a);
    }
}

static void
show_sorts(enum lang lang, struct dict *page, const struct store_filter *now)
{
    static const enum text_key labels[SORT_COUNT] = {
        [SORT_NEWEST] = TEXT_SORT_NEWEST,
        [SORT_POSITION] = TEXT_SORT_POSITION,
        [SORT_TIME] = TEXT_SORT_TIME,
    };
    struct store_filter f = *now;
    for (int s = 0; s < SORT_COUNT; s++) {
        f.sort = s;
        show_link(page, VIEW_SORT_LINK, &f, text_get(lang, labels[s]), now->sort == s);
    }
}

static void
keep(struct dict *page, const char *name, const char *value)
{
    struct dict *field = dict_section(page, VIEW_KEEP);
    dict_set(field, VIEW_NAME, name);
    dict_set(field, VIEW_VALUE, value);
}

/* The form that asks for a position keeps what else was chosen. */
static void
show_position(struct dict *page, const struct store_filter *now)
{
    if (now->status >= 0)
        keep(page, "status", status_name((enum status)now->status));
    if (now->radix != 0)
        keep(page, "radix", now->radix == 16 ? "16" : "10");
    if (now->algorithm >= 0)
        keep(page, "algorithm", algorithm_name((enum algorithm)now->algorithm));
    if (now->sort != SORT_NEWEST)
        keep(page, "sort", store_sort_name((enum store_sort)now->sort));
    if (now->position != 0) {
        char url[LIST_URL_SIZE];
        struct store_filter f = *now;
        dict_set_int(page, VIEW_POSITION, (int64_t)now->position);
        f.position = 0;
        list_url(url, "/", &f, NULL);
        dict_set(dict_section(page, VIEW_WHERE), VIEW_HREF, url);
    }
}

void
list_show_filters(enum lang lang, struct dict *page, const struct store_filter *now,
                  const int64_t counts[STATUS_COUNT])
{
    show_statuses(lang, page, now, counts);
    show_radices(lang, page, now);
    show_algorithms(lang, page, now);
    show_sorts(lang, page, now);
    show_position(page, now);
}

void
list_show_sought(enum lang lang, struct dict *page, const struct request *r)
{
    char text[TEXT_SIZE];
    uint64_t position;
    const char *typed = request_query(r, "position");
    enum ask_problem problem = position_read(typed, &position);
    if (problem == ASK_OK) /* it came twice */
        text_fill(text, sizeof text, r->why, NULL);
    else
        form_unread(text, lang, problem, POSITION_MAX);
    dict_set(page, VIEW_POSITION, typed);
    dict_set(dict_section(page, VIEW_BAD_SOUGHT), VIEW_MESSAGE, text);
}

bool
list_lead_to_plain(const struct request *r, struct reply *reply)
{
    char plain[24], url[LIST_URL_SIZE];
    if ((r->has & PARAM_POSITION) == 0)
        return false;
    snprintf(plain, sizeof plain, "%" PRIu64, r->filter.position);
    if (strcmp(request_query(r, "position"), plain) == 0)
        return false;
    list_url(url, "/", &r->filter, (r->has & PARAM_AFTER) != 0 ? &r->after : NULL);
    reply_redirect(reply, url);
    return true;
}
