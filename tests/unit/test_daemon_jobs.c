/*
 * The daemon at work: rows become done with the right digits, are cancelled,
 * deleted, or fail with a reason.
 *
 * The windows are well-known digits of pi: the run of nines at 762, the 1,000th
 * decimal and those after it, the hexadecimal digits at 1 and at 10^6.
 */
#include "daemon_fixture.h"

#include "common/digits.h"
#include "common/store_worker.h"
#include "daemon/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT_762   "9999998372978049"
#define AT_1000  "9380952572010654"
#define HEX_1    "243f6a8885a308d3"
#define HEX_10_6 "26c65e52cb459350"

static void
check_published(struct site *s, int radix, uint64_t length)
{
    struct published p;
    char sha256[DIGITS_SHA256_SIZE];

    assert_int_equal(store_published(s->store, radix, &p), STORE_OK);
    assert_int_equal(p.length, length);
    assert_int_equal(digits_check(s->digits_fd, radix, length, sha256), DIGITS_OK);
    assert_string_equal(p.sha256, sha256);
}

static void
check_work_is_empty(struct site *s, int64_t id)
{
    char name[32];

    snprintf(name, sizeof name, "%ld.txt", (long)id);
    site_wait_file(s->work_fd, name, false);
    snprintf(name, sizeof name, "%ld.sum", (long)id);
    site_wait_file(s->work_fd, name, false);
}

static void
test_algorithms(void **state)
{
    struct site *s = *state;
    int64_t spigot, chudnovsky, hex, bbp;
    struct store_worker worker;
    struct computation row;

    site_start(s, 0, NULL);
    spigot = site_ask(s, 10, 762, ALGORITHM_SPIGOT);
    site_check_done(s, spigot, AT_762);
    chudnovsky = site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY);
    hex = site_ask(s, 16, 1, ALGORITHM_CHUDNOVSKY);
    bbp = site_ask(s, 16, 1000000, ALGORITHM_BBP);
    site_check_done(s, chudnovsky, AT_1000);
    site_check_done(s, hex, HEX_1);
    site_check_done(s, bbp, HEX_10_6);
    check_published(s, 10, 1000);
    check_published(s, 16, 1);
    check_work_is_empty(s, spigot);
    check_work_is_empty(s, chudnovsky);
    check_work_is_empty(s, hex);

    row = site_row(s, bbp);
    assert_int_equal(row.method, ALGORITHM_BBP);
    assert_int_equal(row.attempts, 1);
    assert_true(row.cpu_s > 0 && row.wall_s > 0 && row.peak_kib > 0);
    assert_true(strlen(row.verified) > 0);
    assert_int_equal(store_get_worker(s->store, bbp, &worker), STORE_OK);
    assert_true(worker.pid > 0 && worker.threads >= 1);
    assert_string_equal(worker.daemon, "a");
}

static void
test_explicit_always_computes(void **state)
{
    struct site *s = *state;
    struct computation row;
    int64_t id;

    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    site_check_done(s, id, AT_762);
    row = site_row(s, id);
    assert_int_equal(row.attempts, 1);
    assert_int_equal(row.answered_by, 0);
    check_published(s, 10, 1000); /* the longer one stays */
    check_work_is_empty(s, id);
    site_wait_file(s->digits_fd, "pi-10-762.txt", false);
}

static void
test_express_beside_wide(void **state)
{
    struct site *s = *state;
    static const char *const one[] = {"--cpus=1", NULL};
    int64_t large, next, small;

    site_start(s, 0, one);
    large = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_hold_worker(s, 0, 0);
    next = site_ask(s, 10, SITE_LONG + 1, ALGORITHM_CHUDNOVSKY);
    small = site_ask(s, 10, 762, ALGORITHM_SPIGOT);
    site_check_done(s, small, AT_762);
    assert_int_equal(site_row(s, large).status, STATUS_RUNNING);
    assert_int_equal(site_row(s, next).status, STATUS_QUEUED);
    assert_int_equal(site_workers(s, 0), 1);
}

