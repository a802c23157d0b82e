/*
 * Indexes of published digits, for searching (common/search_index.h): made by a worker
 * in the background, one at a time on a state folder (run/index.lock), in the sandbox
 * of all workers and at the lowest priority.
 *
 * It is no job of the queue: it takes no slot of one, has no row, and its worker uses
 * bounded memory. It begins when nothing has run for index-wait-s seconds, or, on a
 * site that is never idle, when the digits have been the same for PATIENCE_US; so that
 * no index is made of digits that will soon be superseded. When they are, it ends.
 * Searching does without an index until there is one, so a failure is only logged and
 * tried again later.
 *
 * The worker gets the digits and their sidecar, open to read, and a file aside to
 * write, which is renamed into place when it is whole. What a daemon that dies leaves
 * is that file, which the next start removes.
 */
#include "config.h"

#include "daemon/daemon.h"

#include "common/search_index.h"
#include "common/store_status.h"
#include "daemon/index_worker.h"
#include "daemon/lock.h"
#include "daemon/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_US INT64_C(600000000)
#define PAUSE_US    INT64_C(60000000)
#define PAUSE_MOST  60

/* Seconds for a digit, on a machine that is very slow. */
#define WORST_S 1e-5

/* The lowest priority there is. */
enum { NICENESS = 19 };

static void
close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

/* Removes what was written aside, and gives the lock up. */
static void
leave(struct daemon *d)
{
    struct indexing *x = &d->indexing;

    if (x->out_fd >= 0) {
        unlinkat(d->work_fd, INDEX_ASIDE, 0);
    }
    close_fd(&x->out_fd);
    close_fd(&x->lock);
}

/* The next try is a minute away, or more after more failures. */
static void
pause_after(struct indexing *x)
{
    x->failures++;
    x->retry_at = store_boottime() +
                  PAUSE_US * (x->failures < PAUSE_MOST ? x->failures : PAUSE_MOST);
}

/* ---- which one is next ---- */

/* True when something runs for visitors: here, or by another daemon on the same state
 * folder. Also when nobody knows. */
static bool
is_busy(const struct daemon *d)
{
    int64_t counts[STATUS_COUNT];

    for (const struct job *j = d->jobs; j; j = j->next) {
        if (j->worker.pid > 0) {
            return true;
        }
    }
    return store_counts(d->relaxed, counts) != STORE_OK || counts[STATUS_RUNNING] > 0;
}

/* True when P needs an index that it does not have. One that somebody found damaged
 * goes. */
static bool
lacks_index(struct daemon *d, const struct published *p)
{
    struct indexing *x = &d->indexing;
    int i = p->radix == 16, percent;
    struct search_index *index = NULL;
    char name[DIGITS_NAME_SIZE];
    uint64_t length;
    enum digits_rc rc;

    if (p->length < SEARCH_INDEX_LEAST || p->length > SEARCH_INDEX_MOST ||
        store_index(d->relaxed, p->radix, &length, &percent) != STORE_OK) {
        return false;
    }
    if (length == p->length && percent == STORE_INDEX_DAMAGED) {
        log_warning("the index of %s is damaged: it is made anew", p->file);
        search_index_name(name, p->radix, p->length);
        unlinkat(d->digits_fd, name, 0);
        index_note(d, p->radix, p->length, 0);
        x->ready[i] = 0;
    }
    if (x->ready[i] == p->revision) {
        return false;
    }
    rc = search_index_open(&index, d->digits_fd, p->radix, p->length, p->sha256);
    search_index_release(index);
    if (rc == DIGITS_OK) {
        x->ready[i] = p->revision;
        if (length != p->length || percent != STORE_INDEX_DONE) {
            index_note(d, p->radix, p->length, STORE_INDEX_DONE);
        }
    }
    return rc == DIGITS_MISSING || rc == DIGITS_BROKEN;
}

/* True when P has been published for long. */
static bool
is_settled(struct indexing *x, const struct published *p)
{
    int i = p->radix == 16;

    if (x->seen[i] != p->revision) {
        x->seen[i] = p->revision;
        x->since[i] = store_boottime();
    }
    return store_boottime() - x->since[i] > PATIENCE_US;
}

/* The digits that are to get an index now; false: none. */
static bool
choose(struct daemon *d, struct published *p)
{
    struct indexing *x = &d->indexing;
    int64_t wait = (int64_t)d->conf->index_wait_s * 1000000;
    bool idle = x->idle_since > 0 && store_boottime() - x->idle_since >= wait;

    for (int radix = 10; radix <= 16; radix += 6) {
        if (store_published(d->relaxed, radix, p) == STORE_OK && p->length > 0 &&
            (is_settled(x, p) || idle) && lacks_index(d, p)) {
            return true;
        }
    }
    return false;
}

/* True when the machine has room for the index of P, and as much again. */
static bool
has_room(const struct daemon *d, const struct published *p)
{
    uint64_t total, available, bytes = search_index_bytes(p->radix, p->length);

    if (machine_memory(&total, &available) && available < 2 * (uint64_t)INDEX_MEMORY) {
        log_info("%s gets no index now: there is no memory for it", p->file);
        return false;
    }
    if (machine_disk(d->work_fd, &total, &available) && available < 2 * bytes) {
        log_info("%s gets no index now: %" PRIu64 " MiB of disk are needed", p->file,
                 2 * bytes >> 20);
        return false;
    }
    return true;
}

/* ---- making it ---- */

