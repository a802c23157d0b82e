/*
 * What can be done to a row, alike for forms and for the API.
 */
#ifndef NTHPI_ACTIONS_H
#define NTHPI_ACTIONS_H

#include "fcgi/app.h"
#include "fcgi/bulk.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

/* Does ACTION to row ID in the name of ASKER. */
enum store_rc action_run(struct context *ctx, enum action action, int64_t id,
                         const struct store_asker *asker, enum store_wish *wish);

/* What became of a row by action_run(), which returned RC and set WISH. Pure. */
enum bulk_fate action_fate(enum store_rc rc, enum store_wish wish);

/* Has REPLY lead to URL, an address of the list (list_url()) or of a computation,
 * which tells OUTCOME once. */
void action_lead_told(const struct context *ctx, struct reply *reply, const char *url,
                      const struct bulk_outcome *outcome);

/* Does ACTION to the row of R's path in the name of R's visitor, and rings. True:
 * it was done, *WISH says how far. False: REPLY is the error, which names the
 * row's status where that is the obstacle. */
bool action_do(struct context *ctx, const struct request *r, struct reply *reply,
               enum action action, enum store_wish *wish);

/* The same for a form, which a second click sends again: true also where the status
 * would not allow it because the row is already as ACTION leaves it (cancelled; or
 * waiting or running, and wanted so). *WISH is WISH_DONE then, nothing has changed. */
bool action_do_once(struct context *ctx, const struct request *r, struct reply *reply,
                    enum action action, enum store_wish *wish);

#endif
