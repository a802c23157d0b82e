/*
 * Reading requests: real records through the packaged libfcgi.
 */
#include "config.h"

#include "cmocka_all.h"
#include "request_fixture.h"

#include <fcgiapp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct conf conf = {.wait_max = 60, .body_limit = 1024};

static int
setup(void **state)
{
    (void)state;
    return FCGX_Init();
}

static int
read_get(struct request *r, const char *uri, const char *const *headers)
{
    return request_make(r, &conf, "GET", uri, headers, NULL);
}

static int
read_post(struct request *r, const char *type, const char *body, size_t length)
{
    struct bytes b = {0};
    const char *const headers[] = {"CONTENT_TYPE", type, NULL};
    put_request(&b, 1, true, "POST", "/computations", headers, body, length);
    return request_take(r, &b, &conf);
}

static int
read_form(struct request *r, const char *body)
{
    return read_post(r, "application/x-www-form-urlencoded; charset=utf-8", body,
                     strlen(body));
}

static void
reads_headers(void **state)
{
    struct request r;
    (void)state;
    assert_int_equal(
        read_get(&r, "/pi/100?from=5&x=a+b%26c",
                 HEADERS("HTTP_HOST", "pi.example", "HTTP_ACCEPT", "text/html", "HTTPS",
                         "on", "HTTP_PREFER", "wait=25", "HTTP_COOKIE", "a=b",
                         "HTTP_ORIGIN", "", "HTTP_HOS", "x", "HTTP_HOST", "second",
                         "HTTP_HOSTS", "y")),
        0);
    assert_int_equal(r.method, HTTP_GET);
    assert_string_equal(r.path, "/pi/100");
    assert_string_equal(r.query, "from=5&x=a+b%26c");
    assert_string_equal(r.host, "pi.example");
    assert_string_equal(r.cookie, "a=b");
    assert_null(r.origin);
    assert_null(r.if_none_match);
    assert_true(r.https);
    assert_false(r.wants_json);
    assert_int_equal(r.wait_s, 25);
    assert_string_equal(request_query(&r, "from"), "5");
    assert_string_equal(request_query(&r, "x"), "a b&c");
    assert_null(request_query(&r, "y"));
    assert_int_equal(strlen(r.id), REQUEST_ID_SIZE - 1);
    assert_int_equal(r.body_length, 0);
    request_clear(&r);
    request_clear(&r);
}

static void
knows_methods(void **state)
{
    static const struct {
        const char *name;
        enum http_method method;
    } cases[] = {
        {"GET", HTTP_GET},       {"HEAD", HTTP_HEAD},       {"POST", HTTP_POST},
        {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS}, {"get", HTTP_OTHER},
        {"PUT", HTTP_OTHER},     {"", HTTP_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        assert_int_equal(request_make(&r, &conf, cases[i].name, "/", NULL, NULL), 0);
        assert_int_equal(r.method, cases[i].method);
        request_clear(&r);
    }
}

static void
decodes_paths(void **state)
{
    static const struct {
        const char *uri, *path;
        int status;
    } cases[] = {
        {"/", "/", 0},           {"/a%2fb%20c", "/a/b c", 0},
        {"/a+b", "/a+b", 0},     {"/%CF%80", "/π", 0},
        {"/pi/%31", "/pi/1", 0}, {"/%00", "", 400},
        {"/a%0", "", 400},       {"/a%", "", 400},
        {"/%zz", "", 400},       {"/%ff", "", 400},
        {"/%c0%af", "", 400},    {"/%ed%a0%80", "", 400},
        {"pi", "pi", 400},       {"", "", 400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        assert_int_equal(read_get(&r, cases[i].uri, NULL), cases[i].status);
        assert_string_equal(r.path, cases[i].path);
        request_clear(&r);
    }
}

static void
refuses_bad_queries(void **state)
{
    static const char *const bad[] = {"/?a=%00", "/?a=1%002", "/?%00=1",
                                      "/?a=%f",  "/?a=%ff",   "/?a=%e2%82"};
    struct request r;
    char many[8 + 4 * (REQUEST_FIELDS_MAX + 1)] = "/?";
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_get(&r, bad[i], NULL), 400);
        request_clear(&r);
    }
    for (int i = 0; i < REQUEST_FIELDS_MAX; i++)
        strcat(many, i ? "&a=1" : "a=1");
    assert_int_equal(read_get(&r, many, NULL), 0);
    assert_int_equal(r.field_count, REQUEST_FIELDS_MAX);
    request_clear(&r);
    strcat(many, "&a=1");
    assert_int_equal(read_get(&r, many, NULL), 400);
    request_clear(&r);
}

static void
takes_odd_queries(void **state)
{
    struct request r;
    (void)state;
    assert_int_equal(read_get(&r, "/?a&b=&=c&&d==e&a=2?3", NULL), 0);
    assert_string_equal(request_query(&r, "a"), "");
    assert_string_equal(request_query(&r, "b"), "");
    assert_string_equal(request_query(&r, ""), "c");
    assert_string_equal(request_query(&r, "d"), "=e");
    assert_string_equal(r.fields[r.field_count - 1].value, "2?3");
    request_clear(&r);
}

