/*
 * One connection from nginx, and how an answer leaves on it: as FastCGI records
 * (STDOUT …, END_REQUEST), written without ever waiting. Content that several
 * requests get is shared; content of files is read as the socket takes it.
 *
 * A connection belongs to exactly one side at a time: while it is idle to the
 * pool, whose threads take it when it is readable; while it is parked or sending
 * to the loop's thread; in between to the thread that has it, until conn_arm(). So
 * it is watched by two epoll instances: by the pool's all its life, by the loop's
 * while that has it.
 */
#ifndef NTHPI_PARK_CONN_H
#define NTHPI_PARK_CONN_H

#include "fcgi/park_wait.h"
#include "fcgi/reply.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What epoll's data points to: the first member of listeners and connections. */
enum source_kind {
    SOURCE_WAKE,
    SOURCE_LISTENER,
    SOURCE_CONN,
    SOURCE_NEXT, /* where the next process asks for the listening sockets */
    SOURCE_HEIR, /* that process */
};
struct source {
    enum source_kind kind;
    int fd;
};

enum conn_state {
    CONN_IDLE,    /* armed for the pool: readable means the next request, or the end */
    CONN_BUSY,    /* a thread has it */
    CONN_PARKED,  /* armed for the loop: readable means that the client is gone */
    CONN_SENDING, /* armed for the loop: writable */
    CONN_LEAVING, /* idle, and our side of it is closed */
};

/* Bytes that several answers share: a head and, mostly, a body. */
struct blob;

/* The head and body of REPLY (which stays the caller's; a file's bytes are not
 * part of it). NULL: no memory. Release with blob_release(). */
struct blob *blob_of(const struct reply *reply);
struct blob *blob_keep(struct blob *blob);
void blob_release(struct blob *blob); /* NULL is allowed */

/* What of an answer has left. */
struct output {
    struct blob *blob;
    struct sent_file *file; /* NULL, or what comes after the blob; owned */
    uint64_t sent;          /* bytes of all records so far */
};

struct conn {
    struct source source; /* first */
    /* Set by the side that gives the connection away, as the last thing; what it
     * wrote before is then seen by the side that reads it. */
    _Atomic enum conn_state state;
    int request_id;                  /* of the request that is answered next */
    bool keep;                       /* the connection stays open after its answer */
    atomic_bool served;              /* its first request has come */
    bool looped;                     /* the loop's epoll knows it */
    const struct listener *listener; /* that it came by; the loop's */
    struct output out;
    struct waiter waiter;
    struct conn *next, **link; /* all connections; the loop's */
    struct conn *queued;       /* among those given back */
};

/* A connection for FD, busy. NULL: no memory, FD is still the caller's. */
struct conn *conn_new(int fd);

/* Closes and frees CONN with its unsent answer. */
void conn_free(struct conn *conn);

/* The epoll instances. */
struct epolls {
    int pool, loop;
};

/* Adds CONN, a new one, as an idle one: from now on it belongs to the pool. 0,
 * or -1: an error, logged. */
int conn_watch(struct conn *conn, const struct epolls *epolls);

/* Watches CONN for what STATE means, once; from now on it belongs to the side
 * that STATE says. 0, or -1: an error, logged, and CONN is still the caller's. */
int conn_arm(struct conn *conn, const struct epolls *epolls, enum conn_state state);

/* Makes BLOB (whose reference it takes) the answer of CONN. */
void conn_answer(struct conn *conn, struct blob *blob);

/* Makes REPLY, file and all, the answer of CONN, and takes the file out of
 * REPLY. 0, or -1: no memory. */
int conn_answer_reply(struct conn *conn, struct reply *reply);

/* Writes what the socket takes. CONN_DONE: all of it, and the output is empty
 * again. CONN_LATER: the rest when it is writable. CONN_BROKEN: nobody is there,
 * or the file ended early; close it. */
enum conn_rc { CONN_DONE, CONN_LATER, CONN_BROKEN };
enum conn_rc conn_send(struct conn *conn);

#endif
