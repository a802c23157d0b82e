/*
 * The answer of GET /updates: which rows of a filter changed, which left, which rows
 * make the screen (the first one, or the one after a cursor), in order, and where those
 * that wait are in the queue.
 *
 * A client that applies it must be able to show the whole first screen. Rows
 * that did not change keep their order among themselves, so those of them that
 * enter the screen enter from below: as many at most as rows changed or left. So
 * besides the changed rows the answer brings that many unchanged rows from the
 * end of the order. (None when nothing left and the screen has room: the client
 * has all rows then.) A client that can't be told what changed is told what there is:
 * the screen, and the row that the page is about.
 *
 * A place in the queue changes with rows that are not the filter's, too. So while a row
 * that is shown waits, whatever changes is news, and each answer has the places of all
 * rows that the client may show: those of the screen, those that changed, and the one
 * that the page is about. And how many rows of each status there are, of the filter's
 * radix, algorithm and position, stands on every list: such a row is news, whatever
 * status the filter asks for, when it came or has another one.
 */
#include "fcgi/estimate.h"
#include "fcgi/json.h"
#include "fcgi/list.h"
#include "fcgi/live.h"
#include "fcgi/pulse.h"
#include "fcgi/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { DELTA_ROWS = 256 };

/* One answer in the making; large, so it is allocated. */
struct delta {
    struct store_delta about;
    struct computation rows[DELTA_ROWS], screen[LIST_ROWS];
    struct computation highlight; /* the row that the page is about; id 0: none */
    int64_t removed[DELTA_ROWS], counts[STATUS_COUNT];
    size_t count, nremoved, nscreen;
};

/* True when C, which is not FILTER's now, was so after SINCE. Only the status of
 * a row ever changes. */
static bool
has_left(struct store *store, const struct store_filter *filter, int64_t since,
         const struct computation *c)
{
    struct store_filter any_status = *filter;
    any_status.status = -1;
    return filter->status >= 0 && store_filter_matches(&any_status, c) &&
           store_left(store, c->id, (enum status)filter->status, since);
}

/* What changed after SINCE into D. A client that is sent a delta that was cut has
 * old states of the rows beyond the cut; what has left a status could not be told
 * from there on, so such a client starts anew. */
static enum store_rc
read_changes(struct store *store, const struct store_filter *filter, int64_t since,
             struct delta *d)
{
    enum store_rc rc = store_changes(store, since, d->rows, DELTA_ROWS, &d->count,
                                     d->removed, &d->nremoved, &d->about);
    if (rc == STORE_OK && d->about.more && filter->status >= 0)
        d->about = (struct store_delta){.reset = true};
    return rc;
}

/* True when D, the changes after SINCE, has news for FILTER. */
static bool
has_news(struct store *store, const struct store_filter *filter, int64_t since,
         const struct delta *d)
{
    if (d->about.reset || d->about.more || d->nremoved > 0)
        return true;
    for (size_t i = 0; i < d->count; i++)
        if (store_filter_matches(filter, &d->rows[i]) ||
            has_left(store, filter, since, &d->rows[i]))
            return true;
    return false;
}

/* True when a row of D, the changes after SINCE, that counts on a list with FILTER may
 * have another status than then. (One that waits may be new, and has left none.) */
static bool
have_counts_moved(struct store *store, const struct store_filter *filter, int64_t since,
                  const struct delta *d)
{
    struct store_filter counted = *filter;
    counted.status = -1;
    for (size_t i = 0; i < d->count; i++) {
        const struct computation *c = &d->rows[i];
        if (!store_filter_matches(&counted, c))
            continue;
        if (c->status == STATUS_QUEUED)
            return true;
        for (int s = 0; s < STATUS_COUNT; s++)
            if (s != (int)c->status && store_left(store, c->id, (enum status)s, since))
                return true;
    }
    return false;
}

bool
live_filter_moved(struct context *ctx, const struct store_filter *filter, int64_t since)
{
    struct delta *d = malloc(sizeof *d);
    if (d == NULL)
        return true;
    bool moved = read_changes(ctx->store, filter, since, d) != STORE_OK ||
                 has_news(ctx->store, filter, since, d);
    free(d);
    return moved;
}

