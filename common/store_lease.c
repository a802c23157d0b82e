/*
 * The store, leases: how long they last and what becomes of those whose daemon
 * is gone. Leases are a matter between daemons, nothing here but a row that
 * returns to the queue is visible.
 */
#include "store_queue.h"

#include "log.h"
#include "reason.h"
#include "store_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t
store_boottime(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

enum store_rc
store_renew(struct store *s, const char *owner, int64_t until)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(
            s, store_run(s, SQL_RENEW, VALUES(value_text(owner), value_int(until))));
    return rc;
}

enum store_rc
store_heartbeat(struct store *s, const char *owner)
{
    char key[DAEMON_NAME_SIZE + sizeof "heartbeat:"];
    enum store_rc rc = store_begin(s);

    snprintf(key, sizeof key, "heartbeat:%s", owner);
    if (rc == STORE_OK)
        rc = store_end(s, store_run(s, SQL_META_SET,
                                    VALUES(value_text(key), value_int(store_now()))));
    return rc;
}

/* ---- a new boot ---- */

enum { BOOT_ID_SIZE = 64 };

static enum store_rc
read_boot_id(char boot_id[BOOT_ID_SIZE])
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    FILE *file = fopen(path, "re");

    if (file == NULL || fgets(boot_id, BOOT_ID_SIZE, file) == NULL) {
        log_error("store: reading %s: %s", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return STORE_ERROR;
    }
    fclose(file);
    boot_id[strcspn(boot_id, "\n")] = '\0';
    return STORE_OK;
}

/* Jumps the revision; no delta reaches back over the jump. */
static enum store_rc
jump(struct store *s)
{
    int64_t revision;
    enum store_rc rc = store_integer(
        s, SQL_META_ADD, VALUES(value_text("revision"), value_int(STORE_REVISION_JUMP)),
        &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_META_SET,
                       VALUES(value_text("oldest_delta"), value_int(revision)));
    if (rc == STORE_OK)
        rc = store_run(s, SQL_BOOT_LEASES, NO_VALUES);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_BOOT_DELAYS, NO_VALUES);
    return rc;
}

static enum store_rc
note_boot(struct store *s, const char *boot_id)
{
    char known[BOOT_ID_SIZE] = "";
    sqlite3_stmt *statement;
    bool row = false;
    enum store_rc rc =
        store_query(s, SQL_META_GET, VALUES(value_text("boot_id")), &statement);

    if (rc == STORE_OK)
        rc = store_step(s, statement, &row);
    if (rc == STORE_OK && row) {
        store_column_text(statement, 0, known, sizeof known);
        store_reset(statement);
    }
    if (rc != STORE_OK || strcmp(known, boot_id) == 0)
        return rc;
    if (known[0] != '\0')
        rc = jump(s);
    if (rc == STORE_OK)
        rc = store_run(s, SQL_META_SET,
                       VALUES(value_text("boot_id"), value_text(boot_id)));
    return rc;
}

enum store_rc
store_note_boot(struct store *s, const char *boot_id)
{
    char machine[BOOT_ID_SIZE];
    enum store_rc rc = STORE_OK;

    if (boot_id == NULL)
        rc = read_boot_id(machine);
    if (rc == STORE_OK)
        rc = store_begin(s);
    if (rc == STORE_OK)
        rc = store_end(s, note_boot(s, boot_id != NULL ? boot_id : machine));
    return rc;
}

/* ---- recovery ---- */

/* A leased row that nobody works on. */
struct orphan {
    int64_t id;
    enum stage stage;
    enum wanted wanted;
    bool ours; /* leased by the caller itself */
};

struct orphans {
    struct orphan *rows;
    size_t count, room;
};

static enum store_rc
add_orphan(struct orphans *orphans, sqlite3_stmt *statement, bool ours)
{
    struct orphan *o;

    if (orphans->count == orphans->room) {
        size_t room = orphans->room == 0 ? 16 : 2 * orphans->room;
        struct orphan *rows = realloc(orphans->rows, room * sizeof *rows);

        if (rows == NULL) {
            log_error("store: no memory");
            return STORE_ERROR;
        }
        orphans->rows = rows;
        orphans->room = room;
    }
    o = &orphans->rows[orphans->count++];
    o->id = sqlite3_column_int64(statement, 0);
    stage_parse((const char *)sqlite3_column_text(statement, 1), &o->stage);
    wanted_parse((const char *)sqlite3_column_text(statement, 2), &o->wanted);
    o->ours = ours;
    return STORE_OK;
}

