/*
 * The daemon's context, see daemon.h. Order of opening: the folders, their
 * lock (common/state.h), the lock of our name (from then on nobody else acts under it),
 * the database, the rest. Every descriptor is close-on-exec; the program's own and
 * those of folders lie above the ones that a worker gets.
 */
#include "config.h"

#include "daemon/daemon.h"

#include "common/state.h"
#include "daemon/confine.h"
#include "daemon/lock.h"
#include "daemon/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* Opens PATH and moves the descriptor above those of a worker. */
static int
open_high(const char *path, int flags)
{
    int low = open(path, flags | O_CLOEXEC), high;

    if (low < 0) {
        log_error("cannot open %s: %s", path, strerror(errno));
        return -1;
    }
    high = fcntl(low, F_DUPFD_CLOEXEC, WORKER_FIRST_FREE);
    if (high < 0) {
        log_error("cannot open %s: %s", path, strerror(errno));
    }
    close(low);
    return high;
}

static int
open_folder(const struct conf *conf, const char *name)
{
    char *path = conf_path(conf, name);
    int fd;

    if (!path) {
        log_error("out of memory");
        return -1;
    }
    fd = open_high(path, O_RDONLY | O_DIRECTORY);
    free(path);
    return fd;
}

/* Another daemon that looks whether we live holds our lock for a moment: try a
 * few times before believing that we live already. */
static bool
take_name(struct daemon *d)
{
    char lock[LOCK_NAME_SIZE];
    struct timespec pause = {0, 50 * 1000 * 1000};

    lock_daemon_name(lock, d->conf->name);
    for (int i = 0; i < 10; i++) {
        d->name_lock = lock_take(d->conf, lock);
        if (d->name_lock >= 0) {
            return true;
        }
        if (errno != EWOULDBLOCK) {
            log_error("cannot lock run/%s.lock: %s", lock, strerror(errno));
            return false;
        }
        nanosleep(&pause, NULL);
    }
    log_error("another nthpid named \"%s\" runs on %s already; choose another --name",
              d->conf->name, d->conf->state);
    return false;
}

static bool
open_store(struct daemon *d)
{
    char *path = conf_path(d->conf, CONF_DB), *bell = conf_path(d->conf, CONF_DOORBELL);
    bool ok = false;

    if (!path || !bell || asprintf(&d->wal_path, "%s-wal", path) < 0) {
        d->wal_path = NULL;
        log_error("out of memory");
    } else if (store_open(&d->durable, path, STORE_DURABLE) == STORE_OK &&
               store_open(&d->relaxed, path, STORE_RELAXED) == STORE_OK) {
        d->bell = doorbell_open(bell, 1);
        ok = d->bell != NULL;
    }
    free(path);
    free(bell);
    return ok;
}

static bool
open_signals(struct daemon *d)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    /* SIGXFSZ: a limit on file sizes is an error of write(), too. */
    if (sigaction(SIGPIPE, &ignore, NULL) != 0 ||
        sigaction(SIGXFSZ, &ignore, NULL) != 0 ||
        sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        log_error("cannot set up signals: %s", strerror(errno));
        return false;
    }
    d->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (d->signal_fd < 0) {
        log_error("cannot set up signals: %s", strerror(errno));
    }
    return d->signal_fd >= 0;
}

/* One token for all leases of this process. A row is in its list once at most,
 * so the token need only tell this process from others, those of the same name
 * before and after it included. */
static bool
make_token(struct daemon *d)
{
    unsigned char random[(LEASE_SIZE - 1) / 2];

    if (sodium_init() < 0) {
        log_error("cannot set up random numbers");
        return false;
    }
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(d->token, sizeof d->token, random, sizeof random);
    return true;
}

/* Our own score for when memory runs out; done without where /proc can't be written. */
static void
open_score(struct daemon *d)
{
    ssize_t length = -1;
    int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);

    if (fd >= 0) {
        d->score_fd = fcntl(fd, F_DUPFD_CLOEXEC, WORKER_FIRST_FREE);
        length = pread(fd, d->score, sizeof d->score - 1, 0);
        close(fd);
    }
    if (length <= 0 && d->score_fd >= 0) {
        close(d->score_fd);
        d->score_fd = -1;
    }
}

