/*
 * GET /healthz: whether this process can do its work, cheap enough to be asked
 * every second. For people and for load balancers:
 *
 *   200 "ok"        all is well
 *   200 "degraded"  pages work and questions are taken, but something is missing: no
 *                   daemon lives, so that rows wait; or the file of published digits
 *                   cannot be opened or was found damaged, so that pages of pi fail
 *   503 "error"     the database cannot be read: hardly anything works here
 *
 * The database is read in one snapshot, a row of each of the tables that pages
 * cannot do without. The answer tells how many polls wait, too.
 */
#include "config.h"

#include "fcgi/handlers.h"
#include "fcgi/json.h"
#include "fcgi/park.h"
#include "fcgi/pulse.h"

#include <fcntl.h>
#include <unistd.h>

/* What the database says. */
struct health {
    int64_t revision;
    double heartbeat_age;
    struct published published[2];
    bool damaged; /* one of them is marked so */
};

/* Fills *H. False: the database cannot be read. */
static bool
read_database(struct store *s, struct health *h)
{
    int64_t counts[STATUS_COUNT];
    if (store_begin_read(s) != STORE_OK)
        return false;
    h->revision = store_revision(s);
    enum store_rc age = store_heartbeat_age(s, &h->heartbeat_age);
    uint64_t marked[2] = {0, 0};
    bool readable = h->revision > 0 && (age == STORE_OK || age == STORE_NOT_FOUND) &&
                    store_counts(s, counts) == STORE_OK &&
                    store_published(s, 10, &h->published[0]) == STORE_OK &&
                    store_published(s, 16, &h->published[1]) == STORE_OK &&
                    store_damaged(s, 10, &marked[0]) == STORE_OK &&
                    store_damaged(s, 16, &marked[1]) == STORE_OK;
    h->damaged = marked[0] > 0 || marked[1] > 0;
    store_end_read(s);
    return readable;
}

/* True when the file of P can be read, or nothing is published. A longer one may
 * have taken its place since; the old one stays for a while. */
static bool
digits_are_there(const struct app *app, const struct published *p)
{
    return p->length == 0 || faccessat(app->digits_fd, p->file, R_OK, AT_EACCESS) == 0;
}

void
page_health(struct context *ctx, struct request *r, struct reply *reply)
{
    (void)r;
    struct health h = {.heartbeat_age = -1};
    bool database = read_database(ctx->store, &h);
    /* What a balancer has seen is what the pages after it say. */
    if (database)
        pulse_note(ctx, h.heartbeat_age);
    bool daemon = pulse_state(h.heartbeat_age) == 0;
    bool digits = database && !h.damaged &&
                  digits_are_there(ctx->app, &h.published[0]) &&
                  digits_are_there(ctx->app, &h.published[1]);
    const char *status = !database ? "error" : daemon && digits ? "ok" : "degraded";

    json_t *health = json_object();
    json_object_set_new(health, "status", json_string(status));
    json_object_set_new(health, "database", json_string(database ? "ok" : "error"));
    json_object_set_new(health, "daemon", json_string(daemon ? "ok" : "missing"));
    json_object_set_new(health, "digits",
                        json_string(!database   ? "unknown"
                                    : h.damaged ? "damaged"
                                    : digits    ? "ok"
                                                : "missing"));
    json_object_set_new(health, "heartbeat_age_s",
                        h.heartbeat_age >= 0 ? json_real(h.heartbeat_age)
                                             : json_null());
    json_object_set_new(health, "revision", json_integer(h.revision));
    if (ctx->app->park) {
        struct park_stats stats;
        park_stats(ctx->app->park, &stats);
        json_object_set_new(health, "waiters", json_integer(stats.parked));
    }
    if (!database)
        reply_header(reply, "Retry-After", "5");
    json_send(reply, database ? 200 : 503, health);
}
