/*
 * The SHA-256 of a text of pi, for those who keep it and want to know later
 * that it is still what it was.
 */
#ifndef NTHPI_PI_SUM_H
#define NTHPI_PI_SUM_H

#include "fcgi/pi_state.h"

/* The digest of "3." and N digits, as /pi/N.txt sends them, in lower-case hex into
 * SUM; "" when it is not told: not all of them are known, or they are more than a
 * million and the file that has them was made by an older nthpid. Not DIGITS_OK, with
 * SUM "": the digits could not be read. Any thread. */
enum digits_rc pi_sum(struct context *ctx, const struct pi_state *state,
                      char sum[DIGITS_SHA256_SIZE]);

#endif
