/*
 * Workers that hang, tell nonsense or want too much, and a machine that has no process
 * to spare: the row says why, others are done, and the daemon is unharmed.
 */
#include "daemon_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AT_762 "9999998372978049"

static const char *const impatient[] = {"--stall-s=1", "--cpus=4", NULL};
/* A worker may wait long for its turn on a busy machine. */
static const char *const patient[] = {"--stall-s=90", "--cpus=4", NULL};

/* Starts the daemon with FAULT and MORE arguments. */
static void
start_faulty(struct site *s, const char *fault, const char *const *more)
{
    assert_int_equal(setenv("NTHPID", "tests/unit/faulty_nthpid", 1), 0);
    assert_int_equal(setenv("NTHPI_FAULT", fault, 1), 0);
    site_start(s, 0, more);
    unsetenv("NTHPI_FAULT");
    unsetenv("NTHPID");
}

/* The daemon is none the worse: it stops, and another one computes the same. */
static void
check_unharmed(struct site *s)
{
    assert_int_equal(site_workers(s, 0), 0);
    assert_int_equal(site_stop(s, 0), 0);
    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}

static void
check_no_digit(struct site *s, const struct computation *row)
{
    struct published p;

    assert_int_equal(row->digit, 0);
    assert_string_equal(row->window, "");
    assert_string_equal(row->verified, "");
    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    assert_int_equal(p.length, 0);
}

static void
check_hung(struct site *s, int64_t id)
{
    struct computation row = site_wait(s, id, STATUS_FAILED);
    struct event events[16];
    size_t count;

    assert_string_equal(row.error, "the worker hung: no sign of life for 1 s, 3 times");
    assert_int_equal(row.attempts, 3);
    check_no_digit(s, &row);
    assert_int_equal(store_events(s->store, id, events, 16, &count), STORE_OK);
    assert_int_equal(count, 1 + 3 * 3);
    /* It waited between them, and longer the second time. */
    assert_string_equal(events[3].stage, "requeued");
    assert_true(events[4].at - events[3].at >= 1000000);
    assert_string_equal(events[6].stage, "requeued");
    assert_true(events[7].at - events[6].at >= 4000000);
}

/* A worker that hangs is tried three times. One that loops uses the CPU, so it has
 * longer. */
static void
test_workers_that_hang(void **state)
{
    struct site *s = *state;
    int64_t stopped, waits, loops;
    char killed[48];

    start_faulty(s, "hang", impatient);
    stopped = site_ask(s, 10, 762, ALGORITHM_SPIGOT);
    waits = site_ask(s, 10, 763, ALGORITHM_SPIGOT);
    loops = site_ask(s, 10, 764, ALGORITHM_SPIGOT);
    check_hung(s, stopped);
    check_hung(s, waits);
    /* On a machine that has no CPU for it, it shows no sign of life, either. */
    snprintf(killed, sizeof killed, "row %ld: worker ", (long)loops);
    site_wait_log(s, killed);
    assert_true(site_row(s, loops).status != STATUS_DONE);
    assert_int_equal(site_stop(s, 0), 0);
    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 764, ALGORITHM_SPIGOT), &AT_762[2]);
}

/* A worker that has nothing to say for a while is no such one. */
static void
test_busy_worker_is_left_alone(void **state)
{
    struct site *s = *state;
    static const char *const five[] = {"--stall-s=5", NULL};
    int64_t id;

    site_start(s, 0, five);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 1);
}

