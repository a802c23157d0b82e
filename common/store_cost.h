/*
 * The store, what computations cost on this machine (common/cost.h). See store.h for
 * connections and threads.
 */
#ifndef NTHPI_STORE_COST_H
#define NTHPI_STORE_COST_H

#include "common/cost.h"
#include "store.h"

/* What the daemon has told last into *TABLE, all of it 0 before it has. */
enum store_rc store_costs(struct store *s, struct cost_table *table);

/* Tells TABLE, and SPEEDS: how many times as long as by its model a job of each
 * algorithm took (0: not known). Pages show the table, so the revision is raised where
 * it changed. */
enum store_rc store_set_costs(struct store *s, const struct cost_table *table,
                              const double speeds[ALGORITHM_COUNT]);

/* The speeds that were told last, 0 where none was. */
enum store_rc store_speeds(struct store *s, double speeds[ALGORITHM_COUNT]);

/* A row that waits, as much of it as its turn and its cost take. */
struct store_waiting {
    int64_t id;
    uint64_t position;
    int radix;
    enum algorithm algorithm;
};

/* Up to MAX rows that wait, by their turns, into ROWS, their number into *COUNT. */
enum store_rc store_queue_front(struct store *s, struct store_waiting *rows, size_t max,
                                size_t *count);

#endif
