/*
 * The worker's side: run the engine, write its digits into the files that the
 * daemon opened, report on the pipe. A result that fails its verification, or
 * can't be verified, is an error.
 *
 * Of an algorithm that delivers every digit, positions 1 .. n go into the file
 * as they come, so that a visitor can read them while the rest is computed;
 * positions from n on are the window. At the end the file is read back and compared
 * with a digest of the digits that were checked. Progress is told ten times a second at
 * most, and every two seconds at least when the engine reports without getting on: a
 * sign of life. The pipe blocks: a worker of a stopped daemon waits.
 *
 * Checkpoints go into the file that the daemon opened, if it did; what can't be written
 * (a full disk) is not missed before the worker dies. A worker with such a file keeps
 * SIGTERM blocked, looks whether it waits where the engine asks about cancellation, and
 * ends after the checkpoint that the engine then hands over.
 */
#include "config.h"

#include "daemon/worker_main.h"

#include "common/reason.h"
#include "daemon/confine.h"
#include "daemon/engine/checked.h"
#include "daemon/gmp_guard.h"
#include "daemon/index_worker.h"
#include "daemon/protocol.h"
#include "daemon/read_back.h"
#include "daemon/slots.h"
#include "daemon/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

_Static_assert(ENGINE_WORDS <= (int)PROTOCOL_ERROR_SIZE, "what was checked fits");
_Static_assert((int)GMP_GUARD_EXIT == (int)WORKER_MEMORY,
               "one code for lack of memory");

#define PROGRESS_EVERY_S 0.1
#define ALIVE_EVERY_S    2.0

/* A checkpoint after this share of the estimated time, which is then the most that is
 * lost; but not more often than that, and not less often than the engine thinks best.
 */
#define SAVE_SHARE   0.05
#define SAVE_LEAST_S 0.5

struct run {
    const struct engine_algorithm *algorithm;
    struct engine_job job;
    struct digits_writer *writer; /* NULL: no file */
    struct read_back back;        /* of that file */
    uint64_t next;                /* position of the digit expected next */
    char window[COMPUTATION_WINDOW_SIZE];
    size_t window_used;
    char words[ENGINE_WORDS]; /* what was verified, or differs */
    struct message progress;  /* what was told last */
    unsigned ppm;             /* and what is known by now */
    double told_at;           /* seconds, CLOCK_MONOTONIC */
    bool pipe_broken;
    bool saves; /* there is a file for checkpoints: */
    struct slots save;
    const char *output_error; /* why the file could not be written, or NULL */
};

static double
clock_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
tell(struct run *run, const struct message *m)
{
    run->pipe_broken = run->pipe_broken || !protocol_send(WORKER_PIPE_FD, m);
}

/* What is known by now, in the phase of the last message. */
static void
tell_progress(struct run *run)
{
    run->progress.kind = MESSAGE_PROGRESS;
    run->progress.ppm = run->ppm;
    run->told_at = clock_s();
    tell(run, &run->progress);
}

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct run *run = ctx;
    struct message *m = &run->progress;
    double now = clock_s();
    bool new_phase = strcmp(phase, m->phase) != 0;
    unsigned ppm = fraction <= 0   ? 0
                   : fraction >= 1 ? PROTOCOL_PPM
                                   : (unsigned)(fraction * PROTOCOL_PPM);

    double every = ppm > m->ppm ? PROGRESS_EVERY_S : ALIVE_EVERY_S;

    run->ppm = ppm > run->ppm ? ppm : run->ppm;
    if (new_phase || now - run->told_at >= every) {
        snprintf(m->phase, sizeof m->phase, "%s", phase);
        tell_progress(run);
    }
}

static bool
is_told_to_stop(const struct run *run)
{
    sigset_t waiting;

    return run->saves && sigpending(&waiting) == 0 &&
           sigismember(&waiting, SIGTERM) == 1;
}

static bool
on_cancelled(void *ctx)
{
    const struct run *run = ctx;

    return run->pipe_broken || is_told_to_stop(run);
}

