/*
 * Configuration: one table of options is the single source for the file, the
 * environment, the command line, --help and the example file.
 *
 * An option "wait-max" is the key `wait-max = 60` of the configuration file,
 * the variable NTHPI_WAIT_MAX and the flag --wait-max=60; a later source in
 * this order wins. Unknown keys and bad values are errors that name file, line
 * and reason. Read once by main(); then constant and shared by all threads.
 */
#ifndef NTHPI_CONF_H
#define NTHPI_CONF_H

#include "computation.h"
#include "log.h"
#include "sandbox.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Which programs know an option; or-ed. */
enum conf_program { CONF_FCGI = 1, CONF_DAEMON = 2, CONF_TOOL = 4 };

struct conf {
    /* all programs */
    char *state;                /* state folder: db/ digits/ work/ run/ key */
    enum log_level log_level;   /* error, warning, info, debug */
    enum log_target log_target; /* stderr, syslog or file:PATH */
    char *log_file;             /* that PATH, or NULL */
    enum sandbox_mode sandbox;  /* on, require, off */
    struct limits limits;       /* limit-spigot, limit-chudnovsky, limit-bbp */
    unsigned queue_limit;       /* most rows that may wait, 1 .. 1,000,000 */
    unsigned visitor_limit;     /* most rows set off by one visitor that wait or run,
                                   0 .. 1,000,000; 0: any number (nthpi-fcgi) */
    unsigned address_limit;     /* the same by all from one address (nthpi-fcgi) */

    /* nthpi-fcgi */
    char *listen;         /* comma-separated unix socket paths; relative ones are
                             in the state folder; "run/fcgi-1.sock,…-2…,…-3.sock" */
    unsigned socket_mode; /* permissions of the sockets, octal, 0660 */
    bool take_over;       /* take the sockets of the running nthpi-fcgi over */
    unsigned threads;     /* request threads, 1 .. 64 */
    char *templates;      /* folder of the compiled-in default's templates */
    unsigned wait_max;    /* longest wait of a poll, seconds, 0 .. 60 */
    unsigned waiters;     /* most parked polls, 1 .. 1,000,000 */
    unsigned body_limit;  /* largest request body, bytes, 1,024 .. 1,048,576 */
    char *public_url;     /* "https://pi.example" behind a proxy, or "" */
    char *accel;          /* nginx's internal location of the digits folder
                             ("/digits/"), or "": stream ourselves */
    bool admin;           /* trust nginx's REMOTE_USER as an administrator */

    /* nthpid */
    char *name;              /* this daemon's name, [a-z0-9-]{1,32} */
    unsigned cpus;           /* thread budget, 1 .. 256; 0: all CPUs */
    unsigned poll_ms;        /* look for work at least this often, 50 .. 60,000 */
    unsigned lease_s;        /* how long a lease lasts unrenewed, 5 .. 3,600 */
    unsigned grace_s;        /* how long a superseded digits file stays, seconds */
    unsigned recheck_h;      /* published digits are read again so often, hours; 0: only
                                at the start */
    unsigned retention_days; /* done, failed and cancelled rows older than this are
                                removed; 0: never */
    unsigned niceness;       /* of the workers, 0 .. 19 */
    unsigned job_memory;     /* most memory of a job, MiB; 0: no limit */
    unsigned job_time;       /* most seconds of a job; 0: no limit */
    unsigned stall_s;        /* a worker without a sign of life is killed, 1 .. */
    bool index;              /* long published digits get an index for searching */
    unsigned index_wait_s;   /* not before nothing has run for so many seconds */
};

/*
 * Fills *CONF for PROGRAM from defaults, the file named by --config or
 * NTHPI_CONFIG (else SYSCONFDIR/nthpi.conf when it exists), the
 * environment, then ARGV's flags. Flags are permuted to the front as
 * getopt_long does; *FIRST is the index of the first other argument.
 * Handles --help and --version itself by printing to stdout.
 * Returns 0: go on, 1: help or version was printed (exit 0), -1: an error was
 * printed to stderr with file, line and reason (exit 2). On 0 the caller owns
 * *CONF and frees it with conf_clear().
 * USAGE is the first line of --help; MORE flags (may be NULL) are those a
 * program adds for itself, see struct conf_flag.
 */
struct conf_flag {
    const char *name;     /* without dashes; the array ends with NULL */
    const char *argument; /* its name in --help, or NULL: takes none */
    const char *help;
    const char **value; /* set to the argument, or to "" for one that takes none */
};
int conf_load(struct conf *conf, enum conf_program program, int argc, char **argv,
              const char *usage, const struct conf_flag *more, int *first);

/* Frees what *CONF owns. */
void conf_clear(struct conf *conf);

/* Writes the commented example file to OUT: every option with its default. */
void conf_write_example(FILE *out);

/* Writes the options to OUT, as they stand in the manual page nthpi.conf(5). */
void conf_write_manual(FILE *out);

/* Where both programs meet in the state folder; for conf_path(). */
#define CONF_DB       "db/nthpi.db"
#define CONF_DOORBELL "run/doorbell"

/* PATH inside CONF's state folder, malloc()ed (caller frees), or NULL: no
 * memory. An absolute PATH is only copied. */
char *conf_path(const struct conf *conf, const char *path);

/* Creates the state folder and its parts (db/ digits/ work/ run/) where they
 * are missing. 0, or -1 with a message logged. */
int conf_make_state(const struct conf *conf);

#endif
