/*
 * Which handler answers what, and what is refused before: the table of routes,
 * query parameters, and the chain of middleware. Handlers and error pages are
 * this file's own, so that only the way to them is tested.
 */
#include "config.h"

#include "request_fixture.h"

#include "cmocka_all.h"

#include "common/log.h"
#include "fcgi/handlers.h"
#include "fcgi/middleware.h"
#include "fcgi/token.h"

#include <fcgiapp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* What the last request came to. */
static struct {
    const char *handler;
    int status;
    char field[32];
    char detail[ROUTER_DETAIL_SIZE];
} seen;

#define HANDLER(name)                                                                  \
    void name(struct context *ctx, struct request *r, struct reply *reply)             \
    {                                                                                  \
        (void)ctx;                                                                     \
        (void)r;                                                                       \
        seen.handler = #name;                                                          \
        reply_text(reply, 200, "text/plain", #name);                                   \
    }
HANDLER(page_list)
HANDLER(page_computation)
HANDLER(page_delete_confirm)
HANDLER(page_pi)
HANDLER(page_text)
HANDLER(page_health)
HANDLER(post_add)
HANDLER(post_cancel)
HANDLER(post_retry)
HANDLER(post_delete)
HANDLER(updates_handler)
HANDLER(api_list)
HANDLER(api_add)
HANDLER(api_get)
HANDLER(api_delete)
HANDLER(api_cancel)
HANDLER(api_retry)
HANDLER(api_pi)

void
reply_error(struct context *ctx, const struct request *r, struct reply *reply,
            int status, const char *field, const char *detail)
{
    (void)ctx;
    (void)r;
    seen.status = status;
    snprintf(seen.field, sizeof seen.field, "%s", field ? field : "");
    snprintf(seen.detail, sizeof seen.detail, "%s", detail);
    reply_text(reply, status, "text/plain", detail);
}

static char no_url[] = "", front_url[] = "https://front.example";
static struct conf conf = {.wait_max = 60, .body_limit = 1024, .public_url = no_url};
static struct app app = {.conf = &conf};
static struct context ctx = {.app = &app};

static int
setup(void **state)
{
    (void)state;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    randombytes_buf(app.csrf_key, sizeof app.csrf_key);
    randombytes_buf(app.owner_key, sizeof app.owner_key);
    return FCGX_Init();
}

/* Sends a request through the chain; *R and *REPLY are the caller's to clear. */
static void
run(struct request *r, struct reply *reply, const char *method, const char *uri,
    const char *const *headers, const char *body)
{
    memset(&seen, 0, sizeof seen);
    int status = request_make(r, &conf, method, uri, headers, body);
    reply_init(reply);
    middleware_run(&ctx, r, status, reply);
}

/* The status of such a request; what else it came to is in `seen`. */
static int
ask(const char *method, const char *uri, const char *const *headers, const char *body)
{
    struct request r;
    struct reply reply;
    run(&r, &reply, method, uri, headers, body);
    int status = reply.status;
    assert_false(reply.headers_cut);
    reply_clear(&reply);
    request_clear(&r);
    return status;
}

static void
finds_handlers(void **state)
{
    static const struct {
        const char *uri, *handler;
        int64_t id;
        uint64_t number;
    } cases[] = {
        {"/", "page_list", 0, 0},
        {"/?status=done", "page_list", 0, 0},
        {"/computations/1", "page_computation", 1, 0},
        {"/computations/9223372036854775807", "page_computation", INT64_MAX, 0},
        {"/computations/12/delete", "page_delete_confirm", 12, 0},
        {"/pi/1", "page_pi", 0, 1},
        {"/pi/%31%30", "page_pi", 0, 10},
        {"/pi/10000000000000", "page_pi", 0, POSITION_MAX},
        {"/pi/100.txt", "page_text", 0, 100},
        {"/updates", "updates_handler", 0, 0},
        {"/api/v1/computations", "api_list", 0, 0},
        {"/api/v1/computations/7", "api_get", 7, 0},
        {"/v1/pi?start=-1", "api_pi", 0, 0},
        {"/healthz", "page_health", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        struct reply reply;
        run(&r, &reply, "GET", cases[i].uri, NULL, NULL);
        assert_int_equal(reply.status, 200);
        assert_string_equal(seen.handler, cases[i].handler);
        assert_int_equal(r.row_id, cases[i].id);
        assert_int_equal(r.number, cases[i].number);
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
finds_nothing_elsewhere(void **state)
{
    static const char *const uris[] = {
        "//",
        "/x",
        "/computations/",
        "/computations/0",
        "/computations/01",
        "/computations/-1",
        "/computations/+1",
        "/computations/1x",
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
    (void)state;
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        assert_int_equal(ask("GET", uris[i], NULL, NULL), 404);
        assert_null(seen.handler);
    }
}

static void
names_the_methods_allowed(void **state)
{
    static const struct {
        const char *method, *uri, *allow;
    } cases[] = {
        {"POST", "/", "Allow: GET, HEAD\r\n"},
        {"GET", "/computations", "Allow: POST\r\n"},
        {"HEAD", "/computations", "Allow: POST\r\n"},
        {"PUT", "/computations/1/delete", "Allow: GET, HEAD, POST\r\n"},
        {"PUT", "/api/v1/computations", "Allow: GET, HEAD, POST\r\n"},
        {"POST", "/api/v1/computations/1", "Allow: GET, HEAD, DELETE\r\n"},
        {"DELETE", "/pi/5.txt", "Allow: GET, HEAD\r\n"},
        {"OPTIONS", "/v1/pi", "Allow: GET, HEAD\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        struct reply reply;
        run(&r, &reply, cases[i].method, cases[i].uri, NULL, NULL);
        assert_int_equal(reply.status, 405);
        assert_non_null(strstr(reply.headers, cases[i].allow));
        assert_null(seen.handler);
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
reads_parameters(void **state)
{
    struct request r;
    struct reply reply;
    (void)state;
    run(&r, &reply, "GET",
        "/api/v1/computations?status=failed&radix=16&algorithm=bbp&position=+42+&"
        "limit=100&after=r12&since=7&from=x",
        NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(r.has, PARAM_STATUS | PARAM_RADIX | PARAM_ALGORITHM |
                                PARAM_POSITION | PARAM_LIMIT | PARAM_AFTER |
                                PARAM_SINCE);
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

    run(&r, &reply, "GET", "/pi/1000?from=0&radix=10", NULL, NULL);
    assert_int_equal(r.has, PARAM_FROM | PARAM_RADIX);
    assert_int_equal(r.from, 0);
    reply_clear(&reply);
    request_clear(&r);

    /* A form's "any", and what the route does not take. */
    run(&r, &reply, "GET", "/?status=&radix=&algorithm=&position=x&utm=1&utm=2", NULL,
        NULL);
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
        {"/pi/5?from=x", "from", NULL},
        {"/pi/5?from=10000000000001", "from", NULL},
        {"/pi/5?from=99999999999999999999999", "from", NULL},
        {"/pi/5.txt?radix=ten", "radix", NULL},
        {"/updates?since=x", "since", NULL},
        {"/updates?since=1.5", "since", NULL},
        {"/updates?since=%2B1", "since", NULL},
        {"/updates?since=%D9%A3", "since", NULL},
        {"/api/v1/computations?limit=0", "limit",
         "limit must be a whole number from 1 to 100."},
        {"/api/v1/computations?limit=101", "limit", NULL},
        {"/api/v1/computations?position=0", "position", NULL},
        {"/api/v1/computations?position=1e6", "position", NULL},
        {"/api/v1/computations?position=99999999999999", "position", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ask("GET", cases[i].uri, NULL, NULL), 400);
        assert_string_equal(seen.field, cases[i].field);
        if (cases[i].detail)
            assert_string_equal(seen.detail, cases[i].detail);
        assert_null(seen.handler);
    }
}

static void
answers_what_could_not_be_read(void **state)
{
    char body[2000];
    (void)state;
    assert_int_equal(ask("GET", "/%00", NULL, NULL), 400);
    assert_int_equal(ask("GET", "/?a=%ff", NULL, NULL), 400);
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    assert_int_equal(ask("POST", "/computations", NULL, body), 413);
    assert_string_equal(seen.detail, "The request's body is larger than 1024 bytes.");
}

static void
adds_headers_to_every_answer(void **state)
{
    static const char *const uris[] = {"/", "/x", "/?status=x", "/%00"};
    (void)state;
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct request r;
        struct reply reply;
        run(&r, &reply, "GET", uris[i], NULL, NULL);
        assert_non_null(strstr(reply.headers, "Content-Security-Policy: default-src "
                                              "'self'"));
        assert_non_null(strstr(reply.headers, "X-Content-Type-Options: nosniff\r\n"));
        assert_non_null(strstr(reply.headers, "Referrer-Policy: "));
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
answers_head_like_get(void **state)
{
    struct request r;
    struct reply reply;
    (void)state;
    run(&r, &reply, "HEAD", "/updates", HEADERS("HTTP_PREFER", "wait=5"), NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(seen.handler, "updates_handler");
    assert_int_equal(r.wait_s, 0);
    assert_true(reply.head_only);
    assert_int_equal(reply_body_size(&reply), 0);
    reply_clear(&reply);
    request_clear(&r);
}

/* ---- proof of origin ---- */

static const char form_type[] = "application/x-www-form-urlencoded";

static void
wants_the_right_type(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/computations", HEADERS("CONTENT_TYPE", "text/plain"),
                         "position=5"),
                     415);
    assert_int_equal(ask("POST", "/computations",
                         HEADERS("CONTENT_TYPE", "multipart/form-data; boundary=x"),
                         "x"),
                     415);
    assert_int_equal(ask("POST", "/computations", NULL, "position=5"), 415);
    assert_int_equal(
        ask("POST", "/api/v1/computations", HEADERS("CONTENT_TYPE", form_type), "x=1"),
        415);
    assert_int_equal(ask("POST", "/api/v1/computations", NULL, "{}"), 415);
    assert_int_equal(ask("POST", "/api/v1/computations",
                         HEADERS("CONTENT_TYPE", "application/json"), "{}"),
                     200);
    /* These need no body. */
    assert_int_equal(ask("POST", "/api/v1/computations/1/cancel", NULL, NULL), 200);
    assert_int_equal(ask("DELETE", "/api/v1/computations/1", NULL, NULL), 200);
    assert_int_equal(ask("POST", "/api/v1/computations/1/cancel",
                         HEADERS("CONTENT_TYPE", "text/plain"), NULL),
                     415);
}

static void
wants_a_token_in_forms(void **state)
{
    static const char *const uris[] = {"/computations", "/computations/1/cancel",
                                       "/computations/1/retry",
                                       "/computations/1/delete"};
    char token[TOKEN_SIZE], body[TOKEN_SIZE + 32];
    (void)state;
    token_csrf(&app, token);
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        const char *const *headers = HEADERS("CONTENT_TYPE", form_type);
        assert_int_equal(ask("POST", uris[i], headers, "position=5"), 403);
        assert_string_equal(seen.field, "csrf");
        assert_int_equal(ask("POST", uris[i], headers, "csrf="), 403);
        snprintf(body, sizeof body, "position=5&csrf=%s", token);
        assert_int_equal(ask("POST", uris[i], headers, body), 200);
        assert_non_null(seen.handler);
        body[strlen(body) - 3] ^= 1;
        assert_int_equal(ask("POST", uris[i], headers, body), 403);
    }
}

static void
refuses_other_sites(void **state)
{
    static const struct {
        const char *host, *https, *origin, *site;
        int status;
    } cases[] = {
        {"pi.example", "", "", "", 200},
        {"pi.example", "", "http://pi.example", "", 200},
        {"pi.example", "", "HTTP://PI.example", "", 200},
        {"pi.example", "on", "https://pi.example", "", 200},
        {"pi.example:8080", "", "http://pi.example:8080", "", 200},
        {"inner:8080", "", "https://front.example", "", 200}, /* public-url */
        {"pi.example", "on", "http://pi.example", "", 403},
        {"pi.example", "", "https://pi.example", "", 403},
        {"pi.example:8080", "", "http://pi.example", "", 403},
        {"pi.example", "", "http://pi.example.evil", "", 403},
        {"pi.example", "", "http://evil", "", 403},
        {"pi.example", "", "null", "", 403},
        {"", "", "http://", "", 403},
        {"pi.example", "", "", "same-origin", 200},
        {"pi.example", "", "", "none", 200},
        {"pi.example", "", "", "same-site", 403},
        {"pi.example", "", "", "cross-site", 403},
        {"pi.example", "", "http://pi.example", "cross-site", 403},
        {"pi.example", "", "http://evil", "same-origin", 403},
    };
    char token[TOKEN_SIZE], form[TOKEN_SIZE + 8];
    (void)state;
    token_csrf(&app, token);
    snprintf(form, sizeof form, "csrf=%s", token);
    conf.public_url = front_url;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *headers[] = {"HTTP_HOST",
                                 cases[i].host,
                                 "HTTPS",
                                 cases[i].https,
                                 "HTTP_ORIGIN",
                                 cases[i].origin,
                                 "HTTP_SEC_FETCH_SITE",
                                 cases[i].site,
                                 "CONTENT_TYPE",
                                 form_type,
                                 NULL};
        assert_int_equal(ask("POST", "/computations", headers, form), cases[i].status);
        headers[9] = "application/json";
        assert_int_equal(ask("POST", "/api/v1/computations", headers, "{}"),
                         cases[i].status);
        headers[8] = NULL;
        assert_int_equal(ask("DELETE", "/api/v1/computations/1", headers, NULL),
                         cases[i].status);
        /* Reading is for everybody. */
        assert_int_equal(ask("GET", "/", headers, NULL), 200);
    }
    conf.public_url = no_url;
}

/* ---- who asks ---- */

static void
expect_owner(const char *name, const char *value, const char *owner)
{
    struct request r;
    struct reply reply;
    run(&r, &reply, "GET", "/", HEADERS(name, value), NULL);
    assert_string_equal(r.owner, owner);
    assert_false(r.admin);
    reply_clear(&reply);
    request_clear(&r);
}

static void
knows_owners(void **state)
{
    char token[TOKEN_SIZE], owner[OWNER_SIZE], text[TOKEN_SIZE + 64];
    (void)state;
    token_owner_new(&app, token);
    assert_true(token_owner_hash(&app, token, owner));
    snprintf(text, sizeof text, "a=b; nthpi_owner=%s; c=d", token);
    expect_owner("HTTP_COOKIE", text, owner);
    snprintf(text, sizeof text, "nthpi_owner=%sx", token);
    expect_owner("HTTP_COOKIE", text, "");
    expect_owner("HTTP_COOKIE", "nthpi_owner=", "");
    snprintf(text, sizeof text, "bearer  %s", token);
    expect_owner("HTTP_AUTHORIZATION", text, owner);
    snprintf(text, sizeof text, "Basic %s", token);
    expect_owner("HTTP_AUTHORIZATION", text, "");
    expect_owner("HTTP_AUTHORIZATION", "Bearer ", "");
    expect_owner("REMOTE_USER", "root", "");
}

static void
knows_administrators_only_when_told_to(void **state)
{
    struct request r;
    struct reply reply;
    (void)state;
    conf.admin = true;
    run(&r, &reply, "GET", "/", HEADERS("REMOTE_USER", "ann"), NULL);
    assert_true(r.admin);
    reply_clear(&reply);
    request_clear(&r);
    run(&r, &reply, "GET", "/", HEADERS("REMOTE_USER", ""), NULL);
    assert_false(r.admin);
    reply_clear(&reply);
    request_clear(&r);
    conf.admin = false;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_handlers),
        cmocka_unit_test(finds_nothing_elsewhere),
        cmocka_unit_test(names_the_methods_allowed),
        cmocka_unit_test(reads_parameters),
        cmocka_unit_test(refuses_bad_parameters),
        cmocka_unit_test(answers_what_could_not_be_read),
        cmocka_unit_test(adds_headers_to_every_answer),
        cmocka_unit_test(answers_head_like_get),
        cmocka_unit_test(wants_the_right_type),
        cmocka_unit_test(wants_a_token_in_forms),
        cmocka_unit_test(refuses_other_sites),
        cmocka_unit_test(knows_owners),
        cmocka_unit_test(knows_administrators_only_when_told_to),
    };
    return cmocka_run_group_tests_name("router", tests, setup, NULL);
}
