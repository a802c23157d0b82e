/*
 * JSON answers, made with jansson.
 */
#ifndef NTHPI_JSON_H
#define NTHPI_JSON_H

#include "common/computation.h"
#include "fcgi/reply.h"

#include <jansson.h>

/* A computation as the API shows it; a new reference, or NULL: no memory. The
 * digit and its window are shown only when the row is done. Any thread. */
json_t *json_computation(const struct computation *c);

/* Sends VALUE (a reference that is taken over; NULL becomes a bare 500) as
 * application/json that nobody stores. Headers set before are kept. */
void json_send(struct reply *reply, int status, json_t *value);

/* The same with another media type. */
void json_send_as(struct reply *reply, int status, const char *type, json_t *value);

#endif
