/*
 * What dead daemons left behind: their rows, and files in work/.
 *
 * Most rows simply go back to the queue. A row in stage `calculated` has its
 * digits already; its daemon died between the worker's end and the last commit.
 * It is stored when the files are whole, wherever they are: in place already
 * (the rename came before the death) or still aside. A row without a file (bbp)
 * has all of its answer in the database. A result that was not verified goes back to
 * the queue, too. Rows leased to this very daemon that it has no job for are found in
 * the same way.
 */
#include "daemon/daemon.h"

#include "daemon/lock.h"

#include <inttypes.h>
#include <string.h>

enum { RECOVER_MAX = 64 };

static bool
is_dead(void *ctx, const char *name)
{
    return lock_daemon_is_dead(((struct daemon *)ctx)->conf, name);
}

static bool
has_job(void *ctx, int64_t id)
{
    return daemon_find_job(ctx, id) != NULL;
}

/* Checks the aside files of J by putting them under their published name inside
 * the work folder, where the check of published files can be used on them. They
 * keep that name: the sweep at the next start would remove leftovers. */
static bool
aside_is_whole(struct daemon *d, struct job *j)
{
    char sha256[DIGITS_SHA256_SIZE];
    int radix = j->row.radix;
    uint64_t length = j->row.position;

    if (!aside_find(&j->aside, d->work_fd, j->row.id) ||
        digits_commit(d->work_fd, j->aside.text, j->aside.sum, d->work_fd, radix,
                      length) != DIGITS_OK) {
        return false;
    }
    digits_name(j->aside.text, radix, length, "txt");
    digits_name(j->aside.sum, radix, length, "sum");
    return digits_check(d->work_fd, radix, length, sha256) == DIGITS_OK &&
           strcmp(sha256, j->sha256) == 0;
}

/* Decides about a row found `calculated`, leased to us now. */
static void
take_calculated(struct daemon *d, const struct computation *row)
{
    struct job *j = daemon_add_job(d, row);
    const char *method = algorithm_name(row->method);

    if (!j) {
        return; /* found again as a row of ours without a job */
    }
    j->calculated = true;
    j->algorithm = engine_find(method);
    memcpy(j->verified, row->verified, sizeof j->verified);
    if (store_calculated_sha256(d->durable, row->id, j->sha256) != STORE_OK) {
        settle_requeue(j, false, 0, reason_text(REASON_DAEMON_ENDED));
    } else if (!row->verified[0]) {
        j->settle = SETTLE_REQUEUE; /* by a version that did not check it */
    } else if (!j->sha256[0]) {
        j->settle =
            j->algorithm && !j->algorithm->prefix ? SETTLE_RESULT : SETTLE_REQUEUE;
    } else {
        j->settle = publish_in_place(d, j) || aside_is_whole(d, j) ? SETTLE_RESULT
                                                                   : SETTLE_REQUEUE;
    }
    if (j->settle == SETTLE_REQUEUE) {
        settle_requeue(j, false, 0, reason_text(REASON_DAEMON_ENDED_DIGITS));
    } else {
        log_info("row %" PRId64 ": its digits were calculated already", row->id);
    }
    aside_find_save(&j->aside, d->work_fd, row->id); /* to be removed */
}

bool
recover_rows(struct daemon *d)
{
    const struct store_witness witness = {is_dead, has_job, d};
    struct computation rows[RECOVER_MAX];
    struct store_lease lease;
    size_t count = 0, found = 0;
    enum store_rc rc;

    daemon_lease(d, &lease);
    rc = store_recover(d->durable, &lease, &witness, rows, RECOVER_MAX, &count, &found);
    if (rc != STORE_OK) {
        log_warning("looking for abandoned rows: %s", store_rc_name(rc));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        take_calculated(d, &rows[i]);
    }
    if (found > 0) {
        log_info("%zu abandoned row%s taken back", found, found == 1 ? "" : "s");
        daemon_changed(d);
        d->look = true;
        recover_saves(d); /* some of the rows may have come to an end */
    }
    return true;
}

/* True when NAME in work/ belongs to a row that a daemon, any daemon, works on:
 * "ID.txt", or the digits' own name that it has while it is recovered; a checkpoint is
 * needed by a row that waits, too. In doubt it stays: the next start looks again. */
static bool
is_needed(void *ctx, const char *name)
{
    struct daemon *d = ctx;
    struct computation row;
    enum store_rc rc;
    int64_t id = aside_name_id(name);
    uint64_t length;
    int radix;

    if (id > 0) {
        rc = store_get(d->durable, id, &row);
        if (rc == STORE_OK && row.status == STATUS_QUEUED) {
            return aside_name_is_save(name);
        }
        return rc == STORE_OK ? row.status == STATUS_RUNNING : rc != STORE_NOT_FOUND;
    }
    return index_needs(d, name) || (digits_parse_name(name, &radix, &length) &&
                                    publish_is_awaited(d, radix, length));
}

/* The same, and true for everything but checkpoints. */
static bool
is_needed_save(void *ctx, const char *name)
{
    return aside_name_id(name) == 0 || !aside_name_is_save(name) ||
           is_needed(ctx, name);
}

static void
sweep(struct daemon *d, bool (*keep)(void *ctx, const char *name))
{
    int removed = aside_sweep(d->work_fd, keep, d);

    if (removed > 0) {
        log_info("%d leftover file%s removed from work/", removed,
                 removed == 1 ? "" : "s");
    }
}

void
recover_asides(struct daemon *d)
{
    sweep(d, is_needed);
}

void
recover_saves(struct daemon *d)
{
    sweep(d, is_needed_save);
}
