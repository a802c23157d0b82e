/*
 * Deeds of common/ that need memory: each can be done again and again, and says whether
 * it succeeded; what it made is whole, or the test has failed.
 */
#ifndef NTHPI_TESTS_SCARCE_DEEDS_H
#define NTHPI_TESTS_SCARCE_DEEDS_H

#include "store_fixture.h"

#include <stdbool.h>
#include <stddef.h>

/* What a deed has to work with. */
struct place {
    struct fixture *f; /* with a connection that always has memory */
    struct store *s;   /* this one is opened for each deed */
    int64_t id;        /* of the row that the deed is about */
    int work, digits;  /* folders */
    char file[128];    /* that there is not yet */
};

struct deed {
    const char *name;
    const char
        *state; /* of the row: "queued", "taken", "expired", "calculated", "failed" */
    bool (*run)(struct place *p); /* did it succeed? */
    bool changes;                 /* does it raise the revision? */
};

extern const struct deed scarce_deeds[];
extern const size_t scarce_deed_count;

#endif
