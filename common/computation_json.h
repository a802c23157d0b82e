/*
 * A computation in JSON, as the API, and the command line with --json, show it. (The
 * object of openapi.json's schema Computation.)
 */
#ifndef NTHPI_COMPUTATION_JSON_H
#define NTHPI_COMPUTATION_JSON_H

#include "common/computation.h"
#include "common/store_worker.h"

#include <jansson.h>

/* C as JSON; a new reference, or NULL: no memory. The digit and its window are shown
 * only when the row is done. Any thread. */
json_t *json_computation(const struct computation *c);

/* The same with its member "worker", which lists do without: WORKER, the one that works
 * on C or was the last to do so; NULL: there was none. (The schema Detail.) */
json_t *json_detail(const struct computation *c, const struct store_worker *worker);

/* MICROS since 1970 as RFC 3339, UTC: a string, or null for 0. A new reference, or
 * NULL: no memory. Any thread. */
json_t *json_time(int64_t micros);

#endif
