/*
 * The doorbell: who rings is heard by everyone who listens, also after the file
 * was removed or replaced.
 */
#include "cmocka_all.h"

#include "common/doorbell.h"
#include "common/log.h"
#include "temporary.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    char dir[64], path[96];
    struct doorbell *listener, *ringer;
};

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    temporary_make(f->dir, sizeof f->dir);
    snprintf(f->path, sizeof f->path, "%s/doorbell", f->dir);
    f->listener = doorbell_open(f->path, 1);
    f->ringer = doorbell_open(f->path, 0);
    *state = f;
    return f->listener != NULL && f->ringer != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    doorbell_close(f->listener);
    doorbell_close(f->ringer);
    temporary_remove(f->dir);
    free(f);
    return 0;
}

/* Whether the listener's descriptor is readable within MS. */
static bool
is_heard(const struct doorbell *bell, int ms)
{
    struct pollfd p = {.fd = doorbell_fd(bell), .events = POLLIN};

    return poll(&p, 1, ms) == 1;
}

static void
a_ring_is_heard(void **state)
{
    struct fixture *f = *state;

    assert_false(is_heard(f->listener, 0));
    assert_int_equal(doorbell_drain(f->listener), 0);
    doorbell_ring(f->ringer);
    assert_true(is_heard(f->listener, 5000));
    assert_int_equal(doorbell_drain(f->listener), 1);
    assert_false(is_heard(f->listener, 0));
    assert_int_equal(doorbell_drain(f->listener), 0);
}

static void
many_rings_may_be_one(void **state)
{
    struct fixture *f = *state;
    struct stat info;
    int heard;

    for (int i = 0; i < 1000; i++)
        doorbell_ring(f->ringer);
    heard = doorbell_drain(f->listener);
    assert_true(heard >= 1 && heard <= 1000);
    assert_false(is_heard(f->listener, 0));
    /* The file does not grow. */
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_size, 1);
}

static void
all_listeners_hear(void **state)
{
    struct fixture *f = *state;
    struct doorbell *second = doorbell_open(f->path, 1);

    assert_non_null(second);
    /* Opening is no ring. */
    assert_false(is_heard(f->listener, 0));
    doorbell_ring(second);
    assert_int_equal(doorbell_drain(f->listener), 1);
    assert_int_equal(doorbell_drain(second), 1);
    doorbell_close(second);
    assert_int_equal(doorbell_drain(f->listener), 0);
}

static void
who_does_not_listen_has_no_descriptor(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(doorbell_fd(f->ringer), -1);
    assert_int_equal(doorbell_drain(f->ringer), 0);
    doorbell_close(NULL);
}

static void
the_group_may_ring(void **state)
{
    struct fixture *f = *state;
    struct stat info;

    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
}

static void
a_removed_file_is_made_again(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(unlink(f->path), 0);
    doorbell_drain(f->listener);
    assert_int_equal(access(f->path, F_OK), 0);
    doorbell_drain(f->listener);
    doorbell_ring(f->ringer);
    assert_true(is_heard(f->listener, 5000));
    assert_true(doorbell_drain(f->listener) >= 1);
}

static void
a_ringer_makes_a_removed_file_again(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(unlink(f->path), 0);
    doorbell_ring(f->ringer);
    assert_int_equal(access(f->path, F_OK), 0);
    /* The ring went to a file that is not watched yet: it counts all the same. */
    assert_true(is_heard(f->listener, 5000));
    assert_true(doorbell_drain(f->listener) >= 1);
    doorbell_drain(f->listener);
    doorbell_ring(f->ringer);
    assert_true(is_heard(f->listener, 5000));
    assert_int_equal(doorbell_drain(f->listener), 1);
}

static void
a_replaced_file_is_followed(void **state)
{
    struct fixture *f = *state;
    char other[128];
    int fd;

    for (int round = 0; round < 5; round++) {
        snprintf(other, sizeof other, "%s/other", f->dir);
        fd = open(other, O_CREAT | O_WRONLY, 0660);
        assert_true(fd >= 0);
        close(fd);
        assert_int_equal(rename(other, f->path), 0);
        assert_true(is_heard(f->listener, 5000));
        assert_true(doorbell_drain(f->listener) >= 1);
        doorbell_drain(f->listener);
        doorbell_ring(f->ringer);
        assert_true(is_heard(f->listener, 5000));
        assert_int_equal(doorbell_drain(f->listener), 1);
    }
}

static void
a_moved_file_is_left(void **state)
{
    struct fixture *f = *state;
    char other[128];

    snprintf(other, sizeof other, "%s/elsewhere", f->dir);
    assert_int_equal(rename(f->path, other), 0);
    doorbell_ring(f->ringer);
    assert_true(doorbell_drain(f->listener) >= 1);
    doorbell_drain(f->listener);
    doorbell_ring(f->ringer);
    assert_int_equal(doorbell_drain(f->listener), 1);
}

static void
other_changes_are_no_rings(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(chmod(f->path, 0640), 0);
    assert_int_equal(doorbell_drain(f->listener), 0);
    doorbell_ring(f->ringer);
    assert_int_equal(doorbell_drain(f->listener), 1);
}

static void
a_place_that_is_missing_is_an_error(void **state)
{
    (void)state;
    assert_null(doorbell_open("/nonexistent/doorbell", 1));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_ring_is_heard),
        TEST(many_rings_may_be_one),
        TEST(all_listeners_hear),
        TEST(who_does_not_listen_has_no_descriptor),
        TEST(the_group_may_ring),
        TEST(a_removed_file_is_made_again),
        TEST(a_ringer_makes_a_removed_file_again),
        TEST(a_replaced_file_is_followed),
        TEST(a_moved_file_is_left),
        TEST(other_changes_are_no_rings),
        TEST(a_place_that_is_missing_is_an_error),
    };

    return cmocka_run_group_tests_name("doorbell", tests, NULL, NULL);
}
