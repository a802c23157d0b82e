/*
 * Pages of pi, and the pi.delivery interface. The digits published here are those of
 * site_digit(), so that each shows its position.
 */
#include "site_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The digits in pre#digits of the last answer: text without tags and spaces. */
static void
digits_of(struct site *site, char *out, size_t size)
{
    const char *at = strstr(site_body(site), "<pre id=\"digits\"");
    size_t used = 0;
    bool tag = false;
    assert_non_null(at);
    const char *end = strstr(at, "</pre>");
    for (; at < end; at++) {
        if (*at == '<')
            tag = true;
        else if (*at == '>')
            tag = false;
        else if (!tag && *at != ' ' && *at != '\n' && used + 1 < size)
            out[used++] = *at;
    }
    out[used] = '\0';
}

/* COUNT digits from FROM on into OUT, terminated. */
static char *
expected(uint64_t from, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = site_digit(from + i);
    out[count] = '\0';
    return out;
}

static void
assert_screen(struct site *site, uint64_t from, size_t count)
{
    char found[2048], wanted[2048];
    digits_of(site, found, sizeof found);
    const char *shown = found;
    if (from == 1) {
        assert_memory_equal(found, "3.", 2);
        shown += 2;
    }
    assert_string_equal(shown, expected(from, count, wanted));
}

static void
publish(struct site *site, uint64_t length)
{
    site_publish(site, 10, length, put(site->store, length, NULL));
}

static void
a_short_one_is_one_screen(void **state)
{
    struct site *site = *state;
    publish(site, 25);
    site_get(site, "/pi/25");
    assert_status(site, 200);
    assert_screen(site, 1, 25);
    assert_has_not(site, "rel=\"next\"");
    assert_has_not(site, "rel=\"prev\"");
    assert_has(site, "href=\"/pi/25.txt\"");
    assert_has(site, "π to 25 digits");
    site_get(site, "/pi/1");
    assert_screen(site, 1, 1);
    assert_has(site, "π to 1 digit<");
}

static void
screens_follow_each_other(void **state)
{
    struct site *site = *state;
    publish(site, 3500);
    site_get(site, "/pi/3500");
    assert_screen(site, 1, 1000);
    assert_has(site, "href=\"/pi/3500?from=1001\" rel=\"next\"");
    assert_has(site, "href=\"/pi/3500?from=3001\" rel=\"last\"");
    assert_has_not(site, "rel=\"first\"");
    assert_has_not(site, "<mark");
    assert_has(site, "href=\"/pi/3500?from=3001#n\"");
    site_get(site, "/pi/3500?from=1001");
    assert_screen(site, 1001, 1000);
    assert_has(site, "href=\"/pi/3500?from=1\" rel=\"prev\"");
    site_get(site, "/pi/3500?from=3001");
    assert_screen(site, 3001, 500);
    assert_has_not(site, "rel=\"next\"");
    site_get(site, "/pi/3500?from=777");
    assert_screen(site, 777, 1000);
    site_get(site, "/pi/3500?from=3500");
    assert_screen(site, 3500, 1);
    site_get(site, "/pi/3500?from=0");
    assert_screen(site, 1, 1000);
}

static void
the_nth_digit_is_marked(void **state)
{
    struct site *site = *state;
    char mark[64];
    publish(site, 2000);
    for (uint64_t n = 990; n <= 1010; n++) {
        char target[64];
        snprintf(target, sizeof target, "/pi/%d?from=%d", (int)n, n > 1000 ? 1001 : 1);
        site_get(site, target);
        snprintf(mark, sizeof mark, "<mark id=\"n\">%c</mark>", site_digit(n));
        assert_has(site, mark);
        snprintf(mark, sizeof mark, "<strong class=\"large\">%c</strong>",
                 site_digit(n));
        assert_has(site, mark);
        assert_screen(site, n > 1000 ? 1001 : 1, n > 1000 ? n - 1000 : n);
    }
}

