/*
 * What computations cost: the table between its points and as text, in the database;
 * and what became of several rows, as text.
 */
#include "store_fixture.h"

#include "common/store_cost.h"
#include "fcgi/bulk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
assert_near(double value, double wanted)
{
    if (fabs(value - wanted) > 1e-9 * fabs(wanted))
        fail_msg("%.12g is not %.12g", value, wanted);
}

static void
costs_lie_between_points(void **state)
{
    struct cost_line line = {.count = 0};
    struct cost cost;

    (void)state;
    assert_false(cost_at(&line, 5, &cost));
    assert_true(cost_parse("1/4", &line));
    assert_false(cost_at(&line, 5, &cost));
    assert_true(cost_parse("0.5/4 5/8 500/80", &line));
    assert_true(cost_at(&line, 1, &cost));
    assert_near(cost.seconds, 0.5);
    assert_near(cost.mib, 4);
    assert_true(cost_at(&line, 10, &cost));
    assert_near(cost.seconds, 5);
    assert_true(cost_at(&line, 100, &cost));
    assert_near(cost.seconds, 500);
    assert_near(cost.mib, 80);
    /* n log-linear: the square of the factor in the middle is that of the ends. */
    assert_true(cost_at(&line, 40, &cost));
    assert_near(cost.seconds, 5 * pow(100, log10(4)));
    /* Beyond the last as before it. */
    assert_true(cost_at(&line, 1000, &cost));
    assert_near(cost.seconds, 50000);
    assert_near(cost.mib, 800);
    assert_true(cost_at(&line, POSITION_MAX, &cost));
}

static void
lines_are_read_strictly(void **state)
{
    static const char *const bad[] = {
        "1",     "1/",
        "/1",    "x",
        "1/2/3", "0/1",
        "-1/1",  "1/0",
        "inf/1", "nan/1",
        "1/2x",  "1/2,3/4",
        "1 2/3", "1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1",
    };
    struct cost_line line = {.count = 7}, again;
    char text[COST_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (cost_parse(bad[i], &line))
            fail_msg("was read: %s", bad[i]);
    assert_int_equal(line.count, 7);
    assert_true(cost_parse("0.00012/3.5 1.5e+03/2e+04", &line));
    assert_int_equal(line.count, 2);
    cost_print(&line, text);
    assert_string_equal(text, "0.00012/3.5 1.5e+03/2e+04");
    assert_true(cost_parse("", &again));
    assert_int_equal(again.count, 0);
    /* The longest that there can be has room. */
    line.count = COST_POINTS;
    for (int i = 0; i < COST_POINTS; i++)
        line.at[i] = (struct cost){1.2345e-300, 1.2345e300};
    cost_print(&line, text);
    assert_true(cost_parse(text, &again));
    assert_int_equal(again.count, COST_POINTS);
}

static void
costs_are_kept_and_told_when_they_change(void **state)
{
    struct fixture *f = *state;
    struct cost_table table = {.threads = 3}, read;
    double speeds[ALGORITHM_COUNT] = {[ALGORITHM_SPIGOT] = 1.25};
    int64_t before, after;

    assert_int_equal(store_costs(f->s, &read), STORE_OK);
    assert_int_equal(read.threads, 0);
    assert_int_equal(cost_line(&read, ALGORITHM_BBP, 16)->count, 0);
    assert_true(cost_parse("1/2 3/4", &table.lines[ALGORITHM_BBP][1]));
    assert_true(cost_parse("5/6 7/8", &table.lines[ALGORITHM_CHUDNOVSKY][0]));
    before = select_integer(f, "SELECT value FROM meta WHERE key = 'revision'");
    assert_int_equal(store_set_costs(f->s, &table, speeds), STORE_OK);
    after = select_integer(f, "SELECT value FROM meta WHERE key = 'revision'");
    assert_int_equal(after, before + 1);
    assert_int_equal(store_costs(f->s, &read), STORE_OK);
    assert_memory_equal(&read, &table, sizeof read);

    speeds[ALGORITHM_SPIGOT] = 1.5;
    assert_int_equal(store_set_costs(f->s, &table, speeds), STORE_OK);
    assert_int_equal(select_integer(f, "SELECT value FROM meta WHERE key = 'revision'"),
                     after);
    memset(speeds, 0, sizeof speeds);
    assert_int_equal(store_speeds(f->s, speeds), STORE_OK);
    assert_near(speeds[ALGORITHM_SPIGOT], 1.5);
    assert_true(speeds[ALGORITHM_BBP] <= 0);
}

/* Whatever the database holds, it is a number of threads or none. */
static void
threads_are_a_number(void **state)
{
    static const struct {
        const char *value;
        int threads;
    } rows[] = {{"", 0},   {"x", 0},          {"3x", 0},
                {"-1", 0}, {"1000000000", 0}, {"99999999999999999999", 0},
                {"16", 16}};
    struct fixture *f = *state;
    struct cost_table read;
    char sql[128];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(sql, sizeof sql,
                 "INSERT OR REPLACE INTO meta VALUES ('cost:threads', '%s')",
                 rows[i].value);
        run_sql(f, sql);
        assert_int_equal(store_costs(f->s, &read), STORE_OK);
        assert_int_equal(read.threads, rows[i].threads);
    }
}

