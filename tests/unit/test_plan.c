/*
 * Slots and budgets: which waiting job may start.
 */
#include "daemon/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct plan_need wide = {true, 60, 1000, 100};
static const struct plan_need narrow = {false, 60, 1000, 100};
static const struct plan_need small = {true, 0.5, 10, 1};

/* An idle machine of CPUS. */
static struct plan_room
idle(int cpus)
{
    return (struct plan_room){.cpus = cpus,
                              .memory_total = 10000,
                              .memory_free = 10000,
                              .disk_total = 10000,
                              .disk_free = 10000};
}

static void
expect(const struct plan_room *room, const struct plan_need *need,
       enum plan_verdict verdict, int threads, bool express)
{
    struct plan_choice choice = plan_choose(room, need);

    assert_int_equal(choice.verdict, verdict);
    assert_int_equal(choice.threads, threads);
    assert_int_equal(choice.express, express);
}

/* Starts NEED in ROOM and expects that it gets THREADS. */
static void
book(struct plan_room *room, const struct plan_need *need, int threads)
{
    struct plan_choice choice = plan_choose(room, need);

    assert_int_equal(choice.verdict, PLAN_START);
    assert_int_equal(choice.threads, threads);
    plan_book(room, need, &choice);
}

static void
test_wide_takes_all(void **state)
{
    struct plan_room room = idle(8);

    (void)state;
    book(&room, &wide, 8);
    assert_int_equal(room.threads, 8);
    expect(&room, &wide, PLAN_WAIT_SLOT, 0, false);
    expect(&room, &narrow, PLAN_WAIT_SLOT, 0, false);
}

static void
test_wide_takes_what_narrow_left(void **state)
{
    struct plan_room room = idle(4);

    (void)state;
    book(&room, &narrow, 1);
    book(&room, &wide, 3);
    expect(&room, &narrow, PLAN_WAIT_SLOT, 0, false);
}

static void
test_one_wide_at_a_time(void **state)
{
    struct plan_room room = idle(4);

    (void)state;
    room.wide = true;
    room.threads = 2; /* it started when two were free */
    expect(&room, &wide, PLAN_WAIT_SLOT, 0, false);
    expect(&room, &narrow, PLAN_START, 1, false);
}

static void
test_narrow_fill_the_budget(void **state)
{
    struct plan_room room = idle(3);

    (void)state;
    for (int i = 0; i < 3; i++) {
        book(&room, &narrow, 1);
    }
    expect(&room, &narrow, PLAN_WAIT_SLOT, 0, false);
}

static void
test_small_never_waits_behind_large(void **state)
{
    struct plan_room room = idle(2);

    (void)state;
    book(&room, &wide, 2);
    expect(&room, &small, PLAN_START, 1, true);
    book(&room, &small, 1);
    expect(&room, &small, PLAN_WAIT_SLOT, 0, false);
    assert_int_equal(room.threads, 2);
}

static void
test_small_leaves_the_budget_alone(void **state)
{
    struct plan_room room = idle(2);

    (void)state;
    book(&room, &small, 1);
    assert_true(room.express);
    assert_int_equal(room.threads, 0);
    /* With the express slot taken it uses the budget, one thread of it. */
    expect(&room, &small, PLAN_START, 1, false);
    book(&room, &small, 1);
    assert_false(room.wide);
    expect(&room, &wide, PLAN_START, 1, false);
}

static void
test_small_is_below_the_line(void **state)
{
    struct plan_need need = small;

    (void)state;
    need.seconds = PLAN_EXPRESS_S;
    assert_false(plan_small(&need));
    need.seconds = 0.999;
    assert_true(plan_small(&need));
}

static void
test_memory(void **state)
{
    struct plan_room room = idle(4);
    struct plan_need need = wide;

    (void)state;
    need.memory = 9844; /* a part is for small jobs */
    expect(&room, &need, PLAN_START, 4, false);
    need.memory = 9845;
    expect(&room, &need, PLAN_NEVER_MEMORY, 0, false);
    room.memory_free = 1156;
    expect(&room, &narrow, PLAN_START, 1, false);
    room.memory_free = 1155;
    expect(&room, &narrow, PLAN_WAIT_MEMORY, 0, false);
    expect(&room, &small, PLAN_START, 1, true);
    room.memory_free = 100;
    expect(&room, &narrow, PLAN_WAIT_MEMORY, 0, false);
    expect(&room, &small, PLAN_START, 1, true);
    room.memory_free = 9;
    expect(&room, &small, PLAN_WAIT_MEMORY, 0, false);
}

