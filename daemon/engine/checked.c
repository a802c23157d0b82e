/*
 * Runs with a check.
 *
 * Every algorithm has its row below: what has to be kept of the run, how its result
 * is checked, and what that costs. The run's callbacks are ours; they keep what the
 * check needs, hand everything on, and put the progress of both parts on one scale
 * by the estimated seconds of each. A checkpoint of ours wraps up that of the run
 * under way.
 */
#include "checked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms.h"
#include "bbp.h"
#include "checked_state.h"
#include "verify.h"

/* Time of a run of bbp with Bellard's series in terms of the usual one; the moduli
 * go up to 4n instead of 8n/3. Measured: 1.31 to 1.35. */
#define BELLARD_TIME   1.33
#define BELLARD_MEMORY 1.3

/* Hexadecimal digits in a decimal one: log(10) / log(16). */
#define HEX_PER_DECIMAL 0.8305

struct checked {
    const struct engine_algorithm *algorithm;
    const struct engine_job *job;
    struct engine_callbacks callbacks; /* the caller's; all NULL when there are none */
    const struct check *check;
    double from, to;            /* of the progress of the present part */
    bool cancelled;             /* the caller said so */
    struct checked_state state; /* of the checkpoint that is resumed, then its own */

    struct engine_evidence evidence;
    bool told; /* the evidence is there */
    struct verify_conversion conversion;

    char *text; /* the digits kept, not terminated */
    size_t kept, room;
    char *words;
};

/* How the result of an algorithm is checked. */
struct check {
    const char *algorithm;
    bool keeps; /* digits are kept: all of a prefix, or the window */
    bool holds; /* digits are delivered only after the check */
    bool saves; /* both runs hand over checkpoints */
    enum verify_rc (*result)(struct checked *c, const struct engine_callbacks *own);
    double (*seconds)(const struct engine_job *job);
    uint64_t (*memory)(const struct engine_job *job); /* at its peak */
};

/* ---- callbacks ---- */

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct checked *c = ctx;

    if (c->callbacks.progress != NULL)
        c->callbacks.progress(c->callbacks.ctx, phase,
                              c->from + (c->to - c->from) * fraction);
}

static bool
on_cancelled(void *ctx)
{
    struct checked *c = ctx;

    if (c->callbacks.cancelled != NULL && c->callbacks.cancelled(c->callbacks.ctx))
        c->cancelled = true;
    return c->cancelled;
}

static void
on_evidence(void *ctx, const struct engine_evidence *evidence)
{
    struct checked *c = ctx;

    c->evidence = *evidence;
    c->told = true;
    verify_conversion_start(&c->conversion, &c->evidence, c->job->threads);
    if (c->callbacks.evidence != NULL)
        c->callbacks.evidence(c->callbacks.ctx, evidence);
}

/* A checkpoint of the present run, LENGTH bytes at OWN. Without memory there is none
 * this time. */
static void
on_checkpoint(void *ctx, const void *own, size_t length)
{
    struct checked *c = ctx;
    void *bytes;

    c->state.own = own;
    c->state.own_length = length;
    bytes = checked_state_pack(&c->state, c->job, &length);
    if (bytes != NULL)
        c->callbacks.checkpoint(c->callbacks.ctx, bytes, length);
    free(bytes);
    c->state.own = NULL; /* the run's, and changing */
    c->state.own_length = 0;
}

/* Lets the run that OWN is for go on from the checkpoint, and hand over more. */
static void
go_on(struct checked *c, struct engine_callbacks *own)
{
    if (c->callbacks.checkpoint != NULL)
        own->checkpoint = on_checkpoint;
    own->checkpoint_seconds = c->callbacks.checkpoint_seconds;
    own->resume = c->state.own;
    own->resume_length = c->state.own_length;
}

static int
deliver(struct checked *c, uint64_t first, const char *text, size_t length)
{
    return c->callbacks.digits == NULL
               ? 0
               : c->callbacks.digits(c->callbacks.ctx, first, text, length);
}

