/*
 * The store, looked over from end to end: is it what SQLite and we promise it to be?
 * See store.h for connections and threads.
 */
#ifndef NTHPI_STORE_CHECK_H
#define NTHPI_STORE_CHECK_H

#include "store.h"

/* Is told what is wrong, a sentence without full stop, valid until it returns. */
typedef void store_found(void *ctx, const char *problem);

/* The most problems of one kind that are told one by one. */
enum { STORE_CHECK_EACH = 10 };

/*
 * Checks S's database as it is at one moment: SQLite's own structure (integrity_check,
 * or without its indexes with QUICK: quick_check), foreign keys, and what our rows
 * promise: counters, stages, leases, digits, events, revisions. Calls FOUND(ctx, …) for
 * each problem; *ROWS (may be NULL) is the number of computations. STORE_OK: all was
 * looked at, whatever was found. Reads everything; others work meanwhile. Not within a
 * transaction.
 */
enum store_rc store_check(struct store *s, bool quick, store_found *found, void *ctx,
                          int64_t *rows);

#endif
