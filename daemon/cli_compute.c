/*
 * nthpi digit and nthpi digits: the engine in this process, its result verified.
 *
 * digits writes each part as it comes, "3." first; the verification follows, and what
 * is printed then is right when the exit code is 0. A file (--output) appears only
 * when it is whole and verified. No newline follows the digits in a file or a pipe, so
 * that the output is exactly a digits file; on a terminal one follows. digit prints
 * after the verification. Its "auto" is not that of a site, which wants all digits for
 * its pages: it is what gives the one digit first by the engine's cost model.
 *
 * With --url a site elsewhere computes, see cli_site.c.
 */
#include "daemon/cli.h"
#include "daemon/cli_estimate.h"
#include "daemon/engine/checked.h"
#include "daemon/gmp_guard.h"
#include "daemon/machine.h"
#include "daemon/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds from which on a terminal is shown how far a computation is. */
#define LONG_S 2.0

struct compute {
    const struct engine_algorithm *algorithm;
    struct engine_job job;
    bool verify;
    enum sandbox_mode sandbox;
    struct cli_progress progress;
    struct cli_output output;             /* digits: where to */
    char window[COMPUTATION_WINDOW_SIZE]; /* digit: from the position on */
    size_t used;
    char words[ENGINE_WORDS]; /* what was verified, or differs */
    double wall_s;            /* what it took */
};

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct compute *c = ctx;

    cli_progress_tell(&c->progress, phase, fraction);
}

static bool
on_cancelled(void *ctx)
{
    (void)ctx;
    return cli_signal() != 0;
}

static int
write_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct compute *c = ctx;
    uint64_t left;
    bool ok;

    if (first > c->job.position) {
        return 0;
    }
    left = c->job.position - first + 1;
    length = left < length ? (size_t)left : length;
    ok = cli_output_write(&c->output, text, length) &&
         (!c->algorithm->streams || cli_output_flush(&c->output));
    return ok ? 0 : 1;
}

static int
keep_window(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct compute *c = ctx;
    size_t skip = first < c->job.position ? (size_t)(c->job.position - first) : 0;
    size_t room = sizeof c->window - 1 - c->used;

    if (skip < length) {
        length = length - skip < room ? length - skip : room;
        memcpy(c->window + c->used, text + skip, length);
        c->used += length;
    }
    return 0;
}

/* C's job and whether it is verified, from the command line. */
static bool
prepare(struct compute *c, const struct cli_question *q, const struct conf *conf,
        const char *threads, bool verify)
{
    uint64_t number = conf->cpus > 0 ? conf->cpus : (uint64_t)machine_cpus();

    if (threads && !cli_number("threads", threads, 1, 256, &number)) {
        return false;
    }
    c->job = (struct engine_job){q->radix, q->position, (int)number};
    c->verify = verify;
    c->sandbox = conf->sandbox;
    return true;
}

/* Makes ALGORITHM, NULL for none, that of C if it can do the job. */
static bool
choose(struct compute *c, const struct engine_algorithm *algorithm)
{
    c->algorithm = algorithm;
    if (!algorithm) {
        cli_error("position %" PRIu64 ": no algorithm computes it in radix %d",
                  c->job.position, c->job.radix);
        return false;
    }
    if (c->job.position < algorithm->least || c->job.position > algorithm->largest) {
        cli_error("position %" PRIu64 ": %s computes from %" PRIu64 " to %" PRIu64,
                  c->job.position, algorithm->name, algorithm->least,
                  algorithm->largest);
        return false;
    }
    return true;
}

/* From here on this process executes nothing and connects to nothing; the output
 * may still have to get its name. */
static bool
confine(const struct compute *c)
{
    return sandbox_enter(
        &(struct sandbox){.program = SANDBOX_TOOL, .mode = c->sandbox});
}

/* True when somebody at a terminal would wonder whether C goes on; not when the digits
 * come there themselves. */
static bool
is_long(const struct compute *c, double seconds)
{
    bool digits_there = c->output.file == stdout && isatty(STDOUT_FILENO);

    return seconds >= LONG_S && isatty(STDERR_FILENO) && !digits_there;
}