static enum store_rc
find_orphans(struct store *s, const struct store_lease *lease,
             const struct store_witness *w, struct orphans *orphans)
{
    char asked[DAEMON_NAME_SIZE] = ""; /* the name that DEAD speaks of */
    bool dead = false, row;
    int64_t now = store_boottime();
    sqlite3_stmt *statement;
    enum store_rc rc = store_query(s, SQL_LEASED, NO_VALUES, &statement);

    while (rc == STORE_OK) {
        char token[LEASE_SIZE], owner[DAEMON_NAME_SIZE];
        bool ours, orphaned;

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        store_column_text(statement, 3, token, sizeof token);
        store_column_text(statement, 4, owner, sizeof owner);
        ours = strcmp(token, lease->token) == 0;
        if (!ours && strcmp(owner, asked) != 0) {
            dead = strcmp(owner, lease->owner) == 0 ||
                   (w->is_dead != NULL && w->is_dead(w->ctx, owner));
            memcpy(asked, owner, sizeof asked);
        }
        if (ours)
            orphaned = w->has_job != NULL &&
                       !w->has_job(w->ctx, sqlite3_column_int64(statement, 0));
        else
            orphaned = dead || sqlite3_column_int64(statement, 5) < now;
        if (orphaned)
            rc = add_orphan(orphans, statement, ours);
        if (rc != STORE_OK)
            store_reset(statement);
    }
    return rc;
}

/* Hands the `calculated` row O over to LEASE. */
static enum store_rc
hand_over(struct store *s, const struct store_lease *lease, const struct orphan *o,
          struct computation *rows, size_t max, size_t *count)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc = STORE_OK;

    if (*count == max)
        return STORE_OK;
    rc = store_run(s, SQL_LEASE_MOVE,
                   VALUES(value_int(o->id), value_text(lease->token),
                          value_text(lease->owner), value_int(lease->until)));
    if (rc == STORE_OK)
        rc = store_query(s, SQL_GET, VALUES(value_int(o->id)), &statement);
    if (rc == STORE_OK)
        rc = store_step(s, statement, &row);
    if (rc == STORE_OK && row) {
        store_read_row(statement, &rows[(*count)++]);
        store_reset(statement);
    }
    return rc;
}

static enum store_rc
recover(struct store *s, const struct store_lease *lease, const struct orphans *orphans,
        struct computation *rows, size_t max, size_t *count)
{
    enum store_rc rc = STORE_OK;
    char message[80];

    reason_print(message, sizeof message, REASON_DAEMONS_ENDED,
                 &(struct reason_values){.number = STORE_RECOVERIES});
    for (size_t i = 0; rc == STORE_OK && i < orphans->count; i++) {
        const struct orphan *o = &orphans->rows[i];
        bool keep = o->stage == STAGE_CALCULATED && o->wanted == WANTED_RUN;
        int64_t recoveries = 0;

        /* What does not fit now is counted when it is handed over. */
        if (!o->ours && !(keep && *count == max))
            rc = store_integer(s, SQL_RECOVERED, VALUES(value_int(o->id)), &recoveries);
        if (rc != STORE_OK)
            break;
        if (recoveries >= STORE_RECOVERIES && o->wanted == WANTED_RUN)
            rc = store_set_failed(s, o->id, message);
        else if (keep)
            rc = hand_over(s, lease, o, rows, max, count);
        else
            rc = store_give_back(
                s, o->id, o->wanted,
                reason_text(o->ours ? REASON_LOST_SIGHT : REASON_DAEMON_GONE), false, 0,
                NULL);
    }
    return rc;
}

enum store_rc
store_recover(struct store *s, const struct store_lease *lease,
              const struct store_witness *witness, struct computation *rows, size_t max,
              size_t *count, size_t *taken_back)
{
    struct orphans orphans = {.rows = NULL};
    enum store_rc rc = store_begin(s);

    *count = 0;
    if (rc != STORE_OK)
        return rc;
    rc = find_orphans(s, lease, witness, &orphans);
    if (rc == STORE_OK)
        rc = recover(s, lease, &orphans, rows, max, count);
    rc = store_end(s, rc);
    if (rc != STORE_OK)
        *count = 0;
    if (taken_back != NULL)
        *taken_back = rc == STORE_OK ? orphans.count : 0;
    free(orphans.rows);
    return rc;
}
