/*
 * Indexes of published digits: made in the background, and not in the way of anything.
 * Their worker is held where a test needs it to be at work.
 */
#include "daemon_fixture.h"

#include "common/search_index.h"
#include "common/store_status.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Its index takes so long that a worker is caught which makes it. */
enum { LENGTH = 1000000 };

static const char *const at_once[] = {"--index-wait-s=0", NULL};
static const char *const never[] = {"--index=no", "--index-wait-s=0", NULL};

/* Computes LENGTH digits. */
static void
publish(struct site *s, uint64_t length)
{
    site_wait(s, site_ask(s, 10, length, ALGORITHM_CHUDNOVSKY), STATUS_DONE);
}

/* Waits until the digits of LENGTH have a whole index, and that is noted. */
static void
wait_index(struct site *s, uint64_t length)
{
    struct search_index *index = NULL;
    char name[DIGITS_NAME_SIZE];
    struct published p;
    uint64_t noted = 0;
    int64_t began = 0;
    int percent = 0;

    search_index_name(name, 10, length);
    site_wait_file(s->digits_fd, name, true);
    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    assert_int_equal(p.length, length);
    assert_int_equal(search_index_open(&index, s->digits_fd, 10, length, p.sha256),
                     DIGITS_OK);
    search_index_release(index);
    while (noted != length || percent != STORE_INDEX_DONE) {
        assert_int_equal(store_index(s->store, 10, &noted, &percent), STORE_OK);
        site_pause(&began, "the note of the index");
    }
    site_wait_file(s->work_fd, "index.new", false);
}

/* Waits until the daemon NAME has told twice that it lives: it looked several times by
 * then for an index to make. */
static void
wait_looks(struct site *s, const char *name)
{
    double age = 0;
    int64_t began = 0;

    for (int told = 0; told < 2;) {
        struct store_daemon daemons[SITE_DAEMONS];
        size_t count;

        assert_int_equal(store_daemons(s->store, daemons, SITE_DAEMONS, &count),
                         STORE_OK);
        for (size_t i = 0; i < count; i++) {
            if (strcmp(daemons[i].name, name) == 0) {
                told += daemons[i].heartbeat_age < age;
                age = daemons[i].heartbeat_age;
            }
        }
        site_pause(&began, "a daemon's looks for indexes");
    }
}

static bool
has_index(struct site *s, uint64_t length)
{
    char name[DIGITS_NAME_SIZE];

    search_index_name(name, 10, length);
    return faccessat(s->digits_fd, name, F_OK, 0) == 0;
}

/* Small and large jobs run while an index is being made, which goes on after them. */
static void
test_index_is_in_nobodys_way(void **state)
{
    struct site *s = *state;

    site_start(s, 0, never);
    publish(s, LENGTH);
    assert_int_equal(site_stop(s, 0), 0);
    assert_false(has_index(s, LENGTH));

    site_start(s, 0, at_once);
    pid_t worker = site_hold_worker(s, 0, 0);

    site_wait_file(s->work_fd, "index.new", true);
    site_wait(s, site_ask(s, 10, 500, ALGORITHM_SPIGOT), STATUS_DONE);
    site_wait(s, site_ask(s, 16, 200000, ALGORITHM_CHUDNOVSKY), STATUS_DONE);
    assert_false(has_index(s, LENGTH));
    kill(worker, SIGCONT);
    wait_index(s, LENGTH);
}

/* Longer digits take the place of those whose index is being made. */
static void
test_superseded(void **state)
{
    struct site *s = *state;

    site_start(s, 0, at_once);
    publish(s, LENGTH);
    pid_t worker = site_hold_worker(s, 0, 0);

    publish(s, LENGTH + 1);
    site_wait_gone(worker);
    wait_index(s, LENGTH + 1);
    assert_false(has_index(s, LENGTH));
}

/* A stop ends the worker and leaves nothing; the next start makes the index. */
static void
test_stop(void **state)
{
    struct site *s = *state;
    uint64_t length = 0;
    int percent = 1;

    site_start(s, 0, at_once);
    publish(s, LENGTH);
    site_hold_worker(s, 0, 0);
    assert_int_equal(site_stop(s, 0), 0);
    assert_int_equal(faccessat(s->work_fd, "index.new", F_OK, 0), -1);
    assert_int_equal(store_index(s->store, 10, &length, &percent), STORE_OK);
    assert_int_equal(percent, 0);
    assert_false(has_index(s, LENGTH));
    site_start(s, 0, at_once);
    wait_index(s, LENGTH);
}

/* A daemon that is killed leaves an aside, which the next start removes; what a worker
 * had written by then never becomes an index. */