static void
reads_forms(void **state)
{
    struct request r;
    (void)state;
    assert_int_equal(read_form(&r, "position=+1%30&radix=10&note=%CF%80"), 0);
    assert_int_equal(r.method, HTTP_POST);
    assert_string_equal(request_form(&r, "position"), " 10");
    assert_string_equal(request_form(&r, "radix"), "10");
    assert_string_equal(request_form(&r, "note"), "π");
    assert_null(request_form(&r, "algorithm"));
    assert_null(r.repeated);
    request_clear(&r);

    assert_int_equal(read_form(&r, "a=1&b=2&a=1"), 0);
    assert_string_equal(r.repeated, "a");
    request_clear(&r);

    assert_int_equal(read_form(&r, "position=5%00"), 400);
    request_clear(&r);
    assert_int_equal(
        read_post(&r, "application/x-www-form-urlencoded", "position=5\0&x=1", 15),
        400);
    request_clear(&r);
}

static void
keeps_other_bodies_as_they_are(void **state)
{
    struct request r;
    (void)state;
    assert_int_equal(read_post(&r, "application/json", "{\"a=%00\":1}", 11), 0);
    assert_int_equal(r.form_count, 0);
    assert_int_equal(r.body_length, 11);
    assert_string_equal(r.body, "{\"a=%00\":1}");
    request_clear(&r);
}

static void
limits_bodies(void **state)
{
    struct request r;
    char *body = calloc(1, 200000);
    (void)state;
    assert_non_null(body);
    memset(body, 'x', 200000);
    static const size_t allowed[] = {0, 1, 1023, 1024};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        assert_int_equal(read_post(&r, "text/plain", body, allowed[i]), 0);
        assert_int_equal(r.body_length, allowed[i]);
        assert_int_equal(strlen(r.body), allowed[i]);
        request_clear(&r);
    }
    static const size_t refused[] = {1025, 8192, 70000};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_int_equal(read_post(&r, "text/plain", body, refused[i]), 413);
        assert_true(r.body_too_large);
        assert_int_equal(r.body_length, 0);
        request_clear(&r);
    }
    free(body);
}

/* A request whose CONTENT_LENGTH says something else than its body. */
static int
read_announced(struct request *r, const char *announced, size_t length)
{
    char body[2000];
    struct bytes b = {0}, params = {0};
    memset(body, 'x', sizeof body);
    put_begin(&b, 1, true);
    put_param(&params, "REQUEST_METHOD", "POST");
    put_param(&params, "REQUEST_URI", "/");
    put_param(&params, "CONTENT_LENGTH", announced);
    put_stream(&b, FCGI_PARAMS, 1, params.data, params.length);
    put_stream(&b, FCGI_STDIN, 1, body, length);
    bytes_clear(&params);
    return request_take(r, &b, &conf);
}

static void
compares_lengths(void **state)
{
    static const struct {
        const char *announced;
        size_t length;
        int status;
    } cases[] = {
        {"5", 5, 0},      {"", 0, 0},
        {"5", 4, 400},    {"5", 6, 400},
        {"0", 1, 400},    {"-1", 5, 400},
        {"5x", 5, 400},   {"5", 0, 400},
        {"5", 1500, 413}, {"99999999999999999999999", 5, 400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        assert_int_equal(read_announced(&r, cases[i].announced, cases[i].length),
                         cases[i].status);
        request_clear(&r);
    }
}

static void
knows_who_wants_what(void **state)
{
    static const struct {
        const char *accept;
        bool json, html;
    } cases[] = {
        {"application/json", true, false},
        {"APPLICATION/JSON;q=0.9, */*", true, false},
        {"application/problem+json", true, false},
        {"text/html,application/json", false, true},
        {"application/json, text/html;q=0.1", false, true},
        {"application/xhtml+xml,Text/HTML", false, true},
        {"*/*", false, false},
        {"", false, false},
        {"text/plain", false, false},
        {"x/y; z=\", application/json, text/html\"", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        assert_int_equal(read_get(&r, "/", HEADERS("HTTP_ACCEPT", cases[i].accept)), 0);
        assert_int_equal(r.wants_json, cases[i].json);
        assert_int_equal(r.wants_html, cases[i].html);
        request_clear(&r);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_headers),
        cmocka_unit_test(knows_methods),
        cmocka_unit_test(decodes_paths),
        cmocka_unit_test(refuses_bad_queries),
        cmocka_unit_test(takes_odd_queries),
        cmocka_unit_test(reads_forms),
        cmocka_unit_test(keeps_other_bodies_as_they_are),
        cmocka_unit_test(limits_bodies),
        cmocka_unit_test(compares_lengths),
        cmocka_unit_test(knows_who_wants_what),
    };
    return cmocka_run_group_tests_name("request", tests, setup, NULL);
}
