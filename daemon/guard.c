/*
 * Looks after running workers: one that hangs is killed, to be tried again; one that
 * goes beyond what the configuration allows a job is killed for good. What the end of
 * its worker means is decided in settle.c, so a result that was on its way still
 * counts.
 */
#include "daemon/daemon.h"

#include "daemon/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define MIB (UINT64_C(1) << 20)

static int64_t
monotonic_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What J may still; the time of its earlier attempts is spent. */
static struct watch_limits
limits_of(const struct conf *conf, const struct job *j)
{
    struct watch_limits limits = {
        .stall_s = conf->stall_s,
        .estimate_s = j->need.seconds,
        .memory = conf->job_memory * MIB,
    };
    double spent = j->row.wall_s > 0 ? j->row.wall_s : 0;

    if (conf->job_time > 0) {
        limits.left_s = conf->job_time > spent ? conf->job_time - spent : 1e-6;
    }
    return limits;
}

/* Kills J's worker because of VERDICT. */
static void
put_down(const struct conf *conf, struct job *j, enum watch_verdict verdict)
{
    struct reason_values values = {0};

    j->verdict = verdict;
    switch (verdict) {
    case WATCH_GOOD:
        return;
    case WATCH_SILENT:
        values.number = conf->stall_s;
        reason_print(j->message, sizeof j->message, REASON_HUNG, &values);
        break;
    case WATCH_LOOPS:
        reason_print(j->message, sizeof j->message, REASON_LOOPED, NULL);
        break;
    case WATCH_TIME:
        values.number = conf->job_time;
        reason_print(j->message, sizeof j->message, REASON_TIME_PASSED, &values);
        break;
    case WATCH_MEMORY:
        guard_say_memory(conf, j->message);
        break;
    }
    log_warning("row %" PRId64 ": worker %ld is killed: %s", j->row.id,
                (long)j->worker.pid, j->message);
    worker_kill(&j->worker);
}

void
guard_say_memory(const struct conf *conf, char message[COMPUTATION_TEXT_SIZE])
{
    reason_print(message, COMPUTATION_TEXT_SIZE, REASON_MEMORY_PASSED,
                 &(struct reason_values){.number = conf->job_memory});
}

bool
guard_allows(const struct conf *conf, const struct plan_need *need, double seconds,
             char message[COMPUTATION_TEXT_SIZE])
{
    if (conf->job_memory > 0 && need->memory > conf->job_memory * MIB) {
        reason_print(message, COMPUTATION_TEXT_SIZE, REASON_MEMORY_NEEDED,
                     &(struct reason_values){.number = need->memory / MIB + 1,
                                             .limit = conf->job_memory});
        return false;
    }
    if (conf->job_time > 0 && seconds > conf->job_time) {
        reason_print(message, COMPUTATION_TEXT_SIZE, REASON_TIME_NEEDED,
                     &(struct reason_values){.number = (uint64_t)(seconds + 0.5),
                                             .limit = conf->job_time});
        return false;
    }
    return true;
}

enum watch_verdict
guard_look(const struct worker *w, struct watch *watch,
           const struct watch_limits *limits)
{
    struct watch_sign sign = {.now = monotonic_us(), .heard = w->heard};

    if (w->pid == 0 || !machine_process(w->pid, &sign.cpu_s, &sign.held)) {
        return WATCH_GOOD;
    }
    sign.resident = limits->memory > 0 ? machine_resident(w->pid) : 0;
    return watch_look(watch, &sign, limits);
}

bool
guard_jobs(struct daemon *d)
{
    for (struct job *j = d->jobs; j; j = j->next) {
        struct watch_limits limits = limits_of(d->conf, j);

        if (j->verdict == WATCH_GOOD && !j->granted && !j->lost) {
            put_down(d->conf, j, guard_look(&j->worker, &j->watch, &limits));
        }
    }
    return true;
}
