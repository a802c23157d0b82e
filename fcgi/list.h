/*
 * The list page with a form that was filled in before.
 */
#ifndef NTHPI_LIST_H
#define NTHPI_LIST_H

#include "fcgi/form.h"
#include "fcgi/reply.h"

/* Rows of a first screen. */
enum { LIST_ROWS = 50 };

/* Answers with the whole list and FORM, as STATUS: the answer to a form that
 * cannot be accepted. Headers set before are kept. */
void list_with_form(struct context *ctx, struct reply *reply, int status,
                    const struct form *form);

#endif
