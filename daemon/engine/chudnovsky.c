/*
 * All digits of pi to position n, by Chudnovsky's series.
 *
 * Three phases: the series by binary splitting (split.c), the division (fraction.c)
 * and the conversion to digits (radix.c), which finds out whether the error of the
 * other two could reach a digit. If it could, because the digits end in a run of
 * nines that is as long as the guard, everything is repeated with twice the guard;
 * what is delivered is right in every case.
 *
 * The error: fraction.c hands on an x with x <= pi - 3 < x + 2 units of its last
 * place, within RADIX_SLACK.
 *
 * Evidence: 16 hexadecimal digits at the end of x, where every mistake before shows,
 * and at places that are chosen by what x is modulo a prime, so that no program can
 * know them beforehand; and the numbers of the conversion (evidence.h).
 *
 * Largest position: 8.5e7 terms (in radix 16) and numbers below 1e10 bits, within
 * TERMS_LIMIT and GMP's 2^37 bits.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "algorithms.h"
#include "evidence.h"
#include "fraction.h"
#include "mul.h"
#include "mul_plan.h"
#include "pair.h"
#include "radix.h"
#include "residue.h"
#include "run.h"
#include "split.h"
#include "terms.h"

/* Guard limbs at first, and where the attempts end. */
#define FIRST_GUARD 1
#define LAST_GUARD  RADIX_MOST_GUARD

/* Digits delivered at a time: an eighth of all within these bounds. Long pieces let who
 * checks, hashes and writes them share that among threads; the longest are done with in
 * a tenth of a second. */
#define LEAST_CHUNK (UINT64_C(1) << 16)
#define MOST_CHUNK  (UINT64_C(1) << 23)

/* From this many limbs on the caller's thread only serves the callbacks while another
 * one computes, so that they are served during long multiplications, too. */
#define ASIDE_LIMBS 10000

/* What the division takes of its work divided by the threads: the model of the costs
 * of products is a bit too high for it, but with several threads some of it is done
 * by one, and cutting products for two makes them longer. What is not a product weighs
 * more where transforms make those. Measured at 1e7 digits. */
#define DIVIDE_ALONE      0.8
#define DIVIDE_SHARED     1.05
#define DIVIDE_TRANSFORMS 1.45

/* More threads than this need no more memory. */
#define MOST_MEMORY_THREADS 16

/* An attempt to compute the digits. */
struct attempt {
    const struct engine_job *job;
    uint64_t terms;
    size_t len; /* limbs of the fraction */
    struct split split;
    struct fives powers;
    mp_limb_t *limbs;
    struct radix_job radix;
    enum radix_rc rc;
};

static void
splitting(struct run *run, void *arg)
{
    struct attempt *a = arg;

    split_series(run, &a->split, a->terms, fraction_limbs(a->len), a->job->threads);
}

static void
dividing(struct run *run, void *arg)
{
    struct attempt *a = arg;

    fraction_of_pi(run, a->limbs, a->len, &a->split, &a->powers, a->job->threads);
}

static void
converting(struct run *run, void *arg)
{
    struct attempt *a = arg;

    a->rc = radix_digits(run, &a->radix);
}

static void
nothing(struct run *run, void *arg)
{
    (void)run;
    (void)arg;
}

/* The phases of A; the text is allocated only for the last one. */
static void
do_phases(struct run *run, struct attempt *a)
{
    bool aside = a->len >= ASIDE_LIMBS;
    int radix = a->radix.radix;
    double split = split_cost(a->terms);
    double divide = fraction_cost(a->len) + fives_cost(radix, a->radix.count);
    double convert = radix_cost(radix, a->radix.count);
    double weight = a->job->threads > 1 ? DIVIDE_SHARED : DIVIDE_ALONE;
    double all;

    if (a->len >= mul_from())
        weight *= DIVIDE_TRANSFORMS;
    all = split + weight * divide + convert;
    if (run_phase(run, "splitting", 0, split / all, split))
        pair_run(run, aside, splitting, a, nothing, NULL);
    a->limbs = malloc(a->len * sizeof *a->limbs);
    if (a->limbs == NULL)
        run_fail(run, ENGINE_NO_MEMORY);
    if (run_phase(run, "dividing", split / all, 1 - convert / all, divide))
        pair_run(run, aside, dividing, a, nothing, NULL);
    split_clear(&a->split);
    split_init(&a->split);
    a->radix.limbs = a->limbs;
    a->radix.text = malloc(a->radix.count);
    if (a->radix.text == NULL)
        run_fail(run, ENGINE_NO_MEMORY);
    if (run_phase(run, "converting", 1 - convert / all, 1, convert))
        pair_run(run, aside, converting, a, nothing, NULL);
}

