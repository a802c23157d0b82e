/*
 * What has been summed so far, in the form of a checkpoint: which units are done, and
 * the sum of their fractions.
 */
#ifndef NTHPI_ENGINE_BBP_STATE_H
#define NTHPI_ENGINE_BBP_STATE_H

#include "bbp_units.h"

/* A checkpoint is an array of words in the order of the machine's bytes. */
struct bbp_state {
    uint64_t *words;
    size_t length; /* in bytes */
};

/* Nothing done of the COUNT UNITS of HEAD. False when there is no memory. To be
 * released by bbp_state_close() in either case. */
bool bbp_state_open(struct bbp_state *state, const struct bbp_head *head,
                    const struct bbp_unit *units, size_t count);
void bbp_state_close(struct bbp_state *state);

/* Takes over the checkpoint of LENGTH bytes at BYTES if it is whole and belongs to the
 * same position, series and units; otherwise does nothing and returns false. */
bool bbp_state_resume(struct bbp_state *state, const void *bytes, size_t length);

bool bbp_state_done(const struct bbp_state *state, size_t unit);

/* UNIT is done, and its fractions have this SUM. */
void bbp_state_add(struct bbp_state *state, size_t unit, const struct fixed *sum);

/* The sum of the units done. */
struct fixed bbp_state_sum(const struct bbp_state *state);

/* Makes the words a valid checkpoint, until the next bbp_state_add(). */
void bbp_state_seal(struct bbp_state *state);

#endif
