/*
 * Which handler answers what, and what is refused before: the table of routes
 * and query parameters.
 */
#include "config.h"

#include "router_fixture.h"

#include <stdio.h>
#include <string.h>

static void
finds_handlers(void **state)
{
    struct chain *c = *state;
    static const struct {
        const char *uri, *handler;
        int64_t id;
        uint64_t number;
    } cases[] = {
        {"/", "page_list", 0, 0},
        {"/?status=done", "page_list", 0, 0},
        {"/computations/1", "page_computation", 1, 0},
        {"/computations/9223372036854775807", "page_computation", INT64_MAX, 0},
        {"/computations/12.txt", "page_report", 12, 0},
        {"/computations/12/compare", "page_compare", 12, 0},
        {"/computations/12/delete", "page_delete_confirm", 12, 0},
        {"/computations/bulk", "page_bulk_confirm", 0, 0},
        {"/pi/1", "page_pi", 0, 1},
        {"/pi/%31%30", "page_pi", 0, 10},
        {"/pi/10000000000000", "page_pi", 0, POSITION_MAX},
        {"/pi/100.txt", "page_text", 0, 100},
        {"/search", "page_search", 0, 0},
        {"/updates", "updates_handler", 0, 0},
        {"/api/v1/computations", "api_list", 0, 0},
        {"/api/v1/computations/7", "api_get", 7, 0},
        {"/v1/pi?start=-1", "api_pi", 0, 0},
        {"/healthz", "page_health", 0, 0},
        {"/pictures", "page_pictures", 0, 0},
        {"/pictures/walk.svg", "page_picture", 0, 0},
        {"/api", "page_api", 0, 0},
        {"/metrics", "page_metrics", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, "GET", cases[i].uri, NULL, NULL);
        assert_int_equal(reply.status, 200);
        assert_string_equal(c->seen.handler, cases[i].handler);
        assert_int_equal(r.row_id, cases[i].id);
        assert_int_equal(r.number, cases[i].number);
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
finds_nothing_elsewhere(void **state)
{
    struct chain *c = *state;
    static const char *const uris[] = {
        "//",
        "/x",
        "/computations/",
        "/computations/0",
        "/computations/01",
        "/computations/-1",
        "/computations/+1",
        "/computations/1x",
        "/computations/.txt",
        "/computations/0.txt",
        "/computations/1.TXT",
        "/computations/1/",
        "/computations/1/x",
        "/computations/ 1",
        "/computations/%D9%A3",
        "/computations/9223372036854775808",
        "/computations/99999999999999999999999999",
        "/pi",
        "/pi/",
        "/pi/0",
        "/pi/0.txt",
        "/pi/1.5",
        "/pi/1e6",
        "/pi/.txt",
        "/pi/5.TXT",
        "/pi/10000000000001",
        "/pi/99999999999999999999",
        "/api/v1/computations/",
        "/api/v1/computations/0",
        "/api/v2/computations",
        "/healthz/",
        "/updates/",
        "/ID",
        "/pi/N",
        "/computations/ID",
    };
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        assert_int_equal(chain_ask(c, "GET", uris[i], NULL, NULL), 404);
        assert_null(c->seen.handler);
    }
}

static void
names_the_methods_allowed(void **state)
{
    struct chain *c = *state;
    static const struct {
        const char *method, *uri, *allow;
    } cases[] = {
        {"POST", "/", "Allow: GET, HEAD\r\n"},
        {"GET", "/computations/1/cancel", "Allow: POST\r\n"},
        {"HEAD", "/computations/1/cancel", "Allow: POST\r\n"},
        {"DELETE", "/computations", "Allow: GET, HEAD, POST\r\n"},
        {"DELETE", "/computations/bulk", "Allow: GET, HEAD, POST\r\n"},
        {"PUT", "/computations/1/delete", "Allow: GET, HEAD, POST\r\n"},
        {"PUT", "/api/v1/computations", "Allow: GET, HEAD, POST\r\n"},
        {"POST", "/api/v1/computations/1", "Allow: GET, HEAD, DELETE\r\n"},
        {"DELETE", "/pi/5.txt", "Allow: GET, HEAD\r\n"},
        {"OPTIONS", "/", "Allow: GET, HEAD\r\n"},
        {"OPTIONS", "/computations/1/cancel", "Allow: POST\r\n"},
        {"OPTIONS", "/api/v1/computations/1/retry", "Allow: POST\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, cases[i].method, cases[i].uri, NULL, NULL);
        assert_int_equal(reply.status, 405);
        assert_non_null(strstr(reply.headers, cases[i].allow));
        assert_null(c->seen.handler);
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
lets_pages_of_other_sites_read(void **state)
{
    struct chain *c = *state;
    static const struct {
        const char *method, *uri;
        int status;
        bool open;
    } cases[] = {
        {"GET", "/api/v1/computations", 200, true},
        {"HEAD", "/api/v1/computations/7", 200, true},
        {"GET", "/v1/pi?start=1", 200, true},
        {"GET", "/api/v1/computations?radix=7", 400, true},
        {"GET", "/api/v1/nothing", 404, true},
        {"POST", "/api/v1/computations", 200, false},
        {"DELETE", "/api/v1/computations/7", 200, false},
        {"OPTIONS", "/api/v1/computations/7/cancel", 405, false},
        {"GET", "/pi/1000.txt", 200, true},
        {"HEAD", "/pi/1000.txt?radix=16", 200, true},
        {"GET", "/pi/1000.txt?radix=7", 400, true},
        {"GET", "/computations/7.txt", 200, true},
        {"GET", "/computations/7", 200, false},
        {"GET", "/healthz", 200, true},
        {"GET", "/pi/1000", 200, false},
        {"GET", "/search?q=1", 200, false}, /* the page */
        {"GET", "/metrics", 200, false},
        {"GET", "/", 200, false},
        {"OPTIONS", "/", 405, false},
        {"OPTIONS", "/pi/1000", 405, false},
        {"GET", "/updates?since=1", 200, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, cases[i].method, cases[i].uri, NULL, NULL);
        assert_int_equal(reply.status, cases[i].status);
        assert_int_equal(strstr(reply.headers, "Access-Control-Allow-Origin: *\r\n") !=
                             NULL,
                         cases[i].open);
        assert_null(strstr(reply.headers, "Access-Control-Allow-Credentials"));
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
answers_preflights_of_what_may_be_read(void **state)
{
    static const char *const uris[] = {"/v1/pi",
                                       "/api/v1/computations",
                                       "/api/v1/computations/7",
                                       "/pi/1000.txt",
                                       "/search",
                                       "/healthz"};
    struct chain *c = *state;
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, "OPTIONS", uris[i], NULL, NULL);
        assert_int_equal(reply.status, 204);
        assert_non_null(
            strstr(reply.headers, "Access-Control-Allow-Methods: GET, HEAD\r\n"));
        assert_non_null(
            strstr(reply.headers,
                   "Access-Control-Allow-Headers: If-None-Match, Prefer, Range\r\n"));
        assert_non_null(strstr(reply.headers, "Allow: GET, HEAD"));
        assert_null(c->seen.handler);
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
reads_parameters(void **state)
{
    struct chain *c = *state;
    struct request r;
    struct reply reply;
    chain_run(c, &r, &reply, "GET",
              "/api/v1/computations?status=failed&radix=16&algorithm=bbp&position=+42+&"
              "limit=100&after=r12&since=7&from=x",
              NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(r.has, PARAM_STATUS | PARAM_RADIX | PARAM_ALGORITHM | PARAM_EXACT |
                                PARAM_LIMIT | PARAM_AFTER | PARAM_SINCE);
    assert_int_equal(r.filter.status, STATUS_FAILED);
    assert_int_equal(r.filter.radix, 16);
    assert_int_equal(r.filter.algorithm, ALGORITHM_BBP);
    assert_int_equal(r.filter.position, 42);
    assert_int_equal(r.limit, 100);
    assert_true(r.after.running);
    assert_int_equal(r.after.id, 12);
    assert_int_equal(r.since, 7);
    reply_clear(&reply);
    request_clear(&r);

    /* What another route takes says nothing of this one. */
    chain_run(c, &r, &reply, "GET", "/api/v1/computations?ids=x&position=7", NULL,
              NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(r.has, PARAM_EXACT);
    assert_int_equal(r.filter.position, 7);
    reply_clear(&reply);
    request_clear(&r);

    chain_run(c, &r, &reply, "GET", "/pi/1000?from=0&radix=10", NULL, NULL);
    assert_int_equal(r.has, PARAM_FROM | PARAM_RADIX);
    assert_int_equal(r.from, 0);
    reply_clear(&reply);
    request_clear(&r);

    chain_run(c, &r, &reply, "GET", "/pi/1000?per=10000&columns=20&mark=9-11", NULL,
              NULL);
    assert_int_equal(r.has, PARAM_PER | PARAM_COLUMNS | PARAM_MARK);
    assert_int_equal(r.mark_first, 9);
    assert_int_equal(r.mark_last, 11);
    assert_int_equal(r.per, 10000);
    assert_int_equal(r.columns, 20);
    reply_clear(&reply);
    request_clear(&r);

    chain_run(c, &r, &reply, "GET", "/pictures/walk.svg?n=1000&radix=16&v=x", NULL,
              NULL);
    assert_int_equal(r.has, PARAM_DIGITS | PARAM_RADIX);
    assert_int_equal(r.digits, 1000);
    reply_clear(&reply);
    request_clear(&r);

    /* A form's "any", and what the route does not take. */
    chain_run(c, &r, &reply, "GET",
              "/?status=&radix=&algorithm=&position=&from=x&utm=1&utm=2", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(r.has, 0);
    assert_int_equal(r.filter.status, -1);
    assert_int_equal(r.filter.algorithm, -1);
    reply_clear(&reply);
    request_clear(&r);
}

static void
refuses_bad_parameters(void **state)
{
    struct chain *c = *state;
    static const struct {
        const char *uri, *field, *detail;
    } cases[] = {
        {"/?status=x", "status",
         "status must be one of queued, running, done, failed, cancelled."},
        {"/?status=Done", "status", NULL},
        {"/?radix=7", "radix", "radix must be 10 or 16."},
        {"/?radix=010", "radix", NULL},
        {"/?algorithm=agm", "algorithm",
         "algorithm must be one of auto, spigot, chudnovsky, bbp."},
        {"/?after=x", "after", NULL},
        {"/?after=r", "after", NULL},
        {"/?highlight=0", "highlight", NULL},
        {"/?highlight=-1", "highlight", NULL},
        {"/?highlight=9223372036854775808", "highlight", NULL},
        {"/?status=done&status=done", "status", "status is given more than once."},
        {"/?status=&status=done", "status", "status is given more than once."},
        {"/?position=x", "position", NULL},
        {"/?sort=age", "sort", "sort must be one of newest, position, time."},
        {"/?after=p5.1", "after", NULL},
        {"/?sort=position&after=5", "after", NULL},
        {"/?after=t5.1&sort=position", "after", NULL},
        {"/pi/5?from=x", "from", NULL},
        {"/pi/5?from=10000000000001", "from", NULL},
        {"/pi/5?from=99999999999999999999999", "from", NULL},
        {"/pi/5?per=100", "per", "per must be 1000 or 10000."},
        {"/pi/5?per=100000", "per", NULL},
        {"/pi/5?per=1e3", "per", NULL},
        {"/pi/5?columns=3", "columns", "columns must be 5, 10 or 20."},
        {"/pi/5?columns=fit", "columns", NULL},
        {"/pi/5?mark=0", "mark", NULL},
        {"/pi/5?mark=x", "mark", NULL},
        {"/pi/5?mark=3-", "mark", NULL},
        {"/pi/5?mark=-3", "mark", NULL},
        {"/pi/5?mark=3-2", "mark", NULL},
        {"/pi/5?mark=1-2-3", "mark", NULL},
        {"/pi/500?mark=1-121", "mark",
         "mark must be a position, or the first and the last of at most 120 with a "
         "dash "
         "between them."},
        {"/pi/5?mark=10000000000001", "mark", NULL},
        {"/pi/5?mark=9999999999999-10000000000001", "mark", NULL},
        {"/pi/5?mark=00000000000000000000000000001", "mark", NULL},
        {"/pi/5?mark=1&mark=1", "mark", "mark is given more than once."},
        {"/pi/5?columns=5&columns=5", "columns", "columns is given more than once."},
        {"/pi/5.txt?radix=ten", "radix", NULL},
        {"/updates?since=x", "since", NULL},
        {"/updates?since=1.5", "since", NULL},
        {"/updates?since=%2B1", "since", NULL},
        {"/updates?since=%D9%A3", "since", NULL},
        {"/pictures?n=1000&n=1000", "n", "n is given more than once."},
        {"/pictures?n=10", "n", "n must be a power of ten from 100 to 10000000000000."},
        {"/pictures/walk.svg?n=1001", "n", NULL},
        {"/pictures/walk.svg?n=5000", "n", NULL},
        {"/pictures/walk.svg?n=100000000000000", "n", NULL},
        {"/api/v1/computations?limit=0", "limit",
         "limit must be a whole number from 1 to 100."},
        {"/api/v1/computations?limit=101", "limit", NULL},
        {"/api/v1/computations?position=0", "position", NULL},
        {"/api/v1/computations?position=1e6", "position", NULL},
        {"/api/v1/computations?position=1,000", "position", NULL},
        {"/computations/bulk?ids=x", "ids",
         "ids must be the numbers of 1 to 100 computations, each once, with dots "
         "between them."},
        {"/computations/bulk?ids=5.5", "ids", NULL},
        {"/computations/bulk?ids=5&ids=6", "ids", "ids is given more than once."},
        {"/search?order=xyz", "order", "order must be one of dmy, mdy, ymd."},
        {"/api/v1/computations?position=99999999999999", "position", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(chain_ask(c, "GET", cases[i].uri, NULL, NULL), 400);
        assert_string_equal(c->seen.field, cases[i].field);
        if (cases[i].detail)
            assert_string_equal(c->seen.detail, cases[i].detail);
        assert_null(c->seen.handler);
    }
}

/* A handler that answers what is refused shows the rest. */
static void
what_is_refused_leaves_nothing(void **state)
{
    static const char *const uris[] = {
        "/pi/500?from=x&mark=5-2",     "/pi/500?mark=5-",
        "/pi/500?mark=1-121",          "/pictures?n=5000",
        "/pi/500?from=99999999999999", "/?position=99999999999999",
    };
    struct chain *c = *state;
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, "GET", uris[i], NULL, NULL);
        assert_int_equal(reply.status, 400);
        assert_int_equal(r.has, 0);
        assert_int_equal(r.mark_first, 0);
        assert_int_equal(r.mark_last, 0);
        assert_int_equal(r.digits, 0);
        assert_int_equal(r.from, 0);
        assert_int_equal(r.filter.position, 0);
        reply_clear(&reply);
        request_clear(&r);
    }
}

/* Of the names there are, how many a route takes whose only parameter is BIT. */
static size_t
count_names(unsigned bit)
{
    static const char *const names[] = {
        "status", "radix", "algorithm", "position", "sort",    "after",  "told", "ids",
        "limit",  "since", "highlight", "from",     "per",     "mark",   "q",    "day",
        "month",  "year",  "order",     "n",        "columns", "absent",
    };
    const struct route route = {.params = bit};
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static struct request r;
        char name[16], value[] = "", detail[TEXT_SIZE];
        snprintf(name, sizeof name, "%s", names[i]);
        memset(&r, 0, sizeof r);
        /* Twice is too often for all that are taken. */
        for (r.field_count = 0; r.field_count < 2; r.field_count++)
            r.fields[r.field_count] = (struct field){.name = name, .value = value};
        count += router_params(&r, &route, detail) != NULL;
    }
    return count;
}

static void
each_parameter_has_a_bit_of_its_own(void **state)
{
    unsigned taken = 0;
    (void)state;
    for (const struct route *route = routes; route->path; route++)
        taken |= route->params;
    for (unsigned shift = 0; shift < 32; shift++) {
        unsigned bit = 1U << shift;
        if (count_names(bit) != ((taken & bit) != 0))
            fail_msg("parameter 1 << %u", shift);
    }
}

/* How often way was made, while a test asks. */
static int ways;

static void
make_way(struct context *ctx)
{
    (void)ctx;
    ways++;
}

static void
makes_way_for_what_is_slow(void **state)
{
    static const struct {
        const char *method, *uri;
        int ways;
    } cases[] = {
        {"GET", "/", 0},
        {"GET", "/updates?since=1", 0},
        {"GET", "/healthz", 0},
        {"GET", "/pi/1000", 1},
        {"GET", "/pi/1000.txt", 1},
        {"HEAD", "/pi/1000.txt", 1},
        {"DELETE", "/api/v1/computations/7", 1},
        /* Refused with a page that shows digits. */
        {"GET", "/pi/1000?from=x", 1},
        {"GET", "/?position=x", 0},
        /* Refused before anything is read or written. */
        {"POST", "/computations", 0},
        {"GET", "/nowhere", 0},
    };
    struct chain *c = *state;
    c->ctx.make_way = make_way;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ways = 0;
        chain_ask(c, cases[i].method, cases[i].uri, NULL, NULL);
        assert_int_equal(ways, cases[i].ways);
    }
    /* Whatever commits is slow. */
    for (const struct route *route = routes; route->path; route++)
        assert_true(route->slow || route->methods == HTTP_GET);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, chain_setup, chain_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_handlers),
        TEST(finds_nothing_elsewhere),
        TEST(names_the_methods_allowed),
        TEST(lets_pages_of_other_sites_read),
        TEST(answers_preflights_of_what_may_be_read),
        TEST(reads_parameters),
        TEST(refuses_bad_parameters),
        TEST(what_is_refused_leaves_nothing),
        TEST(each_parameter_has_a_bit_of_its_own),
        TEST(makes_way_for_what_is_slow),
    };
    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
