/*
 * The loop's thread: accepts, writes what the request threads could not write at
 * once, answers parked polls, and closes. It never reads a request, renders, reads
 * the database or waits for anything but epoll.
 *
 * A turn of the loop handles a batch of events first, then what other threads
 * left for it (connections to close, answers to fan out), then deadlines.
 * Connections are only freed here: those of the batch when their own event is
 * handled, others after it, so that no event of a batch is about a connection
 * that is gone. Fan-outs are cut into slices, between which new events are
 * seen.
 *
 * Stopping: no more accepting, all parked polls end as if their time was over,
 * connections that were accepted and have not brought a request yet get FIRST_MS (it
 * is on its way, and might be a form, which nginx would not send again). Connections
 * that nginx keeps are closed on our side, those of one listening socket after those of
 * the other, when nginx has closed its side: a page that meets a closed one is asked
 * for by the next socket, and if all of them were closed at once nginx would have none
 * left to try. Then the request threads answer what has arrived, and what is still
 * being written gets FLUSH_MS.
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"
#include "fcgi/cors.h"
#include "fcgi/middleware.h"
#include "fcgi/updates.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS = 256,
    ACCEPTS = 64,        /* of one listener in a turn */
    SLICE = 128,         /* polls answered in a turn */
    PAUSE_MS = 100,      /* no accepting at the limit, or when accept4() failed */
    COMPLAIN_MS = 10000, /* between two lines of the log about it */
    TURN_MS = 500,       /* look at deadlines at least this often */
    FIRST_MS = 2000,     /* for first requests at the end */
    LEAVE_MS = 500,      /* for nginx to close what it keeps, of one socket */
    FLUSH_MS = 2000,     /* for what is still being written then */
    READ_TIMEOUT_S = 2   /* for the rest of a request; nginx sends it in one piece */
};

/* ---- connections ---- */

static void
close_conn(struct park *park, struct conn *conn)
{
    *conn->link = conn->next;
    if (conn->next)
        conn->next->link = conn->link;
    conn_free(conn);
    atomic_fetch_sub(&park->connections, 1);
}

/* Watches the listeners, or not. */
static void
set_accepting(struct park *park, bool on)
{
    for (size_t i = 0; i < park->listener_count; i++) {
        struct source *source = &park->listeners[i].source;
        struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.ptr = source};
        if (epoll_ctl(park->epolls.loop, EPOLL_CTL_MOD, source->fd, &event) != 0)
            log_error("cannot watch a listening socket: %s", strerror(errno));
    }
    park->accepting = on;
}

/* Leaves new connections to the queues of the sockets for a while. */
static void
pause_accepting(struct park *park, const char *why)
{
    int64_t now = park_ms();
    set_accepting(park, false);
    park->accept_at = now + PAUSE_MS;
    if (now >= park->complain_at) {
        log_warning("accepting no connections: %s", why);
        park->complain_at = now + COMPLAIN_MS;
    }
}

/* Takes FD over. */
static void
add_conn(struct park *park, const struct listener *listener, int fd)
{
    const struct timeval limit = {.tv_sec = READ_TIMEOUT_S};
    struct conn *conn = conn_new(fd);
    if (!conn) {
        log_error("no memory for a connection");
        close(fd);
        return;
    }
    conn->listener = listener;
    conn->next = park->conns;
    conn->link = &park->conns;
    if (conn->next)
        conn->next->link = &conn->next;
    park->conns = conn;
    atomic_fetch_add(&park->connections, 1);

    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) {
        log_error("cannot set up a connection: %s", strerror(errno));
        close_conn(park, conn);
    } else if (conn_watch(conn, &park->epolls) != 0) {
        close_conn(park, conn);
    }
}

static void
accept_some(struct park *park, const struct listener *listener)
{
    for (int i = 0; i < ACCEPTS; i++) {
        if (park->connections >= park->connections_most) {
            pause_accepting(park, "the limit of open files is near");
            return;
        }
        int fd = accept4(listener->source.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            add_conn(park, listener, fd);
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            pause_accepting(park, strerror(errno));
        return;
    }
}

static void
conn_event(struct park *park, struct conn *conn)
{
    switch (atomic_load_explicit(&conn->state, memory_order_acquire)) {
    case CONN_PARKED:
        /* Closed, or FCGI_ABORT_REQUEST: nothing else comes while we answer. */
        waits_remove(park->waits, &conn->waiter);
        atomic_fetch_add(&park->gone, 1);
        close_conn(park, conn);
        break;
    case CONN_SENDING:
        conn->state = CONN_BUSY;
        park_send(park, conn, close_conn);
        break;
    case CONN_IDLE:
    case CONN_BUSY:
    case CONN_LEAVING:
        break;
    }
}

/* ---- what comes after a batch of events ---- */

static void
close_returned(struct park *park)
{
    struct conn *conn = park_returned(park);
    while (conn) {
        struct conn *next = conn->queued;
        close_conn(park, conn);
        conn = next;
    }
}

static struct conn *
conn_of(struct waiter *waiter)
{
    return (struct conn *)((char *)waiter - offsetof(struct conn, waiter));
}

/* Writes up to SLICE answers. True: there are more. */
static bool
fan_out_slice(struct park *park)
{
    struct waiter *waiters[SLICE];
    size_t left = SLICE;
    for (;;) {
        struct answer *answer = park_answer(park);
        if (!answer)
            return false;
        size_t n = waits_take(park->waits, &answer->wait, waiters, left);
        atomic_fetch_add(&park->answered_count, (long long)n);
        for (size_t i = 0; i < n; i++) {
            struct conn *conn = conn_of(waiters[i]);
            conn->state = CONN_BUSY;
            conn_answer(conn, blob_keep(answer->blob));
            park_send(park, conn, close_conn);
        }
        left -= n;
        if (left == 0)
            return true;
        park_answer_drop(park);
    }
}

/* Answers up to SLICE polls whose time is over. True: there may be more. */
static bool
expire_slice(struct park *park)
{
    struct waiter *waiters[SLICE];
    struct wait waits[SLICE];
    size_t n = waits_take_expired(park->waits, park_ms(), waiters, waits, SLICE);
    atomic_fetch_add(&park->expired, (long long)n);
    for (size_t i = 0; i < n; i++) {
        struct conn *conn = conn_of(waiters[i]);
        struct reply reply;
        conn->state = CONN_BUSY;
        reply_init(&reply);
        updates_nothing_new(&waits[i], &reply);
        reply_header(&reply, "Preference-Applied", "wait");
        middleware_headers(waits[i].front_headers, &reply);
        cors_open_wait(&waits[i], &reply);
        if (conn_answer_reply(conn, &reply) == 0)
            park_send(park, conn, close_conn);
        else
            close_conn(park, conn);
        reply_clear(&reply);
    }
    return n == SLICE;
}

/* Accepts again, when it may. */
static void
resume_accepting(struct park *park)
{
    if (!park->accepting && park_ms() >= park->accept_at &&
        park->connections < park->connections_most)
        set_accepting(park, true);
}

/* ---- the loop ---- */

static void
handle_events(struct park *park, const struct epoll_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        struct source *source = events[i].data.ptr;
        uint64_t wakes;
        switch (source->kind) {
        case SOURCE_WAKE:
            (void)!read(source->fd, &wakes, sizeof wakes);
            break;
        case SOURCE_LISTENER:
            accept_some(park, (struct listener *)source);
            break;
        case SOURCE_CONN:
            conn_event(park, (struct conn *)source);
            break;
        case SOURCE_NEXT:
            heir_visit(park);
            break;
        case SOURCE_HEIR:
            heir_heard(park);
            break;
        }
    }
}

