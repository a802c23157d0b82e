/*
 * GET /search: where a string of digits is among those that are published, and where
 * a date is, in the ways people write one. For application/json the answer to the
 * string alone.
 */
#include "fcgi/damage.h"
#include "fcgi/handlers.h"
#include "fcgi/json.h"
#include "fcgi/page.h"
#include "fcgi/search_date.h"
#include "fcgi/search_find.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Digits on a screen of /pi/N. */
enum { SCREEN = 1000, GROUP = 10, URL_SIZE = SEARCH_LENGTH_MOST + 96 };

/* What was asked. */
struct question {
    const char *typed;   /* as it came, "" for nothing */
    const char *problem; /* why it cannot be searched for, or NULL */
    bool has_string;     /* ask holds a string */
    struct search_ask ask;
    const char *day, *month, *year; /* as they came, or NULL */
    bool wants_date, has_date;      /* a date was typed; it is one */
    struct date date;
};

static const char *
describe(enum lang lang, enum search_problem problem, int radix)
{
    switch (problem) {
    case SEARCH_TOO_LONG:
        return text_get(lang, TEXT_SEARCH_TOO_LONG);
    case SEARCH_LETTERS:
        return text_get(lang, TEXT_SEARCH_LETTERS);
    case SEARCH_EMPTY:
        return text_get(lang, TEXT_SEARCH_EMPTY);
    default:
        return text_get(lang,
                        radix == 16 ? TEXT_SEARCH_STRANGE_HEX : TEXT_SEARCH_STRANGE);
    }
}

static void
read_question(const struct request *r, struct question *q)
{
    int radix = (r->has & PARAM_RADIX) != 0 ? r->filter.radix : 10;
    const char *order = request_query(r, "order");
    memset(q, 0, sizeof *q);
    q->typed = request_query(r, "q");
    q->day = request_query(r, "day");
    q->month = request_query(r, "month");
    q->year = request_query(r, "year");
    q->wants_date = q->day != NULL || q->month != NULL || q->year != NULL;
    if (q->wants_date)
        radix = 10; /* dates are written in it */
    q->has_date = date_read(q->day, q->month, q->year, order, &q->date);
    if (q->typed == NULL)
        q->typed = "";
    enum search_problem problem = search_parse(q->typed, radix, &q->ask);
    q->has_string = problem == SEARCH_GOOD;
    if (*q->typed != '\0' && problem != SEARCH_GOOD)
        q->problem = describe(r->lang, problem, radix);
    if ((r->has & PARAM_BEYOND) != 0)
        q->ask.after = r->beyond;
}

/* The screen of digits that has what was found, to its last digit: a usual one, or one
 * that begins with the group of its first digit. */
static void
print_pi_url(char url[URL_SIZE], const struct search_ask *ask, uint64_t position)
{
    uint64_t last = position + ask->length - 1;
    uint64_t step = (position - 1) / SCREEN == (last - 1) / SCREEN ? SCREEN : GROUP;
    snprintf(url, URL_SIZE, "/pi/%" PRIu64 "?%sfrom=%" PRIu64 "#n", last,
             ask->radix == 16 ? "radix=16&" : "", (position - 1) / step * step + 1);
}

static void
print_search_url(char url[URL_SIZE], const struct search_ask *ask, uint64_t after)
{
    int n = snprintf(url, URL_SIZE, "/search?q=%s%s", ask->text,
                     ask->radix == 16 ? "&radix=16" : "");
    if (after > 0)
        snprintf(url + n, URL_SIZE - (size_t)n, "&after=%" PRIu64, after);
}

/* ---- the page ---- */

/* KEY with POSITION, AFTER and LENGTH filled in. */
static void
set_sentence(enum lang lang, struct dict *d, enum text_key key, uint64_t position,
             uint64_t after, uint64_t length)
{
    char text[TEXT_SIZE], first[TEXT_NUMBER_SIZE], second[TEXT_NUMBER_SIZE],
        third[TEXT_NUMBER_SIZE];
    dict_set(d, VIEW_MESSAGE,
             text_fill(text, sizeof text, text_get(lang, key), "position",
                       text_number(lang, first, position), "after",
                       text_number(lang, second, after), "length",
                       text_number(lang, third, length), NULL));
}