static void
test_superseded_files_go(void **state)
{
    struct site *s = *state;
    static const char *const at_once[] = {"--grace-s=0", NULL};

    site_start(s, 0, at_once);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY), AT_762);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    site_wait_file(s->digits_fd, "pi-10-762.txt", false);
    site_wait_file(s->digits_fd, "pi-10-762.sum", false);
    check_published(s, 10, 1000);
}

static void
test_superseded_files_go_after_a_restart(void **state)
{
    struct site *s = *state;
    static const char *const at_once[] = {"--grace-s=0", NULL};

    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY), AT_762);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    assert_int_equal(site_stop(s, 0), 0);
    site_wait_file(s->digits_fd, "pi-10-762.txt", true);
    site_start(s, 0, at_once);
    site_wait_file(s->digits_fd, "pi-10-762.txt", false);
    check_published(s, 10, 1000);
}

static void
test_cancel_and_retry(void **state)
{
    struct site *s = *state;
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    struct computation row;
    pid_t worker;
    int64_t id;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    worker = site_hold_worker(s, 0, 0);
    assert_int_equal(store_cancel(s->store, id, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    doorbell_ring(s->bell);
    row = site_wait(s, id, STATUS_CANCELLED);
    assert_int_equal(row.digit, 0);
    site_wait_gone(worker);
    check_work_is_empty(s, id);
    assert_int_equal(store_retry(s->store, id, &admin, 1000), STORE_OK);
    doorbell_ring(s->bell);
    row = site_wait(s, id, STATUS_DONE);
    assert_int_equal(row.attempts, 1);
    check_published(s, 10, SITE_LONG);
}

static void
test_delete_while_running(void **state)
{
    struct site *s = *state;
    const struct store_asker admin = {.admin = true};
    struct computation row;
    enum store_wish wish;
    int64_t id, began = 0;
    pid_t worker;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    worker = site_hold_worker(s, 0, 0);
    assert_int_equal(store_delete(s->store, id, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    doorbell_ring(s->bell);
    while (store_get(s->store, id, &row) != STORE_NOT_FOUND) {
        site_pause(&began, "the row to go");
    }
    site_wait_gone(worker);
    check_work_is_empty(s, id);
}

static void
test_publishing_fails(void **state)
{
    struct site *s = *state;
    struct computation row;
    int64_t id;

    /* A folder where the file should go: rename() can't replace it. */
    assert_int_equal(mkdirat(s->digits_fd, "pi-10-762.txt", 0700), 0);
    site_start(s, 0, NULL);
    id = site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY);
    row = site_wait(s, id, STATUS_FAILED);
    assert_non_null(strstr(row.error, "publishing the digits failed: "));
    assert_int_equal(row.stage, STAGE_CALCULATED);
    check_work_is_empty(s, id);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
}

/* Starts a long row and lets its worker go on with LIMIT of RESOURCE. */
static struct computation
run_with_limit(struct site *s, __rlimit_resource_t resource, rlim_t limit)
{
    static const char *const one[] = {"--cpus=1", NULL}; /* starting a thread needs
                                                            memory, too */
    struct rlimit r = {limit, limit};
    int64_t id;
    pid_t pid;

    site_start(s, 0, one);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    pid = site_hold_worker(s, 0, 0);
    assert_int_equal(prlimit(pid, resource, &r, NULL), 0);
    assert_int_equal(kill(pid, SIGCONT), 0);
    return site_wait(s, id, STATUS_FAILED);
}

#ifndef NTHPI_SANITIZED /* their allocator ends the process in its own way */
static void
test_out_of_memory(void **state)
{
    struct site *s = *state;
    struct computation row = run_with_limit(s, RLIMIT_AS, 16 << 20);

    assert_memory_equal(row.error, "memory: ", 8);
    assert_non_null(strstr(row.error, "estimated"));
    assert_int_equal(row.attempts, 1);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}
#endif

/* The number in /proc/PID/NAME. */
static long
proc_number(pid_t pid, const char *name)
{
    char path[64], text[32] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    return strtol(text, NULL, 10);
}

static void
test_worker_has_limits(void **state)
{
    struct site *s = *state;
    static const char *const nice[] = {"--niceness=7", NULL};
    struct rlimit r;
    char path[64], target[256];
    pid_t pid;

    site_start(s, 0, nice);
    site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    pid = site_hold_worker(s, 0, 0);
    assert_int_equal(getpgid(pid), pid); /* no Ctrl-C at the daemon's terminal */
    errno = 0;
    assert_int_equal(getpriority(PRIO_PROCESS, (id_t)pid), 7);
    assert_int_equal(errno, 0);
    assert_int_equal(proc_number(pid, "oom_score_adj"), 500);
    assert_int_equal(prlimit(pid, RLIMIT_CORE, NULL, &r), 0);
    assert_int_equal(r.rlim_cur, 0);
#ifndef NTHPI_SANITIZED
    assert_int_equal(prlimit(pid, RLIMIT_AS, NULL, &r), 0);
    assert_true(r.rlim_cur != RLIM_INFINITY && r.rlim_cur == r.rlim_max);
#endif
    /* The pipe and its two files; nothing of the daemon's, above all not its
     * database. */
    for (int fd = 0; fd < 64; fd++) {
        snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)pid, fd);
        assert_int_equal(readlink(path, target, sizeof target) > 0,
                         fd < WORKER_SAVE_FD); /* it makes no checkpoints */
    }
}

static void
test_disk_is_full(void **state)
{
    struct site *s = *state;
    struct computation row = run_with_limit(s, RLIMIT_FSIZE, 1000000);

    assert_string_equal(row.error, "writing the digits failed: File too large");
    check_work_is_empty(s, row.id);
}

static void
test_what_can_never_run_fails(void **state)
{
    struct site *s = *state;
    struct computation row;

    site_start(s, 0, NULL);
    row = site_wait(s, site_ask(s, 10, POSITION_MAX, ALGORITHM_CHUDNOVSKY),
                    STATUS_FAILED);
    assert_true(strlen(row.error) > 0);
    assert_int_equal(site_workers(s, 0), 0);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}

static void
test_hangup_is_noted_only(void **state)
{
    struct site *s = *state;

    site_start(s, 0, NULL);
    assert_int_equal(kill(s->daemon[0], SIGHUP), 0);
    site_wait_log(s, "SIGHUP");
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
}

static void
test_digits_show_while_they_come(void **state)
{
    struct site *s = *state;
    char name[32];
    int64_t id;

    site_start(s, 0, NULL);
    id = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    site_wait_attempts(s, id, 1);
    site_hold_worker(s, 0, 0);
    snprintf(name, sizeof name, "%ld.txt", (long)id);
    site_wait_file(s->work_fd, name, true);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_algorithms),
        ON_SITE(test_explicit_always_computes),
        ON_SITE(test_express_beside_wide),
        ON_SITE(test_superseded_files_go),
        ON_SITE(test_superseded_files_go_after_a_restart),
        ON_SITE(test_cancel_and_retry),
        ON_SITE(test_delete_while_running),
        ON_SITE(test_publishing_fails),
#ifndef NTHPI_SANITIZED
        ON_SITE(test_out_of_memory),
#endif
        ON_SITE(test_worker_has_limits),
        ON_SITE(test_disk_is_full),
        ON_SITE(test_what_can_never_run_fails),
        ON_SITE(test_hangup_is_noted_only),
        ON_SITE(test_digits_show_while_they_come),
    };

    return cmocka_run_group_tests_name("daemon_jobs", tests, NULL, NULL);
}
