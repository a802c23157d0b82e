/*
 * Texts with numbers and times in them.
 */
#include "cmocka_all.h"

#include "fcgi/text.h"

#include <stdbool.h>
#include <stdio.h>
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
    /* What is shown is below the next unit, too. */
    assert_string_equal(text_span(LANG_EN, out, 0.0009994), "999 µs");
    assert_string_equal(text_span(LANG_EN, out, 0.0009996), "1 ms");
    assert_string_equal(text_span(LANG_EN, out, 0.9994), "999 ms");
    assert_string_equal(text_span(LANG_EN, out, 0.9996), "1 s");
    assert_string_equal(text_span(LANG_EN, out, 89.4), "89 s");
    assert_string_equal(text_span(LANG_EN, out, 89.6), "1.5 min");
    assert_string_equal(text_span(LANG_EN, out, 89.4 * 60), "89 min");
    assert_string_equal(text_span(LANG_EN, out, 89.6 * 60), "1.5 h");
    assert_string_equal(text_span(LANG_EN, out, 47.4 * 3600), "47 h");
    assert_string_equal(text_span(LANG_EN, out, 47.6 * 3600), "2 d");
    assert_string_equal(text_eta(LANG_EN, out, 12), "about 12 s left");
    assert_string_equal(text_eta(LANG_EN, out, -1), "");
    assert_string_equal(text_memory(LANG_EN, out, 512), "512 KiB");
    assert_string_equal(text_memory(LANG_EN, out, 1536), "1.5 MiB");
    assert_string_equal(text_memory(LANG_EN, out, 1023 * 1024), "1023 MiB");
    assert_string_equal(text_memory(LANG_EN, out, 1024 * 1024 - 1), "1 GiB");
}

