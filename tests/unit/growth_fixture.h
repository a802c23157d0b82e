/*
 * A database as large as the site will ever be, and a small one with the same
 * rows wherever the tests of growth look.
 *
 * The large one has the rows 1 to GROWTH_ROWS, the small one only the newest 50 of
 * them and the 50 up to GROWTH_DEEP, with the same ids. So a page of 50 rows from
 * the start, or from before GROWTH_DEEP, is the same in both.
 */
#ifndef NTHPI_TESTS_GROWTH_FIXTURE_H
#define NTHPI_TESTS_GROWTH_FIXTURE_H

#include <stdbool.h>

enum {
    GROWTH_ROWS = 1000000,
    GROWTH_DEEP = GROWTH_ROWS / 2,
    GROWTH_SHOWN = 50,
    GROWTH_QUEUED = 10, /* the newest; row i asks for position i */
    GROWTH_RUNNING = 3, /* those before them */
    GROWTH_RARE = 6     /* cancelled, in radix 16, by bbp; nothing else is cancelled */
};

/* Makes the database PATH, with all rows when LARGE. */
void growth_make(const char *path, bool large);

#endif
