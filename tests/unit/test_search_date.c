/*
 * Dates as strings of digits.
 */
#include "config.h"

#include "cmocka_all.h"

#include "fcgi/search_date.h"

static void
reads_days(void **state)
{
    struct date date;

    (void)state;
    assert_int_equal(date_read("29", "2", "2000", &date), DATE_GOOD);
    assert_int_equal(date.day, 29);
    assert_int_equal(date.month, 2);
    assert_int_equal(date.year, 2000);
    assert_int_equal(date_read("01", "01", "0001", &date), DATE_GOOD);
    assert_int_equal(date.year, 1);
    assert_int_equal(date_read("31", "12", "9999", &date), DATE_GOOD);
}

static void
refuses_what_is_no_day(void **state)
{
    static const struct {
        const char *day, *month, *year;
    } wrong[] = {
        {"29", "2", "1900"}, {"30", "2", "2004"}, {"31", "4", "2004"},
        {"0", "4", "2004"},  {"1", "13", "2004"}, {"1", "0", "2004"},
        {"1", "1", "0"},     {"1", "1", "0000"},  {"1", "1", "10000"},
        {"+1", "1", "2004"}, {"1 ", "1", "2004"}, {"", "1", "2004"},
        {NULL, "1", "2004"}, {NULL, NULL, NULL},  {"32", "1", "99"},
        {"1", "1", ""},
    };
    struct date date;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (date_read(wrong[i].day, wrong[i].month, wrong[i].year, &date) != DATE_NONE)
            fail_msg("%s %s %s", wrong[i].day, wrong[i].month, wrong[i].year);
}

/* 99 may be 1999 or 0099. */
static void
asks_for_the_century(void **state)
{
    static const char *const years[] = {"99", "1", "999", "099"};
    struct date date;

    (void)state;
    for (size_t i = 0; i < sizeof years / sizeof *years; i++)
        assert_int_equal(date_read("3", "4", years[i], &date), DATE_BRIEF_YEAR);
    assert_int_equal(date_read("3", "4", "0099", &date), DATE_GOOD);
    assert_int_equal(date.year, 99);
}

static void
knows_what_order_is_usual_where(void **state)
{
    static const struct {
        const char *locale;
        enum date_order order;
    } cases[] = {
        {"en-US", DATE_MDY},      {"en", DATE_MDY},
        {"en-PH", DATE_MDY},      {"EN-us", DATE_MDY},
        {"en-Latn-US", DATE_MDY}, {"fil-PH", DATE_MDY},
        {"es-PR", DATE_MDY},      {"es-US", DATE_DMY},
        {"en-GB", DATE_DMY},      {"en-AU", DATE_DMY},
        {"en-001", DATE_DMY},     {"en-CA", DATE_YMD},
        {"fr-CA", DATE_YMD},      {"fr", DATE_DMY},
        {"hu", DATE_YMD},         {"hu-HU", DATE_YMD},
        {"sv-SE", DATE_YMD},      {"sv-FI", DATE_DMY},
        {"zh-CN", DATE_YMD},      {"zh-Hant-TW", DATE_YMD},
        {"zh-Hant-HK", DATE_DMY}, {"ja-JP-u-ca-japanese", DATE_YMD},
        {"ko", DATE_YMD},         {"lt-LT", DATE_YMD},
        {"ru-RU", DATE_DMY},      {"de", DATE_DMY},
        {"en-u-ca-US", DATE_MDY}, {"", DATE_DMY},
        {"*", DATE_DMY},          {"e", DATE_DMY},
        {"enen", DATE_DMY},       {"en-", DATE_MDY},
        {"-US", DATE_DMY},        {"xx-US", DATE_DMY},
        {"e n", DATE_DMY},        {"us-en", DATE_DMY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (date_order_of(cases[i].locale) != cases[i].order)
            fail_msg("%s", cases[i].locale);
    for (int i = 0; i < DATE_ORDERS; i++)
        assert_int_equal(date_order_find(date_order_name((enum date_order)i), DATE_DMY),
                         i);
    assert_int_equal(date_order_find("what", DATE_YMD), DATE_YMD);
    assert_int_equal(date_order_find(NULL, DATE_MDY), DATE_MDY);
}

static void
writes_forms(void **state)
{
    static const char *const expected[DATE_ORDERS][DATE_FORMS] = {
        [DATE_DMY] = {"04071976", "040776", "07041976", "070476", "19760704", "760704"},
        [DATE_MDY] = {"07041976", "070476", "04071976", "040776", "19760704", "760704"},
        [DATE_YMD] = {"19760704", "760704", "04071976", "040776", "07041976", "070476"},
    };

    (void)state;
    for (int order = 0; order < DATE_ORDERS; order++) {
        struct date date = {4, 7, 1976, (enum date_order)order};
        struct date_form forms[DATE_FORMS];

        date_forms(&date, forms);
        for (int i = 0; i < DATE_FORMS; i++) {
            assert_string_equal(forms[i].digits, expected[order][i]);
            assert_int_equal(forms[i].brief, i % 2);
        }
        assert_int_equal(forms[0].order, order);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_days),
        cmocka_unit_test(refuses_what_is_no_day),
        cmocka_unit_test(asks_for_the_century),
        cmocka_unit_test(knows_what_order_is_usual_where),
        cmocka_unit_test(writes_forms),
    };
    return cmocka_run_group_tests_name("search_date", tests, NULL, NULL);
}
