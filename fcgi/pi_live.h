/*
 * The part of the page of pi to N digits that is live: pi_live.tpl.
 */
#ifndef NTHPI_PI_LIVE_H
#define NTHPI_PI_LIVE_H

#include "fcgi/app.h"
#include "fcgi/pi_screen.h"
#include "fcgi/view.h"

/* Fills D, a dictionary of pi_live.tpl, which stays the caller's, from S, whose digits
 * were read (pi_screen_read()) and which is only looked at. Any thread, with a CTX of
 * its own. */
void pi_live_fill(struct context *ctx, struct dict *d, const struct pi_screen *s);

#endif