/* How often it is there, and how often it would be by chance: a given string of L
 * digits begins at a place with probability radix^-L. */
static void
show_count(enum lang lang, struct dict *d, const struct search_ask *ask,
           const struct search_found *found)
{
    char text[TEXT_SIZE], count[TEXT_NUMBER_SIZE], length[TEXT_NUMBER_SIZE];
    double places = (double)(found->searched - ask->length + 1);
    double once = pow(ask->radix, (double)ask->length);
    if (found->count > 0)
        dict_set(d, VIEW_COUNTED,
                 text_fill(text, sizeof text,
                           text_plural(lang, TEXT_SEARCH_COUNT, found->count), "count",
                           text_number(lang, count, found->count), "length",
                           text_number(lang, length, found->searched), NULL));
    if (found->searched < ask->length || once > 1e18)
        return;
    uint64_t n = (uint64_t)(places >= once ? places / once + .5 : once);
    text_fill(text, sizeof text,
              places >= once ? text_plural(lang, TEXT_SEARCH_EXPECTED, n)
                             : text_get(lang, TEXT_SEARCH_ONCE_IN),
              "count", text_number(lang, count, n), NULL);
    dict_set(dict_section(d, VIEW_EXPECTED), VIEW_MESSAGE, text);
}

static void
show_found(enum lang lang, struct dict *d, const struct search_ask *ask,
           const struct search_answer *answer)
{
    const struct search_found *found = &answer->found;
    char url[URL_SIZE];
    set_sentence(lang, d, ask->after > 0 ? TEXT_SEARCH_NEXT : TEXT_SEARCH_FIRST,
                 found->position, ask->after, found->searched);
    struct dict *context = dict_section(d, VIEW_CONTEXT);
    print_pi_url(url, ask, found->position);
    dict_set(context, VIEW_HREF, url);
    dict_setf(context, VIEW_BEFORE, "%s%s",
              found->position > SEARCH_CONTEXT + 1 ? "…" : "3.", answer->before);
    dict_set(context, VIEW_DIGITS, ask->text);
    dict_setf(context, VIEW_REST, "%s…", answer->behind);
    if (found->count > 1) {
        print_search_url(url, ask, found->position);
        dict_set(dict_section(d, VIEW_NEXT), VIEW_HREF, url);
    }
}

static void
show_answer(enum lang lang, struct dict *page, const struct search_ask *ask,
            const struct search_answer *answer)
{
    const struct search_found *found = &answer->found;
    struct dict *d = dict_section(page, VIEW_ANSWER);
    char url[URL_SIZE];
    dict_setf(d, VIEW_FOUND, "%d", found->position > 0);
    dict_set(d, VIEW_QUERY, ask->text);
    if (found->position > 0)
        show_found(lang, d, ask, answer);
    else
        set_sentence(lang, d, ask->after > 0 ? TEXT_SEARCH_NO_NEXT : TEXT_SEARCH_NONE,
                     0, ask->after, found->searched);
    show_count(lang, d, ask, found);
    if (ask->after > 0) {
        print_search_url(url, ask, 0);
        dict_set(dict_section(d, VIEW_FIRST), VIEW_HREF, url);
    }
}

/* What is searched, and why not all of it. */
static void
show_place(enum lang lang, struct dict *page, const struct search_place *place)
{
    char text[TEXT_SIZE], length[TEXT_NUMBER_SIZE], part[TEXT_NUMBER_SIZE], percent[8];
    uint64_t known = place->prefix.length;
    enum text_key key = TEXT_SEARCH_ALL;
    if (known == 0) {
        dict_section(page, VIEW_NOTHING);
        return;
    }
    if (place->index == NULL && known > SEARCH_SCAN_MOST)
        key = place->percent > 0 ? TEXT_SEARCH_PART_MAKING : TEXT_SEARCH_PART;
    snprintf(percent, sizeof percent, "%d", place->percent);
    dict_set(dict_section(page, VIEW_KNOWN), VIEW_MESSAGE,
             text_fill(text, sizeof text, text_get(lang, key), "length",
                       text_number(lang, length, known), "part",
                       text_number(lang, part, SEARCH_SCAN_MOST), "percent", percent,
                       NULL));
}