static void
on_checkpoint(void *ctx, const void *state, size_t length)
{
    struct run *run = ctx;
    struct message m = {.kind = MESSAGE_SAVED, .ppm = run->ppm};

    /* An error leaves the checkpoint before it; the next one may go well. */
    if (slots_write(&run->save, state, length) == 0) {
        if (run->ppm > run->progress.ppm) {
            tell_progress(run);
        }
        tell(run, &m);
    }
}

static double
save_every(const struct run *run)
{
    double seconds = SAVE_SHARE * engine_checked_seconds(run->algorithm, &run->job);

    return seconds < SAVE_LEAST_S                ? SAVE_LEAST_S
           : seconds > ENGINE_CHECKPOINT_SECONDS ? ENGINE_CHECKPOINT_SECONDS
                                                 : seconds;
}

static const char *
digits_error(enum digits_rc rc)
{
    switch (rc) {
    case DIGITS_IO:
        return strerror(errno);
    case DIGITS_NO_MEMORY:
        return reason_text(REASON_SHORT_OF_MEMORY);
    default:
        return reason_text(REASON_FILE_BROKEN);
    }
}

/* The part of the digits that belongs into the window. */
static void
keep_window(struct run *run, uint64_t first, const char *text, size_t length)
{
    size_t skip = first < run->job.position ? (size_t)(run->job.position - first) : 0;
    size_t room = sizeof run->window - 1 - run->window_used;
    size_t part;

    if (skip >= length) {
        return;
    }
    part = length - skip < room ? length - skip : room;
    memcpy(run->window + run->window_used, text + skip, part);
    run->window_used += part;
}

static int
on_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct run *run = ctx;
    enum digits_rc rc;

    if (first != run->next) {
        run->output_error = reason_text(REASON_OUT_OF_ORDER);
        return 1;
    }
    run->next += length;
    if (run->writer && first <= run->job.position) {
        uint64_t left = run->job.position - first + 1;
        size_t part = left < length ? (size_t)left : length;

        read_back_add(&run->back, text, part);
        rc = digits_writer_add(run->writer, text, part);
        if (rc != DIGITS_OK) {
            run->output_error = digits_error(rc);
            return 1;
        }
    }
    keep_window(run, first, text, length);
    return run->pipe_broken;
}

static bool
parse_arguments(struct run *run, enum sandbox_mode *sandbox, int argc, char **argv,
                worker_find *find)
{
    enum ask_problem problem;
    char *end;

    if (argc != 5) {
        return false;
    }
    run->algorithm = find(argv[0]);
    problem = position_parse(argv[2], &run->job.position);
    run->job.threads = (int)strtol(argv[3], &end, 10);
    return run->algorithm && radix_parse(argv[1], &run->job.radix) &&
           problem == ASK_OK && *end == '\0' && run->job.threads >= 1 &&
           run->job.threads <= 256 && sandbox_mode_parse(argv[4], sandbox);
}

static int
fail_words(struct run *run, enum worker_exit code, const char *words)
{
    struct message m = {.kind = MESSAGE_ERROR};

    snprintf(m.error, sizeof m.error, "%s", words);
    tell(run, &m);
    return (int)code;
}

/* WHY is REASON's {why}, NULL if it has none. */
static int
fail(struct run *run, enum worker_exit code, enum reason reason, const char *why)
{
    char words[PROTOCOL_ERROR_SIZE];

    return fail_words(
        run, code,
        reason_print(words, sizeof words, reason, &(struct reason_values){.why = why}));
}

/* Tells what was verified, ends the file, tells the window and the end. */
static int
deliver(struct run *run)
{
    struct message m = {.kind = MESSAGE_VERIFIED};
    enum digits_rc rc;

    on_progress(run, "saving", 1);
    snprintf(m.verified, sizeof m.verified, "%s", run->words);
    tell(run, &m);
    m = (struct message){.kind = MESSAGE_WINDOW};
    memcpy(m.window, run->window, sizeof m.window);
    tell(run, &m);
    if (run->writer) {
        m = (struct message){.kind = MESSAGE_FILE, .length = run->job.position};
        rc = digits_writer_finish(run->writer, m.sha256);
        if (rc != DIGITS_OK) {
            return fail(run, WORKER_OUTPUT, REASON_WRITING_FAILED, digits_error(rc));
        }
        rc = read_back_check(&run->back, WORKER_TEXT_FD, WORKER_SUM_FD, run->job.radix,
                             run->job.position, m.sha256);
        if (rc == DIGITS_BROKEN) {
            return fail(run, WORKER_ENGINE, REASON_VERIFICATION,
                        reason_text(REASON_FILE_DIFFERS));
        }
        if (rc != DIGITS_OK) {
            return fail(run, WORKER_OUTPUT, REASON_READING_FAILED, digits_error(rc));
        }
        tell(run, &m);
    }
    m = (struct message){.kind = MESSAGE_DONE};
    tell(run, &m);
    return run->pipe_broken ? WORKER_PIPE : WORKER_OK;
}

