/*
 * Killed jobs that go on from their checkpoints: after the death of the worker, of the
 * daemon, a stop, and a lease that another daemon took; and what becomes of the files.
 */
#include "daemon_fixture.h"

#include "daemon/engine/checked.h"
#include "daemon/protocol.h"
#include "daemon/slots.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A published position that takes some seconds with one thread. */
#define POSITION  UINT64_C(1000000000)
#define AT_LONG   "85895585a0428b"
#define AT_LONG_1 "5895585a0428b"

static const char *const one_cpu[] = {"--cpus=1", "--lease-s=5", NULL};
static const struct store_asker admin = {NULL, true};

static void
save_name(char name[32], int64_t id, const char *end)
{
    snprintf(name, 32, "%ld.%s", (long)id, end);
}

/* The checkpoint of row ID, or NULL. */
static void *
read_save(struct site *s, int64_t id, size_t *length)
{
    struct slots slots;
    char name[32];
    void *bytes;
    int fd;

    save_name(name, id, "ckpt");
    fd = openat(s->work_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    assert_true(slots_init(&slots, fd));
    bytes = slots_read(&slots, length);
    close(fd);
    return bytes;
}

static void
note_first(void *ctx, const char *phase, double fraction)
{
    double *first = ctx;

    (void)phase;
    if (*first < 0) {
        *first = fraction;
    }
}

static bool
at_once(void *ctx)
{
    (void)ctx;
    return true;
}

/* The fraction at which a run goes on from row ID's checkpoint. */
static double
saved_fraction(struct site *s, int64_t id)
{
    const struct engine_job job = {16, site_row(s, id).position, 1};
    double first = -1;
    struct engine_callbacks callbacks = {
        .ctx = &first, .progress = note_first, .cancelled = at_once};
    void *bytes = read_save(s, id, &callbacks.resume_length);
    char words[ENGINE_WORDS];

    assert_non_null(bytes);
    callbacks.resume = bytes;
    assert_int_equal(engine_run_checked(engine_find("bbp"), &job, &callbacks, words),
                     ENGINE_CANCELLED);
    free(bytes);
    return first;
}

static void
wait_save(struct site *s, int64_t id)
{
    int64_t began = 0;
    size_t length;
    void *bytes;

    while ((bytes = read_save(s, id, &length)) == NULL) {
        site_pause(&began, "a checkpoint");
    }
    free(bytes);
}

static void
wait_progress(struct site *s, int64_t id, double least)
{
    int64_t began = 0;

    while (site_row(s, id).progress < least) {
        site_pause(&began, "progress");
    }
}

/* Waits until the log says that row ID goes on at FRACTION. */
static void
wait_resumed(struct site *s, int64_t id, double fraction)
{
    char text[64];

    assert_true(fraction > 0.01 && fraction < 1);
    snprintf(text, sizeof text, "row %ld: resumes at %u %%", (long)id,
             (unsigned)(fraction * PROTOCOL_PPM) / (PROTOCOL_PPM / 100));
    site_wait_log(s, text);
}

static void
check_gone(struct site *s, int64_t id)
{
    char name[32];

    save_name(name, id, "ckpt");
    site_wait_file(s->work_fd, name, false);
    save_name(name, id, "new");
    site_wait_file(s->work_fd, name, false);
}

static int64_t
ask_long(struct site *s)
{
    const struct engine_job job = {16, POSITION, 1};
    int64_t id;

    assert_true(engine_checked_seconds(engine_find("bbp"), &job) > 1);
    site_start(s, 0, one_cpu);
    id = site_ask(s, 16, POSITION, ALGORITHM_BBP);
    site_wait_attempts(s, id, 1);
    return id;
}

static void
test_worker_killed(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    double fraction;
    pid_t worker;

    wait_save(s, id);
    worker = site_hold_worker(s, 0, 0);
    fraction = saved_fraction(s, id);
    assert_int_equal(kill(worker, SIGKILL), 0);
    wait_resumed(s, id, fraction);
    wait_progress(s, id, fraction - 1e-6); /* the first that the row shows */
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_row(s, id).attempts, 2);
    assert_non_null(strstr(site_row(s, id).verified, "Bellard's series"));
    check_gone(s, id);
}

