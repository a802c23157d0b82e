/*
 * All digits of pi to position n, by Chudnovsky's series.
 *
 * Three phases: the series by binary splitting (split.c has the formula and its
 * error), the division
 *
 *     pi = 426880 sqrt(10005) Q / T,
 *
 * in fixed point with W bits after the point, and the conversion to digits
 * (radix.c), which finds out whether the error of the other two could reach a
 * digit. If it could, because the digits end in a run of nines that is as long
 * as the guard, everything is repeated with twice the guard; what is delivered
 * is right in every case.
 *
 * Error of the division, s = 2^W:
 *   a = floor(s sqrt(10005))          = s sqrt(10005) - u,        0 <= u < 1,
 *   c = floor(s 426880 Q' / T')       = s y (1 + e) - v,          0 <= v < 1,
 *   x = floor(a c / s)
 * where y = pi / sqrt(10005) = 0.0314..., Q' and T' are Q and T without their
 * last bits (KEPT_BITS more than W are kept, each then off by less than 1 part in
 * 2^(W+KEPT_BITS-1)), and e collects that and the tail of the series (at most
 * 2^-(W+KEPT_BITS)), so that |e| < 2^(2-W) 2^-KEPT_BITS. Then
 *   a c / s = pi s (1 + e) - u y (1 + e) - v sqrt(10005) + u v / s
 * lies in (pi s - 100.1, pi s + 1), and x - 1 in (pi s - 102.1, pi s):
 * x - 1 <= pi s < x - 1 + RADIX_SLACK, which is what radix_digits() asks for.
 *
 * Largest position: 7e7 terms and numbers below 1e10 bits, within split.c's
 * k < 2^30 and GMP's 2^37 bits.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "algorithms.h"
#include "pair.h"
#include "radix.h"
#include "run.h"
#include "split.h"

/* Guard limbs at first, and where the attempts end. */
#define FIRST_GUARD 1
#define LAST_GUARD  64

#define KEPT_BITS 64

/* Digits delivered at a time. */
#define CHUNK 65536

/* From this many bits on a second thread pays for the division. */
#define PARALLEL_BITS 100000

/* Parts of the time that splitting and division take, measured at 1e6 and 1e7
 * digits. */
#define SPLIT_PART  0.72
#define DIVIDE_PART 0.16

struct division {
    mpz_t q, t;    /* in: the series */
    mpz_t c;       /* out: floor(2^W 426880 q / t) */
    mpz_t a;       /* out: floor(2^W sqrt(10005)) */
    uint64_t bits; /* W */
};

static void
quotient(struct run *run, void *arg)
{
    struct division *d = arg;
    uint64_t size = mpz_sizeinbase(d->t, 2);
    uint64_t keep = d->bits + KEPT_BITS;
    uint64_t drop = mpz_sizeinbase(d->q, 2);

    drop = drop < size ? drop : size;
    drop = drop > keep ? drop - keep : 0;
    mpz_fdiv_q_2exp(d->q, d->q, drop);
    mpz_fdiv_q_2exp(d->t, d->t, drop);
    mpz_mul_ui(d->q, d->q, 426880);
    mpz_mul_2exp(d->q, d->q, d->bits);
    mpz_fdiv_q(d->c, d->q, d->t);
    run_work(run, 3);
}

static void
root(struct run *run, void *arg)
{
    struct division *d = arg;

    mpz_set_ui(d->a, 10005);
    mpz_mul_2exp(d->a, d->a, 2 * d->bits);
    mpz_sqrt(d->a, d->a);
    run_work(run, 2);
}

/* X becomes floor(2^W pi) or up to 101 less, or anything if the run stops. */
static void
scaled_pi(struct run *run, mpz_t x, uint64_t bits, int threads)
{
    uint64_t terms = split_terms(bits + KEPT_BITS);
    struct division d = {.bits = bits};

    mpz_inits(d.q, d.t, d.c, d.a, NULL);
    run_phase(run, "splitting", 0, SPLIT_PART, split_cost(terms));
    split_series(run, d.q, d.t, terms, threads);
    if (run_phase(run, "dividing", SPLIT_PART, SPLIT_PART + DIVIDE_PART, 6))
        pair_run(run, threads > 1 && bits >= PARALLEL_BITS, root, &d, quotient, &d);
    if (run_work(run, 0)) {
        mpz_mul(x, d.a, d.c);
        mpz_fdiv_q_2exp(x, x, bits);
        run_work(run, 1);
    }
    mpz_clears(d.q, d.t, d.c, d.a, NULL);
}

/* Computes TEXT with GUARD guard limbs. */
static enum radix_rc
attempt(struct run *run, char *text, uint64_t count, unsigned guard)
{
    int radix = run->job->radix;
    int threads = run->job->threads;
    size_t len = radix_limbs(radix, count, guard);
    enum radix_rc rc = RADIX_STOPPED;
    mpz_t x;

    mpz_init(x);
    scaled_pi(run, x, (uint64_t)len * 64, threads);
    if (run_phase(run, "converting", SPLIT_PART + DIVIDE_PART, 1,
                  radix_cost(radix, count))) {
        mpz_sub_ui(x, x, 1);
        rc = radix_digits(run, text, count, mpz_limbs_read(x), radix, guard, threads);
    }
    mpz_clear(x);
    return rc;
}

static void
deliver(struct run *run, const char *text, uint64_t count)
{
    uint64_t at, length;

    for (at = 0; at < count; at += length) {
        length = count - at < CHUNK ? count - at : CHUNK;
        if (!run_deliver(run, at + 1, text + at, (size_t)length))
            return;
    }
}

enum engine_rc
chudnovsky_run(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    uint64_t count = job->position + ENGINE_WINDOW - 1;
    enum radix_rc rc = RADIX_UNDECIDED;
    unsigned guard;
    struct run run;
    char *text;

    run_init(&run, job, callbacks);
    text = malloc((size_t)count);
    if (text == NULL)
        return ENGINE_NO_MEMORY;
    for (guard = FIRST_GUARD; rc == RADIX_UNDECIDED && guard <= LAST_GUARD; guard *= 2)
        rc = attempt(&run, text, count, guard);
    if (rc == RADIX_OK)
        deliver(&run, text, count);
    else if (rc == RADIX_UNDECIDED)
        run_fail(&run, ENGINE_UNTRUSTED);
    free(text);
    return run_finish(&run);
}

/* The job's length in decimal digits with as many bits. */
static double
decimals(const struct engine_job *job)
{
    return (double)job->position * (job->radix == 16 ? 1.2 : 1);
}

/* Measured with 1 and 2 threads: 0.34 and 0.22 s for 1e6 digits, 6.6 and 3.8 s
 * for 1e7, 64 s with 2 for 1e8. */
double
chudnovsky_seconds(const struct engine_job *job)
{
    double n = decimals(job);

    return 0.0002 + 5e-11 * n * pow(log2(n + 2), 3) * (0.2 + 0.8 / job->threads);
}

/* Measured with 1 and 2 threads: 97 and 141 MB for 1e7 digits, 1.1 GB with 2 for
 * 1e8. */
uint64_t
chudnovsky_memory(const struct engine_job *job)
{
    return UINT64_C(3000000) +
           (uint64_t)(decimals(job) * (10 + 8 * (1 - 1.0 / job->threads)));
}
