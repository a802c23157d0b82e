/*
 * Primes between the square root of M and classes_above, in blocks of neighbours that
 * have most of the partial sum of the series in common.
 *
 * The block up to q = b shares T(b), the terms with j <= M/b, as a fraction P / (2^h D)
 * of long integers, reduced modulo all q of the block together. A smaller q has a few
 * terms more, which are added one by one:
 *     T = 2^-h (P / D + sum of chi(j) 2^(h - e(j)) / j).
 * Going down from block to block, P / D is extended by the terms between. As long as no
 * term is added inside it, a block can be as long as it likes. Else preparing a block
 * takes a time that its q / ln q primes share, and each of these adds terms in
 * proportion to the block's width and to M/q: the best width, as a part of q, is about
 * the same for all q. The one used fits measurements from n = 1e5 to 1e10.
 */
#include "bbp_range.h"
#include "bbp_units.h"

#include <math.h>
#include <stdlib.h>

/* A first block with more terms than this is prepared in so many steps. */
#define LONG_SUM (UINT64_C(1) << 13)
#define STEPS    8

/* A unit on its way. */
struct walk {
    const struct bbp_head *head;
    struct bbp_rational shared; /* T up to the end of the block */
    uint64_t *p, *d;            /* its words */
    size_t words, room;
    unsigned shift; /* P is multiplied by 2^shift: h = b + shift */
    double width;   /* of a block with tails, as a part of q */
    uint64_t own;   /* the primes of the block up to this have terms of their own */
    struct bbp_batch *batch;
};

/* Exports the shared sum. False when there is no memory. */
static bool
export_words(struct walk *w)
{
    const unsigned word_bits = w->head->kernel->word_bits;

    w->words = bbp_rational_words(&w->shared, w->shift, word_bits);
    if (w->words > w->room) {
        free(w->p);
        free(w->d);
        w->room = w->words + w->words / 4;
        w->p = malloc(w->room * sizeof *w->p);
        w->d = malloc(w->room * sizeof *w->d);
        if (w->p == NULL || w->d == NULL)
            return false;
    }
    bbp_rational_export(&w->shared, w->shift, word_bits, w->p, w->d, w->words);
    return true;
}

/* The first odd number that is not in part K of the shared sum. */
static uint64_t
first_missing(const struct walk *w, unsigned k)
{
    return (w->shared.top[k] + 1) | 1;
}

/* Adds the terms up to TOP to the shared sum. The many of a unit's first block are
 * added in some steps, to look for cancellation between them. */
static void
extend(struct walk *w, const uint64_t top[BBP_MOST_PARTS])
{
    uint64_t step[BBP_MOST_PARTS] = {0}, i;
    unsigned k;

    if (w->shared.top[0] == 0 && top[0] > LONG_SUM)
        for (i = 1; i < STEPS && run_work(w->head->run, 0); i++) {
            for (k = 0; k < w->head->series->parts; k++)
                step[k] = top[k] / STEPS * i;
            bbp_rational_extend(&w->shared, step);
        }
    bbp_rational_extend(&w->shared, top);
}

/* Makes (*ABOVE, TO] a block, not going below FROM. */
static bool
start_block(struct walk *w, uint64_t from, uint64_t to, uint64_t *above)
{
    const struct bbp_series *series = w->head->series;
    uint64_t top[BBP_MOST_PARTS] = {0}, next = 0, q;
    int64_t h;
    unsigned k;

    for (k = 0; k < series->parts; k++)
        top[k] = w->head->most[k] / to;
    extend(w, top);
    for (k = 0; k < series->parts; k++) {
        q = w->head->most[k] / first_missing(w, k);
        next = q > next ? q : next;
    }
    *above = to - (uint64_t)((double)to * w->width);
    if (next <= *above)
        *above = next;
    if (*above <= from)
        *above = from;
    w->own = next > *above ? next : 0;
    w->shift = 0;
    for (k = 0; k < series->parts && w->own > 0; k++) {
        h = bbp_exponent(&series->part[k], first_missing(w, k)) - w->shared.b;
        if (h > (int64_t)w->shift)
            w->shift = (unsigned)h;
    }
    return export_words(w);
}

