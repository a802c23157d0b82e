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
    assert_true(date_read("29", "2", "2000", "mdy", &date));
    assert_int_equal(date.day, 29);
    assert_int_equal(date.month, 2);
    assert_int_equal(date.year, 2000);
    assert_int_equal(date.order, DATE_MDY);
    assert_true(date_read("01", "01", "1", "what", &date));
    assert_int_equal(date.order, DATE_DMY);
    assert_true(date_read("31", "12", "9999", NULL, &date));

    assert_false(date_read("29", "2", "1900", NULL, &date));
    assert_false(date_read("30", "2", "2004", NULL, &date));
    assert_false(date_read("31", "4", "2004", NULL, &date));
    assert_false(date_read("0", "4", "2004", NULL, &date));
    assert_false(date_read("1", "13", "2004", NULL, &date));
    assert_false(date_read("1", "0", "2004", NULL, &date));
    assert_false(date_read("1", "1", "0", NULL, &date));
    assert_false(date_read("1", "1", "10000", NULL, &date));
    assert_false(date_read("+1", "1", "2004", NULL, &date));
    assert_false(date_read("1 ", "1", "2004", NULL, &date));
    assert_false(date_read("", "1", "2004", NULL, &date));
    assert_false(date_read(NULL, "1", "2004", NULL, &date));
    assert_false(date_read(NULL, NULL, NULL, NULL, &date));
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
        cmocka_unit_test(writes_forms),
    };
    return cmocka_run_group_tests_name("search_date", tests, NULL, NULL);
}
