/*
 * Binary splitting of Chudnovsky's series.
 *
 * Series (D. V. and G. V. Chudnovsky, "Approximations and complex multiplication
 * according to Ramanujan", in: Ramanujan Revisited, 1988):
 *
 *   1/pi = 12 / 640320^(3/2)
 *          * sum_{k>=0} (-1)^k (6k)! (A + B k) / ((3k)! (k!)^3 640320^(3k)),
 *   A = 13591409, B = 545140134.
 *
 * The quotient of neighbouring terms, without A + B k, is -p(k)/q(k) with
 *
 *   p(k) = (6k-5)(2k-1)(6k-1),   q(k) = k^3 C,   C = 640320^3 / 24.
 *
 * For a <= k < b let P(a,b) and Q(a,b) be the products of p(k) and q(k), and
 * T(a,b) = Q(a,b) * sum_k (-1)^k (A + B k) P(a,k+1) / Q(a,k+1). Then
 *
 *   P(a,b) = P(a,m) P(m,b),  Q(a,b) = Q(a,m) Q(m,b),
 *   T(a,b) = T(a,m) Q(m,b) + P(a,m) T(m,b)          (the recurrence),
 *
 * and with Q = Q(1,N), T = A Q + T(1,N) the first N terms give
 * pi = 426880 sqrt(10005) Q / T, since 640320^(3/2) / 12 = 426880 sqrt(10005).
 * (See B. Haible and T. Papanikolaou, "Fast multiprecision evaluation of series
 * of rational numbers", 1997.)
 *
 * Error: (6k)! / ((3k)! (k!)^3) < 1728^k, so the k-th term is less than
 * (1 + 41k) 2^(-47.11k) of the first, 47.11 < log2(640320^3 / 1728). The terms
 * alternate and fall, so the tail is less than the first term left out. The
 * SPARE_BITS in split_terms() cover 1 + 41k for all k < 2^40.
 *
 * Sizes of words: k stays below 2^30, so that (6k-5)(2k-1) and k^2 fit 64 bits;
 * longer products (three such factors pass 2^64 at k = 635,000) are left to GMP.
 */
#include "split.h"

#include "pair.h"

#define CHUDNOVSKY_A UINT64_C(13591409)
#define CHUDNOVSKY_B UINT64_C(545140134)
#define CHUDNOVSKY_C UINT64_C(10939058860032000)

/* Below this many terms they are multiplied one by one. */
#define LEAF_TERMS 12

/* Where a range is cut: later terms are larger, so the left part gets more of
 * them and both get numbers of about the same size. In 1/1024. */
#define CUT 530

/* From this many terms on a second thread pays. */
#define PARALLEL_TERMS 1000

#define SPARE_BITS 46

struct sums {
    mpz_t p, q, t;
};

/* A range a <= k < b to be split, and where to put its sums. */
struct range {
    uint64_t a, b;
    bool need_p;
    int threads;
    struct sums *out;
};

/* The two neighbouring ranges that a merge joins into the left one. */
struct merge {
    struct sums *left, *right;
    bool need_p;
};

static void
sums_init(struct sums *sums)
{
    mpz_inits(sums->p, sums->q, sums->t, NULL);
}

static void
sums_clear(struct sums *sums)
{
    mpz_clears(sums->p, sums->q, sums->t, NULL);
}

static uint64_t
log2_floor(uint64_t n)
{
    return n == 0 ? 0 : (uint64_t)(63 - __builtin_clzll(n));
}

/* A multiplication of numbers of this many terms costs about this. */
static uint64_t
merge_units(uint64_t terms)
{
    return terms * log2_floor(terms);
}

static uint64_t
middle(uint64_t a, uint64_t b)
{
    uint64_t length = b - a;
    uint64_t left = length / 1024 * CUT + length % 1024 * CUT / 1024;

    return a + (left > 0 ? left : 1);
}

