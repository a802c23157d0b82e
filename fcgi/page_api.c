/*
 * GET /api: the API for people, with examples that can be copied. They name the address
 * that the visitor came by, so that they work as they stand.
 */
#include "fcgi/handlers.h"
#include "fcgi/page.h"
#include "fcgi/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { SITE_SIZE = 280, HOST_MOST = 255 };

/* True when HOST is made of what names, addresses and ports are made of: examples are
 * for shells, where quotes would be more than text. */
static bool
is_plain(const char *host)
{
    size_t length = strlen(host);
    return length > 0 && length <= HOST_MOST &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789.:-_[]") == length;
}

/* The site's address as R's visitor knows it, without a slash at its end. */
static void
site_address(char site[SITE_SIZE], const struct conf *conf, const struct request *r)
{
    if (conf->public_url != NULL && conf->public_url[0] != '\0')
        snprintf(site, SITE_SIZE, "%s", conf->public_url);
    else
        snprintf(site, SITE_SIZE, "%s://%s", r->https ? "https" : "http",
                 r->host != NULL && is_plain(r->host) ? r->host : "localhost");
    size_t length = strlen(site);
    if (length > 0 && site[length - 1] == '/')
        site[length - 1] = '\0';
}

void
page_api(struct context *ctx, struct request *r, struct reply *reply)
{
    char site[SITE_SIZE], etag[PAGE_ETAG_SIZE];
    int64_t more;
    _Static_assert(sizeof more == crypto_shorthash_BYTES, "a hash is a number");
    _Static_assert(sizeof ctx->app->address_key >= crypto_shorthash_KEYBYTES, "a key");
    site_address(site, ctx->app->conf, r);
    crypto_shorthash((unsigned char *)&more, (const unsigned char *)site, strlen(site),
                     ctx->app->address_key);
    if (page_not_modified(ctx, r, reply, 0, more, etag))
        return;
    struct dict *d = page_new(text_get(ctx->lang, TEXT_TITLE_API), PAGE_API, NULL);
    dict_set(d, VIEW_TITLE, text_get(ctx->lang, TEXT_TITLE_API));
    dict_set(d, VIEW_SITE, site);
    page_send(ctx, reply, 200, "api.tpl", d, etag);
}
