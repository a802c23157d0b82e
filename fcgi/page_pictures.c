/*
 * GET /pictures: all pictures of the first n digits of a radix, with what they show in
 * words and tables, and a form to choose others. And GET /pictures/NAME.svg: one of
 * them.
 *
 * Pages and pictures are made once for everybody (cache.h). A picture of digits can't
 * change but with the program and its templates: the page names both in the picture's
 * address, so that browsers keep it and never ask again. The page itself, and the
 * picture of speeds, change with what they show, and not with every revision.
 */
#include "config.h"

#include "fcgi/cache.h"
#include "fcgi/damage.h"
#include "fcgi/handlers.h"
#include "fcgi/page.h"
#include "fcgi/picture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is shown when nobody has chosen: the matrix is full. */
#define USUAL UINT64_C(10000)

enum { VERSION_SIZE = 48 };

/* What is asked for, and what is known about it. */
struct picture_query {
    const struct picture *picture; /* NULL: the page */
    int radix;
    uint64_t number; /* n, 0: too few digits are known for any */
    struct published prefix;
    enum picture_state state; /* of the first n digits */
    uint64_t speeds;          /* their version, where they are shown */
    char etag[PAGE_ETAG_SIZE];
};

/* What an answer depends on; what changes is in its ETag. */
struct picture_key {
    int64_t kind, picture, radix, number;
    char etag[PAGE_ETAG_SIZE];
};
_Static_assert(sizeof(struct picture_key) <= CACHE_KEY_SIZE, "a key of the cache");

/* ---- what is asked ---- */

/* Changes with whatever a picture of digits depends on, but for the digits. */
static void
print_version(const struct context *ctx, char version[VERSION_SIZE])
{
    snprintf(version, VERSION_SIZE, "%s-%" PRIx64 "-%s", ctx->app->build_id,
             view_version(ctx->app->view), lang_code(ctx->lang));
}

/* The largest number of digits up to MOST that can be shown, or 0. */
static uint64_t
largest_known(struct store *store, const struct published *prefix, uint64_t most)
{
    uint64_t found = 0;
    for (uint64_t n = PICTURE_LEAST; n <= most; n *= 10)
        if (picture_state(store, prefix, n) == PICTURE_KNOWN)
            found = n;
    return found;
}

/* Nobody has chosen anything, and there are no pictures of Q's radix: the other one's,
 * if it has some. */
static enum store_rc
find_other_radix(struct context *ctx, struct picture_query *q)
{
    struct published other;
    enum store_rc rc = store_published(ctx->store, 16, &other);
    if (rc == STORE_OK && other.length >= PICTURE_LEAST) {
        q->radix = 16;
        q->prefix = other;
    }
    return rc;
}

/* Fills Q from R; within store_begin_read(). */
static enum store_rc
read_query(struct context *ctx, const struct request *r, struct picture_query *q)
{
    bool chosen = (r->has & PARAM_DIGITS) != 0;
    bool radix_chosen = (r->has & PARAM_RADIX) != 0;
    q->radix = radix_chosen ? r->filter.radix : 10;
    int64_t revision = store_revision(ctx->store);
    if (revision == 0)
        return STORE_ERROR;
    enum store_rc rc = store_published(ctx->store, q->radix, &q->prefix);
    if (rc == STORE_OK && !radix_chosen && !chosen && q->prefix.length < PICTURE_LEAST)
        rc = find_other_radix(ctx, q);
    if (rc == STORE_OK && (q->picture == NULL || !q->picture->of_digits))
        rc = picture_speeds_version(ctx, revision, &q->speeds);
    if (rc != STORE_OK)
        return rc;
    q->number = chosen ? r->digits : largest_known(ctx->store, &q->prefix, USUAL);
    q->state = q->number == 0 ? PICTURE_UNKNOWN
                              : picture_state(ctx->store, &q->prefix, q->number);
    return STORE_OK;
}

/* ---- the page ---- */

/* Changes with whatever the page of Q shows: the choices, the digits, the speeds, and,
 * where it says how many digits are known, that. */
