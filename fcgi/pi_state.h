/*
 * What is known of pi to N digits: published, being computed, a few digits at
 * N only, or nothing.
 */
#ifndef NTHPI_PI_STATE_H
#define NTHPI_PI_STATE_H

#include "common/store.h"
#include "fcgi/app.h"

#include <stdbool.h>

enum pi_kind {
    PI_KNOWN,   /* all N digits are published */
    PI_COMING,  /* a queued or running row will bring them */
    PI_WINDOW,  /* only the digits from N on are known, from `row` */
    PI_SEEKING, /* a queued or running row will bring the digits from N on */
    PI_UNKNOWN, /* nobody asked, or it failed */
};

struct pi_state {
    enum pi_kind kind;
    int radix;
    uint64_t number;         /* N */
    uint64_t known;          /* digits that can be read now, from the first on, <= N */
    struct published prefix; /* length 0: nothing is published */
    struct computation row;  /* id 0: none. Of COMING, WINDOW, SEEKING; of UNKNOWN
                                the row that failed, if one did */
    bool aside;              /* `known` counts digits of the file row.id still makes */
    int64_t revision;        /* changes whenever anything of this does */
};

/* Room for the name of a file. */
enum { PI_FILE_SIZE = 40 };

/* The name that browsers give the text of NUMBER digits when they keep it. */
void pi_file_name(char name[PI_FILE_SIZE], int radix, uint64_t number);

/* Finds out about N digits of RADIX. Call between store_begin_read and
 * store_end_read. */
enum store_rc pi_find(struct context *ctx, int radix, uint64_t number,
                      struct pi_state *state);

/* Reads COUNT known digits from position FROM on into TEXT (not terminated); those that
 * are published are checked. */
enum digits_rc pi_read(struct context *ctx, const struct pi_state *state, uint64_t from,
                       size_t count, char *text);

/* True when STATE will change without anybody's doing. */
bool pi_is_live(const struct pi_state *state);

#endif
