/*
 * Query parameters: one row for each, with how it is read and what is said to
 * the visitor when it cannot be. Handlers see only values in range.
 */
#include "config.h"

#include "fcgi/router.h"

#include "common/position.h"
#include "fcgi/pi_screen.h"
#include "fcgi/picture.h"
#include "fcgi/search_date.h"

#include <string.h>

enum { LIMIT_MAX = 100 };

/* Reads TEXT, only ASCII digits, from LEAST to MOST. */
static bool
read_number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    uint64_t n = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (n < least || n > most)
        return false;
    *out = n;
    return true;
}

static bool
read_status(struct request *r, const char *text)
{
    enum status status;
    if (!status_parse(text, &status))
        return false;
    r->filter.status = (int)status;
    return true;
}

static bool
read_radix(struct request *r, const char *text)
{
    return radix_parse(text, &r->filter.radix);
}

static bool
read_algorithm(struct request *r, const char *text)
{
    enum algorithm algorithm;
    if (!algorithm_parse(text, &algorithm))
        return false;
    r->filter.algorithm = (int)algorithm;
    return true;
}

static bool
read_position(struct request *r, const char *text)
{
    return position_read(text, &r->filter.position) == ASK_OK;
}

static bool
read_exact(struct request *r, const char *text)
{
    return position_parse(text, &r->filter.position) == ASK_OK;
}

static bool
read_sort(struct request *r, const char *text)
{
    enum store_sort sort;
    if (!store_sort_parse(text, &sort))
        return false;
    r->filter.sort = (int)sort;
    return true;
}

static bool
read_after(struct request *r, const char *text)
{
    return store_cursor_parse(text, &r->after);
}

static bool
read_limit(struct request *r, const char *text)
{
    uint64_t n;
    if (!read_number(text, 1, LIMIT_MAX, &n))
        return false;
    r->limit = (unsigned)n;
    return true;
}

static bool
read_highlight(struct request *r, const char *text)
{
    uint64_t n;
    if (!read_number(text, 1, INT64_MAX, &n))
        return false;
    r->highlight = (int64_t)n;
    return true;
}

static bool
read_since(struct request *r, const char *text)
{
    uint64_t n;
    if (!read_number(text, 0, INT64_MAX, &n))
        return false;
    r->since = (int64_t)n;
    return true;
}

static bool
read_absent(struct request *r, const char *text)
{
    uint64_t n;
    if (!read_number(text, 0, INT32_MAX, &n))
        return false;
    r->absent = (int)n;
    return true;
}

static bool
read_from(struct request *r, const char *text)
{
    enum ask_problem problem = position_read(text, &r->from);
    if (problem == ASK_ZERO)
        r->from = 0;
    return problem == ASK_OK || problem == ASK_ZERO;
}

static bool
read_per(struct request *r, const char *text)
{
    uint64_t n;
    if (!read_number(text, 1, 10000, &n) || (n != 1000 && n != 10000))
        return false;
    r->per = (unsigned)n;
    return true;
}

static bool
read_columns(struct request *r, const char *text)
{
    uint64_t n;
    if (!read_number(text, 1, 20, &n) || (n != 5 && n != 10 && n != 20))
        return false;
    r->columns = (unsigned)n;
    return true;
}

/* A position, or the first and the last of some: "762-767". */
static bool
read_mark(struct request *r, const char *text)
{
    char first[24];
    uint64_t from, to, most;
    const char *last = strchr(text, '-');
    size_t length = last != NULL ? (size_t)(last - text) : strlen(text);
    if (length >= sizeof first)
        return false;
    memcpy(first, text, length);
    first[length] = '\0';
    if (!read_number(first, 1, POSITION_MAX, &from))
        return false;
    most = from + PI_MARKED_MOST - 1;
    if (most > POSITION_MAX)
        most = POSITION_MAX;
    to = from;
    if (last != NULL && !read_number(last + 1, from, most, &to))
        return false;
    r->mark_first = from;
    r->mark_last = to;
    return true;
}

static bool
read_told(struct request *r, const char *text)
{
    return bulk_parse(text, &r->told);
}

static bool
read_ids(struct request *r, const char *text)
{
    int64_t ids[BULK_MOST];
    size_t count;
    (void)r;
    return bulk_parse_ids(text, ids, &count);
}

static bool
read_beyond(struct request *r, const char *text)
{
    return read_number(text, 0, POSITION_MAX, &r->beyond);
}

/* What is typed: any text, as request_query() has it. */
static bool
read_typed(struct request *r, const char *text)
{
    (void)r;
    (void)text;
    return true;
}

/* Not typed, but chosen. */
static bool
read_order(struct request *r, const char *text)
{
    (void)r;
    for (int i = 0; i < DATE_ORDERS; i++)
        if (strcmp(text, date_order_name((enum date_order)i)) == 0)
            return true;
    return false;
}

