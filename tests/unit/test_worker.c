/*
 * The small parts around a worker: how its end is judged, the files it writes,
 * what the machine has, and lock files.
 */
#include "config.h"

#include "common/reason.h"
#include "daemon/aside.h"
#include "daemon/engine/engine.h"
#include "daemon/lock.h"
#include "daemon/machine.h"
#include "daemon/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* ---- judging ---- */

#define EXITED(code) ((code) << 8)
#define HELLO        "hello 3 " PACKAGE_VERSION "\n"

/* A worker that reported TEXT and ended with STATUS. */
static enum worker_outcome
judge(const char *text, int status, char message[WORKER_MESSAGE_SIZE])
{
    struct worker w;
    const char *why;

    worker_init(&w);
    report_init(&w.report, 10, 0);
    if (!report_feed(&w.report, text, strlen(text), &why)) {
        w.nonsense = why;
    }
    w.status = status;
    return worker_judge(&w, 5 << 20, 100 << 20, message);
}

static void
test_judge(void **state)
{
    char message[WORKER_MESSAGE_SIZE];

    (void)state;
    assert_int_equal(judge(HELLO "verified twice\nwindow 1234567890123456\ndone\n",
                           EXITED(0), message),
                     OUTCOME_RESULT);
    assert_int_equal(judge(HELLO, EXITED(0), message), OUTCOME_FAILED);
    assert_string_equal(message, "the worker ended without a result");
    assert_int_equal(judge(HELLO, SIGKILL, message), OUTCOME_AGAIN);
    assert_int_equal(judge(HELLO, SIGTERM, message), OUTCOME_AGAIN);
    assert_int_equal(judge(HELLO, SIGSEGV, message), OUTCOME_FAILED);
    assert_non_null(strstr(message, "crashed"));
    assert_int_equal(judge(HELLO, SIGSYS, message), OUTCOME_FAILED);
    assert_non_null(strstr(message, "ended by its sandbox"));
    assert_int_equal(judge(HELLO, EXITED(WORKER_MEMORY), message), OUTCOME_FAILED);
    assert_string_equal(message,
                        "memory: the worker ran out of it; 6 MiB were estimated "
                        "and 100 MiB allowed");
    assert_int_equal(judge(HELLO "error Disk gone\n", EXITED(WORKER_OUTPUT), message),
                     OUTCOME_FAILED);
    assert_string_equal(message, "Disk gone");
    assert_int_equal(judge(HELLO, EXITED(WORKER_ENGINE), message), OUTCOME_FAILED);
    assert_int_equal(judge(HELLO, EXITED(WORKER_PIPE), message), OUTCOME_AGAIN);
    assert_int_equal(judge(HELLO, EXITED(WORKER_STOPPED), message), OUTCOME_AGAIN);
    assert_string_equal(message, "the worker was told to stop");
    assert_int_equal(judge(HELLO, EXITED(42), message), OUTCOME_FAILED);
    assert_string_equal(message, "the worker ended with code 42");
    /* Nonsense is never a result, however it ended. */
    assert_int_equal(judge("rubbish\n", EXITED(0), message), OUTCOME_FAILED);
    assert_non_null(strstr(message, "nonsense"));
    assert_int_equal(judge("rubbish\n", SIGKILL, message), OUTCOME_FAILED);
}

/* ---- the machine ---- */

/* Pages find them again by their words, in reason.def. */
static void
test_judgements_are_reasons(void **state)
{
    static const char *const reports[] = {
        "",
        HELLO "error verification: the digits differ from those by chudnovsky\n",
        HELLO HELLO,
        "nonsense\n",
    };
    static const int ends[] = {EXITED(0), EXITED(1), EXITED(2), EXITED(3),
                               EXITED(4), EXITED(5), EXITED(6), EXITED(7),
                               SIGKILL,   SIGSEGV,   SIGSYS};
    struct reason_found found;

    (void)state;
    for (size_t r = 0; r < sizeof reports / sizeof reports[0]; r++) {
        for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
            char message[WORKER_MESSAGE_SIZE];

            if (judge(reports[r], ends[e], message) != OUTCOME_RESULT &&
                !reason_find(message, &found)) {
                fail_msg("no reason of the table: %s", message);
            }
        }
    }
    for (int rc = ENGINE_CANCELLED; rc <= ENGINE_UNVERIFIED; rc++) {
        assert_true(reason_find(engine_strerror((enum engine_rc)rc), &found));
    }
}

