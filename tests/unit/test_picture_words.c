/*
 * What pictures say in words and numbers, and where the lines of speeds have gaps.
 */
#include "site_fixture.h"

#include "fcgi/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
numbers_are_for_people(void **state)
{
    static const struct {
        double value;
        int decimals;
        bool plus;
        const char *text;
    } cases[] = {
        {0, 0, true, "0"},
        {12, 0, true, "+12"},
        {-12, 0, true, "\u221212"},
        {1234567, 0, false, "1,234,567"},
        {-1234.56, 1, true, "\u22121,234.6"},
        {0.994, 2, false, "0.99"},
        {0.996, 2, false, "1.00"},
        {2.005, 1, false, "2.0"},
        {-0.04, 1, true, "0.0"},
        {0.0006, 3, false, "0.001"},
    };
    char text[TEXT_NUMBER_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(picture_number(LANG_EN, text, cases[i].value,
                                           cases[i].decimals, cases[i].plus),
                            cases[i].text);
    assert_string_equal(picture_mean(LANG_EN, text, 62500), "62,500");
    assert_string_equal(picture_mean(LANG_EN, text, 62.5), "62.5");
    assert_string_equal(picture_mean(LANG_EN, text, 99.99), "100");
}

static void
ties_and_plurals_are_said(void **state)
{
    (void)state;
    static const struct {
        enum lang lang;
        uint64_t counts[6];
        const char *text;
    } cases[] = {
        {LANG_EN,
         {93, 93, 1, 5, 7, 8},
         "The most frequent are 0 and 1 (93 times each). The rarest is 2 (1 time)."},
        {LANG_EN,
         {9, 2, 2, 2, 9, 9},
         "The most frequent are 0, 4 and 5 (9 times each). The rarest are 1, 2 and 3 "
         "(2 times each)."},
        {LANG_EN,
         {0, 0, 3, 2, 2, 2},
         "The most frequent is 2 (3 times). 0 and 1 do not come at all."},
        {LANG_EN, {4, 4, 4, 4, 4, 4}, "All come equally often (4 times each)."},
        {LANG_RU,
         {93, 93, 21, 25, 27, 28},
         "Чаще всего встречаются 0 и 1 (по 93 раза). Реже всего встречается 2 "
         "(21 раз)."},
        {LANG_RU,
         {5, 4, 4, 4, 4, 4},
         "Чаще всего встречается 0 (5 раз). Реже всего встречаются 1, 2, 3, 4 и 5 "
         "(по 4 раза)."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct picture_counts counts = {.radix = 10, .kinds = 6};
        char text[PICTURE_SENTENCE] = "";
        memcpy(counts.counts, cases[i].counts, sizeof cases[i].counts);
        picture_say_extremes(cases[i].lang, text, &counts);
        assert_string_equal(text, cases[i].text);
    }
    /* The noun agrees with the number as it is shown. */
    assert_int_equal(picture_plural(9.99), 10);
    assert_int_equal(picture_plural(6.25), 2);
    assert_int_equal(picture_plural(1), 1);
    /* Of many that come equally often only the number is told. */
    struct picture_counts pairs = {.radix = 16, .kinds = 256, .pairs = true};
    char text[PICTURE_SENTENCE] = "";
    pairs.counts[0x4e] = 3;
    picture_say_extremes(LANG_EN, text, &pairs);
    assert_string_equal(text, "The most frequent is 4e (3 times). "
                              "255 of them do not come at all.");
}

/* A line joins what is less than a factor of ten apart. */
static void
lines_have_gaps_where_nothing_is_known(void **state)
{
    static const uint64_t positions[] = {100, 500, 5000, 50001, 60000};
    struct pictures *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->series[0].method = ALGORITHM_CHUDNOVSKY;
    p->series[0].radix = 10;
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++)
        p->series[0].speeds[p->series[0].count++] =
            (struct store_speed){(int64_t)i + 1, positions[i], 0.1 + (double)i, 0.1};
    struct site *site = *state;
    struct dict *d = dict_new();
    char *svg = NULL;
    size_t length = 0;
    picture_speed_draw(d, p);
    dict_include(d, VIEW_PICTURE_HEAD, "picture_head.tpl");
    assert_int_equal(
        view_render(site->app.view, LANG_EN, "picture_speed.tpl", d, &svg, &length), 0);
    const char *path = strstr(svg, "class=\"series s0\" d=\"");
    assert_non_null(path);
    int pieces = 0, joined = 0;
    for (path = strchr(strstr(path, " d="), '"') + 1; *path != '"'; path++) {
        pieces += *path == 'M';
        joined += *path == 'L';
    }
    assert_int_equal(pieces, 2);
    assert_int_equal(joined, 3);
    free(svg);
    dict_free(d);
    free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_for_people),
        cmocka_unit_test(ties_and_plurals_are_said),
        cmocka_unit_test_setup_teardown(lines_have_gaps_where_nothing_is_known,
                                        site_setup, site_teardown),
    };
    return cmocka_run_group_tests_name("picture words", tests, NULL, NULL);
}