static void
beyond_the_end_is_416(void **state)
{
    struct site *site = *state;
    publish(site, 100);
    site_get(site, "/pi/50?from=51");
    assert_status(site, 416);
    site_get(site, "/pi/50?from=x");
    assert_status(site, 400);
    site_get(site, "/pi/50?radix=8");
    assert_status(site, 400);
    site_get(site, "/pi/0");
    assert_status(site, 404);
    site_get(site, "/pi/99999999999999999999");
    assert_status(site, 404);
}

static void
unknown_digits_offer_the_form(void **state)
{
    struct site *site = *state;
    publish(site, 100);
    site_get(site, "/pi/101?radix=10");
    assert_status(site, 404);
    assert_has(site, "name=\"position\" value=\"101\"");
    assert_has(site, "<option value=\"10\" selected>");
    site_get(site, "/pi/100?radix=16");
    assert_status(site, 404);
    assert_has(site, "<option value=\"16\" selected>");
    assert_has(site, "Shall they be computed?");
    site_get(site, "/pi/100");
    assert_status(site, 200);
    /* It is not asked what the answer could not be yes to. */
    site->conf.limits.chudnovsky = 1000;
    site_get(site, "/pi/1000");
    assert_has(site, "Shall they be computed?");
    site_get(site, "/pi/1001");
    assert_status(site, 404);
    assert_has_not(site, "Shall they be computed?");
    assert_has(site, "this site does not compute so many.");
    assert_has(site, "The largest position for auto in radix 10 is 1,000.");
    site_get(site, "/pi/1001?radix=16");
    assert_has(site, "Shall they be computed?");
}

static void
a_failed_attempt_is_told(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 500, NULL);
    take(site->store, id, TOKEN);
    assert_int_equal(store_failed(site->store->s, id, TOKEN, "<memory>"), STORE_OK);
    site_get(site, "/pi/500");
    assert_status(site, 404);
    assert_has(site, "&lt;memory&gt;");
    assert_has(site, "<form id=\"new\"");
}

static void
what_is_known_is_shown_while_the_rest_comes(void **state)
{
    struct site *site = *state;
    publish(site, 100);
    int64_t id = put_as(site->store, 10, 4000, ALGORITHM_SPIGOT, NULL);
    site_get(site, "/pi/4000");
    assert_status(site, 200);
    assert_screen(site, 1, 100);
    assert_has(site, "data-live=\"/pi/4000?from=1\"");
    assert_has_not(site, "/pi/4000.txt");
    site_get(site, "/pi/3999");
    assert_status(site, 200);

    take(site->store, id, TOKEN);
    site_write_aside(site, 10, 2500, id);
    site_get(site, "/pi/4000");
    assert_screen(site, 1, 1000);
    assert_has(site, "<progress");
    assert_has(site, "2,500");
    site_get(site, "/pi/4000?from=2001");
    assert_screen(site, 2001, 500);
    site_get(site, "/pi/4000?from=3001");
    assert_status(site, 200);
    assert_has_not(site, "<pre");
    assert_has(site, "3,001");
}

static void
the_live_part_moves_with_the_work(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    int64_t id = put(site->store, 300, NULL);
    site_get_json(site, "/pi/300?from=1");
    assert_status(site, 200);
    assert_has(site, "\"live\":true");
    site_header(site, "ETag", etag);
    const struct ask again = {
        .target = "/pi/300?from=1", .json = true, .if_none_match = etag, .wait_s = 9};
    const struct reply *reply = site_ask(site, &again);
    assert_int_equal(reply->wait.kind, WAIT_PI);
    assert_int_equal(reply->wait.number, 300);
    site_publish(site, 10, 300, id);
    site_ask(site, &again);
    assert_status(site, 200);
    assert_has(site, "\"live\":false");
    assert_has(site, "<mark");
}

