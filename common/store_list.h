/*
 * The store, reading rows. See store.h for connections and threads. Rows are
 * copied into the caller's arrays; nothing is allocated for the caller.
 */
#ifndef NTHPI_STORE_LIST_H
#define NTHPI_STORE_LIST_H

#include "store.h"

/* The orders of the list. */
enum store_sort {
    SORT_NEWEST,   /* running rows first, then the others; in both, newest first */
    SORT_POSITION, /* smallest position first, and of one position oldest first */
    SORT_TIME,     /* what took longest first (wall_s; rows without any time last), and
                      of one time newest first */
    SORT_COUNT
};

/* The names of the orders in addresses: "newest", "position", "time"; static. */
const char *store_sort_name(enum store_sort sort);

/* The order named TEXT into *SORT; false (and *SORT untouched) for another. */
bool store_sort_parse(const char *text, enum store_sort *sort);

/* Which rows; -1 / 0 stands for "any". All together must hold. And in which order. */
struct store_filter {
    int status;        /* enum status, or -1 */
    int radix;         /* 10, 16, or 0 */
    int algorithm;     /* enum algorithm, or -1 */
    int sort;          /* enum store_sort */
    uint64_t position; /* or 0 */
};
#define STORE_FILTER_ANY                                                               \
    {                                                                                  \
        .status = -1, .radix = 0, .algorithm = -1, .sort = SORT_NEWEST, .position = 0  \
    }

/* True when C is one of FILTER's rows. Pure. */
bool store_filter_matches(const struct store_filter *filter,
                          const struct computation *c);

/*
 * Where a page of the list starts: after a row, in the list's order. Zero: at the
 * start. Printed in URLs as "r12" (after running row 12) or "12"; "p1000.12": after
 * row 12 at position 1000; "t2500.12": after row 12, which took 2,500 microseconds.
 */
struct store_cursor {
    bool running; /* SORT_NEWEST */
    int sort;     /* enum store_sort: the order that it is a place in */
    int64_t key;  /* SORT_POSITION: the position; SORT_TIME: microseconds */
    int64_t id;   /* 0: the start of the list */
};
enum { STORE_CURSOR_SIZE = 48 };
void store_cursor_print(const struct store_cursor *cursor,
                        char text[STORE_CURSOR_SIZE]);
bool store_cursor_parse(const char *text, struct store_cursor *cursor);

/*
 * Up to MAX rows of FILTER after CURSOR in the list's order into ROWS, their
 * number into *COUNT; *NEXT (may be NULL) becomes the cursor of the page after,
 * with id 0 when there is none. CURSOR must be one of FILTER's order. Cost does not
 * depend on how deep the page is.
 */
enum store_rc store_list(struct store *s, const struct store_filter *filter,
                         const struct store_cursor *cursor, struct computation *rows,
                         size_t max, size_t *count, struct store_cursor *next);

/* One row by id, or by what was asked. Like every function here they leave window
 * and digit empty before the row is stored. STORE_NOT_FOUND leaves *C untouched. */
enum store_rc store_get(struct store *s, int64_t id, struct computation *c);
enum store_rc store_find(struct store *s, int radix, uint64_t position,
                         enum algorithm algorithm, struct computation *c);

/* How many rows have each status; constant cost (kept by triggers). */
enum store_rc store_counts(struct store *s, int64_t counts[STATUS_COUNT]);

/* How many rows have each status among those of FILTER's radix, algorithm and position;
 * its own status counts for nothing. Constant cost, as above. */
enum store_rc store_counts_of(struct store *s, const struct store_filter *filter,
                              int64_t counts[STATUS_COUNT]);

/* A running or queued row of RADIX whose digits will reach LENGTH (chudnovsky
 * or spigot, or auto where it will run chudnovsky by the site's LIMITS; running
 * first, then shortest first). STORE_NOT_FOUND: none. */
enum store_rc store_find_coming(struct store *s, const struct limits *limits, int radix,
                                uint64_t length, struct computation *c);

/* What changed after a revision. */
struct store_delta {
    int64_t revision; /* up to and with which the delta goes: ask again from here */
    bool reset;       /* SINCE is too old or from another history: start anew */
    bool more;        /* the delta was cut at MAX; ask again at once */
};

/*
 * The rows changed after revision SINCE into ROWS (up to MAX, oldest change
 * first; cut only between revisions, MAX must be at least 64) and the ids
 * removed after it into REMOVED (up to MAX). A transaction that changed more
 * rows than MAX gives reset. Call between store_begin_read and store_end_read.
 */
enum store_rc store_changes(struct store *s, int64_t since, struct computation *rows,
                            size_t max, size_t *count, int64_t *removed,
                            size_t *nremoved, struct store_delta *delta);

/*
 * True when row ID, which has another status now, has left STATUS after revision
 * SINCE; true as well when that cannot be told (an error, logged). Not for a delta
 * that was cut: SINCE must be a revision whose rows the caller had whole.
 */
bool store_left(struct store *s, int64_t id, enum status status, int64_t since);

/* A row's history. */
struct event {
    int64_t id, computation_id;
    char stage[16]; /* a stage's, or "failed", "cancelled", "requeued", "retried" */
    int64_t at;     /* microseconds since 1970 UTC */
    char detail[COMPUTATION_TEXT_SIZE];
};

/* The newest MAX events of row ID in the order they happened. */
enum store_rc store_events(struct store *s, int64_t id, struct event *events,
                           size_t max, size_t *count);

#endif