static int
on_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct checked *c = ctx;
    size_t left = c->room - c->kept;

    if (c->told)
        verify_conversion_digits(&c->conversion, text, length);
    if (c->check->keeps) {
        left = length < left ? length : left;
        memcpy(c->text + c->kept, text, left);
        c->kept += left;
    }
    return c->check->holds ? 0 : deliver(c, first, text, length);
}

/* ---- chudnovsky ---- */

static enum verify_rc
check_fraction(struct checked *c, const struct engine_callbacks *own)
{
    struct verify_bbp bbp = {c->job->threads, own};
    char words[VERIFY_WORDS];
    enum verify_rc rc;
    size_t used;

    if (!c->told)
        return VERIFY_STOPPED;
    rc = verify_conversion_end(&c->conversion, c->words);
    if (rc != VERIFY_GOOD)
        return rc;
    rc = verify_windows(&c->evidence, verify_window_by_bbp, &bbp, own, words);
    used = rc == VERIFY_GOOD ? strlen(c->words) : 0;
    snprintf(c->words + used, ENGINE_WORDS - used, "%s%s", used > 0 ? "; " : "", words);
    return rc;
}

/* One window is at the end, the others at a quarter, a sixteenth and so on of it, on
 * average (keep_windows() in chudnovsky.c). They are one run of bbp, whose cost is that
 * of one at the sum of their positions. */
static double
fraction_seconds(const struct engine_job *job)
{
    double place = (double)job->position * (job->radix == 16 ? 1 : HEX_PER_DECIMAL);
    struct engine_job all = {16, 0, job->threads};
    int i;

    for (i = 0; i < EVIDENCE_WINDOWS; i++, place /= 4)
        all.position += (uint64_t)place + ENGINE_WINDOW;
    return bbp_seconds(&all);
}

/* By then the numbers of the run are freed. */
static uint64_t
fraction_memory(const struct engine_job *job)
{
    const struct engine_job end = {16, job->position + ENGINE_WINDOW, job->threads};

    return bbp_memory(&end);
}

/* ---- spigot ---- */

static enum verify_rc
check_prefix(struct checked *c, const struct engine_callbacks *own)
{
    return verify_prefix(engine_find("chudnovsky"), c->job->radix, c->text, c->kept,
                         c->job->threads, own, c->words);
}

static uint64_t
prefix_memory(const struct engine_job *job)
{
    return chudnovsky_memory(job) + job->position;
}

/* ---- bbp ---- */

static enum verify_rc
check_window(struct checked *c, const struct engine_callbacks *own)
{
    return verify_again(c->job, c->text, &c->kept, own, c->words);
}

static double
window_seconds(const struct engine_job *job)
{
    return job->position < BBP_PRIMES_FROM ? chudnovsky_seconds(job)
                                           : BELLARD_TIME * bbp_seconds(job);
}

static uint64_t
window_memory(const struct engine_job *job)
{
    return job->position < BBP_PRIMES_FROM
               ? chudnovsky_memory(job)
               : (uint64_t)(BELLARD_MEMORY * (double)bbp_memory(job));
}

/* ---- all of them ---- */

static const struct check checks[] = {
    {
        .algorithm = "chudnovsky",
        .result = check_fraction,
        .seconds = fraction_seconds,
        .memory = fraction_memory,
    },
    {
        .algorithm = "bbp",
        .keeps = true,
        .holds = true,
        .saves = true,
        .result = check_window,
        .seconds = window_seconds,
        .memory = window_memory,
    },
    {
        .algorithm = "spigot",
        .keeps = true,
        .result = check_prefix,
        .seconds = chudnovsky_seconds,
        .memory = prefix_memory,
    },
};

