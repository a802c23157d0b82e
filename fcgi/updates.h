/*
 * What polls are answered: the contract of long polling on the side of the
 * data. See park.h for the side of connections.
 */
#ifndef NTHPI_UPDATES_H
#define NTHPI_UPDATES_H

#include "fcgi/app.h"
#include "fcgi/reply.h"

/*
 * Answers WAIT into REPLY when there is something new for it since
 * wait->since, and returns true; returns false, with REPLY untouched, when
 * there is nothing new at revision *CHECKED. Errors are answers. Called by
 * handlers for a first look, and by the notifier's thread for parked polls
 * (once for all equal waits).
 */
bool updates_answer(struct context *ctx, const struct wait *wait, struct reply *reply,
                    int64_t *checked);

/* The answer of a wait that ended with nothing new: 304 with the ETag of what
 * the client has. */
void updates_nothing_new(const struct wait *wait, struct reply *reply);

/* Handler of GET /updates. */
void updates_handler(struct context *ctx, struct request *r, struct reply *reply);

/* For handlers: updates_answer(), else park when R waits, else 304. */
void updates_answer_or_park(struct context *ctx, const struct request *r,
                            const struct wait *wait, struct reply *reply);

#endif
