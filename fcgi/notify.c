/*
 * The notifier: learns that the database has changed and answers who waits.
 *
 * It wakes by the doorbell, by a poke (a poll was parked at another revision
 * than the one announced), and, while anybody waits, every LOOK_MS to compare
 * PRAGMA data_version: a ring can get lost, a commit can't. data_version also
 * moves without a visible change, so what counts is the revision: each group of
 * equal waits not yet looked at there is rendered once, for all of them. So is each
 * whose clients show another state of the daemon than the present one (pulse.h).
 *
 * Pacing: a fan-out to many costs time that requests need as well. The next one
 * starts no sooner than PACE times the last one's duration after its start (at
 * most PACE_MOST_MS), so that it takes a quarter of the time at most.
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"
#include "fcgi/cors.h"
#include "fcgi/encode.h"
#include "fcgi/json.h"
#include "fcgi/metrics.h"
#include "fcgi/middleware.h"
#include "fcgi/pulse.h"
#include "fcgi/updates.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LOOK_MS = 250, PACE = 4, PACE_MOST_MS = 1000 };

/* Renders WAIT's answer, if there is one, and passes it to the loop. True: done. */
static bool
answer_group(struct park *park, const struct wait *wait)
{
    struct reply reply;
    int64_t checked = 0;
    bool published = false;
    reply_init(&reply);
    json_begin();
    if (!updates_answer(&park->notifier.context, wait, &reply, &checked)) {
        waits_checked(park->waits, wait, checked);
    } else {
        if (wait->gzip)
            encode_reply(park->app, &reply);
        reply_header(&reply, "Preference-Applied", "wait");
        middleware_headers(wait->front_headers, &reply);
        cors_open_wait(wait, &reply);
        struct blob *blob = blob_of(&reply);
        published = blob && park_publish(park, wait, blob) == 0;
        if (!published) {
            log_error("no memory for the answer to a poll");
            blob_release(blob);
        }
    }
    reply_clear(&reply);
    return published;
}

/* Answers all that the present revision is news for; NOTICED is when we learned of
 * it, in microseconds. */
static void
fan_out(struct park *park, int64_t noticed)
{
    int64_t start = park_us();
    size_t published = 0;
    int64_t revision = store_revision(park->notifier.context.store);
    if (revision <= 0)
        return;
    struct wait *list;
    size_t n =
        waits_announce(park->waits, revision, park->notifier.context.absent, &list);
    if (n == SIZE_MAX) {
        log_error("no memory to answer polls");
        return;
    }
    for (size_t i = 0; i < n && !park->notifier.stopping; i++)
        published += answer_group(park, &list[i]);
    free(list);
    if (published == 0)
        return;
    park_publish_wait(park);
    int64_t end = park_us();
    if (!park->notifier.stopping)
        metrics_fan_out(park->app->metrics, end - noticed, end - start);
}

/* How long poll() may sleep, in milliseconds. */
static int
sleep_ms(struct park *park, bool dirty, int64_t next_us)
{
    if (!dirty)
        return waits_count(park->waits) > 0 ? LOOK_MS : -1;
    int64_t left = next_us - park_us();
    return left > 0 ? (int)(left / 1000) + 1 : 0;
}

static void *
watch(void *argument)
{
    struct park *park = argument;
    struct notifier *n = &park->notifier;
    struct doorbell *bell = park->app->bell;
    struct pollfd fds[] = {
        {.fd = doorbell_fd(bell), .events = POLLIN},
        {.fd = n->wake_fd, .events = POLLIN},
    };
    int64_t version = store_data_version(n->context.store);
    int64_t next_us = 0, noticed = park_us();
    bool dirty = true;

    while (!n->stopping) {
        if (poll(fds, 2, sleep_ms(park, dirty, next_us)) < 0 && errno != EINTR) {
            /* No memory in the kernel: polls are not left without news for that. */
            log_error("the notifier cannot wait: %s", strerror(errno));
            nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
        }
        uint64_t pokes;
        int64_t before = version;
        bool rung = doorbell_drain(bell) > 0;
        bool poked = read(n->wake_fd, &pokes, sizeof pokes) > 0;
        version = store_data_version(n->context.store);
        int64_t start = park_us();
        int absent = pulse_look(&n->context);
        if (!dirty &&
            (rung || poked || version != before || absent != n->context.absent)) {
            dirty = true;
            noticed = start;
        }
        n->context.absent = absent;
        if (!dirty || start < next_us)
            continue;
        dirty = false;
        fan_out(park, noticed);
        int64_t pause = PACE * (park_us() - start);
        next_us = start + (pause < PACE_MOST_MS * 1000 ? pause : PACE_MOST_MS * 1000);
    }
    return NULL;
}

void
notify_poke(struct park *park)
{
    uint64_t one = 1;
    /* EAGAIN means that it is full of pokes: as good. */
    (void)!write(park->notifier.wake_fd, &one, sizeof one);
}

int
notify_start(struct park *park)
{
    struct notifier *n = &park->notifier;
    n->stopping = false;
    n->context.app = park->app;
    n->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (n->wake_fd < 0) {
        log_error("cannot make an eventfd: %s", strerror(errno));
        return -1;
    }
    int rc = 0;
    if (store_open(&n->context.store, park->app->db_path, STORE_READER) == STORE_OK) {
        rc = pthread_create(&n->thread, NULL, watch, park);
        if (rc == 0) {
            n->running = true;
            return 0;
        }
        log_error("cannot start the notifier: %s", strerror(rc));
        store_close(n->context.store);
    }
    close(n->wake_fd);
    return -1;
}

void
notify_stop(struct park *park)
{
    struct notifier *n = &park->notifier;
    if (!n->running)
        return;
    n->stopping = true;
    notify_poke(park);
    /* It may be waiting for the loop, which is gone. */
    pthread_mutex_lock(&park->lock);
    pthread_cond_broadcast(&park->answered);
    pthread_mutex_unlock(&park->lock);
    pthread_join(n->thread, NULL);
    n->running = false;
    store_close(n->context.store);
    close(n->wake_fd);
}
