/*
 * Digits that are marked on a page of pi because somebody found them: on every screen
 * that has some of them, however it is chosen. The digits published here are those of
 * site_digit().
 */
#include "site_fixture.h"

#include <stdio.h>
#include <string.h>

static void
publish(struct site *site, uint64_t length)
{
    site_publish(site, 10, length,
                 put_as(site->store, 10, length, ALGORITHM_AUTO, NULL));
}

/* Asserts that the marks of the last answer are the digits FIRST .. LAST (0: none), and
 * that the first of them can be linked to. */
static void
assert_marked(struct site *site, uint64_t first, uint64_t last)
{
    const char *at = strstr(site_body(site), "<pre id=\"digits\"");
    uint64_t position = first;
    unsigned marks = 0;
    assert_non_null(at);
    while ((at = strstr(at, "<mark")) != NULL) {
        static const char named[] = "<mark id=\"found\">", other[] = "<mark>";
        const char *begin = marks++ == 0 ? named : other;
        assert_int_equal(strncmp(at, begin, strlen(begin)), 0);
        for (at += strlen(begin); *at != '<'; at++)
            assert_int_equal(*at, site_digit(position++));
    }
    assert_int_equal(position, first == 0 ? 0 : last + 1);
}

static void
all_that_was_found_is_marked(void **state)
{
    struct site *site = *state;
    publish(site, 3500);
    for (uint64_t first = 755; first < 765; first++)
        for (uint64_t length = 1; length <= 25; length += length < 12 ? 1 : 13) {
            char target[80];
            snprintf(target, sizeof target, "/pi/3500?mark=%d-%d", (int)first,
                     (int)(first + length - 1));
            site_get(site, target);
            assert_status(site, 200);
            assert_marked(site, first, first + length - 1);
        }
    site_get(site, "/pi/3500?mark=1");
    assert_marked(site, 1, 1);
    assert_has(site, "<title>Digit 1 of π");
    site_get(site, "/pi/3500?from=2501&mark=3401-3500");
    assert_marked(site, 3401, 3500);
}

static void
a_find_over_the_end_of_a_screen_is_marked_on_both(void **state)
{
    struct site *site = *state;
    publish(site, 3500);
    site_get(site, "/pi/3500?from=1&mark=996-1004");
    assert_marked(site, 996, 1000);
    assert_has(site, "href=\"/pi/3500?from=1001&amp;mark=996-1004\" rel=\"next\"");
    site_get(site, "/pi/3500?from=1001&mark=996-1004");
    assert_marked(site, 1001, 1004);
    site_get(site, "/pi/3500?from=2001&mark=996-1004");
    assert_marked(site, 0, 0);
    /* The screen with all of them begins with the group of the first. */
    assert_has(site, "href=\"/pi/3500?from=991&amp;mark=996-1004#found\"");
    site_get(site, "/pi/3500?from=2001&mark=762-767");
    assert_has(site, "href=\"/pi/3500?from=1&amp;mark=762-767#found\"");
    site_get(site, "/pi/3500?from=998&mark=996-1004");
    assert_marked(site, 998, 1004);
}

static void
the_page_says_what_is_marked(void **state)
{
    struct site *site = *state;
    char text[120], digits[7] = "";
    publish(site, 3500);
    for (uint64_t i = 0; i < 6; i++)
        digits[i] = site_digit(762 + i);
    site_get(site, "/pi/3500?columns=10&mark=762-767");
    assert_has(site, "<title>Digits 762 to 767 of π");
    assert_has(site, "<h1>Digits 762 to 767 of π</h1>");
    snprintf(text, sizeof text, "Marked: <strong>%s</strong>", digits);
    assert_has(site, text);
    snprintf(text, sizeof text, "href=\"/search?q=%s&amp;after=761\"", digits);
    assert_has(site, text);
    assert_has_not(site, "id=\"n\"");
    assert_has_not(site, "Show the marked digits");
    assert_has_not(site, "<strong class=\"large\">");
    /* Turning, choosing and jumping keep it. */
    assert_has(site, "href=\"/pi/3500?columns=10&amp;from=1001&amp;mark=762-767\" "
                     "rel=\"next\"");
    assert_has(site, "<input type=\"hidden\" name=\"mark\" value=\"762-767\">");
    site_get(site, "/pi/3500?from=1001");
    assert_has_not(site, "mark=");
    assert_has(site, "π to 3,500 digits");
}

static void
what_is_not_there_is_not_marked(void **state)
{
    struct site *site = *state;
    publish(site, 300);
    site_get(site, "/pi/300?mark=295-301");
    assert_status(site, 416);
    assert_has(site, "301");
    /* Nobody knows them yet. */
    put(site->store, 900, NULL);
    site_get(site, "/pi/900?mark=295-301");
    assert_status(site, 200);
    assert_marked(site, 295, 300);
    assert_has_not(site, "Marked:");
    assert_has(site, "data-live=\"/pi/900?from=1&amp;mark=295-301\"");
    const struct ask waits = {
        .target = "/pi/900?mark=295-301", .json = true, .wait_s = 9};
    site_ask(site, &waits);
    assert_has(site, "id=\\\"found\\\"");
}

static void
where_digits_begin_at_n_none_other_is_marked(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 16, 5000, ALGORITHM_BBP, NULL);
    const struct ask polls = {.target = "/pi/5000?radix=16&mark=5", .json = true};
    site_get(site, "/pi/5000?radix=16&mark=5");
    assert_status(site, 200);
    assert_has(site, "data-live=\"/pi/5000?radix=16&amp;from=1\"");
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    finish(site->store, id, TOKEN);
    site_get(site, "/pi/5000?radix=16&mark=5");
    assert_status(site, 200);
    assert_has_not(site, "<title>Digit 5 ");
    assert_has(site, "<strong class=\"large\">9</strong>");
    assert_has(site, "<mark id=\"n\">9</mark>265358979");
    site_ask(site, &polls);
    assert_status(site, 200);
    assert_has(site, "<strong class=\\\"large\\\">9</strong>");
}

static void
a_refused_place_shows_no_refused_mark(void **state)
{
    static const char *const marks[] = {"5-2", "301", "295-301"};
    struct site *site = *state;
    publish(site, 300);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char target[64];
        snprintf(target, sizeof target, "/pi/300?from=abc&mark=%s", marks[i]);
        site_get(site, target);
        assert_status(site, 400);
        assert_has(site, "π to 300 digits</h1>");
        assert_has_not(site, "name=\"mark\"");
    }
    site_get(site, "/pi/300?from=abc&mark=5");
    assert_status(site, 400);
    assert_marked(site, 5, 5);
}

int
main(void)
{
#define MARK_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        MARK_TEST(all_that_was_found_is_marked),
        MARK_TEST(a_find_over_the_end_of_a_screen_is_marked_on_both),
        MARK_TEST(the_page_says_what_is_marked),
        MARK_TEST(what_is_not_there_is_not_marked),
        MARK_TEST(where_digits_begin_at_n_none_other_is_marked),
        MARK_TEST(a_refused_place_shows_no_refused_mark),
    };
    return cmocka_run_group_tests_name("pi_marks", tests, NULL, NULL);
}
