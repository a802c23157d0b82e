/*
 * Connections. One thread runs an epoll loop over the listening sockets and
 * all connections from nginx; a readable connection goes to a pool of request
 * threads, which hand it to libfcgi for exactly one request, once that is whole
 * and its records make sense (gate.h). A request that waits for news is parked:
 * its thread is free again, only the descriptor, the request id and a struct wait
 * are kept, and the answer is written later as raw FastCGI records. Long bodies
 * (files) leave the same way, without a thread, as fast as nginx takes them.
 *
 * The notifier's thread watches the doorbell and PRAGMA data_version; when the
 * revision moves it renders one answer for each group of equal waits and writes
 * it to all of them.
 *
 * park_serve.c is the only file that knows how libfcgi keeps a request: it
 * relies on public fields of FCGX_Request, and tests/unit/test_park.c pins them.
 */
#ifndef NTHPI_PARK_H
#define NTHPI_PARK_H

#include "fcgi/app.h"

#include <signal.h>
#include <stdint.h>

/* Counters for /healthz, /metrics and tests; a snapshot. The first two are how many
 * there are now, the others count from the start. */
struct park_stats {
    int64_t connections;
    int64_t parked;   /* polls that wait */
    int64_t requests; /* accepted, before anything else is known of them */
    /* What became of polls that were to wait: */
    int64_t answered;    /* there were news */
    int64_t expired;     /* their time was over */
    int64_t gone;        /* their client left */
    int64_t turned_away; /* there was no room for them */
    /* Requests that held a thread up for long, which had not made way for another. */
    int64_t held_up;
};

/*
 * Binds the sockets of conf.listen (several paths; stale socket files are
 * replaced, a live one is an error), with backlog 4096 and conf.socket_mode.
 * APP stays the caller's and must outlive the park; its store, view, bell (a
 * listening one) and keys are used from park_run() on. Sets up libfcgi, which
 * takes SIGTERM and SIGUSR1 unless they have a handler: install yours before.
 * Descriptors passed by systemd (LISTEN_FDS) are used instead when present; with
 * conf.take_over those of the server that listens there already, which then ends.
 * NULL: an error, logged.
 */
struct park *park_open(struct app *app);

/* Starts the threads and runs until *STOP is not 0 (set by a signal handler; the loop's
 * epoll_pwait unblocks SIGTERM and SIGINT): then stops accepting, lets running requests
 * end, answers all parked polls as if their time was over, and returns 0. -1: could not
 * start, logged. */
int park_run(struct park *park, const volatile sig_atomic_t *stop);

/* Any thread. */
void park_stats(struct park *park, struct park_stats *stats);

/* Closes the sockets and frees PARK; NULL is allowed. After park_run(). */
void park_close(struct park *park);

#endif
