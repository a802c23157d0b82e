/*
 * Computations in JSON. Numbers that are not known are null rather than missing, so
 * that a client can count on every member being there.
 */
#include "config.h"

#include "common/computation_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { LINK_SIZE = 64, TIME_SIZE = 40 };

static json_t *
text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

/* A measured value, NULL when it is not known (negative). */
static json_t *
known(double value)
{
    return value >= 0 ? json_real(value) : json_null();
}

json_t *
json_time(int64_t micros)
{
    time_t seconds = (time_t)(micros / 1000000);
    char text[TIME_SIZE];
    struct tm tm;
    if (micros <= 0 || gmtime_r(&seconds, &tm) == NULL)
        return json_null();
    size_t used = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + used, sizeof text - used, ".%03dZ", (int)(micros / 1000 % 1000));
    return json_string(text);
}

static json_t *
links(const struct computation *c)
{
    const char *query = c->radix == 16 ? "?radix=16" : "";
    char path[LINK_SIZE];
    json_t *links = json_object();
    snprintf(path, sizeof path, "/api/v1/computations/%" PRId64, c->id);
    json_object_set_new(links, "self", json_string(path));
    snprintf(path, sizeof path, "/computations/%" PRId64, c->id);
    json_object_set_new(links, "page", json_string(path));
    snprintf(path, sizeof path, "/pi/%" PRIu64 "%s", c->position, query);
    json_object_set_new(links, "pi", json_string(path));
    snprintf(path, sizeof path, "/pi/%" PRIu64 ".txt%s", c->position, query);
    json_object_set_new(links, "text", json_string(path));
    return links;
}

json_t *
json_computation(const struct computation *c)
{
    bool done = c->status == STATUS_DONE;
    json_t *o = json_object(), *stages = json_object();

    json_object_set_new(o, "id", json_integer(c->id));
    json_object_set_new(o, "position", json_integer((json_int_t)c->position));
    json_object_set_new(o, "radix", json_integer(c->radix));
    json_object_set_new(o, "algorithm", json_string(algorithm_name(c->algorithm)));
    json_object_set_new(o, "method",
                        c->method != ALGORITHM_AUTO
                            ? json_string(algorithm_name(c->method))
                            : json_null());
    json_object_set_new(o, "answered_by",
                        c->answered_by > 0 ? json_integer(c->answered_by)
                                           : json_null());
    json_object_set_new(o, "status", json_string(status_name(c->status)));
    json_object_set_new(o, "stage", json_string(stage_name(c->stage)));
    json_object_set_new(o, "digit", done ? json_stringn(&c->digit, 1) : json_null());
    json_object_set_new(o, "window", done ? text_or_null(c->window) : json_null());
    json_object_set_new(o, "progress", json_real(c->progress));
    json_object_set_new(o, "phase", text_or_null(c->phase));
    json_object_set_new(o, "eta_s",
                        c->status == STATUS_RUNNING || c->status == STATUS_QUEUED
                            ? known(c->eta_s)
                            : json_null());
    json_object_set_new(o, "error", text_or_null(c->error));
    json_object_set_new(o, "verified", text_or_null(c->verified));
    json_object_set_new(o, "attempts", json_integer(c->attempts));
    json_object_set_new(o, "created_at", json_time(c->at[STAGE_REGISTERED]));
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        json_object_set_new(stages, stage_name((enum stage)stage),
                            json_time(c->at[stage]));
    json_object_set_new(o, "stages", stages);
    json_object_set_new(o, "wall_s", known(c->wall_s));
    json_object_set_new(o, "cpu_s", known(c->cpu_s));
    json_object_set_new(o, "peak_kib",
                        c->peak_kib > 0 ? json_integer(c->peak_kib) : json_null());
    json_object_set_new(o, "digits_per_s", known(computation_speed(c)));
    json_object_set_new(o, "revision", json_integer(c->revision));
    json_object_set_new(o, "links", links(c));
    return o;
}

json_t *
json_detail(const struct computation *c, const struct store_worker *worker)
{
    json_t *o = json_computation(c), *own = json_null();

    if (worker != NULL) {
        own = json_object();
        json_object_set_new(own, "daemon", json_string(worker->daemon));
        json_object_set_new(own, "pid", json_integer(worker->pid));
        json_object_set_new(own, "threads", json_integer(worker->threads));
    }
    json_object_set_new(o, "worker", own);
    return o;
}