static void
test_kill(void **state)
{
    struct site *s = *state;

    site_start(s, 0, at_once);
    publish(s, LENGTH);
    site_hold_worker(s, 0, 0);
    site_kill(s, 0);
    assert_int_equal(faccessat(s->work_fd, "index.new", F_OK, 0), 0);
    assert_false(has_index(s, LENGTH));
    assert_int_equal(store_note_index(s->store, 10, LENGTH, 61), STORE_OK);
    site_start(s, 0, never);

    uint64_t length = 0;
    int percent = 61;

    assert_int_equal(faccessat(s->work_fd, "index.new", F_OK, 0), -1);
    assert_int_equal(store_index(s->store, 10, &length, &percent), STORE_OK);
    assert_int_equal(percent, 0);
    assert_int_equal(site_stop(s, 0), 0);
    site_start(s, 0, at_once);
    wait_index(s, LENGTH);
}

/* A worker that is killed is tried again, a minute later: the daemon goes on. */
static void
test_worker_is_killed(void **state)
{
    struct site *s = *state;

    site_start(s, 0, at_once);
    publish(s, LENGTH);
    kill(site_hold_worker(s, 0, 0), SIGKILL);
    site_wait_log(s, "was not made: the worker was killed");
    site_wait_file(s->work_fd, "index.new", false);
    site_wait(s, site_ask(s, 10, 500, ALGORITHM_SPIGOT), STATUS_DONE);
    assert_false(has_index(s, LENGTH));
}

/* A worker that hangs is killed. */
static void
test_worker_hangs(void **state)
{
    static const char *const options[] = {"--index-wait-s=0", "--stall-s=1", NULL};
    struct site *s = *state;

    site_start(s, 0, options);
    publish(s, LENGTH);
    pid_t worker = site_hold_worker(s, 0, 0);

    site_wait_log(s, "hangs and is killed");
    site_wait_gone(worker);
    site_wait_log(s, "was not made: the worker was killed");
    assert_false(has_index(s, LENGTH));
}

/* An index that cannot be read back does not stay, and the next try is a minute away:
 * jobs come and go meanwhile. */
static void
test_unreadable(void **state)
{
    struct site *s = *state;
    uint64_t length;
    int percent;

    site_start(s, 0, at_once);
    publish(s, LENGTH);
    pid_t worker = site_hold_worker(s, 0, 0);
    int fd = openat(s->work_fd, "index.new", O_WRONLY);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)search_index_bytes(10, LENGTH) + 1), 0);
    close(fd);
    kill(worker, SIGCONT);
    site_wait_log(s, "was not made: it cannot be read back");
    site_wait_file(s->work_fd, "index.new", false);
    assert_false(has_index(s, LENGTH));
    wait_looks(s, "a");
    assert_int_equal(site_workers(s, 0), 0);
    assert_false(has_index(s, LENGTH));
    assert_int_equal(store_index(s->store, 10, &length, &percent), STORE_OK);
    assert_int_equal(percent, 0);
}

/* While another daemon computes, the site is not idle. */
static void
test_other_is_busy(void **state)
{
    static const struct store_asker admin = {.admin = true};
    struct site *s = *state;
    enum store_wish wish;

    site_start(s, 0, never);
    publish(s, LENGTH);
    int64_t id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    pid_t worker = site_hold_worker(s, 0, 0);

    site_start(s, 1, at_once);
    wait_looks(s, "b");
    assert_int_equal(site_workers(s, 1), 0);
    assert_false(has_index(s, LENGTH));
    kill(worker, SIGCONT);
    assert_int_equal(store_cancel(s->store, id, &admin, &wish), STORE_OK);
    doorbell_ring(s->bell);
    wait_index(s, LENGTH);
}

/* Two daemons on one state folder: one makes it, and the other's start leaves the aside
 * alone. */
static void
test_two_daemons(void **state)
{
    struct site *s = *state;

    site_start(s, 0, at_once);
    publish(s, LENGTH);
    pid_t worker = site_hold_worker(s, 0, 0);

    site_start(s, 1, at_once);
    assert_int_equal(faccessat(s->work_fd, "index.new", F_OK, 0), 0);
    assert_int_equal(site_workers(s, 1), 0);
    kill(worker, SIGCONT);
    wait_index(s, LENGTH);
}

/* What stands under an index's name: rubbish, and the index of digits that are gone. */
static void
test_strange_files(void **state)
{
    struct site *s = *state;
    char name[DIGITS_NAME_SIZE];

    site_start(s, 0, never);
    publish(s, LENGTH);
    assert_int_equal(site_stop(s, 0), 0);
    for (uint64_t length = LENGTH; length <= LENGTH + 1; length++) {
        search_index_name(name, 10, length);
        int fd = openat(s->digits_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0644);

        assert_int_equal(write(fd, "rubbish", 7), 7);
        close(fd);
    }
    site_start(s, 0, at_once);
    assert_false(has_index(s, LENGTH + 1));
    site_wait_log(s, "has its index");
    wait_index(s, LENGTH);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_index_is_in_nobodys_way),
        TEST(test_superseded),
        TEST(test_stop),
        TEST(test_kill),
        TEST(test_worker_is_killed),
        TEST(test_worker_hangs),
        TEST(test_unreadable),
        TEST(test_other_is_busy),
        TEST(test_two_daemons),
        TEST(test_strange_files),
    };
    return cmocka_run_group_tests_name("daemon_index", tests, NULL, NULL);
}
