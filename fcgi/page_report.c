/*
 * GET /computations/ID.txt: what is known of a computation that is done, as a text to
 * keep or to hand on, as benchmark programs write one of each of their runs.
 *
 * It is for comparing, by programs and people: one "key: value" in a line, always the
 * same keys in the same order, numbers and times for machines, and English whatever
 * the visitor's language. A key that the JSON document of the row has as well
 * (common/computation_json.h) means the same there. The text depends on nothing but the
 * row, the worker noted for it, the program and the site's address; so its ETag is the
 * row's revision under this build. Errors are in the visitor's language, as everywhere.
 */
#include "config.h"

#include "common/store_list.h"
#include "common/store_worker.h"
#include "fcgi/handlers.h"
#include "fcgi/page.h"
#include "fcgi/rows.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETAG_SIZE = 64, MICROS = 6 /* places of seconds */ };

static const char header[] =
    "# A digit of pi, and how it was computed: a report of nthpi.\n"
    "# The keys and their order are the same in every report, for programs and people\n"
    "# to compare; \"-\": none, or not known. The text is in English for everybody.\n"
    "# What the JSON document of the computation has too, has the same name there.\n"
    "# Times are UTC; a key that ends in _s is in seconds (of a stage: since the one\n"
    "# before it), in _kib in KiB. \"program\" is what wrote this report.\n";

/* One line; FORMAT makes its value, "-" when that is empty. */
__attribute__((format(printf, 3, 4))) static void
put(FILE *out, const char *key, const char *format, ...)
{
    va_list values;
    fprintf(out, "%s:%*s", key, (int)(13 - strlen(key)), "");
    va_start(values, format);
    if (vfprintf(out, format, values) == 0)
        fputc('-', out);
    va_end(values);
    fputc('\n', out);
}

/* A line of an amount that is not known when it is 0. */
static void
put_count(FILE *out, const char *key, int64_t count)
{
    if (count > 0)
        put(out, key, "%" PRId64, count);
    else
        put(out, key, "-");
}

/* A line of something measured, with PLACES after the point; it is not known when it is
 * negative. */
static void
put_measured(FILE *out, const char *key, int places, double value)
{
    if (value >= 0)
        put(out, key, "%.*f", places, value);
    else
        put(out, key, "-");
}

/* When each stage was reached, each but the first with the seconds since the one
 * before it that was; and those of all. */
static void
put_stages(FILE *out, const struct computation *c)
{
    char time[TEXT_TIME_SIZE], key[32];
    int64_t before = 0;
    for (int s = 0; s < STAGE_COUNT; s++) {
        int64_t at = c->at[s];
        put(out, stage_name((enum stage)s), "%s",
            at > 0 ? text_time_machine(time, at) : "");
        if (s > 0) {
            snprintf(key, sizeof key, "%s_s", stage_name((enum stage)s));
            put_measured(out, key, MICROS,
                         at > 0 && before > 0 ? (double)(at - before) / 1e6 : -1);
        }
        if (at > 0)
            before = at;
    }
    int64_t first = c->at[STAGE_REGISTERED], last = c->at[STAGE_STORED];
    put_measured(out, "total_s", MICROS,
                 first > 0 && last > 0 ? (double)(last - first) / 1e6 : -1);
}

/* The report of C, which is done by WORKER (threads 0: nobody noted it). */
static void
put_report(FILE *out, const char *site, const struct computation *c,
           const struct store_worker *worker)
{
    fputs(header, out);
    put(out, "program", "nthpi %s", PACKAGE_VERSION);
    put(out, "page", "%s/computations/%" PRId64, site, c->id);
    put(out, "id", "%" PRId64, c->id);
    put(out, "position", "%" PRIu64, c->position);
    put(out, "radix", "%d", c->radix);
    put(out, "algorithm", "%s", algorithm_name(c->algorithm));
    put(out, "method", "%s",
        c->method != ALGORITHM_AUTO ? algorithm_name(c->method) : "");
    put_count(out, "answered_by", c->answered_by);
    put(out, "digit", "%c", c->digit);
    put(out, "window", "%s", c->window);
    put(out, "verified", "%s", c->verified);
    put_stages(out, c);
    put_measured(out, "wall_s", MICROS, c->wall_s);
    put_measured(out, "cpu_s", MICROS, c->cpu_s);
    put_measured(out, "digits_per_s", 1, computation_speed(c));
    put_count(out, "peak_kib", c->peak_kib);
    put(out, "daemon", "%s", worker->threads > 0 ? worker->daemon : "");
    put_count(out, "pid", worker->threads > 0 ? worker->pid : 0);
    put_count(out, "threads", worker->threads);
    put_count(out, "attempts", c->attempts);
}

/* Row ID and its worker, as one snapshot has them. */
static enum store_rc
read_row(struct store *store, int64_t id, struct computation *c,
         struct store_worker *worker)
{
    enum store_rc rc = store_begin_read(store);
    if (rc != STORE_OK)
        return rc;
    rc = store_get(store, id, c);
    if (rc == STORE_OK)
        rc = store_get_worker(store, id, worker);
    if (rc == STORE_NOT_FOUND && c->id != 0)
        rc = STORE_OK;
    store_end_read(store);
    return rc;
}

/* 404: C is not done; with Retry-After while it may become so. */
static void
refuse_early(struct context *ctx, const struct request *r, struct reply *reply,
             const struct computation *c)
{
    char text[TEXT_SIZE];
    if (rows_is_live(c) && c->wanted == WANTED_RUN)
        reply_header(reply, "Retry-After", "%d",
                     c->eta_s > 1 && c->eta_s < 3600 ? (int)c->eta_s + 1 : 10);
    text_fill(text, sizeof text, text_get(ctx->lang, TEXT_ERROR_NO_REPORT), "status",
              text_status(ctx->lang, c->status), NULL);
    reply_error(ctx, r, reply, 404, NULL, text);
}

static void
send_report(struct context *ctx, const struct request *r, struct reply *reply,
            const struct computation *c, const struct store_worker *worker)
{
    char site[PAGE_SITE_SIZE], etag[ETAG_SIZE], *text = NULL;
    size_t length = 0;
    snprintf(etag, sizeof etag, "\"%s-report-%" PRId64 "\"", ctx->app->build_id,
             c->revision);
    reply_header(reply, "Cache-Control", "no-cache");
    reply_header(reply, "Vary", "Accept-Encoding");
    if (request_etag_matches(r, etag)) {
        reply_not_modified(reply, etag);
        return;
    }
    page_site_address(site, ctx->app->conf, r);
    FILE *out = open_memstream(&text, &length);
    if (out != NULL) {
        put_report(out, site, c, worker);
        bool failed = ferror(out) != 0;
        if (fclose(out) != 0 || failed) {
            free(text);
            text = NULL;
        }
    }
    reply_header(reply, "ETag", "%s", etag);
    reply_header(reply, "Content-Disposition",
                 "inline; filename=\"nthpi-%" PRId64 ".txt\"", c->id);
    reply_take(reply, 200, "text/plain; charset=utf-8", text, length);
}

void
page_report(struct context *ctx, struct request *r, struct reply *reply)
{
    struct computation c = {.id = 0};
    struct store_worker worker = {.threads = 0};
    enum store_rc rc = read_row(ctx->store, r->row_id, &c, &worker);
    if (rc != STORE_OK)
        reply_store_error(ctx, r, reply, rc);
    else if (c.status != STATUS_DONE)
        refuse_early(ctx, r, reply, &c);
    else
        send_report(ctx, r, reply, &c, &worker);
}
