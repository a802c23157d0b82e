/*
 * The chain of middleware and the router with handlers and error pages of the
 * test's own, which only note that they were called.
 */
#ifndef NTHPI_TESTS_ROUTER_FIXTURE_H
#define NTHPI_TESTS_ROUTER_FIXTURE_H

#include "cmocka_all.h"
#include "request_fixture.h"

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/router.h"
#include "fcgi/text.h"

/* What the last request came to: a handler's name, or reply_error()'s arguments. */
struct seen {
    const char *handler;
    int status;
    char field[32];
    char detail[TEXT_SIZE];
};

struct chain {
    struct conf conf;
    struct app app; /* with keys */
    struct context ctx;
    struct seen seen;
};

/* For cmocka: *STATE becomes a struct chain. */
int chain_setup(void **state);
int chain_teardown(void **state);

/* Sends a request through the chain; *R and *REPLY are the caller's to clear. */
void chain_run(struct chain *c, struct request *r, struct reply *reply,
               const char *method, const char *uri, const char *const *headers,
               const char *body);

/* The status of such a request; what else it came to is in C's seen. */
int chain_ask(struct chain *c, const char *method, const char *uri,
              const char *const *headers, const char *body);

#endif
