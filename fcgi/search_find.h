/*
 * Strings of digits in what is published here: see common/search.h for what is found.
 * All functions may be called by any thread with its own context; a place is used by
 * one thread.
 */
#ifndef NTHPI_SEARCH_FIND_H
#define NTHPI_SEARCH_FIND_H

#include "common/search.h"
#include "common/store.h"
#include "fcgi/app.h"

enum { SEARCH_CONTEXT = 20 }; /* digits shown before and behind */

/* What is searched, open. */
struct search_place {
    struct published prefix; /* length 0: nothing is published, nothing is open */
    struct digits_file file;
    struct search_index *index; /* NULL: there is none, or none yet */
    int percent;                /* of the index that is made now; 0: none is */
};

/* What was found, with the digits around it. */
struct search_answer {
    struct search_found found;
    char before[SEARCH_CONTEXT + 1], behind[SEARCH_CONTEXT + 1];
};

/* Opens the published digits of RADIX with their index. STORE_OK with *RC not
 * DIGITS_OK: the digits of PLACE->prefix cannot be read. To be closed in any case. */
enum store_rc search_place_open(struct context *ctx, int radix,
                                struct search_place *place, enum digits_rc *rc);
void search_place_close(struct search_place *place);

/* Looks for the COUNT (1 .. SEARCH_ASKS_MOST) ASKS in PLACE, whose radix they have, and
 * ANSWERS each. Where the index turns out to be damaged PLACE loses it, the daemon is
 * told unless it knows, and the answers are found without. Other results than DIGITS_OK
 * are about the digits. */
enum digits_rc search_place_ask(struct context *ctx, struct search_place *place,
                                const struct search_ask *asks, size_t count,
                                struct search_answer *answers);

/* A number that changes when the answers from PLACE may, for ETags. Pure. */
int64_t search_place_version(const struct search_place *place);

#endif
