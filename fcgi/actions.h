/*
 * What can be done to a row, alike for forms and for the API.
 */
#ifndef NTHPI_ACTIONS_H
#define NTHPI_ACTIONS_H

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

enum action { ACTION_CANCEL, ACTION_RETRY, ACTION_DELETE };

/* Does ACTION to the row of R's path in the name of R's visitor, and rings. True:
 * it was done, *WISH says how far. False: REPLY is the error, which names the
 * row's status where that is the obstacle. */
bool action_do(struct context *ctx, const struct request *r, struct reply *reply,
               enum action action, enum store_wish *wish);

#endif
