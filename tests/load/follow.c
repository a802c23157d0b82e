/*
 * Many clients that follow a site as the contract of GET /updates asks: each
 * applies every answer to its rows and asks again from the answer's revision;
 * after an error it tries again a moment later. At the end all must have the
 * same rows: what the site has.
 *
 * It obeys lines on standard input, so that a test says what happens meanwhile.
 */
#include "config.h"

#include "tests/load/fleet.h"
#include "tests/load/load.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TURN_MS = 20, RETRY_US = 50000, RETRY_SPREAD_US = 100000, LINE_SIZE = 128 };

/* A row as a follower has it. */
struct kept {
    int64_t id, revision;
};

struct follower {
    struct kept *rows; /* in the order of their ids */
    size_t count, room;
    int64_t again_us; /* when to ask again, after an error */
};

struct follow {
    const struct options *options;
    struct fleet fleet;
    struct follower *followers;
    bool over; /* a poll could not be applied, or there is no memory */
    long answers, expired, unavailable, resets;
    char line[LINE_SIZE]; /* of standard input, as far as it came */
    size_t line_length;
};

/* ---- rows ---- */

/* Where ID is among FOLLOWER's rows, or would be. */
static size_t
place_of(const struct follower *follower, int64_t id)
{
    size_t low = 0, high = follower->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (follower->rows[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int
keep_row(struct follower *follower, int64_t id, int64_t revision)
{
    size_t at = place_of(follower, id);
    if (at == follower->count || follower->rows[at].id != id) {
        if (follower->count == follower->room) {
            size_t room = follower->room > 0 ? 2 * follower->room : 32;
            struct kept *rows = realloc(follower->rows, room * sizeof *rows);
            if (!rows)
                return -1;
            follower->rows = rows;
            follower->room = room;
        }
        struct kept *row = &follower->rows[at];
        memmove(row + 1, row, (follower->count - at) * sizeof *row);
        follower->count++;
        row->id = id;
    }
    follower->rows[at].revision = revision;
    return 0;
}

static void
drop_row(struct follower *follower, int64_t id)
{
    size_t at = place_of(follower, id);
    if (at == follower->count || follower->rows[at].id != id)
        return;
    struct kept *row = &follower->rows[at];
    follower->count--;
    memmove(row, row + 1, (follower->count - at) * sizeof *row);
}

/* Applies DELTA. Its revision, or -1: it is not what the contract says. */
static int64_t
apply(struct follow *f, struct follower *follower, const json_t *delta)
{
    json_t *changed = json_object_get(delta, "changed"), *row;
    json_t *removed = json_object_get(delta, "removed");
    json_t *revision = json_object_get(delta, "revision");
    size_t i;
    if (!json_is_array(changed) || !json_is_array(removed) ||
        !json_is_integer(revision))
        return -1;
    if (json_is_true(json_object_get(delta, "reset"))) {
        follower->count = 0;
        f->resets++;
    }
    json_array_foreach(changed, i, row)
    {
        int64_t id = json_integer_value(json_object_get(row, "id"));
        int64_t at = json_integer_value(json_object_get(row, "revision"));
        if (id <= 0 || at <= 0 || keep_row(follower, id, at) != 0)
            return -1;
    }
    json_array_foreach(removed, i, row) drop_row(follower, json_integer_value(row));
    return json_integer_value(revision);
}

static void
answered(void *ctx, struct poller *poller, const struct http_answer *answer)
{
    struct follow *f = ctx;
    struct follower *follower = &f->followers[poller - f->fleet.pollers];
    if (answer && answer->status == 200) {
        json_t *delta = json_loadb(answer->body, answer->body_length, 0, NULL);
        int64_t revision = apply(f, follower, delta);
        json_decref(delta);
        if (revision < 0) {
            fprintf(stderr, "load: not an answer of /updates: %.*s\n",
                    (int)(answer->body_length < 200 ? answer->body_length : 200),
                    answer->body);
            f->over = true;
            return;
        }
        poller->revision = revision;
        f->answers++;
        follower->again_us = 0;
    } else if (answer && answer->status == 304) {
        f->expired++;
        follower->again_us = 0;
    } else {
        f->unavailable += answer != NULL;
        follower->again_us = fleet_now() + RETRY_US + rand() % RETRY_SPREAD_US;
    }
}

/* ---- the clients ---- */

/* One turn: who does not wait asks, and what has come is applied. */
static void
turn(struct follow *f)
{
    int64_t now = fleet_now();
    for (size_t i = 0; i < f->fleet.count; i++) {
        struct poller *poller = &f->fleet.pollers[i];
        struct follower *follower = &f->followers[i];
        if (poller->state == POLLER_WAITING || follower->again_us > now)
            continue;
        if (fleet_ask(&f->fleet, poller) != 0)
            follower->again_us = now + RETRY_US + rand() % RETRY_SPREAD_US;
    }
    fleet_turn(&f->fleet, TURN_MS);
}

static size_t
count_at(const struct follow *f, int64_t revision)
{
    size_t n = 0;
    for (size_t i = 0; i < f->fleet.count; i++)
        n += f->fleet.pollers[i].revision >= revision;
    return n;
}

/* True when all have the same rows. */
static bool
all_agree(const struct follow *f)
{
    const struct follower *first = &f->followers[0];
    for (size_t i = 1; i < f->fleet.count; i++) {
        const struct follower *other = &f->followers[i];
        if (other->count != first->count ||
            (first->count > 0 &&
             memcmp(other->rows, first->rows, first->count * sizeof *first->rows) != 0))
            return false;
    }
    return true;
}

/* ---- commands ---- */

/* What happened since the last line was printed. */
static void
print_counts(struct follow *f, size_t done)
{
    const struct fleet_losses *losses = &f->fleet.losses;
    printf("{\"done\":%zu,\"of\":%zu,\"waiting\":%zu,\"answers\":%ld,\"expired\":%ld,"
           "\"unavailable\":%ld,\"resets\":%ld,\"cut\":%ld,\"stale\":%ld,\"refused\":%"
           "ld,\"bad\":%ld}\n",
           done, f->fleet.count, f->fleet.waiting, f->answers, f->expired,
           f->unavailable, f->resets, losses->cut, losses->stale, losses->refused,
           losses->bad);
    fflush(stdout);
    f->answers = f->expired = f->unavailable = f->resets = 0;
    f->fleet.losses = (struct fleet_losses){0};
}

static void
print_rows(const struct follow *f)
{
    const struct follower *first = &f->followers[0];
    printf("{\"agree\":%s,\"rows\":[", all_agree(f) ? "true" : "false");
    for (size_t i = 0; i < first->count; i++)
        printf("%s[%" PRId64 ",%" PRId64 "]", i > 0 ? "," : "", first->rows[i].id,
               first->rows[i].revision);
    puts("]}");
    fflush(stdout);
}

/* Lets COUNT of those that wait leave; new clients take their places. */
static size_t
abort_some(struct follow *f, size_t count)
{
    size_t gone = 0;
    for (size_t i = 0; i < f->fleet.count && gone < count; i++) {
        struct poller *poller = &f->fleet.pollers[i];
        if (poller->state != POLLER_WAITING)
            continue;
        fleet_close(&f->fleet, poller);
        poller->revision = 0;
        f->followers[i].count = 0;
        gone++;
    }
    return gone;
}

static void
obey(struct follow *f, const char *line)
{
    int64_t end = fleet_now() + (int64_t)f->options->wait_s * 1000000, revision;
    size_t count;
    if (sscanf(line, "until %" SCNd64, &revision) == 1) {
        while (!f->over && count_at(f, revision) < f->fleet.count && fleet_now() < end)
            turn(f);
        print_counts(f, count_at(f, revision));
    } else if (strcmp(line, "parked") == 0) {
        do
            turn(f);
        while (!f->over && f->fleet.waiting < f->fleet.count && fleet_now() < end);
        print_counts(f, f->fleet.waiting);
    } else if (strcmp(line, "settle") == 0) {
        for (size_t i = 0; i < f->fleet.count; i++)
            f->fleet.pollers[i].settled = f->fleet.pollers[i].state == POLLER_WAITING;
        print_counts(f, f->fleet.waiting);
    } else if (sscanf(line, "abort %zu", &count) == 1) {
        print_counts(f, abort_some(f, count));
    } else if (strcmp(line, "rows") == 0) {
        print_rows(f);
    } else {
        fprintf(stderr, "load: no such command: %s\n", line);
        f->over = true;
    }
}

/* Reads standard input without waiting; obeys a whole line. At its end it is over. */
static void
listen_once(struct follow *f)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&in, 1, 0) <= 0)
        return;
    char byte;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            f->over = true;
            return;
        }
        if (byte == '\n' || f->line_length == LINE_SIZE - 1)
            break;
        f->line[f->line_length++] = byte;
    }
    f->line[f->line_length] = '\0';
    f->line_length = 0;
    obey(f, f->line);
}

int
follow_run(const struct options *options)
{
    size_t count = options->steps[options->step_count - 1];
    struct follow f = {.options = options};
    f.followers = calloc(count, sizeof *f.followers);
    if (!f.followers || fleet_init(&f.fleet, count, options->port, 60) != 0) {
        fprintf(stderr, "load: no memory for %zu polls\n", count);
        free(f.followers);
        return 1;
    }
    f.fleet.answered = answered;
    f.fleet.ctx = &f;
    while (!f.over) {
        turn(&f);
        listen_once(&f);
    }
    fleet_clear(&f.fleet);
    for (size_t i = 0; i < count; i++)
        free(f.followers[i].rows);
    free(f.followers);
    return 0;
}
