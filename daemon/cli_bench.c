/*
 * nthpi bench: how fast the engine is on this machine. contrib/bench/engine compares
 * it with other programs.
 *
 * Each computation is repeated, and every repetition has to give the same digits. The
 * time is that of engine_run(): the digits are made, but not written anywhere.
 */
#include "daemon/cli.h"
#include "daemon/engine/bbp_kernel.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/mul.h"
#include "daemon/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_ROUNDS 99

static const struct {
    const char *algorithm;
    int radix;
    uint64_t position;
} work[] = {
    {"chudnovsky", 10, 100000},   {"chudnovsky", 10, 1000000},
    {"chudnovsky", 10, 10000000}, {"bbp", 16, 10000000},
    {"bbp", 16, 100000000},       {"bbp", 16, 1000000000},
};
enum { WORK = sizeof work / sizeof work[0] };

/* The digits from the position on, as one repetition delivers them. */
struct window {
    uint64_t position;
    char text[ENGINE_WINDOW + 1];
    size_t used;
};

static int
keep_window(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct window *w = ctx;
    uint64_t wanted = w->position + w->used;
    size_t room = ENGINE_WINDOW - w->used;

    if (first + length > wanted && room > 0) {
        text += wanted - first;
        length -= (size_t)(wanted - first);
        length = length < room ? length : room;
        memcpy(w->text + w->used, text, length);
        w->used += length;
    }
    return 0;
}

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int
compare_seconds(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Runs work[I] ROUNDS times and prints its line. False with a message. */
static bool
measure(int i, int threads, int rounds)
{
    const struct engine_algorithm *algorithm = engine_find(work[i].algorithm);
    struct engine_job job = {work[i].radix, work[i].position, threads};
    struct window first = {.position = job.position};
    double seconds[MOST_ROUNDS], median;
    char speed[32] = "-";

    for (int round = 0; round < rounds; round++) {
        struct window window = {.position = job.position};
        struct engine_callbacks callbacks = {.ctx = &window, .digits = keep_window};
        double begun = now();
        enum engine_rc rc = engine_run(algorithm, &job, &callbacks);

        seconds[round] = now() - begun;
        if (rc != ENGINE_OK) {
            cli_error("%s at %" PRIu64 ": %s", algorithm->name, job.position,
                      engine_strerror(rc));
            return false;
        }
        if (round == 0) {
            first = window;
        } else if (strcmp(first.text, window.text) != 0) {
            cli_error("%s at %" PRIu64 " gave %s, then %s", algorithm->name,
                      job.position, first.text, window.text);
            return false;
        }
    }
    qsort(seconds, (size_t)rounds, sizeof seconds[0], compare_seconds);
    median = (seconds[(rounds - 1) / 2] + seconds[rounds / 2]) / 2;
    if (algorithm->prefix) {
        snprintf(speed, sizeof speed, "%.0f", (double)job.position / median);
    }
    printf("%-10s %5d %10" PRIu64 " %9.4f %9.4f %12s  %s\n", algorithm->name, job.radix,
           job.position, seconds[0], median, speed, first.text);
    fflush(stdout);
    return true;
}

int
cli_bench(int argc, char **argv)
{
    const char *threads_text = NULL, *rounds_text = NULL, *largest_text = NULL;
    const struct conf_flag flags[] = {
        {"threads", "COUNT", "threads to use, all CPUs unless given", &threads_text},
        {"rounds", "COUNT", "measure so many times, 3 unless given", &rounds_text},
        {"largest", "N", "leave out positions above N", &largest_text},
        {NULL, NULL, NULL, NULL},
    };
    uint64_t threads, rounds = 3, largest = UINT64_MAX;
    struct cli cli;
    int code =
        cli_begin(&cli, argc, argv,
                  "nthpi bench [OPTIONS]: how fast the engine is here", flags, 0);

    if (code >= 0) {
        return code;
    }
    threads = cli.conf.cpus > 0 ? cli.conf.cpus : (uint64_t)machine_cpus();
    if ((threads_text && !cli_number("threads", threads_text, 1, 256, &threads)) ||
        (rounds_text && !cli_number("rounds", rounds_text, 1, MOST_ROUNDS, &rounds)) ||
        (largest_text && !cli_number("largest", largest_text, work[0].position,
                                     POSITION_MAX, &largest))) {
        return cli_end(&cli, CLI_USAGE);
    }
    printf("%d of %d CPUs, %" PRIu64
           " round%s; bbp with the kernel %s, products by %s\n",
           (int)threads, machine_cpus(), rounds, rounds == 1 ? "" : "s",
           bbp_kernel_best()->name, mul_backend());
    printf("%-10s %5s %10s %9s %9s %12s  %s\n", "algorithm", "radix", "position",
           "best s", "median s", "digits/s", "digits from there");
    fflush(stdout);
    for (int i = 0; i < WORK; i++) {
        if (work[i].position <= largest && !measure(i, (int)threads, (int)rounds)) {
            return cli_end(&cli, CLI_FAILED);
        }
    }
    return cli_end(&cli, CLI_OK);
}
