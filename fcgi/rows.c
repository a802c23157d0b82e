/*
 * Rows. row.tpl is expanded here for /updates and included by the page, so a
 * row looks the same however it came to the browser.
 */
#include "fcgi/rows.h"

#include "fcgi/cache.h"
#include "fcgi/estimate.h"
#include "fcgi/reasons.h"
#include "fcgi/text.h"

#include "common/store_queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WAITING_SIZE = 160 };

/* From where to where in a run its speed is told, and how many seconds must be left. */
#define RATE_FROM    0.05
#define RATE_TO      0.99
#define RATE_LEAST_S 0.5

void
rows_pi_path(char path[ROWS_PATH_SIZE], uint64_t position, int radix)
{
    snprintf(path, ROWS_PATH_SIZE, "/pi/%" PRIu64 "%s", position,
             radix == 16 ? "?radix=16" : "");
}

void
rows_text_path(char path[ROWS_PATH_SIZE], uint64_t position, int radix)
{
    snprintf(path, ROWS_PATH_SIZE, "/pi/%" PRIu64 ".txt%s", position,
             radix == 16 ? "?radix=16" : "");
}

bool
rows_is_live(const struct computation *c)
{
    return c->status == STATUS_QUEUED || c->status == STATUS_RUNNING;
}

/* What queued C waits for, if it says so, and what is kept of an earlier run. */
static bool
waiting(enum lang lang, char out[WAITING_SIZE], const struct computation *c)
{
    char time[TEXT_SPAN_SIZE], percent[TEXT_NUMBER_SIZE];
    size_t used;

    if (strcmp(c->phase, STORE_WAITS_MEMORY) == 0)
        text_fill(out, WAITING_SIZE, text_get(lang, TEXT_WAITS_MEMORY), NULL);
    else if (strcmp(c->phase, STORE_WAITS_DISK) == 0)
        text_fill(out, WAITING_SIZE, text_get(lang, TEXT_WAITS_DISK), NULL);
    else if (strcmp(c->phase, STORE_WAITS_RETRY) == 0)
        text_fill(out, WAITING_SIZE, text_get(lang, TEXT_WAITS_RETRY), "time",
                  text_span(lang, time, c->eta_s < 1 ? 1 : c->eta_s), NULL);
    else
        return false;
    if (c->progress > 0) {
        used = strlen(out);
        text_number(lang, percent, (uint64_t)(c->progress * 100));
        text_fill(out + used, WAITING_SIZE - used, text_get(lang, TEXT_WAITS_KEPT),
                  "percent", percent, NULL);
    }
    return true;
}

/* How fast running C is: what is left of it by the time that this takes. */
static bool
rate(enum lang lang, char out[TEXT_SPAN_SIZE], const struct computation *c)
{
    /* Before, the time left is only the estimate of one who has not begun. */
    if (c->status != STATUS_RUNNING || c->progress < RATE_FROM ||
        c->progress > RATE_TO || c->eta_s < RATE_LEAST_S)
        return false;
    text_rate(lang, out, c->method == ALGORITHM_BBP,
              (double)c->position * (1 - c->progress) / c->eta_s);
    return true;
}

/* What running C does, how fast, and for how long. Just taken, it does nothing yet. */
static void
fill_work(enum lang lang, struct dict *running, const struct computation *c)
{
    char eta[TEXT_SPAN_SIZE], speed[TEXT_SPAN_SIZE];
    if (c->eta_s >= 0)
        dict_set(dict_section(running, VIEW_TIME_LEFT), VIEW_ETA,
                 text_eta(lang, eta, c->eta_s));
    if (c->phase[0] == '\0')
        return;
    struct dict *doing = dict_section(running, VIEW_DOING);
    dict_set(doing, VIEW_PHASE, text_phase(lang, c->phase));
    if (rate(lang, speed, c))
        dict_set(dict_section(doing, VIEW_SPEED), VIEW_RATE, speed);
}