static int
open_part(const struct daemon *d, const struct published *p, const char *kind)
{
    char name[DIGITS_NAME_SIZE];

    digits_name(name, p->radix, p->length, kind);
    return openat(d->digits_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* 0, or an errno. */
static int
start_worker(struct daemon *d, const struct published *p)
{
    struct indexing *x = &d->indexing;
    int text_fd = open_part(d, p, "txt"), sum_fd = open_part(d, p, "sum"), error = 0;

    unlinkat(d->work_fd, INDEX_ASIDE, 0);
    x->out_fd =
        openat(d->work_fd, INDEX_ASIDE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (text_fd < 0 || sum_fd < 0 || x->out_fd < 0 || fchmod(x->out_fd, 0644) != 0) {
        error = errno;
    } else {
        error = worker_start(&x->worker,
                             &(struct worker_order){
                                 .exe_fd = d->exe_fd,
                                 .algorithm = INDEX_ORDER,
                                 .position = p->length,
                                 .radix = p->radix,
                                 .threads = 1,
                                 .text_fd = text_fd,
                                 .sum_fd = sum_fd,
                                 .save_fd = x->out_fd,
                                 .niceness = NICENESS,
                                 .memory = launch_address_space(INDEX_MEMORY, 1),
                                 .sandbox = d->conf->sandbox,
                                 .score_fd = d->score_fd,
                                 .score = d->score,
                             },
                             0);
    }
    close_fd(&text_fd);
    close_fd(&sum_fd);
    if (!error) {
        x->worker.report.radix = 0; /* it has no window */
    }
    return error;
}

static void
begin(struct daemon *d, const struct published *p)
{
    struct indexing *x = &d->indexing;
    int error;

    x->lock = lock_take(d->conf, INDEX_LOCK);
    if (x->lock < 0) {
        return; /* another daemon makes one */
    }
    if (!has_room(d, p)) {
        leave(d);
        pause_after(x);
        return;
    }
    error = start_worker(d, p);
    if (error) {
        log_warning("the index of %s cannot be made: %s", p->file, strerror(error));
        leave(d);
        pause_after(x);
        return;
    }
    x->of = *p;
    x->superseded = false;
    x->watch = (struct watch){.at = 0};
    index_note(d, p->radix, p->length, 0);
    log_info("the index of %s is made, pid %ld", p->file, (long)x->worker.pid);
}

/* Kills the worker when it hangs. */
static void
watch(struct daemon *d)
{
    struct indexing *x = &d->indexing;
    const struct watch_limits limits = {
        .stall_s = d->conf->stall_s,
        .estimate_s = WORST_S * (double)x->of.length,
        .memory = 2 * (uint64_t)INDEX_MEMORY,
    };

    if (guard_look(&x->worker, &x->watch, &limits) != WATCH_GOOD) {
        log_warning("the index of %s: worker %ld hangs and is killed", x->of.file,
                    (long)x->worker.pid);
        worker_kill(&x->worker);
    }
}

/* How far it is; and it ends when its digits are not those that are published any more.
 */
static void
follow(struct daemon *d)
{
    struct indexing *x = &d->indexing;
    struct published now;

    worker_read(&x->worker);
    if (x->worker.report.changed) {
        x->worker.report.changed = false;
        index_note(d, x->of.radix, x->of.length,
                   (int)(x->worker.report.ppm / (PROTOCOL_PPM / 100)) %
                       STORE_INDEX_DONE);
    }
    if (store_published(d->relaxed, x->of.radix, &now) == STORE_OK &&
        strcmp(now.sha256, x->of.sha256) != 0) {
        log_info("%s is superseded: its index is not made", x->of.file);
        x->superseded = true;
        worker_kill(&x->worker);
    } else {
        watch(d);
    }
}

void
index_ended(struct daemon *d, int status, const struct rusage *usage)
{
    struct indexing *x = &d->indexing;
    char message[WORKER_MESSAGE_SIZE];
    bool done;

    worker_ended(&x->worker, status, usage);
    done = worker_judge(&x->worker, INDEX_MEMORY, 0, message) == OUTCOME_RESULT &&
           index_publish(d, message);
    leave(d);
    if (done) {
        x->failures = 0;
        log_info("%s has its index, after %.1f s", x->of.file,
                 (double)(x->worker.ended_us - x->worker.started_us) / 1e6);
    } else if (!x->superseded) {
        log_warning("the index of %s was not made: %s", x->of.file, message);
        pause_after(x);
    }
    index_note(d, x->of.radix, x->of.length, done ? STORE_INDEX_DONE : 0);
}

void
index_stop(struct daemon *d)
{
    struct indexing *x = &d->indexing;
    struct rusage usage;
    int status;

    if (x->worker.pid > 0) {
        worker_kill(&x->worker);
        while (wait4(x->worker.pid, &status, 0, &usage) < 0 && errno == EINTR) {
        }
        worker_ended(&x->worker, status, &usage);
        index_note(d, x->of.radix, x->of.length, 0);
    }
    leave(d);
}

bool
index_step(struct daemon *d)
{
    struct indexing *x = &d->indexing;
    struct published p;

    if (!d->conf->index) {
        return true;
    }
    if (is_busy(d)) {
        x->idle_since = 0;
    } else if (x->idle_since == 0) {
        x->idle_since = store_boottime();
    }
    if (x->worker.pid > 0) {
        follow(d);
    } else if (store_boottime() >= x->retry_at && choose(d, &p)) {
        begin(d, &p);
    }
    return true;
}
