/*
 * The daemon in trouble: workers and daemons are killed, suspended, doubled; the
 * database is locked. No row may be lost or stuck, and every row that ends as done
 * has the right digits.
 */
#include "daemon_fixture.h"

#include "common/digits.h"
#include "common/store_worker.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_762  "9999998372978049"
#define AT_1000 "9380952572010654"

static void
check_published(struct site *s, uint64_t length)
{
    struct published p;

    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    assert_int_equal(p.length, length);
    assert_int_equal(digits_check(s->digits_fd, 10, length, NULL), DIGITS_OK);
}

static void
test_killed_worker_is_retried(void **state)
{
    struct site *s = *state;
    int64_t id;
    pid_t worker;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    worker = site_hold_worker(s, 0, 0);
    assert_int_equal(kill(worker, SIGKILL), 0);
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 2);
    check_published(s, SITE_LONG);
}

static void
test_three_kills_fail_the_row(void **state)
{
    struct site *s = *state;
    struct computation row;
    pid_t worker = 0;
    int64_t id;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    for (int attempt = 1; attempt <= 3; attempt++) {
        site_wait_attempts(s, id, attempt);
        worker = site_hold_worker(s, 0, worker);
        assert_int_equal(kill(worker, SIGKILL), 0);
    }
    row = site_wait(s, id, STATUS_FAILED);
    assert_string_equal(row.error, "the worker was killed (Killed), 3 times");
    assert_int_equal(row.attempts, 3);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}

static void
test_crash_fails_its_row_only(void **state)
{
    struct site *s = *state;
    static const char *const two[] = {"--cpus=2", NULL};
    struct computation row;
    int64_t id, other;
    pid_t worker;

    site_start(s, 0, two);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    worker = site_hold_worker(s, 0, 0);
    other = site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(kill(worker, SIGSEGV), 0);
    assert_int_equal(kill(worker, SIGCONT), 0);
    row = site_wait(s, id, STATUS_FAILED);
    assert_int_equal(row.attempts, 1);
#ifndef NTHPI_SANITIZED /* they make an exit code of it */
    assert_non_null(strstr(row.error, "crashed"));
#endif
    site_check_done(s, other, AT_1000);
}

static void
test_killed_daemon(void **state)
{
    struct site *s = *state;
    int64_t id;
    pid_t worker;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    for (int i = 0; i < 20; i++) {
        site_wait_attempts(s, id, 1);
        worker = site_hold_worker(s, 0, 0);
        site_kill(s, 0);
        site_wait_gone(worker);
        site_start(s, 0, NULL);
    }
    /* That the daemon died is not the row's fault. */
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 1);
    check_published(s, SITE_LONG);
}

static void
test_stopped_daemon_gives_rows_back(void **state)
{
    struct site *s = *state;
    struct computation row;
    pid_t worker;
    int64_t id;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    worker = site_hold_worker(s, 0, 0);
    assert_int_equal(site_stop(s, 0), 0);
    site_wait_gone(worker);
    row = site_row(s, id);
    assert_int_equal(row.status, STATUS_QUEUED);
    assert_int_equal(row.attempts, 0);
    site_start(s, 0, NULL);
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 1);
}

static void
test_one_daemon_of_a_name(void **state)
{
    struct site *s = *state;
    int status;

    site_start(s, 0, NULL);
    status = site_start_and_wait(s, "a");
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    site_wait_log(s, "another nthpid named \"a\" runs");
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}

static void
test_two_daemons_share_the_queue(void **state)
{
    struct site *s = *state;
    static const char *const one[] = {"--cpus=1", NULL};
    int64_t first, second;
    pid_t workers[2];

    site_start(s, 0, one);
    site_start(s, 1, one);
    first = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    second = site_ask(s, 16, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    for (int i = 0; i < 2; i++) {
        workers[i] = site_hold_worker(s, i, 0);
    }
    assert_int_equal(site_row(s, first).status, STATUS_RUNNING);
    assert_int_equal(site_row(s, second).status, STATUS_RUNNING);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kill(workers[i], SIGCONT), 0);
    }
    assert_int_equal(site_wait(s, first, STATUS_DONE).attempts, 1);
    assert_int_equal(site_wait(s, second, STATUS_DONE).attempts, 1);
}