void
rows_fill_progress(enum lang lang, struct dict *d, const struct computation *c)
{
    char text[WAITING_SIZE];
    bool ends = rows_is_live(c) && c->wanted != WANTED_RUN;
    if (c->status == STATUS_RUNNING) {
        struct dict *running = dict_section(d, VIEW_RUNNING);
        double progress = c->progress < 0 ? 0 : c->progress > 1 ? 1 : c->progress;
        dict_setf(running, VIEW_PROGRESS, "%.4f", progress);
        dict_setf(running, VIEW_PERCENT, "%d", (int)(progress * 100));
        if (!ends)
            fill_work(lang, running, c);
    }
    if (!ends && c->status == STATUS_QUEUED && waiting(lang, text, c))
        dict_set(dict_section(d, VIEW_WAITS), VIEW_WAITING, text);
    if (ends) {
        enum text_key key =
            c->wanted == WANTED_CANCEL ? TEXT_WANTED_CANCEL : TEXT_WANTED_DELETE;
        dict_set(dict_section(d, VIEW_WISH), VIEW_WANTED, text_get(lang, key));
    }
}

/* False for what computes a digit without those before it. */
static bool
brings_all(const struct computation *c)
{
    return c->algorithm != ALGORITHM_BBP && c->method != ALGORITHM_BBP;
}

void
rows_fill(enum lang lang, struct dict *row, const struct computation *c)
{
    char path[ROWS_PATH_SIZE], time[TEXT_SPAN_SIZE], reason[TEXT_SIZE];

    dict_set_int(row, VIEW_ID, c->id);
    dict_set_int(row, VIEW_REVISION, c->revision);
    dict_set_int(row, VIEW_POSITION, (int64_t)c->position);
    dict_set_int(row, VIEW_RADIX, c->radix);
    if (c->radix == 16)
        dict_set(dict_section(row, VIEW_HEX), VIEW_LABEL,
                 text_get(lang, TEXT_ROW_RADIX));
    dict_set(row, VIEW_ALGORITHM, algorithm_name(c->algorithm));
    if (c->algorithm == ALGORITHM_AUTO && c->method != ALGORITHM_AUTO)
        dict_set(dict_section(row, VIEW_CHOSEN), VIEW_METHOD,
                 algorithm_name(c->method));
    dict_set(row, VIEW_STATUS, status_name(c->status));
    dict_set(row, VIEW_STATUS_TEXT, text_status(lang, c->status));
    rows_fill_progress(lang, row, c);
    if (c->status == STATUS_FAILED && reasons_short(lang, reason, c->error))
        dict_set(dict_section(row, VIEW_FAILED), VIEW_MESSAGE, reason);
    if (c->status == STATUS_DONE)
        dict_setf(dict_section(row, VIEW_ANSWER), VIEW_DIGIT, "%c", c->digit);
    if (c->status != STATUS_FAILED && c->status != STATUS_CANCELLED) {
        struct dict *link = dict_section(row, VIEW_LINK);
        rows_pi_path(path, c->position, c->radix);
        dict_set(link, VIEW_PI_PATH, path);
        dict_set(link, VIEW_LABEL,
                 text_get(lang, brings_all(c) ? TEXT_ROW_PI_TO : TEXT_ROW_PI_AT));
    }
    if (!rows_is_live(c) && c->wall_s >= 0) {
        dict_section(row, VIEW_TIMED);
        dict_set(row, VIEW_TOOK, text_span(lang, time, c->wall_s));
    }
}

void
rows_place(struct dict *row, const struct computation *c, const char *place)
{
    if (queue_waits(c) && c->wanted == WANTED_RUN)
        dict_set(dict_section(row, VIEW_PLACED), VIEW_PLACE, place);
}

static struct share *
render(struct view *view, enum lang lang, const struct computation *c)
{
    char *html;
    size_t length;
    struct dict *row = dict_new();
    if (row == NULL)
        return NULL;
    rows_fill(lang, row, c);
    rows_place(row, c, "");
    int rc = view_render(view, lang, "row.tpl", row, &html, &length);
    dict_free(row);
    return rc == 0 ? share_new(html, length) : NULL;
}

struct share *
rows_html(struct context *ctx, const struct computation *c)
{
    struct {
        int64_t kind, lang, id, revision;
        uint64_t templates;
    } key = {CACHE_ROW, ctx->lang, c->id, c->revision, view_version(ctx->app->view)};
    struct cache *cache = ctx->app->cache;
    struct share *share;
    if (cache_get(cache, &key, sizeof key, &share) == CACHE_FOUND)
        return share;
    share = render(ctx->app->view, ctx->lang, c);
    cache_put(cache, &key, sizeof key, share);
    return share;
}
