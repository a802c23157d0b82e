/*
 * nthpid with faults; NTHPI_FAULT says which.
 *
 * Without it the engine gets one digit wrong, that at the position asked for; with
 * "middle" one that is halfway. The digits are changed between the algorithm and
 * everything that looks at them. With other words of the engine's part its worker
 * hangs, or tells nonsense, instead of computing. Faults of what the worker and the
 * daemon call are in faulty_calls.c; the engine is right then.
 */
#include "faulty.h"

#include "daemon/program.h"
#include "daemon/worker.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The callbacks that a run was given, and the ones in their place. */
struct fault {
    const struct engine_callbacks *right;
    uint64_t position;
    char text[1 << 16];
};

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct fault *f = ctx;

    f->right->progress(f->right->ctx, phase, fraction);
}

static bool
on_cancelled(void *ctx)
{
    struct fault *f = ctx;

    return f->right->cancelled(f->right->ctx);
}

static void
on_evidence(void *ctx, const struct engine_evidence *evidence)
{
    struct fault *f = ctx;

    f->right->evidence(f->right->ctx, evidence);
}

static int
on_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct fault *f = ctx;

    if (length > sizeof f->text) {
        return 1;
    }
    memcpy(f->text, text, length);
    if (f->position >= first && f->position - first < length) {
        char *digit = &f->text[f->position - first];

        *digit = *digit == '1' ? '2' : '1';
    }
    return f->right->digits(f->right->ctx, first, f->text, length);
}

bool
fault_is(const char *name)
{
    const char *fault = getenv("NTHPI_FAULT");

    return fault && strcmp(fault, name) == 0;
}

/* COUNT times the LENGTH bytes of TEXT on the worker's pipe. */
static void
say(const char *text, size_t length, long count)
{
    while (count-- > 0 && write(WORKER_PIPE_FD, text, length) >= 0) {
    }
}

static void
say_line(const char *text)
{
    say(text, strlen(text), 1);
}

/* Tells nonsense, as NTHPI_FAULT names it, and the end of a run. False: it names none.
 */
static bool
talk(void)
{
    static const struct {
        const char *fault, *text;
    } lines[] = {
        {"order", "done\n"},
        {"version", "hello 1 0.0.1\n"},
        {"greeting", "hello 3 0.0.1\n"},
        {"nan", "progress nan computing\n"},
        {"back", "progress 900000 computing\nprogress 100000 computing\n"},
        {"window", "window 1234\n"},
        {"unchecked", "window 1234567890123456\ndone\n"},
        {"other", "file 77 0000000000000000000000000000000000000000000000000000000000"
                  "000000\n"},
        {"nul", "progress 5 computing\0\n"},
    };
    static char bytes[1 << 16];

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (fault_is(lines[i].fault)) {
            say(lines[i].text, strlen(lines[i].text) + 2 * fault_is("nul"), 1);
            return true;
        }
    }
    if (fault_is("random")) {
        unsigned seed = 1;

        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (char)(rand_r(&seed) >> 8);
        }
        say(bytes, sizeof bytes, 1);
    } else if (fault_is("long")) {
        memset(bytes, 'a', sizeof bytes);
        say(bytes, sizeof bytes, 100);
    } else if (fault_is("flood")) {
        say_line("progress 5 computing\n");
        say("progress 5 computing\n", 21, 1000000);
        say_line("flooded\n");
    } else {
        return false;
    }
    return true;
}

/* Never comes back if NTHPI_FAULT is "hang": at a position that 3 divides it is
 * stopped, at the next it waits for what never comes, at the next it loops. "wait" and
 * "eat" are for what a job may have. */
static void
hang(uint64_t position)
{
    static volatile char food[64 << 20]; /* written, whoever reads it */

    if (fault_is("eat")) {
        for (size_t i = 0; i < sizeof food; i += 1024) {
            food[i] = 1;
        }
    }
    if (fault_is("eat") || fault_is("wait")) {
        poll(NULL, 0, -1);
    }
    if (!fault_is("hang")) {
        return;
    }
    if (position % 3 == 0) {
        raise(SIGSTOP);
    } else if (position % 3 == 1) {
        poll(NULL, 0, -1);
    } else {
        for (volatile unsigned i = 0;; i++) {
        }
    }
}

static enum engine_rc
faulty_run(const struct engine_job *job, const struct engine_callbacks *callbacks,
           const char *name)
{
    static struct fault f;
    const struct engine_callbacks own = {
        .ctx = &f,
        .progress = on_progress,
        .digits = on_digits,
        .cancelled = on_cancelled,
        .evidence = on_evidence,
    };

    if (talk()) {
        poll(NULL, 0, -1); /* the daemon ends it */
    }
    hang(job->position);
    if (getenv("NTHPI_FAULT") && !fault_is("middle")) {
        return engine_find(name)->run(job, callbacks);
    }
    f.right = callbacks;
    f.position = job->position;
    if (fault_is("middle")) { /* of the digits, or of a window */
        f.position = strcmp(name, "bbp") == 0 ? job->position + 5 : job->position / 2;
    }
    return engine_find(name)->run(job, &own);
}

static enum engine_rc
faulty_spigot(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    return faulty_run(job, callbacks, "spigot");
}

static enum engine_rc
faulty_chudnovsky(const struct engine_job *job,
                  const struct engine_callbacks *callbacks)
{
    return faulty_run(job, callbacks, "chudnovsky");
}

static enum engine_rc
faulty_bbp(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    return faulty_run(job, callbacks, "bbp");
}

static const struct engine_algorithm *
faulty_find(const char *name)
{
    static struct engine_algorithm row;
    const struct engine_algorithm *right = engine_find(name);

    if (!right) {
        return NULL;
    }
    row = *right;
    row.run = strcmp(name, "spigot") == 0 ? faulty_spigot
              : right->prefix             ? faulty_chudnovsky
                                          : faulty_bbp;
    return &row;
}

int
main(int argc, char **argv)
{
    return program_main(argc, argv, faulty_find);
}