static uint64_t
page_version(struct context *ctx, const struct picture_query *q)
{
    int64_t choices = 0;
    for (uint64_t n = PICTURE_LEAST; n <= PICTURE_MOST; n *= 10)
        choices =
            choices * 2 + (picture_state(ctx->store, &q->prefix, n) == PICTURE_KNOWN);
    const int64_t values[] = {
        q->radix,
        (int64_t)q->number,
        q->state,
        choices,
        q->state == PICTURE_KNOWN ? 0 : (int64_t)q->prefix.length,
        (int64_t)q->speeds,
    };
    return picture_version(values, sizeof values / sizeof *values);
}

static void
show_choices(struct context *ctx, struct dict *d, const struct picture_query *q)
{
    for (int radix = 10; radix <= 16; radix += 6) {
        struct dict *choice = dict_section(d, VIEW_RADIX_CHOICE);
        dict_set_int(choice, VIEW_VALUE, radix);
        if (radix == q->radix)
            dict_section(choice, VIEW_SELECTED);
    }
    /* A site without digits offers the least, which can be computed. */
    uint64_t asked = q->number == 0 ? PICTURE_LEAST : q->number;
    for (uint64_t n = PICTURE_LEAST; n <= PICTURE_MOST; n *= 10) {
        char label[TEXT_NUMBER_SIZE];
        if (n != asked && picture_state(ctx->store, &q->prefix, n) != PICTURE_KNOWN)
            continue;
        struct dict *choice = dict_section(d, VIEW_DIGITS_CHOICE);
        dict_setf(choice, VIEW_VALUE, "%" PRIu64, n);
        dict_set(choice, VIEW_LABEL, text_number(ctx->lang, label, n));
        if (n == asked)
            dict_section(choice, VIEW_SELECTED);
    }
}

static void
show_figure(struct context *ctx, struct dict *d, const struct picture *picture,
            const struct pictures *p)
{
    struct dict *figure = dict_section(d, VIEW_FIGURE);
    char text[PICTURE_SENTENCE], version[VERSION_SIZE], number[TEXT_NUMBER_SIZE];
    dict_set(figure, VIEW_NAME, picture->name);
    dict_set(figure, VIEW_LABEL, text_get(ctx->lang, picture->title));
    dict_set_int(figure, VIEW_WIDTH, picture->width);
    dict_set_int(figure, VIEW_HEIGHT, picture->height);
    print_version(ctx, version);
    if (picture->of_digits)
        dict_setf(figure, VIEW_HREF, "/pictures/%s.svg?radix=%d&n=%" PRIu64 "&v=%s",
                  picture->name, p->radix, p->number, version);
    else
        dict_setf(figure, VIEW_HREF, "/pictures/%s.svg", picture->name);
    picture->say(text, p);
    dict_set(figure, VIEW_DESCRIPTION, text);
    if (picture == &pictures[0]) {
        picture_say_chance(text, p);
        dict_set(dict_section(figure, VIEW_CHANCE), VIEW_MESSAGE, text);
    }
    if (picture->of_digits) {
        struct dict *caption = dict_section(figure, VIEW_OF_DIGITS);
        uint64_t shown = p->number < picture->most ? p->number : picture->most;
        dict_set(caption, VIEW_COUNT, text_number(ctx->lang, number, shown));
        dict_set_int(caption, VIEW_RADIX, p->radix);
    }
    picture->tell(figure, p);
}

/* A message in place of the pictures of digits; the HTTP status for it. */
static int
show_missing(struct context *ctx, struct dict *d, const struct picture_query *q)
{
    char text[TEXT_SIZE], number[TEXT_NUMBER_SIZE], known[TEXT_NUMBER_SIZE];
    struct dict *missing = dict_section(d, VIEW_MISSING);
    enum text_key key = q->state == PICTURE_UNCOUNTED ? TEXT_PICTURES_UNCOUNTED
                        : q->number == 0              ? TEXT_PICTURES_NONE
                                                      : TEXT_PICTURES_UNKNOWN;
    text_fill(
        text, sizeof text, text_get(ctx->lang, key), "n",
        text_number(ctx->lang, number, q->number == 0 ? PICTURE_LEAST : q->number),
        "known", text_number(ctx->lang, known, q->prefix.length), NULL);
    dict_set(missing, VIEW_MESSAGE, text);
    if (q->number != 0) /* it was asked for */
        dict_section(missing, VIEW_REFUSED);
    if (q->state == PICTURE_UNKNOWN)
        dict_setf(dict_section(missing, VIEW_LINK), VIEW_HREF, "/pi/%" PRIu64 "%s",
                  q->number == 0 ? PICTURE_LEAST : q->number,
                  q->radix == 16 ? "?radix=16" : "");
    return q->number == 0 ? 200 : q->state == PICTURE_UNCOUNTED ? 503 : 404;
}

