/*
 * nthpi digit and nthpi digits: the engine in this process.
 *
 * digits writes each part as it comes, "3." first. No newline follows the
 * digits in a file or a pipe, so that the output is exactly a digits file; on a
 * terminal one follows.
 */
#include "daemon/cli.h"
#include "daemon/engine/engine.h"
#include "daemon/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct compute {
    const struct engine_algorithm *algorithm;
    struct engine_job job;
    FILE *out;                            /* digits: where to */
    int out_error;                        /* errno of a failed write, or 0 */
    char window[COMPUTATION_WINDOW_SIZE]; /* digit: from the position on */
    size_t used;
    int percent; /* shown last, -1: progress is not shown */
};

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct compute *c = ctx;
    int percent = (int)(fraction * 100);

    if (percent > c->percent) {
        c->percent = percent;
        fprintf(stderr, isatty(STDERR_FILENO) ? "\r%-12s %3d %%" : "%s %d %%\n", phase,
                percent);
    }
}

static int
write_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct compute *c = ctx;
    uint64_t left;

    if (first > c->job.position) {
        return 0;
    }
    left = c->job.position - first + 1;
    length = left < length ? (size_t)left : length;
    if (fwrite(text, 1, length, c->out) != length ||
        (c->algorithm->streams && fflush(c->out) != 0)) {
        c->out_error = errno;
        return 1;
    }
    return 0;
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

/* Fills *C from the command line. */
static bool
prepare(struct compute *c, const struct cli_question *q, const struct conf *conf,
        const char *threads)
{
    uint64_t number = conf->cpus > 0 ? conf->cpus : (uint64_t)machine_cpus();

    if (threads && !cli_number("threads", threads, 1, 256, &number)) {
        return false;
    }
    c->job = (struct engine_job){q->radix, q->position, (int)number};
    if (q->position < c->algorithm->least || q->position > c->algorithm->largest) {
        cli_error("position %" PRIu64 ": %s computes from %" PRIu64 " to %" PRIu64,
                  q->position, c->algorithm->name, c->algorithm->least,
                  c->algorithm->largest);
        return false;
    }
    return true;
}

static bool
run(struct compute *c, int (*digits)(void *, uint64_t, const char *, size_t))
{
    struct engine_callbacks callbacks = {
        .ctx = c,
        .progress = c->percent < -1 ? NULL : on_progress,
        .digits = digits,
    };
    enum engine_rc rc = engine_run(c->algorithm, &c->job, &callbacks);

    if (c->percent >= 0 && isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }
    if (rc != ENGINE_OK && !c->out_error) {
        cli_error("%s", engine_strerror(rc));
    }
    return rc == ENGINE_OK;
}

int
cli_digit(int argc, char **argv)
{
    const char *radix = NULL, *algorithm = NULL, *threads = NULL, *window = NULL;
    const struct conf_flag flags[] = {
        {"radix", "10|16", "radix of the digit, 10 unless given", &radix},
        {"algorithm", "NAME", "auto, spigot, chudnovsky or bbp", &algorithm},
        {"threads", "COUNT", "threads to use, all CPUs unless given", &threads},
        {"window", NULL, "print the digits that follow, too", &window},
        {NULL, NULL, NULL, NULL},
    };
    struct compute c = {.percent = -2};
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
    if (q.algorithm == ALGORITHM_AUTO) {
        q.algorithm = algorithm_auto(&cli.conf.limits, q.radix, q.position);
    }
    c.algorithm = engine_find(algorithm_name(q.algorithm));
    if (!prepare(&c, &q, &cli.conf, threads)) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (!run(&c, keep_window) || c.used == 0) {
        return cli_end(&cli, CLI_FAILED);
    }
    printf("%.*s\n", window ? (int)c.used : 1, c.window);
    return cli_end(&cli, CLI_OK);
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
print_digits(struct compute *c, const char *output)
{
    bool terminal = !output && isatty(STDOUT_FILENO), ok;

    c->out = output ? fopen(output, "we") : stdout;
    if (!c->out) {
        cli_error("cannot write %s: %s", output, strerror(errno));
        return CLI_FAILED;
    }
    ok = fputs("3.", c->out) >= 0 && run(c, write_digits) &&
         (!terminal || fputc('\n', c->out) != EOF);
    errno = 0;
    if ((output ? fclose(c->out) : fflush(c->out)) != 0 && !c->out_error) {
        c->out_error = errno;
        ok = false;
    }
    if (c->out_error && c->out_error != EPIPE) {
        cli_error("cannot write %s: %s", output ? output : "the digits",
                  strerror(c->out_error));
    }
    if (c->out_error) {
        clearerr(stdout); /* it has been told, or its reader is gone */
    }
    return ok ? CLI_OK : CLI_FAILED;
}

int
cli_digits(int argc, char **argv)
{
    const char *radix = NULL, *algorithm = "chudnovsky", *threads = NULL,
               *output = NULL;
    const char *progress = NULL;
    const struct conf_flag flags[] = {
        {"radix", "10|16", "radix of the digits, 10 unless given", &radix},
        {"algorithm", "NAME", "spigot or chudnovsky", &algorithm},
        {"threads", "COUNT", "threads to use, all CPUs unless given", &threads},
        {"output", "FILE", "write to FILE (also -o FILE)", &output},
        {"progress", NULL, "tell on standard error how far it is", &progress},
        {NULL, NULL, NULL, NULL},
    };
    struct compute c = {.percent = -2};
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
    c.percent = progress ? -1 : -2;
    c.algorithm = engine_find(
        q.algorithm == ALGORITHM_AUTO ? "chudnovsky" : algorithm_name(q.algorithm));
    if (!c.algorithm->prefix) {
        cli_error("%s gives single digits only; use chudnovsky", c.algorithm->name);
        return cli_end(&cli, CLI_USAGE);
    }
    if (!prepare(&c, &q, &cli.conf, threads)) {
        return cli_end(&cli, CLI_USAGE);
    }
    return cli_end(&cli, print_digits(&c, output));
}