/* Adds the terms that only Q has to SUM, which is T 2^h. */
static struct ratio
add_tail(const struct walk *w, uint64_t q, struct ratio sum)
{
    const struct bbp_series *series = w->head->series;
    const int64_t h = w->shared.b + (int64_t)w->shift;
    const struct modulus m = modulus_of(q);
    struct ratio tail;
    uint64_t first, top, scale;
    unsigned k;

    sum.n = sum.n >= q ? sum.n - q : sum.n;
    sum.d = sum.d >= q ? sum.d - q : sum.d;
    for (k = 0; k < series->parts; k++) {
        first = first_missing(w, k);
        top = w->head->most[k] / q;
        if (top < first)
            continue;
        tail = bbp_range(w->head->kernel, &m, &series->part[k], first, first,
                         (top - first) / 2 + 1);
        scale =
            mod_enter(&m, UINT64_C(1) << (h - bbp_exponent(&series->part[k], first)));
        tail.n = mod_mul(&m, tail.n, scale);
        if (series->part[k].sign < 0)
            tail.n = mod_negate(&m, tail.n);
        sum = ratio_add(&m, sum, tail);
    }
    return sum;
}

/* Adds the fractions of COUNT primes of the block from ABOVE to TO to SUM. */
static void
add_batch(const struct walk *w, size_t count, uint64_t above, uint64_t to,
          struct fixed *sum)
{
    struct bbp_batch *batch = w->batch;
    struct ratio t;
    size_t i;

    w->head->kernel->ratios(batch->q, count, w->p, w->d, w->words, batch->n, batch->d);
    for (i = 0; i < count; i++) {
        if (batch->q[i] > w->own)
            continue;
        t = add_tail(w, batch->q[i], (struct ratio){batch->n[i], batch->d[i]});
        batch->n[i] = t.n;
        batch->d[i] = t.d;
    }
    w->head->kernel->fractions(
        batch->q, batch->n, batch->d, count, above + 1, to,
        (uint64_t)((int64_t)w->head->exponent - w->shared.b - w->shift), sum);
}

/* Goes down through the COUNT primes base + 2 list[i] of UNIT. */
static bool
walk_down(struct walk *w, const struct bbp_unit *unit, uint64_t base,
          const uint32_t *list, size_t count, struct fixed *sum)
{
    const size_t all = count;
    uint64_t to, above;
    size_t n = 0;

    while (count > 0) {
        to = base + UINT64_C(2) * list[count - 1];
        if (!start_block(w, unit->from, to, &above))
            return false;
        while (count > 0 && base + UINT64_C(2) * list[count - 1] > above) {
            for (n = 0; n < BBP_BATCH && count > 0; n++, count--) {
                w->batch->q[n] = base + UINT64_C(2) * list[count - 1];
                if (w->batch->q[n] <= above)
                    break;
            }
            add_batch(w, n, above, to, sum);
            if (!run_work(w->head->run,
                          (uint64_t)((double)unit->work * (double)n / (double)all)))
                return true;
        }
    }
    return true;
}

/* Lists the primes of UNIT: base + 2 i. NULL when there is no memory. */
static uint32_t *
list_primes(const struct bbp_head *head, const struct bbp_unit *unit, uint64_t base,
            size_t *count)
{
    const uint64_t bits = (unit->to - base) / 2 + 1;
    uint32_t *list = NULL, *longer;
    struct sieve sieve;
    uint64_t done = 0;
    size_t part, room = 0;

    *count = 0;
    if (sieve_open(&sieve, &head->primes, base, SIEVE_ODD, unit->to + 1))
        for (; done < bits; done += part) {
            part = bits - done < sieve.room ? (size_t)(bits - done) : sieve.room;
            if (room < *count + part + BBP_PAD) {
                room = 2 * *count + part + BBP_PAD;
                longer = realloc(list, room * sizeof *list);
                if (longer == NULL)
                    break;
                list = longer;
            }
            sieve_segment(&sieve, part);
            *count +=
                head->kernel->extract(sieve.words, part, (uint32_t)done, list + *count);
        }
    sieve_close(&sieve);
    if (done < bits) {
        free(list);
        list = NULL;
    }
    return list;
}

bool
bbp_sum_block(const struct bbp_head *head, const struct bbp_unit *unit,
              struct fixed *sum)
{
    const uint64_t base = (unit->from + 1) | 1;
    struct walk w = {.head = head, .width = 0.4 / sqrt((double)head->root)};
    uint32_t *list;
    size_t count;
    bool ok = false;

    if (base > unit->to)
        return true;
    bbp_rational_init(&w.shared, head->series, &head->primes);
    list = list_primes(head, unit, base, &count);
    w.batch = malloc(sizeof *w.batch);
    if (list != NULL && w.batch != NULL)
        ok = walk_down(&w, unit, base, list, count, sum);
    free(w.batch);
    free(list);
    free(w.p);
    free(w.d);
    bbp_rational_clear(&w.shared);
    return ok;
}
