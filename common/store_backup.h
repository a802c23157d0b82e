/*
 * The store, copies of it: made while others work, and what has to be done to one
 * before programs work on it again. See store.h for connections and threads.
 */
#ifndef NTHPI_STORE_BACKUP_H
#define NTHPI_STORE_BACKUP_H

#include "store.h"

/*
 * Copies the whole database of S as it is at one moment to PATH: a single file of mode
 * 0600, synced, without a WAL. What is at PATH is overwritten. Others read and write
 * meanwhile. Not within a read or write transaction of S.
 */
enum store_rc store_copy(struct store *s, const char *path);

/* The schema's number of the database at PATH, whatever program made it, by a
 * connection that changes nothing; -1: it is no database of nthpi (logged). */
int store_schema_of(const char *path);

/* What store_restored() did. */
struct store_restored {
    int64_t revision;   /* the database's revision now */
    size_t given_back;  /* rows that were worked on, back in the queue (or as wished) */
    size_t asked_again; /* rows whose digits are to be computed again */
};

/*
 * Makes S, a copy of a database that may be old, fit to be worked on, in one
 * transaction. The revision jumps by STORE_REVISION_JUMP beyond its own and BEYOND (of
 * the database that it replaces; 0: none), so that every page that is open begins anew.
 * Leases are void: their rows go back to the queue, or are cancelled or deleted where
 * that is wanted. Where LOST[i] (i = 0: radix 10, 1: radix 16) the published digits of
 * that radix are not there any more: nothing is published, and the row that computed
 * them waits to be computed again; where it is gone a new one does, as far as LIMITS
 * allow.
 */
enum store_rc store_restored(struct store *s, int64_t beyond, const bool lost[2],
                             const struct limits *limits, struct store_restored *what);

/* Ends S's WAL so that its file alone is the whole database, and closes S. The caller
 * is its only user. */
enum store_rc store_close_whole(struct store *s);

#endif
