/*
 * Who uses a state folder, and how a restored one gets into its place.
 *
 * Every program holds run/state.lock with flock(), shared, as long as it uses the
 * folder; `nthpi restore` holds it alone. What is to be restored is made ready in the
 * folder restore.new and synced; renaming that to restore.ready is the moment from
 * which the restored state counts. Putting its files into place can be done again
 * from any point on, and whoever locks the folder next does so before anything else.
 */
#ifndef NTHPI_STATE_H
#define NTHPI_STATE_H

#include "conf.h"

#include <stdbool.h>

/* Folders within the state folder, see above. */
#define STATE_RESTORE_NEW   "restore.new"
#define STATE_RESTORE_READY "restore.ready"

enum state_use {
    STATE_SHARED, /* with others */
    STATE_ALONE,  /* nobody else */
};

/*
 * Takes the lock of CONF's state folder, whose run/ exists, and ends a restore that was
 * cut off. For STATE_SHARED it waits up to five seconds. The descriptor, to be closed
 * when the folder is not used any more (exec closes it), or -1 with errno and a message
 * logged: EWOULDBLOCK when others use the folder. Before the process has threads.
 */
int state_lock(const struct conf *conf, enum state_use use);

/* Puts what is in restore.ready into its place: digits, key, database; nothing to do
 * without that folder. The caller has the lock for itself. False with a message
 * logged; a later call goes on. */
bool state_put_into_place(const struct conf *conf);

#endif
