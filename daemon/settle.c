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
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RETRY_US INT64_C(1000000)

enum { FIRST_DELAY_MS = 1000, LAST_DELAY_MS = 60000 };

/* An attempt whose checkpoint got on by this does not count: there can be so many of
 * them between two that count, and no more. */
#define FURTHER 0.01

void
settle_fail_words(struct job *j, const char *words)
{
    snprintf(j->message, sizeof j->message, "%s", words);
    j->settle = SETTLE_FAILED;
    j->settle_at = 0;
}

void
settle_fail(struct job *j, enum reason reason, const struct reason_values *values)
{
    char words[COMPUTATION_TEXT_SIZE];

    settle_fail_words(j, reason_print(words, sizeof words, reason, values));
}

void
settle_requeue(struct job *j, bool count_attempt, unsigned delay_ms, const char *why)
{
    snprintf(j->message, sizeof j->message, "%s", why);
    j->settle = SETTLE_REQUEUE;
    j->settle_at = 0;
    j->count_attempt = count_attempt;
    j->delay_ms = delay_ms;
}

unsigned
settle_delay_ms(int failures)
{
    unsigned delay = FIRST_DELAY_MS;

    while (--failures > 0 && delay < LAST_DELAY_MS) {
        delay *= 4;
    }
    delay = delay < LAST_DELAY_MS ? delay : LAST_DELAY_MS;
    return delay + randombytes_uniform(delay / 4);
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
    j->settle = SETTLE_RESULT;
    j->settle_at = 0;
}

static void
take_cost(struct job *j)
{
    const struct worker *w = &j->worker;

    j->cost.cpu_s = timeval_s(&w->usage.ru_utime) + timeval_s(&w->usage.ru_stime);
    j->cost.wall_s = (double)(w->ended_us - w->started_us) / 1e6;
    j->cost.peak_kib = w->usage.ru_maxrss;
}

/* J's worker was killed, WHY says by whom or what for: once more, or enough. */
static void
try_again(struct daemon *d, struct job *j, const char *why)
{
    const struct report *r = &j->worker.report;
    bool further =
        j->worker.saves && (double)r->saved / PROTOCOL_PPM >= j->row.progress + FURTHER;

    if (d->stop) {
        settle_requeue(j, false, 0, reason_text(REASON_DAEMON_STOPPED));
    } else if (further) {
        settle_requeue(j, false, settle_delay_ms(1), why);
    } else if (j->row.attempts < DAEMON_ATTEMPTS) {
        settle_requeue(j, true, settle_delay_ms(j->row.attempts), why);
    } else {
        settle_fail(
            j, REASON_REPEATED,
            &(struct reason_values){.number = (uint64_t)j->row.attempts, .why = why});
    }
}

void
settle_judge(struct daemon *d, struct job *j)
{
    char message[WORKER_MESSAGE_SIZE];

    take_cost(j);
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
        if (j->verdict != WATCH_GOOD) {
            memcpy(message, j->message, sizeof message);
        }
        if (j->verdict == WATCH_TIME || j->verdict == WATCH_MEMORY) {
            settle_fail_words(j, message);
        } else {
            try_again(d, j, message);
        }
        break;
    case OUTCOME_FAILED:
        if (j->memory_capped && worker_lacked_memory(&j->worker)) {
            guard_say_memory(d->conf, message);
        }
        settle_fail_words(j, message);
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
        estimates_learn(d, j);
        daemon_changed(d);
    }
    rc = publish_job(d, j);
    if (rc == STORE_OK) {
        estimates_tell(d); /* pages hear of it with the row; else a little later */
    }
    return rc;
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
        rc =
            store_requeue(d->durable, j->row.id, d->token, j->message, j->count_attempt,
                          j->delay_ms, j->worker.ended_us > 0 ? &j->cost : NULL);
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
