/*
 * How runs talk to their caller, the same for every algorithm: progress, order
 * of delivery, cancellation at every stage, NULL callbacks, threads.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine_fixture.h"

/* A job for each algorithm and radix: one that takes long enough to report in the
 * middle, and one that would take minutes if cancelling did not end it. */
static const struct {
    const char *algorithm;
    int radix;
    uint64_t some, much;
} kinds[] = {
    {"spigot", 10, 60000, 5000000},
    {"chudnovsky", 10, 700000, 30000000},
    {"chudnovsky", 16, 700000, 30000000},
    {"bbp", 16, 100000000, UINT64_C(1000000000000)},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void
test_progress(void **state)
{
    static const char *const phases[] = {"splitting", "dividing", "converting",
                                         "summing", "streaming"};
    struct collected c;
    size_t i, j;
    bool known;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        memset(&c, 0, sizeof c);
        assert_int_equal(
            collect(&c, kinds[i].algorithm, kinds[i].radix, kinds[i].some, 2),
            ENGINE_OK);
        assert_false(c.fell || c.gap || c.stranger);
        assert_true(c.reports >= 3);
        assert_true(c.fraction == 1.0);
        for (j = 0, known = false; j < sizeof phases / sizeof phases[0]; j++)
            known = known || strcmp(c.phase, phases[j]) == 0;
        assert_true(known);
        collected_free(&c);
    }
}

static void
test_no_callbacks(void **state)
{
    const struct engine_callbacks empty = {0};
    struct engine_job job;
    size_t i;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        job = (struct engine_job){kinds[i].radix, 1000, 2};
        assert_int_equal(engine_run(engine_find(kinds[i].algorithm), &job, NULL),
                         ENGINE_OK);
        assert_int_equal(engine_run(engine_find(kinds[i].algorithm), &job, &empty),
                         ENGINE_OK);
    }
}

/* Cancelled from the start: however small the job, nothing is delivered. */
static void
test_cancelled_at_once(void **state)
{
    static const uint64_t positions[] = {1, 100, 100000};
    struct collected c;
    size_t i, j;
    int threads;

    (void)state;
    for (i = 0; i < KINDS; i++)
        for (j = 0; j < 3; j++)
            for (threads = 1; threads <= 3; threads++) {
                c = (struct collected){.cancel_at = 1};
                assert_int_equal(collect(&c, kinds[i].algorithm, kinds[i].radix,
                                         positions[j], threads),
                                 ENGINE_CANCELLED);
                assert_int_equal(c.deliveries, 0);
                assert_int_equal(c.asked, 1);
            }
}

/* Cancelled at the 2nd, 3rd, ... question, wherever in the run that is. */
static void
test_cancelled_anywhere(void **state)
{
    struct collected c;
    enum engine_rc rc;
    size_t i;
    int at;

    (void)state;
    for (i = 0; i < KINDS; i++)
        for (at = 2, rc = ENGINE_CANCELLED; rc == ENGINE_CANCELLED; at++) {
            c = (struct collected){.cancel_at = at};
            rc = collect(&c, kinds[i].algorithm, kinds[i].radix, kinds[i].some / 10, 2);
            if (rc == ENGINE_CANCELLED)
                assert_int_equal(c.asked, at);
            else
                assert_int_equal(rc, ENGINE_OK);
            assert_false(c.gap || c.late || c.stranger);
            collected_free(&c);
        }
}

/* Jobs of minutes end soon after the wish, in every thread. */
static void
test_cancelled_in_the_middle(void **state)
{
    struct collected c;
    size_t i;
    int threads;

    (void)state;
    for (i = 0; i < KINDS; i++)
        for (threads = 1; threads <= 4; threads *= 2) {
            c = (struct collected){.give_up_at = 6};
            assert_int_equal(
                collect(&c, kinds[i].algorithm, kinds[i].radix, kinds[i].much, threads),
                ENGINE_CANCELLED);
            assert_true(c.fraction < 0.5);
            assert_int_equal(c.reports, 6);
            collected_free(&c);
        }
}

static void
test_refused_digits(void **state)
{
    struct collected c;
    size_t i;
    int at;

    (void)state;
    for (i = 0; i < KINDS; i++)
        for (at = 1; at <= (strcmp(kinds[i].algorithm, "bbp") == 0 ? 1 : 3); at++) {
            c = (struct collected){.refuse_at = at};
            assert_int_equal(
                collect(&c, kinds[i].algorithm, kinds[i].radix, kinds[i].some / 3, 2),
                ENGINE_CANCELLED);
            assert_int_equal(c.deliveries, at);
            assert_false(c.late || c.gap);
            collected_free(&c);
        }
}

