/*
 * Checkpoints of a checked run of bbp, which is two runs one after the other: which of
 * them is under way, what the first one brought, and the present one's own state.
 *
 * The digits of the first run are in the checkpoint to be compared with those of the
 * second: nothing in it says that a result is right. All functions may be called from
 * any thread.
 */
#ifndef NTHPI_ENGINE_CHECKED_STATE_H
#define NTHPI_ENGINE_CHECKED_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine.h"
#include "fixed.h"

struct checked_state {
    bool second;                  /* the second run is under way */
    size_t kept;                  /* digits of the first run, if so, else 0 */
    char text[FIXED_MOST_DIGITS]; /* not terminated */
    const void *own;              /* the engine's checkpoint of the present run */
    size_t own_length;            /* in bytes; 0: it has just begun */
};

/* A checkpoint of JOB in that STATE: *LENGTH bytes, to be freed by the caller. NULL
 * when there is no memory. */
void *checked_state_pack(const struct checked_state *state,
                         const struct engine_job *job, size_t *length);

/* Reads the checkpoint of LENGTH bytes at BYTES (or NULL) into STATE, whose `own` then
 * points into it. False, with an empty STATE, unless it is whole and belongs to JOB;
 * the number of threads does not count. */
bool checked_state_unpack(struct checked_state *state, const struct engine_job *job,
                          const void *bytes, size_t length);

#endif
