/*
 * What computations cost on this machine: a table that the daemon makes with the
 * engine's cost models and the speed of the jobs it has seen, and that the web program
 * and the pages read, which know nothing of the engine. Plain values; all functions are
 * pure and thread-safe.
 *
 * Times and memory are given at the powers of ten; between them both follow straight
 * lines on log axes, beyond the last they go on as between the last two.
 */
#ifndef NTHPI_COST_H
#define NTHPI_COST_H

#include "computation.h"

/* Points are the positions 1, 10, 100 … 10^13. */
enum { COST_POINTS = 14, COST_TEXT_SIZE = 512 };

/* One computation, its verification included, with all the threads that it would get
 * when nothing else runs. */
struct cost {
    double seconds;
    double mib; /* memory */
};

/* One algorithm in one radix; COUNT is 0 when it is not known. */
struct cost_line {
    int count;
    struct cost at[COST_POINTS];
};

struct cost_table {
    int threads; /* how many jobs of one thread run side by side; 0: nothing is known */
    struct cost_line lines[ALGORITHM_COUNT][2]; /* radix 10, radix 16 */
};

/* The line of ALGORITHM in RADIX (10 or 16). */
const struct cost_line *cost_line(const struct cost_table *table,
                                  enum algorithm algorithm, int radix);

/* What POSITION (>= 1) costs by LINE into *COST; false: LINE knows nothing. */
bool cost_at(const struct cost_line *line, uint64_t position, struct cost *cost);

/* True when a job of ALGORITHM uses one thread only, so that others run beside it. */
bool cost_is_narrow(enum algorithm algorithm);

/* LINE as text, "0.0002/4 0.001/5 …": seconds and MiB of each point, in order; and
 * back. False (and *LINE untouched) for what was not printed so. */
void cost_print(const struct cost_line *line, char text[COST_TEXT_SIZE]);
bool cost_parse(const char *text, struct cost_line *line);

#endif