/* Sends the page of Q, with P's pictures. */
static void
send_page(struct context *ctx, struct reply *reply, const struct picture_query *q,
          const struct pictures *p)
{
    struct dict *d =
        page_new(text_get(ctx->lang, TEXT_TITLE_PICTURES), PAGE_PICTURES, NULL);
    int status = 200;
    show_choices(ctx, d, q);
    if (q->state != PICTURE_KNOWN)
        status = show_missing(ctx, d, q);
    if (status == 503)
        reply_header(reply, "Retry-After", "5");
    for (size_t i = 0; i < PICTURE_COUNT; i++)
        if (q->state == PICTURE_KNOWN || !pictures[i].of_digits)
            show_figure(ctx, d, &pictures[i], p);
    page_send(ctx, reply, status, "pictures.tpl", d, status == 200 ? q->etag : NULL);
}

/* ---- one picture ---- */

static void
send_svg(struct context *ctx, struct reply *reply, const struct picture_query *q,
         const struct pictures *p)
{
    const struct picture *picture = q->picture;
    struct dict *d = dict_new();
    struct dict *head = dict_include(d, VIEW_PICTURE_HEAD, "picture_head.tpl");
    char text[PICTURE_SENTENCE], *svg = NULL;
    size_t length = 0;
    dict_set(head, VIEW_TITLE, text_get(ctx->lang, picture->title));
    picture->say(text, p);
    dict_set(head, VIEW_DESCRIPTION, text);
    dict_set_int(head, VIEW_WIDTH, picture->width);
    dict_set_int(head, VIEW_HEIGHT, picture->height);
    dict_section(head, p->radix == 16 ? VIEW_HEXADECIMAL : VIEW_DECIMAL);
    picture->draw(d, p);
    if (d == NULL || view_render(ctx->app->view, ctx->lang, picture->template_name, d,
                                 &svg, &length) != 0) {
        reply_text(reply, 500, "text/plain; charset=utf-8",
                   text_get(ctx->lang, TEXT_ERROR_INTERNAL));
    } else {
        reply_header(reply, "ETag", "%s", q->etag);
        reply_take(reply, 200, "image/svg+xml; charset=utf-8", svg, length);
    }
    dict_free(d);
}

/* 404 or 503 for a picture of digits that are not known, or not counted yet. */
static void
refuse(struct context *ctx, const struct request *r, struct reply *reply,
       const struct picture_query *q)
{
    char text[TEXT_SIZE], number[TEXT_NUMBER_SIZE], known[TEXT_NUMBER_SIZE];
    bool soon = q->state == PICTURE_UNCOUNTED;
    text_fill(
        text, sizeof text,
        text_get(ctx->lang, soon ? TEXT_PICTURES_UNCOUNTED : TEXT_PICTURES_UNKNOWN),
        "n", text_number(ctx->lang, number, q->number == 0 ? PICTURE_LEAST : q->number),
        "known", text_number(ctx->lang, known, q->prefix.length), NULL);
    if (soon)
        reply_header(reply, "Retry-After", "5");
    reply_error(ctx, r, reply, soon ? 503 : 404, "n", text);
}

/* ---- both ---- */

/* Reads what Q's answer is made of and sends it; within store_begin_read(). Digits
 * that can't be read: *RC says why, and nothing is answered. */
static void
make_answer(struct context *ctx, const struct request *r, struct reply *reply,
            const struct picture_query *q, struct picture_rc *rc)
{
    struct pictures *p = calloc(1, sizeof *p);
    bool digits = q->picture == NULL || q->picture->of_digits;
    *rc = (struct picture_rc){p == NULL ? STORE_ERROR : STORE_OK, DIGITS_OK};
    if (p != NULL)
        p->lang = ctx->lang;
    if (rc->store == STORE_OK && digits && q->state == PICTURE_KNOWN)
        *rc = pictures_read(ctx, &q->prefix, q->number, p);
    if (rc->store == STORE_OK && (q->picture == NULL || !digits))
        rc->store = pictures_read_speeds(ctx->store, p);
    if (rc->store != STORE_OK)
        reply_store_error(ctx, r, reply, rc->store);
    else if (rc->digits == DIGITS_OK && q->picture == NULL)
        send_page(ctx, reply, q, p);
    else if (rc->digits == DIGITS_OK)
        send_svg(ctx, reply, q, p);
    if (p != NULL)
        pictures_clear(p);
    free(p);
}

