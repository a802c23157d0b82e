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

#endif
