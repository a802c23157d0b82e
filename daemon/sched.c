/*
 * The poll loop: one thread waits for signals, the doorbell, the workers'
 * pipes and the next timed task.
 *
 * A doorbell or the poll_ms fallback leads to a look at wishes and waiting
 * rows. Timed tasks stand in one table; one that fails (a busy database) is due
 * again after a second, and the others have to wait for the next round. So a
 * look ends at the first failure, too: signals are read between any two looks.
 * A wait for a locked database is short (PATIENCE_MS), since everything here is
 * tried again: leases are renewed soon after it is free, and a stop is not held
 * up. The order of tasks matters once:
 * leases are renewed before expired ones are taken back, so that a daemon that
 * was suspended for long keeps those of its rows that nobody took.
 *
 * A daemon whose lease is lost learns it from progress_tell(): with each
 * renewal all running jobs are said to have news, however silent they are.
 */
#include "daemon/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WISHES_MAX = 64, PIPES_MAX = 300 };

#define SECOND_US  INT64_C(1000000)
#define STOP_TRIES 2

/* How long workers have for their last checkpoint when the daemon stops: the largest
 * jobs notice the wish within seconds. */
#define STOP_WAIT_US (5 * SECOND_US)
enum { STOP_POLL_MS = 100 };

/* A pause where the system has no memory for a poll(). */
enum { REST_MS = 200 };

/* How long a call waits for a locked database; the shortest lease lasts 5 s. */
enum { PATIENCE_MS = 1000 };

/* ---- timed tasks; false: again in a second ---- */

static bool
task_look(struct daemon *d)
{
    d->look = true;
    return true;
}

static bool
task_renew(struct daemon *d)
{
    int64_t until = store_boottime() + (int64_t)d->conf->lease_s * SECOND_US;
    enum store_rc rc;

    if (!d->jobs) {
        return true;
    }
    rc = store_renew(d->durable, d->conf->name, until);
    if (rc != STORE_OK) {
        log_warning("leases were not renewed: %s", store_rc_name(rc));
        return false;
    }
    for (struct job *j = d->jobs; j; j = j->next) {
        j->unsaid = true;
    }
    return true;
}

enum task_name {
    TASK_RENEW,
    TASK_RECOVER,
    TASK_LOOK,
    TASK_PROGRESS,
    TASK_GUARD,
    TASK_HEARTBEAT,
    TASK_CHECKPOINT,
    TASK_TIDY,
    TASK_PRUNE,
    TASK_SCRUB,
    TASK_INDEX,
    TASK_COUNT
};

struct task {
    bool (*run)(struct daemon *d);
    int64_t every_us, due;
};

static void
make_tasks(const struct conf *conf, struct task tasks[TASK_COUNT])
{
    int64_t now = store_boottime();

    memset(tasks, 0, TASK_COUNT * sizeof tasks[0]);
    tasks[TASK_RENEW] = (struct task){task_renew, conf->lease_s * SECOND_US / 3, 0};
    tasks[TASK_RECOVER] =
        (struct task){recover_rows, 3 * SECOND_US, now + 3 * SECOND_US};
    tasks[TASK_LOOK] = (struct task){task_look, conf->poll_ms * INT64_C(1000), 0};
    tasks[TASK_PROGRESS] = (struct task){progress_tell, 0, 0};
    tasks[TASK_GUARD] = (struct task){guard_jobs, SECOND_US, 0};
    tasks[TASK_HEARTBEAT] = (struct task){upkeep_heartbeat, 5 * SECOND_US, 0};
    tasks[TASK_CHECKPOINT] = (struct task){upkeep_checkpoint, 5 * SECOND_US, 0};
    tasks[TASK_TIDY] = (struct task){publish_tidy, 2 * SECOND_US, 0};
    tasks[TASK_PRUNE] = (struct task){upkeep_prune, 3600 * SECOND_US, 0};
    tasks[TASK_SCRUB] = (struct task){scrub_step, 0, 0};
    tasks[TASK_INDEX] = (struct task){index_step, SECOND_US, 0};
}

/* When task I is due; the news of jobs and the digits' check have times of their own.
 */
static int64_t
task_due(const struct daemon *d, const struct task tasks[TASK_COUNT], int i)
{
    int64_t own = i == TASK_PROGRESS ? progress_due(d)
                  : i == TASK_SCRUB  ? scrub_due(d)
                                     : 0;

    return own > tasks[i].due ? own : tasks[i].due;
}

static void
run_tasks(struct daemon *d, struct task tasks[TASK_COUNT])
{
    for (int i = 0; i < TASK_COUNT; i++) {
        int64_t now = store_boottime();

        if (task_due(d, tasks, i) <= now) {
            bool ok = tasks[i].run(d);

            tasks[i].due = now + (ok ? tasks[i].every_us : SECOND_US);
            if (!ok) {
                return;
            }
        }
    }
}

/* ---- events ---- */

/* Every child that has ended. Several ends may have made one SIGCHLD. */
static void
reap(struct daemon *d)
{
    struct rusage usage;
    int status;
    pid_t pid;

    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        if (pid == d->indexing.worker.pid) {
            index_ended(d, status, &usage);
            continue;
        }
        for (struct job *j = d->jobs; j; j = j->next) {
            if (j->worker.pid == pid) {
                worker_ended(&j->worker, status, &usage);
                progress_heard(j);
                settle_judge(d, j);
                d->look = true;
                break;
            }
        }
    }
}

static void
read_signals(struct daemon *d)
{
    struct signalfd_siginfo info;

    while (read(d->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGTERM:
        case SIGINT:
            log_info("stopping");
            d->stop = true;
            break;
        case SIGHUP:
            log_reopen();
            log_info("SIGHUP: the log is open; restart nthpid to read its "
                     "configuration");
            break;
        default:
            break; /* SIGCHLD: reap() looks at all children anyway */
        }
    }
}

