/*
 * Binary splitting of Chudnovsky's series, which is described in terms.c.
 *
 * Two neighbouring ranges of terms are merged by
 *
 *   P(a,b) = P(a,m) P(m,b),  Q(a,b) = Q(a,m) Q(m,b),
 *   T(a,b) = T(a,m) Q(m,b) + P(a,m) T(m,b)          (the recurrence)
 *
 * (see B. Haible and T. Papanikolaou, "Fast multiprecision evaluation of series of
 * rational numbers", 1997). At the end pi = 426880 sqrt(10005) Q / T, since
 * 640320^(3/2) / 12 = 426880 sqrt(10005).
 *
 * Powers of 2 are left out of Q; how many is known (terms_twos()), and T(a,m) is
 * shifted by those of Q(m,b) when it is multiplied by it.
 *
 * Common factors. P(a,m) and Q(m,b) have many in common. If both are divided by
 * one, then so are P, Q and T of the whole range, and only the quotients matter.
 * The numbers of a long range shrink to about two thirds. factors.c knows the
 * common factor without computing a gcd. It does not pay in short ranges, nor at
 * the top: there a level's divisions take two thirds of the time of its products, and
 * shorten those of each level above by a twentieth.
 *
 * The last merge. Q and T are wanted with LIMBS limbs n only, so the operands are cut
 * first. |P(0,m) T(m,N)| is less than T(0,m) Q(m,N) times the quotient of the m-th and
 * the first term, 2^(-47m) to be safe, so that P and T there are needed only with
 * 47m / 64 fewer limbs. Error: cutting an operand to k limbs makes it smaller by less
 * than 2^(-64(k-1)), relatively. With k = n + 1 for T(0,m) and Q(m,N), and
 * k = n + 3 - 47m/64 for the others, the sum is off by less than 2 + 2^(-64) + ... <
 * 2^2 parts in 2^(64n), and by less than one unit of its last place of 2n limbs for the
 * shift.
 *
 * Parallel: with t threads a range gives t/2 to each half, and t to the products that
 * join them (sums.c).
 */
#include "split.h"

#include <math.h>

#include "exact.h"
#include "factors.h"
#include "pair.h"
#include "sums.h"
#include "terms.h"

/* Where a range is cut: later terms are larger, so the left part gets more of
 * them and both get numbers of about the same size. In 1/1024. */
#define CUT 530

/* From this many terms on a second thread pays. */
#define PARALLEL_TERMS 1000

/* Common factors are taken out of ranges of at least COMMON_TERMS terms, except in
 * the COMMON_LEVELS topmost levels. */
#define COMMON_TERMS  200
#define COMMON_LEVELS 6

/* Primes up to this many times the length of a range are looked at. */
#define COMMON_REACH 2

/* From this many terms on every product is reported on its own. */
#define REPORT_TERMS 4096

/* A range a <= k < b to be split, and where to put its sums. */
struct range {
    const struct primes *primes;
    uint64_t all; /* terms of the whole series */
    uint64_t a, b;
    bool need_p;
    int level; /* 0 is the whole series */
    int threads;
    struct sums *out;
};

void
split_init(struct split *split)
{
    mpz_inits(split->q, split->t, NULL);
    split->q_twos = split->t_twos = 0;
}

void
split_clear(struct split *split)
{
    mpz_clears(split->q, split->t, NULL);
}

uint64_t
split_cut(mpz_t z, size_t limbs)
{
    size_t size = mpz_size(z);

    if (size <= limbs)
        return 0;
    mpz_tdiv_q_2exp(z, z, 64 * (size - limbs));
    return 64 * (size - limbs);
}

static uint64_t
middle(uint64_t a, uint64_t b)
{
    uint64_t length = b - a;
    uint64_t left = length / 1024 * CUT + length % 1024 * CUT / 1024;

    return a + (left > 0 ? left : 1);
}

static bool
has_common(uint64_t terms, int level)
{
    return level >= COMMON_LEVELS && terms >= COMMON_TERMS;
}

/* The bits per term of P in the products that make a range of TERMS terms of a series
 * of ALL: three factors of the size of the term's number, less what was taken out. */
static double
p_bits(uint64_t terms, uint64_t all)
{
    double range = fmin((double)terms, (double)(all >> COMMON_LEVELS));

    return 3 * log2((double)all) + 3 - fmax(4.2 * log2(range / 120), 0);
}

/* The cost of the products of a merge into a range of TERMS terms of ALL. */
static struct sums_cost
merge_cost(uint64_t terms, uint64_t all)
{
    return sums_cost(terms, p_bits(terms, all));
}

static uint64_t
merge_units(uint64_t terms, uint64_t all, bool need_p)
{
    struct sums_cost cost = merge_cost(terms, all);

    return sums_cost_all(&cost, need_p);
}

/* The cost of everything else in a range: its terms if it is a leaf, the common
 * factors, or what short products take more. */
static uint64_t
other_units(uint64_t terms, int level)
{
    if (terms <= TERMS_MOST)
        return 75 * terms;
    if (has_common(terms, level))
        return 70 * terms;
    return terms < COMMON_TERMS ? 15 * terms : 0;
}

/* Divides the left P and the right Q by what they have in common. */
static void
take_common(struct run *run, const struct range *range, uint64_t m, struct sums *left,
            struct sums *right)
{
    const struct primes *primes = range->primes;
    size_t count = primes_up_to(primes, COMMON_REACH * (range->b - range->a));
    mpz_t common;

