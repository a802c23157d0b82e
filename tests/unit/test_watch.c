/*
 * Whether a worker still gets on, and within its limits.
 */
#include "daemon/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct watch_limits usual = {.stall_s = 10, .estimate_s = 100};

/* Looks SECONDS times, a second apart; the CPU time grows by CPU_S at each, and HEARD
 * bytes come. The first verdict that is not WATCH_GOOD, and in *AFTER how many looks it
 * took. */
static enum watch_verdict
look(struct watch *w, struct watch_sign *sign, const struct watch_limits *limits,
     int seconds, double cpu_s, unsigned heard, int *after)
{
    for (*after = 1; *after <= seconds; ++*after) {
        enum watch_verdict verdict;

        sign->now += 1000000;
        sign->cpu_s += cpu_s;
        sign->heard += heard;
        verdict = watch_look(w, sign, limits);
        if (verdict != WATCH_GOOD) {
            return verdict;
        }
    }
    return WATCH_GOOD;
}

static void
test_stopped_process(void **state)
{
    struct watch_sign sign = {.now = 5000000, .cpu_s = 3};
    struct watch w = {0};
    int after;

    (void)state;
    assert_int_equal(look(&w, &sign, &usual, 30, 1, 20, &after), WATCH_GOOD);
    assert_int_equal(look(&w, &sign, &usual, 30, 0, 0, &after), WATCH_SILENT);
    assert_int_equal(after, 11);
}

/* Any of the signs of life will do. */
static void
test_signs_of_life(void **state)
{
    struct watch_sign sign = {.now = 5000000};
    struct watch w = {0};
    int after;

    (void)state;
    assert_int_equal(look(&w, &sign, &usual, 1000, 0, 1, &after), WATCH_GOOD);
    /* A hundredth of a CPU is what it gets. */
    assert_int_equal(look(&w, &sign, &usual, 1000, 0.01, 0, &after), WATCH_GOOD);
    sign.held = true;
    assert_int_equal(look(&w, &sign, &usual, 1000, 0, 0, &after), WATCH_GOOD);
}

static void
test_endless_loop(void **state)
{
    struct watch_sign sign = {.now = 5000000};
    struct watch w = {0};
    struct watch_limits small = {.stall_s = 10, .estimate_s = 0.1};
    int after;

    (void)state;
    assert_int_equal(look(&w, &sign, &usual, 1000, 2, 0, &after), WATCH_LOOPS);
    assert_int_equal(after, 151); /* three times 100 s of two CPUs */
    assert_int_equal(look(&w, &sign, &usual, 1, 2, 1, &after), WATCH_GOOD);
    w = (struct watch){0};
    sign = (struct watch_sign){.now = 1};
    assert_int_equal(look(&w, &sign, &small, 1000, 1, 0, &after), WATCH_LOOPS);
    assert_int_equal(after, 51); /* at least five times the silence */
}

/* Nobody looked while the machine or the daemon was suspended. */
static void
test_suspended(void **state)
{
    struct watch_limits limits = {.stall_s = 10, .estimate_s = 100, .left_s = 60};
    struct watch_sign sign = {.now = 5000000};
    struct watch w = {0};
    int after;

    (void)state;
    assert_int_equal(look(&w, &sign, &limits, 5, 0, 0, &after), WATCH_GOOD);
    sign.now += INT64_C(3600000000);
    assert_int_equal(watch_look(&w, &sign, &limits), WATCH_GOOD);
    sign.now -= INT64_C(7200000000);
    assert_int_equal(watch_look(&w, &sign, &limits), WATCH_GOOD);
}

static void
test_limits(void **state)
{
    struct watch_limits limits = {
        .stall_s = 10, .estimate_s = 100, .left_s = 20, .memory = 1000};
    struct watch_sign sign = {.now = 5000000, .resident = 1000};
    struct watch w = {0};
    int after;

    (void)state;
    assert_int_equal(look(&w, &sign, &limits, 100, 1, 1, &after), WATCH_TIME);
    assert_int_equal(after, 22); /* the first look only begins */
    limits.left_s = 0;
    assert_int_equal(look(&w, &sign, &limits, 100, 1, 1, &after), WATCH_GOOD);
    sign.resident = 1001;
    assert_int_equal(look(&w, &sign, &limits, 1, 1, 1, &after), WATCH_MEMORY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped_process), cmocka_unit_test(test_signs_of_life),
        cmocka_unit_test(test_endless_loop),    cmocka_unit_test(test_suspended),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
