/*
 * CORS for what may be read: see cors.h. Browsers ask first (a preflight) when a page
 * wants to send Prefer or If-None-Match, which a poll of the API does.
 */
#include "fcgi/cors.h"

#include <string.h>

/* True when R's path is one of the API's, or R asks for a search's answer alone. */
static bool
is_api(const struct request *r)
{
    return r->path != NULL &&
           (strncmp(r->path, "/api/v1/", 8) == 0 || strcmp(r->path, "/v1/pi") == 0 ||
            (r->wants_json && strcmp(r->path, "/search") == 0));
}

/* The headers of an answer that any page may read, with what scripts could not see of
 * it otherwise. */
static void
open_reply(struct reply *reply)
{
    reply_header(reply, "Access-Control-Allow-Origin", "*");
    reply_header(reply, "Access-Control-Expose-Headers",
                 "ETag, Preference-Applied, Retry-After");
}

void
cors_open(const struct request *r, struct reply *reply)
{
    if ((r->method & (HTTP_GET | HTTP_HEAD)) != 0 && is_api(r))
        open_reply(reply);
}

void
cors_open_wait(const struct wait *wait, struct reply *reply)
{
    if (wait->kind == WAIT_API_LIST || wait->kind == WAIT_API_ROW)
        open_reply(reply);
}

bool
cors_preflight(const struct request *r, unsigned allowed, struct reply *reply)
{
    if (r->method != HTTP_OPTIONS || (allowed & HTTP_GET) == 0 || !is_api(r))
        return false;
    reply->status = 204;
    reply_header(reply, "Access-Control-Allow-Origin", "*");
    reply_header(reply, "Access-Control-Allow-Methods", "GET, HEAD");
    reply_header(reply, "Access-Control-Allow-Headers", "If-None-Match, Prefer");
    reply_header(reply, "Access-Control-Max-Age", "86400");
    return true;
}
