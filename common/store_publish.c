/*
 * The store, last steps: storing a row and publishing its digits.
 *
 * The files are renamed inside the write transaction. SQLite's write lock then
 * keeps every other publisher out between the comparison of lengths, the rename
 * and the row, so a shorter prefix never replaces a longer one. When the commit
 * fails after the rename, the file is there and the row is still `calculated`:
 * recovery stores it.
 */
#include "store_queue.h"

#include "log.h"
#include "store_internal.h"

#include <stdio.h>

/* What store_stored() is asked to publish, and what came of it. */
struct publication {
    const struct published *p; /* or NULL */
    int (*publish)(void *ctx);
    void *ctx;
    bool done;
    uint64_t superseded;
};

static enum store_rc
set_published(struct store *s, const struct published *p)
{
    int64_t revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_PUBLISHED_SET,
                       VALUES(value_int(p->radix), value_int((int64_t)p->length),
                              value_text(p->file), value_text(p->sha256),
                              value_text(p->verified), value_int(revision)));
    return rc;
}

static enum store_rc
publish_prefix(struct store *s, struct publication *work)
{
    const struct published *p = work->p;
    struct published before;
    enum store_rc rc = store_published(s, p->radix, &before);

    if (rc != STORE_OK || p->length <= before.length)
        return rc;
    if (work->publish(work->ctx) != 0) {
        snprintf(s->message, sizeof s->message, "%s was not published", p->file);
        log_error("store: %s", s->message);
        return STORE_ERROR;
    }
    rc = set_published(s, p);
    work->done = true;
    work->superseded = before.length;
    return rc;
}

static enum store_rc
stored(struct store *s, int64_t id, const char *token, const char *verified,
       struct publication *work)
{
    struct store_state state;
    int64_t now = store_now(), revision;
    enum store_rc rc = store_held(s, id, token, &state);

    if (rc == STORE_OK && state.stage != STAGE_CALCULATED)
        rc = STORE_CONFLICT;
    if (rc == STORE_OK && work->p != NULL)
        rc = publish_prefix(s, work);
    if (rc != STORE_OK)
        return rc;
    if (state.wanted == WANTED_DELETE)
        return store_set_removed(s, id);
    rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_STORED,
                       VALUES(value_int(id), value_text(verified), value_int(now),
                              value_int(revision)));
    if (rc == STORE_OK)
        rc = store_event(s, id, stage_name(STAGE_STORED), now, verified);
    return rc;
}

enum store_rc
store_stored(struct store *s, int64_t id, const char *token, const char *verified,
             const struct published *p, int (*publish)(void *ctx), void *ctx,
             bool *published, uint64_t *superseded)
{
    struct publication work = {.p = p, .publish = publish, .ctx = ctx};
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, stored(s, id, token, verified, &work));
    if (published != NULL)
        *published = rc == STORE_OK && work.done;
    if (superseded != NULL)
        *superseded = rc == STORE_OK ? work.superseded : 0;
    return rc;
}

enum store_rc
store_replace_published(struct store *s, const struct published *broken,
                        const struct published *instead)
{
    struct published now;
    int64_t revision;
    enum store_rc rc = store_published(s, broken->radix, &now);

    if (rc == STORE_OK &&
        (now.length != broken->length || now.revision != broken->revision))
        rc = STORE_CONFLICT;
    if (rc == STORE_OK && instead != NULL)
        return set_published(s, instead);
    if (rc == STORE_OK)
        rc = store_stamp(s, &revision);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_PUBLISHED_DROP, VALUES(value_int(broken->radix)));
    return rc;
}

enum store_rc
store_mend(struct store *s, const struct published *broken,
           const struct published *instead)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, store_replace_published(s, broken, instead));
    return rc;
}

enum store_rc
store_checkpoint(struct store *s)
{
    /* Past this many frames the WAL is emptied even if writers must wait. */
    enum { LONG_WAL = 8192, WAIT_MS = 250 };
    int frames = 0, copied = 0;
    int code = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                         &frames, &copied);

    if (code == SQLITE_OK && frames > LONG_WAL) {
        sqlite3_busy_timeout(s->db, WAIT_MS);
        code = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                         NULL);
        sqlite3_busy_timeout(s->db, s->patience_ms);
    }
    /* Busy: readers hold it, the next call will get further. */
    if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY)
        return STORE_OK;
    return store_failure(s, "checkpoint");
}
