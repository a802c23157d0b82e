/*
 * Polls: GET /updates, and the dispatch of every other kind of wait.
 *
 * A poll names the revision that its page shows. The answer is made inside one
 * snapshot of the database, and its revision is that snapshot's, so a client
 * that applies each answer and asks again from its revision misses nothing and
 * sees nothing twice as news. A wait that is not answered now can be parked: the
 * notifier calls updates_answer() again when the revision has moved.
 */
#include "fcgi/updates.h"

#include "fcgi/cache.h"
#include "fcgi/handlers.h"
#include "fcgi/list.h"
#include "fcgi/live.h"
#include "fcgi/pulse.h"
#include "fcgi/text.h"
#include "fcgi/token.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool
live_since(const struct request *r, int64_t *since)
{
    if ((r->has & PARAM_SINCE) != 0) {
        *since = r->since;
        return true;
    }
    const char *text = r->if_none_match;
    if (text == NULL)
        return false;
    if (strncmp(text, "W/", 2) == 0)
        text += 2;
    if (text[0] != '"' || !isdigit((unsigned char)text[1]))
        return false;
    char *end;
    long long value = strtoll(text + 1, &end, 10);
    if (strcmp(end, "\"") != 0)
        return false;
    *since = value;
    return true;
}

static live_answer *const kinds[] = {
    [WAIT_UPDATES] = live_updates,   [WAIT_COMPUTATION] = live_computation,
    [WAIT_COMPARE] = live_compare,   [WAIT_PI] = live_pi,
    [WAIT_API_LIST] = live_api_list, [WAIT_API_ROW] = live_api_row,
};

/* What an answer depends on. (That of WAIT_PI depends on a file as well, which
 * grows between revisions; that of WAIT_COMPUTATION shows of such a file what the first
 * one who asked saw.) */
struct answer_key {
    int64_t kind, revision;
    uint64_t templates; /* their version */
    int64_t token;      /* which token the forms in it carry */
    int64_t absent;     /* what is said of an absent daemon */
    struct wait wait;
};
_Static_assert(sizeof(struct answer_key) <= CACHE_KEY_SIZE, "a key of the cache");

/* Answers WAIT as its kind does at REVISION, once for all who ask the same. An
 * empty share says that there is nothing new. */
static bool
answer_shared(struct context *ctx, const struct wait *wait, int64_t revision,
              struct reply *reply)
{
    struct cache *cache = ctx->app->cache;
    struct answer_key key = {.kind = CACHE_ANSWER, .revision = revision};
    struct share *share;
    if (wait->kind == WAIT_PI)
        return live_pi(ctx, wait, revision, reply);
    key.templates = view_version(ctx->app->view);
    key.token = token_csrf_step();
    key.absent = ctx->absent;
    memcpy(&key.wait, wait, sizeof *wait); /* padding included */
    key.wait.gzip = false;                 /* of that encode.c keeps both forms */
    key.wait.front_headers = false;        /* these are not kept */
    if (cache_get(cache, &key, sizeof key, &share) == CACHE_FOUND) {
        bool news = share->length > 0;
        if (news)
            share_send(share, reply);
        share_release(share);
        return news;
    }
    size_t before = reply->headers_length;
    bool news = kinds[wait->kind](ctx, wait, revision, reply);
    if (!news)
        share = share_new(NULL, 0);
    else if (reply->status == 200 && reply->body_length > 0 && !reply->headers_cut)
        share = share_of(reply, before);
    cache_put(cache, &key, sizeof key, share);
    share_release(share);
    return news;
}

bool
updates_answer(struct context *ctx, const struct wait *wait, struct reply *reply,
               int64_t *checked)
{
    ctx->lang = wait->lang;
    enum store_rc rc = store_begin_read(ctx->store);
    if (rc != STORE_OK) {
        reply_store_error(ctx, NULL, reply, rc);
        return true;
    }
    int64_t revision = store_revision(ctx->store);
    bool answered;
    if (revision == 0) {
        reply_store_error(ctx, NULL, reply, STORE_ERROR);
        answered = true;
    } else {
        *checked = revision;
        answered = answer_shared(ctx, wait, revision, reply);
    }
    store_end_read(ctx->store);
    return answered;
}

void
updates_nothing_new(const struct wait *wait, struct reply *reply)
{
    char etag[32];
    snprintf(etag, sizeof etag, "\"%" PRId64 "\"", wait->since);
    reply_header(reply, "Cache-Control", "no-store");
    reply_header(reply, "Vary", LIVE_VARY);
    reply_not_modified(reply, etag);
    if (wait->gzip)
        reply_weaken_etag(reply);
}

void
updates_answer_or_park(struct context *ctx, const struct request *r,
                       const struct wait *wait, struct reply *reply)
{
    int64_t checked = 0;
    if (r->wait_s > 0)
        reply_header(reply, "Preference-Applied", "wait=%u", r->wait_s);
    struct wait own;
    memcpy(&own, wait, sizeof own);
    own.lang = r->lang;
    if (updates_answer(ctx, &own, reply, &checked))
        return;
    own.gzip = r->gzip;
    own.front_headers = r->front_headers;
    if (r->wait_s > 0)
        reply_park(reply, &own, checked, r->wait_s);
    else
        updates_nothing_new(&own, reply);
}

void
updates_handler(struct context *ctx, struct request *r, struct reply *reply)
{
    struct wait wait;
    memset(&wait, 0, sizeof wait);
    if (!live_since(r, &wait.since)) {
        reply_error(ctx, r, reply, 400, "since", text_get(ctx->lang, TEXT_ERROR_SINCE));
        return;
    }
    wait.kind = WAIT_UPDATES;
    wait.filter.status = r->filter.status;
    wait.filter.radix = r->filter.radix;
    wait.filter.algorithm = r->filter.algorithm;
    wait.filter.position = r->filter.position;
    wait.filter.sort = r->filter.sort;
    wait.after.running = r->after.running;
    wait.after.sort = r->after.sort;
    wait.after.key = r->after.key;
    wait.after.id = r->after.id;
    wait.row_id = r->highlight;
    wait.limit = LIST_ROWS;
    pulse_ask(r, &wait);
    updates_answer_or_park(ctx, r, &wait, reply);
}
