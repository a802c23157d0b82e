/*
 * How long a change takes to reach all who wait for it. For each number of
 * waiters: that many polls are parked (the site's /healthz says when), then in
 * each round a change is committed, the time from the end of COMMIT to each
 * whole answer is taken, and all ask again.
 *
 * A site paces itself: after a fan-out that took long the next one starts later
 * (fcgi/notify.c). A round begins after that pause: it is about one change.
 */
#include "config.h"

#include "tests/load/change.h"
#include "tests/load/fleet.h"
#include "tests/load/load.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH = 256, /* polls asked between two looks at what has come */
    PARK_MOST_MS = 60000,
    ROUND_MOST_MS = 15000,
    PACE = 4, /* see notify.c */
    PACE_MOST_MS = 1000,
    ANSWER_SIZE = 64 * 1024,
};

struct fanout {
    const struct options *options;
    struct fleet fleet;
    struct changer *changer;
    int health_fd;
    int64_t revision, committed_us;
    int64_t *times; /* of the round's answers, microseconds after the commit */
    size_t answers, others, news;
    char buffer[ANSWER_SIZE];
};

static void
answered(void *ctx, struct poller *poller, const struct http_answer *answer)
{
    struct fanout *f = ctx;
    if (!answer || answer->status != 200 || answer->revision != f->revision) {
        f->others++;
        return;
    }
    f->times[f->answers++] = fleet_now() - f->committed_us;
    f->news = answer->body_length;
    poller->revision = answer->revision;
}

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* What /healthz says under NAME, or -1. */
static int64_t
health(struct fanout *f, const char *name)
{
    struct http_answer answer;
    char request[128];
    snprintf(request, sizeof request,
             "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", f->options->port);
    if (http_exchange(f->health_fd, request, f->buffer, sizeof f->buffer, &answer) != 0)
        return -1;
    json_t *document = json_loadb(answer.body, answer.body_length, 0, NULL);
    json_t *value = json_object_get(document, name);
    int64_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    json_decref(document);
    return number;
}

/* The memory of the process that is watched in KiB: all of it, each shared page in
 * its share, and what no file is behind. */
static void
print_memory(long pid)
{
    char path[64], line[128];
    long all = -1, own = -1;
    snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
    FILE *file = pid > 0 ? fopen(path, "r") : NULL;
    while (file && fgets(line, sizeof line, file)) {
        (void)sscanf(line, "Pss: %ld", &all);
        (void)sscanf(line, "Anonymous: %ld", &own);
    }
    if (file)
        fclose(file);
    printf("\t%ld\t%ld\n", all, own);
    fflush(stdout);
}

static void
turn_for(struct fanout *f, int64_t until_us)
{
    for (int64_t left; (left = until_us - fleet_now()) > 0;)
        fleet_turn(&f->fleet, (int)(left / 1000) + 1);
}

/* Lets the first COUNT pollers ask that do not wait, and returns when the site says
 * that all are parked. 0, or -1: it never did. */
static int
park(struct fanout *f, size_t count)
{
    int64_t end = fleet_now() + (int64_t)PARK_MOST_MS * 1000, parked = 0;
    while (fleet_now() < end) {
        for (size_t i = 0; i < count; i++) {
            struct poller *poller = &f->fleet.pollers[i];
            if (poller->state == POLLER_WAITING)
                continue;
            poller->revision = f->revision;
            fleet_ask(&f->fleet, poller);
            if (i % BATCH == BATCH - 1)
                fleet_turn(&f->fleet, 0);
        }
        fleet_turn(&f->fleet, 2);
        parked = health(f, "waiters");
        if (parked == (int64_t)count && f->fleet.waiting == count)
            return 0;
    }
    fprintf(stderr, "load: %zu polls were asked, %" PRId64 " are parked\n", count,
            parked);
    return -1;
}

/* A change for COUNT who wait, told of as KIND. 0, or -1: the site failed. */
static int
play_round(struct fanout *f, const char *kind, size_t count, unsigned round)
{
    struct fleet_losses before = f->fleet.losses;
    f->answers = f->others = 0;
    int64_t begun = fleet_now(), revision;
    if (changer_commit(f->changer, &revision, &f->committed_us) != 0)
        return -1;
    f->revision = revision;
    while (f->fleet.waiting > 0 &&
           fleet_now() < f->committed_us + (int64_t)ROUND_MOST_MS * 1000)
        fleet_turn(&f->fleet, 10);
    int64_t took = fleet_now() - f->committed_us;

    qsort(f->times, f->answers, sizeof *f->times, compare);
    size_t n = f->answers, late = f->fleet.waiting;
    int64_t middle = n > 0 ? f->times[n / 2] : -1;
    int64_t p99 = n > 0 ? f->times[(n * 99 + 99) / 100 - 1] : -1;
    int64_t last = n > 0 ? f->times[n - 1] : -1;
    printf("%s\t%zu\t%u\t%zu\t%zu\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
           "\t%zu",
           kind, count, round, n, f->others + late, f->committed_us - begun, middle,
           p99, last, f->news);
    if (f->fleet.losses.bad != before.bad || late > 0)
        fprintf(stderr, "load: %ld answers not understood, %zu never came\n",
                f->fleet.losses.bad - before.bad, late);

    int64_t pause = PACE * took;
    if (pause > PACE_MOST_MS * 1000)
        pause = PACE_MOST_MS * 1000;
    if (park(f, count) != 0) {
        putchar('\n');
        return -1;
    }
    print_memory(f->options->pid);
    turn_for(f, f->committed_us + pause + took);
    return 0;
}

static int
play(struct fanout *f)
{
    const struct options *o = f->options;
    for (size_t i = 0; i < o->step_count; i++) {
        int64_t revision = health(f, "revision");
        if (revision <= 0)
            return -1;
        f->revision = revision;
        if (park(f, o->steps[i]) != 0)
            return -1;
        turn_for(f, fleet_now() + 50000);
        printf("parked\t%zu", o->steps[i]);
        print_memory(o->pid);
        int64_t settled = fleet_now() + (int64_t)o->settle_s * 1000000;
        for (unsigned round = 0; fleet_now() < settled; round++)
            if (play_round(f, "settle", o->steps[i], round) != 0)
                return -1;
        for (unsigned round = 0; round < o->rounds; round++)
            if (play_round(f, "round", o->steps[i], round) != 0)
                return -1;
    }
    return 0;
}

int
fanout_run(const struct options *options)
{
    size_t most = options->steps[options->step_count - 1];
    struct fanout *f = calloc(1, sizeof *f);
    if (!f)
        return 1;
    int rc = -1;
    f->options = options;
    f->times = calloc(most, sizeof *f->times);
    f->health_fd = http_connect(options->port, 0, 10);
    f->changer = changer_open(options->state);
    if (f->times && f->health_fd >= 0 && f->changer &&
        fleet_init(&f->fleet, most, options->port, options->wait_s) == 0) {
        f->fleet.answered = answered;
        f->fleet.gzip = options->gzip != 0;
        f->fleet.ctx = f;
        printf("parked\t0");
        print_memory(options->pid);
        rc = play(f);
        fleet_clear(&f->fleet);
    }
    changer_close(f->changer);
    if (f->health_fd >= 0)
        close(f->health_fd);
    free(f->times);
    free(f);
    return rc == 0 ? 0 : 1;
}
