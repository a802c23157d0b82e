/*
 * POST /language/LANG: the visitor has chosen a language. A cookie keeps it, and he
 * comes back to the page that he was on, whose address is the same in all languages.
 *
 * It is a POST, since it changes what he sees from then on: nothing follows such a
 * link ahead of him, and no other site's page can press the button (proof.h). No page
 * needs to know its own address for it, which would make pages differ that are kept
 * for everybody: his browser says where he was, in Referer. Only the answer to a form
 * (list_with_form()) is a page of his alone, without an address of its own: its switch
 * brings what he typed, and he comes to a page with that.
 */
#include "fcgi/asker.h"
#include "fcgi/handlers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COOKIE_AGE = 365 * 24 * 3600, BACK_MOST = 512 };

/* The path and query of URL, when it is an address of the host that R was sent to, or
 * one of PUBLIC_URL (may be NULL). */
static const char *
own_address(const struct request *r, const char *public_url, const char *url)
{
    const char *host = url != NULL ? strstr(url, "://") : NULL;
    size_t public_length = public_url != NULL ? strlen(public_url) : 0;
    if (host != NULL && public_length > 0 &&
        strncasecmp(url, public_url, public_length) == 0 && url[public_length] == '/')
        return url + public_length;
    if (host == NULL || r->host == NULL)
        return NULL;
    host += 3;
    size_t length = strcspn(host, "/");
    if (length != strlen(r->host) || strncasecmp(host, r->host, length) != 0)
        return NULL;
    return host + length;
}

/* True when QUERY, that of an address from "?" on or "", has rows that were selected.
 */
static bool
has_ids(const char *query)
{
    return strstr(query, "?ids=") != NULL || strstr(query, "&ids=") != NULL;
}

/* Where R came from, if that is one of our pages that can be asked for again, else the
 * main page. */
static void
set_back(const struct context *ctx, const struct request *r, char back[BACK_MOST])
{
    struct request page = {.method = HTTP_GET};
    char path[BACK_MOST];
    int status;
    unsigned allowed;
    if (request_query(r, "position") != NULL &&
        snprintf(back, BACK_MOST, "/?new=1&%s#new", r->query) < BACK_MOST)
        return;
    const char *address = own_address(r, ctx->app->conf->public_url, r->referer);
    memcpy(back, "/", sizeof "/");
    size_t length = address != NULL ? strlen(address) : BACK_MOST;
    if (length >= BACK_MOST)
        return;
    size_t path_length = strcspn(address, "?#");
    memcpy(path, address, path_length);
    path[path_length] = '\0';
    page.path = path;
    const struct route *route = router_find(&page, &status, &allowed);
    if (route == NULL || route->handler == page_list_elsewhere)
        return;
    /* A form that came back had the address that it was sent to. That of several rows
     * asks nothing without them, but its view of the list is the same. */
    if (route->handler == page_bulk_confirm && !has_ids(address + path_length))
        snprintf(back, BACK_MOST, "/%s", address + path_length);
    else
        memcpy(back, address, length + 1);
}

void
post_language(struct context *ctx, struct request *r, struct reply *reply)
{
    enum lang lang;
    char back[BACK_MOST];
    const char *code = strrchr(r->path, '/');
    if (code == NULL || !lang_parse(code + 1, &lang)) {
        reply_error(ctx, r, reply, 404, NULL, text_get(ctx->lang, TEXT_ERROR_NOWHERE));
        return;
    }
    set_back(ctx, r, back);
    reply_header(reply, "Set-Cookie",
                 "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                 REQUEST_LANG_COOKIE, lang_code(lang), COOKIE_AGE,
                 asker_is_secure(ctx->app, r) ? "; Secure" : "");
    reply_redirect(reply, back);
}
