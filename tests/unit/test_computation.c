/*
 * The words of a computation and what can be asked.
 */
#include "cmocka_all.h"

#include "common/position.h"

#include <string.h>

static const struct limits limits = {
    .spigot = 50000, .chudnovsky = 100000000, .bbp = 10000000000};

static void
positions_are_read_as_people_type_them(void **state)
{
    static const struct {
        const char *text;
        enum ask_problem problem;
        uint64_t position;
    } cases[] = {
        {"1", ASK_OK, 1},
        {"1000000", ASK_OK, 1000000},
        {" 42 ", ASK_OK, 42},
        {"\t\r\n42\v\f", ASK_OK, 42},
        {"007", ASK_OK, 7},
        {"0000000000000000000000000000000000000042", ASK_OK, 42},
        {"10000000000000", ASK_OK, POSITION_MAX},
        {"10000000000001", ASK_ABOVE_LIMIT, 0},
        {"18446744073709551616", ASK_ABOVE_LIMIT, 0},
        {"18446744073709551617", ASK_ABOVE_LIMIT, 0},
        {"1234567890123456789012345678901234567890", ASK_ABOVE_LIMIT, 0},
        {NULL, ASK_EMPTY, 0},
        {"", ASK_EMPTY, 0},
        {"   ", ASK_EMPTY, 0},
        {"0", ASK_ZERO, 0},
        {"000", ASK_ZERO, 0},
        {"-5", ASK_NEGATIVE, 0},
        {"-0", ASK_NEGATIVE, 0},
        {"-1.5", ASK_NEGATIVE, 0},
        {"1.5", ASK_NOT_WHOLE, 0},
        {"1,5", ASK_NOT_WHOLE, 0},
        {"5.", ASK_NOT_WHOLE, 0},
        {".5", ASK_NOT_WHOLE, 0},
        {"1e6", ASK_NOT_WHOLE, 0},
        {"1E+6", ASK_NOT_WHOLE, 0},
        {"2.5e-3", ASK_NOT_WHOLE, 0},
        {"abc", ASK_NOT_A_NUMBER, 0},
        {"12abc", ASK_NOT_A_NUMBER, 0},
        {"0x10", ASK_NOT_A_NUMBER, 0},
        {"1e", ASK_NOT_A_NUMBER, 0},
        {"e6", ASK_NOT_A_NUMBER, 0},
        {"+5", ASK_NOT_A_NUMBER, 0},
        {"-", ASK_NOT_A_NUMBER, 0},
        {".", ASK_NOT_A_NUMBER, 0},
        {"--5", ASK_NOT_A_NUMBER, 0},
        {"1 000", ASK_NOT_A_NUMBER, 0},
        {"1_000", ASK_NOT_A_NUMBER, 0},
        {"1,000,000", ASK_NOT_A_NUMBER, 0},
        {"\xd9\xa3", ASK_NOT_A_NUMBER, 0},     /* Arabic-Indic digit three */
        {"\xef\xbc\x95", ASK_NOT_A_NUMBER, 0}, /* full-width digit five */
        {"\xc2\xa0"
         "42",
         ASK_NOT_A_NUMBER, 0}, /* no-break space is no ASCII white space */
        {"<b>1</b>", ASK_NOT_A_NUMBER, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t position = 777;

        if (position_parse(cases[i].text, &position) != cases[i].problem)
            fail_msg("\"%s\" is not problem %d", cases[i].text, cases[i].problem);
        assert_int_equal(position,
                         cases[i].problem == ASK_OK ? cases[i].position : 777);
    }
}

static void
people_may_group_digits(void **state)
{
    static const struct {
        const char *text;
        enum ask_problem problem;
        uint64_t position;
    } cases[] = {
        {"1000000", ASK_OK, 1000000},
        {"0042", ASK_OK, 42},
        {"1,000", ASK_OK, 1000},
        {"1,000,000", ASK_OK, 1000000},
        {"12,345,678", ASK_OK, 12345678},
        {"123 456", ASK_OK, 123456},
        {" 1 000 000\n", ASK_OK, 1000000},
        {"1\xc2\xa0"
         "000\xc2\xa0"
         "000",
         ASK_OK, 1000000},
        {"1\xe2\x80\xaf"
         "000",
         ASK_OK, 1000},
        {"1\xe2\x80\x89"
         "000",
         ASK_OK, 1000},
        {"\xc2\xa0"
         "12345",
         ASK_OK, 12345},
        {"12\xe2\x80\xaf \xc2\xa0", ASK_OK, 12},
        {"\xc2\xa0", ASK_NOT_A_NUMBER, 0},
        {"1'000'000", ASK_OK, 1000000},
        {"1\xe2\x80\x99"
         "000",
         ASK_OK, 1000},
        {"1_000_000", ASK_OK, 1000000},
        {"10,000,000,000,000", ASK_OK, POSITION_MAX},
        {"10,000,000,000,001", ASK_ABOVE_LIMIT, 0},
        {"999,999,999,999,999,999,999,999,999,999", ASK_ABOVE_LIMIT, 0},
        {"1e6", ASK_OK, 1000000},
        {"5E+8", ASK_OK, 500000000},
        {"25e2", ASK_OK, 2500},
        {"7e0", ASK_OK, 7},
        {"10^6", ASK_OK, 1000000},
        {"10^0", ASK_OK, 1},
        {"1e13", ASK_OK, POSITION_MAX},
        {"1e14", ASK_ABOVE_LIMIT, 0},
        {"1e99999999999999999999", ASK_ABOVE_LIMIT, 0},
        {"0e5", ASK_ZERO, 0},
        {"0e99999999999999999999", ASK_ZERO, 0},
        {NULL, ASK_EMPTY, 0},
        {" ", ASK_EMPTY, 0},
        {"3,14", ASK_NOT_WHOLE, 0},
        {"1,00", ASK_NOT_WHOLE, 0},
        {"1.000", ASK_NOT_WHOLE, 0},
        {"0,001", ASK_NOT_WHOLE, 0},
        {"1000,000", ASK_NOT_WHOLE, 0},
        {"1.5e6", ASK_NOT_WHOLE, 0},
        {"1e-3", ASK_NOT_WHOLE, 0},
        {"-1,000", ASK_NEGATIVE, 0},
        {"1,00,000", ASK_NOT_A_NUMBER, 0},
        {"1,000 000", ASK_NOT_A_NUMBER, 0},
        {"1,,000", ASK_NOT_A_NUMBER, 0},
        {",000", ASK_NOT_WHOLE, 0},
        {"1,000,", ASK_NOT_A_NUMBER, 0},
        {"1 2", ASK_NOT_A_NUMBER, 0},
        {"1  000", ASK_NOT_A_NUMBER, 0},
        {"1,0000", ASK_NOT_WHOLE, 0},
        {"1,000,0000", ASK_NOT_A_NUMBER, 0},
        {"2^20", ASK_NOT_A_NUMBER, 0},
        {"010^6", ASK_NOT_A_NUMBER, 0},
        {"10^", ASK_NOT_A_NUMBER, 0},
        {"10^+6", ASK_NOT_A_NUMBER, 0},
        {"1e", ASK_NOT_A_NUMBER, 0},
        {"1,000e3", ASK_NOT_WHOLE, 0},
        {"1e6x", ASK_NOT_A_NUMBER, 0},
        {"abc", ASK_NOT_A_NUMBER, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t position = 777;
        enum ask_problem problem = position_read(cases[i].text, &position);

        if (problem != cases[i].problem)
            fail_msg("\"%s\" is problem %d", cases[i].text, problem);
        assert_int_equal(position, problem == ASK_OK ? cases[i].position : 777);
    }
}

static void
words_are_read_back(void **state)
{
    enum stage stage;
    enum status status;
    enum wanted wanted;
    enum algorithm algorithm;

    (void)state;
    for (int i = 0; i < STAGE_COUNT; i++)
        assert_true(stage_parse(stage_name((enum stage)i), &stage) && (int)stage == i);
    for (int i = 0; i < STATUS_COUNT; i++)
        assert_true(status_parse(status_name((enum status)i), &status) &&
                    (int)status == i);
    for (int i = 0; i < WANTED_COUNT; i++)
        assert_true(wanted_parse(wanted_name((enum wanted)i), &wanted) &&
                    (int)wanted == i);
    for (int i = 0; i < ALGORITHM_COUNT; i++)
        assert_true(algorithm_parse(algorithm_name((enum algorithm)i), &algorithm) &&
                    (int)algorithm == i);
    assert_string_equal(stage_name(STAGE_CALCULATED), "calculated");
    assert_string_equal(status_name(STATUS_CANCELLED), "cancelled");
    assert_string_equal(algorithm_name(ALGORITHM_CHUDNOVSKY), "chudnovsky");
}

static void
other_words_are_refused(void **state)
{
    static const char *const bad[] = {"", "Auto", "auto ", " auto", "bb", "bbpp", "10"};
    enum algorithm algorithm = ALGORITHM_BBP;
    enum status status = STATUS_DONE;
    enum stage stage = STAGE_TAKEN;
    enum wanted wanted = WANTED_DELETE;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(algorithm_parse(bad[i], &algorithm));
        assert_false(status_parse(bad[i], &status));
        assert_false(stage_parse(bad[i], &stage));
        assert_false(wanted_parse(bad[i], &wanted));
    }
    assert_false(algorithm_parse(NULL, &algorithm));
    assert_int_equal(algorithm, ALGORITHM_BBP);
    assert_int_equal(status, STATUS_DONE);
    assert_int_equal(stage, STAGE_TAKEN);
    assert_int_equal(wanted, WANTED_DELETE);
}

static void
radices_are_ten_and_sixteen(void **state)
{
    static const char *const bad[] = {"", "2", "8", "010", "16 ", "1", "160", "0x10"};
    int radix = -1;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(radix_parse(bad[i], &radix));
    assert_false(radix_parse(NULL, &radix));
    assert_int_equal(radix, -1);
    assert_true(radix_parse("10", &radix) && radix == 10);
    assert_true(radix_parse("16", &radix) && radix == 16);
}

static void
limits_depend_on_algorithm_and_radix(void **state)
{
    struct limits small_bbp = limits;

    (void)state;
    assert_int_equal(position_limit(&limits, ALGORITHM_SPIGOT, 10), 50000);
    assert_int_equal(position_limit(&limits, ALGORITHM_SPIGOT, 16), 0);
    assert_int_equal(position_limit(&limits, ALGORITHM_CHUDNOVSKY, 10), 100000000);
    assert_int_equal(position_limit(&limits, ALGORITHM_CHUDNOVSKY, 16), 100000000);
    assert_int_equal(position_limit(&limits, ALGORITHM_BBP, 10), 0);
    assert_int_equal(position_limit(&limits, ALGORITHM_BBP, 16), 10000000000);
    assert_int_equal(position_limit(&limits, ALGORITHM_AUTO, 10), 100000000);
    assert_int_equal(position_limit(&limits, ALGORITHM_AUTO, 16), 10000000000);
    assert_int_equal(position_limit(&limits, ALGORITHM_AUTO, 8), 0);
    /* Where bbp may do little, auto still has chudnovsky up to its own border. */
    small_bbp.bbp = 1000;
    assert_int_equal(position_limit(&small_bbp, ALGORITHM_AUTO, 16), AUTO_HEX_LIMIT);
    small_bbp.chudnovsky = 500;
    assert_int_equal(position_limit(&small_bbp, ALGORITHM_AUTO, 16), 1000);
}

static void
auto_keeps_to_the_limits(void **state)
{
    static const struct limits sites[] = {
        {.spigot = 50000, .chudnovsky = 100000000, .bbp = 10000000000},
        {.spigot = 50000, .chudnovsky = 1000, .bbp = 10000000000},
        {.spigot = 50000, .chudnovsky = 100000000, .bbp = 1000},
        {.spigot = 50000, .chudnovsky = 500, .bbp = 1000},
        {.spigot = 50000, .chudnovsky = 1000, .bbp = 500},
    };
    const struct limits *low = &sites[1];

    (void)state;
    assert_int_equal(algorithm_auto(&limits, 10, 1), ALGORITHM_CHUDNOVSKY);
    assert_int_equal(algorithm_auto(&limits, 10, 100000000), ALGORITHM_CHUDNOVSKY);
    assert_int_equal(algorithm_auto(&limits, 16, 1), ALGORITHM_CHUDNOVSKY);
    assert_int_equal(algorithm_auto(&limits, 16, AUTO_HEX_LIMIT), ALGORITHM_CHUDNOVSKY);
    assert_int_equal(algorithm_auto(&limits, 16, AUTO_HEX_LIMIT + 1), ALGORITHM_BBP);
    assert_int_equal(algorithm_auto(low, 16, 1000), ALGORITHM_CHUDNOVSKY);
    assert_int_equal(algorithm_auto(low, 16, 1001), ALGORITHM_BBP);
    assert_int_equal(algorithm_auto(low, 10, 1001), ALGORITHM_CHUDNOVSKY);
    assert_int_equal(auto_prefix_limit(low, 16), 1000);
    assert_int_equal(auto_prefix_limit(low, 8), 0);
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        for (int radix = 10; radix <= 16; radix += 6) {
            uint64_t prefix = auto_prefix_limit(&sites[i], radix);
            uint64_t end = position_limit(&sites[i], ALGORITHM_AUTO, radix);
            uint64_t positions[] = {1, prefix < end ? prefix : end, prefix + 1, end};

            for (size_t k = 0; k < 4; k++) {
                enum algorithm runs = algorithm_auto(&sites[i], radix, positions[k]);

                assert_true(positions[k] > end ||
                            ask_check(&sites[i], radix, positions[k], runs) == ASK_OK);
            }
        }
}

static void
questions_are_checked(void **state)
{
    static const struct {
        int radix;
        uint64_t position;
        enum algorithm algorithm;
        enum ask_problem problem;
    } cases[] = {
        {10, 1, ALGORITHM_AUTO, ASK_OK},
        {10, 0, ALGORITHM_AUTO, ASK_ZERO},
        {16, 0, ALGORITHM_BBP, ASK_ZERO},
        {10, 50000, ALGORITHM_SPIGOT, ASK_OK},
        {10, 50001, ALGORITHM_SPIGOT, ASK_ABOVE_LIMIT},
        {16, 1, ALGORITHM_SPIGOT, ASK_RADIX},
        {10, 1, ALGORITHM_BBP, ASK_RADIX},
        {10, 100000000, ALGORITHM_CHUDNOVSKY, ASK_OK},
        {10, 100000001, ALGORITHM_AUTO, ASK_ABOVE_LIMIT},
        {16, 100000001, ALGORITHM_AUTO, ASK_OK},
        {16, 10000000001, ALGORITHM_BBP, ASK_ABOVE_LIMIT},
        {2, 1, ALGORITHM_AUTO, ASK_RADIX},
        {10, UINT64_MAX, ALGORITHM_AUTO, ASK_ABOVE_LIMIT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            ask_check(&limits, cases[i].radix, cases[i].position, cases[i].algorithm),
            cases[i].problem);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_read_as_people_type_them),
        cmocka_unit_test(people_may_group_digits),
        cmocka_unit_test(words_are_read_back),
        cmocka_unit_test(other_words_are_refused),
        cmocka_unit_test(radices_are_ten_and_sixteen),
        cmocka_unit_test(limits_depend_on_algorithm_and_radix),
        cmocka_unit_test(auto_keeps_to_the_limits),
        cmocka_unit_test(questions_are_checked),
    };

    return cmocka_run_group_tests_name("computation", tests, NULL, NULL);
}
