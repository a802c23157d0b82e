/*
 * Answers in a shorter form, for who takes it: gzip (RFC 1952, as RFC 9110, 8.4.1.3
 * has it). Only what many get is encoded here, once for all of them; whatever else is
 * worth it, nginx encodes on its way out.
 *
 * Both forms of an answer are of the same revision and say the same, so they have one
 * ETag, a weak one with the short form (RFC 9110, 8.8.1: a strong one names bytes).
 * If-None-Match compares weakly: who has either form is told so.
 *
 * The length of what is encoded tells something of what is in it, to who can choose a
 * part of it. Here that is no harm: what many get has no secret of anybody's (the token
 * of its form is the same for all).
 */
#ifndef NTHPI_ENCODE_H
#define NTHPI_ENCODE_H

#include "fcgi/app.h"
#include "fcgi/reply.h"

/* Shorter bodies are left as they are; nginx does the same (gzip_min_length). */
enum { ENCODE_LEAST = 512 };

/* Puts REPLY, a 200 whose body many get, into its short form, and says so in its
 * headers. Any other reply, and one that would not get shorter, stays as it is. For
 * requests that accept gzip. Any thread. */
void encode_reply(struct app *app, struct reply *reply);

#endif