/* The window of 16 digits from POSITION on of the fraction LIMBS. */
static void
keep_window(struct engine_evidence *evidence, uint64_t position, const mp_limb_t *limbs,
            size_t len)
{
    struct evidence_window *window = &evidence->window[evidence->windows++];
    uint64_t at;
    int i;

    window->position = position;
    for (i = 0; i < ENGINE_WINDOW; i++) {
        at = position - 1 + (uint64_t)i;
        window->digits[i] =
            "0123456789abcdef"[limbs[len - 1 - at / 16] >> (60 - at % 16 * 4) & 15];
    }
}

/* Keeps the windows of A's fraction: the last whole limb before the guard that no
 * carry can reach, and places before it. The latter lie in its first half, first
 * eighth, and so on, as what they cost to check grows with the place. */
static void
keep_windows(struct engine_evidence *evidence, const struct attempt *a)
{
    unsigned guard = a->radix.guard;
    uint64_t last, place = evidence->step[0].value;

    while (guard + 1 < a->len && guard < RADIX_MOST_GUARD &&
           radix_guard_full(a->limbs, guard))
        guard++;
    last = 16 * (uint64_t)(a->len - guard - 1) + 1;
    keep_window(evidence, last, a->limbs, a->len);
    while (evidence->windows < EVIDENCE_WINDOWS) {
        place = residue_add(residue_mul(place, place), UINT64_C(0x243f6a8885a308d));
        keep_window(evidence, 1 + (place % last >> (2 * evidence->windows - 1)),
                    a->limbs, a->len);
    }
}

static void
deliver(struct run *run, const char *text, uint64_t count)
{
    uint64_t at, length, chunk = count / 8;

    chunk = chunk < LEAST_CHUNK ? LEAST_CHUNK : chunk > MOST_CHUNK ? MOST_CHUNK : chunk;
    for (at = 0; at < count; at += length) {
        length = count - at < chunk ? count - at : chunk;
        if (!run_deliver(run, at + 1, text + at, (size_t)length))
            return;
    }
}

/* Computes and delivers COUNT digits with GUARD guard limbs, unless they hang on
 * more. */
static enum radix_rc
attempt(struct run *run, uint64_t count, unsigned guard)
{
    int radix = run->job->radix;
    struct engine_evidence evidence = {.radix = radix, .count = count};
    struct attempt a = {.job = run->job, .rc = RADIX_STOPPED};

    a.len = radix_limbs(radix, count, guard);
    a.terms = terms_for(64 * fraction_limbs(a.len));
    a.radix = (struct radix_job){
        .radix = radix,
        .count = count,
        .guard = guard,
        .threads = run->job->threads,
        .powers = &a.powers,
        .evidence = &evidence,
    };
    split_init(&a.split);
    fives_init(&a.powers, radix, count);
    do_phases(run, &a);
    fives_clear(&a.powers);
    split_clear(&a.split);
    if (a.rc == RADIX_OK) {
        keep_windows(&evidence, &a);
        free(a.limbs);
        a.limbs = NULL;
        run_evidence(run, &evidence);
        deliver(run, a.radix.text, count);
    }
    free(a.limbs);
    free(a.radix.text);
    return a.rc;
}

enum engine_rc
chudnovsky_run(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    enum radix_rc rc = RADIX_UNDECIDED;
    unsigned guard;
    struct run run;

    run_init(&run, job, callbacks);
    for (guard = FIRST_GUARD; rc == RADIX_UNDECIDED && guard <= LAST_GUARD; guard *= 2)
        rc = attempt(&run, job->position + ENGINE_WINDOW - 1, guard);
    if (rc == RADIX_UNDECIDED)
        run_fail(&run, ENGINE_UNTRUSTED);
    mul_thread_end();
    return run_finish(&run);
}

/* The job's length in decimal digits with as many bits. */
static double
decimals(const struct engine_job *job)
{
    return (double)job->position * (job->radix == 16 ? 1.2 : 1);
}

/* Measured with GMP and 1 and 2 threads: 0.23 and 0.145 s for 1e6 digits, 4.1 and 2.3 s
 * for 1e7, 39 s with 2 for 1e8. */
double
chudnovsky_seconds(const struct engine_job *job)
{
    double n = decimals(job);
    double one = mul_seconds(3.4e-11 * n * pow(log2(n + 2), 3));

    return 0.0002 + one * (0.14 + 0.86 / job->threads);
}

/* Measured with GMP and 1, 2 and 8 threads: 10, 12 and 17 MB for 1e6 digits, 66, 87 and
 * 145 MB for 1e7; 912 MB with 2 for 1e8. With our transforms 15 and 18 MB for 1e6, 87
 * and 120 MB for 1e7, 850 MB for 1e8; with FLINT 20 and 25 MB, 112 and 167 MB. */
uint64_t
chudnovsky_memory(const struct engine_job *job)
{
    int threads =
        job->threads < MOST_MEMORY_THREADS ? job->threads : MOST_MEMORY_THREADS;
    double per_digit = 6.2 + 3 * (1 - 1.0 / threads) + 0.75 * threads;

    return UINT64_C(4000000) + (uint64_t)mul_memory(decimals(job) * per_digit);
}
