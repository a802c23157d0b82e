/*
 * Answers from digits that are known already, for rows that ask for "auto".
 *
 * A window of ENGINE_WINDOW digits is needed. The published digits have it for all
 * positions but the last few. For those there may be a row that computed the very
 * position: its worker knew the digits that follow, and its window has them.
 * Digits that a running job will bring are worth waiting for when the row could
 * not compute them sooner.
 */
#include "config.h"

#include "daemon/daemon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The done row that computed all digits up to POSITION itself. */
static enum store_rc
find_computed(struct daemon *d, int radix, uint64_t position, struct computation *row)
{
    static const enum algorithm asked[] = {ALGORITHM_CHUDNOVSKY, ALGORITHM_AUTO,
                                           ALGORITHM_SPIGOT};
    enum store_rc rc = STORE_NOT_FOUND;

    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        rc = store_find(d->durable, radix, position, asked[i], row);
        if (rc == STORE_OK && row->status == STATUS_DONE && row->answered_by == 0 &&
            (row->method == ALGORITHM_CHUDNOVSKY || row->method == ALGORITHM_SPIGOT)) {
            return STORE_OK;
        }
        if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
            return rc;
        }
    }
    return STORE_NOT_FOUND;
}

/* The window at ROW's position from the published digits P. */
static bool
read_window(struct daemon *d, const struct computation *row, const struct published *p,
            char window[COMPUTATION_WINDOW_SIZE])
{
    struct digits_file file;
    enum digits_rc rc = digits_open_checked(&file, d->trust, d->digits_fd, p->radix,
                                            p->length, p->sha256);

    if (rc == DIGITS_OK) {
        rc = digits_read(&file, row->position, ENGINE_WINDOW, window);
        digits_close(&file);
    }
    if (rc != DIGITS_OK) {
        log_error("the published file %s can't be read", p->file);
        return false;
    }
    window[ENGINE_WINDOW] = '\0';
    return true;
}

/* Commits the answer. STORE_OK also when somebody else was faster. */
static enum store_rc
commit(struct daemon *d, const struct computation *row, enum algorithm method,
       const char *window, int64_t by, const char *verified, const char *source)
{
    enum store_rc rc = store_answer(d->durable, row->id, method, window, by, verified);

    if (rc == STORE_OK) {
        log_info("row %" PRId64 ": answered from %s", row->id, source);
        daemon_changed(d);
    } else if (rc == STORE_CONFLICT || rc == STORE_NOT_FOUND) {
        rc = STORE_OK;
    } else {
        log_warning("row %" PRId64 ": not answered yet: %s", row->id,
                    store_rc_name(rc));
    }
    return rc;
}

static enum store_rc
answer_from_prefix(struct daemon *d, const struct computation *row,
                   const struct published *p)
{
    char window[COMPUTATION_WINDOW_SIZE];
    struct computation producer;

    if (!read_window(d, row, p, window)) {
        if (!mend_published(d, row->radix, true)) {
            return STORE_NOT_FOUND;
        }
        d->look = true; /* with what is published now */
        return STORE_OK;
    }
    if (find_computed(d, p->radix, p->length, &producer) != STORE_OK) {
        producer.id = 0; /* removed since: nobody knows which method it was */
        producer.method = ALGORITHM_CHUDNOVSKY;
    }
    return commit(d, row, producer.method, window, producer.id, p->verified, p->file);
}

/* From a row that computed the same position. */
static enum store_rc
answer_from_row(struct daemon *d, const struct computation *row)
{
    struct computation twin;
    enum store_rc rc = find_computed(d, row->radix, row->position, &twin);
    char source[40];

    if (rc != STORE_OK) {
        return rc;
    }
    if (strlen(twin.window) < ENGINE_WINDOW) {
        return STORE_NOT_FOUND;
    }
    snprintf(source, sizeof source, "row %" PRId64, twin.id);
    return commit(d, row, twin.method, twin.window, twin.id, twin.verified, source);
}

enum store_rc
answer_row(struct daemon *d, const struct computation *row)
{
    struct published p;
    enum store_rc rc = store_published(d->durable, row->radix, &p);

    if (rc != STORE_OK) {
        return rc;
    }
    return p.length >= row->position + ENGINE_WINDOW - 1
               ? answer_from_prefix(d, row, &p)
               : answer_from_row(d, row);
}

/* True when J's digits, once it is done, answer ROW. */
static bool
covers(const struct job *j, const struct computation *row)
{
    return j->algorithm && j->algorithm->prefix && j->row.radix == row->radix &&
           (j->row.position == row->position ||
            j->row.position >= row->position + ENGINE_WINDOW - 1);
}

bool
answer_is_coming(const struct daemon *d, const struct computation *row,
                 const struct plan_need *need)
{
    for (const struct job *j = d->jobs; j; j = j->next) {
        if (!covers(j, row)) {
            continue;
        }
        if (j->settle == SETTLE_RESULT ||
            (j->worker.pid > 0 &&
             plan_wait_for_cover(need, j->seconds,
                                 (double)j->worker.report.ppm / PROTOCOL_PPM))) {
            return true;
        }
    }
    return false;
}
