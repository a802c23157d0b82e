/*
 * Common parts of pages. Pages are the same for all visitors who read the same
 * language, so an ETag needs to know only the state of the database, the build, and
 * the quarter of an hour that the form's token belongs to.
 */
#include "fcgi/page.h"

#include "fcgi/form.h"
#include "fcgi/json.h"
#include "fcgi/proof.h"
#include "fcgi/pulse.h"
#include "fcgi/text.h"
#include "fcgi/token.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No position is anywhere near as long as TYPED_MOST bytes. In an address each of them
 * may take three, and post_language.c, like web servers, takes some hundred
 * only. */
enum { HOST_MOST = 255, TYPED_MOST = 120 };

/* Notes in HEAD what was typed in FORM, but for a choice that is none of ours; nothing
 * where the position is too long for an address. */
static void
keep_typed(struct dict *head, const struct form *form)
{
    enum algorithm algorithm;
    int radix;
    if (strlen(form->typed[FORM_POSITION]) > TYPED_MOST)
        return;
    struct dict *d = dict_section(head, VIEW_TYPED);
    dict_set(d, VIEW_POSITION, form->typed[FORM_POSITION]);
    if (radix_parse(form->typed[FORM_RADIX], &radix))
        dict_set(d, VIEW_RADIX, form->typed[FORM_RADIX]);
    if (algorithm_parse(form->typed[FORM_ALGORITHM], &algorithm))
        dict_set(d, VIEW_ALGORITHM, form->typed[FORM_ALGORITHM]);
}

/* Copies the query FROM into TO, which has as much room, without what a page tells once
 * (bulk.h). */
static void
copy_lasting(char *to, const char *from)
{
    const char *start = to;
    while (*from != '\0') {
        size_t length = strcspn(from, "&");
        if (strncmp(from, "told=", 5) != 0 && strncmp(from, "proof=", 6) != 0) {
            if (to > start)
                *to++ = '&';
            memcpy(to, from, length);
            to += length;
        }
        from += length;
        if (*from == '&')
            from++;
    }
    *to = '\0';
}

/* Has the page of HEAD load itself again as R asked for it. With its address: a browser
 * at /?highlight=5#c-5 would else only go to the fragment again. False: no memory. */
static bool
set_reload(struct dict *head, const struct request *r)
{
    char *query = malloc(strlen(r->query) + 1);
    if (query == NULL)
        return false;
    copy_lasting(query, r->query);
    dict_setf(dict_section(head, VIEW_REFRESH), VIEW_PAGE_URL, "%s%s%s", r->path,
              *query != '\0' ? "?" : "", query);
    free(query);
    return true;
}

/* See page_new() and page_new_answer(); RELOAD and FORM may be NULL. */
static struct dict *
make_page(const char *title, enum page_place place, const struct request *reload,
          const struct form *form)
{
    static const enum view_key places[] = {
        [PAGE_LIST] = VIEW_AT_LIST,     [PAGE_BELOW_LIST] = VIEW_BELOW_LIST,
        [PAGE_SEARCH] = VIEW_AT_SEARCH, [PAGE_PICTURES] = VIEW_AT_PICTURES,
        [PAGE_API] = VIEW_AT_API,       [PAGE_DIGITS] = VIEW_BELOW_LIST,
    };
    struct dict *d = dict_new();
    if (d == NULL)
        return NULL;
    struct dict *head = dict_include(d, VIEW_HEAD, "head.tpl");
    dict_set(head, VIEW_TITLE, title);
    if (place != PAGE_ELSEWHERE)
        dict_section(head, places[place]);
    /* What is drawn before its end has come moves as that comes. */
    if (place != PAGE_DIGITS)
        dict_section(head, VIEW_WHOLE);
    if (reload != NULL && !set_reload(head, reload)) {
        dict_free(d);
        return NULL;
    }
    if (form != NULL)
        keep_typed(head, form);
    dict_include(d, VIEW_FOOT, "foot.tpl");
    return d;
}

struct dict *
page_new(const char *title, enum page_place place, const struct request *reload)
{
    return make_page(title, place, reload, NULL);
}

struct dict *
page_new_answer(const char *title, enum page_place place, const struct form *form)
{
    return make_page(title, place, NULL, form);
}

void
page_set_csrf(struct context *ctx, struct dict *d, const struct request *r)
{
    char token[TOKEN_SIZE];
    if (r != NULL)
        proof_token(ctx->app, r, token);
    else
        token_csrf(ctx->app, token);
    dict_set(d, VIEW_CSRF, token);
}

