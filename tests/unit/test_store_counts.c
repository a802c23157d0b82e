/*
 * The numbers beside the filters of the list: those of the rows that a click shows.
 */
#include "store_fixture.h"

enum { ROWS = 24, MOST = 32 };

/* Rows of three positions, in each radix by each algorithm, and in each status. */
static void
fill(struct fixture *f)
{
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;

    for (int i = 0; i < ROWS; i++) {
        int64_t id = put_as(f, i % 2 == 0 ? 10 : 16, 100 + (uint64_t)i / 8,
                            (enum algorithm)(i / 2 % ALGORITHM_COUNT), NULL);

        if (i % 5 == 0)
            continue;
        if (i % 5 == 1) {
            assert_int_equal(store_cancel(f->s, id, &admin, &wish), STORE_OK);
            continue;
        }
        take(f, id, TOKEN);
        if (i % 5 == 2)
            assert_int_equal(store_failed(f->s, id, TOKEN, "broken"), STORE_OK);
        if (i % 5 == 3) {
            calculate(f, id, TOKEN);
            finish(f, id, TOKEN);
        }
    }
}

/* How many rows FILTER has in all, which its numbers agree with. */
static int64_t
assert_counts(struct fixture *f, const struct store_filter *filter)
{
    int64_t counts[STATUS_COUNT], all = 0;
    const struct store_cursor start = {.id = 0};
    struct store_filter one = *filter;

    assert_int_equal(store_counts_of(f->s, filter, counts), STORE_OK);
    for (one.status = 0; one.status < STATUS_COUNT; one.status++) {
        struct computation rows[MOST];
        size_t count;

        assert_int_equal(store_list(f->s, &one, &start, rows, MOST, &count, NULL),
                         STORE_OK);
        assert_int_equal(counts[one.status], count);
        all += counts[one.status];
    }
    return all;
}

/* The same for every radix, algorithm and position; returns how many rows there are. */
static int64_t
assert_all_counts(struct fixture *f)
{
    static const uint64_t positions[] = {100, 101, 102, 103, 0};
    static const int radices[] = {16, 10, 0};
    int64_t all = -1;

    for (size_t p = 0; p < sizeof positions / sizeof positions[0]; p++)
        for (size_t r = 0; r < sizeof radices / sizeof radices[0]; r++)
            for (int a = ALGORITHM_COUNT - 1; a >= -1; a--) {
                const struct store_filter filter = {.status = STATUS_FAILED,
                                                    .radix = radices[r],
                                                    .algorithm = a,
                                                    .position = positions[p]};
                all = assert_counts(f, &filter);
            }
    return all;
}

static void
they_are_what_each_filter_shows(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(assert_all_counts(f), 0);
    fill(f);
    assert_int_equal(assert_all_counts(f), ROWS);
}

static void
they_follow_what_goes_and_comes_back(void **state)
{
    const struct store_asker admin = {.admin = true};
    struct fixture *f = *state;
    enum store_wish wish;

    fill(f);
    assert_int_equal(store_delete(f->s, 1, &admin, &wish), STORE_OK);
    assert_int_equal(store_delete(f->s, 4, &admin, &wish), STORE_OK);
    assert_int_equal(store_retry(f->s, 2, &admin, 1000), STORE_OK);
    assert_int_equal(store_retry(f->s, 3, &admin, 1000), STORE_OK);
    assert_int_equal(assert_all_counts(f), ROWS - 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(they_are_what_each_filter_shows),
        TEST(they_follow_what_goes_and_comes_back),
    };

    return cmocka_run_group_tests_name("store_counts", tests, NULL, NULL);
}
