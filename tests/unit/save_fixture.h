/*
 * Jobs that are long enough for checkpoints, and a look into these, for tests with real
 * daemons.
 */
#ifndef NTHPI_SAVE_FIXTURE_H
#define NTHPI_SAVE_FIXTURE_H

#include "daemon_fixture.h"

/* A published position that takes some seconds with one thread. */
#define POSITION  UINT64_C(1000000000)
#define AT_LONG   "85895585a0428b"
#define AT_LONG_1 "5895585a0428b"

/* Arguments of a daemon: one thread, short leases. */
extern const char *const save_one_cpu[];

/* The name in work/ of row ID's file with the ending END. */
void save_name(char name[32], int64_t id, const char *end);

/* The checkpoint of row ID, *LENGTH bytes to be freed, or NULL. */
void *read_save(struct site *s, int64_t id, size_t *length);

/* The fraction at which a run with one thread goes on from row ID's checkpoint. */
double saved_fraction(struct site *s, int64_t id);

/* Waits until row ID has a checkpoint. */
void wait_save(struct site *s, int64_t id);

/* Waits until row ID's progress is at least LEAST. */
void wait_progress(struct site *s, int64_t id, double least);

/* Waits until the log says that row ID goes on at FRACTION. */
void wait_resumed(struct site *s, int64_t id, double fraction);

/* Waits until row ID's files with checkpoints are gone. */
void check_gone(struct site *s, int64_t id);

/* Starts daemon 0 with save_one_cpu, asks for POSITION, waits until it is taken. */
int64_t ask_long(struct site *s);

#endif
