/*
 * One epoll set, level-triggered, one large buffer for reading. An answer that
 * came in one piece, as nearly all do, is looked at where it was read; only the
 * beginning of a longer one is kept with its poller. So a fleet costs little
 * beside the site that it shares the machine with.
 */
#include "config.h"

#include "tests/load/fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BUFFER = 256 * 1024,
    EVENTS = 512,
    CONNECT_S = 10,
    PER_ADDRESS = 4096, /* connections from one address: ports are 28,000 or so */
};

int64_t
fleet_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

size_t
fleet_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    return (size_t)limit.rlim_cur;
}

int
fleet_init(struct fleet *fleet, size_t count, unsigned port, unsigned wait_s)
{
    *fleet = (struct fleet){
        .port = port,
        .wait_s = wait_s,
        .epoll_fd = epoll_create1(EPOLL_CLOEXEC),
        .pollers = calloc(count, sizeof *fleet->pollers),
        .buffer = malloc(BUFFER),
    };
    if (fleet->epoll_fd < 0 || !fleet->pollers || !fleet->buffer) {
        fleet_clear(fleet);
        return -1;
    }
    fleet->count = count;
    return 0;
}

void
fleet_clear(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        fleet_close(fleet, &fleet->pollers[i]);
        free(fleet->pollers[i].held);
    }
    free(fleet->pollers);
    free(fleet->buffer);
    if (fleet->epoll_fd >= 0)
        close(fleet->epoll_fd);
    *fleet = (struct fleet){.epoll_fd = -1};
}

static void
set_state(struct fleet *fleet, struct poller *poller, enum poller_state state)
{
    fleet->waiting -= poller->state == POLLER_WAITING;
    fleet->waiting += state == POLLER_WAITING;
    poller->state = state;
    poller->settled = false;
}

void
fleet_close(struct fleet *fleet, struct poller *poller)
{
    if (poller->state == POLLER_CLOSED)
        return;
    close(poller->fd);
    poller->held_length = 0;
    set_state(fleet, poller, POLLER_CLOSED);
}

/* 0, or -1: errno says why. */
static int
open_poller(struct fleet *fleet, struct poller *poller)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = poller};
    unsigned address = 2 + (unsigned)((poller - fleet->pollers) / PER_ADDRESS) % 250;
    poller->fd = http_connect(fleet->port, address, CONNECT_S);
    if (poller->fd < 0)
        return -1;
    if (fcntl(poller->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(fleet->epoll_fd, EPOLL_CTL_ADD, poller->fd, &event) != 0) {
        close(poller->fd);
        return -1;
    }
    poller->reused = false;
    set_state(fleet, poller, POLLER_IDLE);
    return 0;
}

int
fleet_ask(struct fleet *fleet, struct poller *poller)
{
    char request[256];
    if (poller->state == POLLER_CLOSED && open_poller(fleet, poller) != 0) {
        fleet->losses.refused++;
        return -1;
    }
    int length =
        snprintf(request, sizeof request,
                 "GET /updates?since=%" PRId64 " HTTP/1.1\r\n"
                 "Host: 127.0.0.1:%u\r\nAccept: application/json\r\n"
                 "%sPrefer: wait=%u\r\n\r\n",
                 poller->revision, fleet->port,
                 fleet->gzip ? "Accept-Encoding: gzip\r\n" : "", fleet->wait_s);
    /* So few bytes fit into the empty queue of a socket whole, or it is broken. */
    if (send(poller->fd, request, (size_t)length, MSG_NOSIGNAL) != length) {
        ++*(poller->reused ? &fleet->losses.stale : &fleet->losses.cut);
        fleet_close(fleet, poller);
        return -1;
    }
    set_state(fleet, poller, POLLER_WAITING);
    return 0;
}

/* Ends POLLER, which waited in vain if it waited. */
static void
lose(struct fleet *fleet, struct poller *poller, long *counter)
{
    bool waited = poller->state == POLLER_WAITING;
    if (counter == &fleet->losses.cut && poller->reused && !poller->settled)
        counter = &fleet->losses.stale;
    fleet_close(fleet, poller);
    if (!waited)
        return;
    ++*counter;
    fleet->answered(fleet->ctx, poller, NULL);
}

/* Keeps LENGTH bytes more of an answer. 0, or -1: no memory. */
static int
hold(struct poller *poller, const char *bytes, size_t length)
{
    size_t need = poller->held_length + length;
    if (need > poller->held_room) {
        char *held = realloc(poller->held, 2 * need);
        if (!held)
            return -1;
        poller->held = held;
        poller->held_room = 2 * need;
    }
    memcpy(poller->held + poller->held_length, bytes, length);
    poller->held_length = need;
    return 0;
}

static void
take(struct fleet *fleet, struct poller *poller, const char *bytes, size_t length)
{
    struct http_answer answer;
    if (poller->held_length > 0) {
        if (hold(poller, bytes, length) != 0) {
            lose(fleet, poller, &fleet->losses.bad);
            return;
        }
        bytes = poller->held;
        length = poller->held_length;
    }
    enum http_rc rc = http_parse(bytes, length, &answer);
    if (rc == HTTP_MORE && (bytes == poller->held || hold(poller, bytes, length) == 0))
        return;
    /* One answer to one question, and nothing else. */
    if (rc != HTTP_WHOLE || answer.length != length ||
        poller->state != POLLER_WAITING) {
        lose(fleet, poller, &fleet->losses.bad);
        return;
    }
    poller->held_length = 0;
    poller->reused = true;
    set_state(fleet, poller, POLLER_IDLE);
    if (answer.close)
        fleet_close(fleet, poller);
    fleet->answered(fleet->ctx, poller, &answer);
}

void
fleet_turn(struct fleet *fleet, int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(fleet->epoll_fd, events, EVENTS, timeout_ms);
    for (int i = 0; i < n; i++) {
        struct poller *poller = events[i].data.ptr;
        if (poller->state == POLLER_CLOSED)
            continue;
        ssize_t got = recv(poller->fd, fleet->buffer, BUFFER, 0);
        if (got > 0)
            take(fleet, poller, fleet->buffer, (size_t)got);
        else if (got == 0 || (errno != EAGAIN && errno != EINTR))
            lose(fleet, poller, &fleet->losses.cut);
    }
}