/* Appends C as {id, status, revision, html} to ROWS; false: it could not be rendered.
 */
static bool
add_row(struct context *ctx, json_t *rows, const struct computation *c)
{
    struct share *html = rows_html(ctx, c);
    if (html == NULL)
        return false;
    json_t *row = json_object();
    json_object_set_new(row, "id", json_integer(c->id));
    json_object_set_new(row, "status", json_string(status_name(c->status)));
    json_object_set_new(row, "revision", json_integer(c->revision));
    json_object_set_new(row, "html", json_stringn(html->body, html->length));
    share_release(html);
    return json_array_append_new(rows, row) == 0;
}

static bool
is_among(const struct computation *rows, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].id == id)
            return true;
    return false;
}

/* Sorts D's rows into CHANGED and REMOVED, and those of the removed that are still
 * there and only do not match any more into LEFT as well, as they are now; returns how
 * many of them there are, or -1: an error. */
static int
add_changes(struct context *ctx, const struct wait *wait, const struct delta *d,
            json_t *changed, json_t *removed, json_t *left)
{
    int news = 0;
    for (size_t i = 0; i < d->count; i++) {
        const struct computation *c = &d->rows[i];
        if (store_filter_matches(&wait->filter, c)) {
            if (!add_row(ctx, changed, c))
                return -1;
            news++;
        } else if (has_left(ctx->store, &wait->filter, wait->since, c)) {
            json_array_append_new(removed, json_integer(c->id));
            if (!add_row(ctx, left, c))
                return -1;
            news++;
        }
    }
    for (size_t i = 0; i < d->nremoved; i++) {
        json_array_append_new(removed, json_integer(d->removed[i]));
        news++;
    }
    return news;
}

/* Adds the rows of the screen that CHANGED does not have yet and that a client
 * may lack: the last NEWS unchanged ones. */
static bool
add_entering(struct context *ctx, const struct wait *wait, const struct delta *d,
             json_t *changed, int news)
{
    for (size_t i = d->nscreen; i > 0; i--) {
        const struct computation *c = &d->screen[i - 1];
        if (is_among(d->rows, d->count, c->id))
            continue;
        bool newer = c->revision > wait->since; /* beyond a delta that was cut */
        if (!newer && news == 0)
            continue;
        if (!newer)
            news--;
        if (!add_row(ctx, changed, c))
            return false;
    }
    return true;
}

/* Adds the place of C in *QUEUE, which is read for the first that waits, to PLACES by
 * C's id. False: an error. */
static bool
add_place(struct context *ctx, json_t *places, struct queue **queue,
          const struct computation *c)
{
    char place[TEXT_SIZE], id[24];
    if (!queue_waits(c))
        return true;
    if (*queue == NULL)
        *queue = queue_load(ctx);
    if (*queue == NULL)
        return false;
    snprintf(id, sizeof id, "%" PRId64, c->id);
    return json_object_set_new(
               places, id, json_string(queue_place(ctx->lang, *queue, c, place))) == 0;
}

/* The places in the queue of the rows that a client of WAIT may show, by their ids:
 * they change without the rows. NULL: an error. */
static json_t *
places_of(struct context *ctx, const struct wait *wait, const struct delta *d)
{
    json_t *places = json_object();
    struct queue *queue = NULL;
    bool good = add_place(ctx, places, &queue, &d->highlight);
    for (size_t i = 0; i < d->nscreen && good; i++)
        good = add_place(ctx, places, &queue, &d->screen[i]);
    for (size_t i = 0; i < d->count && good; i++)
        if (store_filter_matches(&wait->filter, &d->rows[i]))
            good = add_place(ctx, places, &queue, &d->rows[i]);
    free(queue);
    if (!good) {
        json_decref(places);
        return NULL;
    }
    return places;
}

static json_t *
counts_of(const struct delta *d)
{
    json_t *counts = json_object();
    for (int s = 0; s < STATUS_COUNT; s++)
        json_object_set_new(counts, status_name((enum status)s),
                            json_integer(d->counts[s]));
    return counts;
}