static bool
read_digits(struct request *r, const char *text)
{
    uint64_t n, rest;
    if (!read_number(text, PICTURE_LEAST, PICTURE_MOST, &n))
        return false;
    for (rest = n; rest % 10 == 0; rest /= 10)
        continue;
    if (rest != 1)
        return false;
    r->digits = n;
    return true;
}

static const struct param {
    enum request_param bit;
    const char *name;
    bool (*read)(struct request *r, const char *text);
    enum text_key rule; /* "{field} must be …" */
} params[] = {
    {PARAM_STATUS, "status", read_status, TEXT_PARAM_STATUS},
    {PARAM_RADIX, "radix", read_radix, TEXT_PARAM_RADIX},
    {PARAM_ALGORITHM, "algorithm", read_algorithm, TEXT_PARAM_ALGORITHM},
    {PARAM_POSITION, "position", read_position, TEXT_PARAM_POSITION},
    {PARAM_EXACT, "position", read_exact, TEXT_PARAM_POSITION},
    {PARAM_SORT, "sort", read_sort, TEXT_PARAM_SORT},
    {PARAM_AFTER, "after", read_after, TEXT_PARAM_AFTER},
    {PARAM_TOLD, "told", read_told, TEXT_PARAM_TOLD},
    {PARAM_IDS, "ids", read_ids, TEXT_PARAM_IDS},
    {PARAM_LIMIT, "limit", read_limit, TEXT_PARAM_LIMIT},
    {PARAM_HIGHLIGHT, "highlight", read_highlight, TEXT_PARAM_HIGHLIGHT},
    {PARAM_SINCE, "since", read_since, TEXT_PARAM_SINCE},
    {PARAM_FROM, "from", read_from, TEXT_PARAM_FROM},
    {PARAM_PER, "per", read_per, TEXT_PARAM_PER},
    {PARAM_COLUMNS, "columns", read_columns, TEXT_PARAM_COLUMNS},
    {PARAM_MARK, "mark", read_mark, TEXT_PARAM_MARK},
    {PARAM_BEYOND, "after", read_beyond, TEXT_PARAM_FROM},
    {PARAM_QUERY, "q", read_typed, TEXT_PARAM_REPEATED},
    {PARAM_DAY, "day", read_typed, TEXT_PARAM_REPEATED},
    {PARAM_MONTH, "month", read_typed, TEXT_PARAM_REPEATED},
    {PARAM_YEAR, "year", read_typed, TEXT_PARAM_REPEATED},
    {PARAM_ORDER, "order", read_order, TEXT_PARAM_ORDER},
    {PARAM_DIGITS, "n", read_digits, TEXT_PARAM_DIGITS},
    {PARAM_ABSENT, "absent", read_absent, TEXT_PARAM_ABSENT},
};

/* The row of the parameter NAME, of those whose bits are in ALLOWED; or NULL. */
static const struct param *
find_param(unsigned allowed, const char *name)
{
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        if ((allowed & params[i].bit) && strcmp(name, params[i].name) == 0)
            return &params[i];
    return NULL;
}

/* The sentence KEY about PARAM into DETAIL, and its name into *WRONG, unless another
 * one was complained of before. */
static void
complain(const char **wrong, char detail[TEXT_SIZE], enum lang lang, enum text_key key,
         const struct param *param)
{
    if (*wrong)
        return;
    text_fill(detail, TEXT_SIZE, text_get(lang, key), "field", param->name, NULL);
    *wrong = param->name;
}

const char *
router_params(struct request *r, const struct route *route, char detail[TEXT_SIZE])
{
    const char *wrong = NULL;
    const struct param *after = NULL;
    unsigned seen = 0;
    r->has = 0;
    r->filter = (struct store_filter)STORE_FILTER_ANY;
    r->after = (struct store_cursor){.running = false, .id = 0};
    r->limit = 0;
    r->highlight = r->since = 0;
    r->from = r->beyond = r->digits = 0;
    r->mark_first = r->mark_last = 0;
    r->per = r->columns = 0;
    r->absent = 0;

    for (size_t i = 0; i < r->field_count; i++) {
        const struct param *param = find_param(route->params, r->fields[i].name);
        if (!param)
            continue;
        if (seen & param->bit) {
            complain(&wrong, detail, r->lang, TEXT_PARAM_REPEATED, param);
            continue;
        }
        seen |= param->bit;
        if (!*r->fields[i].value)
            continue;
        if (!param->read(r, r->fields[i].value)) {
            complain(&wrong, detail, r->lang, param->rule, param);
            continue;
        }
        r->has |= param->bit;
        if (param->bit == PARAM_AFTER)
            after = param;
    }
    /* A place in another order is none in this. */
    if (after && r->after.sort != r->filter.sort)
        complain(&wrong, detail, r->lang, TEXT_PARAM_AFTER, after);
    return wrong;
}
