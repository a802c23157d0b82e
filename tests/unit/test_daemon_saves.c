/*
 * What becomes of the files with checkpoints: removed when their rows come to an end,
 * not used when they are broken, not missed when the disk is full.
 */
#include "save_fixture.h"

#include "daemon/slots.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct store_asker admin = {.admin = true};

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
    site_start(s, 0, save_one_cpu); /* it sweeps before it is ready */
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
    site_start(s, 0, save_one_cpu);
    site_check_done(s, id, AT_LONG);
    site_check_done(s, other, AT_LONG_1);
    check_gone(s, id);
    check_gone(s, other);
    assert_int_equal(site_stop(s, 0), 0);
}

/* From some moment on no checkpoint can be written: the job goes on without. */
static void
test_disk_is_full(void **state)
{
    struct site *s = *state;
    const struct rlimit limit = {0, 0};
    size_t before, after;
    void *old, *later;
    int64_t id;
    pid_t worker;

    id = ask_long(s);
    worker = site_hold_worker(s, 0, 0);
    old = read_save(s, id, &before); /* NULL if it was quick enough */
    assert_int_equal(prlimit(worker, RLIMIT_FSIZE, &limit, NULL), 0);
    assert_int_equal(kill(worker, SIGCONT), 0);
    wait_progress(s, id, site_row(s, id).progress + 0.4);
    assert_int_equal(site_hold_worker(s, 0, 0), worker);
    later = read_save(s, id, &after);
    assert_int_equal(later != NULL, old != NULL);
    if (old) {
        assert_int_equal(after, before);
        assert_memory_equal(later, old, before);
    }
    free(old);
    free(later);
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
        ON_SITE(test_cancelled),      ON_SITE(test_failed),
        ON_SITE(test_stale_files_go), ON_SITE(test_broken_files),
        ON_SITE(test_disk_is_full),
    };

    return cmocka_run_group_tests_name("daemon_saves", tests, NULL, NULL);
}