/* Makes the answer's body; NULL: an error. */
static json_t *
make_answer(struct context *ctx, const struct wait *wait, struct delta *d)
{
    json_t *answer = json_object(), *changed = json_array(), *removed = json_array();
    json_t *order = json_array(), *left = json_array();
    json_object_set_new(answer, "revision", json_integer(d->about.revision));
    json_object_set_new(answer, "changed", changed);
    json_object_set_new(answer, "removed", removed);
    json_object_set_new(answer, "left", left);
    json_object_set_new(answer, "order", order);
    json_object_set_new(answer, "counts", counts_of(d));
    json_t *places = places_of(ctx, wait, d);
    json_object_set_new(answer, "queue", places);
    pulse_tell(ctx, wait, answer, true);

    bool good = places != NULL;
    if (d->about.reset) {
        json_object_set_new(answer, "reset", json_true());
        for (size_t i = 0; i < d->nscreen && good; i++)
            good = add_row(ctx, changed, &d->screen[i]);
        if (good && d->highlight.id != 0 &&
            !is_among(d->screen, d->nscreen, d->highlight.id))
            good = add_row(ctx, changed, &d->highlight);
    } else {
        int news = add_changes(ctx, wait, d, changed, removed, left);
        bool has_all = json_array_size(removed) == 0 && d->nscreen < wait->limit;
        good = good && news >= 0 &&
               add_entering(ctx, wait, d, changed, has_all ? 0 : news);
    }
    if (d->about.more)
        json_object_set_new(answer, "more", json_true());
    for (size_t i = 0; i < d->nscreen; i++)
        json_array_append_new(order, json_integer(d->screen[i].id));
    if (!good) {
        json_decref(answer);
        return NULL;
    }
    return answer;
}

/* True when a row that WAIT's client shows may wait: only then they are read. The one
 * that the page is about need not be of the filter, nor among its numbers. */
static bool
may_show_waiting(const struct wait *wait, const struct delta *d)
{
    bool listed = wait->filter.status < 0 || wait->filter.status == STATUS_QUEUED;
    return wait->row_id != 0 || (listed && d->counts[STATUS_QUEUED] > 0);
}

/* True when a row that WAIT's client shows waits for its turn. */
static bool
shows_waiting(const struct delta *d)
{
    for (size_t i = 0; i < d->nscreen; i++)
        if (queue_waits(&d->screen[i]))
            return true;
    return queue_waits(&d->highlight);
}

/* Reads what WAIT's client shows into D. */
static enum store_rc
read_shown(struct store *store, const struct wait *wait, struct delta *d)
{
    enum store_rc rc = store_list(store, &wait->filter, &wait->after, d->screen,
                                  wait->limit, &d->nscreen, NULL);
    if (rc == STORE_OK && wait->row_id != 0)
        rc = store_get(store, wait->row_id, &d->highlight);
    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}

bool
live_updates(struct context *ctx, const struct wait *wait, int64_t revision,
             struct reply *reply)
{
    bool moved = pulse_moved(ctx, wait);
    if (wait->since == revision && !moved)
        return false;
    struct delta *d = calloc(1, sizeof *d);
    enum store_rc rc = d != NULL ? STORE_OK : STORE_ERROR;
    if (rc == STORE_OK)
        rc = read_changes(ctx->store, &wait->filter, wait->since, d);
    if (rc == STORE_OK)
        rc = store_counts_of(ctx->store, &wait->filter, d->counts);
    bool news = rc == STORE_OK &&
                (moved || has_news(ctx->store, &wait->filter, wait->since, d) ||
                 have_counts_moved(ctx->store, &wait->filter, wait->since, d));
    if (rc == STORE_OK && (news || may_show_waiting(wait, d)))
        rc = read_shown(ctx->store, wait, d);
    if (rc == STORE_OK && !news && !shows_waiting(d)) {
        free(d);
        return false;
    }
    if (rc != STORE_OK) {
        free(d);
        reply_store_error(ctx, NULL, reply, rc);
        return true;
    }
    if (d->about.reset)
        d->about.revision = revision;
    json_t *answer = make_answer(ctx, wait, d);
    int64_t to = d->about.revision;
    free(d);
    reply_header(reply, "ETag", "\"%" PRId64 "\"", to);
    reply_header(reply, "Vary", LIVE_VARY);
    json_send(reply, 200, answer);
    return true;
}
