/*
 * The same digit by different algorithms: which computations there are of it, whether
 * their results agree, and which other algorithms of this site can do it.
 */
#ifndef NTHPI_COMPARE_H
#define NTHPI_COMPARE_H

#include "common/store.h"
#include "common/store_cost.h"
#include "common/store_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct dict;
struct request;

/* All computations of one position in one radix: at most one of each algorithm. */
struct compare {
    struct computation rows[ALGORITHM_COUNT]; /* the first one is that asked about */
    size_t count;
    int64_t revision;        /* the newest of theirs */
    bool live;               /* one of them waits or runs */
    struct cost_table costs; /* what another one would cost; of no threads: unknown */
};

enum compare_verdict {
    COMPARE_ALONE,   /* there is one computation only, or all others failed */
    COMPARE_WAITING, /* fewer than two are done, and more are coming */
    COMPARE_ONE_WAY, /* the results that are there came in one and the same way, or
                        nobody knows in which */
    COMPARE_AGREES,  /* different algorithms found the same digits */
    COMPARE_DIFFERS, /* two results are not the same */
};

/* Reads row ID, the others of its digit, and what more of them would cost. Call between
 * store_begin_read() and store_end_read(). Any thread, each its own STORE. */
enum store_rc compare_read(struct store *store, int64_t id, struct compare *compare);

/*
 * What the results say about each other; *DIGITS (>= 0) is how many digits from the
 * position on all of them have alike. Pure.
 *
 * Each result must be the same as the others, but not each is a witness for the way
 * that it names. One that was answered from digits computed before is a witness for the
 * algorithm of the row that computed them; where that row is gone (answered_by 0, and
 * no time of its own), nobody can tell by which algorithm those digits came, and the
 * result is a witness for none.
 */
enum compare_verdict compare_verdict(const struct compare *compare, size_t *digits);

/* True when there is a result by ALGORITHM (not auto), or one to come, or the row asked
 * about was given up with it: that one can be tried again itself. Pure. */
bool compare_tried(const struct compare *compare, const struct limits *limits,
                   enum algorithm algorithm);

/* True when it is worth asking ALGORITHM (not auto) for the same digit: it goes so
 * far within LIMITS, and was not compare_tried(). Pure. */
bool compare_offers(const struct compare *compare, const struct limits *limits,
                    enum algorithm algorithm);

/* Includes compare_offer.tpl in D: a button for each algorithm that compare_offers(),
 * with what it is and costs; nothing when there is none. With R the form is for R's
 * visitor. Returns how many there are. Any thread, each its own CTX. */
size_t compare_show_offers(struct context *ctx, struct dict *d, const struct request *r,
                           const struct compare *compare);

/* A number that changes with which computations there are and with what
 * compare_show_offers() shows in CTX's language, for ETags beside COMPARE's revision: a
 * row that is deleted raises no revision, nor do costs that are measured. Any thread,
 * each its own CTX. */
int64_t compare_version(const struct context *ctx, const struct compare *compare);

#endif
