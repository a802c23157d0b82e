/*
 * One action on several rows, and how it is told afterwards: as counts in the address
 * that the visitor is led to, so that reloading the page does nothing again.
 */
#ifndef NTHPI_BULK_H
#define NTHPI_BULK_H

#include "fcgi/lang.h"

#include <stdbool.h>

struct dict;

enum action { ACTION_CANCEL, ACTION_RETRY, ACTION_DELETE, ACTION_COUNT };

/* What ACTION (in range) is called in forms and addresses: "cancel"; static. Pure. */
const char *action_name(enum action action);

/* What can become of a row. */
enum bulk_fate {
    BULK_DONE,
    BULK_NOTED,     /* the daemon will do it */
    BULK_WITHDRAWN, /* others still want it */
    BULK_FORBIDDEN,
    BULK_CONFLICT, /* its status does not allow it */
    BULK_GONE,
    BULK_FULL,   /* the queue, or a limit of the visitor */
    BULK_FAILED, /* the database */
    BULK_FATES
};

/* Rows at once, at most. */
enum { BULK_MOST = 100 };

struct bulk_outcome {
    enum action action;
    unsigned count[BULK_FATES]; /* each at most BULK_MOST */
};

/* OUTCOME as text for an address, "cancel.3.0.0.1.0.0.0.0", and back; false (and
 * *OUTCOME untouched) for what is not written so. Pure. */
enum { BULK_TEXT_SIZE = 48 };
void bulk_print(const struct bulk_outcome *outcome, char text[BULK_TEXT_SIZE]);
bool bulk_parse(const char *text, struct bulk_outcome *outcome);

/* Tells OUTCOME in LANG in PAGE (list.tpl). Any thread, each its own PAGE. */
void bulk_show(enum lang lang, struct dict *page, const struct bulk_outcome *outcome);

#endif