    mpz_init(common);
    if (!factors_extend(&left->factors, primes, range->a, m, count) ||
        !factors_extend(&right->factors, primes, m, range->b, count) ||
        !factors_common(run, common, primes, &left->factors, &right->factors)) {
        run_fail(run, ENGINE_NO_MEMORY);
    } else {
        exact_divide(run, left->p, right->q, common);
    }
    mpz_clear(common);
}

static void split_range(struct run *run, void *arg);

/* Both halves of RANGE, the left one into LEFT. */
static void
split_halves(struct run *run, const struct range *range, uint64_t m, struct sums *left,
             struct sums *right)
{
    bool parallel = range->threads > 1 && range->b - range->a >= PARALLEL_TERMS;
    int threads = parallel ? range->threads / 2 : 0;
    struct range first = *range, second = *range;

    first.b = second.a = m;
    first.need_p = true;
    first.level = second.level = range->level + 1;
    first.threads = range->threads - threads;
    second.threads = threads > 0 ? threads : range->threads;
    first.out = left;
    second.out = right;
    pair_run(run, parallel, split_range, &second, split_range, &first);
}

static void
split_range(struct run *run, void *arg)
{
    const struct range *range = arg;
    uint64_t terms = range->b - range->a;
    uint64_t m = middle(range->a, range->b);
    bool report = terms >= REPORT_TERMS;
    struct sums *out = range->out, right;
    struct merge merge = {
        .left = out,
        .right = &right,
        .need_p = range->need_p,
        .twos = terms_twos(m, range->b),
        .threads = terms >= PARALLEL_TERMS ? range->threads : 1,
    };

    if (!run_going(run))
        return;
    if (terms <= TERMS_MOST) {
        terms_sum(out->p, out->q, out->t, range->a, range->b);
        run_work(run, other_units(terms, range->level));
        return;
    }
    sums_init(&right);
    split_halves(run, range, m, out, &right);
    if (run_going(run)) {
        if (has_common(terms, range->level))
            take_common(run, range, m, out, &right);
        else
            factors_clear(&out->factors);
    }
    if (report)
        merge.cost = merge_cost(terms, range->all);
    if (run_work(run, other_units(terms, range->level)))
        sums_merge(run, &merge);
    sums_clear(&right);
    if (!report)
        run_work(run, merge_units(terms, range->all, range->need_p));
}

/* SPLIT becomes what LEFT and RIGHT are together; see the top of this file. */
static void
last_merge(struct run *run, struct split *split, struct sums *left, struct sums *right,
           uint64_t terms, size_t limbs, int threads)
{
    uint64_t m = middle(0, terms);
    size_t fewer = (size_t)(m * 47 / 64);
    size_t few = limbs + 3 > fewer ? limbs + 3 - fewer : 1;
    uint64_t twos, small_twos;
    struct merge merge = {
        .left = left,
        .right = right,
        .cost = merge_cost(terms, terms),
        .threads = terms >= PARALLEL_TERMS ? threads : 1,
    };

    twos = split_cut(right->q, limbs + 1);
    split->q_twos = terms_twos(0, terms) + twos + split_cut(left->q, limbs + 1);
    twos += terms_twos(m, terms) + split_cut(left->t, limbs + 1);
    small_twos = split_cut(left->p, few) + split_cut(right->t, few);
    sums_merge_last(run, &merge);
    if (!run_going(run))
        return;
    if (twos < small_twos) {
        mpz_mul_2exp(right->t, right->t, small_twos - twos);
    } else if (mpz_size(left->t) >= limbs + 2) {
        mpz_tdiv_q_2exp(right->t, right->t, twos - small_twos);
    } else {
        mpz_mul_2exp(left->t, left->t, twos - small_twos);
        twos = small_twos;
    }
    mpz_add(split->t, left->t, right->t);
    split->t_twos = twos;
    mpz_swap(split->q, left->q);
}

void
split_series(struct run *run, struct split *split, uint64_t terms, size_t limbs,
             int threads)
{
    struct primes primes;
    struct sums left, right;
    struct range whole = {
        .primes = &primes,
        .all = terms,
        .b = terms,
        .threads = threads,
        .out = &left,
    };

    if (!primes_init(&primes,
                     (uint32_t)(COMMON_REACH * (terms >> COMMON_LEVELS) * 2))) {
        run_fail(run, ENGINE_NO_MEMORY);
        return;
    }
    sums_init(&left);
    sums_init(&right);
    if (terms <= TERMS_MOST) {
        split_range(run, &whole);
        mpz_swap(split->t, left.t);
        mpz_swap(split->q, left.q);
        split->q_twos = terms_twos(0, terms);
    } else {
        split_halves(run, &whole, middle(0, terms), &left, &right);
        if (run_going(run))
            last_merge(run, split, &left, &right, terms, limbs, threads);
    }
    sums_clear(&left);
    sums_clear(&right);
    primes_clear(&primes);
}

static double
cost(uint64_t all, uint64_t a, uint64_t b, int level, bool need_p)
{
    uint64_t m = middle(a, b);
    double units = (double)other_units(b - a, level);

    if (b - a <= TERMS_MOST)
        return units;
    return units + cost(all, a, m, level + 1, true) +
           cost(all, m, b, level + 1, need_p) + (double)merge_units(b - a, all, need_p);
}

double
split_cost(uint64_t terms)
{
    uint64_t m = middle(0, terms);

    if (terms <= TERMS_MOST)
        return cost(terms, 0, terms, 0, false);
    return cost(terms, 0, m, 1, true) + cost(terms, m, terms, 1, false) +
           (double)merge_units(terms, terms, false);
}