static void
a_window_is_shown_without_what_comes_before(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 16, 5000, ALGORITHM_BBP, NULL);
    site_get(site, "/pi/5000?radix=16");
    assert_status(site, 200);
    assert_has(site, "queued");
    assert_has(site, "<h1>Hexadecimal digits of π from position 5,000 on</h1>");
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    finish(site->store, id, TOKEN);
    site_get(site, "/pi/5000?radix=16");
    assert_status(site, 200);
    assert_has(site, "<mark id=\"n\">9</mark>265358979");
    assert_has(site, "data-from=\"5000\"");
    assert_has(site, "<h1>Hexadecimal digits of π from position 5,000 on</h1>");
    assert_has(site, "name=\"algorithm\" value=\"chudnovsky\"");
    site_get(site, "/?radix=16");
    assert_has(site, "<td class=\"pi\"><a href=\"/pi/5000?radix=16\">π at 5000</a>");
    site->conf.limits.chudnovsky = 4999;
    site_get(site, "/pi/5000?radix=16");
    assert_has_not(site, "name=\"algorithm\" value=\"chudnovsky\"");
    site_publish(site, 16, 6000, put_as(site->store, 16, 6000, ALGORITHM_AUTO, NULL));
    site_get(site, "/pi/5000?radix=16&from=4001");
    assert_screen(site, 4001, 1000);
    assert_has(site, "<h1>π to 5,000 hexadecimal digits</h1>");
    assert_has(site, "href=\"/pi/5000.txt?radix=16\"");
}

/* ---- the pi.delivery interface ---- */

static void
digits_come_as_json(void **state)
{
    struct site *site = *state;
    char wanted[1100], body[1200];
    publish(site, 2000);
    static const struct {
        const char *target;
        uint64_t from;
        size_t count;
    } cases[] = {
        {"/v1/pi", 0, 100},
        {"/v1/pi?start=0&numberOfDigits=1", 0, 1},
        {"/v1/pi?start=1&numberOfDigits=10", 1, 10},
        {"/v1/pi?start=1001&numberOfDigits=1000", 1001, 1000},
        {"/v1/pi?start=2000&numberOfDigits=1", 2000, 1},
        {"/v1/pi?start=5&numberOfDigits=7&radix=10", 5, 7},
        {"/v1/pi?start=&numberOfDigits=&radix=", 0, 100},
        {"/v1/pi?start=7&numberOfDigits=0", 7, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        site_get(site, cases[i].target);
        assert_status(site, 200);
        snprintf(body, sizeof body, "{\"content\":\"%s\"}",
                 expected(cases[i].from, cases[i].count, wanted));
        assert_string_equal(site_body(site), body);
        assert_header(site, "Access-Control-Allow-Origin", "*");
        assert_header(site, "Content-Type", "application/json");
    }
}

static void
bad_ranges_are_told_in_words(void **state)
{
    struct site *site = *state;
    publish(site, 2000);
    static const struct {
        const char *query, *word;
    } cases[] = {
        {"start=-1", "negative"},
        {"start=1&numberOfDigits=-1", "negative"},
        {"start=abc", "invalid"},
        {"start=1.5", "invalid"},
        {"start=1&start=2", "invalid"},
        {"numberOfDigits=1001", "too big"},
        {"numberOfDigits=99999999999999999999", "too big"},
        {"start=2001", "2000 digits"},
        {"start=1990&numberOfDigits=12", "out of range"},
        {"start=99999999999999999999", "out of range"},
        {"radix=12", "radix"},
        {"radix=16&start=1", "out of range: 0 digits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char target[96];
        snprintf(target, sizeof target, "/v1/pi?%s", cases[i].query);
        site_get(site, target);
        assert_status(site, 400);
        assert_has(site, cases[i].word);
        assert_header(site, "Content-Type", "text/plain; charset=utf-8");
        assert_header(site, "Access-Control-Allow-Origin", "*");
    }
}

int
main(void)
{
#define PI_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        PI_TEST(a_short_one_is_one_screen),
        PI_TEST(screens_follow_each_other),
        PI_TEST(the_nth_digit_is_marked),
        PI_TEST(beyond_the_end_is_416),
        PI_TEST(unknown_digits_offer_the_form),
        PI_TEST(a_failed_attempt_is_told),
        PI_TEST(what_is_known_is_shown_while_the_rest_comes),
        PI_TEST(the_live_part_moves_with_the_work),
        PI_TEST(a_window_is_shown_without_what_comes_before),
        PI_TEST(digits_come_as_json),
        PI_TEST(bad_ranges_are_told_in_words),
    };
    return cmocka_run_group_tests_name("pi_pages", tests, NULL, NULL);
}
