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

/* Least time between two changes of the line, in seconds. */
#define TELL_EVERY 0.1

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

/* "5 s", "3 min 20 s" or "7 h 05 min" into TEXT. */
static void
print_time(char text[32], double seconds)
{
    unsigned long s = seconds < 0 ? 0 : (unsigned long)(seconds + 0.5);

    if (s < 60) {
        snprintf(text, 32, "%lu s", s);
    } else if (s < 3600) {
        snprintf(text, 32, "%lu min %02lu s", s / 60, s % 60);
    } else {
        snprintf(text, 32, "%lu h %02lu min", s / 3600, s % 3600 / 60);
    }
}

static double
time_left(const struct cli_progress *p, double fraction, double elapsed)
{
    return fraction >= FRACTION_KNOWN ? elapsed * (1 - fraction) / fraction
                                      : p->seconds - elapsed;
}

void
cli_progress_tell(struct cli_progress *p, const char *phase, double fraction)
{
    int percent = (int)(fraction * 100);
    double at = now();
    char left[32];

    if (!p->on || percent < p->percent ||
        (p->terminal ? at - p->told < TELL_EVERY && percent < 100
                     : percent == p->percent)) {
        return;
    }
    p->percent = percent;
    p->told = at;
    print_time(left, time_left(p, fraction, at - p->began));
    fprintf(stderr,
            p->terminal ? "\r%-12s %3d %%, %s left          " : "%s %d %%, %s left\n",
            phase, percent, left);
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