/* Computes and verifies; the result is the exit code. Errors of the output are left
 * to cli_output_close(). */
static int
run(struct compute *c, bool progress,
    int (*digits)(void *, uint64_t, const char *, size_t))
{
    struct engine_callbacks callbacks = {
        .ctx = c,
        .progress = on_progress,
        .digits = digits,
        .cancelled = on_cancelled,
    };
    double seconds = estimate_seconds(c->algorithm, &c->job, c->verify);
    bool watched = progress || is_long(c, seconds);
    enum engine_rc rc;

    estimate_tell(c->algorithm, &c->job, c->verify, watched && seconds >= LONG_S);
    if (!confine(c)) {
        return CLI_FAILED;
    }
    cli_progress_begin(&c->progress, watched, seconds);
    rc = c->verify ? engine_run_checked(c->algorithm, &c->job, &callbacks, c->words)
                   : engine_run(c->algorithm, &c->job, &callbacks);
    c->wall_s = cli_progress_age(&c->progress);
    cli_progress_end(&c->progress);
    if (cli_signal() != 0) {
        return CLI_SIGNAL + cli_signal();
    }
    if (c->output.error) {
        return CLI_FAILED;
    }
    if (rc == ENGINE_MISMATCH) {
        cli_error("the result is wrong: %s", c->words);
        return CLI_UNVERIFIED;
    }
    if (rc != ENGINE_OK) {
        cli_error("%s", engine_strerror(rc));
    } else if (progress) {
        fprintf(stderr, "%s\n", c->verify ? c->words : "not verified");
    }
    return rc == ENGINE_OK           ? CLI_OK
           : rc == ENGINE_UNVERIFIED ? CLI_UNVERIFIED
           : rc == ENGINE_NO_MEMORY  ? GMP_GUARD_EXIT
                                     : CLI_FAILED;
}

/* C's digit; with JSON what a site tells of a computation, as far as it is known. */
static int
print_digit(const struct compute *c, const struct cli_question *q, bool window,
            bool json)
{
    json_t *row;

    if (!json) {
        printf("%.*s\n", window ? (int)c->used : 1, c->window);
        return CLI_OK;
    }
    row = json_pack("{s:I, s:i, s:s, s:s, s:s#, s:s#, s:s?, s:f}", "position",
                    (json_int_t)q->position, "radix", q->radix, "algorithm",
                    algorithm_name(q->algorithm), "method", c->algorithm->name, "digit",
                    c->window, 1, "window", c->window, (int)c->used, "verified",
                    c->verify ? c->words : NULL, "wall_s", c->wall_s);
    if (!row) {
        cli_error("not enough memory");
        return CLI_FAILED;
    }
    rows_print_json(row);
    json_decref(row);
    return CLI_OK;
}

/* True unless flags of a computation HERE were given for another place. */
static bool
fits_place(const struct place_flags *where, bool here)
{
    if (where->url && here) {
        cli_error("--threads and --no-verify are not for a site elsewhere (--url)");
        return false;
    }
    if (!where->url && where->ca_file) {
        cli_error("--ca-file goes with --url");
        return false;
    }
    return true;
}

