/*
 * JSON answers, made with jansson.
 */
#ifndef NTHPI_JSON_H
#define NTHPI_JSON_H

#include "common/computation_json.h" /* json_computation() */
#include "fcgi/reply.h"

#include <jansson.h>

/* Lets jansson tell json_send() of memory that it did not get: a member that could not
 * be made is then no member left out without a word. Once, before threads start. */
void json_init(void);

/* What this thread sends from now on has nothing to do with what it made before. */
void json_begin(void);

/* Sends VALUE (a reference that is taken over) as application/json that nobody stores;
 * a bare 500 when VALUE is NULL, or when memory was lacking since json_begin().
 * Headers set before are kept. */
void json_send(struct reply *reply, int status, json_t *value);

/* VALUE (a reference that is taken over) as text, to be freed, for an answer with
 * other headers; NULL as json_send() answers 500. */
char *json_text(json_t *value);

/* json_send() with another media type. */
void json_send_as(struct reply *reply, int status, const char *type, json_t *value);

#endif
