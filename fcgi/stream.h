/*
 * The digits that a running computation has already written, and that nobody has
 * checked yet.
 */
#ifndef NTHPI_STREAM_H
#define NTHPI_STREAM_H

#include "common/computation.h"
#include "fcgi/app.h"
#include "fcgi/lang.h"
#include "fcgi/view.h"

#include <stddef.h>
#include <stdint.h>

/* How many of them are shown, the last ones. */
enum { STREAM_SHOWN = 300, STREAM_GROUP = 10 };

struct stream {
    uint64_t known; /* digits from the first on that are there; 0: none */
    uint64_t from;  /* the position of the first one below */
    size_t count;
    char digits[STREAM_SHOWN];
};

/* Reads into *STREAM how far C has come; known is 0 for one that is not running or
 * has no digits to show. Any thread. */
void stream_read(struct context *ctx, const struct computation *c,
                 struct stream *stream);

/* Shows the section STREAM in D, unless there is nothing in it. */
void stream_show(enum lang lang, struct dict *d, const struct computation *c,
                 const struct stream *stream);

#endif
