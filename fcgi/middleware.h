/*
 * What happens around every handler. Each middleware wraps the next one; the
 * chain is one array in middleware.c and reads from the outside in: log,
 * headers of every answer, the short form, limits, route, who asks, proof of origin,
 * and the router's dispatcher as the innermost.
 */
#ifndef NTHPI_MIDDLEWARE_H
#define NTHPI_MIDDLEWARE_H

#include "fcgi/router.h"

/* Answers R through the whole chain. STATUS is what request_read() returned.
 * Any request thread. */
void middleware_run(struct context *ctx, struct request *r, int status,
                    struct reply *reply);

/* Calls the handler that is next in the chain. For middleware only. */
void middleware_next(struct context *ctx, struct request *r, struct reply *reply);

/* Adds the headers of every answer (Content-Security-Policy and its kin) to
 * REPLY, unless IN_FRONT: the web server in front has said, by the parameter
 * SECURITY_HEADERS=front of the request, that it adds them to all it sends. (nginx
 * reads each line that comes from here, and these are half of a 304.)
 * middleware_run() does it itself; this is for answers to parked polls, which leave
 * after their request is gone. Any thread. */
void middleware_headers(bool in_front, struct reply *reply);

#endif