static void
test_machine(void **state)
{
    uint64_t total = 0, available = 0;

    (void)state;
    assert_true(machine_cpus() >= 1);
    assert_true(machine_memory(&total, &available));
    assert_true(total > 0 && available <= total);
    assert_true(machine_resident(getpid()) > 0);
    assert_int_equal(machine_resident(-1), 0);
    assert_true(machine_parse_meminfo("MemTotal:       2048 kB\nMemFree:  1 kB\n"
                                      "MemAvailable:   1024 kB\nBuffers: 3 kB\n",
                                      &total, &available));
    assert_int_equal(total, 2 << 20);
    assert_int_equal(available, 1 << 20);
    assert_false(machine_parse_meminfo("MemTotal: 2048 kB\n", &total, &available));
    assert_false(
        machine_parse_meminfo("MemTotal: x\nMemAvailable: 1 kB\n", &total, &available));
    assert_false(machine_parse_meminfo("", &total, &available));
}

/* ---- a folder for the rest ---- */

struct place {
    char path[64];
    int fd;
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
    strcpy(p->path, "/tmp/nthpi-test-XXXXXX");
    if (!mkdtemp(p->path)) {
        free(p);
        return -1;
    }
    p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = p;
    return p->fd < 0 ? -1 : 0;
}

static int
clear_place(void **state)
{
    struct place *p = *state;

    close(p->fd);
    nftw(p->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(p);
    return 0;
}

static bool
is_there(const struct place *p, const char *name)
{
    return faccessat(p->fd, name, F_OK, 0) == 0;
}

static void
touch(const struct place *p, const char *name)
{
    int fd = openat(p->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static void
make_aside(struct aside *a, const struct place *p, int64_t id)
{
    assert_int_equal(aside_make(a, p->fd, id), 0);
    assert_int_equal(write(a->text_fd, "3.14", 4), 4);
}

static void
test_aside_is_readable_and_new(void **state)
{
    const struct place *p = *state;
    struct stat st;
    struct aside a;
    mode_t old = umask(0077);

    make_aside(&a, p, 7);
    umask(old);
    assert_int_equal(fstatat(p->fd, "7.txt", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(aside_size(&a), 4);
    aside_close(&a);
    assert_true(is_there(p, "7.txt"));
    make_aside(&a, p, 7);
    assert_int_equal(aside_size(&a), 4);
    aside_remove(&a, p->fd);
    assert_false(is_there(p, "7.txt"));
    assert_false(is_there(p, "7.sum"));
    assert_int_equal(aside_size(&a), 0);
}

static void
test_aside_of_a_successor_stays(void **state)
{
    const struct place *p = *state;
    struct aside ours, theirs, found;

    make_aside(&ours, p, 7);
    make_aside(&theirs, p, 7);
    aside_remove(&ours, p->fd);
    assert_true(is_there(p, "7.txt"));
    assert_true(is_there(p, "7.sum"));
    aside_close(&theirs);
    assert_true(aside_find(&found, p->fd, 7));
    aside_remove(&found, p->fd);
    assert_false(is_there(p, "7.txt"));
    assert_false(aside_find(&found, p->fd, 8));
}

static bool
keep_nine(void *ctx, const char *name)
{
    (void)ctx;
    return aside_name_id(name) == 9;
}

static void
test_aside_sweep(void **state)
{
    const struct place *p = *state;

    touch(p, "9.txt");
    touch(p, "9.sum");
    touch(p, "8.txt");
    touch(p, "-9.txt");
    touch(p, "09.txt");
    touch(p, "9.txt~");
    touch(p, "pi-10-5.txt");
    assert_int_equal(mkdirat(p->fd, "folder", 0700), 0);
    assert_int_equal(aside_sweep(p->fd, keep_nine, NULL), 5);
    assert_true(is_there(p, "9.txt"));
    assert_true(is_there(p, "9.sum"));
    assert_true(is_there(p, "folder"));
    assert_false(is_there(p, "8.txt"));
    assert_false(is_there(p, "09.txt"));
}

static void
test_locks(void **state)
{
    struct place *p = *state;
    struct conf conf = {.state = p->path};
    int fd, other;

    assert_int_equal(mkdirat(p->fd, "run", 0700), 0);
    fd = lock_take(&conf, "nthpid-a");
    assert_true(fd >= 0);
    assert_false(lock_daemon_is_dead(&conf, "a"));
    assert_true(lock_daemon_is_dead(&conf, "b"));
    errno = 0;
    other = lock_take(&conf, "nthpid-a");
    assert_int_equal(other, -1);
    assert_int_equal(errno, EWOULDBLOCK);
    close(fd);
    assert_true(lock_daemon_is_dead(&conf, "a"));
    /* Names no daemon can have lead to no file. */
    assert_false(lock_daemon_is_dead(&conf, "../a"));
    assert_false(lock_daemon_is_dead(&conf, ""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_judgements_are_reasons),
        cmocka_unit_test(test_machine),
        cmocka_unit_test_setup_teardown(test_aside_is_readable_and_new, make_place,
                                        clear_place),
        cmocka_unit_test_setup_teardown(test_aside_of_a_successor_stays, make_place,
                                        clear_place),
        cmocka_unit_test_setup_teardown(test_aside_sweep, make_place, clear_place),
        cmocka_unit_test_setup_teardown(test_locks, make_place, clear_place),
    };

    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