/* The same, once for all who ask for it. */
static void
share_answer(struct context *ctx, const struct request *r, struct reply *reply,
             const struct picture_query *q, struct picture_rc *rc)
{
    struct cache *cache = ctx->app->cache;
    struct picture_key key;
    struct share *share = NULL;
    memset(&key, 0, sizeof key);
    key.kind = CACHE_PICTURE;
    key.picture = q->picture == NULL ? 0 : q->picture - pictures + 1;
    key.radix = q->radix;
    key.number = (int64_t)q->number;
    memcpy(key.etag, q->etag, sizeof key.etag);
    if (cache_get(cache, &key, sizeof key, &share) == CACHE_FOUND) {
        share_send(share, reply);
    } else {
        size_t keep = reply->headers_length;
        make_answer(ctx, r, reply, q, rc);
        if (rc->digits == DIGITS_OK && reply->status == 200 && !reply->headers_cut)
            share = share_of(reply, keep);
        cache_put(cache, &key, sizeof key, share);
    }
    share_release(share);
}

/* Asks the store, answers from what is known, or makes the answer; within
 * store_begin_read(). */
static void
answer(struct context *ctx, const struct request *r, struct reply *reply,
       struct picture_query *q, struct picture_rc *rc)
{
    char version[VERSION_SIZE];
    const char *named = request_query(r, "v");
    rc->store = read_query(ctx, r, q);
    if (rc->store != STORE_OK) {
        reply_store_error(ctx, r, reply, rc->store);
        return;
    }
    memset(q->etag, 0, sizeof q->etag);
    if (q->picture == NULL) {
        if (!page_not_modified_fixed(ctx, r, reply, (int64_t)page_version(ctx, q),
                                     q->etag))
            share_answer(ctx, r, reply, q, rc);
        return;
    }
    if (q->picture->of_digits && q->state != PICTURE_KNOWN) {
        refuse(ctx, r, reply, q);
        return;
    }
    print_version(ctx, version);
    if (q->picture->of_digits)
        snprintf(q->etag, sizeof q->etag, "\"%s-%d-%" PRIu64 "\"", version, q->radix,
                 q->number);
    else
        snprintf(q->etag, sizeof q->etag, "\"%s-%" PRIx64 "\"", version, q->speeds);
    if (request_etag_matches(r, q->etag))
        reply_not_modified(reply, q->etag);
    else
        share_answer(ctx, r, reply, q, rc);
    if (rc->digits == DIGITS_OK && (reply->status == 200 || reply->status == 304)) {
        bool kept =
            q->picture->of_digits && named != NULL && strcmp(named, version) == 0;
        reply_header(reply, "Cache-Control",
                     kept ? "public, max-age=31536000, immutable" : "no-cache");
        reply_header(reply, "Vary", PAGE_VARY);
        reply->own_style = true;
    }
}

static void
handle(struct context *ctx, const struct request *r, struct reply *reply,
       const struct picture *picture)
{
    struct picture_query q = {.picture = picture};
    struct picture_rc rc = {store_begin_read(ctx->store), DIGITS_OK};
    if (rc.store != STORE_OK) {
        reply_store_error(ctx, r, reply, rc.store);
        return;
    }
    answer(ctx, r, reply, &q, &rc);
    store_end_read(ctx->store);
    if (rc.store == STORE_OK && rc.digits != DIGITS_OK)
        damage_answer(ctx, r, reply, &q.prefix, rc.digits);
}

void
page_pictures(struct context *ctx, struct request *r, struct reply *reply)
{
    handle(ctx, r, reply, NULL);
}

void
page_picture(struct context *ctx, struct request *r, struct reply *reply)
{
    handle(ctx, r, reply, picture_find(r->path));
}
