/*
 * The daemon and a disk that fails it: published files that are gone or broken,
 * a database that takes no writes.
 */
#include "daemon_fixture.h"

#include "common/digits.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT_500  "2983367336244065"
#define AT_762  "9999998372978049"
#define AT_1000 "9380952572010654"

/* Waits until LENGTH digits of radix 10 are published, and checks the file. */
static void
wait_published(struct site *s, uint64_t length)
{
    struct published p = {.length = UINT64_MAX};
    int64_t began = 0;

    while (p.length != length) {
        site_pause(&began, "another prefix");
        assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    }
    if (length > 0) {
        char sha256[DIGITS_SHA256_SIZE];

        assert_int_equal(digits_check(s->digits_fd, 10, length, sha256), DIGITS_OK);
        assert_string_equal(p.sha256, sha256);
    }
}

static void
test_published_file_is_removed(void **state)
{
    struct site *s = *state;
    int64_t revision;

    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    wait_published(s, 1000);
    revision = store_revision(s->store);
    assert_int_equal(unlinkat(s->digits_fd, "pi-10-1000.txt", 0), 0);
    wait_published(s, 0);
    assert_true(store_revision(s->store) > revision); /* open pages hear of it */
    /* A shorter prefix is better than none. */
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY), AT_762);
    wait_published(s, 762);
    site_check_done(s, site_ask(s, 10, 500, ALGORITHM_AUTO), AT_500);
}

static void
test_predecessor_takes_its_place(void **state)
{
    struct site *s = *state;

    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 500, ALGORITHM_CHUDNOVSKY), AT_500);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY), AT_762);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    /* One that is not whole is passed over. */
    assert_int_equal(unlinkat(s->digits_fd, "pi-10-762.sum", 0), 0);
    assert_int_equal(unlinkat(s->digits_fd, "pi-10-1000.txt", 0), 0);
    wait_published(s, 500);
}

static void
test_published_file_is_overwritten(void **state)
{
    struct site *s = *state;
    struct computation row;
    char *junk = calloc(1, 1002);
    int fd;

    assert_non_null(junk);
    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    fd = openat(s->digits_fd, "pi-10-1000.txt", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, junk, 1002, 0), 1002);
    close(fd);
    free(junk);
    /* Found by the row that needs it, which is then computed and published. */
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_AUTO), AT_762);
    wait_published(s, 762);
    row = site_wait(s, site_ask(s, 10, 500, ALGORITHM_AUTO), STATUS_DONE);
    assert_true(row.wall_s < 0); /* from the prefix */
    assert_memory_equal(row.window, AT_500, 16);
}

/* Forgets, as if their commit had failed, that more than LENGTH digits were
 * published, and the rows. The daemon must not run. */
static void
forget(struct site *s, uint64_t length)
{
    struct published p, shorter = {.radix = 10, .length = length};
    const struct store_asker admin = {.admin = true};
    struct computation rows[8];
    size_t count = 0;
    enum store_wish wish;

    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    if (length > 0) {
        digits_name(shorter.file, 10, length, "txt");
        assert_int_equal(digits_check(s->digits_fd, 10, length, shorter.sha256),
                         DIGITS_OK);
    }
    assert_int_equal(store_mend(s->store, &p, length > 0 ? &shorter : NULL), STORE_OK);
    for (int64_t id = 1; id <= 8; id++) {
        if (store_get(s->store, id, &rows[count]) == STORE_OK) {
            assert_int_equal(store_delete(s->store, id, &admin, &wish), STORE_OK);
            count++;
        }
    }
    assert_true(count > 0);
}