/* By hand: it writes a checkpoint and ends. */
static void
test_worker_told_to_stop(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    struct event events[8];
    size_t count;

    wait_progress(s, id, 0.05);
    assert_int_equal(kill(site_worker(s, 0, 0), SIGTERM), 0);
    site_wait_log(s, "resumes at");
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_row(s, id).attempts, 2);
    assert_int_equal(store_events(s->store, id, events, 8, &count), STORE_OK);
    assert_string_equal(events[3].stage, "requeued");
    assert_string_equal(events[3].detail, "the worker was told to stop");
    check_gone(s, id);
}

static void
test_daemon_killed(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    double fraction;

    wait_save(s, id);
    site_kill(s, 0);
    fraction = saved_fraction(s, id);
    site_start(s, 0, one_cpu);
    wait_resumed(s, id, fraction);
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_row(s, id).attempts, 1);
    check_gone(s, id);
}

/* Stopped again and again, it loses next to nothing. */
static void
test_daemon_stopped(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    double before = 0;

    for (int i = 0; i < 3; i++) {
        double fraction;

        wait_progress(s, id, before + 0.1);
        assert_int_equal(site_stop(s, 0), 0);
        assert_int_equal(site_row(s, id).status, STATUS_QUEUED);
        fraction = saved_fraction(s, id);
        assert_true(fraction > before + 0.05);
        before = fraction;
        site_start(s, 0, one_cpu);
        wait_resumed(s, id, fraction);
    }
    site_check_done(s, id, AT_LONG);
    check_gone(s, id);
}

/* The lease's new holder goes on in a file of its own, which the old one leaves alone.
 */
static void
test_lease_taken(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    struct stat first, second;
    double fraction;
    char name[32];
    pid_t worker;

    save_name(name, id, "ckpt");
    wait_save(s, id);
    worker = site_hold_worker(s, 0, 0);
    site_suspend(s, 0);
    fraction = saved_fraction(s, id);
    assert_int_equal(fstatat(s->work_fd, name, &first, 0), 0);
    site_start(s, 1, one_cpu);
    wait_resumed(s, id, fraction); /* after the lease's end */
    assert_int_equal(fstatat(s->work_fd, name, &second, 0), 0);
    assert_true(first.st_ino != second.st_ino);
    site_hold_worker(s, 1, 0);
    assert_int_equal(kill(worker, SIGCONT), 0);
    assert_int_equal(kill(s->daemon[0], SIGCONT), 0);
    site_wait_log(s, "its lease is lost");
    site_wait_gone(worker);
    assert_int_equal(site_stop(s, 0), 0);
    assert_int_equal(fstatat(s->work_fd, name, &first, 0), 0);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_true(saved_fraction(s, id) >= fraction);
    assert_int_equal(kill(site_worker(s, 1, 0), SIGCONT), 0);
    site_check_done(s, id, AT_LONG);
    check_gone(s, id);
}

/* Nobody works on it for the moment: a daemon that lost the lease leaves the file. */
static void
test_lease_lost_to_the_queue(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    struct store_lease lease = {.token = "0123456789abcdef", .owner = "other"};
    const struct store_witness nobody = {NULL, NULL, NULL};
    struct computation rows[4];
    size_t count, found = 0;
    int64_t began = 0;
    double fraction;

    wait_save(s, id);
    site_hold_worker(s, 0, 0);
    site_suspend(s, 0);
    fraction = saved_fraction(s, id);
    while (found == 0) {
        assert_int_equal(
            store_recover(s->store, &lease, &nobody, rows, 4, &count, &found),
            STORE_OK);
        site_pause(&began, "the lease's end");
    }
    assert_int_equal(site_row(s, id).status, STATUS_QUEUED);
    assert_int_equal(kill(s->daemon[0], SIGCONT), 0);
    wait_resumed(s, id, fraction);
    site_check_done(s, id, AT_LONG);
    check_gone(s, id);
}

static void
test_cancelled(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    enum store_wish wish;

    wait_save(s, id);
    site_hold_worker(s, 0, 0);
    assert_int_equal(store_cancel(s->store, id, &admin, &wish), STORE_OK);
    doorbell_ring(s->bell);
    site_wait(s, id, STATUS_CANCELLED);
    check_gone(s, id);
    /* Asked again, it begins anew. */
    assert_int_equal(store_retry(s->store, id, &admin, 1000), STORE_OK);
    doorbell_ring(s->bell);
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_stop(s, 0), 0);
}

