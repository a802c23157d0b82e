/*
 * Where digits are. The published prefix is looked at first; else a row that
 * will reach N; else a row that was asked at N itself (bbp brings digits at N
 * without those before it). While a spigot runs, its file can be read as far as
 * it has come.
 */
#include "fcgi/pi_state.h"

#include "common/store_list.h"
#include "fcgi/damage.h"
#include "fcgi/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How good an explanation of a page C is: what is done, then what comes. */
static int
rank(const struct computation *c)
{
    static const int ranks[STATUS_COUNT] = {
        [STATUS_DONE] = 5,   [STATUS_RUNNING] = 4,   [STATUS_QUEUED] = 3,
        [STATUS_FAILED] = 2, [STATUS_CANCELLED] = 1,
    };
    return ranks[c->status];
}

/* The best row asked at exactly N, of any algorithm, into STATE's row. */
static enum store_rc
find_asked(struct store *store, struct pi_state *state)
{
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        struct computation c;
        enum store_rc rc =
            store_find(store, state->radix, state->number, (enum algorithm)a, &c);
        if (rc == STORE_NOT_FOUND)
            continue;
        if (rc != STORE_OK)
            return rc;
        if (state->row.id == 0 || rank(&c) > rank(&state->row))
            state->row = c;
    }
    if (state->row.id == 0)
        state->kind = PI_UNKNOWN;
    else if (state->row.status == STATUS_DONE)
        state->kind = PI_WINDOW;
    else
        state->kind = rows_is_live(&state->row) ? PI_SEEKING : PI_UNKNOWN;
    return STORE_OK;
}

static enum digits_rc
open_aside(struct context *ctx, const struct pi_state *state, struct digits_file *file)
{
    char name[32];
    snprintf(name, sizeof name, "%" PRId64 ".txt", state->row.id);
    return digits_open_aside(file, ctx->app->work_fd, name, state->radix);
}

/* Counts the digits that a running row has written, where they are more. */
static void
look_aside(struct context *ctx, struct pi_state *state)
{
    struct digits_file file;
    if (state->row.status != STATUS_RUNNING ||
        open_aside(ctx, state, &file) != DIGITS_OK)
        return;
    uint64_t length = file.length < state->number ? file.length : state->number;
    if (length > state->known) {
        state->known = length;
        state->aside = true;
    }
    digits_close(&file);
}

void
pi_file_name(char name[PI_FILE_SIZE], int radix, uint64_t number)
{
    snprintf(name, PI_FILE_SIZE, "pi-%s%" PRIu64 ".txt", radix == 16 ? "hex-" : "",
             number);
}

enum store_rc
pi_find(struct context *ctx, int radix, uint64_t number, struct pi_state *state)
{
    memset(state, 0, sizeof *state);
    state->radix = radix;
    state->number = number;
    enum store_rc rc = store_published(ctx->store, radix, &state->prefix);
    if (rc != STORE_OK)
        return rc;
    state->known = state->prefix.length < number ? state->prefix.length : number;
    state->revision = state->prefix.revision;
    if (state->known == number) {
        state->kind = PI_KNOWN;
        return STORE_OK;
    }
    rc = store_find_coming(ctx->store, &ctx->app->conf->limits, radix, number,
                           &state->row);
    if (rc == STORE_OK) {
        state->kind = PI_COMING;
        look_aside(ctx, state);
    } else if (rc == STORE_NOT_FOUND) {
        rc = find_asked(ctx->store, state);
    }
    if (state->row.revision > state->revision)
        state->revision = state->row.revision;
    return rc;
}

enum digits_rc
pi_read(struct context *ctx, const struct pi_state *state, uint64_t from, size_t count,
        char *text)
{
    struct digits_file file;
    enum digits_rc rc = state->aside ? open_aside(ctx, state, &file)
                                     : damage_open(ctx, &state->prefix, &file);
    if (rc != DIGITS_OK)
        return rc;
    rc = digits_read(&file, from, count, text);
    digits_close(&file);
    return rc;
}

bool
pi_is_live(const struct pi_state *state)
{
    return state->kind == PI_COMING || state->kind == PI_SEEKING;
}
