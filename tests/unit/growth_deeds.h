/*
 * All that is done with a database besides showing lists: every statement of the
 * store is run by one of these, or by a list.
 */
#ifndef NTHPI_TESTS_GROWTH_DEEDS_H
#define NTHPI_TESTS_GROWTH_DEEDS_H

#include "store_fixture.h"

enum { GROWTH_DEEDS = 20 };

struct growth_deed {
    const char *name;
    void (*run)(struct fixture *f); /* on a database of growth_make() */
};

/* To be run in this order. */
extern const struct growth_deed growth_deeds[GROWTH_DEEDS];

#endif
