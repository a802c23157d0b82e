/*
 * Where the rows are that a command works on: a state folder of this machine, whose
 * administrator we are, or a site elsewhere, where we are one of its visitors. Rows are
 * JSON in both cases (common/computation_json.h), so that commands need not know.
 *
 * Functions return CLI_OK, or another exit code after a message. One thread.
 */
#ifndef NTHPI_PLACE_H
#define NTHPI_PLACE_H

#include "common/store_list.h"
#include "daemon/cli.h"
#include "daemon/remote.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum place_deed { PLACE_CANCEL, PLACE_RETRY, PLACE_DELETE };

struct place {
    const struct place_kind *kind;
    struct cli *cli;
    struct remote *remote; /* NULL: the place is here */
    char *token;           /* who we are to the site elsewhere, or NULL */
    unsigned failures;     /* in a row, while we wait for news from it */
    bool brief;            /* the next wait for news is one of a second at most */
};

/* What a kind of place can do; P is open. */
struct place_kind {
    /* Asks Q; *ROW is a new reference to the row that answers it. */
    int (*add)(struct place *p, const struct cli_question *q, json_t **row);
    /* Row ID; *ROW is a new reference. */
    int (*get)(struct place *p, int64_t id, json_t **row);
    /* Waits, up to half a minute, for a newer state of *ROW, which takes its place. */
    int (*news)(struct place *p, json_t **row);
    /* Up to LIMIT rows of FILTER, running ones first, then the newest; *ROWS is a new
     * array. */
    int (*list)(struct place *p, const struct store_filter *filter, uint64_t limit,
                json_t **rows);
    /* Does DEED to row ID; *ROW is a new reference to what became of it, of which a
     * deleted one has its id, and for a status "deleted", or "deleting" as long as its
     * worker has not ended. */
    int (*act)(struct place *p, enum place_deed deed, int64_t id, json_t **row);
    /* What happened to row ID: an array of {"stage", "at", "detail"}. NULL: it is not
     * told here. */
    int (*history)(struct place *p, int64_t id, json_t **events);
};
extern const struct place_kind place_here, place_elsewhere;

/* The flags of a command that works on a place; see place_open(). */
struct place_flags {
    const char *url;     /* NULL: the state folder */
    const char *ca_file; /* for URL: what to trust in place of the system's */
};
#define PLACE_FLAGS(flags)                                                             \
    {"url", "URL", "the site at URL in place of the one here", &(flags).url},          \
    {                                                                                  \
        "ca-file", "FILE", "with --url: certificates to trust, not the system's",      \
            &(flags).ca_file                                                           \
    }

/* Opens P as FLAGS say; with READING nothing will be changed. CLI_OK; CLI_USAGE with a
 * message when they name no site, CLI_FAILED after other errors; place_close() is then
 * allowed. CLI must outlive P. */
int place_open(struct place *p, struct cli *cli, const struct place_flags *flags,
               bool reading);
void place_close(struct place *p);

/* What a site elsewhere answers to GET PATH: *JSON is a new reference to an object. */
int place_fetch(struct place *p, const char *path, json_t **json);

/* Waits until *ROW is done, failed or cancelled, and tells its progress. CLI_OK: it is,
 * whichever; a signal ends the wait with CLI_SIGNAL and its number. */
int place_wait(struct place *p, json_t **row, bool progress);

/* What act() of a kind gives for row ID once it is deleted (DONE) or will be; a new
 * reference, NULL with a message. */
json_t *place_deleted(int64_t id, bool done);

/* Members of rows. */
int64_t row_number(const json_t *row, const char *name);   /* 0: none */
double row_real(const json_t *row, const char *name);      /* negative: none */
const char *row_text(const json_t *row, const char *name); /* "": none; ROW's */

/* True when ROW has STATUS ("done"); when it will not change by itself any more. */
bool row_is(const json_t *row, const char *status);
bool row_is_final(const json_t *row);

/* ---- place_check.c: whether what a site says can be what it was asked ---- */

/* True when ROW has an id and, if it is done, a digit of its radix, with which its
 * window begins. */
bool row_is_sound(const json_t *row);

/* True when ROW is the computation of Q. */
bool row_answers(const json_t *row, const struct cli_question *q);

/* True when NEWER is of the same computation as ROW. */
bool row_follows(const json_t *newer, const json_t *row);

/* ---- cli_rows.c: how rows are shown ---- */

/* VALUE as one line of JSON. */
void rows_print_json(const json_t *value);

/* "7 done 9": ROW's id, status and digit; why it failed goes to standard error. */
void rows_print_result(const json_t *row);

/* ROWS as a table. */
void rows_print_table(const json_t *rows);

/* All of ROW, and its HISTORY (NULL: the times of its stages). */
void rows_print_details(const json_t *row, const json_t *history);

/* ---- cli_site.c: digits that a site elsewhere finds ---- */

/* Asks the site for Q, waits, and prints the digit, with WINDOW those that follow, too,
 * with JSON the whole row. The exit code. */
int site_digit(struct cli *cli, const struct place_flags *where,
               const struct cli_question *q, bool window, bool json, bool progress);

/* Writes "3." and Q->position digits to the file OUTPUT (NULL: standard output), as
 * nthpi digits does. What the site does not know yet it is asked to compute. */
int site_digits(struct cli *cli, const struct place_flags *where,
                const struct cli_question *q, const char *output, bool progress);

#endif
