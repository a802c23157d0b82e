/*
 * What happens around every handler. Each middleware wraps the next handler
 * and is a handler itself; the chain is one array in middleware.c and reads
 * from the outside in: log, security headers, limits, who asks, origin and
 * CSRF, router.
 */
#ifndef NTHPI_MIDDLEWARE_H
#define NTHPI_MIDDLEWARE_H

#include "fcgi/router.h"

/* Answers R through the whole chain. STATUS is what request_read() returned.
 * Any request thread. */
void middleware_run(struct context *ctx, struct request *r, int status,
                    struct reply *reply);

#endif
