/*
 * What people type and paste to search for, and how it compares with what pi begins
 * with.
 */
#include "config.h"

#include "cmocka_all.h"

#include "digits_fixture.h"

#include "common/search.h"

#include <string.h>

static void
assert_read(const char *typed, int radix, const char *digits)
{
    struct search_ask ask;

    assert_int_equal(search_parse(typed, radix, &ask), SEARCH_GOOD);
    assert_string_equal(ask.text, digits);
    assert_int_equal(ask.length, strlen(digits));
    assert_int_equal(ask.radix, radix);
    assert_int_equal(ask.after, 0);
}

static void
reads_what_people_type(void **state)
{
    char longest[SEARCH_LENGTH_MOST + 2];
    struct search_ask ask;

    (void)state;
    assert_read("14.03.1879", 10, "14031879");
    assert_read("1879-03-14", 10, "18790314");
    assert_read(" 243F 6A88 ", 16, "243f6a88");
    assert_int_equal(search_parse("", 10, &ask), SEARCH_EMPTY);
    assert_int_equal(search_parse(" - ", 10, &ask), SEARCH_EMPTY);
    assert_int_equal(search_parse("12a", 10, &ask), SEARCH_LETTERS);
    assert_int_equal(search_parse("12x", 16, &ask), SEARCH_STRANGE);
    assert_int_equal(search_parse("12é", 10, &ask), SEARCH_STRANGE);
    assert_int_equal(search_parse("12+3", 10, &ask), SEARCH_STRANGE);
    memset(longest, '7', sizeof longest);
    longest[SEARCH_LENGTH_MOST + 1] = '\0';
    assert_int_equal(search_parse(longest, 10, &ask), SEARCH_TOO_LONG);
    assert_read(longest + 1, 10, longest + 1);
}

static void
reads_what_people_paste(void **state)
{
    static const char *const pasted[] = {
        "1415 9265",      "1415\u00a09265",      "1415\u202f9265", "1415\u20099265",
        "1415\r\n9265\n", "\t1415\t9265",        "1415\u30009265", "\ufeff14159265",
        "1415\u200b9265", "\"1415 9265\"",       "'14159265'",     "“14159265”",
        "«14 15 92 65»",  "„14159265“",          "1'415'926'5",    "14’159’265",
        "14_159_265",     "1415–9265",           "1415\u22129265", "14159265…",
        "1415·9265",      "\u20281415\u20299265"};

    (void)state;
    for (size_t i = 0; i < sizeof pasted / sizeof *pasted; i++)
        assert_read(pasted[i], 10, "14159265");
}

static void
digits_of_other_scripts_are_named_as_such(void **state)
{
    static const char *const foreign[] = {"１４１", "١٤١", "۱۴۱", "१४१", "14²", "1₄1"};
    static const char *const strange[] = {"\xff",
                                          "1\xc3",
                                          "\x80\x31",
                                          "\xc0\xb1", /* a long 1 */
                                          "\xe0\x80\xb1",
                                          "\xf0\x80\x80\xb1",
                                          "\xf8\x88\x80\x80\x80",
                                          "1\xe2\x80"};
    struct search_ask ask;

    (void)state;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_int_equal(search_parse(foreign[i], 16, &ask), SEARCH_FOREIGN);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
        assert_int_equal(search_parse(strange[i], 16, &ask), SEARCH_STRANGE);
}

static void
knows_how_pi_is_written(void **state)
{
    static const char *const numbers[] = {"3.14",           "3,14",      " 3.14 159 ",
                                          "3.14...",        "\"3.14…\"", "3.\n14159",
                                          "3.141\u00a0592", "“3,14”"};
    static const char *const others[] = {
        "314",   "3",     "3.",      "3 14",      "3-14",  "3.14.1592", "3.5.1979",
        "13.14", "03.14", "3.14-15", "3,141,592", "3 .14", "4.14",      "3.14… 15"};
    struct search_ask ask;

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_int_equal(search_parse(numbers[i], 10, &ask), SEARCH_GOOD);
        assert_true(ask.pointed);
        assert_memory_equal(ask.text, "314", 3);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(search_parse(others[i], 10, &ask), SEARCH_GOOD);
        assert_false(ask.pointed);
    }
}

static void
compares_with_the_beginning(void **state)
{
    static const char pi[] = "14159265358979";
    static const struct {
        const char *typed, *text; /* the string that is left to be searched for */
        size_t agree;
        bool all, pointed;
        const char *goes_on;
    } cases[] = {
        {"3.14159", "14159", 5, true, true, "26535"},
        {"3.14169", "14169", 3, false, true, "59265"},
        {"3.14159265358979", "14159265358979", 14, true, true, ""},
        {"3.14159265358979323", "14159265358979323", 14, false, true, ""},
        {"3.1415926535897", "1415926535897", 13, true, true, "9"},
        {"3.25", "325", 0, false, false, "14159"},
        {"314159", "314159", 5, true, false, "26535"},
        {"314169", "314169", 3, false, false, "59265"},
        {"3", "3", 0, true, false, "14159"},
        {"14159", "14159", 0, false, false, ""},
    };
    char sha256[DIGITS_SHA256_SIZE];
    struct digits_file file;

    digits_publish(*state, 10, pi, sizeof pi - 1, 5, sha256);
    assert_int_equal(digits_open_checked(&file, NULL,
                                         ((struct digits_fixture *)*state)->digits, 10,
                                         sizeof pi - 1, sha256),
                     DIGITS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct search_beginning beginning;
        struct search_ask ask;

        assert_int_equal(search_parse(cases[i].typed, 10, &ask), SEARCH_GOOD);
        assert_int_equal(search_begin(&file, &ask, &beginning), DIGITS_OK);
        assert_string_equal(ask.text, cases[i].text);
        assert_int_equal(ask.length, strlen(cases[i].text));
        assert_int_equal(ask.pointed, cases[i].pointed);
        assert_int_equal(beginning.agree, cases[i].agree);
        assert_int_equal(beginning.all, cases[i].all);
        assert_string_equal(beginning.goes_on, cases[i].goes_on);
    }
    digits_close(&file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_people_type),
        cmocka_unit_test(reads_what_people_paste),
        cmocka_unit_test(digits_of_other_scripts_are_named_as_such),
        cmocka_unit_test(knows_how_pi_is_written),
        cmocka_unit_test_setup_teardown(compares_with_the_beginning, digits_setup,
                                        digits_teardown),
    };
    return cmocka_run_group_tests_name("search_parse", tests, NULL, NULL);
}
