/*
 * What the tests of the store share: a database in a folder of its own, and
 * short names for the steps of a row's life, each asserting that it worked.
 */
#ifndef NTHPI_TESTS_STORE_FIXTURE_H
#define NTHPI_TESTS_STORE_FIXTURE_H

#include "cmocka_all.h"

#include "common/store_ask.h"
#include "common/store_internal.h"
#include "common/store_list.h"
#include "common/store_queue.h"

struct fixture {
    char dir[64];
    char path[96];
    struct store *s;
};

#define ALICE "a11ce"
#define BOB   "b0b"
#define TOKEN "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

/* For cmocka: *STATE becomes a struct fixture with an open, empty store. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Another connection to the same database. */
struct store *fixture_open(struct fixture *f, enum store_mode mode);

/* Runs SQL as it is: to make rows old. */
void run_sql(struct fixture *f, const char *sql);

/* The integer that SQL selects. */
int64_t select_integer(struct fixture *f, const char *sql);

/* Asks for POSITION in radix 10 by chudnovsky; OWNER may be NULL. */
int64_t put(struct fixture *f, uint64_t position, const char *owner);
int64_t put_as(struct fixture *f, int radix, uint64_t position,
               enum algorithm algorithm, const char *owner);

/* A lease that lasts an hour. */
struct store_lease lease_of(const char *token, const char *owner);

/* A row that runs, as put(), under TOKEN of DAEMON. */
int64_t put_taken(struct fixture *f, uint64_t position, const char *token,
                  const char *daemon);

/* Queued row ID goes on, under TOKEN of the daemon "one". */
void take(struct fixture *f, int64_t id, const char *token);
void calculate(struct fixture *f, int64_t id, const char *token);
void finish(struct fixture *f, int64_t id, const char *token);

struct computation row_of(struct fixture *f, int64_t id);
void assert_row(struct fixture *f, int64_t id, enum status status, enum stage stage,
                enum wanted wanted);
void assert_gone(struct fixture *f, int64_t id);

/* The row's events, in order, are the words of WORDS. */
void assert_events(struct fixture *f, int64_t id, const char *words);

#endif