static void
test_disk_is_needed_three_times(void **state)
{
    struct plan_room room = idle(4);
    struct plan_need need = narrow;

    (void)state;
    need.disk = 3333;
    expect(&room, &need, PLAN_START, 1, false);
    need.disk = 3334;
    expect(&room, &need, PLAN_NEVER_DISK, 0, false);
    room.disk_free = 299;
    expect(&room, &narrow, PLAN_WAIT_DISK, 0, false);
    room.disk_free = 300;
    expect(&room, &narrow, PLAN_START, 1, false);
    assert_true(plan_disk_needed(UINT64_MAX / 2) == UINT64_MAX);
}

static void
test_never_comes_before_waiting(void **state)
{
    struct plan_room room = idle(1);
    struct plan_need need = wide;

    (void)state;
    book(&room, &narrow, 1);
    need.memory = 10001;
    expect(&room, &need, PLAN_NEVER_MEMORY, 0, false);
}

static void
test_booking_takes_memory_and_disk(void **state)
{
    struct plan_room room = idle(4);

    (void)state;
    room.memory_free = 1500;
    room.disk_free = 350;
    book(&room, &narrow, 1);
    assert_int_equal(room.memory_free, 500);
    assert_int_equal(room.disk_free, 250);
    expect(&room, &narrow, PLAN_WAIT_MEMORY, 0, false);
}

static void
test_idle_until_something_is_booked(void **state)
{
    struct plan_room room = idle(2), express = idle(2);

    (void)state;
    assert_true(plan_is_idle(&room));
    book(&room, &narrow, 1);
    assert_false(plan_is_idle(&room));
    book(&express, &small, 1);
    assert_int_equal(express.threads, 0);
    assert_false(plan_is_idle(&express));
}

static void
test_waiting_for_a_running_job(void **state)
{
    (void)state;
    assert_true(plan_wait_for_cover(&wide, 100, 0.5));
    assert_false(plan_wait_for_cover(&wide, 100, 0.3));
    assert_false(plan_wait_for_cover(&small, 100, 0.99));
}

static bool
is_near(double a, double b)
{
    return a > b - 1e-9 && a < b + 1e-9;
}

static void
test_seconds_left(void **state)
{
    (void)state;
    /* The estimate first, then the speed so far. */
    assert_true(is_near(plan_seconds_left(100, 2, 0, 0), 98));
    assert_true(is_near(plan_seconds_left(100, 2.5, 0, 0.025), 97.5));
    assert_true(is_near(plan_seconds_left(100, 10, 0, 0.25), 30));
    /* Half of each. */
    assert_true(is_near(plan_seconds_left(100, 5, 0, 0.025), 50 + 100 - 5));
    assert_true(is_near(plan_seconds_left(100, 200, 0, 0), 200));
    /* From a checkpoint, what was done before does not count for the speed. */
    assert_true(is_near(plan_seconds_left(100, 1, 0.6, 0.61), 39));
    assert_true(is_near(plan_seconds_left(100, 2, 0.6, 0.61), 58));
    assert_true(is_near(plan_seconds_left(100, 10, 0.6, 0.7), 30));
    assert_true(is_near(plan_seconds_left(100, 10, 0.6, 1), 0));
    assert_true(is_near(plan_seconds_left(100, 10, 1, 1), 0));
}

/* A run that takes TRULY seconds and was thought to take 100: what is told each
 * thousandth of it. */
static void
follow(double truly)
{
    double last = 100, largest = truly > 100 ? truly : 100;

    for (int i = 1; i <= 1000; i++) {
        double share = i / 1000.0, elapsed = truly * share;
        double left = plan_seconds_left(100, elapsed, 0, share);
        double real = truly - elapsed;

        /* It never leaps, */
        assert_true(left - last < 0.03 * largest && last - left < 0.03 * largest);
        /* nor does it run out while there is work, */
        assert_true(left >= (real < 50 ? 0.99 * real : 49));
        /* and it is not further off than the estimate; soon it is right. */
        assert_true(left < 1.01 * largest);
        assert_true(share < 0.05 || is_near(left, real));
        last = left;
    }
}

static void
test_seconds_left_do_not_leap(void **state)
{
    (void)state;
    follow(100);
    follow(2000);
    follow(130);
    follow(20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_takes_all),
        cmocka_unit_test(test_wide_takes_what_narrow_left),
        cmocka_unit_test(test_one_wide_at_a_time),
        cmocka_unit_test(test_narrow_fill_the_budget),
        cmocka_unit_test(test_small_never_waits_behind_large),
        cmocka_unit_test(test_small_leaves_the_budget_alone),
        cmocka_unit_test(test_small_is_below_the_line),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_disk_is_needed_three_times),
        cmocka_unit_test(test_never_comes_before_waiting),
        cmocka_unit_test(test_booking_takes_memory_and_disk),
        cmocka_unit_test(test_idle_until_something_is_booked),
        cmocka_unit_test(test_waiting_for_a_running_job),
        cmocka_unit_test(test_seconds_left),
        cmocka_unit_test(test_seconds_left_do_not_leap),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
