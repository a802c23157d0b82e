/*
 * Loading the configuration: defaults, file, environment, flags, each over the
 * one before. Flags are read first, since one of them names the file, and
 * applied last. Paths in the result do not depend on the working directory.
 */
#include "config.h"

#include "conf_internal.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_FILE NTHPI_SYSCONFDIR "/nthpi.conf"

/* What getopt_long() returns for a flag of ours; of the program's own, and of
 * the options, it returns these plus their index. */
enum {
    FLAG_CONFIG = 256,
    FLAG_HELP,
    FLAG_VERSION,
    FLAG_MORE = 512,
    FLAG_OPTION = 1024
};

/* The command line, read but not applied. */
struct flags {
    struct option *table;
    const char **values; /* of the options, by index; NULL: not given */
    const char *config;
    bool help, version;
};

/* Builds getopt_long()'s table for PROGRAM. */
static bool
make_table(struct flags *flags, enum conf_program program, const struct conf_flag *more)
{
    size_t nmore = 0, n = 0;
    struct option *t;

    while (more != NULL && more[nmore].name != NULL)
        nmore++;
    flags->values = calloc(conf_option_count, sizeof *flags->values);
    flags->table = t = calloc(conf_option_count + nmore + 4, sizeof *t);
    if (flags->values == NULL || t == NULL)
        return false;
    t[n++] = (struct option){"config", required_argument, NULL, FLAG_CONFIG};
    t[n++] = (struct option){"help", no_argument, NULL, FLAG_HELP};
    t[n++] = (struct option){"version", no_argument, NULL, FLAG_VERSION};
    for (size_t i = 0; i < nmore; i++)
        t[n++] = (struct option){
            more[i].name, more[i].argument == NULL ? no_argument : required_argument,
            NULL, FLAG_MORE + (int)i};
    for (size_t i = 0; i < conf_option_count; i++)
        if (conf_options[i].programs & program)
            t[n++] =
                (struct option){conf_options[i].name,
                                conf_options[i].type == CONF_SWITCH ? optional_argument
                                                                    : required_argument,
                                NULL, FLAG_OPTION + (int)i};
    return true;
}

/* Reads ARGV of PROGRAM; false after a message. */
static bool
read_flags(struct flags *flags, enum conf_program program, int argc, char **argv,
           const struct conf_flag *more)
{
    int flag;

    optind = 0; /* glibc: start anew */
    opterr = 0;
    while ((flag = getopt_long(argc, argv, ":h", flags->table, NULL)) != -1) {
        if (flag == '?' || flag == ':') {
            /* The tool's first argument is its command. */
            fprintf(stderr, "%s%s: %s: %s; see --help\n",
                    program == CONF_TOOL ? "nthpi: " : "", argv[0], argv[optind - 1],
                    flag == ':' ? "a value is missing" : "there is no such flag");
            return false;
        }
        if (flag >= FLAG_OPTION)
            flags->values[flag - FLAG_OPTION] = optarg != NULL ? optarg : "yes";
        else if (flag >= FLAG_MORE)
            *more[flag - FLAG_MORE].value = optarg != NULL ? optarg : "";
        else if (flag == FLAG_CONFIG)
            flags->config = optarg;
        else if (flag == FLAG_VERSION)
            flags->version = true;
        else
            flags->help = true;
    }
    return true;
}

static bool
apply_defaults(struct conf *conf)
{
    char reason[CONF_REASON_SIZE];

    for (size_t i = 0; i < conf_option_count; i++)
        if (!conf_set(conf, &conf_options[i], conf_options[i].initial, reason)) {
            fprintf(stderr, "default of %s: %s\n", conf_options[i].name, reason);
            return false;
        }
    return true;
}

static bool
apply_file(struct conf *conf, const char *named)
{
    if (named == NULL)
        named = getenv("NTHPI_CONFIG");
    if (named == NULL) {
        if (access(DEFAULT_FILE, F_OK) != 0 && errno == ENOENT)
            return true;
        named = DEFAULT_FILE;
    }
    return conf_read_file(conf, named) == 0;
}

static bool
apply_environment(struct conf *conf)
{
    char variable[CONF_VARIABLE_SIZE], reason[CONF_REASON_SIZE];

    for (size_t i = 0; i < conf_option_count; i++) {
        const char *value;

        conf_variable(&conf_options[i], variable);
        value = getenv(variable);
        if (value != NULL && !conf_set(conf, &conf_options[i], value, reason)) {
            fprintf(stderr, "%s in the environment: %s\n", variable, reason);
            return false;
        }
    }
    return true;
}

static bool
apply_flags(struct conf *conf, const struct flags *flags)
{
    char reason[CONF_REASON_SIZE];

    for (size_t i = 0; i < conf_option_count; i++)
        if (flags->values[i] != NULL &&
            !conf_set(conf, &conf_options[i], flags->values[i], reason)) {
            fprintf(stderr, "--%s: %s\n", conf_options[i].name, reason);
            return false;
        }
    return true;
}

/* Makes the state folder's path absolute. */
static bool
settle_state(struct conf *conf)
{
    char *here, *absolute;
    int length;

    if (conf->state[0] == '/')
        return true;
    here = getcwd(NULL, 0);
    length = here == NULL ? -1 : asprintf(&absolute, "%s/%s", here, conf->state);
    free(here);
    if (length < 0) {
        fprintf(stderr, "the working directory: %s\n", strerror(errno));
        return false;
    }
    free(conf->state);
    conf->state = absolute;
    return true;
}

int
conf_load(struct conf *conf, enum conf_program program, int argc, char **argv,
          const char *usage, const struct conf_flag *more, int *first)
{
    struct flags flags = {.table = NULL};
    int result = -1;

    memset(conf, 0, sizeof *conf);
    if (!make_table(&flags, program, more)) {
        fprintf(stderr, "%s: no memory\n", argv[0]);
        goto out;
    }
    if (!read_flags(&flags, program, argc, argv, more))
        goto out;
    *first = optind;
    if (flags.help || flags.version) {
        if (flags.help)
            conf_help(stdout, program, usage, more);
        else
            puts(PACKAGE_STRING);
        result = fflush(stdout) == 0 ? 1 : -1;
        goto out;
    }
    if (apply_defaults(conf) && apply_file(conf, flags.config) &&
        apply_environment(conf) && apply_flags(conf, &flags) && settle_state(conf))
        result = 0;
out:
    if (result != 0)
        conf_clear(conf);
    free(flags.table);
    free(flags.values);
    return result;
}

void
conf_clear(struct conf *conf)
{
    for (size_t i = 0; i < conf_option_count; i++)
        if (conf_options[i].type == CONF_TEXT) {
            char **field = (char **)((char *)conf + conf_options[i].offset);

            free(*field);
            *field = NULL;
        }
    free(conf->log_file);
    conf->log_file = NULL;
}
