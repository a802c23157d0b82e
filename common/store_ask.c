/*
 * The store, what visitors and the command line may change.
 *
 * Who may: an administrator, or one of those who asked for the row. The wishes
 * of the last one count; the others only withdraw. A row that no daemon has
 * leased is changed at once, for a leased one the wish is noted in `wanted`
 * and the daemon does it after its worker is gone (store_grant).
 *
 * Whoever asks again for a row that its askers gave up (cancelled, or wanted
 * cancelled or deleted) is its only asker from then on.
 */
#include "store_ask.h"

#include "store_internal.h"

/* STORE_FULL when QUEUE_LIMIT rows wait. */
static enum store_rc
room_in_queue(struct store *s, unsigned queue_limit)
{
    int64_t waiting;
    enum store_rc rc = store_integer(s, SQL_QUEUED, NO_VALUES, &waiting);

    if (rc == STORE_OK && waiting >= (int64_t)queue_limit)
        rc = STORE_FULL;
    return rc;
}

/* REFUSAL when LIMIT rows (0: any number may) are charged to PAYER, whom WHICH
 * looks for. */
static enum store_rc
room_for(struct store *s, enum sql which, const char *payer, unsigned limit,
         enum store_rc refusal)
{
    int64_t yes;
    enum store_rc rc;

    if (payer == NULL || limit == 0)
        return STORE_OK;
    rc = store_integer(s, which, VALUES(value_text(payer), value_int(limit)), &yes);
    if (rc == STORE_NOT_FOUND)
        return STORE_OK;
    return rc == STORE_OK ? refusal : rc;
}

/* Whether ASKER may set off one more row. */
static enum store_rc
room_for_asker(struct store *s, const struct store_asker *asker, unsigned queue_limit)
{
    enum store_rc rc = room_for(s, SQL_CHARGED_OWNER, asker->owner, asker->owner_limit,
                                STORE_OWNER_FULL);

    if (rc == STORE_OK)
        rc = room_for(s, SQL_CHARGED_ADDRESS, asker->address, asker->address_limit,
                      STORE_ADDRESS_FULL);
    return rc == STORE_OK ? room_in_queue(s, queue_limit) : rc;
}

/* Notes that ASKER set off the row ID, as far as it counts. */
static enum store_rc
charge(struct store *s, int64_t id, const struct store_asker *asker)
{
    const char *owner = asker->owner_limit > 0 ? asker->owner : NULL;
    const char *address = asker->address_limit > 0 ? asker->address : NULL;

    if (owner == NULL && address == NULL)
        return STORE_OK;
    return store_run(s, SQL_CHARGE,
                     VALUES(value_int(id), value_text(owner), value_text(address)));
}

enum store_rc
store_add_row(struct store *s, int radix, uint64_t position, enum algorithm algorithm,
              const char *owner, const char *why, int64_t *id)
{
    int64_t now = store_now(), revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_integer(s, SQL_ADD,
                           VALUES(value_int(radix), value_int((int64_t)position),
                                  value_text(algorithm_name(algorithm)), value_int(now),
                                  value_int(revision), value_text(owner)),
                           id);
    if (rc == STORE_OK)
        rc = store_event(s, *id, stage_name(STAGE_REGISTERED), now, why);
    return rc;
}

enum store_rc
store_restart_row(struct store *s, const struct store_state *state, const char *owner,
                  const char *why)
{
    int64_t now = store_now(), revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_RESTART,
                       VALUES(value_int(state->id), value_int(now), value_int(revision),
                              value_text(owner)));
    if (rc == STORE_OK)
        rc = store_run(s, SQL_WORKER_FORGET, VALUES(value_int(state->id)));
    if (rc == STORE_OK)
        rc = store_event(s, state->id, "retried", now, why);
    return rc;
}

enum store_rc
store_set_wanted(struct store *s, int64_t id, enum wanted wanted)
{
    int64_t revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_WANT,
                       VALUES(value_int(id), value_text(wanted_name(wanted)),
                              value_int(revision)));
    return rc;
}

/* Somebody asks for the row STATE that exists. */
static enum store_rc
ask_again(struct store *s, const struct store_state *state,
          const struct store_asker *asker, unsigned queue_limit,
          enum store_added *added)
{
    bool given_up = state->status == STATUS_CANCELLED || state->wanted != WANTED_RUN;
    enum store_rc rc = STORE_OK;

    *added = ADDED_EXISTING;
    if (state->status == STATUS_FAILED || state->status == STATUS_CANCELLED) {
        *added = ADDED_AGAIN;
        rc = room_for_asker(s, asker, queue_limit);
        if (rc == STORE_OK)
            rc = store_restart_row(s, state, asker->owner, "asked for again");
        if (rc == STORE_OK)
            rc = charge(s, state->id, asker);
    } else if (state->wanted != WANTED_RUN) {
        rc = store_set_wanted(s, state->id, WANTED_RUN);
    } else if (state->status == STATUS_QUEUED) {
        rc = store_run(s, SQL_ADVANCE,
                       VALUES(value_int(state->id), value_text(asker->owner)));
    }
    if (rc == STORE_OK && given_up)
        rc = store_run(s, SQL_ASKER_CLEAR, VALUES(value_int(state->id)));
    return rc;
}

