/*
 * GET /metrics, for this host only: what this process has counted, and what the
 * database knows of the whole site. Each nthpi-fcgi answers for itself; several of
 * them are several targets (see nthpi-processes.nginx), whose metrics of the site
 * agree.
 *
 * Times are in seconds and sizes in bytes; names of metrics about the process are
 * those of Prometheus' own client libraries. A sample that is not known is left
 * out. The values of all labels come from lists of ours: routes, statuses, names of
 * daemons; a path that a visitor makes up is of the route "none".
 */
#include "config.h"

#include "common/log.h"
#include "common/store_list.h"
#include "common/store_status.h"
#include "fcgi/cache.h"
#include "fcgi/exposition.h"
#include "fcgi/handlers.h"
#include "fcgi/metrics.h"
#include "fcgi/park.h"
#include "fcgi/process.h"
#include "fcgi/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A metric of one sample. */
static void
integer(FILE *out, const char *name, const char *type, const char *help, int64_t value)
{
    exposition_metric(out, name, type, help);
    exposition_integer(out, name, NULL, value);
}

static void
real(FILE *out, const char *name, const char *type, const char *help, double value)
{
    exposition_metric(out, name, type, help);
    exposition_real(out, name, NULL, value);
}

/* ---- requests ---- */

static const char *
route_name(size_t i)
{
    return i < router_count() ? routes[i].name : "none";
}

static void
put_requests(FILE *out, const struct metrics *m)
{
    static const char total[] = "nthpi_http_requests_total";
    static const char seconds[] = "nthpi_http_request_duration_seconds";
    struct histogram h;
    const char *status;

    exposition_metric(out, total, "counter",
                      "Requests by route and by the status of the answer; \"waits\" is "
                      "a poll that had to wait.");
    for (size_t i = 0; i <= router_count(); i++)
        for (size_t k = 0; (status = metrics_status(k)); k++) {
            uint64_t n = metrics_count(m, i, k);
            if (n > 0)
                exposition_integer(out, total,
                                   LABELS("route", route_name(i), "status", status),
                                   (int64_t)n);
        }
    exposition_metric(out, seconds, "histogram",
                      "Time from reading a request to having its answer, or knowing "
                      "that it has to wait; not the time to send it.");
    for (size_t i = 0; i <= router_count(); i++) {
        metrics_durations(m, i, &h);
        exposition_histogram(out, seconds, LABELS("route", route_name(i)), &h);
    }
}

/* ---- polls ---- */

static void
put_polls(FILE *out, const struct app *app)
{
    static const char ended[] = "nthpi_polls_ended_total";
    struct park_stats stats;
    park_stats(app->park, &stats);
    integer(out, "nthpi_connections", "gauge", "Connections from nginx.",
            stats.connections);
    integer(out, "nthpi_waiters", "gauge", "Polls that wait for a change.",
            stats.parked);
    integer(out, "nthpi_waiters_limit", "gauge", "Polls that may wait.",
            app->conf->waiters);
    exposition_metric(out, ended, "counter",
                      "Polls that had to wait, by what became of them: answered with "
                      "news, expired, gone (the client left), turned_away (too many).");
    exposition_integer(out, ended, LABELS("outcome", "answered"), stats.answered);
    exposition_integer(out, ended, LABELS("outcome", "expired"), stats.expired);
    exposition_integer(out, ended, LABELS("outcome", "gone"), stats.gone);
    exposition_integer(out, ended, LABELS("outcome", "turned_away"), stats.turned_away);
}

static void
put_fan_outs(FILE *out, const struct metrics *m)
{
    static const char latency[] = "nthpi_fan_out_latency_seconds";
    static const char duration[] = "nthpi_fan_out_round_seconds";
    struct histogram noticed, round;
    metrics_fan_outs(m, &noticed, &round);
    exposition_metric(out, latency, "histogram",
                      "Time from noticing a change to the last of the answers to those "
                      "who waited for it, pauses between rounds included.");
    exposition_histogram(out, latency, NULL, &noticed);
    exposition_metric(out, duration, "histogram",
                      "The same from the beginning of the round of answers.");
    exposition_histogram(out, duration, NULL, &round);
}

