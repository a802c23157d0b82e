/*
 * Who may read the API from a page of another site (CORS,
 * https://fetch.spec.whatwg.org/): everybody. What GET answers where openapi.json
 * describes it (below /api/v1/, at /v1/pi, /pi/N.txt, /computations/ID.txt, /healthz,
 * and /search as JSON) is public and the same for all, so it bears
 * "Access-Control-Allow-Origin: *", with which browsers send neither cookies nor
 * passwords. nginx says the same of openapi.json and of its own problems at these
 * addresses, and hands it on for the texts that it sends (nthpi.nginx). What changes
 * anything is never open: proof.h refuses it from another origin, and no preflight
 * promises it.
 */
#ifndef NTHPI_CORS_H
#define NTHPI_CORS_H

#include "fcgi/reply.h"
#include "fcgi/request.h"

#include <stdbool.h>

/* Lets other origins read REPLY, the answer to R, if R is a GET or HEAD of the
 * API. Any thread. */
void cors_open(const struct request *r, struct reply *reply);

/* The same for the answer to a parked poll. */
void cors_open_wait(const struct wait *wait, struct reply *reply);

/* Makes REPLY the answer to a preflight when R is an OPTIONS of the API for a path that
 * knows the methods ALLOWED (enum http_method, or-ed), GET among them. False: it is
 * not, and nothing has changed. */
bool cors_preflight(const struct request *r, unsigned allowed, struct reply *reply);

#endif
