/*
 * Query parameters: one row for each, with how it is read and what is said to
 * the visitor when it cannot be. Handlers see only values in range.
 */
#include "config.h"

#include "fcgi/router.h"

#include <stdio.h>
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
    return position_parse(text, &r->filter.position) == ASK_OK;
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
read_from(struct request *r, const char *text)
{
    return read_number(text, 0, POSITION_MAX, &r->from);
}

static const struct param {
    enum request_param bit;
    const char *name;
    bool (*read)(struct request *r, const char *text);
    const char *rule; /* "status must be …" */
} params[] = {
    {PARAM_STATUS, "status", read_status,
     "one of queued, running, done, failed, cancelled"},
    {PARAM_RADIX, "radix", read_radix, "10 or 16"},
    {PARAM_ALGORITHM, "algorithm", read_algorithm,
     "one of auto, spigot, chudnovsky, bbp"},
    {PARAM_POSITION, "position", read_position,
     "a whole number from 1 to 10000000000000"},
    {PARAM_AFTER, "after", read_after, "the value of a link to the next page"},
    {PARAM_LIMIT, "limit", read_limit, "a whole number from 1 to 100"},
    {PARAM_HIGHLIGHT, "highlight", read_highlight, "the number of a computation"},
    {PARAM_SINCE, "since", read_since, "a revision, a whole number"},
    {PARAM_FROM, "from", read_from, "a whole number from 0 to 10000000000000"},
};

const char *
router_params(struct request *r, const struct route *route,
              char detail[ROUTER_DETAIL_SIZE])
{
    unsigned seen = 0;
    r->has = 0;
    r->filter = (struct store_filter)STORE_FILTER_ANY;
    r->after = (struct store_cursor){.running = false, .id = 0};
    r->limit = 0;
    r->highlight = r->since = 0;
    r->from = 0;

    for (size_t i = 0; i < r->field_count; i++) {
        const struct param *param = NULL;
        for (size_t k = 0; k < sizeof params / sizeof *params && !param; k++)
            if (strcmp(r->fields[i].name, params[k].name) == 0)
                param = &params[k];
        if (!param || !(route->params & param->bit))
            continue;
        if (seen & param->bit) {
            snprintf(detail, ROUTER_DETAIL_SIZE, "%s is given more than once.",
                     param->name);
            return param->name;
        }
        seen |= param->bit;
        if (!*r->fields[i].value)
            continue;
        if (!param->read(r, r->fields[i].value)) {
            snprintf(detail, ROUTER_DETAIL_SIZE, "%s must be %s.", param->name,
                     param->rule);
            return param->name;
        }
        r->has |= param->bit;
    }
    return NULL;
}
