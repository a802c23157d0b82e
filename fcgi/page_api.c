/*
 * GET /api: the API for people, with examples that can be copied. They name the address
 * that the visitor came by, so that they work as they stand.
 */
#include "fcgi/handlers.h"
#include "fcgi/page.h"
#include "fcgi/text.h"

#include <sodium.h>
#include <string.h>

void
page_api(struct context *ctx, struct request *r, struct reply *reply)
{
    char site[PAGE_SITE_SIZE], etag[PAGE_ETAG_SIZE];
    int64_t more;
    _Static_assert(sizeof more == crypto_shorthash_BYTES, "a hash is a number");
    _Static_assert(sizeof ctx->app->address_key >= crypto_shorthash_KEYBYTES, "a key");
    page_site_address(site, ctx->app->conf, r);
    crypto_shorthash((unsigned char *)&more, (const unsigned char *)site, strlen(site),
                     ctx->app->address_key);
    if (page_not_modified(ctx, r, reply, 0, more, etag))
        return;
    struct dict *d = page_new(text_get(ctx->lang, TEXT_TITLE_API), PAGE_API, NULL);
    dict_set(d, VIEW_TITLE, text_get(ctx->lang, TEXT_TITLE_API));
    dict_set(d, VIEW_SITE, site);
    page_send(ctx, reply, 200, "api.tpl", d, etag);
}
