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
#include "fcgi/text.h"

/* Answers R into REPLY. Runs on any request thread. */
typedef void handler(struct context *ctx, struct request *r, struct reply *reply);

/* What a route's POST carries; another Content-Type is answered 415. */
enum route_body {
    BODY_NONE, /* nothing is read from it */
    BODY_FORM, /* application/x-www-form-urlencoded with a valid csrf field */
    BODY_JSON, /* application/json; may be empty */
};

/* Who asks at a route, and so how it fails: with a page for people, or with a problem
 * document (RFC 9457) for programs. conf/nthpi.nginx has the same of what nginx itself
 * refuses. */
enum route_reader {
    READER_PERSON,  /* a page, unless wants_json says otherwise */
    READER_PROGRAM, /* a problem, unless Accept names text/html: somebody's browser is
                       led there */
    READER_API,     /* a problem, whatever Accept has */
};

struct route {
    unsigned methods; /* enum http_method, or-ed */
    const char *path; /* "/computations/ID/cancel": ID and N are numbers; "/pi/N.txt" */
    handler *handler;
    unsigned params; /* enum request_param, or-ed */
    enum route_body body;
    enum route_reader reader;
    const char *name; /* for logs and metrics: "computation" */
    handler *refused; /* answers a person whose csrf is wrong (403), or, with GET, one
                         of whose parameters is, r->wrong (400); NULL: an error page */
    bool slow;        /* commits or reads files: its thread makes way before */
};

/* The table, ended by a NULL path. */
extern const struct route routes[];

/* The number of its rows. */
size_t router_count(void);

/* The number of ROUTE in it, from 0; NULL: router_count(), for metrics. */
size_t router_number(const struct route *route);

/*
 * The row of the table for R's path and method; sets R's path parameters
 * (row_id, number). NULL: *STATUS is 404, or 405 with the methods that the path
 * does know (or-ed) in *ALLOWED. Numbers in paths are written as we print them:
 * no sign, no leading zero, from 1 to their largest value; others are 404.
 */
const struct route *router_find(struct request *r, int *status, unsigned *allowed);

/*
 * True when an error is answered to R with a problem document: by the reader of its
 * route; where no route fits, or none was looked for yet, of those whose path looks
 * like R's whatever its numbers are ("/pi/0.txt"); READER_API for all below "/api/".
 * Any thread.
 */
bool router_wants_problem(const struct request *r);

/*
 * Checks the query parameters that ROUTE lists and sets them in R. Empty values
 * (a form's "any") count as not given. Returns NULL, or the name of the parameter
 * at fault (static) with a sentence for the visitor in DETAIL; the others are set.
 */
const char *router_params(struct request *r, const struct route *route,
                          char detail[TEXT_SIZE]);

/* The middleware that finds the route: answers 404 and 405 (with Allow) itself,
 * and leaves the row in R's route for those inside. */
void router_locate(struct context *ctx, struct request *r, struct reply *reply);

/* The innermost handler: checks the parameters (400) and calls the route's
 * handler. */
void router_dispatch(struct context *ctx, struct request *r, struct reply *reply);

#endif
