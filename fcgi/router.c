/*
 * The table of endpoints and its dispatcher. To add an endpoint, add a row here
 * and its handler to handlers.h. Which query parameters a row takes, and how
 * they are checked, is in router_params.c.
 */
#include "config.h"

#include "fcgi/router.h"

#include "fcgi/cors.h"
#include "fcgi/handlers.h"
#include "fcgi/middleware.h"
#include "fcgi/text.h"

#include <stdio.h>
#include <string.h>

enum { GET = HTTP_GET, POST = HTTP_POST, DELETE = HTTP_DELETE };

/* What one screen of the list is chosen by. */
enum { PARAM_LIST = PARAM_FILTER | PARAM_SORT | PARAM_AFTER | PARAM_HIGHLIGHT };
/* The same list as the answer to an action on some of its rows. */
enum { PARAM_LIST_PAGE = PARAM_LIST | PARAM_TOLD };
/* What a poll of a page says that it shows. */
enum { PARAM_LIVE = PARAM_SINCE | PARAM_ABSENT };
enum {
    PARAM_SCREEN = PARAM_RADIX | PARAM_FROM | PARAM_PER | PARAM_COLUMNS | PARAM_MARK
};
enum {
    PARAM_API_LIST = PARAM_STATUS | PARAM_RADIX | PARAM_ALGORITHM | PARAM_EXACT |
                     PARAM_AFTER | PARAM_LIMIT
};
enum {
    PARAM_SEARCH = PARAM_RADIX | PARAM_QUERY | PARAM_BEYOND | PARAM_DAY | PARAM_MONTH |
                   PARAM_YEAR | PARAM_ORDER
};

