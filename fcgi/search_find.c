/*
 * Searching the published digits for a request, see search_find.h.
 */
#include "fcgi/search_find.h"

#include "common/log.h"
#include "common/store_status.h"
#include "fcgi/damage.h"

#include <string.h>

/* The index of P is damaged: the daemon makes it anew, when it gets to that. Until then
 * it is told once, however many searches meet the damage: the note costs a synced
 * write, and the log a line. */
static void
tell_daemon(struct context *ctx, const struct published *p)
{
    uint64_t length;
    int percent;
    if (store_index(ctx->store, p->radix, &length, &percent) != STORE_OK ||
        (length == p->length && percent == STORE_INDEX_DAMAGED))
        return;
    log_error("the index of %s is damaged", p->file);
    if (store_note_index(ctx->store, p->radix, p->length, STORE_INDEX_DAMAGED) ==
        STORE_OK)
        doorbell_ring(ctx->app->bell);
}

/* The index of what is open, if there is one, and how far it is otherwise. */
static void
open_index(struct context *ctx, struct search_place *place)
{
    const struct published *p = &place->prefix;
    uint64_t length;
    int percent;
    if (p->length < SEARCH_INDEX_LEAST)
        return;
    enum digits_rc rc =
        search_shelf_get(ctx->app->shelf, &place->index, ctx->app->digits_fd, p->radix,
                         p->length, p->sha256);
    if (rc == DIGITS_OK ||
        store_index(ctx->store, p->radix, &length, &percent) != STORE_OK ||
        length != p->length)
        return;
    if (percent < STORE_INDEX_DONE)
        place->percent = percent;
    else if (percent == STORE_INDEX_DONE && rc == DIGITS_BROKEN)
        tell_daemon(ctx, p);
}

enum store_rc
search_place_open(struct context *ctx, int radix, struct search_place *place,
                  enum digits_rc *rc)
{
    *place = (struct search_place){.file = {.fd = -1}};
    *rc = DIGITS_OK;
    enum store_rc store = store_published(ctx->store, radix, &place->prefix);
    if (store != STORE_OK || place->prefix.length == 0)
        return store;
    *rc = damage_open(ctx, &place->prefix, &place->file);
    if (*rc == DIGITS_OK)
        open_index(ctx, place);
    return STORE_OK;
}

void
search_place_close(struct search_place *place)
{
    search_index_release(place->index);
    place->index = NULL;
    digits_close(&place->file);
}

/* The digits around what was found. */
static enum digits_rc
read_context(const struct digits_file *file, const struct search_ask *ask,
             struct search_answer *answer)
{
    uint64_t at = answer->found.position, end = at + ask->length - 1;
    uint64_t left = at - 1 < SEARCH_CONTEXT ? at - 1 : SEARCH_CONTEXT;
    uint64_t right =
        file->length - end < SEARCH_CONTEXT ? file->length - end : SEARCH_CONTEXT;
    if (at == 0)
        return DIGITS_OK;
    enum digits_rc rc = digits_read(file, at - left, (size_t)left, answer->before);
    if (rc == DIGITS_OK)
        rc = digits_read(file, end + 1, (size_t)right, answer->behind);
    answer->before[left] = answer->behind[right] = '\0';
    return rc;
}

enum digits_rc
search_place_ask(struct context *ctx, struct search_place *place,
                 const struct search_ask *asks, size_t count,
                 struct search_answer *answers)
{
    struct search_found found[SEARCH_ASKS_MOST] = {{.searched = 0}};
    enum digits_rc rc = DIGITS_OK;
    memset(answers, 0, count * sizeof *answers);
    if (place->prefix.length == 0)
        return DIGITS_OK;
    rc = search_run(&place->file, place->index, asks, count, found);
    if (rc == DIGITS_BROKEN && place->index != NULL) {
        /* Other strings may still be found by it, so it stays on the shelf until the
         * daemon removes its file. */
        search_index_release(place->index);
        place->index = NULL;
        rc = search_run(&place->file, NULL, asks, count, found);
        if (rc == DIGITS_OK) /* else it is the digits that are damaged */
            tell_daemon(ctx, &place->prefix);
    }
    for (size_t i = 0; rc == DIGITS_OK && i < count; i++) {
        answers[i].found = found[i];
        rc = read_context(&place->file, &asks[i], &answers[i]);
    }
    return rc;
}

int64_t
search_place_version(const struct search_place *place)
{
    return place->index != NULL ? STORE_INDEX_DONE : place->percent;
}