/* ---- what is kept ---- */

static void
put_cache(FILE *out, struct cache *cache)
{
    static const char lookups[] = "nthpi_cache_lookups_total";
    struct cache_stats stats;
    cache_stats(cache, &stats);
    exposition_metric(out, lookups, "counter",
                      "Pages, rows and answers to polls that were looked for in the "
                      "cache; a miss is rendered.");
    exposition_integer(out, lookups, LABELS("result", "hit"), stats.hits);
    exposition_integer(out, lookups, LABELS("result", "miss"), stats.misses);
    integer(out, "nthpi_cache_waits_total", "counter",
            "Lookups that waited for another thread's rendering.", stats.waits);
    integer(out, "nthpi_cache_renders_total", "counter",
            "Texts that were rendered and put into the cache.", stats.renders);
    integer(out, "nthpi_cache_dropped_total", "counter",
            "Texts that made room for others.", stats.dropped);
    integer(out, "nthpi_cache_entries", "gauge", "Texts in the cache.", stats.entries);
    integer(out, "nthpi_cache_bytes", "gauge", "Size of the cache.", stats.bytes);
}

/* ---- the site ---- */

/* How far the search indexes of what is published are. */
static bool
put_indexes(FILE *out, struct store *s)
{
    static const char ready[] = "nthpi_index_ready";
    exposition_metric(out, ready, "gauge",
                      "Share of the search index of the published digits that is made; "
                      "1: it is in use.");
    for (int radix = 10; radix <= 16; radix += 6) {
        struct published p;
        uint64_t length;
        int percent;
        if (store_published(s, radix, &p) != STORE_OK ||
            store_index(s, radix, &length, &percent) != STORE_OK)
            return false;
        if (length != p.length || percent > STORE_INDEX_DONE)
            percent = 0;
        if (percent == STORE_INDEX_DONE || percent == 0)
            exposition_integer(out, ready, LABELS("radix", radix == 10 ? "10" : "16"),
                               percent / STORE_INDEX_DONE);
        else
            exposition_real(out, ready, LABELS("radix", radix == 10 ? "10" : "16"),
                            percent / 100.0);
    }
    return true;
}

/* In a snapshot. False: the database cannot be read; what is known was written. */
static bool
put_rows(FILE *out, struct store *s)
{
    static const char rows[] = "nthpi_computations";
    static const char digits[] = "nthpi_published_digits";
    static const int radixes[] = {10, 16};
    int64_t counts[STATUS_COUNT];
    struct published p;
    double age;

    if (store_counts(s, counts) != STORE_OK || store_queue_age(s, &age) != STORE_OK)
        return false;
    exposition_metric(out, rows, "gauge", "Computations by status.");
    for (int i = 0; i < STATUS_COUNT; i++)
        exposition_integer(out, rows, LABELS("status", status_name((enum status)i)),
                           counts[i]);
    real(out, "nthpi_queue_age_seconds", "gauge",
         "Time since the oldest computation that waits was asked for; 0: none waits.",
         age);
    exposition_metric(out, digits, "gauge", "Digits that are known from the first on.");
    for (size_t i = 0; i < sizeof radixes / sizeof *radixes; i++) {
        if (store_published(s, radixes[i], &p) != STORE_OK)
            return false;
        exposition_integer(out, digits, LABELS("radix", i == 0 ? "10" : "16"),
                           (int64_t)p.length);
    }
    if (!put_indexes(out, s))
        return false;
    integer(out, "nthpi_revision", "gauge", "Revision of the database.",
            store_revision(s));
    return true;
}

