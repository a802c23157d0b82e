/*
 * nthpi bench: how fast the engine is on this machine. contrib/bench/engine compares
 * it with other programs.
 *
 * Each computation is repeated, and every repetition has to give the same digits. The
 * time is that of engine_run(): the digits are made, but not written anywhere.
 */
#include "daemon/engine/bbp_kernel.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/mul.h"
#include "daemon/machine.h"
#include "daemon/place.h"

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

/* What was measured of work[I]. */
struct measured {
    double best_s, median_s;
    double speed; /* digits a second, negative: it is of a single digit */
    char digits[ENGINE_WINDOW + 1];
};

static void
print_line(int i, const struct measured *m)
{
    char speed[32] = "-";

    if (m->speed >= 0) {
        snprintf(speed, sizeof speed, "%.0f", m->speed);
    }
    printf("%-10s %5d %10" PRIu64 " %9.4f %9.4f %12s  %s\n", work[i].algorithm,
           work[i].radix, work[i].position, m->best_s, m->median_s, speed, m->digits);
    fflush(stdout);
}

/* A new reference, or NULL: no memory. */
static json_t *
line_json(int i, const struct measured *m)
{
    return json_pack(
        "{s:s, s:i, s:I, s:f, s:f, s:o, s:s}", "algorithm", work[i].algorithm, "radix",
        work[i].radix, "position", (json_int_t)work[i].position, "best_s", m->best_s,
        "median_s", m->median_s, "digits_per_s",
        m->speed >= 0 ? json_real(m->speed) : json_null(), "digits", m->digits);
}

/* Runs work[I] ROUNDS times. False with a message. */
static bool
measure(int i, int threads, int rounds, struct measured *m)
{
    const struct engine_algorithm *algorithm = engine_find(work[i].algorithm);
    struct engine_job job = {work[i].radix, work[i].position, threads};
    struct window first = {.position = job.position};
    double seconds[MOST_ROUNDS];

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
    m->best_s = seconds[0];
    m->median_s = (seconds[(rounds - 1) / 2] + seconds[rounds / 2]) / 2;
    m->speed = algorithm->prefix ? (double)job.position / m->median_s : -1;
    memcpy(m->digits, first.text, sizeof m->digits);
    return true;
}

/* Measures what is asked for; with JSON all of it is printed at the end. The exit
 * code. */
static int
bench(int threads, int rounds, uint64_t largest, bool json)
{
    json_t *results = json_array(), *all = NULL;
    int code = CLI_OK;

    if (!json) {
        printf("%d of %d CPUs, %d round%s; bbp with the kernel %s, products by %s\n",
               threads, machine_cpus(), rounds, rounds == 1 ? "" : "s",
               bbp_kernel_best()->name, mul_backend());
        printf("%-10s %5s %10s %9s %9s %12s  %s\n", "algorithm", "radix", "position",
               "best s", "median s", "digits/s", "digits from there");
        fflush(stdout);
    }
    for (int i = 0; i < WORK && code == CLI_OK; i++) {
        struct measured m;

        if (work[i].position > largest) {
            continue;
        }
        if (!measure(i, threads, rounds, &m)) {
            code = CLI_FAILED;
        } else if (json) {
            json_array_append_new(results, line_json(i, &m));
        } else {
            print_line(i, &m);
        }
    }
    if (json && code == CLI_OK) {
        all = json_pack("{s:i, s:i, s:i, s:s, s:s, s:O}", "threads", threads, "cpus",
                        machine_cpus(), "rounds", rounds, "bbp_kernel",
                        bbp_kernel_best()->name, "products", mul_backend(), "results",
                        results);
        rows_print_json(all);
        code = all ? CLI_OK : CLI_FAILED;
    }
    json_decref(all);
    json_decref(results);
    return code;
}

int
cli_bench(int argc, char **argv)
{
    const char *threads_text = NULL, *rounds_text = NULL, *largest_text = NULL;
    const char *json = NULL;
    const struct conf_flag flags[] = {
        {"threads", "COUNT", "threads to use, all CPUs unless given", &threads_text},
        {"rounds", "COUNT", "measure so many times, 3 unless given", &rounds_text},
        {"largest", "N", "leave out positions above N", &largest_text},
        {"json", NULL, "print the measurements as JSON, at the end", &json},
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
    return cli_end(&cli, bench((int)threads, (int)rounds, largest, json != NULL));
}