int
cli_digit(int argc, char **argv)
{
    const char *radix = NULL, *algorithm = NULL, *threads = NULL, *window = NULL;
    const char *unverified = NULL, *progress = NULL, *json = NULL;
    struct place_flags where = {NULL, NULL};
    const struct conf_flag flags[] = {
        {"radix", "10|16", "radix of the digit, 10 unless given", &radix},
        {"algorithm", "NAME", "auto, spigot, chudnovsky or bbp", &algorithm},
        {"threads", "COUNT", "threads to use, all CPUs unless given", &threads},
        {"window", NULL, "print the digits that follow, too", &window},
        {"no-verify", NULL, "do not verify the result", &unverified},
        {"progress", NULL, "tell on standard error how far it is", &progress},
        {"json", NULL, "print the computation as JSON", &json},
        PLACE_FLAGS(where),
        {NULL, NULL, NULL, NULL},
    };
    struct compute c = {0};
    struct cli_question q;
    struct cli cli;
    int code = cli_begin(
        &cli, argc, argv,
        "nthpi digit [OPTIONS] N: prints the digit of pi at position N", flags, 1);

    if (code >= 0) {
        return code;
    }
    if (!cli_question(NULL, cli.argument, radix, algorithm, &q)) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (!fits_place(&where, threads != NULL || unverified != NULL)) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (where.url) {
        return cli_end(&cli, site_digit(&cli, &where, &q, window != NULL, json != NULL,
                                        progress != NULL));
    }
    if (!prepare(&c, &q, &cli.conf, threads, !unverified) ||
        !choose(&c, q.algorithm == ALGORITHM_AUTO
                        ? estimate_quickest(&c.job, c.verify)
                        : engine_find(algorithm_name(q.algorithm)))) {
        return cli_end(&cli, CLI_USAGE);
    }
    code = cli_catch_signals() ? run(&c, progress != NULL, keep_window) : CLI_FAILED;
    if (code == CLI_OK) {
        code = print_digit(&c, &q, window != NULL, json != NULL);
    }
    return cli_end(&cli, code);
}

/* "-o" is the only short option: made long before conf_load() sees it. */
static void
lengthen_output(int argc, char **argv)
{
    static char output[] = "--output";

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "-o") == 0) {
            argv[i] = output;
        }
    }
}

/* Computes and writes; the result is the exit code. */
static int
print_digits(struct compute *c, const char *path, bool progress)
{
    bool terminal = !path && isatty(STDOUT_FILENO);
    int code = CLI_FAILED;

    if (!cli_catch_signals() || !cli_output_open(&c->output, path)) {
        return CLI_FAILED;
    }
    if (cli_output_write(&c->output, "3.", 2)) {
        code = run(c, progress, write_digits);
    }
    if (terminal && !c->output.error) {
        cli_output_write(&c->output, "\n", 1);
    }
    if (!cli_output_close(&c->output, code == CLI_OK) && code == CLI_OK) {
        code = cli_signal() ? CLI_SIGNAL + cli_signal() : CLI_FAILED;
    }
    return code;
}

int
cli_digits(int argc, char **argv)
{
    const char *radix = NULL, *algorithm = "chudnovsky", *threads = NULL,
               *output = NULL;
    const char *unverified = NULL, *progress = NULL;
    struct place_flags where = {NULL, NULL};
    const struct engine_algorithm *asked;
    const struct conf_flag flags[] = {
        {"radix", "10|16", "radix of the digits, 10 unless given", &radix},
        {"algorithm", "NAME", "spigot or chudnovsky", &algorithm},
        {"threads", "COUNT", "threads to use, all CPUs unless given", &threads},
        {"output", "FILE", "write to FILE (also -o FILE)", &output},
        {"no-verify", NULL, "do not verify the result", &unverified},
        {"progress", NULL, "tell on standard error how far it is", &progress},
        PLACE_FLAGS(where),
        {NULL, NULL, NULL, NULL},
    };
    struct compute c = {0};
    struct cli_question q;
    struct cli cli;
    int code;

    lengthen_output(argc, argv);
    code = cli_begin(&cli, argc, argv,
                     "nthpi digits [OPTIONS] N: prints pi to N digits", flags, 1);
    if (code >= 0) {
        return code;
    }
    if (!cli_question(NULL, cli.argument, radix, algorithm, &q)) {
        return cli_end(&cli, CLI_USAGE);
    }
    asked = engine_find(q.algorithm == ALGORITHM_AUTO ? "chudnovsky"
                                                      : algorithm_name(q.algorithm));
    if (!asked->prefix) {
        cli_error("%s gives single digits only; use chudnovsky", asked->name);
        return cli_end(&cli, CLI_USAGE);
    }
    if (!fits_place(&where, threads != NULL || unverified != NULL)) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (where.url) {
        return cli_end(&cli, site_digits(&cli, &where, &q, output, progress != NULL));
    }
    if (!prepare(&c, &q, &cli.conf, threads, !unverified) || !choose(&c, asked)) {
        return cli_end(&cli, CLI_USAGE);
    }
    return cli_end(&cli, print_digits(&c, output, progress != NULL));
}