static void
test_nonsense(void **state)
{
    struct site *s = *state;
    static const struct {
        const char *fault, *message;
    } cases[] = {
        {"order", "an end before the verification"},
        {"version", "a second greeting"},
        {"nan", "a line that is no message"},
        {"back", "progress that goes back"},
        {"window", "a window that does not fit"},
        {"unchecked", "an end before the verification"},
        {"other", "a file that does not fit"},
        {"nul", "a line that is no message"},
        {"random", "a line that"},
        {"long", "a line that is too long"},
        {"flood", "a line that is no message"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static const char head[] = "the worker's report was nonsense: ";
        struct computation row;

        start_faulty(s, cases[i].fault, patient);
        row = site_wait(s, site_ask(s, 10, 700 + i, ALGORITHM_SPIGOT), STATUS_FAILED);
        if (strncmp(row.error, head, strlen(head)) != 0) {
            fail_msg("%s: \"%s\"", cases[i].fault, row.error);
        }
        if (!strstr(row.error, cases[i].message)) {
            fail_msg("%s: \"%s\"", cases[i].fault, row.error);
        }
        assert_int_equal(row.attempts, 1); /* the same would come again */
        check_no_digit(s, &row);
        assert_int_equal(site_stop(s, 0), 0);
    }
    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}

/* ---- what the machine lacks ---- */

/* Starts the daemon with FAULT, which lasts as long as the file PATH is there. */
static void
start_faulty_while(struct site *s, const char *fault, char path[96])
{
    int fd;

    snprintf(path, 96, "%s/while", s->path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(setenv("NTHPI_FAULT_WHILE", path, 1), 0);
    start_faulty(s, fault, NULL);
    unsetenv("NTHPI_FAULT_WHILE");
}

static void
check_shortage(struct site *s, const char *call, const char *words)
{
    char path[96];
    int64_t ids[5];

    start_faulty_while(s, call, path);
    for (int i = 0; i < 5; i++) {
        ids[i] = site_ask(s, 10, 762 + (uint64_t)i, ALGORITHM_SPIGOT);
    }
    site_wait_log(s, words);
    assert_int_equal(unlink(path), 0);
    for (int i = 0; i < 5; i++) {
        struct computation row = site_wait(s, ids[i], STATUS_DONE);

        assert_int_equal(row.attempts, 1); /* not the row's fault */
        assert_memory_equal(row.window, &AT_762[i], 10);
    }
    check_unharmed(s);
}

static void
test_no_process(void **state)
{
    check_shortage(*state, "fork",
                   "cannot start a worker: Resource temporarily unavailable");
}

static void
test_no_descriptor(void **state)
{
    check_shortage(*state, "pipe2", "cannot start a worker: Too many open files");
}

static void
test_no_memory_to_poll(void **state)
{
    check_shortage(*state, "poll", "poll: Cannot allocate memory");
}

/* The row says what it waits for, until it waits no more. */
static void
check_waits(struct site *s, const char *fault, const char *phase)
{
    struct computation row;
    int64_t id, began = 0;
    char path[96];

    start_faulty_while(s, fault, path);
    id = site_ask(s, 10, 762, ALGORITHM_SPIGOT);
    while (strcmp((row = site_row(s, id)).phase, phase) != 0) {
        site_pause(&began, phase);
    }
    assert_int_equal(row.status, STATUS_QUEUED);
    assert_int_equal(unlink(path), 0);
    row = site_wait(s, id, STATUS_DONE);
    assert_string_equal(row.phase, "");
    assert_int_equal(row.attempts, 1);
}

static void
test_waits_for_memory(void **state)
{
    check_waits(*state, "memory", STORE_WAITS_MEMORY);
}

static void
test_waits_for_disk(void **state)
{
    check_waits(*state, "disk", STORE_WAITS_DISK);
}

/* ---- what a job may ---- */

static void
check_refused(struct site *s, const char *const *more, int radix, uint64_t position,
              enum algorithm algorithm, const char *message)
{
    struct computation row;

    site_start(s, 0, more);
    row = site_wait(s, site_ask(s, radix, position, algorithm), STATUS_FAILED);
    if (!strstr(row.error, message)) {
        fail_msg("\"%s\"", row.error);
    }
    assert_int_equal(row.attempts, 1);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
    assert_int_equal(site_stop(s, 0), 0);
}

static void
test_estimates_refuse(void **state)
{
    static const char *const memory[] = {"--job-memory=64", NULL};
    static const char *const seconds[] = {"--job-time=5", NULL};

    check_refused(*state, memory, 10, 100000000, ALGORITHM_CHUDNOVSKY,
                  "MiB are needed, more than the 64 MiB that job-memory allows");
    check_refused(*state, seconds, 16, UINT64_C(10000000000), ALGORITHM_BBP,
                  "s are needed, more than the 5 s that job-time allows");
}

/* A job that takes longer than it was estimated to, and is not tried again. */
static void
test_time_runs_out(void **state)
{
    struct site *s = *state;
    static const char *const brief[] = {"--job-time=1", "--stall-s=60", NULL};
    struct computation row;

    start_faulty(s, "wait", brief);
    row = site_wait(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), STATUS_FAILED);
    assert_string_equal(row.error,
                        "time: it took longer than the 1 s that job-time allows");
    assert_int_equal(row.attempts, 1);
    check_no_digit(s, &row);
    check_unharmed(s);
}

/* One whose worker takes more memory than was estimated. */
static void
test_memory_runs_out(void **state)
{
    struct site *s = *state;
    static const char *const little[] = {"--job-memory=20", NULL};
    struct computation row;

    start_faulty(s, "eat", little);
    row = site_wait(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), STATUS_FAILED);
    assert_string_equal(
        row.error, "memory: it needed more than the 20 MiB that job-memory allows");
    assert_int_equal(row.attempts, 1);
    check_no_digit(s, &row);
    check_unharmed(s);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_workers_that_hang), ON_SITE(test_busy_worker_is_left_alone),
        ON_SITE(test_nonsense),          ON_SITE(test_no_process),
        ON_SITE(test_no_descriptor),     ON_SITE(test_no_memory_to_poll),
        ON_SITE(test_waits_for_memory),  ON_SITE(test_waits_for_disk),
        ON_SITE(test_estimates_refuse),  ON_SITE(test_time_runs_out),
        ON_SITE(test_memory_runs_out),
    };

    return cmocka_run_group_tests_name("daemon_limits", tests, NULL, NULL);
}