static const struct check *
find_check(const struct engine_algorithm *algorithm)
{
    size_t i;

    for (i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (strcmp(checks[i].algorithm, algorithm->name) == 0)
            return &checks[i];
    return NULL;
}

bool
engine_checked_saves(const struct engine_algorithm *algorithm,
                     const struct engine_job *job)
{
    const struct check *found = find_check(algorithm);

    return found != NULL && found->saves && job->position >= BBP_PRIMES_FROM;
}

static bool
saves(const struct checked *c)
{
    return engine_checked_saves(c->algorithm, c->job);
}

/* The run, into C, or what it brought before the checkpoint. */
static enum engine_rc
compute(struct checked *c, struct engine_callbacks *own)
{
    if (c->check->keeps) {
        c->room = c->algorithm->prefix ? (size_t)c->job->position + ENGINE_WINDOW - 1
                                       : FIXED_MOST_DIGITS;
        c->text = malloc(c->room);
        if (c->text == NULL)
            return ENGINE_NO_MEMORY;
    }
    if (c->state.second) {
        c->kept = c->state.kept;
        memcpy(c->text, c->state.text, c->kept);
        return ENGINE_OK;
    }
    if (saves(c))
        go_on(c, own);
    return engine_run(c->algorithm, c->job, own);
}

/* The run is done: a checkpoint that says so. */
static void
begin_second(struct checked *c)
{
    c->state.second = true;
    c->state.kept = c->kept;
    memcpy(c->state.text, c->text, c->kept);
    c->state.own = NULL;
    c->state.own_length = 0;
    if (c->callbacks.checkpoint != NULL)
        on_checkpoint(c, NULL, 0);
}

/* The check of what C has got. */
static enum engine_rc
check(struct checked *c, struct engine_callbacks *own)
{
    enum verify_rc rc;

    if (!c->state.second) {
        on_progress(c, "verifying", 0);
        if (saves(c))
            begin_second(c);
    }
    if (saves(c))
        go_on(c, own);
    rc = c->check->result(c, own);
    if (rc != VERIFY_GOOD && c->cancelled)
        return ENGINE_CANCELLED;
    if (rc == VERIFY_STOPPED)
        return ENGINE_UNVERIFIED;
    if (rc == VERIFY_BAD)
        return ENGINE_MISMATCH;
    on_progress(c, "verifying", 1);
    if (c->check->holds && deliver(c, c->job->position, c->text, c->kept) != 0)
        return ENGINE_CANCELLED;
    return ENGINE_OK;
}

enum engine_rc
engine_run_checked(const struct engine_algorithm *algorithm,
                   const struct engine_job *job,
                   const struct engine_callbacks *callbacks, char *words)
{
    struct checked c = {.algorithm = algorithm, .job = job, .words = words};
    struct engine_callbacks own = {
        .ctx = &c,
        .progress = on_progress,
        .digits = on_digits,
        .cancelled = on_cancelled,
        .evidence = on_evidence,
    };
    enum engine_rc rc;

    words[0] = '\0';
    rc = engine_allows(algorithm, job);
    c.check = rc == ENGINE_OK ? find_check(algorithm) : NULL;
    if (c.check == NULL)
        return rc == ENGINE_OK ? ENGINE_UNVERIFIED : rc;
    if (callbacks != NULL)
        c.callbacks = *callbacks;
    if (saves(&c))
        checked_state_unpack(&c.state, job, c.callbacks.resume,
                             c.callbacks.resume_length);
    c.to = algorithm->seconds(job) / engine_checked_seconds(algorithm, job);
    rc = compute(&c, &own);
    if (rc == ENGINE_OK) {
        c.from = c.to;
        c.to = 1;
        rc = check(&c, &own);
    }
    if (rc != ENGINE_OK && rc != ENGINE_MISMATCH)
        words[0] = '\0';
    free(c.text);
    return rc;
}

double
engine_checked_seconds(const struct engine_algorithm *algorithm,
                       const struct engine_job *job)
{
    const struct check *found = find_check(algorithm);

    return algorithm->seconds(job) + (found != NULL ? found->seconds(job) : 0);
}

uint64_t
engine_checked_memory(const struct engine_algorithm *algorithm,
                      const struct engine_job *job)
{
    const struct check *found = find_check(algorithm);
    uint64_t run = algorithm->memory(job), after;

    after = found != NULL ? found->memory(job) : 0;
    return run > after ? run : after;
}
