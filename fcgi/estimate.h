/*
 * What a computation would cost, for people: before it is asked for, and while it
 * waits. The two functions that load read the database; all others are pure but for
 * what they write to. Any thread may call them with its own context.
 */
#ifndef NTHPI_ESTIMATE_H
#define NTHPI_ESTIMATE_H

#include "common/store_cost.h"
#include "fcgi/app.h"
#include "fcgi/text.h"
#include "fcgi/view.h"

/* How many rows of the queue are looked at. */
enum { ESTIMATE_QUEUE = 1000 };

/* What is known of costs, at one revision. */
struct estimate {
    struct cost_table costs;
    uint64_t published[2]; /* digits of radix 10, 16 */
};

/* Fills *E; false: not all of it could be read, and that is not known then. */
bool estimate_load(struct context *ctx, struct estimate *e);

/* What POSITION in RADIX by ALGORITHM costs, auto resolved; false: not known. */
bool estimate_cost(const struct app *app, const struct cost_table *costs, int radix,
                   uint64_t position, enum algorithm algorithm, struct cost *cost);

/* The same as a sentence into OUT, "" when it is not known. Returns OUT. */
const char *estimate_of(const struct context *ctx, const struct cost_table *costs,
                        int radix, uint64_t position, enum algorithm algorithm,
                        char out[TEXT_SIZE]);

/* The same, but for auto that what is published already comes at once; and beyond the
 * site's limits which they are. */
const char *estimate_text(const struct context *ctx, const struct estimate *e,
                          int radix, uint64_t position, enum algorithm algorithm,
                          char out[TEXT_SIZE]);

/* What POSITION (from 1), which ALGORITHM does not compute in RADIX, would cost by what
 * does compute it (form_instead()), as a sentence that names that into OUT; "" when
 * nothing does, or when that is not known. Returns OUT. */
const char *estimate_instead(const struct context *ctx, const struct estimate *e,
                             int radix, uint64_t position, enum algorithm algorithm,
                             char out[TEXT_SIZE]);

/* Sets in D (form.tpl) what form.js makes the same sentence from. */
void estimate_show(const struct context *ctx, const struct estimate *e, struct dict *d);

/* The queue at one revision: whose turn comes when. */
struct queue {
    size_t count; /* rows known, by their turns */
    struct store_waiting rows[ESTIMATE_QUEUE];
    double start_s[ESTIMATE_QUEUE]; /* seconds until each starts, negative: not known */
};

/* A new queue, read between store_begin_read and store_end_read; free() it. NULL: it
 * could not be read. It costs one reading of at most ESTIMATE_QUEUE rows. */
struct queue *queue_load(struct context *ctx);

/* True when C, which may be no row (id 0), waits for its turn, and for nothing else.
 * Pure. */
bool queue_waits(const struct computation *c);

/* The place of row C in QUEUE (may be NULL), for people, into OUT: "next in the queue",
 * "" when it does not wait (queue_waits()). Returns OUT. */
const char *queue_place(enum lang lang, const struct queue *queue,
                        const struct computation *c, char out[TEXT_SIZE]);

#endif
