/*
 * GET /v1/pi?start=S&numberOfDigits=K&radix=R: the interface of
 * https://pi.delivery (its documentation: https://api.pi.delivery/), over the
 * digits that are known here. What is wrong with its parameters is told in plain text
 * with a word by which a client can tell it apart; all else that fails is a problem
 * document, as elsewhere.
 */
#include "fcgi/damage.h"
#include "fcgi/handlers.h"
#include "fcgi/json.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS_DEFAULT = 100, DIGITS_MOST = 1000, ETAG_SIZE = 64 };

/* 400 with one line of text. */
__attribute__((format(printf, 2, 3))) static void
refuse(struct reply *reply, const char *format, ...)
{
    char text[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    reply_text(reply, 400, "text/plain; charset=utf-8", text);
}

/* How often the query has NAME. */
static size_t
occurrences(const struct request *r, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < r->field_count; i++)
        n += strcmp(r->fields[i].name, name) == 0;
    return n;
}

/* The number NAME of the query, or INSTEAD when it is absent or empty, into *VALUE;
 * false: REPLY says what is wrong. */
static bool
read_number(const struct request *r, struct reply *reply, const char *name,
            uint64_t instead, uint64_t *value)
{
    const char *text = request_query(r, name);
    *value = instead;
    if (occurrences(r, name) > 1) {
        refuse(reply, "%s is invalid: it came more than once.", name);
        return false;
    }
    if (text == NULL || text[0] == '\0')
        return true;
    switch (position_parse(text, value)) {
    case ASK_OK:
        return true;
    case ASK_ZERO:
        *value = 0;
        return true;
    case ASK_NEGATIVE:
        refuse(reply, "%s is negative.", name);
        return false;
    case ASK_ABOVE_LIMIT:
        *value = UINT64_MAX;
        return true;
    default:
        refuse(reply, "%s is invalid: it must be a whole number.", name);
        return false;
    }
}

static bool
read_radix(const struct request *r, struct reply *reply, int *radix)
{
    const char *text = request_query(r, "radix");
    *radix = 10;
    if (occurrences(r, "radix") <= 1 &&
        (text == NULL || text[0] == '\0' || radix_parse(text, radix)))
        return true;
    refuse(reply, "The radix is invalid: 10 and 16 are known.");
    return false;
}

/* The answer CONTENT, COUNT digits from START on. Digits never change: the ETag is
 * the question itself. */
static void
send_content(const struct request *r, struct reply *reply, int radix, uint64_t start,
             const char *content, size_t count)
{
    char etag[ETAG_SIZE];
    snprintf(etag, sizeof etag, "\"v1-%d-%" PRIu64 "-%zu\"", radix, start, count);
    reply_header(reply, "Cache-Control", "public, max-age=86400");
    reply_header(reply, "Vary", "Accept-Encoding"); /* by nginx */
    if (request_etag_matches(r, etag)) {
        reply_not_modified(reply, etag);
        return;
    }
    json_t *answer = json_object();
    json_object_set_new(answer, "content", json_stringn(content, count));
    char *text = json_text(answer);
    reply_header(reply, "ETag", "%s", etag);
    reply_take(reply, 200, "application/json", text, text != NULL ? strlen(text) : 0);
}

/* Answers with COUNT digits from START on of what is published as P. */
static void
send_digits(struct context *ctx, const struct request *r, struct reply *reply,
            const struct published *p, uint64_t start, size_t count)
{
    char digits[DIGITS_MOST];
    struct digits_file file;
    enum digits_rc rc = damage_open(ctx, p, &file);
    if (rc == DIGITS_OK) {
        rc = digits_read(&file, start, count, digits);
        digits_close(&file);
    }
    if (rc != DIGITS_OK) {
        damage_answer(ctx, r, reply, p, rc);
        return;
    }
    send_content(r, reply, p->radix, start, digits, count);
}

void
api_pi(struct context *ctx, struct request *r, struct reply *reply)
{
    uint64_t start, count;
    int radix;
    struct published p;
    if (!read_number(r, reply, "start", 0, &start) ||
        !read_number(r, reply, "numberOfDigits", DIGITS_DEFAULT, &count) ||
        !read_radix(r, reply, &radix))
        return;
    if (count > DIGITS_MOST) {
        refuse(reply, "numberOfDigits is too big: at most %d digits.", DIGITS_MOST);
        return;
    }
    enum store_rc rc = store_published(ctx->store, radix, &p);
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    if (start > p.length || count > p.length - start + 1) {
        refuse(reply,
               "out of range: %" PRIu64
               " digits after the point are known in radix %d.",
               p.length, radix);
        return;
    }
    if (count == 0 || p.length == 0) { /* nothing, or the 3: known without a file */
        send_content(r, reply, radix, start, "3", (size_t)count);
        return;
    }
    send_digits(ctx, r, reply, &p, start, (size_t)count);
}
