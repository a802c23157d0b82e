/*
 * Inside conf*.c: the table of options.
 */
#ifndef NTHPI_CONF_INTERNAL_H
#define NTHPI_CONF_INTERNAL_H

#include "conf.h"

#include <stddef.h>

enum conf_type {
    CONF_TEXT,    /* char *, malloc()ed */
    CONF_NUMBER,  /* unsigned, MIN .. MAX */
    CONF_LARGE,   /* uint64_t, MIN .. MAX */
    CONF_OCTAL,   /* unsigned, written in octal */
    CONF_SWITCH,  /* bool: yes or no */
    CONF_LEVEL,   /* enum log_level */
    CONF_TARGET,  /* enum log_target */
    CONF_SANDBOX, /* enum sandbox_mode */
};

struct conf_option {
    const char *name;
    unsigned programs; /* or-ed enum conf_program */
    enum conf_type type;
    size_t offset; /* of its field in struct conf */
    uint64_t min, max;
    const char *initial;             /* the default, as it would be written */
    bool (*check)(const char *text); /* of texts, or NULL */
    const char *rule;                /* what CHECK wants, in words */
    const char *argument;            /* its name in --help */
    const char *help;                /* one sentence */
};

/* All options, in the order of --help and of the example file. */
extern const struct conf_option conf_options[];
extern const size_t conf_option_count;

/* There are no more than this. */
enum { CONF_OPTIONS_MAX = 64 };

enum { CONF_REASON_SIZE = 256, CONF_VARIABLE_SIZE = 64 };

/* The option named NAME, or NULL. */
const struct conf_option *conf_find(const char *name);

/* Sets OPTION's field of *CONF from TEXT; false with a REASON. */
bool conf_set(struct conf *conf, const struct conf_option *option, const char *text,
              char reason[CONF_REASON_SIZE]);

/* "NTHPI_WAIT_MAX" of "wait-max". */
void conf_variable(const struct conf_option *option, char name[CONF_VARIABLE_SIZE]);

/* Reads the file PATH. 0, or -1 with a message on stderr. */
int conf_read_file(struct conf *conf, const char *path);

/* --help of PROGRAM. */
void conf_help(FILE *out, enum conf_program program, const char *usage,
               const struct conf_flag *more);

#endif