static void
the_queue_is_read_by_turns(void **state)
{
    struct fixture *f = *state;
    struct store_waiting rows[8];
    size_t count;

    put(f, 100, "alice");
    put(f, 200, "alice");
    put(f, 250, "alice");
    put_as(f, 16, 300, ALGORITHM_BBP, "bob");
    take(f, put(f, 400, "carol"), TOKEN);
    assert_int_equal(store_queue_front(f->s, rows, 8, &count), STORE_OK);
    assert_int_equal(count, 4);
    assert_int_equal(rows[0].position, 100);
    assert_int_equal(rows[1].position, 200);
    assert_int_equal(rows[2].position, 300); /* bob's first, before alice's third */
    assert_int_equal(rows[2].radix, 16);
    assert_int_equal(rows[2].algorithm, ALGORITHM_BBP);
    assert_int_equal(rows[3].position, 250);
    assert_int_equal(store_queue_front(f->s, rows, 2, &count), STORE_OK);
    assert_int_equal(count, 2);
}

static void
outcomes_travel_through_addresses(void **state)
{
    static const char *const bad[] = {
        "",
        "cancel",
        "cancel.1",
        "cancel.1.0.0.0.0.0.0",
        "cancel.1.0.0.0.0.0.0.0.0",
        "cancel.01.0.0.0.0.0.0.0",
        "cancel.101.0.0.0.0.0.0.0",
        "cancel.-1.0.0.0.0.0.0.0",
        "cancel. 1.0.0.0.0.0.0.0",
        "cance.1.0.0.0.0.0.0.0",
        "cancels.1.0.0.0.0.0.0.0",
        "Cancel.1.0.0.0.0.0.0.0",
        ".1.0.0.0.0.0.0.0",
        "cancel.1.0.0.0.0.0.0.0 ",
        "cancel.1.0.0.0.0.0.0.00000000000000000000000000000000000000",
    };
    struct bulk_outcome o = {.action = ACTION_RETRY}, again;
    char text[BULK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (bulk_parse(bad[i], &o))
            fail_msg("was read: %s", bad[i]);
    assert_int_equal(o.action, ACTION_RETRY);
    for (enum action a = 0; a < ACTION_COUNT; a++) {
        o.action = a;
        for (int fate = 0; fate < BULK_FATES; fate++)
            o.count[fate] = (unsigned)(BULK_MOST - fate);
        bulk_print(&o, text);
        assert_true(bulk_parse(text, &again));
        assert_memory_equal(&o, &again, sizeof o);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_lie_between_points),
        cmocka_unit_test(lines_are_read_strictly),
        cmocka_unit_test_setup_teardown(costs_are_kept_and_told_when_they_change,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(threads_are_a_number, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(the_queue_is_read_by_turns, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(outcomes_travel_through_addresses),
    };

    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
