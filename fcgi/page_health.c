/*
 * GET /healthz: whether the database answers and a daemon lives, and how many
 * polls wait. A missing daemon does not make the web program unhealthy: pages still
 * work, and rows wait.
 */
#include "fcgi/handlers.h"
#include "fcgi/json.h"
#include "fcgi/park.h"

/* A daemon whose last sign is older than this is not there, seconds. */
enum { HEARTBEAT_OLD = 30 };

void
page_health(struct context *ctx, struct request *r, struct reply *reply)
{
    (void)r;
    int64_t revision = store_revision(ctx->store);
    double age = store_heartbeat_age(ctx->store);
    bool database = revision > 0;
    bool daemon = age >= 0 && age <= HEARTBEAT_OLD;
    json_t *health = json_object();
    json_object_set_new(health, "status",
                        json_string(!database ? "error"
                                    : daemon  ? "ok"
                                              : "degraded"));
    json_object_set_new(health, "database", json_string(database ? "ok" : "error"));
    json_object_set_new(health, "daemon", json_string(daemon ? "ok" : "missing"));
    json_object_set_new(health, "heartbeat_age_s",
                        age >= 0 ? json_real(age) : json_null());
    json_object_set_new(health, "revision", json_integer(revision));
    if (ctx->app->park) {
        struct park_stats stats;
        park_stats(ctx->app->park, &stats);
        json_object_set_new(health, "waiters", json_integer(stats.parked));
    }
    json_send(reply, database ? 200 : 503, health);
}
