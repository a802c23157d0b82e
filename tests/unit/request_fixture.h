/*
 * Requests for tests: records through the packaged libfcgi into request_read().
 */
#ifndef NTHPI_TESTS_REQUEST_FIXTURE_H
#define NTHPI_TESTS_REQUEST_FIXTURE_H

#include "fcgi_client.h"

#include "common/conf.h"
#include "fcgi/request.h"

/* Pairs of names and values for put_request() and request_make(). */
#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Reads into *R what the records B say, and clears B; asserts that the body's
 * end was reached. Returns what request_read() did. FCGX_Init() came before. */
int request_take(struct request *r, struct bytes *b, const struct conf *conf);

/* The same for a request of METHOD, URI, HEADERS (may be NULL) and the text BODY
 * (NULL: none). */
int request_make(struct request *r, const struct conf *conf, const char *method,
                 const char *uri, const char *const *headers, const char *body);

#endif
