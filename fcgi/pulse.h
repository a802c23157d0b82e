/*
 * Whether anything is being computed: for how long no daemon has been heard of. The
 * list says so always, the pages of rows only while these wait or run, and polls tell
 * when it changes.
 *
 * The heartbeats of daemons do not raise the revision, and time passes without them. So
 * it is a state beside the revision, a small number that is 0 while a daemon is there:
 * ETags and the keys of the cache have it, and a poll names the one that its page shows
 * (?absent=N).
 *
 * The database is asked once in PULSE_LOOK_MS at most, whatever the number of requests.
 */
#ifndef NTHPI_PULSE_H
#define NTHPI_PULSE_H

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/text.h"

#include <jansson.h>
#include <stdbool.h>

struct dict;
struct request;

/* A daemon whose last heartbeat is older than this, seconds, is not there. */
enum { PULSE_OLD_S = 30 };

/* Milliseconds between two looks of a process. */
enum { PULSE_LOOK_MS = 1000 };

/* No daemon was ever heard of. */
enum { PULSE_NEVER = INT32_MAX };

/* What is said of a newest heartbeat AGE_S seconds ago (negative: there was none): 0,
 * a daemon is there; else for how many minutes none was heard of, from 1 on, in whole
 * hours from an hour on, in whole days from two on; or PULSE_NEVER. Pure. */
int pulse_state(double age_s);

/* The present state as CTX's process knows it, at most PULSE_LOOK_MS old; older while
 * the database cannot be read. Not between store_begin_read() and store_end_read(). Any
 * thread, with its own CTX. */
int pulse_look(struct context *ctx);

/* Tells CTX's process of a newest heartbeat AGE_S seconds ago (negative: there was
 * none), which somebody read for purposes of his own. Any thread. */
void pulse_note(struct context *ctx, double age_s);

/* What STATE means for visitors, in LANG, into OUT: "" for 0. Returns OUT. */
const char *pulse_text(enum lang lang, int state, char out[TEXT_SIZE]);

/* Includes absent.tpl where PAGE says {{>ABSENT}}, with the state that CTX's request
 * goes by; hidden unless that is of interest: CONCERNS. */
void pulse_show(const struct context *ctx, struct dict *page, bool concerns);

/* True when WAIT's client wants to be told of the state, and shows another one. */
bool pulse_moved(const struct context *ctx, const struct wait *wait);

/* Notes in WAIT what R's client shows of the state, if it says so. */
void pulse_ask(const struct request *r, struct wait *wait);

/* Adds "absent" and "notice" to ANSWER if WAIT asks for them; "" unless CONCERNS. */
void pulse_tell(const struct context *ctx, const struct wait *wait, json_t *answer,
                bool concerns);

#endif