bool
daemon_open(struct daemon *d, const struct conf *conf)
{
    memset(d, 0, sizeof *d);
    d->conf = conf;
    d->exe_fd = d->work_fd = d->digits_fd = d->signal_fd = d->score_fd = -1;
    d->state_lock = d->name_lock = d->checkpoint_lock = -1;
    worker_init(&d->indexing.worker);
    d->indexing.out_fd = d->indexing.lock = -1;
    d->cpus = conf->cpus > 0 ? (int)conf->cpus : machine_cpus();
    d->clock_offset = upkeep_clock_offset();
    d->look = true;
    if (!make_token(d)) {
        return false;
    }
    d->trust = digits_trust_new();
    if (!d->trust) {
        log_error("out of memory");
        return false;
    }
    if (conf_make_state(conf) != 0 ||
        (d->state_lock = state_lock(conf, STATE_SHARED)) < 0 || !take_name(d) ||
        !open_signals(d)) {
        return false;
    }
    d->exe_fd = open_high("/proc/self/exe", O_RDONLY);
    d->work_fd = open_folder(conf, "work");
    d->digits_fd = open_folder(conf, "digits");
    open_score(d);
    return d->exe_fd >= 0 && d->work_fd >= 0 && d->digits_fd >= 0 && open_store(d) &&
           confine_daemon(conf, d->exe_fd);
}

static void
close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void
daemon_close(struct daemon *d)
{
    while (d->jobs) {
        daemon_drop_job(d, d->jobs);
    }
    while (d->superseded) {
        struct superseded *s = d->superseded;

        d->superseded = s->next;
        free(s);
    }
    scrub_end(&d->scrub);
    digits_trust_free(d->trust);
    doorbell_close(d->bell);
    store_close(d->relaxed);
    store_close(d->durable);
    free(d->wal_path);
    close_fd(d->score_fd);
    close_fd(d->signal_fd);
    close_fd(d->digits_fd);
    close_fd(d->work_fd);
    close_fd(d->exe_fd);
    close_fd(d->checkpoint_lock);
    close_fd(d->name_lock);
    close_fd(d->state_lock);
}

void
daemon_changed(struct daemon *d)
{
    doorbell_ring(d->bell);
}

void
daemon_lease(const struct daemon *d, struct store_lease *lease)
{
    memcpy(lease->token, d->token, sizeof lease->token);
    snprintf(lease->owner, sizeof lease->owner, "%s", d->conf->name);
    lease->until = store_boottime() + (int64_t)d->conf->lease_s * 1000000;
}

struct job *
daemon_add_job(struct daemon *d, const struct computation *row)
{
    struct job *j = calloc(1, sizeof *j);

    if (!j) {
        log_error("out of memory");
        return NULL;
    }
    j->row = *row;
    worker_init(&j->worker);
    aside_init(&j->aside);
    j->next = d->jobs;
    d->jobs = j;
    return j;
}

struct job *
daemon_find_job(struct daemon *d, int64_t id)
{
    struct job *j = d->jobs;

    while (j && j->row.id != id) {
        j = j->next;
    }
    return j;
}

void
daemon_drop_job(struct daemon *d, struct job *j)
{
    struct job **link = &d->jobs;

    while (*link && *link != j) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = j->next;
    }
    close_fd(j->worker.pipe);
    aside_close(&j->aside);
    free(j);
}

const struct engine_algorithm *
daemon_algorithm(const struct limits *limits, const struct computation *row)
{
    enum algorithm algorithm = row->algorithm;

    if (algorithm == ALGORITHM_AUTO) {
        algorithm = algorithm_auto(limits, row->radix, row->position);
    }
    return engine_find(algorithm_name(algorithm));
}

uint64_t
daemon_file_bytes(const struct engine_algorithm *algorithm, uint64_t position)
{
    return algorithm->prefix ? position + 2 : 0;
}
