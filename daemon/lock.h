/*
 * Lock files: a process holds run/NAME.lock with flock() as long as it lives,
 * so that others on the machine can tell whether it does. The files stay; only
 * the locks come and go.
 */
#ifndef NTHPI_LOCK_H
#define NTHPI_LOCK_H

#include "common/conf.h"

#include <stdbool.h>

/* Takes the lock of NAME ("checkpoint", "nthpid-main") in CONF's state folder
 * without waiting. Returns its descriptor, to be closed to give it up (it is
 * closed by exec), or -1 with errno, EWOULDBLOCK: another process holds it. */
int lock_take(const struct conf *conf, const char *name);

/* True when nobody holds the lock of daemon NAME. A name that no daemon can
 * have, and an error, count as alive: their leases will expire. */
bool lock_daemon_is_dead(const struct conf *conf, const char *name);

/* The lock's name of daemon NAME: "nthpid-NAME", into OUT. */
enum { LOCK_NAME_SIZE = 64 };
void lock_daemon_name(char out[LOCK_NAME_SIZE], const char *name);

#endif
