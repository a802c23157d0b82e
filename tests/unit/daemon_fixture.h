/*
 * A state folder with real daemons on it, for tests. The daemon is ./nthpid of
 * the build folder, or what NTHPID names. Everything waits on conditions in the
 * database or among processes; a condition that does not come true within
 * SITE_PATIENCE_S fails the test. (Workers are nice: beside tests that compute they get
 * little of a processor, and with sanitizers they need much.)
 */
#ifndef NTHPI_DAEMON_FIXTURE_H
#define NTHPI_DAEMON_FIXTURE_H

#include "config.h"

#include "common/conf.h"
#include "common/doorbell.h"
#include "common/store_ask.h"
#include "common/store_list.h"
#include "common/store_queue.h"

#include <signal.h>
#include <string.h>
#include <sys/types.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { SITE_PATIENCE_S = 600, SITE_DAEMONS = 2 };

/* Decimal digits that take chudnovsky long enough to be caught while it runs, and that
 * are no small job for plan.h. */
enum { SITE_LONG = 8000000 };

struct site {
    char path[64];
    struct conf conf; /* only `state` is set */
    struct store *store;
    struct doorbell *bell;
    int work_fd, digits_fd;
    pid_t daemon[SITE_DAEMONS]; /* 0: not running; their names are "a" and "b" */
};

/* cmocka setup and teardown: *STATE is a struct site. The teardown ends the
 * daemons and fails when a process of theirs is left. */
int site_setup(void **state);
int site_teardown(void **state);

/* Starts daemon WHICH (0 or 1) with MORE arguments (ended by NULL, or NULL) and
 * waits until it is ready. */
void site_start(struct site *s, int which, const char *const *more);

/* The same, but waits for its end; its wait status. */
int site_start_and_wait(struct site *s, const char *name);

/* SIGTERM, waits; the exit code. */
int site_stop(struct site *s, int which);

/* SIGKILL; waits until its workers are gone, too. */
void site_kill(struct site *s, int which);

/* Asks and rings; the row's id. */
int64_t site_ask(struct site *s, int radix, uint64_t position,
                 enum algorithm algorithm);

/* The row as it is now. */
struct computation site_row(struct site *s, int64_t id);

/* Waits until the row has STATUS, and returns it. Failing or being cancelled
 * unexpectedly ends the wait as a failure. */
struct computation site_wait(struct site *s, int64_t id, enum status status);

/* Waits until COUNT attempts of the row began. */
void site_wait_attempts(struct site *s, int64_t id, int count);

/* Waits until daemon WHICH has a worker other than BUT (0: any) that computes. */
pid_t site_worker(struct site *s, int which, pid_t but);

/* site_worker(), stopped with SIGSTOP. Its daemon's end is its own, too. */
pid_t site_hold_worker(struct site *s, int which, pid_t but);

/* Suspends daemon WHICH at a moment when it does not write to the database. */
void site_suspend(struct site *s, int which);

/* How many workers daemon WHICH has. */
int site_workers(struct site *s, int which);

/* Waits until process PID is gone. */
void site_wait_gone(pid_t pid);

/* Waits until NAME in the folder FD is there, or is not. */
void site_wait_file(int fd, const char *name, bool there);

/* Waits until the daemons' log holds TEXT. */
void site_wait_log(struct site *s, const char *text);

/* The row is done with WINDOW's first digits. */
void site_check_done(struct site *s, int64_t id, const char *window);

/* A pause between two looks at a condition; fails after SITE_PATIENCE_S from
 * *BEGAN (0 at first). WHAT is for the message. */
void site_pause(int64_t *began, const char *what);

#endif
