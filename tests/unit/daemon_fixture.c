/*
 * A temporary state folder and its rows, see daemon_fixture.h. The daemons on it are in
 * daemon_processes.c.
 */
#include "daemon_fixture.h"

#include "daemon/engine/checked.h"
#include "daemon/plan.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void
site_pause(int64_t *began, const char *what)
{
    const struct timespec pause = {0, 5 * 1000 * 1000};
    int64_t now = store_boottime();

    if (*began == 0) {
        *began = now;
    }
    if (now - *began > SITE_PATIENCE_S * INT64_C(1000000)) {
        fail_msg("waited in vain: %s", what);
    }
    nanosleep(&pause, NULL);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int
open_folder(const struct site *s, const char *name)
{
    char path[96];

    snprintf(path, sizeof path, "%s/%s", s->path, name);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
site_setup(void **state)
{
    const struct engine_job large = {10, SITE_LONG, 1};
    struct site *s = calloc(1, sizeof *s);
    char *db, *bell;

    if (!s) {
        return -1;
    }
    *state = s;
    if (engine_checked_seconds(engine_find("chudnovsky"), &large) < PLAN_EXPRESS_S) {
        print_error("the engine is too fast for SITE_LONG\n");
        return -1;
    }
    strcpy(s->path, "/tmp/nthpi-test-XXXXXX");
    if (!mkdtemp(s->path)) {
        return -1;
    }
    s->conf.state = s->path;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
    if (conf_make_state(&s->conf) != 0) {
        return -1;
    }
    s->work_fd = open_folder(s, "work");
    s->digits_fd = open_folder(s, "digits");
    db = conf_path(&s->conf, CONF_DB);
    bell = conf_path(&s->conf, CONF_DOORBELL);
    if (store_open(&s->store, db, STORE_DURABLE) == STORE_OK) {
        s->bell = doorbell_open(bell, 0);
    }
    free(db);
    free(bell);
    return s->bell && s->work_fd >= 0 && s->digits_fd >= 0 ? 0 : -1;
}

int
site_teardown(void **state)
{
    struct site *s = *state;

    for (int i = 0; i < SITE_DAEMONS; i++) {
        if (s->daemon[i] > 0) {
            kill(s->daemon[i], SIGCONT);
            assert_int_equal(site_stop(s, i), 0);
        }
    }
    doorbell_close(s->bell);
    store_close(s->store);
    close(s->work_fd);
    close(s->digits_fd);
    nftw(s->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(s);
    return 0;
}

/* ---- rows ---- */

int64_t
site_ask(struct site *s, int radix, uint64_t position, enum algorithm algorithm)
{
    const struct store_asker asker = {.admin = true};
    enum store_added added;
    int64_t id = 0;

    assert_int_equal(
        store_add(s->store, radix, position, algorithm, &asker, 1000, &id, &added),
        STORE_OK);
    doorbell_ring(s->bell);
    return id;
}

struct computation
site_row(struct site *s, int64_t id)
{
    struct computation row;

    assert_int_equal(store_get(s->store, id, &row), STORE_OK);
    return row;
}

struct computation
site_wait(struct site *s, int64_t id, enum status status)
{
    int64_t began = 0;

    for (;;) {
        struct computation row = site_row(s, id);

        if (row.status == status) {
            return row;
        }
        if (row.status == STATUS_FAILED || row.status == STATUS_DONE) {
            fail_msg("row %ld is %s (%s), not %s", (long)id, status_name(row.status),
                     row.error, status_name(status));
        }
        site_pause(&began, status_name(status));
    }
}

void
site_wait_attempts(struct site *s, int64_t id, int count)
{
    int64_t began = 0;
    struct computation row = site_row(s, id);

    while (row.attempts < count || row.status != STATUS_RUNNING) {
        site_pause(&began, "another attempt");
        row = site_row(s, id);
    }
}

void
site_wait_file(int fd, const char *name, bool there)
{
    int64_t began = 0;

    while ((faccessat(fd, name, F_OK, 0) == 0) != there) {
        site_pause(&began, name);
    }
}

void
site_check_done(struct site *s, int64_t id, const char *window)
{
    struct computation row = site_wait(s, id, STATUS_DONE);

    assert_true(strlen(row.window) >= 16);
    assert_memory_equal(row.window, window, strlen(window));
    assert_int_equal(row.digit, window[0]);
    assert_int_equal(row.stage, STAGE_STORED);
    for (int i = 0; i < STAGE_COUNT; i++) {
        assert_true(row.at[i] > 0);
        assert_true(i == 0 || row.at[i] >= row.at[i - 1]);
    }
}