/* clang-format off */
const struct route routes[] = {
    /* methods, path, handler, parameters, body, reader, name, refused, slow */
    {GET,    "/",                               page_list,           PARAM_LIST_PAGE,           BODY_NONE, READER_PERSON,  "list", page_list_refused, false},
    {GET,    "/computations",                   page_list_elsewhere, 0,                         BODY_NONE, READER_PERSON,  "list-elsewhere", NULL, false},
    {POST,   "/computations",                   post_add,            0,                         BODY_FORM, READER_PERSON,  "add", post_add_refused, true},
    {GET,    "/computations/bulk",              page_bulk_confirm,   PARAM_LIST | PARAM_IDS,    BODY_NONE, READER_PERSON,  "bulk-confirm", NULL, false},
    {POST,   "/computations/bulk",              post_bulk,           PARAM_LIST,                BODY_FORM, READER_PERSON,  "bulk", post_bulk_refused, true},
    {GET,    "/computations/ID",                page_computation,    PARAM_LIVE | PARAM_TOLD,   BODY_NONE, READER_PERSON,  "computation", NULL, false},
    {GET,    "/computations/ID.txt",            page_report,         0,                         BODY_NONE, READER_PROGRAM, "report", NULL, false},
    {GET,    "/computations/ID/compare",        page_compare,        PARAM_LIVE,                BODY_NONE, READER_PERSON,  "compare", NULL, false},
    {POST,   "/computations/ID/compare",        post_compare,        0,                         BODY_FORM, READER_PERSON,  "compare-add", post_compare_refused, true},
    {POST,   "/computations/ID/cancel",         post_cancel,         0,                         BODY_FORM, READER_PERSON,  "cancel", post_action_refused, true},
    {POST,   "/computations/ID/retry",          post_retry,          0,                         BODY_FORM, READER_PERSON,  "retry", post_action_refused, true},
    {GET,    "/computations/ID/delete",         page_delete_confirm, 0,                         BODY_NONE, READER_PERSON,  "delete-confirm", NULL, false},
    {POST,   "/computations/ID/delete",         post_delete,         0,                         BODY_FORM, READER_PERSON,  "delete", post_action_refused, true},
    {GET,    "/pi/N",                           page_pi,             PARAM_SCREEN | PARAM_LIVE, BODY_NONE, READER_PERSON,  "pi", page_pi_refused, true},
    {GET,    "/pi/N.txt",                       page_text,           PARAM_RADIX,               BODY_NONE, READER_PROGRAM, "text", NULL, true},
    {POST,   "/language/en",                    post_language,       0,                         BODY_NONE, READER_PERSON,  "language", NULL, true},
    {POST,   "/language/ru",                    post_language,       0,                         BODY_NONE, READER_PERSON,  "language-ru", NULL, true},
    {GET,    "/search",                         page_search,         PARAM_SEARCH,              BODY_NONE, READER_PERSON,  "search", NULL, true},
    {GET,    "/pictures",                       page_pictures,       PARAM_RADIX | PARAM_DIGITS, BODY_NONE, READER_PERSON,  "pictures", NULL, true},
    {GET,    "/pictures/frequencies.svg",       page_picture,        PARAM_RADIX | PARAM_DIGITS, BODY_NONE, READER_PERSON,  "picture-frequencies", NULL, true},
    {GET,    "/pictures/walk.svg",              page_picture,        PARAM_RADIX | PARAM_DIGITS, BODY_NONE, READER_PERSON,  "picture-walk", NULL, true},
    {GET,    "/pictures/matrix.svg",            page_picture,        PARAM_RADIX | PARAM_DIGITS, BODY_NONE, READER_PERSON,  "picture-matrix", NULL, true},
    {GET,    "/pictures/transitions.svg",       page_picture,        PARAM_RADIX | PARAM_DIGITS, BODY_NONE, READER_PERSON,  "picture-transitions", NULL, true},
    {GET,    "/pictures/speed.svg",             page_picture,        0,                         BODY_NONE, READER_PERSON,  "picture-speed", NULL, true},
    {GET,    "/updates",                        updates_handler,     PARAM_LIST | PARAM_LIVE,   BODY_NONE, READER_API,     "updates", NULL, false},
    {GET,    "/api/v1/computations",            api_list,            PARAM_API_LIST | PARAM_SINCE, BODY_NONE, READER_API,     "api-list", NULL, false},
    {POST,   "/api/v1/computations",            api_add,             0,                         BODY_JSON, READER_API,     "api-add", NULL, true},
    {GET,    "/api/v1/computations/ID",         api_get,             PARAM_SINCE,               BODY_NONE, READER_API,     "api-get", NULL, false},
    {DELETE, "/api/v1/computations/ID",         api_delete,          0,                         BODY_NONE, READER_API,     "api-delete", NULL, true},
    {POST,   "/api/v1/computations/ID/cancel",  api_cancel,          0,                         BODY_JSON, READER_API,     "api-cancel", NULL, true},
    {POST,   "/api/v1/computations/ID/retry",   api_retry,           0,                         BODY_JSON, READER_API,     "api-retry", NULL, true},
    {GET,    "/api",                            page_api,            0,                         BODY_NONE, READER_PERSON,  "api", NULL, false},
    {GET,    "/v1/pi",                          api_pi,              0,                         BODY_NONE, READER_PROGRAM, "api-pi", NULL, true},
    {GET,    "/healthz",                        page_health,         0,                         BODY_NONE, READER_PROGRAM, "health", NULL, false},
    {GET,    "/metrics",                        page_metrics,        0,                         BODY_NONE, READER_PROGRAM, "metrics", NULL, false},
    {0, NULL, NULL, 0, BODY_NONE, READER_PERSON, NULL, NULL, false},
};
/* clang-format on */

enum { ROUTES = sizeof routes / sizeof *routes - 1 };

size_t
router_count(void)
{
    return ROUTES;
}

size_t
router_number(const struct route *route)
{
    return route ? (size_t)(route - routes) : ROUTES;
}

static const struct {
    enum http_method method;
    const char *name;
} methods[] = {
    {HTTP_GET, "GET"},
    {HTTP_HEAD, "HEAD"},
    {HTTP_POST, "POST"},
    {HTTP_DELETE, "DELETE"},
};

/* Reads a number of a path at *TEXT, written as we print it, up to MOST, and
 * moves *TEXT behind it. */
