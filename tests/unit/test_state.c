/*
 * The lock of a state folder: who may hold it with whom, under the kernel's rule about
 * other users' files too, and a cut-off restore that several programs find at once.
 */
#include "cmocka_all.h"

#include "common/state.h"
#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct folder {
    char path[64];
    struct conf conf;
};

static int
setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    char run[80];

    assert_non_null(f);
    temporary_make(f->path, sizeof f->path);
    snprintf(run, sizeof run, "%s/run", f->path);
    assert_int_equal(mkdir(run, 0700), 0);
    f->conf.state = f->path;
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct folder *f = *state;

    temporary_remove(f->path);
    free(f);
    return 0;
}

static void
programs_share_it_or_one_has_it(void **state)
{
    struct folder *f = *state;
    int one = state_lock(&f->conf, STATE_SHARED), two, alone;

    assert_true(one >= 0);
    two = state_lock(&f->conf, STATE_SHARED);
    assert_true(two >= 0);
    close(one);
    assert_int_equal(state_lock(&f->conf, STATE_ALONE), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    close(two);
    alone = state_lock(&f->conf, STATE_ALONE);
    assert_true(alone >= 0);
    close(alone);
}

/* As fs.protected_regular = 2 does to another user's file in a folder like run/:
 * O_CREAT is refused unless the file must be a new one. */
static bool
protect_files(void)
{
    const struct scmp_arg_cmp creates =
        SCMP_A2(SCMP_CMP_MASKED_EQ, O_CREAT | O_EXCL, O_CREAT);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool loaded = filter != NULL &&
                  seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1,
                                   creates) == 0 &&
                  seccomp_load(filter) == 0;

    seccomp_release(filter);
    return loaded;
}

/* Waits for CHILD: its exit code. */
static int
code_of(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
a_file_of_another_user_is_no_obstacle(void **state)
{
    struct folder *f = *state;
    int one = state_lock(&f->conf, STATE_SHARED);
    pid_t child = fork();

    if (child == 0)
        _exit(!protect_files() ? 2 : state_lock(&f->conf, STATE_SHARED) >= 0 ? 0 : 1);
    assert_int_equal(code_of(child), 0);
    close(one);
}

/* Another program has found the same and ends it, and then uses the folder. */
static void
one_of_several_ends_a_restore(void **state)
{
    const struct timespec pause = {0, 1000000};
    struct folder *f = *state;
    int other = state_lock(&f->conf, STATE_SHARED);
    char ready[96];
    pid_t child;

    snprintf(ready, sizeof ready, "%s/%s", f->path, STATE_RESTORE_READY);
    assert_int_equal(mkdir(ready, 0700), 0);
    child = fork();
    if (child == 0)
        _exit(state_lock(&f->conf, STATE_SHARED) >= 0 ? 0 : 1);
    /* Its turn comes when the child, too, tries to be alone, and has no lock. */
    while (access(ready, F_OK) == 0 && flock(other, LOCK_EX | LOCK_NB) != 0)
        nanosleep(&pause, NULL);
    assert_true(rmdir(ready) == 0 || errno == ENOENT);
    assert_int_equal(flock(other, LOCK_SH), 0);
    assert_int_equal(code_of(child), 0);
    close(other);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(programs_share_it_or_one_has_it),
        TEST(a_file_of_another_user_is_no_obstacle),
        TEST(one_of_several_ends_a_restore),
    };

    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
