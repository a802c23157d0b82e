/*
 * Many clients of GET /updates in one thread. Each has a connection of its own
 * and at most one request on it; what to do after an answer is the caller's
 * decision. One thread.
 */
#ifndef NTHPI_LOAD_FLEET_H
#define NTHPI_LOAD_FLEET_H

#include "tests/load/http.h"

enum poller_state {
    POLLER_CLOSED,
    POLLER_IDLE,    /* connected, nothing asked */
    POLLER_WAITING, /* asked */
};

struct poller {
    enum poller_state state;
    int fd;
    int64_t revision; /* what it has: it asks for what came after */
    bool reused;      /* its connection has brought an answer before */
    bool settled;     /* the caller's while it waits: the site surely has its request */
    char *held;       /* the beginning of an answer that is not whole yet */
    size_t held_length, held_room;
};

/* How requests ended that got no answer. */
struct fleet_losses {
    long cut; /* the connection ended while it waited */
    /* The same, on a reused connection and not settled: a server may close a
     * connection after any answer, and then the request was not for it to answer
     * (RFC 9112, section 9.3.1; browsers ask again and say nothing). */
    long stale;
    long refused; /* no connection */
    long bad;     /* an answer that is none */
};

struct fleet {
    unsigned port, wait_s;
    bool gzip; /* asks for that; the caller's, set before the first question */
    int epoll_fd;
    struct poller *pollers;
    size_t count;
    size_t waiting; /* pollers in that state */
    struct fleet_losses losses;
    /* Called with each answer (NULL: it ended without one and is closed). The
     * poller is idle, or closed if the server closed it, and at revision as before. */
    void (*answered)(void *ctx, struct poller *poller,
                     const struct http_answer *answer);
    void *ctx;
    char *buffer;
};

/* Microseconds of CLOCK_MONOTONIC. */
int64_t fleet_now(void);

/* Raises this process's limit of open files as far as it goes; returns it. */
size_t fleet_limit(void);

/* A fleet of COUNT closed pollers at revision 0 that ask PORT of 127.0.0.1 with
 * Prefer: wait=WAIT_S. 0, or -1: no memory or no epoll. Clear with fleet_clear(). */
int fleet_init(struct fleet *fleet, size_t count, unsigned port, unsigned wait_s);

/* Closes all connections and frees what FLEET owns. */
void fleet_clear(struct fleet *fleet);

/* Connects POLLER unless it is connected, and asks. 0, or -1: counted as lost
 * (`answered` is not called), and the poller is closed. It must not wait already. */
int fleet_ask(struct fleet *fleet, struct poller *poller);

/* Closes POLLER's connection, whatever it waits for. */
void fleet_close(struct fleet *fleet, struct poller *poller);

/* Sees to what has come, after waiting for it up to TIMEOUT_MS (0: not at all). */
void fleet_turn(struct fleet *fleet, int timeout_ms);

#endif
