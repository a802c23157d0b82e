/* When the news of running jobs are due. */
#include "cmocka_all.h"

#include "daemon/daemon.h"

#include <string.h>

#define START  INT64_C(7000000000)
#define SECOND INT64_C(1000000)

/* A job that runs since START, told something, and was last committed LATER. */
static struct job
running(int64_t later)
{
    struct job j;

    memset(&j, 0, sizeof j);
    j.worker.pid = 1;
    j.worker.started_us = START;
    j.worker.report.changed = true;
    j.noted = true;
    j.said_at = later > 0 ? START + later : 0;
    return j;
}

static int64_t
due(struct job *first)
{
    struct daemon d = {.jobs = first};

    return progress_due(&d);
}

static void
test_who_has_none(void **state)
{
    struct job j = running(0);

    (void)state;
    assert_true(due(NULL) == INT64_MAX);
    j.worker.report.changed = false;
    assert_true(due(&j) == INT64_MAX);
    j = running(0);
    j.worker.pid = 0;
    assert_true(due(&j) == INT64_MAX);
    j = running(0);
    j.lost = true;
    assert_true(due(&j) == INT64_MAX);
}

static void
test_pace(void **state)
{
    static const struct {
        int64_t said, due; /* after the start, microseconds */
    } cases[] = {
        {0, SECOND / 10},           {SECOND / 10, SECOND / 5},
        {SECOND, 11 * SECOND / 10}, {2 * SECOND, 22 * SECOND / 10},
        {10 * SECOND, 11 * SECOND}, {3600 * SECOND, 3601 * SECOND},
    };
    struct job j;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        j = running(cases[i].said);
        assert_int_equal(due(&j) - START, cases[i].due);
    }
    j = running(3600 * SECOND);
    j.unsaid = true;
    j.worker.report.changed = false;
    assert_int_equal(due(&j), 0);
    j.unsaid = false;
    assert_true(due(&j) == INT64_MAX);
    j.noted = false;
    assert_int_equal(due(&j), 0);
}

static void
test_the_first_of_several(void **state)
{
    struct job old = running(100 * SECOND), young = running(SECOND), none = running(0);

    (void)state;
    none.worker.report.changed = false;
    none.next = &old;
    old.next = &young;
    assert_int_equal(due(&none) - START, 11 * SECOND / 10);
    young.next = NULL;
    old.next = NULL;
    assert_int_equal(due(&none) - START, 101 * SECOND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_has_none),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_the_first_of_several),
    };

    return cmocka_run_group_tests_name("news", tests, NULL, NULL);
}