static void
show_choice(struct dict *page, enum view_key section, const char *value,
            const char *label, bool selected)
{
    struct dict *choice = dict_section(page, section);
    dict_set(choice, VIEW_VALUE, value);
    dict_set(choice, VIEW_LABEL, label);
    if (selected)
        dict_section(choice, VIEW_SELECTED);
}

/* An order in words, and its patterns with a long and a brief year. */
static const struct {
    enum text_key words, patterns[2];
} orders[DATE_ORDERS] = {
    [DATE_DMY] = {TEXT_DATE_DMY, {TEXT_DATE_DMY_LONG, TEXT_DATE_DMY_BRIEF}},
    [DATE_MDY] = {TEXT_DATE_MDY, {TEXT_DATE_MDY_LONG, TEXT_DATE_MDY_BRIEF}},
    [DATE_YMD] = {TEXT_DATE_YMD, {TEXT_DATE_YMD_LONG, TEXT_DATE_YMD_BRIEF}},
};

static void
show_forms(enum lang lang, struct dict *page, const struct question *q)
{
    dict_set(page, VIEW_QUERY, q->typed);
    show_choice(page, VIEW_RADIX_CHOICE, "10", "10", q->ask.radix == 10);
    show_choice(page, VIEW_RADIX_CHOICE, "16", "16", q->ask.radix == 16);
    if (q->problem != NULL)
        dict_set(dict_section(page, VIEW_BAD_FIELD), VIEW_MESSAGE, q->problem);
    dict_set(page, VIEW_DAY, q->day);
    dict_set(page, VIEW_MONTH, q->month);
    dict_set(page, VIEW_YEAR, q->year);
    for (int i = 0; i < DATE_ORDERS; i++)
        show_choice(page, VIEW_ORDER_CHOICE, date_order_name((enum date_order)i),
                    text_get(lang, orders[i].words), i == (int)q->date.order);
    if (q->wants_date && !q->has_date)
        dict_section(page, VIEW_BAD_DATE);
}

/* A line for each way to write the date. */
static enum digits_rc
show_dates(struct context *ctx, struct dict *page, struct search_place *place,
           const struct date *date)
{
    enum lang lang = ctx->lang;
    struct date_form forms[DATE_FORMS];
    struct dict *table = dict_section(page, VIEW_DATES);
    enum digits_rc rc = DIGITS_OK;
    date_forms(date, forms);
    for (int i = 0; rc == DIGITS_OK && i < DATE_FORMS; i++) {
        char url[URL_SIZE], number[TEXT_NUMBER_SIZE];
        struct search_answer answer;
        struct search_ask ask;
        struct dict *d = dict_section(table, VIEW_DATE);
        search_parse(forms[i].digits, 10, &ask);
        rc = search_place_ask(ctx, place, &ask, &answer);
        print_search_url(url, &ask, 0);
        dict_set(d, VIEW_HREF, url);
        dict_set(d, VIEW_DIGITS, ask.text);
        dict_set(d, VIEW_LABEL,
                 text_get(lang, orders[forms[i].order].patterns[forms[i].brief]));
        dict_set(d, VIEW_COUNT, text_number(lang, number, answer.found.count));
        if (answer.found.position == 0) {
            dict_section(d, VIEW_NOTHING);
        } else {
            struct dict *found = dict_section(d, VIEW_FOUND);
            print_pi_url(url, &ask, answer.found.position);
            dict_set(found, VIEW_PI_PATH, url);
            dict_set(found, VIEW_POSITION,
                     text_number(lang, number, answer.found.position));
        }
    }
    return rc;
}

