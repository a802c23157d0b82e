/*
 * The stand-in's lease is long enough for any use. Its position is one that no
 * site's list has: the largest of spigot, which no default limit allows.
 */
#include "config.h"

#include "tests/load/change.h"
#include "tests/load/fleet.h"
#include "tests/load/load.h"

#include "common/conf.h"
#include "common/doorbell.h"
#include "common/store_ask.h"
#include "common/store_queue.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEASE_S = 24 * 3600, STEPS = 100000, POSITION = 999999999 };

struct changer {
    struct store *store;
    struct doorbell *bell;
    struct store_lease lease;
    int64_t id;
    unsigned step;
};

static int
complain(struct store *store, const char *what)
{
    fprintf(stderr, "load: cannot %s: %s\n", what, store ? store_message(store) : "");
    return -1;
}

/* Opens the database and the doorbell in the folder STATE. */
static int
open_site(struct changer *changer, const char *state)
{
    struct conf conf = {.state = (char *)(uintptr_t)state};
    char *database = conf_path(&conf, CONF_DB), *bell = conf_path(&conf, CONF_DOORBELL);
    int result = -1;
    if (database && bell &&
        store_open(&changer->store, database, STORE_RELAXED) == STORE_OK) {
        changer->bell = doorbell_open(bell, 0);
        result = changer->bell ? 0 : -1;
    }
    free(database);
    free(bell);
    return result;
}

struct changer *
changer_open(const char *state)
{
    const struct store_asker nobody = {0};
    enum store_added added;
    struct changer *changer = calloc(1, sizeof *changer);
    if (!changer)
        return NULL;
    snprintf(changer->lease.token, sizeof changer->lease.token, "stand-in");
    snprintf(changer->lease.owner, sizeof changer->lease.owner, "stand-in");
    changer->lease.until = store_boottime() + (int64_t)LEASE_S * 1000000;
    if (open_site(changer, state) != 0 ||
        store_add(changer->store, 10, POSITION, ALGORITHM_SPIGOT, &nobody, 1000000,
                  &changer->id, &added) != STORE_OK ||
        store_take(changer->store, changer->id, &changer->lease, ALGORITHM_SPIGOT) !=
            STORE_OK) {
        complain(changer->store, "take a computation");
        changer_close(changer);
        return NULL;
    }
    return changer;
}

int
changer_commit(struct changer *changer, int64_t *revision, int64_t *committed_us)
{
    changer->step++;
    struct store_progress progress = {
        .id = changer->id,
        .token = changer->lease.token,
        .fraction = (double)(changer->step % STEPS) / STEPS,
        .phase = "digits",
        .eta_s = STEPS - changer->step % STEPS,
    };
    if (store_progress(changer->store, &progress, 1) != STORE_OK || progress.lost)
        return complain(changer->store, "write progress");
    *committed_us = fleet_now();
    doorbell_ring(changer->bell);
    *revision = store_revision(changer->store);
    return *revision > 0 ? 0 : complain(changer->store, "read the revision");
}

void
changer_close(struct changer *changer)
{
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    if (!changer)
        return;
    if (changer->store && changer->id > 0 &&
        (store_cancel(changer->store, changer->id, &admin, &wish) != STORE_OK ||
         store_grant(changer->store, changer->id, changer->lease.token) != STORE_OK))
        complain(changer->store, "cancel the computation");
    if (changer->bell)
        doorbell_ring(changer->bell);
    doorbell_close(changer->bell);
    store_close(changer->store);
    free(changer);
}

static volatile sig_atomic_t stop;

static void
on_stop(int signal)
{
    (void)signal;
    stop = 1;
}

int
change_run(const struct options *options)
{
    const struct sigaction action = {.sa_handler = on_stop};
    if (sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0)
        return 1;
    struct changer *changer = changer_open(options->state);
    int64_t revision, at_us, pause_ns = 1000000000 / options->per_second;
    struct timespec next;
    int rc = changer ? 0 : -1;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (rc == 0 && !stop) {
        rc = changer_commit(changer, &revision, &at_us);
        next.tv_nsec += pause_ns;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    changer_close(changer);
    return rc == 0 ? 0 : 1;
}
