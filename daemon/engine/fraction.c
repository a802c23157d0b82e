/*
 * The fraction of pi from the sums of Chudnovsky's series:
 *
 *     pi = 426880 sqrt(10005) Q / T
 *
 * with n limbs, B = 2^64, in floating point: every number is an integer times a
 * power of 2.
 *   D = T with 64 n bits,                          X = 1/D to half the length,
 *   S = 426880 * 10005 * Y, Y = 1 / sqrt(10005),   V = Q S with 64 n bits,
 *   V / D in the way of Karp and Markstein (newton.c).
 * X and Y are independent and computed side by side, and after X, which takes less
 * time, the powers of 5 that the conversion will need.
 *
 * Error, relatively and in units of B^-n: Q and T 16 each (split.c), cutting T to
 * 64 n bits 2, Y is at least B^n / 128 and off by at most 4, which is 512, cutting Q
 * to n + 1 limbs 1, cutting V 2, and the series' tail at most 1; in all less than
 * 600. The quotient V / D, between B^n / 2 and 2 B^n, is therefore off by less than
 * 1200 and NEWTON_ERROR. MARGIN, which is more, is subtracted from it, so that it is
 * below the true value by less than 2 MARGIN. n has a limb more than the fraction
 * that is handed on, whose last place is worth more than 2^60 of these units.
 */
#include "fraction.h"

#include <stdlib.h>

#include "mul.h"
#include "newton.h"
#include "pair.h"

#define MARGIN 4096

/* pi = FACTOR / sqrt(ROOT) Q / T, FACTOR = 426880 ROOT. */
#define ROOT   10005
#define FACTOR UINT64_C(4270934400)

/* From this many limbs on a second thread pays. */
#define PARALLEL_LIMBS 1500

struct work {
    struct split *split;
    struct fives *powers;
    size_t n;
    int threads;
    mp_limb_t *d;   /* T, n limbs with the highest bit set, */
    int64_t d_twos; /* times this power of 2 */
    mp_limb_t *x;   /* the reciprocal of D's leading limbs */
    mp_limb_t *y;   /* B^n / sqrt(ROOT), with room for a limb more */
    mpz_t q;        /* Q with up to n + 1 limbs, */
    int64_t q_twos; /* times this power of 2 */
};

static mp_limb_t *
limbs_new(struct run *run, size_t n)
{
    mp_limb_t *limbs = malloc(n * sizeof *limbs);

    if (limbs == NULL)
        run_fail(run, ENGINE_NO_MEMORY);
    return limbs;
}

/* LIMBS (N limbs) become the leading ones of the positive number Z, which is shifted
 * so that the highest bit is set. Returns the exponent of 2 of the last place. */
static int64_t
normalise(mp_limb_t *limbs, size_t n, mpz_t z)
{
    int64_t twos = (int64_t)mpz_sizeinbase(z, 2) - (int64_t)(64 * n);

    if (twos > 0)
        mpz_tdiv_q_2exp(z, z, (mp_bitcnt_t)twos);
    else
        mpz_mul_2exp(z, z, (mp_bitcnt_t)-twos);
    mpn_copyi(limbs, mpz_limbs_read(z), (mp_size_t)n);
    return twos;
}

/* The half of the division that needs the series, and what is needed next. */
static void
prepare_quotient(struct run *run, void *arg)
{
    struct work *w = arg;
    size_t h = newton_half(w->n);

    newton_inverse(run, w->x, w->d + w->n - h, h, (w->threads + 1) / 2);
    if (run_going(run))
        fives_compute(run, w->powers);
}

/* The half that doesn't. */
static void
prepare_root(struct run *run, void *arg)
{
    struct work *w = arg;

    newton_rsqrt(run, w->y, ROOT, w->n, (w->threads + 1) / 2);
}

/* V becomes Q S, where S = FACTOR Y; W's q and y are released. False if the run
 * stopped. */