static enum store_rc
add(struct store *s, int radix, uint64_t position, enum algorithm algorithm,
    const struct store_asker *asker, unsigned queue_limit, int64_t *id,
    enum store_added *added)
{
    struct store_state state;
    enum store_rc rc =
        store_state(s, SQL_STATE_OF_QUESTION,
                    VALUES(value_int(radix), value_int((int64_t)position),
                           value_text(algorithm_name(algorithm))),
                    &state);

    if (rc == STORE_OK) {
        *id = state.id;
        rc = ask_again(s, &state, asker, queue_limit, added);
    } else if (rc == STORE_NOT_FOUND) {
        *added = ADDED_NEW;
        rc = room_for_asker(s, asker, queue_limit);
        if (rc == STORE_OK)
            rc = store_add_row(s, radix, position, algorithm, asker->owner, NULL, id);
        if (rc == STORE_OK)
            rc = charge(s, *id, asker);
    }
    if (rc == STORE_OK && asker->owner != NULL)
        rc = store_run(
            s, SQL_ASKER_JOIN,
            VALUES(value_int(*id), value_text(asker->owner), value_int(STORE_ASKERS)));
    return rc;
}

enum store_rc
store_add(struct store *s, int radix, uint64_t position, enum algorithm algorithm,
          const struct store_asker *asker, unsigned queue_limit, int64_t *id,
          enum store_added *added)
{
    int64_t found;
    enum store_added how;
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(
            s, add(s, radix, position, algorithm, asker, queue_limit, &found, &how));
    if (rc == STORE_OK) {
        *id = found;
        *added = how;
    }
    return rc;
}

/* Reads the row and whether ASKER may change it; *ALONE: nobody else's wish
 * stands against it. */
static enum store_rc
admit(struct store *s, int64_t id, const struct store_asker *asker,
      struct store_state *state, bool *alone)
{
    int64_t yes;
    enum store_rc rc = store_state(s, SQL_STATE, VALUES(value_int(id)), state);

    *alone = true;
    if (rc != STORE_OK || asker->admin)
        return rc;
    if (asker->owner == NULL)
        return STORE_FORBIDDEN;
    rc = store_integer(s, SQL_ASKER_IS, VALUES(value_int(id), value_text(asker->owner)),
                       &yes);
    if (rc != STORE_OK)
        return rc == STORE_NOT_FOUND ? STORE_FORBIDDEN : rc;
    rc = store_integer(s, SQL_ASKER_OTHERS,
                       VALUES(value_int(id), value_text(asker->owner)), &yes);
    *alone = rc == STORE_NOT_FOUND;
    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}

static enum store_rc
withdraw(struct store *s, int64_t id, const struct store_asker *asker,
         enum store_wish *wish)
{
    *wish = WISH_WITHDRAWN;
    return store_run(s, SQL_ASKER_LEAVE,
                     VALUES(value_int(id), value_text(asker->owner)));
}

static enum store_rc
cancel(struct store *s, int64_t id, const struct store_asker *asker,
       enum store_wish *wish)
{
    struct store_state state;
    bool alone;
    enum store_rc rc = admit(s, id, asker, &state, &alone);

    if (rc != STORE_OK)
        return rc;
    if (state.status != STATUS_QUEUED && state.status != STATUS_RUNNING)
        return STORE_CONFLICT;
    if (!alone)
        return withdraw(s, id, asker, wish);
    if (!state.leased) {
        *wish = WISH_DONE;
        return store_set_cancelled(s, id);
    }
    *wish = WISH_NOTED;
    /* A row that is wanted deleted ends anyway. */
    return state.wanted == WANTED_RUN ? store_set_wanted(s, id, WANTED_CANCEL)
                                      : STORE_OK;
}

enum store_rc
store_cancel(struct store *s, int64_t id, const struct store_asker *asker,
             enum store_wish *wish)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, cancel(s, id, asker, wish));
    return rc;
}

static enum store_rc
retry(struct store *s, int64_t id, const struct store_asker *asker,
      unsigned queue_limit)
{
    struct store_state state;
    bool alone;
    enum store_rc rc = admit(s, id, asker, &state, &alone);

    if (rc != STORE_OK)
        return rc;
    if (state.status != STATUS_FAILED && state.status != STATUS_CANCELLED)
        return STORE_CONFLICT;
    rc = room_for_asker(s, asker, queue_limit);
    if (rc == STORE_OK)
        rc = store_restart_row(s, &state, asker->owner, NULL);
    return rc == STORE_OK ? charge(s, id, asker) : rc;
}

enum store_rc
store_retry(struct store *s, int64_t id, const struct store_asker *asker,
            unsigned queue_limit)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, retry(s, id, asker, queue_limit));
    return rc;
}

static enum store_rc
remove_row(struct store *s, int64_t id, const struct store_asker *asker,
           enum store_wish *wish)
{
    struct store_state state;
    bool alone;
    enum store_rc rc = admit(s, id, asker, &state, &alone);

    if (rc != STORE_OK)
        return rc;
    if (!alone)
        return withdraw(s, id, asker, wish);
    if (!state.leased) {
        *wish = WISH_DONE;
        return store_set_removed(s, id);
    }
    *wish = WISH_NOTED;
    return state.wanted != WANTED_DELETE ? store_set_wanted(s, id, WANTED_DELETE)
                                         : STORE_OK;
}

enum store_rc
store_delete(struct store *s, int64_t id, const struct store_asker *asker,
             enum store_wish *wish)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, remove_row(s, id, asker, wish));
    return rc;
}
