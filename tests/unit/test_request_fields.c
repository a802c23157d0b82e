/*
 * Header fields that are read by hand: Prefer, Cookie, If-None-Match, If-Match, Range,
 * types.
 */
#include "config.h"

#include "cmocka_all.h"

#include "fcgi/request.h"

#include <stdio.h>

static void
reads_prefer(void **state)
{
    static const struct {
        const char *header;
        unsigned wait;
    } cases[] = {
        {NULL, 0},
        {"", 0},
        {"wait=25", 25},
        {"Wait = 25", 25},
        {"wait=\"7\"", 7},
        {"respond-async, wait=10", 10},
        {"wait=10, respond-async", 10},
        {"wait=10;x=1", 10},
        {"x=\"a, wait=3\"; y, wait=4", 4},
        {"x=\"\\\", wait=3\", wait=4", 4},
        {"wait=5, wait=50", 5},
        {"wait=61", 60},
        {"wait=99999999999999999999999", 60},
        {"wait", 0},
        {"wait=", 0},
        {"wait=x", 0},
        {"wait=-5", 0},
        {"wait=1.5", 0},
        {"await=5", 0},
        {"\"", 0},
        {",,;", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(request_prefer_wait(cases[i].header, 60), cases[i].wait);
}

static void
reads_cookies(void **state)
{
    char value[8];
    (void)state;
    assert_false(request_cookie(NULL, "a", value, sizeof value));
    assert_false(request_cookie("", "a", value, sizeof value));
    assert_true(request_cookie("a=1", "a", value, sizeof value));
    assert_string_equal(value, "1");
    assert_true(request_cookie("xa=0; a=12 ; b=3", "a", value, sizeof value));
    assert_string_equal(value, "12");
    assert_true(request_cookie("b=3;a=\"x\"", "a", value, sizeof value));
    assert_string_equal(value, "x");
    assert_true(request_cookie("a=", "a", value, sizeof value));
    assert_string_equal(value, "");
    assert_true(request_cookie("a=1234567", "a", value, sizeof value));
    assert_false(request_cookie("a=12345678", "a", value, sizeof value));
    assert_false(request_cookie("ab=1", "a", value, sizeof value));
    assert_false(request_cookie("a", "a", value, sizeof value));
}

static void
matches_etags(void **state)
{
    static const struct {
        const char *header;
        bool same;
    } cases[] = {
        {"\"5\"", true},
        {"W/\"5\"", true},
        {"\"4\", \"5\"", true},
        {"\"4\",W/\"5\"", true},
        {"*", true},
        {"\"55\"", false},
        {"\"4\"", false},
        {"5", false},
        {"\"5", false},
        {"", false},
        {"\"4\" \"5\"", true},
        {"\"x,\", \"5\"", true},
    };
    struct request r = {0};
    (void)state;
    assert_false(request_etag_matches(&r, "\"5\""));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[32];
        snprintf(header, sizeof header, "%s", cases[i].header);
        r.if_none_match = header;
        assert_int_equal(request_etag_matches(&r, "\"5\""), cases[i].same);
        assert_int_equal(request_etag_matches(&r, "W/\"5\""), cases[i].same);
    }
}

static void
reads_preconditions(void **state)
{
    static const struct {
        const char *header;
        bool fails;
    } cases[] = {
        {"\"5\"", false},  {"*", false},    {"\"4\", \"5\"", false},
        {"W/\"5\"", true}, {"\"4\"", true}, {"W/\"5\", \"5\"", false},
        {"5", true},       {"", true},      {"\"55\"", true},
    };
    struct request r = {0};
    (void)state;
    assert_false(request_precondition_fails(&r, "\"5\""));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[32];
        snprintf(header, sizeof header, "%s", cases[i].header);
        r.if_match = header;
        assert_int_equal(request_precondition_fails(&r, "\"5\""), cases[i].fails);
    }
}

static void
reads_ranges(void **state)
{
    static const struct {
        const char *header;
        uint64_t size;
        enum range_kind kind;
        uint64_t first, last;
    } cases[] = {
        {NULL, 100, RANGE_NONE, 0, 0},
        {"bytes=0-0", 100, RANGE_ONE, 0, 0},
        {"bytes=0-", 100, RANGE_ONE, 0, 99},
        {"Bytes=10-19", 100, RANGE_ONE, 10, 19},
        {"bytes=90-1000", 100, RANGE_ONE, 90, 99},
        {"bytes=90-99999999999999999999999", 100, RANGE_ONE, 90, 99},
        {"bytes=-1", 100, RANGE_ONE, 99, 99},
        {"bytes=-1000", 100, RANGE_ONE, 0, 99},
        {"bytes=100-", 100, RANGE_BAD, 0, 0},
        {"bytes=99999999999999999999999-", 100, RANGE_BAD, 0, 0},
        {"bytes=-0", 100, RANGE_BAD, 0, 0},
        {"bytes=0-", 0, RANGE_BAD, 0, 0},
        {"bytes=-1", 0, RANGE_BAD, 0, 0},
        {"bytes=5-1", 100, RANGE_NONE, 0, 0},
        {"bytes=0-1,3-4", 100, RANGE_NONE, 0, 0},
        {"bytes=", 100, RANGE_NONE, 0, 0},
        {"bytes=-", 100, RANGE_NONE, 0, 0},
        {"bytes=a-b", 100, RANGE_NONE, 0, 0},
        {"bytes=1-2x", 100, RANGE_NONE, 0, 0},
        {"lines=1-2", 100, RANGE_NONE, 0, 0},
        {"bytes", 100, RANGE_NONE, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t first = 0, last = 0;
        assert_int_equal(request_range(cases[i].header, cases[i].size, &first, &last),
                         cases[i].kind);
        assert_int_equal(first, cases[i].first);
        assert_int_equal(last, cases[i].last);
    }
}

static void
compares_types(void **state)
{
    (void)state;
    assert_true(request_is_type("application/json", "application/json"));
    assert_true(
        request_is_type(" Application/JSON ; charset=utf-8", "application/json"));
    assert_false(request_is_type("application/jsonx", "application/json"));
    assert_false(request_is_type("application/json2;", "application/json"));
    assert_false(request_is_type("application/jso", "application/json"));
    assert_false(request_is_type("", "application/json"));
    assert_false(request_is_type(NULL, "application/json"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_prefer),  cmocka_unit_test(reads_cookies),
        cmocka_unit_test(matches_etags), cmocka_unit_test(reads_preconditions),
        cmocka_unit_test(reads_ranges),  cmocka_unit_test(compares_types),
    };
    return cmocka_run_group_tests_name("request_fields", tests, NULL, NULL);
}
