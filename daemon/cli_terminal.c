/*
 * What somebody at a terminal sees and does while nthpi computes: progress, and
 * Ctrl-C. A signal is only noted; the computation asks for it some fifty times a
 * second, and the command then ends as after any other failure, nothing left behind.
 */
#include "daemon/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* From this fraction on the time that has passed tells the time that is left. */
#define FRACTION_KNOWN 0.05

enum { BAR_WIDTH = 30 };

/* Least time between two changes of the line, in seconds. */
#define TELL_EVERY 0.1

/* Times from this on are told as "over" it, in seconds. */
#define LONGEST_S 86400e3

static volatile sig_atomic_t caught;

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void
cli_progress_begin(struct cli_progress *p, bool on, double seconds)
{
    *p = (struct cli_progress){.on = on, .seconds = seconds, .percent = -1};
    p->terminal = isatty(STDERR_FILENO);
    p->began = p->told = now();
}

double
cli_progress_age(const struct cli_progress *p)
{
    return now() - p->began;
}

void
cli_print_time(char text[CLI_TIME_SIZE], double seconds)
{
    unsigned long s;

    /* What a site says may be any number. */
    if (!(seconds < LONGEST_S)) {
        snprintf(text, CLI_TIME_SIZE, "over %d days", (int)(LONGEST_S / 86400));
        return;
    }
    s = seconds < 0 ? 0 : (unsigned long)(seconds + 0.5);
    if (s < 60) {
        snprintf(text, CLI_TIME_SIZE, "%lu s", s);
    } else if (s < 3600) {
        snprintf(text, CLI_TIME_SIZE, "%lu min %02lu s", s / 60, s % 60);
    } else {
        snprintf(text, CLI_TIME_SIZE, "%lu h %02lu min", s / 3600, s % 3600 / 60);
    }
}

void
cli_print_size(char text[CLI_SIZE_SIZE], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes / 1024;
    size_t i = 0;

    while (size >= 1024 && i + 1 < sizeof units / sizeof units[0]) {
        size /= 1024;
        i++;
    }
    snprintf(text, CLI_SIZE_SIZE, "%.*f %s", i == 0 ? 0 : 1, size, units[i]);
}

int
cli_percent(double fraction)
{
    return !(fraction > 0) ? 0 : fraction >= 1 ? 100 : (int)(fraction * 100);
}

static double
time_left(const struct cli_progress *p, double fraction, double elapsed)
{
    return fraction >= FRACTION_KNOWN ? elapsed * (1 - fraction) / fraction
                                      : p->seconds - elapsed;
}

/* True when PERCENT is worth to be told at the time AT. */
static bool
is_due(const struct cli_progress *p, int percent, double at)
{
    return p->terminal ? p->percent < 0 || percent >= 100 || at - p->told >= TELL_EVERY
                       : percent != p->percent;
}

/* A line that takes the place of the one before, with a bar. */
static void
draw(const char *phase, int percent, const char *left)
{
    char bar[BAR_WIDTH + 1];
    int filled = percent * BAR_WIDTH / 100;

    memset(bar, '-', BAR_WIDTH);
    memset(bar, '#', (size_t)filled);
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r%-14.14s [%s] %3d %%%-24s", phase, bar, percent, left);
}

void
cli_progress_tell_left(struct cli_progress *p, const char *phase, double fraction,
                       double left)
{
    int percent = cli_percent(fraction);
    char time[CLI_TIME_SIZE], words[48] = "";
    double at = now();

    if (!p->on || !is_due(p, percent, at)) {
        return;
    }
    p->percent = percent;
    p->told = at;
    if (left >= 0) {
        cli_print_time(time, left);
        snprintf(words, sizeof words, ", %s left", time);
    }
    if (p->terminal) {
        draw(phase, percent, words);
    } else {
        fprintf(stderr, "%s %d %%%s\n", phase, percent, words);
    }
}

void
cli_progress_tell(struct cli_progress *p, const char *phase, double fraction)
{
    double left;

    /* What goes back within a phase is no news. */
    if (p->on && cli_percent(fraction) >= p->percent) {
        left = time_left(p, fraction, now() - p->began);
        cli_progress_tell_left(p, phase, fraction, left < 0 ? 0 : left);
    }
}

void
cli_progress_end(struct cli_progress *p)
{
    if (p->on && p->terminal && p->percent >= 0) {
        fputc('\n', stderr);
    }
}

static void
on_signal(int number)
{
    caught = number;
}

bool
cli_catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal}, before;

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* What the caller has us ignore (nohup) stays ignored. */
        if (sigaction(signals[i], NULL, &before) != 0 ||
            (before.sa_handler != SIG_IGN &&
             sigaction(signals[i], &action, NULL) != 0)) {
            cli_error("cannot set up signals: %s", strerror(errno));
            return false;
        }
    }
    return true;
}

int
cli_signal(void)
{
    return caught;
}
