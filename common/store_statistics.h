/*
 * The store, what pictures are made of: counts of many digits, and how long
 * computations took. See store.h for connections and threads. The cost of each call
 * is the same for any number of rows.
 */
#ifndef NTHPI_STORE_STATISTICS_H
#define NTHPI_STORE_STATISTICS_H

#include "statistics.h"
#include "store.h"

/* The counts of the first LENGTH digits of RADIX into *STATISTICS. STORE_NOT_FOUND:
 * nobody has kept them. STORE_CORRUPT: what is there can't be such counts. */
enum store_rc store_statistics(struct store *s, int radix, uint64_t length,
                               struct statistics *statistics);

/* True when they are kept; false as well when that can't be told (logged). */
bool store_has_statistics(struct store *s, int radix, uint64_t length);

/* Keeps STATISTICS, of radix 10 or 16, unless counts of as many digits are kept. */
enum store_rc store_keep_statistics(struct store *s,
                                    const struct statistics *statistics);

/* A computation that was done here. */
struct store_speed {
    int64_t id;
    uint64_t position;
    double wall_s, cpu_s; /* > 0; cpu_s is negative when it is not known */
};

/* How far apart those are that store_timings() gives: at most so many have positions
 * between one power of ten and the next. */
enum { STORE_SPEEDS_A_DECADE = 8, STORE_SPEEDS_MAX = 14 * STORE_SPEEDS_A_DECADE };

/*
 * Computations of RADIX that METHOD (not auto) did, by rising position, into SPEEDS,
 * their number into *COUNT: the one with the lowest position, then always the next
 * whose position is at least 10^(1/8) times as large. Few are read however many there
 * are.
 */
enum store_rc store_timings(struct store *s, int radix, enum algorithm method,
                            struct store_speed speeds[STORE_SPEEDS_MAX], size_t *count);

#endif
