/*
 * Published digits that cannot be shown.
 */
#ifndef NTHPI_DAMAGE_H
#define NTHPI_DAMAGE_H

#include "common/store.h"
#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

/* Opens the file of P, as store_published() told, so that only whole digits are read
 * from it. The caller closes it. */
enum digits_rc damage_open(const struct context *ctx, const struct published *p,
                           struct digits_file *file);

/* The file of P could not be opened or read because of RC: answers 503, logs it, and
 * tells the daemon when the file is damaged. R is NULL for a parked request, within
 * store_begin_read(): the daemon is told by the next one that is not. */
void damage_answer(struct context *ctx, const struct request *r, struct reply *reply,
                   const struct published *p, enum digits_rc rc);

#endif
