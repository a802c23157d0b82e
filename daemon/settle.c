/*
 * From a worker's end to the row's. What a worker brought is never lost to a
 * busy database: a job keeps what is decided about it and tries to commit it
 * again every second until the store says yes, or that the lease is lost.
 *
 *   result -> calculated -> (publish.c) stored
 *          \-> failed      when its files can't be published
 *   failed, requeue, grant -> one commit each
 */
#include "daemon/daemon.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RETRY_US INT64_C(1000000)

void
settle_fail(struct job *j, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(j->message, sizeof j->message, format, arguments);
    va_end(arguments);
    j->settle = SETTLE_FAILED;
    j->settle_at = 0;
}

void
settle_requeue(struct job *j, bool count_attempt, unsigned delay_s, const char *why)
{
    snprintf(j->message, sizeof j->message, "%s", why);
    j->settle = SETTLE_REQUEUE;
    j->settle_at = 0;
    j->count_attempt = count_attempt;
    j->delay_s = delay_s;
}

static double
timeval_s(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static void
take_result(struct job *j)
{
    const struct worker *w = &j->worker;

    memcpy(j->window, w->report.window, sizeof j->window);
    memcpy(j->sha256, w->report.sha256, sizeof j->sha256);
    snprintf(j->verified, sizeof j->verified, "%s", w->report.verified);
    j->cost.cpu_s = timeval_s(&w->usage.ru_utime) + timeval_s(&w->usage.ru_stime);
    j->cost.wall_s = (double)(w->ended_us - w->started_us) / 1e6;
    j->cost.peak_kib = w->usage.ru_maxrss;
    j->settle = SETTLE_RESULT;
    j->settle_at = 0;
}

void
settle_judge(struct daemon *d, struct job *j)
{
    char message[WORKER_MESSAGE_SIZE];

    if (j->lost) {
        j->settle = SETTLE_FORGET;
        return;
    }
    if (j->granted) {
        j->settle = SETTLE_GRANT;
        return;
    }
    switch (worker_judge(&j->worker, j->need.memory, j->memory_limit, message)) {
    case OUTCOME_RESULT:
        take_result(j);
        break;
    case OUTCOME_AGAIN:
        if (d->stop) {
            settle_requeue(j, false, 0, "the daemon was stopped");
        } else if (j->row.attempts < DAEMON_ATTEMPTS) {
            settle_requeue(j, true, (unsigned)j->row.attempts, message);
        } else {
            settle_fail(j, "%s, %d times", message, j->row.attempts);
        }
        break;
    case OUTCOME_FAILED:
        settle_fail(j, "%s", message);
        break;
    }
}

static enum store_rc
settle_result(struct daemon *d, struct job *j)
{
    enum store_rc rc;

    if (!j->calculated) {
        rc = store_calculated(d->durable, j->row.id, d->token, j->window, j->sha256,
                              j->verified, &j->cost);
        if (rc != STORE_OK) {
            return rc;
        }
        j->calculated = true;
        daemon_changed(d);
    }
    return publish_job(d, j);
}

/* One try. STORE_OK: settled. */
static enum store_rc
settle_try(struct daemon *d, struct job *j)
{
    enum store_rc rc = STORE_OK;

    switch (j->settle) {
    case SETTLE_RESULT:
        rc = settle_result(d, j);
        if (rc == STORE_OK) {
            log_info("row %" PRId64 ": done", j->row.id);
        }
        break;
    case SETTLE_FAILED:
        rc = store_failed(d->durable, j->row.id, d->token, j->message);
        if (rc == STORE_OK) {
            log_warning("row %" PRId64 ": failed: %s", j->row.id, j->message);
        }
        break;
    case SETTLE_REQUEUE:
        rc = store_requeue(d->durable, j->row.id, d->token, j->message,
                           j->count_attempt, j->delay_s);
        if (rc == STORE_OK) {
            log_info("row %" PRId64 ": back to the queue: %s", j->row.id, j->message);
        }
        break;
    case SETTLE_GRANT:
        rc = store_grant(d->durable, j->row.id, d->token);
        if (rc == STORE_OK) {
            log_info("row %" PRId64 ": stopped, as was wished", j->row.id);
        }
        break;
    case SETTLE_FORGET:
    case SETTLE_NOT_YET:
        return STORE_OK;
    }
    if (rc == STORE_OK) {
        daemon_changed(d);
    }
    return rc;
}

/* True when J's row, settled with RC, will be or is computed by somebody: its
 * checkpoint is needed. In doubt, too; a sweep looks again. */
static bool
goes_on(struct daemon *d, const struct job *j, enum store_rc rc)
{
    struct computation row;

    if (rc == STORE_OK && (j->settle == SETTLE_RESULT || j->settle == SETTLE_FAILED)) {
        return false;
    }
    rc = store_get(d->durable, j->row.id, &row);
    return rc == STORE_OK ? row.status == STATUS_QUEUED || row.status == STATUS_RUNNING
                          : rc != STORE_NOT_FOUND;
}

void
settle_jobs(struct daemon *d)
{
    int64_t now = store_boottime();
    struct job *j, *next;

    for (j = d->jobs; j; j = next) {
        enum settle before = j->settle;
        enum store_rc rc;

        next = j->next;
        if (before == SETTLE_NOT_YET || j->settle_at > now) {
            continue;
        }
        rc = settle_try(d, j);
        if (rc == STORE_OK || rc == STORE_CONFLICT || rc == STORE_NOT_FOUND) {
            if (rc != STORE_OK) {
                log_warning("row %" PRId64 ": its lease is lost", j->row.id);
            }
            if (j->aside.save_fd >= 0 && goes_on(d, j, rc)) {
                aside_keep_save(&j->aside);
            }
            aside_remove(&j->aside, d->work_fd);
            daemon_drop_job(d, j);
            d->look = true;
        } else if (j->settle == before) {
            log_warning("row %" PRId64 ": not committed yet: %s", j->row.id,
                        store_rc_name(rc));
            j->settle_at = store_boottime() + RETRY_US;
            return; /* signals first: the next try may have to wait as long */
        } else {
            next = j; /* it was decided anew, as failed: try that at once */
        }
    }
}

int64_t
settle_due(const struct daemon *d)
{
    int64_t due = INT64_MAX;

    for (const struct job *j = d->jobs; j; j = j->next) {
        if (j->settle != SETTLE_NOT_YET && j->settle_at < due) {
            due = j->settle_at;
        }
    }
    return due;
}
