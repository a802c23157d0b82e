/*
 * Merging two ranges of Chudnovsky's series.
 *
 * The four products of a merge are T1 Q2 and Q1 Q2, which share Q2, and P1 T2 and
 * P1 P2. Where transforms are used the first two are made together. With several
 * threads the first two are made side by side with the others, or, if they are long,
 * one after the other with all threads in each. (In the last merge memory counts more
 * than a transform in six.) P is so much shorter than T that P1 gains nothing from
 * being shared: its transform for P1 P2 has half the length of that for P1 T2.
 */
#include "sums.h"

#include "mul.h"
#include "pair.h"

/* The bits per term that Q and T have more than P. */
#define Q_MORE 29
#define T_MORE 47

void
sums_init(struct sums *sums)
{
    mpz_inits(sums->p, sums->q, sums->t, NULL);
    sums->factors = (struct factors){NULL, NULL, 0};
}

void
sums_clear(struct sums *sums)
{
    mpz_clears(sums->p, sums->q, sums->t, NULL);
    factors_clear(&sums->factors);
}

struct sums_cost
sums_cost(uint64_t terms, double bits)
{
    double half = (double)terms / 128;
    double p = half * bits, q = half * (bits + Q_MORE), t = half * (bits + T_MORE);

    return (struct sums_cost){
        .with_q = (uint64_t)mul_pair_cost(t, q, q),
        .p_t = (uint64_t)mul_cost(p, t),
        .p_p = (uint64_t)mul_cost(p, p),
    };
}

uint64_t
sums_cost_all(const struct sums_cost *cost, bool need_p)
{
    return cost->with_q + cost->p_t + (need_p ? cost->p_p : 0);
}

/* The half of a merge that reads the right Q. */
static void
with_q(struct run *run, void *arg)
{
    const struct merge *m = arg;

    run_begin(run, m->cost.with_q);
    mul_mpz_pair(run, m->left->t, m->left->q, m->right->q, m->threads);
    run_end(run, m->cost.with_q);
}

/* The half of a merge that reads the left P. */
static void
with_p(struct run *run, void *arg)
{
    const struct merge *m = arg;

    run_begin(run, m->cost.p_t);
    mul_mpz(run, m->right->t, m->right->t, m->left->p, m->threads);
    if (!run_end(run, m->cost.p_t) || !m->need_p)
        return;
    run_begin(run, m->cost.p_p);
    mul_mpz(run, m->left->p, m->left->p, m->right->p, m->threads);
    run_end(run, m->cost.p_p);
}

/* True when the products share their threads. */
static bool
is_wide(const struct merge *merge)
{
    return mul_wide(mpz_size(merge->left->t), mpz_size(merge->right->q));
}

/* All products of MERGE. */
static void
multiply(struct run *run, const struct merge *merge)
{
    bool parallel = merge->threads > 1 && !is_wide(merge);
    struct merge part = *merge;

    if (parallel)
        part.threads = (merge->threads + 1) / 2;
    pair_run(run, parallel, with_q, &part, with_p, &part);
}

void
sums_merge(struct run *run, struct merge *merge)
{
    mpz_ptr t = merge->left->t;

    multiply(run, merge);
    if (!run_going(run))
        return;
    mpz_mul_2exp(t, t, merge->twos);
    mpz_add(t, t, merge->right->t);
}

void
sums_merge_last(struct run *run, struct merge *merge)
{
    struct sums *left = merge->left, *right = merge->right;

    if (!is_wide(merge)) {
        multiply(run, merge);
        return;
    }
    with_p(run, merge);
    mpz_realloc2(left->p, 0);
    run_begin(run, merge->cost.with_q);
    if (run_going(run))
        mul_mpz(run, left->t, left->t, right->q, merge->threads);
    if (run_going(run))
        mul_mpz(run, left->q, left->q, right->q, merge->threads);
    run_end(run, merge->cost.with_q);
}
