/*
 * The parts of park.h among themselves:
 *
 *   park.c         opening, closing, what other threads leave for the loop
 *   park_loop.c    the loop's thread
 *   park_listen.c  the listening sockets
 *   park_pool.c    the request threads
 *   park_serve.c   one request, from libfcgi to its answer
 *   park_heir.c    handing the listening sockets over to the next process
 *   park_conn.c    connections and records on the wire
 *   park_wait.c    who waits for what, until when
 *   notify.c       the notifier's thread
 *
 * Locks are taken one at a time; only conn_arm() is called under one.
 */
#ifndef NTHPI_PARK_INTERNAL_H
#define NTHPI_PARK_INTERNAL_H

#include "fcgi/park.h"
#include "fcgi/park_conn.h"
#include "fcgi/park_wait.h"

#include <pthread.h>
#include <stdatomic.h>

enum { LISTENERS_MAX = 16 };

/* A listening socket; the loop accepts on it. */
struct listener {
    struct source source; /* first */
    char *path;           /* of the socket that we bound, or NULL */
    dev_t device;         /* the file we made: another one is not ours to remove */
    ino_t inode;
};

/* An answer for all who wait for the same, on its way to the loop. */
struct answer {
    struct answer *next;
    struct wait wait;
    struct blob *blob;
};

/* The request threads, see park_pool.c. */
struct pool {
    struct source stop; /* an eventfd, readable when they are to end */
    struct worker *workers;
    unsigned count;  /* threads that run */
    int64_t look_at; /* the loop's: milliseconds, not before */

    pthread_mutex_t lock; /* of these */
    pthread_cond_t room;  /* fewer than MOST are in front, or they are to end */
    unsigned front, most; /* threads that take requests */
    bool stopping;
    struct store_crowd crowd; /* their connections */
};

struct notifier {
    pthread_t thread;
    bool running;
    int wake_fd;
    atomic_bool stopping;
    struct context context;
};

struct park {
    struct app *app;
    struct epolls epolls;
    struct source wake; /* an eventfd: something for the loop is in a list below */
    struct listener listeners[LISTENERS_MAX];
    size_t listener_count;
    struct source next, heir; /* see park_heir.c; fd -1: none */
    int predecessor;          /* whose sockets these were, -1: nobody's */
    bool handed_over;         /* the loop's: the sockets are another process's */
    struct waits *waits;
    struct pool pool;
    struct notifier notifier;

    pthread_mutex_t lock;  /* of these */
    struct conn *returned; /* given back by request threads, to be closed */
    struct answer *answers, **answers_last;
    pthread_cond_t answered; /* the list of answers became empty */

    struct conn *conns;  /* all connections; the loop's */
    bool accepting;      /* the loop's: listeners are watched */
    int64_t accept_at;   /* milliseconds: not before */
    int64_t complain_at; /* the same for saying why not */
    long long connections_most;

    atomic_llong connections, expired, gone, answered_count, requests;
    atomic_llong turned_away, held_up;
};

/* Milliseconds and microseconds of CLOCK_MONOTONIC. */
int64_t park_ms(void);
int64_t park_us(void);

/* ---- park_listen.c ---- */

/* Binds CONF's sockets, or takes those that systemd passed. 0, or -1 with a
 * message logged and nothing left open. */
int listen_open(struct park *park, const struct conf *conf);

/* Closes them and removes their files, unless these are somebody else's now. */
void listen_close(struct park *park);

/* ---- park_heir.c ---- */

/* Makes the socket for a next process, if we bound ours ourselves. 0, or -1 with a
 * message logged. Before the sandbox, which makes no sockets. */
int heir_prepare(struct park *park);

/* From now on a next process is heard. 0, or -1 with a message logged. */
int heir_listen(struct park *park);

/* Stops that. Before listen_close(). */
void heir_close(struct park *park);

/* A next process is there: sends it the sockets. Or it has said something: that it
 * works, or nothing. The loop. */
void heir_visit(struct park *park);
void heir_heard(struct park *park);

/* Takes the listeners of the process that listens on FIRST and beside it. 1, or 0:
 * there is none; -1: an error, logged; what was taken is PARK's. */
int heir_take(struct park *park, const char *first);

/* Tells that process, if we took over from one, to end, and waits until it has heard
 * it. */
void heir_ready(struct park *park);

/* ---- park_pool.c ---- */

/* Starts CONF's request threads, each with its own database connection. 0, or
 * -1 with a message logged and nothing running. All signals are blocked in them
 * when they are blocked in the caller. */
int pool_start(struct park *park, const struct conf *conf);

/* Lets them answer what there is to read, ends the threads and waits for them. */
void pool_stop(struct park *park);

/* Lets others take the place of threads that have been busy with one request for
 * long. The loop, every now and then. */
void pool_look(struct park *park);

/* ---- park_serve.c ---- */

/* Answers the one request that is readable on CONN, if there is one: sends, parks or
 * passes the rest to the loop. A request thread, which has CONN and loses it. */
void serve(struct park *park, struct context *ctx, struct conn *conn);

/* ---- park.c ---- */

/* Sends CONN's answer as far as it goes and sees to what comes after it. The
 * side that has CONN; it loses it. CLOSE_CONN takes a broken or ended one. */
void park_send(struct park *park, struct conn *conn,
               void (*close_conn)(struct park *park, struct conn *conn));

/* Gives a connection that is at its end to the loop, which closes it. */
void park_return(struct park *park, struct conn *conn);

/* Those given back since the last call, linked by `queued`, or NULL. The loop. */
struct conn *park_returned(struct park *park);

/* Queues BLOB (takes the reference when it returns 0) as the answer of all who
 * wait for WAIT. -1: no memory. The notifier. */
int park_publish(struct park *park, const struct wait *wait, struct blob *blob);

/* Waits until all published answers were written, or the notifier is told to
 * stop. The notifier. */
void park_publish_wait(struct park *park);

/* The oldest published answer, or NULL; and forgets it. The loop. */
struct answer *park_answer(struct park *park);
void park_answer_drop(struct park *park);

/* ---- park_loop.c ---- */

/* Serves until *STOP is not 0; signals outside MASK arrive only while it sleeps.
 * Returns earlier after an error, which is logged. */
void loop_run(struct park *park, const volatile sig_atomic_t *stop,
              const sigset_t *mask);

/* Winds down as the top of park_loop.c says: threads have ended and connections
 * are closed when it returns. */
void loop_end(struct park *park);

/* ---- notify.c ---- */

/* Starts the notifier's thread with a database connection of its own. 0, or -1
 * with a message logged. */
int notify_start(struct park *park);

/* Makes it look at the revision now. Any thread. */
void notify_poke(struct park *park);

/* Ends the thread; nothing happens when it was not started. */
void notify_stop(struct park *park);

#endif
