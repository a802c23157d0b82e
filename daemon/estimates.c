/*
 * What computations cost on this machine, for those who ask before they submit and for
 * those who wait: the engine's models, corrected by what jobs of this daemon really
 * took. A model is right within a factor of three anywhere; after the first job of its
 * algorithm the factor is that of this machine, and of what else it does.
 */
#include "daemon/daemon.h"

#include "common/store_cost.h"
#include "daemon/engine/checked.h"

#include <math.h>
#include <string.h>

/* Jobs that are shorter say more about starting a process. Seconds by the model. */
#define LEAST_S 0.2

/* The weight of a new job against those before it. */
#define WEIGHT 0.3

/* What a factor may be, and how much it has moved when it is told anew. */
#define FACTOR_MOST 20.0
#define TELL_FROM   0.1

void
estimates_learn(struct daemon *d, const struct job *j)
{
    double *speed = &d->speed[j->row.method], ratio;

    if (j->resumed || j->seconds < LEAST_S || j->cost.wall_s <= 0)
        return;
    ratio = fmin(fmax(j->cost.wall_s / j->seconds, 1 / FACTOR_MOST), FACTOR_MOST);
    *speed = *speed > 0 ? exp((1 - WEIGHT) * log(*speed) + WEIGHT * log(ratio)) : ratio;
}

/* What JOB costs by ALGORITHM's models with the threads that it would get. */
static struct cost
model(const struct daemon *d, const struct engine_algorithm *algorithm, int radix,
      uint64_t position)
{
    struct engine_job job = {radix, position, 1};
    struct plan_need need = {.seconds = engine_checked_seconds(algorithm, &job)};

    if (algorithm->wide && !plan_small(&need))
        job.threads = d->cpus;
    return (struct cost){
        .seconds = engine_checked_seconds(algorithm, &job),
        .mib = (double)engine_checked_memory(algorithm, &job) / (1 << 20),
    };
}

/* As many points as positions up to MOST need. */
static void
fill_line(const struct daemon *d, struct cost_line *line,
          const struct engine_algorithm *algorithm, int radix, uint64_t most,
          double factor)
{
    uint64_t position = 1;

    line->count = 0;
    while (most > 0 && line->count < COST_POINTS) {
        struct cost *at = &line->at[line->count++];

        *at = model(d, algorithm, radix, position);
        at->seconds *= factor;
        if (position >= most)
            break;
        position *= 10;
    }
}

static void
fill_table(const struct daemon *d, struct cost_table *table)
{
    memset(table, 0, sizeof *table);
    table->threads = d->cpus;
    for (const struct engine_algorithm *a = engine_algorithms; a->name; a++) {
        enum algorithm method;

        if (!algorithm_parse(a->name, &method)) {
            continue;
        }
        for (int radix = 10; radix <= 16; radix += 6) {
            fill_line(d, &table->lines[method][radix == 16], a, radix,
                      position_limit(&d->conf->limits, method, radix),
                      d->speed[method] > 0 ? d->speed[method] : 1);
        }
    }
}

/* True when what was told is not what is known. */
static bool
is_stale(const struct daemon *d)
{
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        double now = d->speed[a], told = d->told[a];

        if (now > 0 && (told <= 0 || fabs(now / told - 1) > TELL_FROM)) {
            return true;
        }
    }
    return !d->told_once;
}

bool
estimates_tell(struct daemon *d)
{
    struct cost_table table;

    if (!d->told_once && store_speeds(d->relaxed, d->speed) != STORE_OK) {
        return false;
    }
    if (!is_stale(d)) {
        return true;
    }
    fill_table(d, &table);
    if (store_set_costs(d->relaxed, &table, d->speed) != STORE_OK) {
        return false;
    }
    memcpy(d->told, d->speed, sizeof d->told);
    d->told_once = true;
    daemon_changed(d);
    return true;
}