/* How long epoll may sleep, in milliseconds. */
static int
sleep_ms(struct park *park, bool busy)
{
    if (busy)
        return 0;
    int64_t most = park->accepting ? TURN_MS : PAUSE_MS / 4;
    int64_t next = waits_next(park->waits, park_ms());
    return (int)(next >= 0 && next < most ? next : most);
}

void
loop_run(struct park *park, const volatile sig_atomic_t *stop, const sigset_t *mask)
{
    struct epoll_event events[EVENTS];
    bool busy = false;
    set_accepting(park, true);
    while (!*stop && !park->handed_over) {
        int n =
            epoll_pwait(park->epolls.loop, events, EVENTS, sleep_ms(park, busy), mask);
        if (n < 0 && errno != EINTR) {
            log_error("cannot wait for events: %s", strerror(errno));
            return;
        }
        handle_events(park, events, n);
        close_returned(park);
        busy = fan_out_slice(park);
        busy = expire_slice(park) || busy;
        resume_accepting(park);
        pool_look(park);
    }
}

/* Closes the connections that nothing is being written to. */
static bool
anything_left(struct park *park)
{
    struct conn *next;
    for (struct conn *conn = park->conns; conn; conn = next) {
        next = conn->next;
        if (atomic_load_explicit(&conn->state, memory_order_acquire) != CONN_SENDING)
            close_conn(park, conn);
    }
    return park->conns != NULL;
}

/* True when a connection has not brought its first request. */
static bool
first_is_awaited(const struct park *park)
{
    for (const struct conn *conn = park->conns; conn; conn = conn->next)
        if (!atomic_load(&conn->served))
            return true;
    return false;
}

/* A turn of the end: everything goes on but accepting. */
static void
turn(struct park *park)
{
    enum { TURN = 10 };
    struct epoll_event events[EVENTS];
    int n = epoll_wait(park->epolls.loop, events, EVENTS, TURN);
    handle_events(park, events, n);
    close_returned(park);
    fan_out_slice(park);
    expire_slice(park);
    pool_look(park);
}

static void
await_first(struct park *park)
{
    int64_t end = park_ms() + FIRST_MS;
    while (first_is_awaited(park) && park_ms() < end)
        turn(park);
}

/* Closes our side of what came by LISTENER and is idle. True: some of it is there. */
static bool
leave_listener(struct park *park, const struct listener *listener)
{
    bool some = false;
    for (struct conn *conn = park->conns; conn; conn = conn->next) {
        enum conn_state idle = CONN_IDLE;
        if (conn->listener != listener)
            continue;
        some = true;
        /* A thread that takes it now has the request, and answers it first. */
        if (atomic_compare_exchange_strong(&conn->state, &idle, CONN_LEAVING))
            shutdown(conn->source.fd, SHUT_WR);
    }
    return some;
}

static void
leave(struct park *park)
{
    for (size_t i = 0; i < park->listener_count; i++) {
        int64_t end = park_ms() + LEAVE_MS;
        while (leave_listener(park, &park->listeners[i]) && park_ms() < end)
            turn(park);
    }
}

void
loop_end(struct park *park)
{
    struct epoll_event events[EVENTS];
    set_accepting(park, false);
    waits_end(park->waits);
    while (expire_slice(park))
        continue;
    await_first(park);
    leave(park);
    pool_stop(park);
    notify_stop(park);
    close_returned(park);
    while (park_answer(park))
        park_answer_drop(park);

    int64_t end = park_ms() + FLUSH_MS;
    while (anything_left(park)) {
        int64_t left = end - park_ms();
        if (left <= 0)
            break;
        int n = epoll_wait(park->epolls.loop, events, EVENTS, (int)left);
        handle_events(park, events, n);
    }
    while (park->conns)
        close_conn(park, park->conns);
}
