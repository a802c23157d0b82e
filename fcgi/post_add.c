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
#include <string.h>

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
    form_init(form, r->lang);
    form->sent = r;
    form->typed[FORM_POSITION] = typed(r, "position", "");
    form->typed[FORM_RADIX] = typed(r, "radix", "10");
    form->typed[FORM_ALGORITHM] = typed(r, "algorithm", "auto");
    form->focus = true;
}

/* The form as it came, with TEXT above it. Nothing is asked. */
static void
refuse(struct context *ctx, struct reply *reply, struct form *form, int status,
       enum text_key key)
{
    text_fill(form->notice, sizeof form->notice, text_get(ctx->lang, key), NULL);
    list_with_form(ctx, reply, status, form);
}

/* 400: the field R->repeated came twice; its first value is shown. */
static void
refuse_repeated(struct context *ctx, struct request *r, struct reply *reply)
{
    static const char *const names[FORM_FIELDS] = {
        [FORM_POSITION] = "position",
        [FORM_RADIX] = "radix",
        [FORM_ALGORITHM] = "algorithm",
    };
    char text[TEXT_SIZE];
    struct form form;
    text_fill(text, sizeof text, text_get(ctx->lang, TEXT_ASK_REPEATED), "field",
              r->repeated, NULL);
    if (r->wants_json) {
        reply_error(ctx, r, reply, 400, r->repeated, text);
        return;
    }
    read_form(r, &form);
    char *place = form.notice;
    for (int field = 0; field < FORM_FIELDS; field++)
        if (strcmp(r->repeated, names[field]) == 0)
            place = form.problem[field];
    memcpy(place, text, sizeof text);
    list_with_form(ctx, reply, 400, &form);
}

void
post_add_refused(struct context *ctx, struct request *r, struct reply *reply)
{
    struct form form;
    read_form(r, &form);
    refuse(ctx, reply, &form, 403, TEXT_FORM_OLD);
}

void
post_add(struct context *ctx, struct request *r, struct reply *reply)
{
    const struct conf *conf = ctx->app->conf;
    struct form form;
    if (r->repeated != NULL) {
        refuse_repeated(ctx, r, reply);
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
    switch (rc) {
    case STORE_OK:
        break;
    case STORE_OWNER_FULL:
    case STORE_ADDRESS_FULL:
        reply_header(reply, "Retry-After", "30");
        asker_full(ctx, rc, form.notice);
        list_with_form(ctx, reply, 429, &form);
        return;
    case STORE_FULL:
        reply_header(reply, "Retry-After", "30");
        refuse(ctx, reply, &form, 503, TEXT_ASK_QUEUE_FULL);
        return;
    case STORE_BUSY:
        reply_header(reply, "Retry-After", "2");
        refuse(ctx, reply, &form, 503, TEXT_ERROR_BUSY);
        return;
    case STORE_DISK:
        reply_header(reply, "Retry-After", "60");
        refuse(ctx, reply, &form, 503, TEXT_ERROR_DISK);
        return;
    case STORE_CORRUPT:
        reply_header(reply, "Retry-After", "60");
        refuse(ctx, reply, &form, 503, TEXT_ERROR_CORRUPT);
        return;
    default:
        refuse(ctx, reply, &form, 500, TEXT_ERROR_STORE);
        return;
    }
    doorbell_ring(ctx->app->bell);
    char location[64];
    snprintf(location, sizeof location, "/?highlight=%" PRId64 "#c-%" PRId64, id, id);
    asker_set_cookie(&asker, ctx, r, reply);
    reply_redirect(reply, location);
}
