/*
 * nthpi: digits of pi on the command line, and the queue of a site, here or elsewhere.
 * The first argument is a command; each has a file of its own, cli_*.c, its own options
 * and its own --help.
 */
#include "config.h"

#include "daemon/cli.h"
#include "daemon/gmp_guard.h"

#include "common/position.h"
#include "common/state.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"digit", cli_digit, "compute the digit of pi at a position"},
    {"digits", cli_digits, "compute pi to a number of digits"},
    {"bench", cli_bench, "measure how fast the engine is on this machine"},
    {"submit", cli_submit, "put a question into the site's queue"},
    {"list", cli_list, "list the site's computations"},
    {"show", cli_show, "show one computation with its history"},
    {"wait", cli_wait, "wait until a computation is done, failed or cancelled"},
    {"search", cli_search, "find a string of digits in what is published"},
    {"cancel", cli_cancel, "cancel a computation"},
    {"retry", cli_retry, "queue a failed or cancelled computation again"},
    {"delete", cli_delete, "delete a computation"},
    {"backup", cli_backup, "write the site's state to a file, while it runs"},
    {"restore", cli_restore, "the site's state from such a file"},
    {"check", cli_check, "check the database, the digits and the configuration"},
    {"prune", cli_prune, "remove computations that ended long ago"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

void
cli_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("nthpi: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* True unless an argument is a negative number, which nothing takes: it would be told
 * as an unknown flag. */
static bool
without_negatives(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (argv[i][0] == '-' && argv[i][1] >= '0' && argv[i][1] <= '9') {
            cli_error("%s: %s: a number without a sign is needed", argv[0], argv[i]);
            return false;
        }
    }
    return true;
}

int
cli_begin(struct cli *cli, int argc, char **argv, const char *usage,
          const struct conf_flag *flags, int arguments)
{
    int first = argc, rc;

    memset(cli, 0, sizeof *cli);
    cli->state_lock = -1;
    if (!without_negatives(argc, argv)) {
        return CLI_USAGE;
    }
    rc = conf_load(&cli->conf, CONF_TOOL, argc, argv, usage, flags, &first);
    if (rc != 0) {
        return rc > 0 ? CLI_OK : CLI_USAGE;
    }
    log_open("nthpi", cli->conf.log_target, cli->conf.log_level);
    if (argc - first != arguments) {
        cli_error(argc - first < arguments ? "%s: an argument is missing; see --help"
                                           : "%s: too many arguments; see --help",
                  argv[0]);
        return cli_end(cli, CLI_USAGE);
    }
    cli->argument = arguments > 0 ? argv[first] : NULL;
    return -1;
}

bool
cli_open_store(struct cli *cli, enum store_mode mode)
{
    char *path = conf_path(&cli->conf, CONF_DB), *bell;
    bool ok = path != NULL;

    if (ok && mode != STORE_READER) {
        cli->state_lock = state_lock(&cli->conf, STATE_SHARED);
        ok = cli->state_lock >= 0;
    }
    ok = ok && store_open(&cli->store, path, mode) == STORE_OK;
    free(path);
    if (ok && mode != STORE_READER) {
        bell = conf_path(&cli->conf, CONF_DOORBELL);
        cli->bell = bell ? doorbell_open(bell, 1) : NULL;
        free(bell);
        ok = cli->bell != NULL;
    }
    if (!ok) {
        cli_error("cannot open the database of %s", cli->conf.state);
    }
    return ok;
}

int
cli_end(struct cli *cli, int code)
{
    doorbell_close(cli->bell);
    store_close(cli->store);
    if (cli->state_lock >= 0) {
        close(cli->state_lock);
    }
    conf_clear(&cli->conf);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        cli_error("writing the output failed");
        return CLI_FAILED;
    }
    return code;
}

static bool
position_problem(enum ask_problem problem, const char *text)
{
    switch (problem) {
    case ASK_OK:
        return true;
    case ASK_EMPTY:
        cli_error("a position is missing");
        break;
    case ASK_NEGATIVE:
    case ASK_ZERO:
        cli_error("position %s: positions are counted from 1", text);
        break;
    case ASK_NOT_WHOLE:
        cli_error("position %s: write a whole number, such as 1000000, 1,000,000 or "
                  "1e6",
                  text);
        break;
    case ASK_ABOVE_LIMIT:
        cli_error("position %s: at most %" PRIu64 " is possible", text, POSITION_MAX);
        break;
    default:
        cli_error("position \"%s\" is not a number", text);
        break;
    }
    return false;
}

bool
cli_question(const struct limits *limits, const char *position, const char *radix,
             const char *algorithm, struct cli_question *out)
{
    enum ask_problem problem;

    *out = (struct cli_question){10, 0, ALGORITHM_AUTO};
    if (!position_problem(position_read(position, &out->position), position)) {
        return false;
    }
    if (radix && !radix_parse(radix, &out->radix)) {
        cli_error("radix \"%s\" is not known: 10 or 16", radix);
        return false;
    }
    if (algorithm && !algorithm_parse(algorithm, &out->algorithm)) {
        cli_error("algorithm \"%s\" is not known: auto, spigot, chudnovsky or bbp",
                  algorithm);
        return false;
    }
    if (!algorithm_has_radix(out->algorithm, out->radix)) {
        cli_error("%s does not compute in radix %d", algorithm_name(out->algorithm),
                  out->radix);
        return false;
    }
    problem =
        limits ? ask_check(limits, out->radix, out->position, out->algorithm) : ASK_OK;
    if (problem != ASK_OK) {
        cli_error("position %" PRIu64 ": this site computes up to %" PRIu64
                  " with %s in radix %d",
                  out->position, position_limit(limits, out->algorithm, out->radix),
                  algorithm_name(out->algorithm), out->radix);
    }
    return problem == ASK_OK;
}

bool
cli_id(const char *text, int64_t *id)
{
    uint64_t value;

    if (position_parse(text, &value) != ASK_OK) {
        cli_error("\"%s\" is not the id of a computation", text);
        return false;
    }
    *id = (int64_t)value;
    return true;
}

bool
cli_number(const char *option, const char *text, uint64_t least, uint64_t largest,
           uint64_t *out)
{
    if (position_read(text, out) != ASK_OK || *out < least || *out > largest) {
        cli_error("--%s: a number from %" PRIu64 " to %" PRIu64 " is needed", option,
                  least, largest);
        return false;
    }
    return true;
}

static void
print_help(FILE *out)
{
    fputs("nthpi COMMAND [OPTIONS] [ARGUMENT]: digits of pi\n\nCommands:\n", out);
    for (int i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    }
    fputs("\nnthpi COMMAND --help tells the options of a command.\n", out);
}

int
main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    /* A closed pipe or a file that may not grow is an error of write(), told as all
     * others. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    gmp_guard_install();
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return CLI_OK;
    }
    if (strcmp(name, "--version") == 0) {
        puts("nthpi " PACKAGE_VERSION);
        return CLI_OK;
    }
    if (*name) {
        cli_error("\"%s\" is not a command", name);
    }
    print_help(stderr);
    return CLI_USAGE;
}
