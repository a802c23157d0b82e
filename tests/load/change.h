/*
 * Changes to a site whose nthpid does not run: a stand-in leases one long
 * computation and writes its progress, as nthpid does for a running job, so that
 * there is a change of a row whenever one is needed and nothing is computed.
 */
#ifndef NTHPI_LOAD_CHANGE_H
#define NTHPI_LOAD_CHANGE_H

#include <stdint.h>

struct changer;

/* Opens the site in the state folder STATE, adds the computation and takes it.
 * NULL: an error, told on standard error. */
struct changer *changer_open(const char *state);

/*
 * Commits a progress that shows, then rings the doorbell. *REVISION becomes what the
 * database is at after it, *COMMITTED_US when COMMIT returned (fleet_now()): whoever
 * was rung for may have run before this function returns. 0, or -1: an error, told.
 */
int changer_commit(struct changer *changer, int64_t *revision, int64_t *committed_us);

/* Cancels the computation and frees CHANGER; NULL is allowed. */
void changer_close(struct changer *changer);

#endif