static void
rounds_speeds(void **state)
{
    (void)state;
    char out[TEXT_SPAN_SIZE];
    assert_string_equal(text_rate(LANG_EN, out, false, 0), "0 digits/s");
    assert_string_equal(text_rate(LANG_EN, out, false, 99.4), "99 digits/s");
    assert_string_equal(text_rate(LANG_EN, out, false, 1349), "1,300 digits/s");
    assert_string_equal(text_rate(LANG_EN, out, true, 994999), "990,000 terms/s");
    assert_string_equal(text_rate(LANG_EN, out, true, 996000), "1 M terms/s");
    assert_string_equal(text_rate(LANG_EN, out, false, 1249000), "1.2 M digits/s");
    assert_string_equal(text_rate(LANG_EN, out, true, 29123456), "29 M terms/s");
    assert_string_equal(text_rate(LANG_RU, out, false, 1249000),
                        "1,2\u00a0млн\u00a0цифр/с");
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

static void
every_text_is_translated_from_what_it_is_now(void **state)
{
    (void)state;
    for (int lang = 0; lang < LANG_COUNT; lang++)
        for (int key = 0; key < TEXT_COUNT; key++) {
            const char *english = text_source(LANG_EN, (enum text_key)key);
            const char *source = text_source((enum lang)lang, (enum text_key)key);
            if (source == NULL || strcmp(source, english) != 0)
                fail_msg("%s: not translated: %s", lang_code((enum lang)lang), english);
        }
}

/* True when each placeholder of FROM is in TO. */
static bool
has_placeholders(const char *from, const char *to)
{
    for (const char *p = from; (p = strchr(p, '{')) != NULL; p++) {
        char name[32];
        size_t length = strcspn(p, "}") + 1;
        assert_true(length < sizeof name);
        snprintf(name, sizeof name, "%.*s", (int)length, p);
        if (strstr(to, name) == NULL)
            return false;
    }
    return true;
}

static void
translations_keep_the_placeholders(void **state)
{
    static const uint64_t numbers[] = {1, 2, 5};
    (void)state;
    for (int key = 0; key < TEXT_COUNT; key++) {
        /* The form for one thing may be without its number. */
        const char *one = text_plural(LANG_EN, (enum text_key)key, 1);
        const char *many = text_plural(LANG_EN, (enum text_key)key, 2);
        for (size_t i = 0; i < 3; i++) {
            const char *russian = text_plural(LANG_RU, (enum text_key)key, numbers[i]);
            if (!has_placeholders(one, russian) || !has_placeholders(russian, many))
                fail_msg("other placeholders: %s | %s", many, russian);
        }
    }
}

/* Every text fits the room that is meant for it, with some to spare for what is put
 * into it. */
static void
texts_fit_their_room(void **state)
{
    (void)state;
    for (int lang = 0; lang < LANG_COUNT; lang++)
        for (int key = 0; key < TEXT_COUNT; key++)
            if (strlen(text_get((enum lang)lang, (enum text_key)key)) >=
                TEXT_SIZE - 256)
                fail_msg("too long: %s", text_get((enum lang)lang, (enum text_key)key));
}

static void
russian_has_three_forms(void **state)
{
    static const struct {
        uint64_t n;
        int like; /* a number of the same form */
    } cases[] = {
        {1, 1},  {21, 1},  {101, 1}, {1001, 1}, {2, 2},   {3, 2},   {4, 2},
        {22, 2}, {104, 2}, {0, 5},   {5, 5},    {11, 5},  {12, 5},  {13, 5},
        {14, 5}, {20, 5},  {25, 5},  {100, 5},  {111, 5}, {112, 5}, {1000000, 5},
    };
    const enum text_key key = TEXT_TITLE_PI;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(text_plural(LANG_RU, key, cases[i].n),
                            text_plural(LANG_RU, key, (uint64_t)cases[i].like));
    assert_string_equal(text_plural(LANG_RU, key, 1), "π до {position} цифры");
    assert_string_equal(text_plural(LANG_RU, key, 5), "π до {position} цифр");
}

static void
numbers_and_times_are_written_as_in_russian(void **state)
{
    char number[TEXT_NUMBER_SIZE], span[TEXT_SPAN_SIZE], time[TEXT_TIME_SIZE];
    (void)state;
    assert_string_equal(text_number(LANG_RU, number, 999), "999");
    assert_string_equal(text_number(LANG_RU, number, 1000000), "1\u00a0000\u00a0000");
    assert_string_equal(text_number(LANG_RU, number, UINT64_MAX),
                        "18\u00a0446\u00a0744\u00a0073\u00a0709\u00a0551\u00a0615");
    assert_string_equal(text_span(LANG_RU, span, 1.25), "1,2\u00a0с");
    assert_string_equal(text_span(LANG_RU, span, 0.34), "340\u00a0мс");
    assert_string_equal(text_memory(LANG_RU, span, 1536), "1,5\u00a0МиБ");
    assert_string_equal(text_time(LANG_RU, time, INT64_C(1769860800123000)),
                        "31.01.2026 12:00:00 UTC");
}

static void
phases_have_words(void **state)
{
    static const char *const phases[] = {
        "streaming", "splitting", "dividing", "converting",
        "summing",   "verifying", "saving",
    };
    (void)state;
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        assert_string_equal(text_phase(LANG_EN, phases[i]), phases[i]);
        assert_string_not_equal(text_phase(LANG_RU, phases[i]), phases[i]);
    }
    assert_string_equal(text_phase(LANG_RU, "something new"), "something new");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_placeholders),
        cmocka_unit_test(cuts_what_does_not_fit),
        cmocka_unit_test(groups_digits),
        cmocka_unit_test(names_lengths_of_time),
        cmocka_unit_test(rounds_speeds),
        cmocka_unit_test(writes_points_of_time),
        cmocka_unit_test(chooses_plural_forms),
        cmocka_unit_test(has_words_for_every_state),
        cmocka_unit_test(every_text_is_translated_from_what_it_is_now),
        cmocka_unit_test(translations_keep_the_placeholders),
        cmocka_unit_test(texts_fit_their_room),
        cmocka_unit_test(russian_has_three_forms),
        cmocka_unit_test(numbers_and_times_are_written_as_in_russian),
        cmocka_unit_test(phases_have_words),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
