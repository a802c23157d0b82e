/*
 * nthpi, the command line tool: what its commands share. A command is a
 * function of its own arguments (ARGV[0] is its name) that returns the exit
 * code. One thread; results go to standard output, all else to standard error.
 */
#ifndef NTHPI_CLI_H
#define NTHPI_CLI_H

#include "common/conf.h"
#include "common/doorbell.h"
#include "common/store.h"

#include <stdbool.h>
#include <stdio.h>

/* 3 is gmp_guard.h's. Signals end a computation with CLI_SIGNAL and their number. */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_UNVERIFIED = 4, /* the verification failed, or could not be done */
    CLI_SIGNAL = 128,
};

/* cli_compute.c: the engine in this process, no database */
int cli_digit(int argc, char **argv);
int cli_digits(int argc, char **argv);

/* cli_bench.c: the engine's speed, no database */
int cli_bench(int argc, char **argv);

/* cli_queue.c: rows, as one who asks or an administrator changes them */
int cli_submit(int argc, char **argv);
int cli_wait(int argc, char **argv);
int cli_cancel(int argc, char **argv);
int cli_retry(int argc, char **argv);
int cli_delete(int argc, char **argv);

/* cli_backup.c, cli_restore.c, cli_check.c, cli_prune.c: the state as a whole */
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_prune(int argc, char **argv);

/* cli_list.c: rows, as anybody reads them */
int cli_list(int argc, char **argv);
int cli_show(int argc, char **argv);

/* cli_search.c: strings of digits in what is published */
int cli_search(int argc, char **argv);

/* ---- cli_output.c: where digits go ---- */

/* Standard output, or a file that appears under its name when it is whole. */
struct cli_output {
    FILE *file;  /* NULL: closed */
    char *path;  /* NULL: standard output */
    char *aside; /* name of what is written until then, or NULL: it has none */
    bool direct; /* a device or a pipe: written as it is */
    int error;   /* errno of the first failure, or 0; EPIPE is not worth telling */
};

/* Opens O for PATH, NULL for standard output. False with a message. */
bool cli_output_open(struct cli_output *o, const char *path);

/* Appends LENGTH bytes. False: see O->error. */
bool cli_output_write(struct cli_output *o, const char *text, size_t length);

/* Writes what is still in memory. False: see O->error. */
bool cli_output_flush(struct cli_output *o);

/*
 * Closes O. With KEEP the file is synced and gets its name, in the place of what had
 * it before; otherwise nothing is left of it. False when it was not kept: an error is
 * then told, this one or one before.
 */
bool cli_output_close(struct cli_output *o, bool keep);

/* ---- cli_terminal.c: progress and signals of a computation ---- */

struct cli_progress {
    bool on, terminal;
    double seconds;     /* estimated in all */
    double began, told; /* CLOCK_MONOTONIC; the latter of what is shown */
    int percent;        /* shown last */
};

/* Begins to tell the progress of a computation of about SECONDS, if ON. */
void cli_progress_begin(struct cli_progress *p, bool on, double seconds);

/* Tells on standard error that FRACTION (0 .. 1) of it is done, what PHASE it is in,
 * and how long it will take, by the time it took so far: one line with a bar that
 * changes on a terminal, otherwise a line for each percent. */
void cli_progress_tell(struct cli_progress *p, const char *phase, double fraction);

/* The same of what is done elsewhere; it will take LEFT seconds more, which is not told
 * when it is negative. */
void cli_progress_tell_left(struct cli_progress *p, const char *phase, double fraction,
                            double left);

/* "5 s", "3 min 20 s", "7 h 05 min" or "over 1000 days" into TEXT. */
enum { CLI_TIME_SIZE = 32 };
void cli_print_time(char text[CLI_TIME_SIZE], double seconds);

/* "512 KiB", "3.4 MiB" or "12.0 GiB" of BYTES into TEXT. */
enum { CLI_SIZE_SIZE = 32 };
void cli_print_size(char text[CLI_SIZE_SIZE], uint64_t bytes);

/* Whole per cent of FRACTION, from 0 to 100 whatever it is. */
int cli_percent(double fraction);

/* Seconds since cli_progress_begin(). */
double cli_progress_age(const struct cli_progress *p);

/* Ends the line. */
void cli_progress_end(struct cli_progress *p);

/* From now on SIGINT, SIGTERM and SIGHUP are noted and interrupt a slow write, and
 * nothing else. False with a message. */
bool cli_catch_signals(void);

/* The signal that was caught, or 0. */
int cli_signal(void);

/* ---- nthpi.c ---- */

/* A command's arguments, taken apart. */
struct cli {
    struct conf conf;
    const char *argument;  /* the first other argument, or NULL */
    struct store *store;   /* NULL before cli_open_store() */
    struct doorbell *bell; /* NULL before cli_open_store() */
    int state_lock;        /* see common/state.h; -1: not taken */
};

/*
 * Reads configuration and FLAGS (see conf_load()) and checks that there are
 * exactly ARGUMENTS (0 or 1) others. -1: go on, and end with cli_end();
 * otherwise the exit code, and nothing is left to free.
 */
int cli_begin(struct cli *cli, int argc, char **argv, const char *usage,
              const struct conf_flag *flags, int arguments);

/* Opens the database; unless MODE is STORE_READER also the doorbell, and takes the
 * state folder's lock, shared. False with a message. */
bool cli_open_store(struct cli *cli, enum store_mode mode);

/* Frees all; returns CODE. */
int cli_end(struct cli *cli, int code);

/* Writes "nthpi: MESSAGE" to standard error. */
__attribute__((format(printf, 1, 2))) void cli_error(const char *format, ...);

/* What is asked for, from texts (NULL: the default, radix 10 and auto). False
 * with a message. LIMITS may be NULL: any position. */
struct cli_question {
    int radix;
    uint64_t position;
    enum algorithm algorithm;
};
bool cli_question(const struct limits *limits, const char *position, const char *radix,
                  const char *algorithm, struct cli_question *out);

/* A row's id; false with a message. */
bool cli_id(const char *text, int64_t *id);

/* A whole number LEAST .. LARGEST, as people write positions; false with a message that names OPTION. */
bool cli_number(const char *option, const char *text, uint64_t least, uint64_t largest,
                uint64_t *out);

#endif