static void
test_longer_file_is_published(void **state)
{
    struct site *s = *state;
    int64_t revision;

    for (uint64_t left = 0; left <= 500; left += 500) {
        site_start(s, 0, NULL);
        site_check_done(s, site_ask(s, 10, 500, ALGORITHM_CHUDNOVSKY), AT_500);
        site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
        assert_int_equal(site_stop(s, 0), 0);
        forget(s, left);
        revision = store_revision(s->store);
        site_start(s, 0, NULL);
        wait_published(s, 1000);
        assert_true(store_revision(s->store) > revision); /* open pages hear of it */
        site_check_done(s, site_ask(s, 10, 762, ALGORITHM_AUTO), AT_762);
        assert_int_equal(site_stop(s, 0), 0);
    }
}

static void
test_longer_file_that_is_broken_goes(void **state)
{
    struct site *s = *state;
    const char *const soon[] = {"--grace-s=0", NULL};
    int fd;

    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 500, ALGORITHM_CHUDNOVSKY), AT_500);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    assert_int_equal(site_stop(s, 0), 0);
    forget(s, 500);
    fd = openat(s->digits_fd, "pi-10-1000.txt", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 700), 1);
    close(fd);
    fd = openat(s->digits_fd, "pi-10-2000.sum", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    site_start(s, 0, soon);
    site_wait_file(s->digits_fd, "pi-10-1000.txt", false);
    site_wait_file(s->digits_fd, "pi-10-1000.sum", false);
    site_wait_file(s->digits_fd, "pi-10-2000.sum", false);
    wait_published(s, 500);
}

/* Lets daemon 0 write to files up to LIMIT bytes only. */
static void
limit_files(struct site *s, rlim_t limit)
{
    struct rlimit r;

    assert_int_equal(prlimit(s->daemon[0], RLIMIT_FSIZE, NULL, &r), 0);
    r.rlim_cur = limit < r.rlim_max ? limit : r.rlim_max;
    assert_int_equal(prlimit(s->daemon[0], RLIMIT_FSIZE, &r, NULL), 0);
}

/* Asks for rows that need no disk of their own while daemon 0 is suspended, and
 * lets it go on when nothing more fits into the database. */
enum { ROWS = 10 };
static void
refuse_writes(struct site *s, int64_t ids[ROWS])
{
    struct stat wal;
    char path[96];

    snprintf(path, sizeof path, "%s/%s-wal", s->path, CONF_DB);
    site_suspend(s, 0);
    for (int i = 0; i < ROWS; i++) {
        ids[i] = site_ask(s, 16, 100 + (uint64_t)i, ALGORITHM_BBP);
    }
    assert_int_equal(stat(path, &wal), 0);
    limit_files(s, (rlim_t)wal.st_size);
    assert_int_equal(kill(s->daemon[0], SIGCONT), 0);
    site_wait_log(s, "not taken: ");
}

static void
test_rows_wait_for_a_database_without_room(void **state)
{
    struct site *s = *state;
    int64_t ids[ROWS];

    site_start(s, 0, NULL);
    refuse_writes(s, ids);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(site_row(s, ids[i]).status, STATUS_QUEUED);
    }
    limit_files(s, RLIM_INFINITY);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(site_wait(s, ids[i], STATUS_DONE).attempts, 1);
    }
}

static void
test_database_without_room_does_not_hold_up_the_end(void **state)
{
    struct site *s = *state;
    int64_t ids[ROWS];

    site_start(s, 0, NULL);
    refuse_writes(s, ids);
    assert_int_equal(site_stop(s, 0), 0);
    site_start(s, 0, NULL);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(site_wait(s, ids[i], STATUS_DONE).attempts, 1);
    }
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_published_file_is_removed),
        ON_SITE(test_predecessor_takes_its_place),
        ON_SITE(test_published_file_is_overwritten),
        ON_SITE(test_longer_file_is_published),
        ON_SITE(test_longer_file_that_is_broken_goes),
        ON_SITE(test_rows_wait_for_a_database_without_room),
        ON_SITE(test_database_without_room_does_not_hold_up_the_end),
    };

    return cmocka_run_group_tests_name("daemon_disk", tests, NULL, NULL);
}
