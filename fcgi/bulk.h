/*
 * One action on several rows, and how it is told afterwards: as counts in the address
 * that the visitor is led to, so that reloading the page does nothing again.
 */
#ifndef NTHPI_BULK_H
#define NTHPI_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct dict;
struct request;

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

/* The COUNT rows of IDS, up to BULK_MOST and each from 1 to 10^18 - 1, as text for an
 * address, "5.7.12"; and back, each row once. False (and *COUNT 0) for what is not
 * written so. */
enum { BULK_IDS_SIZE = BULK_MOST * 19 };
void bulk_print_ids(const int64_t *ids, size_t count, char text[BULK_IDS_SIZE]);
bool bulk_parse_ids(const char *text, int64_t ids[BULK_MOST], size_t *count);

/* Reads a row's number, all of the LENGTH characters of TEXT, as we print it. */
bool bulk_parse_id(const char *text, size_t length, int64_t *id);

/* True when ID is among the COUNT of IDS. */
bool bulk_has(const int64_t *ids, size_t count, int64_t id);

/* Tells in PAGE (list.tpl, computation.tpl) the outcome that R's address names
 * (PARAM_TOLD), if it does and that was just now: nothing is said again, nor what others
 * made up. Any thread, each its own PAGE. */
void bulk_tell(const struct context *ctx, struct dict *page, const struct request *r);

#endif