static bool
take_number(const char **text, uint64_t most, uint64_t *number)
{
    const char *p = *text;
    uint64_t n = 0;
    if (*p < '1' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (n > (most - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *text = p;
    *number = n;
    return true;
}

/* True when PATH is of the form PATTERN; its numbers go into *ID and *N. */
static bool
path_matches(const char *pattern, const char *path, uint64_t *id, uint64_t *n)
{
    while (*pattern) {
        if (strncmp(pattern, "ID", 2) == 0) {
            if (!take_number(&path, INT64_MAX, id))
                return false;
            pattern += 2;
        } else if (*pattern == 'N') {
            if (!take_number(&path, POSITION_MAX, n))
                return false;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

const struct route *
router_find(struct request *r, int *status, unsigned *allowed)
{
    unsigned method = r->method == HTTP_HEAD ? (unsigned)HTTP_GET : (unsigned)r->method;
    *allowed = 0;
    for (const struct route *route = routes; route->path; route++) {
        uint64_t id = 0, n = 0;
        if (!r->path || !path_matches(route->path, r->path, &id, &n))
            continue;
        if (route->methods & method) {
            r->row_id = (int64_t)id;
            r->number = n;
            return route;
        }
        *allowed |= route->methods;
    }
    if (*allowed & HTTP_GET)
        *allowed |= HTTP_HEAD;
    *status = *allowed ? 405 : 404;
    return NULL;
}

/* True when PATH is of the form PATTERN but for its numbers, which may be anything
 * without a slash. */
static bool
path_resembles(const char *pattern, const char *path)
{
    while (*pattern) {
        bool id = strncmp(pattern, "ID", 2) == 0;
        if (id || *pattern == 'N') {
            pattern += id ? 2 : 1;
            size_t behind = strcspn(pattern, "/"), here = strcspn(path, "/");
            if (here < behind)
                return false;
            path += here - behind;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

/* The reader of what is at PATH; of several routes that resemble it the one with more
 * of a program counts: "/pi/x.txt" is no page of pi. */
static enum route_reader
reader_of(const char *path)
{
    enum route_reader reader = READER_PERSON;
    if (strncmp(path, "/api/", 5) == 0)
        return READER_API;
    for (const struct route *route = routes; route->path; route++)
        if (route->reader > reader && path_resembles(route->path, path))
            reader = route->reader;
    return reader;
}

bool
router_wants_problem(const struct request *r)
{
    enum route_reader reader = r->route  ? r->route->reader
                               : r->path ? reader_of(r->path)
                                         : READER_PERSON;
    return reader == READER_API || r->wants_json ||
           (reader == READER_PROGRAM && !r->wants_html);
}

/* "GET, HEAD, POST" of METHODS into TEXT. */
static void
print_methods(unsigned allowed, char text[static 40])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (allowed & methods[i].method)
            used += (size_t)snprintf(text + used, 40 - used, "%s%s", used ? ", " : "",
                                     methods[i].name);
}

void
router_locate(struct context *ctx, struct request *r, struct reply *reply)
{
    int status = 0;
    unsigned allowed = 0;
    r->route = router_find(r, &status, &allowed);
    if (r->route) {
        middleware_next(ctx, r, reply);
        return;
    }
    if (status == 405) {
        char text[40];
        print_methods(allowed, text);
        reply_header(reply, "Allow", "%s", text);
        if (cors_preflight(r, allowed, reply))
            return;
        reply_error(ctx, r, reply, 405, NULL, text_get(ctx->lang, TEXT_ERROR_METHOD));
        return;
    }
    reply_error(ctx, r, reply, 404, NULL, text_get(ctx->lang, TEXT_ERROR_NOWHERE));
}

void
router_dispatch(struct context *ctx, struct request *r, struct reply *reply)
{
    char detail[TEXT_SIZE];
    /* Now, since what a route answers a bad parameter with reads as much. */
    if (r->route->slow && ctx->make_way)
        ctx->make_way(ctx);
    const char *field = router_params(r, r->route, detail);
    if (field && r->route->methods == GET && r->route->refused && !r->wants_json) {
        r->wrong = field;
        r->why = detail;
        r->route->refused(ctx, r, reply);
        return;
    }
    if (field) {
        reply_error(ctx, r, reply, 400, field, detail);
        return;
    }
    r->route->handler(ctx, r, reply);
}