/* The rest of what follows, for the STEP of the form's token and what is said of an
 * ABSENT daemon. */
static bool
not_modified(struct context *ctx, const struct request *r, struct reply *reply,
             int64_t revision, int64_t more, int64_t step, int absent,
             char etag[PAGE_ETAG_SIZE])
{
    snprintf(etag, PAGE_ETAG_SIZE,
             "\"%s-%" PRIx64 "-%s-%" PRId64 "-%" PRIx64 "-%" PRIx64 "-%x\"",
             ctx->app->build_id, view_version(ctx->app->view), lang_code(ctx->lang),
             revision, (uint64_t)more, (uint64_t)step, (unsigned)absent);
    if (!request_etag_matches(r, etag))
        return false;
    reply_header(reply, "Cache-Control", "no-cache");
    reply_header(reply, "Vary", PAGE_VARY);
    reply_not_modified(reply, etag);
    /* As the page itself would have it: see encode.h. */
    if (r->gzip)
        reply_weaken_etag(reply);
    return true;
}

bool
page_not_modified(struct context *ctx, const struct request *r, struct reply *reply,
                  int64_t revision, int64_t more, char etag[PAGE_ETAG_SIZE])
{
    return not_modified(ctx, r, reply, revision, more, token_csrf_step(), ctx->absent,
                        etag);
}

bool
page_not_modified_fixed(struct context *ctx, const struct request *r,
                        struct reply *reply, int64_t more, char etag[PAGE_ETAG_SIZE])
{
    return not_modified(ctx, r, reply, 0, more, 0, 0, etag);
}

void
page_send(struct context *ctx, struct reply *reply, int status,
          const char *template_name, struct dict *d, const char *etag)
{
    char *html = NULL;
    size_t length = 0;
    if (d == NULL ||
        view_render(ctx->app->view, ctx->lang, template_name, d, &html, &length) != 0) {
        dict_free(d);
        reply_text(reply, 500, "text/plain; charset=utf-8",
                   text_get(ctx->lang, TEXT_ERROR_INTERNAL));
        return;
    }
    dict_free(d);
    if (etag != NULL)
        reply_header(reply, "ETag", "%s", etag);
    reply_header(reply, "Cache-Control", "%s", etag != NULL ? "no-cache" : "no-store");
    reply_header(reply, "Vary", PAGE_VARY);
    reply_take(reply, status, "text/html; charset=utf-8", html, length);
}

void
page_send_live(struct context *ctx, const struct wait *wait, struct reply *reply,
               int64_t revision, const char *template_name, struct dict *d, bool live)
{
    char *html = NULL;
    size_t length = 0;
    if (d == NULL ||
        view_render(ctx->app->view, ctx->lang, template_name, d, &html, &length) != 0) {
        dict_free(d);
        reply_error(ctx, NULL, reply, 500, NULL,
                    text_get(ctx->lang, TEXT_ERROR_INTERNAL));
        return;
    }
    dict_free(d);
    json_t *answer = json_object();
    json_object_set_new(answer, "revision", json_integer(revision));
    json_object_set_new(answer, "html", json_stringn(html, length));
    json_object_set_new(answer, "live", json_boolean(live));
    pulse_tell(ctx, wait, answer, live);
    free(html);
    reply_header(reply, "ETag", "\"%" PRId64 "\"", revision);
    reply_header(reply, "Vary", PAGE_VARY ", Prefer");
    /* The web server in front may keep pages for a moment, and none of these. */
    reply_header(reply, "X-Accel-Expires", "0");
    json_send(reply, 200, answer);
}

/* True when HOST is made of what names, addresses and ports are made of: the
 * address goes into examples for shells, where quotes would be more than text. */
static bool
is_plain(const char *host)
{
    size_t length = strlen(host);
    return length > 0 && length <= HOST_MOST &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789.:-_[]") == length;
}

void
page_site_address(char site[PAGE_SITE_SIZE], const struct conf *conf,
                  const struct request *r)
{
    if (conf->public_url != NULL && conf->public_url[0] != '\0')
        snprintf(site, PAGE_SITE_SIZE, "%s", conf->public_url);
    else
        snprintf(site, PAGE_SITE_SIZE, "%s://%s", r->https ? "https" : "http",
                 r->host != NULL && is_plain(r->host) ? r->host : "localhost");
    size_t length = strlen(site);
    if (length > 0 && site[length - 1] == '/')
        site[length - 1] = '\0';
}