/* Cancelled and deleted rows: the worker first, the row after its end. */
static void
take_wishes(struct daemon *d)
{
    struct computation rows[WISHES_MAX];
    size_t count = 0;

    if (store_wishes(d->durable, d->conf->name, rows, WISHES_MAX, &count) != STORE_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct job *j = daemon_find_job(d, rows[i].id);

        if (j && j->worker.pid > 0) {
            j->granted = true;
            worker_kill(&j->worker);
        } else if (j && j->settle != SETTLE_FORGET) {
            j->settle = SETTLE_GRANT; /* it ended by itself meanwhile */
        }
    }
}

/* poll() has failed with ERROR: true, after a while, when it may do better then. */
static bool
rest(int error)
{
    const struct timespec pause = {0, REST_MS * 1000000L};

    log_error("poll: %s", strerror(error));
    if (error != ENOMEM && error != EAGAIN) {
        return false;
    }
    nanosleep(&pause, NULL);
    return true;
}

/* Waits for the next event, at most until DUE. */
static bool
wait_event(struct daemon *d, int64_t due)
{
    struct pollfd fds[2 + PIPES_MAX];
    struct job *jobs[PIPES_MAX];
    nfds_t count = 2;
    int64_t left = due - store_boottime();
    int timeout = left <= 0               ? 0
                  : left > 60 * SECOND_US ? 60000
                                          : (int)(left / 1000) + 1;

    fds[0] = (struct pollfd){.fd = d->signal_fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = doorbell_fd(d->bell), .events = POLLIN};
    for (struct job *j = d->jobs; j && count < 2 + PIPES_MAX; j = j->next) {
        if (j->worker.pipe >= 0) {
            jobs[count - 2] = j;
            fds[count++] = (struct pollfd){.fd = j->worker.pipe, .events = POLLIN};
        }
    }
    if (poll(fds, count, timeout) < 0) {
        return errno == EINTR || rest(errno);
    }
    if (fds[1].revents && doorbell_drain(d->bell) > 0) {
        d->look = true;
    }
    for (nfds_t i = 2; i < count; i++) {
        if (fds[i].revents) {
            worker_read(&jobs[i - 2]->worker);
            progress_heard(jobs[i - 2]);
        }
    }
    if (fds[0].revents) {
        read_signals(d);
    }
    return true;
}

static int64_t
next_due(const struct daemon *d, const struct task tasks[TASK_COUNT])
{
    int64_t due = settle_due(d);

    for (int i = 0; i < TASK_COUNT; i++) {
        int64_t task = task_due(d, tasks, i);

        due = task < due ? task : due;
    }
    return due;
}

/* Lets workers write their checkpoints and end: until their pipes are closed, or
 * STOP_WAIT_US have passed. */
static void
let_save(struct daemon *d)
{
    int64_t until = store_boottime() + STOP_WAIT_US;

    for (struct job *j = d->jobs; j; j = j->next) {
        worker_stop(&j->worker);
    }
    for (struct job *j = d->jobs; j; j = j->next) {
        while (j->worker.saves && j->worker.pipe >= 0 && store_boottime() < until) {
            struct pollfd fd = {.fd = j->worker.pipe, .events = POLLIN};

            if (poll(&fd, 1, STOP_POLL_MS) > 0) {
                worker_read(&j->worker);
            }
        }
    }
}

/* Ends the workers, gives their rows back. What the database refuses now is
 * recovered at the next start. */
static void
stop(struct daemon *d)
{
    index_stop(d);
    let_save(d);
    for (struct job *j = d->jobs; j; j = j->next) {
        worker_kill(&j->worker);
    }
    for (struct job *j = d->jobs; j; j = j->next) {
        struct rusage usage;
        int status;

        if (j->worker.pid > 0) {
            while (wait4(j->worker.pid, &status, 0, &usage) < 0 && errno == EINTR) {
            }
            worker_ended(&j->worker, status, &usage);
            settle_judge(d, j);
        }
    }
    for (int i = 0; i < STOP_TRIES && d->jobs; i++) {
        for (struct job *j = d->jobs; j; j = j->next) {
            j->settle_at = 0;
        }
        settle_jobs(d);
    }
    if (d->checkpoint_lock >= 0) {
        store_checkpoint(d->durable);
    }
}

static bool
start(struct daemon *d)
{
    if (store_note_boot(d->durable, NULL) != STORE_OK || !recover_rows(d)) {
        log_error("cannot start: %s", store_message(d->durable));
        return false;
    }
    settle_jobs(d);
    recover_asides(d);
    publish_scan(d);
    index_begin(d);
    /* Until here nothing of ours runs, and giving up would end the program. */
    store_set_patience(d->durable, PATIENCE_MS);
    store_set_patience(d->relaxed, PATIENCE_MS);
    log_info("ready: name %s, %d thread%s, state %s", d->conf->name, d->cpus,
             d->cpus == 1 ? "" : "s", d->conf->state);
    return true;
}

bool
sched_run(struct daemon *d)
{
    struct task tasks[TASK_COUNT];
    bool ok = start(d);

    if (!ok) {
        return false;
    }
    make_tasks(d->conf, tasks);
    while (ok && !d->stop) {
        run_tasks(d, tasks);
        settle_jobs(d); /* before the look: what is published now may answer rows */
        if (d->look) {
            d->look = false;
            take_wishes(d);
            mend_marked(d);
            launch_pending(d);
            settle_jobs(d);
        }
        /* With more to look at: what has come, without waiting for it. */
        ok = wait_event(d, d->look ? 0 : next_due(d, tasks));
        reap(d);
    }
    stop(d);
    return ok;
}
