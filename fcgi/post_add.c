/*
 * POST /computations: the form. A mistake brings the page back with what was
 * typed and the reason beside the field; a good question leads to its row,
 * whether it is new or was asked before.
 */
#include "fcgi/asker.h"
#include "fcgi/handlers.h"
#include "fcgi/list.h"

#include <inttypes.h>
#include <stdio.h>

/* The form's value of NAME, or INSTEAD when it did not come. */
static const char *
typed(const struct request *r, const char *name, const char *instead)
{
    const char *value = request_form(r, name);
    return value != NULL ? value : instead;
}

/* The form as it came. */
static void
read_form(const struct request *r, struct form *form)
{
    form_init(form);
    form->typed[FORM_POSITION] = typed(r, "position", "");
    form->typed[FORM_RADIX] = typed(r, "radix", "10");
    form->typed[FORM_ALGORITHM] = typed(r, "algorithm", "auto");
    form->focus = true;
}

void
post_add(struct context *ctx, struct request *r, struct reply *reply)
{
    const struct conf *conf = ctx->app->conf;
    struct form form;
    if (r->repeated != NULL) {
        char text[TEXT_SIZE];
        text_fill(text, sizeof text, text_get(TEXT_ASK_REPEATED), "field", r->repeated,
                  NULL);
        reply_error(ctx, r, reply, 400, r->repeated, text);
        return;
    }
    read_form(r, &form);
    if (!form_check(&form, &conf->limits)) {
        list_with_form(ctx, reply, 422, &form);
        return;
    }

    struct asker asker;
    int64_t id;
    enum store_added added;
    asker_known_or_new(&asker, ctx->app, r);
    enum store_rc rc = store_add(ctx->store, form.radix, form.position, form.algorithm,
                                 &asker.store, conf->queue_limit, &id, &added);
    if (rc == STORE_FULL) {
        text_fill(form.notice, sizeof form.notice, text_get(TEXT_ASK_QUEUE_FULL), NULL);
        reply_header(reply, "Retry-After", "30");
        list_with_form(ctx, reply, 503, &form);
        return;
    }
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    doorbell_ring(ctx->app->bell);
    char location[64];
    snprintf(location, sizeof location, "/?highlight=%" PRId64 "#c-%" PRId64, id, id);
    asker_set_cookie(&asker, ctx, r, reply);
    reply_redirect(reply, location);
}
