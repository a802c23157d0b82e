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
#include "fcgi/search_show.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What a page asks for at most: a string, and a date in all forms. */
enum { ASKS = 1 + DATE_FORMS };

/* Digits that are offered to be computed where there are none. */
enum { OFFERED = 1000000 };
_Static_assert((int)ASKS <= (int)SEARCH_ASKS_MOST, "all are looked for in one go");

/* What was asked. */
struct question {
    const char *typed;   /* as it came, "" for nothing */
    const char *problem; /* why it cannot be searched for, or NULL */
    bool has_string;     /* ask holds a string */
    struct search_ask ask;
    struct search_beginning beginning; /* of ask; see search_begin() */
    const char *day, *month, *year;    /* as they came, or NULL */
    bool wants_date;                   /* a date was typed */
    enum date_problem date_problem;    /* what is wrong with it */
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
    case SEARCH_FOREIGN:
        return text_get(lang, TEXT_SEARCH_FOREIGN);
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
    memset(q, 0, sizeof *q);
    q->typed = request_query(r, "q");
    q->day = request_query(r, "day");
    q->month = request_query(r, "month");
    q->year = request_query(r, "year");
    q->wants_date = q->day != NULL || q->month != NULL || q->year != NULL;
    if (q->wants_date)
        radix = 10; /* dates are written in it */
    q->date.order =
        date_order_find(request_query(r, "order"), date_order_of(r->locale));
    q->date_problem = date_read(q->day, q->month, q->year, &q->date);
    if (q->typed == NULL)
        q->typed = "";
    enum search_problem problem = search_parse(q->typed, radix, &q->ask);
    q->has_string = problem == SEARCH_GOOD;
    if (*q->typed != '\0' && problem != SEARCH_GOOD)
        q->problem = describe(r->lang, problem, radix);
    if ((r->has & PARAM_BEYOND) != 0)
        q->ask.after = r->beyond;
}

/* ---- the page ---- */

/* Nothing can be searched: the way to have something, for those who ask Q. OTHER is
 * what is published in the other radix. */
static void
show_nothing(const struct context *ctx, struct dict *page, const struct question *q,
             const struct published *other)
{
    struct dict *d = dict_section(page, VIEW_NOTHING);
    uint64_t limit = ctx->app->conf->limits.chudnovsky;
    uint64_t offered = limit < OFFERED ? limit : OFFERED;
    int radix = q->ask.radix;
    char number[TEXT_NUMBER_SIZE], text[TEXT_SIZE], url[SEARCH_URL_SIZE];
    dict_setf(d, VIEW_PI_PATH, "/pi/%" PRIu64 "%s", offered,
              radix == 16 ? "?radix=16" : "");
    dict_set(d, VIEW_LABEL, text_number(ctx->lang, number, offered));
    if (q->wants_date || other->length == 0) /* only radix 10 will do for dates */
        return;
    d = dict_section(d, VIEW_OTHER_RADIX);
    struct search_ask ask = q->ask;
    ask.radix = other->radix;
    snprintf(url, sizeof url, "/search?radix=%d", other->radix);
    if (q->has_string && search_parse(q->ask.text, other->radix, &ask) == SEARCH_GOOD)
        search_url(url, &ask, 0);
    dict_set(d, VIEW_HREF, url);
    dict_set(d, VIEW_MESSAGE,
             text_fill(text, sizeof text,
                       text_get(ctx->lang, other->radix == 16 ? TEXT_SEARCH_KNOWN_HEX
                                                              : TEXT_SEARCH_KNOWN_10),
                       "length", text_number(ctx->lang, number, other->length), NULL));
}

