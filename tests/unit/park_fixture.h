/*
 * A server with handlers that tests understand, running in a thread. It links
 * its own middleware_run() and updates_answer() in place of the program's, so
 * that what is tested is the server alone:
 *
 *   /hello            200 "hello"
 *   /echo             200 with the request's body, or request_read()'s status
 *   /big/N            200 with N bytes, park_byte() of each place
 *   /file/FROM/N      200 with N bytes of the file park_file() made
 *   /block            200 "unblocked" after park_unblock()
 *   /held             the same, but makes way for other threads before
 *   /wait/SINCE/TAG   parks for `Prefer: wait` seconds (TAG: another group),
 *                     or answers at once when the revision is beyond SINCE
 *   /late/SINCE/TAG   the same, but says that it looked at revision SINCE
 *
 * A parked poll is answered 200 with the revision as soon as that is beyond
 * SINCE, and 304 when its time is over.
 */
#ifndef NTHPI_TESTS_PARK_FIXTURE_H
#define NTHPI_TESTS_PARK_FIXTURE_H

#include "cmocka_all.h"
#include "fcgi_client.h"

#include "fcgi/app.h"
#include "fcgi/park.h"

#include <stdbool.h>
#include <stdint.h>

struct server {
    char state[64];   /* the state folder */
    char path[2][96]; /* of its two sockets */
    struct conf conf;
    struct app app;
    struct store *store; /* the test's own connection */
    bool running;
};

/* For cmocka: *STATE becomes a struct server that is not running. */
int server_setup(void **state);
int server_teardown(void **state); /* stops it if it runs */

/* Opens and runs it; conf may be changed before. server_stop() sends SIGTERM and
 * returns what park_run() did. */
void server_start(struct server *s);
void server_signal(struct server *s); /* only the signal */
int server_stop(struct server *s);

/* Commits a visible change, with or without ringing. Returns the revision. */
int64_t server_change(struct server *s, bool ring);

/* Waits until VALUE(stats) is true, for 20 s at most. */
struct park_stats server_stats(struct server *s);
void server_wait(struct server *s, bool (*reached)(const struct park_stats *, int64_t),
                 int64_t value);
bool parked_is(const struct park_stats *stats, int64_t value);
bool gone_is(const struct park_stats *stats, int64_t value);
bool connections_is(const struct park_stats *stats, int64_t value);
bool requests_is(const struct park_stats *stats, int64_t value);

/* Reads the answer to request ID and compares status and body; the second sends
 * a GET of URI first, on a connection that is to be kept. */
void expect_answer(int fd, int id, int status, const char *body);
void get_answer(int fd, int id, const char *uri, int status, const char *body);

/* How often updates_answer() rendered an answer. */
long server_renderings(void);

/* The byte at place I of what is sent. */
char park_byte(uint64_t i);
/* Makes the file of /file: LENGTH bytes. */
void park_file(struct server *s, uint64_t length);
/* Lets /block and /held go on; how many are in there. */
void park_unblock(void);
int park_blocked(void);

/* Waits until COUNT are in there, for 20 s at most. */
void park_wait_blocked(int count);

#endif