static void
send_page(struct context *ctx, const struct request *r, struct reply *reply,
          const struct question *q, struct search_place *place)
{
    enum lang lang = ctx->lang;
    bool bad = q->problem != NULL || (q->wants_date && !q->has_date);
    char etag[PAGE_ETAG_SIZE], title[TEXT_SIZE];
    struct search_answer answer;
    enum digits_rc rc = DIGITS_OK;
    if (!bad && page_not_modified(ctx, r, reply, place->prefix.revision,
                                  search_place_version(place), etag))
        return;
    text_fill(title, sizeof title,
              text_get(lang, q->has_string ? TEXT_TITLE_SEARCHED : TEXT_TITLE_SEARCH),
              "digits", q->ask.text, NULL);
    struct dict *page = page_new(title, PAGE_SEARCH, NULL);
    show_forms(lang, page, q);
    if (place->prefix.length > 0 && q->has_string) {
        rc = search_place_ask(ctx, place, &q->ask, &answer);
        show_answer(lang, page, &q->ask, &answer);
    }
    if (rc == DIGITS_OK && place->prefix.length > 0 && q->has_date)
        rc = show_dates(ctx, page, place, &q->date);
    show_place(lang, page, place);
    if (rc != DIGITS_OK) {
        dict_free(page);
        damage_answer(ctx, r, reply, &place->prefix, rc);
        return;
    }
    page_send(ctx, reply, bad ? 400 : 200, "search.tpl", page, bad ? NULL : etag);
}

/* ---- JSON ---- */

static json_t *
position_or_null(uint64_t position)
{
    return position > 0 ? json_integer((json_int_t)position) : json_null();
}

static void
send_json(struct context *ctx, const struct request *r, struct reply *reply,
          const struct question *q, struct search_place *place)
{
    struct search_answer answer;
    char url[URL_SIZE];
    if (!q->has_string) {
        reply_error(ctx, r, reply, 400, "q",
                    q->problem != NULL ? q->problem
                                       : text_get(ctx->lang, TEXT_SEARCH_EMPTY));
        return;
    }
    enum digits_rc rc = search_place_ask(ctx, place, &q->ask, &answer);
    if (rc != DIGITS_OK) {
        damage_answer(ctx, r, reply, &place->prefix, rc);
        return;
    }
    const struct search_found *found = &answer.found;
    json_t *object = json_object(), *links = json_object();
    json_object_set_new(object, "query", json_string(q->ask.text));
    json_object_set_new(object, "radix", json_integer(q->ask.radix));
    json_object_set_new(object, "after", json_integer((json_int_t)q->ask.after));
    json_object_set_new(object, "position", position_or_null(found->position));
    json_object_set_new(object, "count", json_integer((json_int_t)found->count));
    json_object_set_new(object, "searched", json_integer((json_int_t)found->searched));
    json_object_set_new(object, "known",
                        json_integer((json_int_t)place->prefix.length));
    json_object_set_new(object, "indexed", json_boolean(found->indexed));
    json_object_set_new(object, "before", json_string(answer.before));
    json_object_set_new(object, "behind", json_string(answer.behind));
    if (found->position > 0) {
        print_search_url(url, &q->ask, found->position);
        json_object_set_new(links, "next", json_string(url));
        print_pi_url(url, &q->ask, found->position);
        json_object_set_new(links, "pi", json_string(url));
    }
    json_object_set_new(object, "links", links);
    json_send(reply, 200, object);
}

void
page_search(struct context *ctx, struct request *r, struct reply *reply)
{
    struct search_place place;
    struct question q;
    enum digits_rc rc;
    read_question(r, &q);
    enum store_rc store = search_place_open(ctx, q.ask.radix, &place, &rc);
    if (store != STORE_OK)
        reply_store_error(ctx, r, reply, store);
    else if (rc != DIGITS_OK)
        damage_answer(ctx, r, reply, &place.prefix, rc);
    else if (r->wants_json)
        send_json(ctx, r, reply, &q, &place);
    else
        send_page(ctx, r, reply, &q, &place);
    search_place_close(&place);
}