/* What is searched, and why not all of it. */
static void
show_place(enum lang lang, struct dict *page, const struct search_place *place)
{
    char text[TEXT_SIZE], length[TEXT_NUMBER_SIZE], part[TEXT_NUMBER_SIZE], percent[8];
    uint64_t known = place->prefix.length;
    enum text_key key = TEXT_SEARCH_ALL;
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

/* What the script says while somebody types, without asking. */
static void
show_mistakes(enum lang lang, struct dict *page)
{
    dict_set_int(page, VIEW_MOST, SEARCH_LENGTH_MOST);
    dict_set(page, VIEW_EMPTY_TEXT, text_get(lang, TEXT_SEARCH_EMPTY));
    dict_set(page, VIEW_LETTERS_TEXT, text_get(lang, TEXT_SEARCH_LETTERS));
    dict_set(page, VIEW_STRANGE_TEXT, text_get(lang, TEXT_SEARCH_STRANGE));
    dict_set(page, VIEW_STRANGE_HEX_TEXT, text_get(lang, TEXT_SEARCH_STRANGE_HEX));
    dict_set(page, VIEW_TOO_LONG_TEXT, text_get(lang, TEXT_SEARCH_TOO_LONG));
}

/* The fields for the parts of a date, in the visitor's order. */
static void
show_date_fields(struct dict *page, const struct question *q)
{
    for (const char *p = date_order_name(q->date.order); *p != '\0'; p++) {
        struct dict *field = dict_section(page, VIEW_DATE_FIELD);
        if (*p == 'd')
            dict_set(dict_section(field, VIEW_DAY), VIEW_VALUE, q->day);
        else if (*p == 'm')
            dict_set(dict_section(field, VIEW_MONTH), VIEW_VALUE, q->month);
        else
            dict_set(dict_section(field, VIEW_YEAR), VIEW_VALUE, q->year);
    }
}

static void
show_forms(enum lang lang, struct dict *page, const struct question *q)
{
    show_mistakes(lang, page);
    dict_set(page, VIEW_QUERY, q->typed);
    show_choice(page, VIEW_RADIX_CHOICE, "10", "10", q->ask.radix == 10);
    show_choice(page, VIEW_RADIX_CHOICE, "16", "16", q->ask.radix == 16);
    if (q->problem != NULL)
        dict_set(dict_section(page, VIEW_BAD_FIELD), VIEW_MESSAGE, q->problem);
    show_date_fields(page, q);
    for (int i = 0; i < DATE_ORDERS; i++)
        show_choice(page, VIEW_ORDER_CHOICE, date_order_name((enum date_order)i),
                    text_get(lang, orders[i].words), i == (int)q->date.order);
    if (q->wants_date && q->date_problem == DATE_NONE)
        dict_section(page, VIEW_BAD_DATE);
    if (q->wants_date && q->date_problem == DATE_BRIEF_YEAR)
        dict_section(page, VIEW_BAD_YEAR);
}

/* A line for each way to write the date, with the ASKS and ANSWERS about them. */
static void
show_dates(enum lang lang, struct dict *page, const struct date_form forms[DATE_FORMS],
           const struct search_ask *asks, const struct search_answer *answers,
           uint64_t known)
{
    struct dict *table = dict_section(page, VIEW_DATES);
    for (int i = 0; i < DATE_FORMS; i++) {
        const struct search_found *found = &answers[i].found;
        char url[SEARCH_URL_SIZE], number[TEXT_NUMBER_SIZE];
        struct dict *d = dict_section(table, VIEW_DATE);
        search_url(url, &asks[i], 0);
        dict_set(d, VIEW_HREF, url);
        dict_set(d, VIEW_DIGITS, asks[i].text);
        dict_set(d, VIEW_LABEL,
                 text_get(lang, orders[forms[i].order].patterns[forms[i].brief]));
        dict_set(d, VIEW_COUNT, text_number(lang, number, found->count));
        if (found->position == 0) {
            dict_section(d, VIEW_NOTHING);
        } else {
            struct dict *where = dict_section(d, VIEW_FOUND);
            search_pi_url(url, &asks[i], found->position, known);
            dict_set(where, VIEW_PI_PATH, url);
            dict_set(where, VIEW_POSITION, text_number(lang, number, found->position));
        }
    }
}

/* Looks for all that Q asks for in one go, and shows it. */
static enum digits_rc
show_answers(struct context *ctx, struct dict *page, struct search_place *place,
             const struct question *q)
{
    struct search_ask asks[ASKS];
    struct search_answer answers[ASKS];
    struct date_form forms[DATE_FORMS];
    size_t strings = q->has_string, count = strings;
    if (q->has_string)
        asks[0] = q->ask;
    if (q->date_problem == DATE_GOOD) {
        date_forms(&q->date, forms);
        for (size_t i = 0; i < DATE_FORMS; i++)
            search_parse(forms[i].digits, 10, &asks[count++]);
    }
    if (count == 0 || place->prefix.length == 0)
        return DIGITS_OK;
    enum digits_rc rc = search_place_ask(ctx, place, asks, count, answers);
    if (rc == DIGITS_OK && q->has_string)
        search_show_beginning(ctx->lang, page, &asks[0], &q->beginning,
                              place->prefix.length);
    if (rc == DIGITS_OK && q->has_string)
        search_show_answer(ctx->lang, page, &asks[0], &answers[0],
                           place->prefix.length);
    if (rc == DIGITS_OK && q->date_problem == DATE_GOOD)
        show_dates(ctx->lang, page, forms, &asks[strings], &answers[strings],
                   place->prefix.length);
    return rc;
}

static void
send_page(struct context *ctx, const struct request *r, struct reply *reply,
          const struct question *q, struct search_place *place)
{
    enum lang lang = ctx->lang;
    bool bad = q->problem != NULL || (q->wants_date && q->date_problem != DATE_GOOD);
    bool indexed = place->index != NULL;
    char etag[PAGE_ETAG_SIZE], title[TEXT_SIZE];
    int64_t version =
        search_place_version(place) * DATE_ORDERS + (int64_t)q->date.order;
    struct published other = {.length = 0};
    if (place->prefix.length == 0) {
        enum store_rc store =
            store_published(ctx->store, q->ask.radix == 16 ? 10 : 16, &other);
        if (store != STORE_OK) {
            reply_store_error(ctx, r, reply, store);
            return;
        }
        /* There is no index yet. */
        version = (int64_t)other.length * DATE_ORDERS + (int64_t)q->date.order;
    }
    if (!bad && page_not_modified(ctx, r, reply, place->prefix.revision, version, etag))
        return;
    text_fill(title, sizeof title,
              text_get(lang, q->has_string && place->prefix.length > 0
                                 ? TEXT_TITLE_SEARCHED
                                 : TEXT_TITLE_SEARCH),
              "digits", q->ask.text, NULL);
    struct dict *page = page_new(title, PAGE_SEARCH, NULL);
    show_forms(lang, page, q);
    enum digits_rc rc = show_answers(ctx, page, place, q);
    if (place->prefix.length > 0)
        show_place(lang, page, place);
    else
        show_nothing(ctx, page, q, &other);
    if (rc != DIGITS_OK) {
        dict_free(page);
        damage_answer(ctx, r, reply, &place->prefix, rc);
        return;
    }
    /* Where the index turned out to be damaged this is no page to keep. */
    bool keep = !bad && indexed == (place->index != NULL);
    page_send(ctx, reply, bad ? 400 : 200, "search.tpl", page, keep ? etag : NULL);
}

/* ---- JSON ---- */

static json_t *
number_or_null(uint64_t number)
{
    return number > 0 ? json_integer((json_int_t)number) : json_null();
}

static void
send_json(struct context *ctx, const struct request *r, struct reply *reply,
          const struct question *q, struct search_place *place)
{
    struct search_answer answer;
    char url[SEARCH_URL_SIZE];
    if (!q->has_string) {
        reply_error(ctx, r, reply, 400, "q",
                    q->problem != NULL ? q->problem
                                       : text_get(ctx->lang, TEXT_SEARCH_EMPTY));
        return;
    }
    enum digits_rc rc = search_place_ask(ctx, place, &q->ask, 1, &answer);
    if (rc != DIGITS_OK) {
        damage_answer(ctx, r, reply, &place->prefix, rc);
        return;
    }
    const struct search_found *found = &answer.found;
    json_t *object = json_object(), *links = json_object();
    json_object_set_new(object, "query", json_string(q->ask.text));
    json_object_set_new(object, "radix", json_integer(q->ask.radix));
    json_object_set_new(object, "after", json_integer((json_int_t)q->ask.after));
    json_object_set_new(object, "position", number_or_null(found->position));
    json_object_set_new(object, "occurrence", number_or_null(found->occurrence));
    json_object_set_new(object, "count", json_integer((json_int_t)found->count));
    json_object_set_new(object, "searched", json_integer((json_int_t)found->searched));
    json_object_set_new(object, "known",
                        json_integer((json_int_t)place->prefix.length));
    json_object_set_new(object, "indexed", json_boolean(found->indexed));
    json_object_set_new(object, "before", json_string(answer.before));
    json_object_set_new(object, "behind", json_string(answer.behind));
    if (found->position > 0) {
        search_url(url, &q->ask, found->position);
        json_object_set_new(links, "next", json_string(url));
        search_pi_url(url, &q->ask, found->position, place->prefix.length);
        json_object_set_new(links, "pi", json_string(url));
    }
    if (found->previous > 0) {
        search_previous_url(url, &q->ask, found);
        json_object_set_new(links, "previous", json_string(url));
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
    if (store == STORE_OK && rc == DIGITS_OK && q.has_string && place.prefix.length > 0)
        rc = search_begin(&place.file, &q.ask, &q.beginning);
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
