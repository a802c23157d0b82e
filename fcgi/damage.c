/*
 * Digits are checked against their block's checksum before any of them is shown
 * (digits_trust.c). When they are not what was published, the visitor is told that
 * they are looked after, and the daemon, by a mark in the database and the doorbell,
 * does so: it checks the file itself and computes it again.
 */
#include "fcgi/damage.h"

#include "fcgi/page.h"
#include "fcgi/text.h"

#include "common/log.h"

#include <errno.h>
#include <string.h>

enum digits_rc
damage_open(const struct context *ctx, const struct published *p,
            struct digits_file *file)
{
    return digits_open_checked(file, ctx->app->trust, ctx->app->digits_fd, p->radix,
                               p->length, p->sha256);
}

/* What RC means, for the log. */
static const char *
reason(enum digits_rc rc)
{
    switch (rc) {
    case DIGITS_MISSING:
        return "it or its sidecar is missing";
    case DIGITS_BROKEN:
        return "it is not what was published";
    case DIGITS_NO_MEMORY:
        return "no memory";
    default:
        return strerror(errno);
    }
}

static void
tell_daemon(struct context *ctx, const struct published *p)
{
    enum store_rc rc = store_mark_damaged(ctx->store, p);
    if (rc == STORE_OK)
        doorbell_ring(ctx->app->bell);
    else if (rc != STORE_CONFLICT)
        log_warning("the damage of %s is not noted yet: %s", p->file,
                    store_rc_name(rc));
}

void
damage_answer(struct context *ctx, const struct request *r, struct reply *reply,
              const struct published *p, enum digits_rc rc)
{
    bool damaged = rc == DIGITS_MISSING || rc == DIGITS_BROKEN;
    log_error("%s cannot be shown: %s", p->file, reason(rc));
    if (damaged && r != NULL)
        tell_daemon(ctx, p);
    reply_header(reply, "Retry-After", "2");
    reply_error(ctx, r, reply, 503, NULL,
                text_get(ctx->lang, damaged ? TEXT_ERROR_DAMAGED : TEXT_ERROR_DIGITS));
}