/* The terms a <= k < b, one by one. */
static void
leaf(struct sums *out, uint64_t a, uint64_t b)
{
    mpz_t term;
    uint64_t k;

    mpz_init(term);
    mpz_set_ui(out->p, 1);
    mpz_set_ui(out->q, 1);
    mpz_set_ui(out->t, 0);
    for (k = a; k < b; k++) {
        mpz_mul_ui(out->p, out->p, (6 * k - 5) * (2 * k - 1));
        mpz_mul_ui(out->p, out->p, 6 * k - 1);
        mpz_mul_ui(out->t, out->t, k * k);
        mpz_mul_ui(out->t, out->t, k);
        mpz_mul_ui(out->t, out->t, CHUDNOVSKY_C);
        mpz_mul_ui(term, out->p, CHUDNOVSKY_A + CHUDNOVSKY_B * k);
        if (k % 2 == 0)
            mpz_add(out->t, out->t, term);
        else
            mpz_sub(out->t, out->t, term);
        mpz_mul_ui(out->q, out->q, k * k);
        mpz_mul_ui(out->q, out->q, k);
        mpz_mul_ui(out->q, out->q, CHUDNOVSKY_C);
    }
    mpz_clear(term);
}

/* The half of a merge that reads the right Q. */
static void
merge_with_q(struct run *run, void *arg)
{
    const struct merge *merge = arg;

    mpz_mul(merge->left->t, merge->left->t, merge->right->q);
    if (run_work(run, 0))
        mpz_mul(merge->left->q, merge->left->q, merge->right->q);
}

/* The half of a merge that reads the left P. */
static void
merge_with_p(struct run *run, void *arg)
{
    const struct merge *merge = arg;

    mpz_mul(merge->right->t, merge->right->t, merge->left->p);
    if (merge->need_p && run_work(run, 0))
        mpz_mul(merge->left->p, merge->left->p, merge->right->p);
}

static void
split_range(struct run *run, void *arg)
{
    const struct range *range = arg;
    uint64_t terms = range->b - range->a;
    uint64_t m = middle(range->a, range->b);
    bool parallel = range->threads > 1 && terms >= PARALLEL_TERMS;
    int threads = range->threads / 2;
    struct sums right;
    struct merge merge = {range->out, &right, range->need_p};
    struct range left_range = {range->a, m, true, range->threads - threads, range->out};
    struct range right_range = {m, range->b, range->need_p, threads, &right};

    if (!run_going(run))
        return;
    if (terms <= LEAF_TERMS) {
        leaf(range->out, range->a, range->b);
        run_work(run, merge_units(terms));
        return;
    }
    sums_init(&right);
    pair_run(run, parallel, split_range, &right_range, split_range, &left_range);
    if (run_work(run, 0))
        pair_run(run, parallel, merge_with_q, &merge, merge_with_p, &merge);
    if (run_going(run))
        mpz_add(range->out->t, range->out->t, right.t);
    sums_clear(&right);
    run_work(run, merge_units(terms));
}

static double
cost(uint64_t a, uint64_t b)
{
    uint64_t m = middle(a, b);
    double units = (double)merge_units(b - a);

    if (b - a > LEAF_TERMS)
        units += cost(a, m) + cost(m, b);
    return units;
}

void
split_series(struct run *run, mpz_t q, mpz_t t, uint64_t terms, int threads)
{
    struct sums sums;
    struct range range = {1, terms, false, threads, &sums};

    sums_init(&sums);
    split_range(run, &range);
    mpz_addmul_ui(sums.t, sums.q, CHUDNOVSKY_A);
    mpz_swap(q, sums.q);
    mpz_swap(t, sums.t);
    sums_clear(&sums);
}

double
split_cost(uint64_t terms)
{
    return cost(1, terms);
}

uint64_t
split_terms(uint64_t bits)
{
    return (bits + SPARE_BITS) * 100 / 4711 + 2;
}
