/*
 * What the tests of long polling share.
 */
#ifndef NTHPI_TESTS_UPDATES_FIXTURE_H
#define NTHPI_TESTS_UPDATES_FIXTURE_H

#include "site_fixture.h"

#include <jansson.h>

/* GET /updates with FILTER ("" or "&radix=16") since SINCE; the answer's JSON (a new
 * reference), or NULL for 304. */
json_t *poll_since(struct site *site, int64_t since, const char *filter);

/* The revision up to which ANSWER goes. */
int64_t revision_of(const json_t *answer);

#endif
