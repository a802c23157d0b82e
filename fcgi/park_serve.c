/*
 * One request. The gate (gate.h) lets it through once it is whole and its records make
 * sense. libfcgi reads and parses it (BEGIN_REQUEST, PARAMS, STDIN) from a descriptor
 * of ours: with listen_sock -1, ipcFd set and keepConnection 1, FCGX_Accept_r() reads
 * one request and neither accepts nor closes anything, unless it fails: then it closes
 * the descriptor itself. Once the body has been read to its end, FCGX_Free(request, 0)
 * releases its buffers and leaves the descriptor alone. The answer never goes through
 * libfcgi, see park_conn.c.
 *
 * These are public fields of FCGX_Request, but their meaning is that of
 * libfcgi's implementation; tests/unit/test_park.c pins it.
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"
#include "fcgi/cors.h"
#include "fcgi/gate.h"
#include "fcgi/middleware.h"
#include "fcgi/pulse.h"
#include "fcgi/updates.h"

#include <fcgiapp.h>
#include <string.h>
#include <unistd.h>

/* What waits_add() commits: the connection becomes the loop's. */
struct parking {
    struct park *park;
    struct conn *conn;
};

static void
commit(void *argument)
{
    struct parking *p = argument;
    /* One that cannot be watched is still answered, or ends by its deadline. */
    (void)conn_arm(p->conn, &p->park->epolls, CONN_PARKED);
}

/* Parks CONN as REPLY says. False: there is no room, answer it now. */
static bool
park_conn(struct park *park, struct conn *conn, const struct reply *reply)
{
    struct parking parking = {park, conn};
    switch (waits_add(park->waits, &conn->waiter, &reply->wait, reply->wait_checked,
                      reply->wait_s, park_ms(), commit, &parking)) {
    case WAITS_FULL:
        return false;
    case WAITS_NEWS:
        notify_poke(park);
        break;
    case WAITS_ADDED:
        break;
    }
    return true;
}

/* The answer of a poll that there is no room for. */
static void
turn_away(const struct wait *wait, struct reply *reply)
{
    struct wait copy = *wait;
    reply_clear(reply);
    updates_nothing_new(&copy, reply);
    reply_header(reply, "Retry-After", "5");
    middleware_headers(copy.front_headers, reply);
    cors_open_wait(&copy, reply);
}

/* True when the body was read to its end: the connection is at a boundary. */
static bool
is_drained(FCGX_Request *request)
{
    return FCGX_HasSeenEOF(request->in) == EOF && FCGX_GetError(request->in) == 0;
}

/* Reads the request that is readable on CONN into *R; its status for
 * middleware_run(), or -1: there is none, and CONN is lost. */
static int
read_request(struct park *park, struct context *ctx, struct conn *conn,
             struct request *r)
{
    const struct gate gate = {
        .body_limit = ctx->app->conf->body_limit,
        .connections = (unsigned)park->connections_most,
    };
    FCGX_Request fcgi;
    int from;

    switch (gate_request(&gate, conn->source.fd, &from)) {
    case GATE_OPEN:
        break;
    case GATE_IDLE:
        if (conn_arm(conn, &park->epolls, CONN_IDLE) == 0)
            return -1;
        /* fall through */
    case GATE_CLOSE:
        park_return(park, conn);
        return -1;
    }
    bool own = from == conn->source.fd;
    FCGX_InitRequest(&fcgi, -1, 0);
    fcgi.ipcFd = from;
    fcgi.keepConnection = 1;
    bool accepted = FCGX_Accept_r(&fcgi) == 0;
    atomic_store(&conn->served, true);
    if (!accepted) {
        /* Closed by libfcgi. */
        if (own)
            conn->source.fd = -1;
        park_return(park, conn);
        return -1;
    }
    atomic_fetch_add(&park->requests, 1);

    int status = request_read(r, &fcgi, ctx->app->conf);
    conn->request_id = fcgi.requestId;
    conn->keep = fcgi.keepConnection && is_drained(&fcgi);
    FCGX_Free(&fcgi, 0);
    if (!own)
        close(from);
    return status;
}

void
serve(struct park *park, struct context *ctx, struct conn *conn)
{
    struct request r;
    struct reply reply;

    int status = read_request(park, ctx, conn, &r);
    if (status < 0)
        return;
    reply_init(&reply);
    ctx->absent = pulse_look(ctx);
    middleware_run(ctx, &r, status, &reply);
    request_clear(&r);

    if (reply.wait.kind != WAIT_NONE) {
        if (park_conn(park, conn, &reply)) {
            reply_clear(&reply);
            return;
        }
        atomic_fetch_add(&park->turned_away, 1);
        turn_away(&reply.wait, &reply);
    }
    if (conn_answer_reply(conn, &reply) != 0) {
        log_error("no memory for an answer");
        park_return(park, conn);
    } else {
        park_send(park, conn, park_return);
    }
    reply_clear(&reply);
}
