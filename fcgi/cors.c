/*
 * CORS for what may be read: see cors.h. Browsers ask first (a preflight) when a page
 * wants to send Prefer or If-None-Match, which a poll of the API does, or a Range that
 * is not a simple one.
 */
#include "fcgi/cors.h"

#include <string.h>

/* True when PATH is that of a text: digits, "/pi/1000.txt", or a report,
 * "/computations/7.txt". */
static bool
is_text(const char *path)
{
    static const char end[] = ".txt";
    size_t length = strlen(path);
    return (strncmp(path, "/pi/", 4) == 0 ||
            strncmp(path, "/computations/", 14) == 0) &&
           length >= sizeof end - 1 &&
           strcmp(path + length - (sizeof end - 1), end) == 0;
}

/* True when R is for one of the API's paths. /search is a page as well: its answer for
 * programs alone is open, and what a preflight asks for is not said in it. */
static bool
is_api(const struct request *r)
{
    const char *path = r->path;
    return path != NULL &&
           (strncmp(path, "/api/v1/", 8) == 0 || strcmp(path, "/v1/pi") == 0 ||
            strcmp(path, "/healthz") == 0 || is_text(path) ||
            (strcmp(path, "/search") == 0 &&
             (r->wants_json || r->method == HTTP_OPTIONS)));
}

/* The headers of an answer that any page may read, with what scripts could not see of
 * it otherwise. */
static void
open_reply(struct reply *reply)
{
    reply_header(reply, "Access-Control-Allow-Origin", "*");
    reply_header(reply, "Access-Control-Expose-Headers",
                 "Accept-Ranges, Content-Range, ETag, Preference-Applied, Retry-After");
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
    reply_header(reply, "Access-Control-Allow-Headers", "If-None-Match, Prefer, Range");
    reply_header(reply, "Access-Control-Max-Age", "86400");
    return true;
}
