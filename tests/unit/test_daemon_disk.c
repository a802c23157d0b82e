/*
 * The daemon and a database that takes no writes.
 */
#include "daemon_fixture.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

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
        ON_SITE(test_rows_wait_for_a_database_without_room),
        ON_SITE(test_database_without_room_does_not_hold_up_the_end),
    };

    return cmocka_run_group_tests_name("daemon_disk", tests, NULL, NULL);
}
