/*
 * Texts with numbers and times in them.
 */
#include "cmocka_all.h"

#include "fcgi/text.h"

#include <string.h>

static void
fills_placeholders(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(
        text_fill(out, sizeof out, "{b} of {a}, {b}", "a", "π", "b", "9", NULL),
        "9 of π, 9");
    assert_string_equal(text_fill(out, sizeof out, "{unknown} {", "a", "1", NULL),
                        "{unknown} {");
    assert_string_equal(text_fill(out, sizeof out, "{a}", "a", "{a}", NULL), "{a}");
}

static void
cuts_what_does_not_fit(void **state)
{
    (void)state;
    char out[6];
    assert_string_equal(text_fill(out, sizeof out, "ab{x}", "x", "cdefgh", NULL),
                        "abcde");
}

static void
groups_digits(void **state)
{
    (void)state;
    char out[TEXT_NUMBER_SIZE];
    assert_string_equal(text_number(LANG_EN, out, 0), "0");
    assert_string_equal(text_number(LANG_EN, out, 999), "999");
    assert_string_equal(text_number(LANG_EN, out, 1000), "1,000");
    assert_string_equal(text_number(LANG_EN, out, 100000000), "100,000,000");
    assert_string_equal(text_number(LANG_EN, out, UINT64_MAX),
                        "18,446,744,073,709,551,615");
}

static void
names_lengths_of_time(void **state)
{
    (void)state;
    char out[TEXT_SPAN_SIZE];
    assert_string_equal(text_span(LANG_EN, out, 0.00025), "250 µs");
    assert_string_equal(text_span(LANG_EN, out, 0.34), "340 ms");
    assert_string_equal(text_span(LANG_EN, out, 1.25), "1.2 s");
    assert_string_equal(text_span(LANG_EN, out, 12), "12 s");
    assert_string_equal(text_span(LANG_EN, out, 600), "10 min");
    assert_string_equal(text_span(LANG_EN, out, 3600 * 5), "5 h");
    assert_string_equal(text_span(LANG_EN, out, 86400.0 * 4), "4 d");
    assert_string_equal(text_eta(LANG_EN, out, 12), "about 12 s left");
    assert_string_equal(text_eta(LANG_EN, out, -1), "");
    assert_string_equal(text_memory(LANG_EN, out, 512), "512 KiB");
    assert_string_equal(text_memory(LANG_EN, out, 1536), "1.5 MiB");
}

static void
writes_points_of_time(void **state)
{
    (void)state;
    char out[TEXT_TIME_SIZE];
    int64_t micros = INT64_C(1769860800123456); /* date -u -d @1769860800 */
    assert_string_equal(text_time_machine(out, micros), "2026-01-31T12:00:00.123Z");
    assert_string_equal(text_time(LANG_EN, out, micros), "2026-01-31 12:00:00 UTC");
}

static void
chooses_plural_forms(void **state)
{
    (void)state;
    assert_non_null(strstr(text_plural(LANG_EN, TEXT_TITLE_PI, 1), "digit"));
    assert_null(strstr(text_plural(LANG_EN, TEXT_TITLE_PI, 1), "digits"));
    assert_non_null(strstr(text_plural(LANG_EN, TEXT_TITLE_PI, 2), "digits"));
}

static void
has_words_for_every_state(void **state)
{
    (void)state;
    for (int s = 0; s < STATUS_COUNT; s++)
        assert_true(strlen(text_status(LANG_EN, (enum status)s)) > 0);
    for (int s = 0; s < STAGE_COUNT; s++)
        assert_true(strlen(text_stage(LANG_EN, (enum stage)s)) > 0);
    assert_string_equal(text_event(LANG_EN, "requeued"),
                        text_get(LANG_EN, TEXT_EVENT_REQUEUED));
    assert_string_equal(text_event(LANG_EN, "resumed"),
                        text_get(LANG_EN, TEXT_EVENT_RESUMED));
    assert_string_equal(text_event(LANG_EN, "stored"),
                        text_stage(LANG_EN, STAGE_STORED));
    assert_string_equal(text_event(LANG_EN, "something new"), "something new");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_placeholders),
        cmocka_unit_test(cuts_what_does_not_fit),
        cmocka_unit_test(groups_digits),
        cmocka_unit_test(names_lengths_of_time),
        cmocka_unit_test(writes_points_of_time),
        cmocka_unit_test(chooses_plural_forms),
        cmocka_unit_test(has_words_for_every_state),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
