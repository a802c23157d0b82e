/*
 * Real daemons on a temporary state folder, see daemon_fixture.h.
 */
#include "daemon_fixture.h"

#include "daemon/engine/checked.h"
#include "daemon/plan.h"
#include "daemon/worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/* ---- daemons ---- */

static _Noreturn void
exec_daemon(const struct site *s, const char *name, const char *const *more)
{
    const char *program = getenv("NTHPID");
    char log[96], state[96], name_flag[64];
    const char *argv[24];
    int argc = 0, fd;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(log, sizeof log, "%s/log", s->path);
    snprintf(state, sizeof state, "--state=%s", s->path);
    snprintf(name_flag, sizeof name_flag, "--name=%s", name);
    fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, STDERR_FILENO) < 0) {
        _exit(125);
    }
    argv[argc++] = program ? program : "./nthpid";
    argv[argc++] = state;
    argv[argc++] = name_flag;
    argv[argc++] = "--poll-ms=100";
    argv[argc++] = "--log-level=debug";
    while (more && *more && argc < 23) {
        argv[argc++] = *more++;
    }
    argv[argc] = NULL;
    unsetenv("JOURNAL_STREAM");
    unsetenv("NTHPI_CONFIG");
    execv(argv[0], (char *const *)argv);
    _exit(126);
}

static pid_t
spawn(const struct site *s, const char *name, const char *const *more)
{
    pid_t pid = fork();

    if (pid == 0) {
        exec_daemon(s, name, more);
    }
    assert_true(pid > 0);
    return pid;
}

/* True when the log holds TEXT. */
static bool
log_holds(const struct site *s, const char *text)
{
    char path[96], line[2048];
    bool found = false;
    FILE *file;

    snprintf(path, sizeof path, "%s/log", s->path);
    file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        found = strstr(line, text) != NULL;
    }
    if (file) {
        fclose(file);
    }
    return found;
}

void
site_wait_log(struct site *s, const char *text)
{
    int64_t began = 0;

    while (!log_holds(s, text)) {
        site_pause(&began, text);
    }
}

void
site_start(struct site *s, int which, const char *const *more)
{
    char ready[64];
    int64_t began = 0;
    int status;

    s->daemon[which] = spawn(s, which == 0 ? "a" : "b", more);
    snprintf(ready, sizeof ready, "nthpid[%ld] info: ready", (long)s->daemon[which]);
    while (!log_holds(s, ready)) {
        if (waitpid(s->daemon[which], &status, WNOHANG) != 0) {
            s->daemon[which] = 0;
            fail_msg("nthpid ended with status %d", status);
        }
        site_pause(&began, "nthpid to be ready");
    }
}

static int
wait_status(pid_t pid)
{
    int64_t began = 0;
    int status;
    pid_t rc;

    while ((rc = waitpid(pid, &status, WNOHANG)) == 0) {
        site_pause(&began, "a daemon to end");
    }
    assert_int_equal(rc, pid);
    return status;
}

int
site_start_and_wait(struct site *s, const char *name)
{
    return wait_status(spawn(s, name, NULL));
}

enum { CHILDREN_MAX = 64 };

/* The living children of PARENT, up to CHILDREN_MAX; how many. */
static int
children(pid_t parent, pid_t pids[CHILDREN_MAX])
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    int count = 0;

    assert_non_null(proc);
    while ((entry = readdir(proc)) != NULL && count < CHILDREN_MAX) {
        char path[300], text[512], *name_end;
        FILE *file;
        char state;
        int ppid;

        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') {
            continue;
        }
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        file = fopen(path, "re");
        if (!file) {
            continue; /* it ended meanwhile */
        }
        name_end = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
        fclose(file);
        if (name_end && sscanf(name_end + 1, " %c %d", &state, &ppid) == 2 &&
            ppid == parent && state != 'Z' && state != 'X') {
            pids[count++] = (pid_t)atoi(entry->d_name);
        }
    }
    closedir(proc);
    return count;
}

static bool
is_alive(pid_t pid)
{
    char path[64], text[512], *name_end = NULL;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    file = fopen(path, "re");
    if (file) {
        name_end = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
        fclose(file);
    }
    return name_end && name_end[2] != 'Z' && name_end[2] != 'X';
}

void
site_wait_gone(pid_t pid)
{
    int64_t began = 0;

    while (is_alive(pid)) {
        site_pause(&began, "a process to end");
    }
}

int
site_stop(struct site *s, int which)
{
    pid_t pids[CHILDREN_MAX], pid = s->daemon[which];
    int count = children(pid, pids), status;

    s->daemon[which] = 0;
    kill(pid, SIGTERM);
    status = wait_status(pid);
    /* It reaped them before it ended. */
    for (int i = 0; i < count; i++) {
        assert_false(is_alive(pids[i]));
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void
site_kill(struct site *s, int which)
{
    pid_t pids[CHILDREN_MAX], pid = s->daemon[which];
    int count = children(pid, pids);

    s->daemon[which] = 0;
    kill(pid, SIGKILL);
    wait_status(pid);
    for (int i = 0; i < count; i++) {
        site_wait_gone(pids[i]);
    }
}

void
site_suspend(struct site *s, int which)
{
    enum { BRIEF_MS = 100, USUAL_MS = 5000 };
    pid_t pid = s->daemon[which];
    int64_t began = 0;
    int status;

    store_set_patience(s->store, BRIEF_MS);
    for (;;) {
        assert_int_equal(kill(pid, SIGSTOP), 0);
        assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
        assert_true(WIFSTOPPED(status));
        if (store_heartbeat(s->store, "test") == STORE_OK) {
            break;
        }
        assert_int_equal(kill(pid, SIGCONT), 0);
        site_pause(&began, "a daemon to end its transaction");
    }
    store_set_patience(s->store, USUAL_MS);
}

int
site_workers(struct site *s, int which)
{
    pid_t pids[CHILDREN_MAX];

    return children(s->daemon[which], pids);
}

/* True when process PID is a worker that is ready to compute. */
static bool
is_ready(pid_t pid)
{
    char path[64], name[32] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    file = fopen(path, "re");
    if (file) {
        if (!fgets(name, sizeof name, file)) {
            name[0] = '\0';
        }
        fclose(file);
    }
    return strcmp(name, WORKER_NAME "\n") == 0;
}

pid_t
site_worker(struct site *s, int which, pid_t but)
{
    pid_t pids[CHILDREN_MAX];
    int64_t began = 0;

    for (;;) {
        int count = children(s->daemon[which], pids);

        for (int i = 0; i < count; i++) {
            if (pids[i] != but && is_ready(pids[i])) {
                return pids[i];
            }
        }
        site_pause(&began, "a worker");
    }
}

pid_t
site_hold_worker(struct site *s, int which, pid_t but)
{
    pid_t pid = site_worker(s, which, but);

    assert_int_equal(kill(pid, SIGSTOP), 0);
    return pid;
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