/* Any number of threads gives the same digits. */
static void
test_threads(void **state)
{
    static const uint64_t positions[] = {1, 50, 5000, 45000};
    char *expected, *text;
    size_t i, j;
    int threads;

    (void)state;
    for (i = 0; i < KINDS; i++)
        for (j = 0; j < sizeof positions / sizeof positions[0]; j++) {
            expected =
                digits_of(kinds[i].algorithm, kinds[i].radix, positions[j], 1, NULL);
            for (threads = 2; threads <= 8; threads++) {
                text = digits_of(kinds[i].algorithm, kinds[i].radix, positions[j],
                                 threads, NULL);
                assert_string_equal(text, expected);
                free(text);
            }
            text =
                digits_of(kinds[i].algorithm, kinds[i].radix, positions[j], 256, NULL);
            assert_string_equal(text, expected);
            free(text);
            free(expected);
        }
}

struct parallel {
    pthread_t thread;
    size_t kind;
    struct collected c;
    enum engine_rc rc;
};

static void *
parallel_main(void *arg)
{
    struct parallel *p = arg;

    p->rc = collect(&p->c, kinds[p->kind].algorithm, kinds[p->kind].radix, 30000, 2);
    return NULL;
}

/* Runs side by side in one process do not disturb each other. */
static void
test_side_by_side(void **state)
{
    struct parallel p[2 * KINDS];
    char *expected;
    size_t i;

    (void)state;
    memset(p, 0, sizeof p);
    for (i = 0; i < 2 * KINDS; i++) {
        p[i].kind = i % KINDS;
        assert_int_equal(pthread_create(&p[i].thread, NULL, parallel_main, &p[i]), 0);
    }
    for (i = 0; i < 2 * KINDS; i++)
        assert_int_equal(pthread_join(p[i].thread, NULL), 0);
    for (i = 0; i < 2 * KINDS; i++) {
        expected = digits_of(kinds[p[i].kind].algorithm, kinds[p[i].kind].radix, 30000,
                             1, NULL);
        assert_int_equal(p[i].rc, ENGINE_OK);
        assert_false(p[i].c.gap || p[i].c.fell || p[i].c.stranger);
        assert_string_equal(p[i].c.text, expected);
        free(expected);
        collected_free(&p[i].c);
    }
}

#ifndef NTHPI_SANITIZED /* sanitizers reserve address space as they like */
/* In a child that has no room for another stack: returns the result of the run. */
static int
run_without_stacks(const char *algorithm, int radix, uint64_t position)
{
    const rlim_t room = 6 << 20;
    const struct engine_job job = {radix, position, 4};
    struct rlimit limit;
    unsigned long pages = 0;
    int status = -1;
    FILE *statm;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        statm = fopen("/proc/self/statm", "r");
        if (statm == NULL || fscanf(statm, "%lu", &pages) != 1)
            _exit(100);
        limit.rlim_cur = limit.rlim_max = pages * (rlim_t)sysconf(_SC_PAGESIZE) + room;
        if (setrlimit(RLIMIT_AS, &limit) != 0)
            _exit(101);
        _exit((int)engine_run(engine_find(algorithm), &job, NULL));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
test_no_thread(void **state)
{
    (void)state;
    assert_int_equal(run_without_stacks("bbp", 16, 200000), ENGINE_NO_THREAD);
    assert_int_equal(run_without_stacks("chudnovsky", 10, 45000), ENGINE_NO_THREAD);
}
#endif

int
main(void)
{
    /* The first test has to find no stacks that earlier threads left behind. */
    const struct CMUnitTest tests[] = {
#ifndef NTHPI_SANITIZED
        cmocka_unit_test(test_no_thread),
#endif
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_no_callbacks),
        cmocka_unit_test(test_cancelled_at_once),
        cmocka_unit_test(test_cancelled_anywhere),
        cmocka_unit_test(test_cancelled_in_the_middle),
        cmocka_unit_test(test_refused_digits),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_side_by_side),
    };

    return cmocka_run_group_tests_name("engine run", tests, NULL, NULL);
}