static void
test_another_daemon_takes_over(void **state)
{
    struct site *s = *state;
    int64_t id;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    site_hold_worker(s, 0, 0);
    site_start(s, 1, NULL);
    assert_int_equal(site_row(s, id).status, STATUS_RUNNING); /* the first one lives */
    site_kill(s, 0);
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 1);
    check_published(s, SITE_LONG);
}

static void
test_suspended_daemon(void **state)
{
    struct site *s = *state;
    static const char *const brief[] = {"--lease-s=5", NULL};
    struct computation before, after;
    pid_t worker;
    int64_t id;

    site_start(s, 0, brief);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    worker = site_hold_worker(s, 0, 0);
    site_suspend(s, 0);
    site_start(s, 1, brief);
    before = site_wait(s, id, STATUS_DONE); /* by the second, after the lease's end */
    check_published(s, SITE_LONG);
    assert_int_equal(kill(s->daemon[0], SIGCONT), 0);
    site_wait_gone(worker); /* the first one learns that it lost */
    site_wait_log(s, "its lease is lost");
    after = site_row(s, id);
    assert_int_equal(after.revision, before.revision);
    check_published(s, SITE_LONG);
    /* Both still work. */
    assert_int_equal(site_stop(s, 1), 0);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}

/* Locks the database against writers. */
static sqlite3 *
lock_database(struct site *s)
{
    char path[96];
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/%s", s->path, CONF_DB);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static void
unlock_database(sqlite3 *db)
{
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
}

static void
test_result_outlasts_a_locked_database(void **state)
{
    struct site *s = *state;
    sqlite3 *db;
    int64_t id;
    pid_t worker;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    worker = site_hold_worker(s, 0, 0);
    db = lock_database(s);
    assert_int_equal(kill(worker, SIGCONT), 0);
    site_wait_log(s, "not committed yet: ");
    assert_int_equal(site_row(s, id).stage, STAGE_TAKEN);
    unlock_database(db);
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 1);
    check_published(s, SITE_LONG);
}

/* A locked database does not keep the daemon from stopping; what it could not
 * give back is taken back at the next start. */
static void
test_stops_while_the_database_is_locked(void **state)
{
    struct site *s = *state;
    sqlite3 *db;
    int64_t id;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    site_hold_worker(s, 0, 0);
    db = lock_database(s);
    assert_int_equal(site_stop(s, 0), 0);
    assert_int_equal(site_row(s, id).status, STATUS_RUNNING);
    unlock_database(db);
    site_start(s, 0, NULL);
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 1);
}

/* A database that does not take a worker's process gets it a little later. */
static void
test_worker_is_noted_later(void **state)
{
    struct site *s = *state;
    struct store_worker worker = {.pid = 0};
    sqlite3 *db = lock_database(s);
    int64_t id, began = 0;
    pid_t pid;

    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TRIGGER refuse BEFORE INSERT ON worker"
                                  " BEGIN SELECT raise(ABORT, 'no'); END; COMMIT",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_log(s, "its worker was not noted");
    pid = site_hold_worker(s, 0, 0);
    assert_int_equal(store_get_worker(s->store, id, &worker), STORE_NOT_FOUND);
    assert_int_equal(sqlite3_exec(db, "DROP TRIGGER refuse; BEGIN", NULL, NULL, NULL),
                     SQLITE_OK);
    unlock_database(db);
    while (store_get_worker(s->store, id, &worker) != STORE_OK) {
        site_pause(&began, "the worker to be noted");
    }
    assert_int_equal(worker.pid, pid);
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_int_equal(site_wait(s, id, STATUS_DONE).attempts, 1);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_killed_worker_is_retried),
        ON_SITE(test_three_kills_fail_the_row),
        ON_SITE(test_crash_fails_its_row_only),
        ON_SITE(test_killed_daemon),
        ON_SITE(test_stopped_daemon_gives_rows_back),
        ON_SITE(test_one_daemon_of_a_name),
        ON_SITE(test_two_daemons_share_the_queue),
        ON_SITE(test_another_daemon_takes_over),
        ON_SITE(test_suspended_daemon),
        ON_SITE(test_result_outlasts_a_locked_database),
        ON_SITE(test_stops_while_the_database_is_locked),
        ON_SITE(test_worker_is_noted_later),
    };

    return cmocka_run_group_tests_name("daemon_faults", tests, NULL, NULL);
}
