/*
 * Which handler answers what, and what is refused before: the table of routes.
 */
#include "config.h"

#include "router_fixture.h"

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
        TEST(makes_way_for_what_is_slow),
    };
    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
