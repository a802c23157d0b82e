/*
 * Routes are data: one table (router.c) of method, path and handler, with the
 * parameters each takes. Unknown paths (404), methods (405 with Allow) and bad
 * parameters (400) are answered before a handler runs.
 */
#ifndef NTHPI_ROUTER_H
#define NTHPI_ROUTER_H

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

/* Answers R into REPLY. Runs on any request thread. */
typedef void handler(struct context *ctx, struct request *r, struct reply *reply);

struct route {
    unsigned methods;    /* enum http_method, or-ed */
    const char *path;    /* "/computations/ID/cancel": ID and N are numbers; "/pi/N.txt" */
    handler *handler;
    unsigned params;     /* enum request_param, or-ed */
    const char *name;    /* for logs and metrics: "computation" */
};

/* The table, ended by a NULL path. */
extern const struct route routes[];

/* The innermost handler: finds the route, checks method and parameters, calls
 * its handler. The middleware chain (middleware.c) wraps it. */
void router_dispatch(struct context *ctx, struct request *r, struct reply *reply);

#endif
