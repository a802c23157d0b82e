/*
 * Which row will bring enough digits.
 */
#include "store_fixture.h"

static int64_t
coming_by(struct fixture *f, const struct limits *limits, int radix, uint64_t length)
{
    struct computation c;
    enum store_rc rc = store_find_coming(f->s, limits, radix, length, &c);

    assert_true(rc == STORE_OK || rc == STORE_NOT_FOUND);
    return rc == STORE_OK ? c.id : 0;
}

static int64_t
coming(struct fixture *f, int radix, uint64_t length)
{
    static const struct limits limits = {50000, 100000000, 10000000000};

    return coming_by(f, &limits, radix, length);
}

static void
the_row_that_brings_enough_digits(void **state)
{
    struct fixture *f = *state;
    int64_t queued = put(f, 1000, NULL);
    int64_t longer = put(f, 3000, NULL);
    int64_t spigot = put_as(f, 10, 2000, ALGORITHM_SPIGOT, NULL);
    int64_t bbp = put_as(f, 16, 5000, ALGORITHM_BBP, NULL);
    int64_t hex = put_as(f, 16, 6000, ALGORITHM_CHUDNOVSKY, NULL);

    assert_int_equal(coming(f, 10, 500), queued);
    assert_int_equal(coming(f, 10, 1000), queued);
    assert_int_equal(coming(f, 10, 1001), spigot);
    assert_int_equal(coming(f, 10, 3001), 0);
    /* bbp brings one digit, not those before it. */
    assert_true(bbp > 0);
    assert_int_equal(coming(f, 16, 4000), hex);
    /* What runs comes before what waits. */
    take(f, longer, TOKEN);
    assert_int_equal(coming(f, 10, 500), longer);
    calculate(f, longer, TOKEN);
    finish(f, longer, TOKEN);
    assert_int_equal(coming(f, 10, 500), queued);
}

static void
auto_brings_digits_where_it_runs_chudnovsky(void **state)
{
    struct fixture *f = *state;
    int64_t decimal = put_as(f, 10, 50000000, ALGORITHM_AUTO, NULL);
    int64_t far = put_as(f, 16, AUTO_HEX_LIMIT + 1, ALGORITHM_AUTO, NULL);
    int64_t near = put_as(f, 16, AUTO_HEX_LIMIT, ALGORITHM_AUTO, NULL);
    const struct store_lease lease = lease_of(TOKEN, "one");
    const struct limits low = {50000, AUTO_HEX_LIMIT - 1, 10000000000};

    assert_int_equal(coming(f, 10, 1000), decimal);
    assert_int_equal(coming(f, 16, AUTO_HEX_LIMIT), near);
    assert_int_equal(coming_by(f, &low, 16, 1000), 0);
    assert_int_equal(coming_by(f, &low, 10, 1000), decimal);
    assert_int_equal(coming(f, 16, AUTO_HEX_LIMIT + 1), 0);
    assert_int_equal(store_take(f->s, far, &lease, ALGORITHM_BBP), STORE_OK);
    assert_int_equal(coming(f, 16, AUTO_HEX_LIMIT + 1), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_row_that_brings_enough_digits),
        TEST(auto_brings_digits_where_it_runs_chudnovsky),
    };

    return cmocka_run_group_tests_name("store_coming", tests, NULL, NULL);
}
