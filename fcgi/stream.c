/*
 * Digits as they come. The worker of an algorithm that gives digits from the first
 * on writes them into a file of the folder work/ (daemon/aside.h), which is read here
 * while it grows. Each progress of a row raises its revision, so the page that polls
 * sees them about once a second.
 */
#include "fcgi/stream.h"

#include "fcgi/text.h"

#include "common/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
stream_read(struct context *ctx, const struct computation *c, struct stream *stream)
{
    struct digits_file file;
    char name[32];
    memset(stream, 0, sizeof *stream);
    if (c->status != STATUS_RUNNING)
        return;
    if (ctx->make_way != NULL)
        ctx->make_way(ctx);
    snprintf(name, sizeof name, "%" PRId64 ".txt", c->id);
    if (digits_open_aside(&file, ctx->app->work_fd, name, c->radix) != DIGITS_OK)
        return;
    uint64_t known = file.length < c->position ? file.length : c->position;
    uint64_t groups = (known + STREAM_GROUP - 1) / STREAM_GROUP;
    uint64_t shown = STREAM_SHOWN / STREAM_GROUP;
    stream->from = groups > shown ? (groups - shown) * STREAM_GROUP + 1 : 1;
    stream->count = (size_t)(known - stream->from + 1);
    /* A file that is gone or shorter by now: its job has ended or begun anew. */
    if (known > 0 &&
        digits_read(&file, stream->from, stream->count, stream->digits) == DIGITS_OK)
        stream->known = known;
    digits_close(&file);
}

/* How many came in each second since the worker began, or 0. */
static uint64_t
rate(const struct computation *c, const struct stream *stream)
{
    double seconds = (double)(store_now() - c->at[STAGE_TAKEN]) / 1e6;
    return seconds > 0 ? (uint64_t)((double)stream->known / seconds) : 0;
}

void
stream_show(enum lang lang, struct dict *d, const struct computation *c,
            const struct stream *stream)
{
    char text[TEXT_SIZE], known[TEXT_NUMBER_SIZE], all[TEXT_NUMBER_SIZE],
        speed[TEXT_NUMBER_SIZE];
    if (stream->known == 0)
        return;
    struct dict *part = dict_section(d, VIEW_STREAM);
    text_fill(text, sizeof text, text_get(lang, TEXT_STREAM_COUNT), "known",
              text_number(lang, known, stream->known), "position",
              text_number(lang, all, c->position), "rate",
              text_number(lang, speed, rate(c, stream)), NULL);
    dict_set(part, VIEW_MESSAGE, text);
    if (stream->from == 1)
        dict_section(part, VIEW_LEAD);
    else
        dict_set(dict_section(part, VIEW_REST), VIEW_MESSAGE,
                 text_fill(text, sizeof text, text_get(lang, TEXT_STREAM_LAST),
                           "position", text_number(lang, known, stream->from), NULL));
    for (size_t i = 0; i < stream->count; i += STREAM_GROUP) {
        size_t left = stream->count - i;
        dict_setf(dict_section(part, VIEW_GROUP), VIEW_DIGITS, "%.*s",
                  (int)(left < STREAM_GROUP ? left : STREAM_GROUP), stream->digits + i);
    }
}
