/*
 * GET /pi/N.txt: "3." and exactly N digits, with ranges. Where N is the length
 * of a published file nginx sends it by itself (conf.accel), mostly; else the first
 * bytes of that file are the answer, sent from its descriptor. Digits never
 * change, so the ETag is the question itself.
 */
#include "fcgi/damage.h"
#include "fcgi/handlers.h"
#include "fcgi/pi_state.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ETAG_SIZE = 48 };

static const char type[] = "text/plain; charset=us-ascii";

/* Headers of every answer that brings digits. */
static void
set_headers(struct reply *reply, const char *etag, int radix, uint64_t number)
{
    char name[PI_FILE_SIZE];
    pi_file_name(name, radix, number);
    reply_header(reply, "ETag", "%s", etag);
    reply_header(reply, "Cache-Control", "public, max-age=86400");
    reply_header(reply, "Content-Disposition", "inline; filename=\"%s\"", name);
}

/* 404; with Retry-After while the digits are being computed. */
static void
refuse_unknown(struct context *ctx, const struct request *r, struct reply *reply,
               int radix)
{
    struct computation c;
    char text[TEXT_SIZE], number[TEXT_NUMBER_SIZE];
    bool coming = store_find_coming(ctx->store, &ctx->app->conf->limits, radix,
                                    r->number, &c) == STORE_OK;
    if (coming)
        reply_header(reply, "Retry-After", "%d",
                     c.eta_s > 1 && c.eta_s < 3600 ? (int)c.eta_s + 1 : 10);
    text_fill(text, sizeof text,
              text_plural(ctx->lang,
                          coming ? TEXT_ERROR_TEXT_COMING : TEXT_ERROR_TEXT_UNKNOWN,
                          r->number),
              "position", text_number(ctx->lang, number, r->number), "radix",
              radix == 16 ? "16" : "10", NULL);
    reply_error(ctx, r, reply, 404, NULL, text);
}

/* A Range counts for GET only (RFC 9110, 14.2), and unless If-Range names another
 * version (13.1.5: the comparison is strong, and dates are not ours). */
static bool
range_counts(const struct request *r, const char *etag)
{
    return r->method == HTTP_GET && r->range != NULL &&
           (r->if_range == NULL || strcmp(r->if_range, etag) == 0);
}

/* 416 for a range beyond SIZE bytes. */
static void
refuse_range(struct context *ctx, const struct request *r, struct reply *reply,
             uint64_t size)
{
    char text[TEXT_SIZE], bytes[TEXT_NUMBER_SIZE];
    reply_header(reply, "Content-Range", "bytes */%" PRIu64, size);
    text_fill(text, sizeof text, text_get(ctx->lang, TEXT_ERROR_BYTES), "size",
              text_number(ctx->lang, bytes, size), NULL);
    reply_error(ctx, r, reply, 416, "Range", text);
}

/* True when nginx can send the file of P, of which R asks for a range of KIND. Not when
 * R has a condition that nginx would judge by what it knows of the file before it has
 * our ETag: it answers 412 to every If-Match, and holds the file's time, which is
 * nobody's concern, against If-Unmodified-Since (RFC 9110, 13.1.4: without a date of
 * ours it is ignored). And not when R has a Range that nginx might take for another one
 * than we do. */
static bool
nginx_sends(const struct context *ctx, const struct request *r,
            const struct published *p, enum range_kind kind)
{
    const char *accel = ctx->app->conf->accel;
    return accel != NULL && accel[0] != '\0' && r->number == p->length &&
           r->if_match == NULL && r->if_unmodified_since == NULL &&
           (r->range == NULL ||
            (kind == RANGE_ONE && request_range_is_plain(r->range)));
}

/* Sends bytes FIRST to LAST of what was asked for, from FILE, whose descriptor goes
 * over; as a part when PART is set. */
static void
send_file(const struct request *r, struct reply *reply, struct digits_file *file,
          const char *etag, uint64_t first, uint64_t last, bool part)
{
    set_headers(reply, etag, file->radix, r->number);
    reply_header(reply, "Accept-Ranges", "bytes"); /* nginx adds it to its own */
    if (part)
        reply_header(reply, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                     first, last, r->number + 2);
    reply_file(reply, part ? 206 : 200, type, file->fd, first, last - first + 1);
    file->fd = -1; /* it is the reply's now */
}

/* nginx sends the file of P, and sees to the range. */
static void
hand_over(struct context *ctx, const struct request *r, struct reply *reply,
          const struct published *p, const char *etag)
{
    set_headers(reply, etag, p->radix, r->number);
    reply_header(reply, "X-Accel-Redirect", "%s%s", ctx->app->conf->accel, p->file);
    reply_header(reply, "Content-Type", "%s", type);
    reply->status = 200;
}

void
page_text(struct context *ctx, struct request *r, struct reply *reply)
{
    int radix = (r->has & PARAM_RADIX) != 0 ? r->filter.radix : 10;
    char etag[ETAG_SIZE];
    struct published p;
    enum store_rc rc = store_published(ctx->store, radix, &p);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    if (r->number > p.length) {
        refuse_unknown(ctx, r, reply, radix);
        return;
    }
    snprintf(etag, sizeof etag, "\"pi%d-%" PRIu64 "\"", radix, r->number);
    if (request_precondition_fails(r, etag)) {
        reply_error(ctx, r, reply, 412, "If-Match",
                    text_get(ctx->lang, TEXT_ERROR_CHANGED));
        return;
    }
    if (request_etag_matches(r, etag)) {
        reply_header(reply, "Cache-Control", "public, max-age=86400");
        reply_not_modified(reply, etag);
        return;
    }
    uint64_t size = r->number + 2, first = 0, last = size - 1;
    enum range_kind kind = range_counts(r, etag)
                               ? request_range(r->range, size, &first, &last)
                               : RANGE_NONE;
    if (kind == RANGE_BAD) {
        refuse_range(ctx, r, reply, size);
        return;
    }
    /* Checked before any of it goes, by whomever; only the first time it is read. */
    bool accel = nginx_sends(ctx, r, &p, kind);
    struct digits_file file;
    enum digits_rc checked = damage_open(ctx, &p, &file);
    if (checked == DIGITS_OK)
        checked = digits_check_range(&file, accel ? 0 : first, accel ? size - 1 : last);
    if (checked != DIGITS_OK)
        damage_answer(ctx, r, reply, &p, checked);
    else if (accel)
        hand_over(ctx, r, reply, &p, etag);
    else
        send_file(r, reply, &file, etag, first, last, kind == RANGE_ONE);
    digits_close(&file);
}
