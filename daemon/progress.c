/*
 * The news of running jobs, into the database.
 *
 * All that is due goes into one commit. A job's news are due when a tenth of the time
 * it has run so far has passed since the last, but within PACE_LEAST_US and
 * PACE_MOST_US: one that takes two seconds is seen to move, and one that takes hours
 * costs a commit a second.
 *
 * A run that goes on from a checkpoint begins with the fraction that was done. What is
 * left is estimated from the share of the rest that this run has done.
 */
#include "daemon/daemon.h"

#include "common/store_worker.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    PROGRESS_MAX = 300,
    PACE_LEAST_US = 100000,
    PACE_MOST_US = 1000000,
    RESUMED_SIZE = 16
};

static bool
has_news(const struct job *j)
{
    return j->worker.pid > 0 && !j->lost &&
           (!j->noted || j->unsaid || j->worker.report.changed);
}

/* When J's news are due, which it has. */
static int64_t
due_at(const struct job *j)
{
    int64_t last = j->said_at > 0 ? j->said_at : j->worker.started_us;
    int64_t pace = (last - j->worker.started_us) / 10;

    if (!j->noted || j->unsaid) {
        return 0;
    }
    pace = pace < PACE_LEAST_US ? PACE_LEAST_US : pace;
    return last + (pace > PACE_MOST_US ? PACE_MOST_US : pace);
}

static double
eta_s(const struct job *j, double fraction)
{
    double first = (double)j->worker.report.first / PROTOCOL_PPM;
    double elapsed = (double)(store_boottime() - j->worker.started_us) / 1e6;

    return plan_seconds_left(j->seconds, elapsed, first, fraction);
}

/* What J's last checkpoint has: that of its worker, or the one it began with. */
static double
saved(const struct job *j)
{
    const struct report *r = &j->worker.report;
    unsigned ppm = r->saved > r->first ? r->saved : r->first;

    if (!j->worker.saves) {
        return 0;
    }
    /* Before its first word nobody knows where it goes on. */
    return r->begun ? (double)ppm / PROTOCOL_PPM : j->row.progress;
}

void
progress_begins(struct daemon *d, struct job *j)
{
    struct store_worker worker = {.pid = j->worker.pid, .threads = j->slot.threads};
    enum store_rc rc;

    snprintf(worker.daemon, sizeof worker.daemon, "%s", d->conf->name);
    rc = store_set_worker(d->relaxed, j->row.id, d->token, &worker);
    j->noted = rc == STORE_OK;
    if (!j->noted) {
        log_warning("row %" PRId64 ": its worker was not noted: %s", j->row.id,
                    store_rc_name(rc));
    }
}

void
progress_heard(struct job *j)
{
    const struct report *r = &j->worker.report;

    if (j->worker.saves && r->begun && r->first > 0 && !j->resumed) {
        j->resumed = true;
        log_info("row %" PRId64 ": resumes at %u %%", j->row.id,
                 r->first / (PROTOCOL_PPM / 100));
    }
}

int64_t
progress_due(const struct daemon *d)
{
    int64_t due = INT64_MAX;

    for (const struct job *j = d->jobs; j; j = j->next) {
        if (has_news(j) && due_at(j) < due) {
            due = due_at(j);
        }
    }
    return due;
}

/* The workers of JOBS that the database did not take when they began. False: not all of
 * them now. */
static bool
note_others(struct daemon *d, struct job *const *jobs, size_t count)
{
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        if (!jobs[i]->noted && !jobs[i]->lost) {
            progress_begins(d, jobs[i]);
            ok = jobs[i]->noted && ok;
        }
    }
    return ok;
}

bool
progress_tell(struct daemon *d)
{
    struct store_progress p[PROGRESS_MAX];
    struct job *jobs[PROGRESS_MAX];
    char resumed[PROGRESS_MAX][RESUMED_SIZE];
    int64_t now = store_boottime();
    size_t count = 0;
    enum store_rc rc;
    bool ok;

    for (struct job *j = d->jobs; j && count < PROGRESS_MAX; j = j->next) {
        if (has_news(j) && due_at(j) <= now) {
            double fraction = (double)j->worker.report.ppm / PROTOCOL_PPM;

            if (j->resumed && !j->resume_told) {
                uint64_t percent = j->worker.report.first / (PROTOCOL_PPM / 100);

                reason_print(resumed[count], sizeof resumed[count], REASON_RESUMED,
                             &(struct reason_values){.number = percent});
            } else {
                resumed[count][0] = '\0';
            }
            p[count] = (struct store_progress){
                .id = j->row.id,
                .token = d->token,
                .fraction = fraction,
                .phase = j->worker.report.phase,
                .eta_s = eta_s(j, fraction),
                .saved = saved(j),
                .resumed = resumed[count][0] ? resumed[count] : NULL,
            };
            jobs[count++] = j;
        }
    }
    if (count == 0) {
        return true;
    }
    rc = store_progress(d->relaxed, p, count);
    if (rc != STORE_OK) {
        log_warning("progress was not noted: %s", store_rc_name(rc));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        jobs[i]->unsaid = jobs[i]->worker.report.changed = false;
        jobs[i]->said_at = now;
        jobs[i]->resume_told = jobs[i]->resume_told || p[i].resumed;
        if (p[i].lost) {
            log_warning("row %" PRId64 ": its lease is lost", jobs[i]->row.id);
            jobs[i]->lost = true;
            worker_kill(&jobs[i]->worker);
        }
    }
    ok = note_others(d, jobs, count);
    daemon_changed(d);
    return ok;
}
