/*
 * Strings of digits in what is published here: see common/search.h for what is found.
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

/* Looks for ASK in PLACE. An index that turns out to be damaged is put aside, and the
 * daemon is told; the answer is then found without it. Other results than DIGITS_OK
 * are about the digits. */
enum digits_rc search_place_ask(struct context *ctx, struct search_place *place,
                                const struct search_ask *ask,
                                struct search_answer *answer);

/* A number that changes when the answers from PLACE may, for ETags. */
int64_t search_place_version(const struct search_place *place);

#endif
