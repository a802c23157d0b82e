/*
 * What dead daemons left behind: rows in stage `calculated`, whose digits are aside,
 * in place already or broken, and files in work/.
 */
#include "daemon_fixture.h"

#include "common/digits.h"
#include "daemon/lock.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The digits 3.d… of the first LENGTH positions, from an undisturbed daemon. */
static char *
known_digits(struct site *s, size_t length)
{
    struct digits_file file;
    char *text = malloc(length + 1);

    assert_non_null(text);
    assert_int_equal(digits_open(&file, s->digits_fd, 10, length), DIGITS_OK);
    assert_int_equal(digits_read(&file, 1, length, text), DIGITS_OK);
    digits_close(&file);
    text[length] = '\0';
    return text;
}

/* Makes row ID look as if the daemon "ghost" had died after the worker's end,
 * with the digits 1 .. LENGTH of TEXT in work/. */
static void
leave_calculated(struct site *s, int64_t id, const char *text, size_t length,
                 const char *verified, char sha256[DIGITS_SHA256_SIZE])
{
    const struct store_cost cost = {1, 1, 1};
    struct store_lease lease = {.token = "0123456789abcdef", .owner = "ghost"};
    struct digits_writer *writer;
    char name[32];
    int fd, sum_fd;

    lease.until = store_boottime() + INT64_C(3600000000);
    assert_int_equal(store_take(s->store, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
    snprintf(name, sizeof name, "%ld.txt", (long)id);
    fd = openat(s->work_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    snprintf(name, sizeof name, "%ld.sum", (long)id);
    sum_fd = openat(s->work_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    writer = digits_writer_new(fd, sum_fd, 10);
    assert_non_null(writer);
    assert_int_equal(digits_writer_add(writer, text, length), DIGITS_OK);
    assert_int_equal(digits_writer_finish(writer, sha256), DIGITS_OK);
    digits_writer_free(writer);
    close(fd);
    close(sum_fd);
    assert_int_equal(
        store_calculated(s->store, id, lease.token, AT_762, sha256, verified, &cost),
        STORE_OK);
}

/* A site without a daemon that knows 1,000 digits in *TEXT. */
static void
prepare_digits(struct site *s, char **text)
{
    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    assert_int_equal(site_stop(s, 0), 0);
    *text = known_digits(s, 1000);
}

static void
test_calculated_files_are_aside(void **state)
{
    struct site *s = *state;
    char sha256[DIGITS_SHA256_SIZE], *text, name[32];
    struct computation row;
    int64_t id;

    prepare_digits(s, &text);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    leave_calculated(s, id, text, 762, "by hand", sha256);
    free(text);
    site_start(s, 0, NULL);
    site_check_done(s, id, AT_762);
    row = site_row(s, id);
    assert_int_equal(row.attempts, 1);
    assert_true(row.wall_s == 1);
    assert_string_equal(row.verified, "by hand");
    check_published(s, 1000); /* longer than 762: it stays */
    snprintf(name, sizeof name, "%ld.txt", (long)id);
    site_wait_file(s->work_fd, name, false);
    site_wait_file(s->work_fd, "pi-10-762.txt", false);
}

static void
test_calculated_but_not_verified(void **state)
{
    struct site *s = *state;
    char sha256[DIGITS_SHA256_SIZE], *text;
    struct computation row;
    int64_t id;

    prepare_digits(s, &text);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    leave_calculated(s, id, text, 762, "", sha256);
    free(text);
    site_start(s, 0, NULL);
    site_check_done(s, id, AT_762);
    row = site_row(s, id);
    assert_true(row.wall_s != 1); /* another run's */
    assert_non_null(strstr(row.verified, "agree with the binary fraction"));
}

/* Forgets what is published, file and all, so that shorter digits are published
 * again. */
static void
forget_published(struct site *s)
{
    char path[96];
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/%s", s->path, CONF_DB);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, "PRAGMA wal_autocheckpoint=0", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM published", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
    assert_int_equal(digits_remove(s->digits_fd, 10, 1000), DIGITS_OK);
}

static void
test_calculated_files_are_published(void **state)
{
    struct site *s = *state;
    char sha256[DIGITS_SHA256_SIZE], *text;
    int64_t id;

    prepare_digits(s, &text);
    forget_published(s);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    leave_calculated(s, id, text, 762, "by hand", sha256);
    free(text);
    site_start(s, 0, NULL);
    site_check_done(s, id, AT_762);
    check_published(s, 762);
}

/* The daemon died between its two renames. */
static void
test_calculated_sidecar_is_in_place(void **state)
{
    struct site *s = *state;
    char sha256[DIGITS_SHA256_SIZE], *text, name[32];
    struct computation row;
    int64_t id;

    prepare_digits(s, &text);
    forget_published(s);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    leave_calculated(s, id, text, 762, "by hand", sha256);
    free(text);
    snprintf(name, sizeof name, "%ld.sum", (long)id);
    assert_int_equal(renameat(s->work_fd, name, s->digits_fd, "pi-10-762.sum"), 0);
    site_start(s, 0, NULL);
    site_check_done(s, id, AT_762);
    row = site_row(s, id);
    assert_true(row.wall_s != 1); /* another run's */
    check_published(s, 762);
    snprintf(name, sizeof name, "%ld.txt", (long)id);
    site_wait_file(s->work_fd, name, false);
}

static void
test_calculated_files_are_in_place(void **state)
{
    struct site *s = *state;
    char sha256[DIGITS_SHA256_SIZE], *text, name[32], sum[32];
    int64_t id;

    prepare_digits(s, &text);
    forget_published(s);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    leave_calculated(s, id, text, 762, "by hand", sha256);
    free(text);
    snprintf(name, sizeof name, "%ld.txt", (long)id);
    snprintf(sum, sizeof sum, "%ld.sum", (long)id);
    assert_int_equal(digits_commit(s->work_fd, name, sum, s->digits_fd, 10, 762),
                     DIGITS_OK);
    site_start(s, 0, NULL);
    site_check_done(s, id, AT_762);
    check_published(s, 762);
    assert_int_equal(site_row(s, id).attempts, 1);
}

static void
test_calculated_files_are_broken(void **state)
{
    struct site *s = *state;
    char sha256[DIGITS_SHA256_SIZE], *text, name[32];
    struct computation row;
    int64_t id;
    int fd;

    prepare_digits(s, &text);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    leave_calculated(s, id, text, 762, "by hand", sha256);
    free(text);
    snprintf(name, sizeof name, "%ld.txt", (long)id);
    fd = openat(s->work_fd, name, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "0", 1, 500), 1);
    close(fd);
    site_start(s, 0, NULL);
    site_check_done(s, id, AT_762);
    row = site_row(s, id);
    assert_true(row.wall_s != 1); /* it was computed again */
}

/* The token of the leases of whoever works on row ID. */
static void
read_token(struct site *s, int64_t id, char token[LEASE_SIZE])
{
    sqlite3_stmt *statement;
    char path[96];
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/%s", s->path, CONF_DB);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT lease FROM computation WHERE id = ?1",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_int64(statement, 1, id);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    snprintf(token, LEASE_SIZE, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

/* A row leased to the daemon that it knows nothing of: nobody works on it. */
static void
test_own_row_without_a_job(void **state)
{
    struct site *s = *state;
    static const char *const one[] = {"--cpus=1", NULL};
    struct store_lease lease = {.owner = "a"};
    struct event events[8];
    size_t count;
    int64_t busy, id;

    site_start(s, 0, one);
    busy = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, busy, 1);
    site_hold_worker(s, 0, 0);
    id = site_ask(s, 10, SITE_LONG + 1,
                  ALGORITHM_CHUDNOVSKY); /* no slot is free for it */
    read_token(s, busy, lease.token);
    lease.until = store_boottime() + INT64_C(3600000000);
    assert_int_equal(store_take(s->store, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
    assert_int_equal(site_wait(s, id, STATUS_QUEUED).attempts, 0);
    assert_int_equal(site_row(s, busy).status, STATUS_RUNNING);
    assert_int_equal(store_events(s->store, id, events, 8, &count), STORE_OK);
    assert_int_equal(count, 4);
    assert_string_equal(events[3].stage, "requeued");
}

static void
test_leftover_files_go(void **state)
{
    struct site *s = *state;
    int fd = openat(s->work_fd, "999.txt", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    close(fd);
    site_start(s, 0, NULL);
    site_wait_file(s->work_fd, "999.txt", false);
}

/* Files of a row that another daemon recovers, under the name they have
 * meanwhile. */
static void
test_files_of_others_stay(void **state)
{
    struct site *s = *state;
    static const char *const names[] = {"pi-10-762.txt", "pi-10-762.sum",
                                        "pi-10-763.txt", "pi-10-0762.txt"};
    struct store_lease lease = {.token = "0123456789abcdef", .owner = "other"};
    int64_t id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    char lock[LOCK_NAME_SIZE];
    int lock_fd;

    lock_daemon_name(lock, "other");
    lock_fd = lock_take(&s->conf, lock); /* it lives */
    assert_true(lock_fd >= 0);
    lease.until = store_boottime() + INT64_C(3600000000);
    assert_int_equal(store_take(s->store, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int fd = openat(s->work_fd, names[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

        assert_true(fd >= 0);
        close(fd);
    }
    site_start(s, 0, NULL); /* it sweeps before it is ready */
    assert_int_equal(faccessat(s->work_fd, names[0], F_OK, 0), 0);
    assert_int_equal(faccessat(s->work_fd, names[1], F_OK, 0), 0);
    assert_int_equal(faccessat(s->work_fd, names[2], F_OK, 0), -1);
    assert_int_equal(faccessat(s->work_fd, names[3], F_OK, 0), -1);
    assert_int_equal(site_row(s, id).status, STATUS_RUNNING);
    close(lock_fd);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_calculated_files_are_aside),
        ON_SITE(test_calculated_but_not_verified),
        ON_SITE(test_calculated_files_are_published),
        ON_SITE(test_calculated_sidecar_is_in_place),
        ON_SITE(test_calculated_files_are_in_place),
        ON_SITE(test_calculated_files_are_broken),
        ON_SITE(test_own_row_without_a_job),
        ON_SITE(test_leftover_files_go),
        ON_SITE(test_files_of_others_stay),
    };

    return cmocka_run_group_tests_name("daemon_recovery", tests, NULL, NULL);
}
