/*
 * Files for checkpoints: the newest whole slot is found whatever was cut short or
 * damaged, and each launch has a file of its own.
 */
#include "config.h"

#include "daemon/aside.h"
#include "daemon/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct place {
    char path[64];
    int fd;   /* the folder */
    int file; /* a file in it */
};

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int
make_place(void **state)
{
    struct place *p = malloc(sizeof *p);

    if (!p) {
        return -1;
    }
    *state = p;
    strcpy(p->path, "/tmp/nthpi-test-XXXXXX");
    if (!mkdtemp(p->path)) {
        return -1;
    }
    p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    p->file = openat(p->fd, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return p->fd < 0 || p->file < 0 ? -1 : 0;
}

static int
clear_place(void **state)
{
    struct place *p = *state;

    close(p->file);
    close(p->fd);
    nftw(p->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(p);
    return 0;
}

/* LENGTH bytes made of VALUE. */
static void
put(int fd, int value, size_t length)
{
    unsigned char *bytes = malloc(length + 1);
    struct slots s;
    size_t before;

    assert_non_null(bytes);
    memset(bytes, value, length);
    assert_true(slots_init(&s, fd));
    free(slots_read(&s, &before));
    assert_int_equal(slots_write(&s, bytes, length), 0);
    free(bytes);
}

/* The value of what is in FD, all of whose bytes are the same, or -1: nothing is. */
static int
get(int fd, size_t *length)
{
    struct slots s;
    unsigned char *bytes;
    int value = -1;

    assert_true(slots_init(&s, fd));
    bytes = slots_read(&s, length);
    if (bytes) {
        value = *length > 0 ? bytes[0] : 0;
    }
    for (size_t i = 0; bytes && i < *length; i++) {
        assert_int_equal(bytes[i], value);
    }
    free(bytes);
    return value;
}

static void
check(int fd, int value, size_t length)
{
    size_t found;

    assert_int_equal(get(fd, &found), value);
    assert_int_equal(found, length);
}

static void
test_newest_wins(void **state)
{
    const struct place *p = *state;
    unsigned char *bytes = calloc(1, SLOTS_MOST + 1);
    struct slots s;
    size_t length;

    assert_non_null(bytes);
    assert_int_equal(get(p->file, &length), -1);
    for (int i = 1; i < 20; i++) {
        put(p->file, i, (size_t)i * 977 % 5000);
        check(p->file, i, (size_t)i * 977 % 5000);
    }
    put(p->file, 20, SLOTS_MOST);
    put(p->file, 21, SLOTS_MOST);
    check(p->file, 21, SLOTS_MOST);
    put(p->file, 0, 0);
    check(p->file, 0, 0);
    assert_true(slots_init(&s, p->file));
    free(slots_read(&s, &length));
    assert_int_equal(slots_write(&s, bytes, SLOTS_MOST + 1), EFBIG);
    check(p->file, 0, 0);
    free(bytes);
}

enum { SHORT = 100, HEAD = 56 };

/* Any damage to one slot leaves the other one. */
static void
test_damage(void **state)
{
    const struct place *p = *state;
    const off_t slot[] = {HEAD + SLOTS_MOST, 0};
    unsigned char byte, bad;

    put(p->file, 1, SHORT);
    put(p->file, 2, SHORT);
    for (int which = 0; which < 2; which++) {
        for (off_t i = 0; i < HEAD + SHORT; i++) {
            assert_int_equal(pread(p->file, &byte, 1, slot[which] + i), 1);
            bad = byte ^ (unsigned char)(1u << i % 8);
            assert_int_equal(pwrite(p->file, &bad, 1, slot[which] + i), 1);
            check(p->file, which == 0 ? 2 : 1, SHORT);
            assert_int_equal(pwrite(p->file, &byte, 1, slot[which] + i), 1);
        }
    }
    check(p->file, 2, SHORT);
    /* And what is written next does not replace the last whole one. */
    bad = 77;
    assert_int_equal(pwrite(p->file, &bad, 1, slot[1] + HEAD), 1);
    put(p->file, 3, SHORT);
    check(p->file, 3, SHORT);
    assert_int_equal(pwrite(p->file, &bad, 1, slot[1] + HEAD), 1);
    check(p->file, 1, SHORT);
}

static void
test_cut_files(void **state)
{
    const struct place *p = *state;
    size_t length;

    put(p->file, 1, SHORT);
    put(p->file, 2, SHORT);
    for (off_t end = 2 * HEAD + (off_t)SLOTS_MOST + SHORT - 1; end >= 0; end--) {
        if (end == HEAD + SHORT + 100) { /* between the slots */
            assert_int_equal(ftruncate(p->file, end), 0);
        } else if (end > HEAD + SHORT + 100 && end < HEAD + (off_t)SLOTS_MOST) {
            continue;
        }
        assert_int_equal(ftruncate(p->file, end), 0);
        assert_int_equal(get(p->file, &length), end >= HEAD + SHORT ? 2 : -1);
    }
}

/* What can't be written leaves what was. */
static void
test_failing_writes(void **state)
{
    const struct place *p = *state;
    char path[80], bytes[SHORT] = "";
    struct slots s;
    size_t length;
    int fd;

    put(p->file, 1, SHORT);
    snprintf(path, sizeof path, "%s/file", p->path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(slots_init(&s, fd));
    free(slots_read(&s, &length));
    assert_int_equal(slots_write(&s, bytes, sizeof bytes), EBADF);
    check(fd, 1, SHORT);
    close(fd);
    fd = open("/dev/full", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0 && slots_init(&s, fd));
    assert_int_equal(slots_write(&s, bytes, sizeof bytes), ENOSPC);
    assert_null(slots_read(&s, &length));
    close(fd);
}

static _Noreturn void
write_for_ever(int fd)
{
    static unsigned char bytes[50000];
    struct slots s;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!slots_init(&s, fd)) {
        _exit(1);
    }
    for (unsigned i = 1;; i++) {
        memset(bytes, (int)(i % 256), sizeof bytes);
        if (slots_write(&s, bytes, sizeof bytes) != 0) {
            _exit(1);
        }
    }
}

/* kill -9 in the middle of writing; get() looks at every byte, also meanwhile. */
static void
test_killed_writer(void **state)
{
    const struct place *p = *state;
    size_t length;
    int status;

    for (int round = 0; round < 20; round++) {
        pid_t pid = fork();
        int changes = 0, value, before = -1;

        if (pid == 0) {
            write_for_ever(p->file);
        }
        assert_true(pid > 0);
        /* Both slots may change while they are read; then it is read again. */
        while (changes < 2 + round) {
            value = get(p->file, &length);
            changes += value >= 0 && value != before;
            before = value;
            assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
        }
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(get(p->file, &length) >= 0);
        assert_int_equal(length, 50000);
    }
}

/* ---- the files of launches ---- */

static bool
is_there(const struct place *p, const char *name)
{
    return faccessat(p->fd, name, F_OK, 0) == 0;
}

static void
test_each_launch_its_own(void **state)
{
    const struct place *p = *state;
    struct aside first, second, third;
    struct stat st;
    size_t length;
    mode_t old = umask(0777);

    aside_init(&first);
    assert_int_equal(aside_make_save(&first, p->fd, 7), 0);
    umask(old);
    assert_int_equal(fstatat(p->fd, "7.ckpt", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(get(first.save_fd, &length), -1);
    put(first.save_fd, 1, SHORT);
    put(first.save_fd, 2, SHORT);

    aside_init(&second);
    close(openat(p->fd, "7.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    assert_int_equal(aside_make_save(&second, p->fd, 7), 0);
    assert_false(is_there(p, "7.new"));
    check(second.save_fd, 2, SHORT);
    put(first.save_fd, 3, SHORT); /* by a worker that is still about */
    put(first.save_fd, 4, SHORT);
    check(second.save_fd, 2, SHORT);
    put(second.save_fd, 5, SHORT);
    check(first.save_fd, 4, SHORT);
    aside_remove(&first, p->fd); /* it is its successor's now */
    assert_true(is_there(p, "7.ckpt"));
    aside_close(&second);

    aside_init(&third);
    aside_find_save(&third, p->fd, 7);
    check(third.save_fd, 5, SHORT);
    aside_keep_save(&third);
    aside_remove(&third, p->fd);
    assert_true(is_there(p, "7.ckpt"));
    aside_find_save(&third, p->fd, 7);
    aside_remove(&third, p->fd);
    assert_false(is_there(p, "7.ckpt"));
    aside_find_save(&third, p->fd, 7);
    assert_int_equal(third.save_fd, -1);
}

/* Without a new file the old one is read, and can't be written. */
static void
test_no_new_file(void **state)
{
    const struct place *p = *state;
    struct aside first, second;
    struct slots s;
    size_t length;
    void *bytes;

    aside_init(&first);
    assert_int_equal(mkdirat(p->fd, "7.new", 0700), 0);
    assert_int_not_equal(aside_make_save(&first, p->fd, 7), 0);
    assert_int_equal(first.save_fd, -1);
    assert_int_equal(unlinkat(p->fd, "7.new", AT_REMOVEDIR), 0);
    assert_int_equal(aside_make_save(&first, p->fd, 7), 0);
    put(first.save_fd, 1, SHORT);
    assert_int_equal(mkdirat(p->fd, "7.new", 0700), 0);
    aside_init(&second);
    assert_int_not_equal(aside_make_save(&second, p->fd, 7), 0);
    assert_true(slots_init(&s, second.save_fd));
    bytes = slots_read(&s, &length);
    assert_non_null(bytes);
    assert_int_equal(slots_write(&s, bytes, length), EBADF);
    check(first.save_fd, 1, SHORT);
    free(bytes);
    aside_close(&first);
    aside_remove(&second, p->fd);
    assert_false(is_there(p, "7.ckpt"));
}

static void
test_names(void **state)
{
    (void)state;
    assert_int_equal(aside_name_id("7.ckpt"), 7);
    assert_int_equal(aside_name_id("7.new"), 7);
    assert_int_equal(aside_name_id("7.ckpt~"), 0);
    assert_int_equal(aside_name_id("ckpt"), 0);
    assert_true(aside_name_is_save("7.ckpt"));
    assert_true(aside_name_is_save("7.new"));
    assert_false(aside_name_is_save("7.txt"));
    assert_false(aside_name_is_save("7.sum"));
    assert_false(aside_name_is_save("7"));
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, clear_place)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(test_newest_wins),   IN_PLACE(test_damage),
        IN_PLACE(test_cut_files),     IN_PLACE(test_failing_writes),
        IN_PLACE(test_killed_writer), IN_PLACE(test_each_launch_its_own),
        IN_PLACE(test_no_new_file),   cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
