/*
 * Real daemons and their workers, see daemon_fixture.h: their processes and their log.
 */
#include "daemon_fixture.h"

#include "daemon/worker.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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
