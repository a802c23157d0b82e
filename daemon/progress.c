/*
 * What workers tell, into the database: once a second, all of them in one commit.
 */
#include "daemon/daemon.h"

#include <inttypes.h>

enum { PROGRESS_MAX = 300 };

static double
eta_s(const struct job *j, double fraction)
{
    double first = (double)j->worker.report.first / PROTOCOL_PPM;
    double elapsed = (double)(store_boottime() - j->worker.started_us) / 1e6;

    return plan_seconds_left(j->seconds, elapsed, first, fraction);
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

bool
progress_tell(struct daemon *d)
{
    struct store_progress p[PROGRESS_MAX];
    struct job *jobs[PROGRESS_MAX];
    size_t count = 0;
    enum store_rc rc;

    for (struct job *j = d->jobs; j && count < PROGRESS_MAX; j = j->next) {
        if (j->worker.pid > 0 && !j->lost && (j->unsaid || j->worker.report.changed)) {
            double fraction = (double)j->worker.report.ppm / PROTOCOL_PPM;

            p[count] = (struct store_progress){
                .id = j->row.id,
                .token = d->token,
                .fraction = fraction,
                .phase = j->worker.report.phase,
                .eta_s = eta_s(j, fraction),
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
        if (p[i].lost) {
            log_warning("row %" PRId64 ": its lease is lost", jobs[i]->row.id);
            jobs[i]->lost = true;
            worker_kill(&jobs[i]->worker);
        }
    }
    daemon_changed(d);
    return true;
}
