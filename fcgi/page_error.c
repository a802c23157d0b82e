/*
 * Failing. Every failure of every handler is answered here: as a page for
 * people, as a problem document (RFC 9457) for programs. A request that is NULL
 * is one that was parked; only programs and scripts park.
 */
#include "fcgi/asker.h"
#include "fcgi/json.h"
#include "fcgi/page.h"
#include "fcgi/router.h"
#include "fcgi/text.h"

#include <stdlib.h>

/* The headline for STATUS. */
static const char *
headline(enum lang lang, int status)
{
    switch (status) {
    case 400:
        return text_get(lang, TEXT_HTTP_400);
    case 403:
        return text_get(lang, TEXT_HTTP_403);
    case 404:
        return text_get(lang, TEXT_HTTP_404);
    case 405:
        return text_get(lang, TEXT_HTTP_405);
    case 409:
        return text_get(lang, TEXT_HTTP_409);
    case 413:
        return text_get(lang, TEXT_HTTP_413);
    case 414:
        return text_get(lang, TEXT_HTTP_414);
    case 415:
        return text_get(lang, TEXT_HTTP_415);
    case 416:
        return text_get(lang, TEXT_HTTP_416);
    case 422:
        return text_get(lang, TEXT_HTTP_422);
    case 429:
        return text_get(lang, TEXT_HTTP_429);
    case 431:
        return text_get(lang, TEXT_HTTP_431);
    case 503:
        return text_get(lang, TEXT_HTTP_503);
    default:
        return text_get(lang, TEXT_HTTP_OTHER);
    }
}

/* The title of a problem document: RFC 9457, 3.1.4 and 4.2.1, wants the reason phrase,
 * which is English, and lets other languages have their own words. */
static const char *
problem_title(enum lang lang, int status)
{
    return lang == LANG_EN ? reply_reason(status) : headline(lang, status);
}

static void
send_problem(enum lang lang, const struct request *r, struct reply *reply, int status,
             const char *field, const char *detail)
{
    json_t *problem = json_object();
    json_object_set_new(problem, "type", json_string("about:blank"));
    json_object_set_new(problem, "title", json_string(problem_title(lang, status)));
    json_object_set_new(problem, "status", json_integer(status));
    json_object_set_new(problem, "detail", json_string(detail));
    if (field != NULL)
        json_object_set_new(problem, "field", json_string(field));
    if (r != NULL)
        json_object_set_new(problem, "request", json_string(r->id));
    reply_header(reply, "Content-Language", "%s", lang_code(lang));
    json_send_as(reply, status, "application/problem+json", problem);
}

/* True when R is answered for a program. */
static bool
is_program(const struct request *r)
{
    return r == NULL || router_wants_problem(r);
}

/* As reply_error(); ROW (0: none) is the computation that it is about, which there is,
 * to lead back to. */
static void
send_error(struct context *ctx, const struct request *r, struct reply *reply,
           int status, const char *field, const char *detail, int64_t row)
{
    if (is_program(r)) {
        send_problem(ctx->lang, r, reply, status, field, detail);
        return;
    }
    struct dict *d = page_new(headline(ctx->lang, status), PAGE_ELSEWHERE, NULL);
    dict_set_int(d, VIEW_STATUS, status);
    dict_set(d, VIEW_TITLE, headline(ctx->lang, status));
    dict_set(d, VIEW_MESSAGE, detail);
    if (field != NULL)
        dict_set(dict_section(d, VIEW_BAD_FIELD), VIEW_NAME, field);
    if (row > 0)
        dict_set_int(dict_section(d, VIEW_OF_ROW), VIEW_ID, row);
    dict_set(d, VIEW_REQUEST, r->id);
    page_send(ctx, reply, status, "error.tpl", d, NULL);
}

void
reply_error(struct context *ctx, const struct request *r, struct reply *reply,
            int status, const char *field, const char *detail)
{
    send_error(ctx, r, reply, status, field, detail, 0);
}

void
reply_store_error(struct context *ctx, const struct request *r, struct reply *reply,
                  enum store_rc rc)
{
    char text[TEXT_SIZE];
    const int64_t row = r != NULL ? r->row_id : 0;
    switch (rc) {
    case STORE_NOT_FOUND:
        reply_error(ctx, r, reply, 404, NULL, text_get(ctx->lang, TEXT_ERROR_NO_ROW));
        return;
    case STORE_FORBIDDEN:
        send_error(ctx, r, reply, 403, NULL,
                   text_get(ctx->lang, is_program(r) ? TEXT_ERROR_FORBIDDEN_TOKEN
                                                     : TEXT_ERROR_FORBIDDEN),
                   row);
        return;
    case STORE_CONFLICT:
        send_error(ctx, r, reply, 409, NULL, text_get(ctx->lang, TEXT_ERROR_CONFLICT),
                   row);
        return;
    case STORE_OWNER_FULL:
    case STORE_ADDRESS_FULL:
        reply_header(reply, "Retry-After", "30");
        reply_error(ctx, r, reply, 429, NULL, asker_full(ctx, rc, text));
        return;
    case STORE_FULL:
        reply_header(reply, "Retry-After", "30");
        reply_error(ctx, r, reply, 503, NULL, text_get(ctx->lang, TEXT_ASK_QUEUE_FULL));
        return;
    case STORE_BUSY:
        reply_header(reply, "Retry-After", "2");
        reply_error(ctx, r, reply, 503, NULL, text_get(ctx->lang, TEXT_ERROR_BUSY));
        return;
    case STORE_DISK:
        reply_header(reply, "Retry-After", "60");
        reply_error(ctx, r, reply, 503, NULL, text_get(ctx->lang, TEXT_ERROR_DISK));
        return;
    case STORE_CORRUPT:
        reply_header(reply, "Retry-After", "60");
        reply_error(ctx, r, reply, 503, NULL, text_get(ctx->lang, TEXT_ERROR_CORRUPT));
        return;
    default:
        reply_error(ctx, r, reply, 500, NULL, text_get(ctx->lang, TEXT_ERROR_STORE));
        return;
    }
}
