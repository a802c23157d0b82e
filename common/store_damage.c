/*
 * The store, published digits that went bad: who notices leaves a mark, the daemon
 * looks for itself and takes the publication back.
 *
 * A mark is a value of meta, "damaged:RADIX", the length of the file it is about. It
 * is no visible change and raises no revision: what it leads to does.
 *
 * Rows keep their digit and window: those were checked before they were stored, and
 * do not come from the file. Only the row that made the file runs again, so that
 * its progress is seen; where it is gone, a row is added that makes the same file.
 */
#include "store_list.h"
#include "store_queue.h"

#include "reason.h"
#include "store_internal.h"

#include <stdio.h>

static const char *
mark_key(char key[16], int radix)
{
    snprintf(key, 16, "damaged:%d", radix);
    return key;
}

enum store_rc
store_damaged(struct store *s, int radix, uint64_t *length)
{
    char key[16];
    int64_t marked = 0;
    enum store_rc rc = store_integer(s, SQL_META_GET,
                                     VALUES(value_text(mark_key(key, radix))), &marked);

    *length = (uint64_t)marked;
    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}

/* STORE_CONFLICT unless P is what is published, unmarked. */
static enum store_rc
mark(struct store *s, const struct published *p)
{
    struct published now;
    char key[16];
    uint64_t marked;
    enum store_rc rc = store_published(s, p->radix, &now);

    if (rc == STORE_OK)
        rc = store_damaged(s, p->radix, &marked);
    if (rc != STORE_OK)
        return rc;
    if (now.length != p->length || now.revision != p->revision || marked == p->length)
        return STORE_CONFLICT;
    return store_run(
        s, SQL_META_SET,
        VALUES(value_text(mark_key(key, p->radix)), value_int((int64_t)p->length)));
}

enum store_rc
store_mark_damaged(struct store *s, const struct published *p)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, mark(s, p));
    return rc;
}

static enum store_rc
clear_mark(struct store *s, int radix)
{
    char key[16];

    return store_run(s, SQL_META_DROP, VALUES(value_text(mark_key(key, radix))));
}

enum store_rc
store_clear_damaged(struct store *s, int radix)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, clear_mark(s, radix));
    return rc;
}

/* True when C, a row that is done, computed all digits up to its position. */
static bool
made_digits(const struct computation *c)
{
    return c->status == STATUS_DONE && c->answered_by == 0 &&
           (c->method == ALGORITHM_CHUDNOVSKY || c->method == ALGORITHM_SPIGOT);
}

/* The row that made the file of LENGTH digits; else the one that could, of any
 * status but done. The one that asks for auto comes last: it may be answered by the
 * others. */
static enum store_rc
find_maker(struct store *s, int radix, uint64_t length, struct computation *maker)
{
    static const enum algorithm asked[] = {ALGORITHM_CHUDNOVSKY, ALGORITHM_SPIGOT,
                                           ALGORITHM_AUTO};
    enum store_rc rc = STORE_NOT_FOUND;

    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        rc = store_find(s, radix, length, asked[i], maker);
        if (rc != STORE_NOT_FOUND && (rc != STORE_OK || made_digits(maker)))
            return rc;
    }
    rc = store_find(s, radix, length, ALGORITHM_CHUDNOVSKY, maker);
    return rc == STORE_OK && maker->status == STATUS_DONE ? STORE_CONFLICT : rc;
}

/* The row that makes digits starts anew, unless it waits or runs: then it goes on, even
 * if that was not wanted any more. *ID: as for store_make_again(). */
static enum store_rc
run_again(struct store *s, const struct computation *row, const char *why, int64_t *id)
{
    struct store_state state;
    enum store_rc rc;

    if (row->status != STATUS_QUEUED && row->status != STATUS_RUNNING) {
        rc = store_state(s, SQL_STATE, VALUES(value_int(row->id)), &state);
        *id = row->id;
        return rc == STORE_OK ? store_restart_row(s, &state, NULL, why) : rc;
    }
    if (row->wanted == WANTED_RUN)
        return STORE_OK;
    *id = row->id;
    return store_set_wanted(s, row->id, WANTED_RUN);
}

enum store_rc
store_make_again(struct store *s, const struct limits *limits, int radix,
                 uint64_t length, const char *why, int64_t *id)
{
    struct computation row;
    enum store_rc rc = find_maker(s, radix, length, &row);

    *id = 0;
    if (rc == STORE_OK)
        return run_again(s, &row, why, id);
    if (rc == STORE_NOT_FOUND && length <= limits->chudnovsky)
        return store_add_row(s, radix, length, ALGORITHM_CHUDNOVSKY, NULL, why, id);
    return rc == STORE_NOT_FOUND || rc == STORE_CONFLICT ? STORE_OK : rc;
}

enum store_rc
store_take_back(struct store *s, const struct published *damaged,
                const struct published *instead, const struct limits *limits,
                int64_t *id)
{
    struct computation coming;
    enum store_rc rc = store_begin(s);

    *id = 0;
    if (rc != STORE_OK)
        return rc;
    rc = store_replace_published(s, damaged, instead);
    if (rc == STORE_OK)
        rc = clear_mark(s, damaged->radix);
    if (rc == STORE_OK)
        rc = store_find_coming(s, limits, damaged->radix, damaged->length, &coming);
    if (rc == STORE_NOT_FOUND) /* otherwise somebody computes it anyway */
        rc = store_make_again(s, limits, damaged->radix, damaged->length,
                              reason_text(REASON_DIGITS_DAMAGED), id);
    return store_end(s, rc);
}
