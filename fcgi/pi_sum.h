/*
 * The SHA-256 of a text of pi, for those who keep it and want to know later
 * that it is still what it was.
 */
#ifndef NTHPI_PI_SUM_H
#define NTHPI_PI_SUM_H

#include "fcgi/pi_state.h"

/* True when pi_sum() tells the one of STATE: all N digits are known, and they are
 * either a published file, whose digest is stored, or so few that they are hashed
 * while a visitor waits. Pure. */
bool pi_sum_told(const struct pi_state *state);

/* The digest of "3." and N digits, as /pi/N.txt sends them, in lower-case hex into
 * SUM; "" when it is not told. Not DIGITS_OK, with SUM "": the digits could not be
 * read. Any thread. */
enum digits_rc pi_sum(struct context *ctx, const struct pi_state *state,
                      char sum[DIGITS_SHA256_SIZE]);

#endif
