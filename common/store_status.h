/*
 * The store, what somebody who watches over a site wants to know. The cost of each
 * call is the same for any number of rows. See store.h for connections and threads.
 */
#ifndef NTHPI_STORE_STATUS_H
#define NTHPI_STORE_STATUS_H

#include "store.h"

/* A daemon that has ever worked on this state folder. */
struct store_daemon {
    char name[DAEMON_NAME_SIZE];
    double heartbeat_age; /* seconds */
};

/* Up to MAX of them, by name, into DAEMONS, their number into *COUNT. */
enum store_rc store_daemons(struct store *s, struct store_daemon *daemons, size_t max,
                            size_t *count);

/* Seconds since the oldest row that waits was added into *AGE, 0 when none waits. */
enum store_rc store_queue_age(struct store *s, double *age);

/* How far an index is: 0 .. 99 while it is made, or: */
enum { STORE_INDEX_DONE = 100, STORE_INDEX_DAMAGED = 127 };

/* What is noted of the search index of RADIX: the *LENGTH of the file it is of, and
 * *PERCENT; both 0 when nothing is. */
enum store_rc store_index(struct store *s, int radix, uint64_t *length, int *percent);

/* Notes that. The daemon does, and who meets a damaged one (PERCENT is then
 * STORE_INDEX_DAMAGED, and the daemon is told by the doorbell). Not within
 * store_begin_read(). */
enum store_rc store_note_index(struct store *s, int radix, uint64_t length,
                               int percent);

#endif