static int
compute(struct run *run)
{
    struct engine_callbacks callbacks = {
        .ctx = run,
        .progress = on_progress,
        .digits = on_digits,
        .cancelled = on_cancelled,
    };
    enum engine_rc rc;
    void *resume = NULL;

    if (run->saves) {
        resume = slots_read(&run->save, &callbacks.resume_length);
        callbacks.resume = resume;
        callbacks.checkpoint = on_checkpoint;
        callbacks.checkpoint_seconds = save_every(run);
    }
    rc = engine_run_checked(run->algorithm, &run->job, &callbacks, run->words);
    free(resume);
    if (run->pipe_broken) {
        return WORKER_PIPE;
    }
    if (rc == ENGINE_CANCELLED && is_told_to_stop(run)) {
        return WORKER_STOPPED;
    }
    if (run->output_error) {
        return fail(run, WORKER_OUTPUT, REASON_WRITING_FAILED, run->output_error);
    }
    if (rc == ENGINE_NO_MEMORY) {
        return WORKER_MEMORY;
    }
    if (rc == ENGINE_MISMATCH) {
        return fail(run, WORKER_ENGINE, REASON_VERIFICATION, run->words);
    }
    if (rc == ENGINE_UNVERIFIED) {
        return fail(run, WORKER_ENGINE, REASON_VERIFICATION,
                    reason_text(REASON_NOT_VERIFIED));
    }
    if (rc != ENGINE_OK) {
        return fail_words(run, WORKER_ENGINE, engine_strerror(rc));
    }
    return deliver(run);
}

/* Takes the file for checkpoints, if it is there. False: a system call failed. */
static bool
take_save(struct run *run)
{
    sigset_t stop;

    run->saves =
        fcntl(WORKER_SAVE_FD, F_GETFD) >= 0 && slots_init(&run->save, WORKER_SAVE_FD);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    return !run->saves || sigprocmask(SIG_BLOCK, &stop, NULL) == 0;
}

int
worker_main(int argc, char **argv, worker_find *find)
{
    struct run run = {.told_at = -PROGRESS_EVERY_S};
    struct message hello = {
        .kind = MESSAGE_HELLO, .version = PROTOCOL_VERSION, .package = PACKAGE_VERSION};
    enum sandbox_mode sandbox;
    int code;

    if (index_is_order(argc, argv)) {
        return index_worker(argv);
    }
    if (!parse_arguments(&run, &sandbox, argc, argv, find)) {
        return WORKER_USAGE;
    }
    gmp_guard_install();
    /* Both are told as errors of write() instead. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR) {
        return WORKER_USAGE;
    }
    if (!take_save(&run)) {
        return WORKER_USAGE;
    }
    prctl(PR_SET_NAME, WORKER_NAME);
    tell(&run, &hello);
    if (!confine_worker(sandbox)) {
        return fail(&run, WORKER_ENGINE, REASON_NO_SANDBOX, NULL);
    }
    run.next = run.algorithm->prefix ? 1 : run.job.position;
    if (run.algorithm->prefix) {
        run.writer = digits_writer_new(WORKER_TEXT_FD, WORKER_SUM_FD, run.job.radix);
        if (!run.writer) {
            return fail(&run, errno == ENOMEM ? WORKER_MEMORY : WORKER_OUTPUT,
                        REASON_WRITING_FAILED, strerror(errno));
        }
        digits_writer_threads(run.writer, run.job.threads);
        read_back_begin(&run.back);
    }
    code = compute(&run);
    digits_writer_free(run.writer);
    return code;
}