/* A row that fails for good. */
static void
test_failed(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s);
    int64_t began = 0;
    pid_t worker = 0;

    wait_save(s, id);
    while (site_row(s, id).status != STATUS_FAILED) {
        if (site_workers(s, 0) > 0 && site_row(s, id).status == STATUS_RUNNING) {
            worker = site_worker(s, 0, worker);
            kill(worker, SIGKILL);
            site_wait_gone(worker);
        }
        site_pause(&began, "three attempts");
    }
    check_gone(s, id);
}

/* Of rows that came to an end while they waited, and of none; a waiting row's stays. */
static void
test_stale_files_go(void **state)
{
    static const char *const stale[] = {"999.ckpt", "999.new"};
    struct site *s = *state;
    int64_t id = ask_long(s), other;
    enum store_wish wish;
    double fraction;
    char name[32];
    int fd;

    wait_save(s, id);
    assert_int_equal(site_stop(s, 0), 0);
    fraction = saved_fraction(s, id);
    other = site_ask(s, 16, POSITION + 1, ALGORITHM_BBP);
    save_name(name, other, "ckpt");
    fd = openat(s->work_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < 2; i++) {
        fd = openat(s->work_fd, stale[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    assert_int_equal(store_cancel(s->store, other, &admin, &wish), STORE_OK);
    assert_int_equal(site_row(s, other).status, STATUS_CANCELLED);
    site_start(s, 0, one_cpu); /* it sweeps before it is ready */
    assert_int_equal(faccessat(s->work_fd, name, F_OK, 0), -1);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(faccessat(s->work_fd, stale[i], F_OK, 0), -1);
    }
    wait_resumed(s, id, fraction);
    site_check_done(s, id, AT_LONG);
    check_gone(s, id);
}

/* A broken file, and one of another row: the job begins anew, and is right. */
static void
test_broken_files(void **state)
{
    struct site *s = *state;
    int64_t id = ask_long(s), other;
    char name[32], moved[32];
    struct slots slots;
    size_t length;
    int fd;

    wait_save(s, id);
    assert_int_equal(site_stop(s, 0), 0);
    other = site_ask(s, 16, POSITION + 1, ALGORITHM_BBP);
    save_name(name, id, "ckpt");
    save_name(moved, other, "ckpt");
    assert_int_equal(renameat(s->work_fd, name, s->work_fd, moved), 0);
    fd = openat(s->work_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(slots_init(&slots, fd));
    assert_int_equal(slots_write(&slots, "nonsense", 8), 0); /* whole, but nonsense */
    free(slots_read(&slots, &length));
    close(fd);
    site_start(s, 0, one_cpu);
    site_check_done(s, id, AT_LONG);
    site_check_done(s, other, AT_LONG_1);
    check_gone(s, id);
    check_gone(s, other);
    assert_int_equal(site_stop(s, 0), 0);
}

/* No checkpoint can be written: the job goes on without. */
static void
test_disk_is_full(void **state)
{
    struct site *s = *state;
    const struct rlimit limit = {0, 0};
    size_t length;
    int64_t id;
    pid_t worker;

    id = ask_long(s);
    worker = site_hold_worker(s, 0, 0);
    assert_int_equal(prlimit(worker, RLIMIT_FSIZE, &limit, NULL), 0);
    assert_null(read_save(s, id, &length));
    assert_int_equal(kill(worker, SIGCONT), 0);
    site_check_done(s, id, AT_LONG);
    assert_int_equal(site_row(s, id).attempts, 1);
    check_gone(s, id);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_worker_killed),  ON_SITE(test_worker_told_to_stop),
        ON_SITE(test_daemon_killed),  ON_SITE(test_daemon_stopped),
        ON_SITE(test_lease_taken),    ON_SITE(test_lease_lost_to_the_queue),
        ON_SITE(test_cancelled),      ON_SITE(test_failed),
        ON_SITE(test_stale_files_go), ON_SITE(test_broken_files),
        ON_SITE(test_disk_is_full),
    };

    return cmocka_run_group_tests_name("daemon_resume", tests, NULL, NULL);
}
