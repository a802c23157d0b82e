/*
 * What each kind of wait is answered with. All work like updates_answer(): they
 * fill REPLY and return true when there is something new since wait->since,
 * else return false with REPLY untouched. They are called inside a snapshot
 * (store_begin_read), on request threads and on the notifier's thread.
 */
#ifndef NTHPI_LIVE_H
#define NTHPI_LIVE_H

#include "fcgi/app.h"
#include "fcgi/reply.h"

#include <stdbool.h>

/* What of a request decides what its poll is answered with. */
#define LIVE_VARY "Accept-Encoding, Accept-Language, Cookie, Prefer"

/* REVISION is that of the snapshot. */
typedef bool live_answer(struct context *ctx, const struct wait *wait, int64_t revision,
                         struct reply *reply);

live_answer live_updates;     /* WAIT_UPDATES: updates_rows.c */
live_answer live_computation; /* WAIT_COMPUTATION: page_computation.c */
live_answer live_pi;          /* WAIT_PI: page_pi.c */
live_answer live_api_list;    /* WAIT_API_LIST: api_list.c */
live_answer live_api_row;     /* WAIT_API_ROW: api_row.c */

/* The revision that R says it has, by since or If-None-Match ("12" or W/"12"),
 * into *SINCE; false when it names none, or no revision. */
bool live_since(const struct request *r, int64_t *since);

/* True when some row that FILTER can show has changed or left since SINCE. */
bool live_filter_moved(struct context *ctx, const struct store_filter *filter,
                       int64_t since);

#endif
