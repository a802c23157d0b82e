/*
 * A whole site without a web server: templates, a database, folders for digits,
 * and requests that go through the chain of middleware to their handlers.
 */
#ifndef NTHPI_TESTS_SITE_FIXTURE_H
#define NTHPI_TESTS_SITE_FIXTURE_H

#include "store_fixture.h"

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

#include <jansson.h>
#include <stdbool.h>

struct site {
    struct fixture *store; /* first: what store_fixture.h works with */
    struct conf conf;
    char none[1]; /* an option that is not set */
    struct app app;
    struct context ctx;
    struct reply reply; /* the last answer */
    /* Those of scarce.h, or NULL: allocation number scarce_at of each request fails;
     * scarce_count is how many there were in the last. */
    void (*scarce_begin)(size_t at);
    size_t (*scarce_end)(void);
    size_t scarce_at, scarce_count;
};

/* One request; what is NULL or 0 is not sent. */
struct ask {
    const char *method; /* NULL: GET */
    const char *target; /* path and query */
    const char *body;   /* a form gets its csrf field added in front, and is sent as
                           browsers send it from our pages */
    const char *type;   /* NULL with a body: a form */
    bool json;          /* Accept: application/json */
    bool html;          /* Accept: text/html */
    bool gzip;          /* Accept-Encoding: gzip */
    unsigned wait_s;
    const char *accept_language, *host, *referer;
    const char *if_match, *if_none_match, *range, *if_range, *if_unmodified_since;
    const char *cookie, *authorization, *remote_addr;
};

/* For cmocka: *STATE becomes a struct site. */
int site_setup(void **state);
int site_teardown(void **state);

/* Sends a request; the answer is valid until the next one. */
const struct reply *site_ask(struct site *site, const struct ask *ask);

/* Sends GET TARGET / GET TARGET as JSON / POST of a form. */
const struct reply *site_get(struct site *site, const char *target);
const struct reply *site_get_json(struct site *site, const char *target);
const struct reply *site_post(struct site *site, const char *target, const char *form);

/* The last answer's body as text; as JSON (a new reference). */
const char *site_body(struct site *site);
json_t *site_json(struct site *site);

/* The value of header NAME of the last answer into VALUE, or "". */
enum { SITE_HEADER_SIZE = 512 };
const char *site_header(struct site *site, const char *name,
                        char value[SITE_HEADER_SIZE]);

/* Asserts on the last answer. */
void assert_status(struct site *site, int status);
void assert_has(struct site *site, const char *text);
void assert_has_not(struct site *site, const char *text);
void assert_header(struct site *site, const char *name, const char *value);

/* What stands at position P of the digits these tests publish: any digits do,
 * so these tell where they came from. */
char site_digit(uint64_t position);

/* Publishes LENGTH such digits in RADIX; row ID (queued) becomes done by it. */
void site_publish(struct site *site, int radix, uint64_t length, int64_t id);

/* Writes LENGTH such digits as the unfinished file of row ID. */
void site_write_aside(struct site *site, int radix, uint64_t length, int64_t id);

#endif
