/*
 * Killed jobs that go on from their checkpoints: after the death of the worker, of the
 * daemon, a stop, and a lease that another daemon took.
 */
#include "save_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Waits until row ID has a checkpoint beyond BEFORE by three hundredths, and the
 * daemon knows: what the worker reports next is in the row. */
static void
wait_further(struct site *s, int64_t id, double before)
{
    int64_t began = 0;
    double fraction;

    wait_save(s, id);
    while ((fraction = saved_fraction(s, id)) < before + 0.03) {
        site_pause(&began, "a further checkpoint");
    }
    wait_progress(s, id, fraction + 2e-6);
}

static void
test_worker_killed(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    double fraction;
    pid_t worker;

    wait_further(s, id, 0);
    worker = site_hold_worker(s, 0, 0);
    fraction = saved_fraction(s, id);
    assert_int_equal(kill(worker, SIGKILL), 0);
    wait_resumed(s, id, fraction);
    wait_progress(s, id, fraction - 1e-6); /* the first that the row shows */
    site_check_done(s, id, AT_LONG);
    assert_non_null(strstr(site_row(s, id).verified, "Bellard's series"));
    check_gone(s, id);
}

/* Kills do not add up to a failure as long as each attempt gets on; while it waits the
 * row shows what is done, and its cost is that of all workers. */
static void
test_killed_again_and_again(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s), began;
    double before = 0, spent = 0;

    for (int i = 0; i < 4; i++) {
        struct computation row;

        wait_further(s, id, before);
        assert_int_equal(kill(site_worker(s, 0, 0), SIGKILL), 0);
        began = 0;
        while ((row = site_row(s, id)).status != STATUS_QUEUED) {
            site_pause(&began, "the row to go back");
        }
        assert_int_equal(row.attempts, 0);
        assert_string_equal(row.phase, STORE_WAITS_RETRY);
        assert_true(row.eta_s >= 1 && row.eta_s <= 1.25);
        assert_true(row.progress >= before + 0.01);
        assert_true(row.wall_s > spent);
        before = row.progress;
        spent = row.wall_s;
    }
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_row(s, id).attempts, 1);
    assert_true(site_row(s, id).wall_s > spent);
    check_gone(s, id);
}

/* By hand: it writes a checkpoint and ends. */
static void
test_worker_told_to_stop(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    struct event events[8];
    size_t count;

    wait_progress(s, id, 0.05);
    assert_int_equal(kill(site_worker(s, 0, 0), SIGTERM), 0);
    site_wait_log(s, "resumes at");
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_row(s, id).attempts, 1); /* it got on */
    assert_int_equal(store_events(s->store, id, events, 8, &count), STORE_OK);
    assert_int_equal(count, 8);
    assert_string_equal(events[2].stage, "requeued");
    assert_string_equal(events[2].detail, "the worker was told to stop");
    assert_string_equal(events[5].stage, "resumed");
    assert_memory_equal(events[5].detail, "at ", 3);
    check_gone(s, id);
}

static void
test_daemon_killed(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    double fraction;

    wait_save(s, id);
    site_kill(s, 0);
    fraction = saved_fraction(s, id);
    site_start(s, 0, save_one_cpu);
    wait_resumed(s, id, fraction);
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_row(s, id).attempts, 1);
    check_gone(s, id);
}

/* Stopped again and again, it loses next to nothing. */
static void
test_daemon_stopped(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    double before = 0;

    for (int i = 0; i < 2; i++) {
        double fraction;

        wait_progress(s, id, before + 0.02);
        assert_int_equal(site_stop(s, 0), 0);
        assert_int_equal(site_row(s, id).status, STATUS_QUEUED);
        fraction = saved_fraction(s, id);
        assert_true(fraction > before);
        before = fraction;
        site_start(s, 0, save_one_cpu);
        wait_resumed(s, id, fraction);
    }
    site_check_done(s, id, AT_LONG);
    check_gone(s, id);
}

/* The lease's new holder goes on in a file of its own, which the old one leaves alone.
 */
static void
test_lease_taken(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    struct stat first, second;
    double fraction;
    char name[32];
    pid_t worker;

    save_name(name, id, "ckpt");
    wait_save(s, id);
    worker = site_hold_worker(s, 0, 0);
    site_suspend(s, 0);
    fraction = saved_fraction(s, id);
    assert_int_equal(fstatat(s->work_fd, name, &first, 0), 0);
    site_start(s, 1, save_one_cpu);
    wait_resumed(s, id, fraction); /* after the lease's end */
    assert_int_equal(fstatat(s->work_fd, name, &second, 0), 0);
    assert_true(first.st_ino != second.st_ino);
    site_hold_worker(s, 1, 0);
    assert_int_equal(kill(worker, SIGCONT), 0);
    assert_int_equal(kill(s->daemon[0], SIGCONT), 0);
    site_wait_log(s, "its lease is lost");
    site_wait_gone(worker);
    assert_int_equal(site_stop(s, 0), 0);
    assert_int_equal(fstatat(s->work_fd, name, &first, 0), 0);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_true(saved_fraction(s, id) >= fraction);
    assert_int_equal(kill(site_worker(s, 1, 0), SIGCONT), 0);
    site_check_done(s, id, AT_LONG);
    check_gone(s, id);
}

/* Nobody works on it for the moment: a daemon that lost the lease leaves the file. */
static void
test_lease_lost_to_the_queue(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    struct store_lease lease = {.token = "0123456789abcdef", .owner = "other"};
    const struct store_witness nobody = {NULL, NULL, NULL};
    struct computation rows[4];
    size_t count, found = 0;
    int64_t began = 0;
    double fraction;

    wait_save(s, id);
    site_hold_worker(s, 0, 0);
    site_suspend(s, 0);
    fraction = saved_fraction(s, id);
    while (found == 0) {
        assert_int_equal(
            store_recover(s->store, &lease, &nobody, rows, 4, &count, &found),
            STORE_OK);
        site_pause(&began, "the lease's end");
    }
    assert_int_equal(site_row(s, id).status, STATUS_QUEUED);
    assert_int_equal(kill(s->daemon[0], SIGCONT), 0);
    wait_resumed(s, id, fraction);
    site_check_done(s, id, AT_LONG);
    check_gone(s, id);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_worker_killed),           ON_SITE(test_killed_again_and_again),
        ON_SITE(test_worker_told_to_stop),     ON_SITE(test_daemon_killed),
        ON_SITE(test_daemon_stopped),          ON_SITE(test_lease_taken),
        ON_SITE(test_lease_lost_to_the_queue),
    };

    return cmocka_run_group_tests_name("daemon_resume", tests, NULL, NULL);
}