static bool
numerator(struct run *run, struct work *w, mpz_t v)
{
    uint64_t units = (uint64_t)mul_cost((double)w->n, (double)w->n);
    size_t n = w->n, length = mpz_size(w->q);
    mp_limb_t *product;

    w->y[n] = mpn_mul_1(w->y, w->y, (mp_size_t)n, FACTOR);
    product = mpz_limbs_write(v, (mp_size_t)mul_room(length, n + 1));
    run_begin(run, units);
    mul_limbs(run, product, w->y, n + 1, mpz_limbs_read(w->q), length, w->threads);
    if (run_end(run, units))
        mpz_limbs_finish(v, (mp_size_t)(length + n + 1));
    mpz_realloc2(w->q, 0);
    free(w->y);
    w->y = NULL;
    return run_going(run);
}

/* PI (n + 1 limbs) becomes V / D, in units of the power of 2 that is returned. */
static int64_t
quotient(struct run *run, struct work *w, mp_limb_t *pi)
{
    int64_t twos = w->q_twos - (int64_t)(64 * w->n) - w->d_twos;
    mp_limb_t *limbs = NULL;
    mpz_t v;

    mpz_init(v);
    if (numerator(run, w, v)) {
        limbs = limbs_new(run, w->n);
        if (limbs != NULL)
            twos += normalise(limbs, w->n, v);
    }
    mpz_clear(v);
    if (run_going(run))
        newton_divide(run, pi, limbs, w->d, w->n, w->x, w->threads);
    free(limbs);
    return twos - (int64_t)(64 * w->n);
}

/* LIMBS become the fraction of pi, PI (N + 1 limbs) being pi in units of 2^TWOS. */
static void
take_fraction(mp_limb_t *limbs, size_t len, mp_limb_t *pi, size_t n, int64_t twos)
{
    /* Where the last bit of the fraction is in PI: 60 < at < 64, as n = len + 1. */
    unsigned at = (unsigned)(-twos - (int64_t)(64 * len));

    mpn_sub_1(pi, pi, (mp_size_t)(n + 1), MARGIN);
    mpn_rshift(pi, pi, (mp_size_t)(n + 1), at);
    mpn_copyi(limbs, pi, (mp_size_t)len);
}

/* What needs W's d, x and y. */
static void
divide(struct run *run, struct work *w, mp_limb_t *limbs, size_t len)
{
    mp_limb_t *pi;
    int64_t twos;

    mpz_swap(w->q, w->split->q);
    w->q_twos = (int64_t)(w->split->q_twos + split_cut(w->q, w->n + 1));
    w->d_twos = (int64_t)w->split->t_twos + normalise(w->d, w->n, w->split->t);
    mpz_realloc2(w->split->t, 0);
    pair_run(run, w->threads > 1 && w->n >= PARALLEL_LIMBS, prepare_root, w,
             prepare_quotient, w);
    pi = limbs_new(run, w->n + 1);
    if (run_going(run)) {
        twos = quotient(run, w, pi);
        if (run_going(run))
            take_fraction(limbs, len, pi, w->n, twos);
    }
    free(pi);
}

size_t
fraction_limbs(size_t len)
{
    return len + 1;
}

void
fraction_of_pi(struct run *run, mp_limb_t *limbs, size_t len, struct split *split,
               struct fives *powers, int threads)
{
    size_t n = fraction_limbs(len);
    struct work w = {.split = split, .powers = powers, .n = n, .threads = threads};

    mpz_init(w.q);
    w.d = limbs_new(run, n);
    w.x = limbs_new(run, newton_half(n) + 1);
    w.y = limbs_new(run, n + 1);
    if (run_going(run))
        divide(run, &w, limbs, len);
    mpz_clear(w.q);
    free(w.d);
    free(w.x);
    free(w.y);
}

double
fraction_cost(size_t len)
{
    size_t n = fraction_limbs(len);

    return newton_inverse_cost(newton_half(n)) + newton_rsqrt_cost(n) +
           newton_divide_cost(n) + mul_cost((double)n, (double)n) + 1;
}
