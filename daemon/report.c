/*
 * A worker's report, see report.h. The order: hello, then progress and checkpoints and
 * what was verified and window and file in any order (all but the first two once each),
 * then done, then nothing. An error may take the place of all that is still missing.
 */
#include "config.h"

#include "daemon/report.h"

#include "common/reason.h"
#include "daemon/engine/engine.h"

#include <string.h>

void
report_init(struct report *r, int radix, uint64_t file_length)
{
    memset(r, 0, sizeof *r);
    r->radix = radix;
    r->file_length = file_length;
}

static bool
window_fits(const char *window, int radix)
{
    size_t length = strlen(window);

    return length >= ENGINE_WINDOW &&
           (radix == 16 || strspn(window, "0123456789") == length);
}

/* NULL when M fits what was told before, else what is wrong. */
static const char *
take_message(struct report *r, const struct message *m)
{
    if (r->done || r->error[0]) {
        return reason_text(REASON_LINE_AFTER_LAST);
    }
    if (!r->hello && m->kind != MESSAGE_HELLO) {
        return reason_text(REASON_NO_GREETING);
    }
    switch (m->kind) {
    case MESSAGE_HELLO:
        if (r->hello) {
            return reason_text(REASON_SECOND_GREETING);
        }
        if (m->version != PROTOCOL_VERSION ||
            strcmp(m->package, PACKAGE_VERSION) != 0) {
            return reason_text(REASON_OTHER_VERSION);
        }
        r->hello = true;
        return NULL;
    case MESSAGE_PROGRESS:
        if (m->ppm < r->ppm) {
            return reason_text(REASON_PROGRESS_BACK);
        }
        r->ppm = m->ppm;
        if (!r->begun) {
            r->first = m->ppm;
            r->begun = true;
        }
        memcpy(r->phase, m->phase, sizeof r->phase);
        r->changed = true;
        return NULL;
    case MESSAGE_SAVED:
        if (m->ppm < r->saved || m->ppm > r->ppm) {
            return reason_text(REASON_BAD_CHECKPOINT);
        }
        r->saved = m->ppm;
        r->changed = true;
        return NULL;
    case MESSAGE_WINDOW:
        if (r->window[0] || !window_fits(m->window, r->radix)) {
            return reason_text(REASON_BAD_WINDOW);
        }
        memcpy(r->window, m->window, sizeof r->window);
        return NULL;
    case MESSAGE_FILE:
        if (r->sha256[0] || m->length != r->file_length) {
            return reason_text(REASON_BAD_FILE);
        }
        memcpy(r->sha256, m->sha256, sizeof r->sha256);
        return NULL;
    case MESSAGE_VERIFIED:
        if (r->verified[0]) {
            return reason_text(REASON_SECOND_VERIFICATION);
        }
        memcpy(r->verified, m->verified, sizeof r->verified);
        return NULL;
    case MESSAGE_ERROR:
        memcpy(r->error, m->error, sizeof r->error);
        return NULL;
    case MESSAGE_DONE:
        if (r->radix != 0 && !r->verified[0]) {
            return reason_text(REASON_END_UNVERIFIED);
        }
        if ((r->radix != 0 && !r->window[0]) || (r->file_length > 0 && !r->sha256[0])) {
            return reason_text(REASON_END_EARLY);
        }
        r->done = true;
        return NULL;
    }
    return reason_text(REASON_UNKNOWN_MESSAGE);
}

bool
report_feed(struct report *r, const char *bytes, size_t length, const char **why)
{
    struct message m;

    while (length > 0) {
        const char *feed = memchr(bytes, '\n', length);
        size_t part = feed ? (size_t)(feed - bytes) : length;

        if (part >= sizeof r->line - r->used) {
            *why = reason_text(REASON_LONG_LINE);
            return false;
        }
        memcpy(r->line + r->used, bytes, part);
        r->used += part;
        if (!feed) {
            return true;
        }
        if (!protocol_parse(r->line, r->used, &m)) {
            *why = reason_text(REASON_NO_MESSAGE);
            return false;
        }
        *why = take_message(r, &m);
        if (*why) {
            return false;
        }
        r->used = 0;
        bytes += part + 1;
        length -= part + 1;
    }
    return true;
}

bool
report_complete(const struct report *r)
{
    return r->done && r->used == 0;
}
