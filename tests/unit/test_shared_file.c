/*
 * Files that are made for another user of the group, too: their mode from their first
 * moment on, and who is first.
 */
#include "cmocka_all.h"

#include "common/shared_file.h"
#include "temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOKS = 3000 };

struct place {
    char folder[64], path[80];
    mode_t umask;
};

static int
setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    assert_non_null(p);
    temporary_make(p->folder, sizeof p->folder);
    snprintf(p->path, sizeof p->path, "%s/file", p->folder);
    p->umask = umask(0077);
    *state = p;
    return 0;
}

static int
teardown(void **state)
{
    struct place *p = *state;

    umask(p->umask);
    temporary_remove(p->folder);
    free(p);
    return 0;
}

static mode_t
mode_of(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? info.st_mode & 07777 : 0;
}

static void
it_has_its_mode_and_stays(void **state)
{
    struct place *p = *state;

    assert_int_equal(shared_file_make(p->path, 0660), 0);
    assert_int_equal(mode_of(p->path), 0660);
    assert_int_equal(truncate(p->path, 5), 0);
    assert_int_equal(shared_file_make(p->path, 0640), 0);
    assert_int_equal(mode_of(p->path), 0660);
}

static void
where_none_can_be_is_told(void **state)
{
    struct place *p = *state;
    char path[96];

    snprintf(path, sizeof path, "%s/none/file", p->folder);
    assert_int_equal(shared_file_make(path, 0660), -1);
    assert_int_equal(errno, ENOENT);
}

/* Makes the file and removes it until there is one named "end". Its exit status. */
static int
make_often(const char *path, const char *end)
{
    while (access(end, F_OK) != 0)
        if (shared_file_make(path, 0640) != 0 || unlink(path) != 0)
            return 1;
    return 0;
}

static void
nobody_sees_it_with_another_mode(void **state)
{
    struct place *p = *state;
    char end[96];
    int ended, files = 0, other = 0;
    pid_t child;

    snprintf(end, sizeof end, "%s/end", p->folder);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(make_often(p->path, end));
    for (int looks = 0; looks < LOOKS;) {
        mode_t mode = mode_of(p->path);
        looks += mode != 0;
        other += mode != 0 && mode != 0640;
    }
    assert_int_equal(mkdir(end, 0700), 0);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(rmdir(end), 0);
    assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
    assert_int_equal(other, 0);

    /* And nothing stays aside. */
    DIR *folder = opendir(p->folder);
    assert_non_null(folder);
    for (const struct dirent *e; (e = readdir(folder)) != NULL;)
        files += e->d_name[0] != '.';
    closedir(folder);
    assert_int_equal(files, 0);
}

/* Of many who make it at once all find it made. */
static void
all_find_it(void **state)
{
    struct place *p = *state;
    enum { MAKERS = 8 };
    pid_t children[MAKERS];

    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < MAKERS; i++) {
            children[i] = fork();
            assert_true(children[i] >= 0);
            if (children[i] == 0)
                _exit(shared_file_make(p->path, 0640) == 0 && mode_of(p->path) == 0640
                          ? 0
                          : 1);
        }
        for (int i = 0; i < MAKERS; i++) {
            int ended;
            assert_int_equal(waitpid(children[i], &ended, 0), children[i]);
            assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
        }
        assert_int_equal(unlink(p->path), 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_has_its_mode_and_stays),
        TEST(where_none_can_be_is_told),
        TEST(nobody_sees_it_with_another_mode),
        TEST(all_find_it),
    };

    return cmocka_run_group_tests_name("shared_file", tests, NULL, NULL);
}
