/*
 * Primes above classes_above, one residue class modulo 420 at a time: nearly all
 * primes, and nearly all of the time.
 *
 * Between two cuts the partial sum T of the series is one number P / (2^b D). Where D
 * divides 105, P / D modulo q has a closed form that depends on the residue only;
 * that is so for q > M/9. The few other primes go through the general kernel.
 */
#include "bbp_units.h"

#include <stdlib.h>

/* The first entry of LIST that is above LIMIT, or COUNT. */
static size_t
first_above(const uint32_t *list, size_t count, uint64_t limit)
{
    size_t low = 0, high = count, middle;

    while (low < high) {
        middle = low + (high - low) / 2;
        if (list[middle] > limit)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Adds the fractions of primes between two cuts that are not simple. */
static void
add_general(const struct bbp_head *head, const struct bbp_cut *cut, uint64_t base,
            const uint32_t *list, size_t count, struct bbp_batch *batch,
            struct fixed *sum)
{
    size_t part, i;

    for (; count > 0; list += part, count -= part) {
        part = count < BBP_BATCH ? count : BBP_BATCH;
        for (i = 0; i < part; i++)
            batch->q[i] = base + UINT64_C(420) * list[i];
        head->kernel->ratios(batch->q, part, cut->p, cut->d, cut->words, batch->n,
                             batch->d);
        head->kernel->fractions(batch->q, batch->n, batch->d, part, cut->above + 1,
                                cut->to, cut->exponent, sum);
    }
}

static void
add_simple(const struct bbp_head *head, const struct bbp_cut *cut, uint64_t base,
           const uint32_t *list, size_t count, struct fixed *sum)
{
    const struct bbp_class job = {
        .base = base,
        .least = cut->above + 1,
        .largest = cut->to,
        .exponent = cut->exponent,
        .numerator = cut->p_word,
        .denominator = cut->d_word,
    };
    struct fixed part = {{0}};

    head->kernel->classes(&job, list, count, &part);
    fixed_add(sum, &part, base % 4 == 3);
}

/* Adds the fractions of the COUNT primes with the indexes LIST. *CUT is the first that
 * may hold some of them, and is moved on. */
static void
add_primes(const struct bbp_head *head, const struct bbp_cut **cut, uint64_t base,
           const uint32_t *list, size_t count, struct bbp_batch *batch,
           struct fixed *sum)
{
    size_t part;

    while (count > 0) {
        while (base + UINT64_C(420) * list[0] > (*cut)->to)
            ++*cut;
        part = first_above(list, count, ((*cut)->to - base) / 420);
        if ((*cut)->simple)
            add_simple(head, *cut, base, list, part, sum);
        else
            add_general(head, *cut, base, list, part, batch, sum);
        list += part;
        count -= part;
    }
}

bool
bbp_sum_class(const struct bbp_head *head, const struct bbp_unit *unit,
              struct fixed *sum)
{
    const uint64_t above = unit->from + 1;
    const uint64_t base = above + (unit->residue + 420 - above % 420) % 420;
    const struct bbp_cut *cut = head->cuts;
    struct bbp_batch *batch;
    struct sieve sieve = {0};
    uint32_t *list = NULL;
    size_t bits, count;
    uint64_t left, done = 0;
    bool ok = false;

    if (base > unit->to)
        return true;
    left = (unit->to - base) / 420 + 1;
    batch = malloc(sizeof *batch);
    if (batch == NULL ||
        !sieve_open(&sieve, &head->primes, base, SIEVE_CLASS, unit->to + 1))
        goto end;
    list = malloc((sieve.room + BBP_PAD) * sizeof *list);
    if (list == NULL)
        goto end;
    ok = true;
    while (done < left) {
        bits = left - done < sieve.room ? (size_t)(left - done) : sieve.room;
        sieve_segment(&sieve, bits);
        count = head->kernel->extract(sieve.words, bits, (uint32_t)done, list);
        add_primes(head, &cut, base, list, count, batch, sum);
        done += bits;
        if (!run_work(head->run,
                      (uint64_t)((double)unit->work * (double)bits / (double)left)))
            break;
    }
end:
    sieve_close(&sieve);
    free(list);
    free(batch);
    return ok;
}
