/*
 * JSON. Numbers that are not known are null rather than missing, so that a
 * client can count on every member being there.
 */
#include "fcgi/json.h"

#include "fcgi/rows.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Has this thread lacked memory for JSON? */
static _Thread_local bool lacking;

static void *
allocate(size_t size)
{
    void *block = malloc(size);
    if (!block)
        lacking = true;
    return block;
}

void
json_init(void)
{
    json_set_alloc_funcs(allocate, free);
}

void
json_begin(void)
{
    lacking = false;
}

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

static json_t *
time_or_null(int64_t micros)
{
    char time[TEXT_TIME_SIZE];
    return micros != 0 ? json_string(text_time_machine(time, micros)) : json_null();
}

static json_t *
links(const struct computation *c)
{
    char path[ROWS_PATH_SIZE];
    json_t *links = json_object();
    snprintf(path, sizeof path, "/api/v1/computations/%" PRId64, c->id);
    json_object_set_new(links, "self", json_string(path));
    snprintf(path, sizeof path, "/computations/%" PRId64, c->id);
    json_object_set_new(links, "page", json_string(path));
    rows_pi_path(path, c->position, c->radix);
    json_object_set_new(links, "pi", json_string(path));
    rows_text_path(path, c->position, c->radix);
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
    json_object_set_new(o, "created_at", time_or_null(c->at[STAGE_REGISTERED]));
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        json_object_set_new(stages, stage_name((enum stage)stage),
                            time_or_null(c->at[stage]));
    json_object_set_new(o, "stages", stages);
    json_object_set_new(o, "wall_s", known(c->wall_s));
    json_object_set_new(o, "cpu_s", known(c->cpu_s));
    json_object_set_new(o, "peak_kib",
                        c->peak_kib > 0 ? json_integer(c->peak_kib) : json_null());
    json_object_set_new(o, "revision", json_integer(c->revision));
    json_object_set_new(o, "links", links(c));
    return o;
}

char *
json_text(json_t *value)
{
    char *text =
        value != NULL ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(value);
    if (lacking) {
        free(text);
        text = NULL;
    }
    return text;
}

void
json_send_as(struct reply *reply, int status, const char *type, json_t *value)
{
    char *text = json_text(value);
    reply_header(reply, "Cache-Control", "no-store");
    reply_take(reply, status, type, text, text != NULL ? strlen(text) : 0);
}

void
json_send(struct reply *reply, int status, json_t *value)
{
    json_send_as(reply, status, "application/json", value);
}