static bool
put_daemons(FILE *out, struct store *s)
{
    enum { MOST = 64 };
    static const char age[] = "nthpi_daemon_heartbeat_age_seconds";
    struct store_daemon daemons[MOST];
    size_t count;
    if (store_daemons(s, daemons, MOST, &count) != STORE_OK)
        return false;
    exposition_metric(out, age, "gauge", "Time since a daemon's last sign of life.");
    for (size_t i = 0; i < count; i++)
        exposition_real(out, age, LABELS("daemon", daemons[i].name),
                        daemons[i].heartbeat_age);
    return true;
}

static bool
put_site(FILE *out, struct store *s)
{
    if (store_begin_read(s) != STORE_OK)
        return false;
    bool readable = put_rows(out, s) && put_daemons(out, s);
    store_end_read(s);
    return readable;
}

static void
put_file_size(FILE *out, const char *name, const char *path, const char *suffix,
              const char *label)
{
    char whole[PATH_MAX];
    struct stat status;
    int n = snprintf(whole, sizeof whole, "%s%s", path, suffix);
    if (n > 0 && (size_t)n < sizeof whole && stat(whole, &status) == 0)
        exposition_integer(out, name, LABELS("file", label), status.st_size);
}

static void
put_database(FILE *out, const struct app *app, bool readable)
{
    static const char size[] = "nthpi_database_size_bytes";
    integer(out, "nthpi_database_up", "gauge",
            "1: the database can be read; 0: it cannot.", readable);
    if (!app->db_path)
        return;
    exposition_metric(out, size, "gauge", "Size of the database's files.");
    put_file_size(out, size, app->db_path, "", "database");
    put_file_size(out, size, app->db_path, "-wal", "wal");
}

/* ---- the process ---- */

static void
put_process(FILE *out, const struct app *app)
{
    static const char build[] = "nthpi_build_info";
    struct process p;
    process_read(&p);
    exposition_metric(out, build, "gauge", "1, with what is running as labels.");
    exposition_integer(out, build,
                       LABELS("version", PACKAGE_VERSION, "build", app->build_id), 1);
    if (p.started >= 0)
        real(out, "process_start_time_seconds", "gauge",
             "Start time of the process since unix epoch in seconds.", p.started);
    if (p.cpu_s >= 0)
        real(out, "process_cpu_seconds_total", "counter",
             "Total user and system CPU time spent in seconds.", p.cpu_s);
    if (p.resident >= 0)
        integer(out, "process_resident_memory_bytes", "gauge",
                "Resident memory size in bytes.", p.resident);
    if (p.virtual >= 0)
        integer(out, "process_virtual_memory_bytes", "gauge",
                "Virtual memory size in bytes.", p.virtual);
    if (p.descriptors >= 0)
        integer(out, "process_open_fds", "gauge", "Number of open file descriptors.",
                p.descriptors);
    if (p.most_descriptors >= 0)
        integer(out, "process_max_fds", "gauge",
                "Maximum number of open file descriptors.", p.most_descriptors);
}

/* ---- the endpoint ---- */

/* True when nginx says that the request came from this very host. */
static bool
is_local(const char *address)
{
    return address && (strcmp(address, "::1") == 0 || strcmp(address, "unix:") == 0 ||
                       strncmp(address, "127.", 4) == 0);
}

void
page_metrics(struct context *ctx, struct request *r, struct reply *reply)
{
    const struct app *app = ctx->app;
    char *text = NULL;
    size_t length = 0;

    if (!is_local(r->remote_addr)) {
        reply_error(ctx, r, reply, 403, NULL, text_get(ctx->lang, TEXT_ERROR_LOCAL));
        return;
    }
    FILE *out = open_memstream(&text, &length);
    if (out) {
        if (app->metrics) {
            put_requests(out, app->metrics);
            put_fan_outs(out, app->metrics);
        }
        if (app->park)
            put_polls(out, app);
        put_cache(out, app->cache);
        put_database(out, app, put_site(out, ctx->store));
        put_process(out, app);
        bool failed = ferror(out) != 0;
        if (fclose(out) != 0 || failed) {
            free(text);
            text = NULL;
        }
    }
    reply_header(reply, "Cache-Control", "no-store");
    reply_take(reply, 200, EXPOSITION_TYPE, text, length);
}
