/*
 * The plan of a summation by primes: its constants, and its division into units.
 *
 * What a unit costs is estimated from measurements on one machine, to make units of
 * some milliseconds to some tenths of a second, and progress steady; nothing else
 * depends on it. But the units themselves must not depend on the machine: a checkpoint
 * names them by their number.
 */
#include "bbp_units.h"

#include <math.h>
#include <stdlib.h>

#include "bbp_terms.h"

/* Terms with a factor below 2^LEAST_EXPONENT are left out. */
#define LEAST_EXPONENT (-200)

/* Largest M/q for which primes go by residue classes, and how many primes of a class
 * there should be between two cuts so that it is worth it. */
#define CLASS_MOST_J  100
#define CLASS_LEAST_J 9
#define CLASS_PRIMES  150
#define CLASSES       96 /* coprime to 420 */

/* Numbers of a class in a unit; width of a block unit, and its ratio. */
#define CLASS_NUMBERS (UINT64_C(1) << 24)
#define BLOCK_WIDTH   (UINT64_C(1) << 24)
#define BLOCK_RATIO   1.5

/* Work in a unit of small primes or powers. */
#define SMALL_WORK 4e6

const struct bbp_series bbp_hutton = {
    "Hutton", 1, 4, {{3, 3, 1}, {6, 2, 1}, {5, 2, 1}, {10, 1, 1}}};

const struct bbp_series bbp_bellard = {
    "Bellard", 2, 3, {{2, 3, 1}, {5, 2, -1}, {10, 1, -1}, {0, 0, 0}}};

static uint64_t
root_of(uint64_t x)
{
    uint64_t root = (uint64_t)sqrt((double)x);

    while (root * root > x)
        root--;
    while ((root + 1) * (root + 1) <= x)
        root++;
    return root;
}

/* Sets CUT to the primes that share R, down to ABOVE. */
static bool
fill_cut(struct bbp_cut *cut, const struct bbp_head *head, const struct bbp_rational *r,
         uint64_t above, uint64_t to)
{
    const unsigned bits = head->kernel->word_bits;

    *cut = (struct bbp_cut){
        .above = above,
        .to = to,
        .exponent = (uint64_t)((int64_t)head->exponent - r->b),
        .simple = mpz_cmp_ui(r->p, BBP_MOST_NUMERATOR) < 0 &&
                  mpz_cmp_ui(r->p, above) <= 0 &&
                  mpz_cmp_ui(r->d, BBP_DENOMINATOR) <= 0 &&
                  BBP_DENOMINATOR % mpz_get_ui(r->d) == 0,
        .p_word = mpz_get_ui(r->p),
        .d_word = mpz_get_ui(r->d),
        .words = bbp_rational_words(r, 0, bits),
    };
    cut->p = malloc(cut->words * sizeof *cut->p);
    cut->d = malloc(cut->words * sizeof *cut->d);
    if (cut->p == NULL || cut->d == NULL)
        return false;
    bbp_rational_export(r, 0, bits, cut->p, cut->d, cut->words);
    return true;
}

/* The cuts from classes_above on: largest primes first, turned round at the end. */
static bool
fill_cuts(struct bbp_head *head, struct bbp_rational *r)
{
    uint64_t to = head->most[0], next, top[BBP_MOST_PARTS] = {0}, q;
    struct bbp_cut *longer, swap;
    size_t i;
    unsigned k;

    while (to > head->classes_above) {
        longer = realloc(head->cuts, (head->cut_count + 1) * sizeof *head->cuts);
        if (longer == NULL)
            return false;
        head->cuts = longer;
        for (k = 0, next = head->classes_above; k < head->series->parts; k++) {
            top[k] = head->most[k] / to;
            q = head->most[k] / ((top[k] + 1) | 1);
            next = q > next ? q : next;
        }
        bbp_rational_extend(r, top);
        if (!fill_cut(&head->cuts[head->cut_count++], head, r, next, to))
            return false;
        to = next;
    }
    for (i = 0; i < head->cut_count / 2; i++) {
        swap = head->cuts[i];
        head->cuts[i] = head->cuts[head->cut_count - 1 - i];
        head->cuts[head->cut_count - 1 - i] = swap;
    }
    return true;
}

bool
bbp_head_open(struct bbp_head *head, uint64_t position, const struct bbp_series *series)
{
    const struct bbp_part *part;
    struct bbp_rational r;
    double most, j;
    unsigned k;
    bool ok;

    head->series = series;
    head->exponent = 4 * (position - 1);
    for (k = 0; k < series->parts; k++) {
        part = &series->part[k];
        head->most[k] = (2 * (head->exponent + part->kappa) - part->s % 2) / part->s;
    }
    head->root = root_of(head->most[0]);
    most = (double)head->most[0];
    j = sqrt(most / (CLASSES * CLASS_PRIMES * log(most)));
    j = j > CLASS_MOST_J ? CLASS_MOST_J : j < CLASS_LEAST_J ? CLASS_LEAST_J : j;
    head->classes_above = (uint64_t)(most / j);
    head->cuts = NULL;
    head->cut_count = 0;
    if (head->classes_above < head->root)
        head->classes_above = head->root;
    if (!primes_fill(&head->primes, (uint32_t)head->root))
        return false;
    bbp_rational_init(&r, series, &head->primes);
    ok = fill_cuts(head, &r);
    bbp_rational_clear(&r);
    return ok;
}

void
bbp_head_close(struct bbp_head *head)
{
    size_t i;

    for (i = 0; i < head->cut_count; i++) {
        free(head->cuts[i].p);
        free(head->cuts[i].d);
    }
    free(head->cuts);
    primes_free(&head->primes);
}

/* A growing list of units. */
struct units {
    struct bbp_unit *list;
    size_t count, room;
    bool full; /* there was no memory */
};

static void
add_unit(struct units *units, enum bbp_kind kind, uint32_t residue, uint64_t from,
         uint64_t to, double work)
{
    struct bbp_unit *longer;

    if (units->count == units->room) {
        units->room = 2 * units->room + 256;
        longer = realloc(units->list, units->room * sizeof *longer);
        if (longer == NULL)
            units->full = true;
        else
            units->list = longer;
    }
    if (!units->full)
        units->list[units->count++] =
            (struct bbp_unit){kind, residue, from, to, (uint64_t)work + 1};
}

static void
add_classes(struct units *units, const struct bbp_head *head)
{
    const double each = 1.15 + 4e-4 * sqrt((double)head->root); /* of the numbers */
    const uint64_t most = head->most[0];
    uint64_t from, to;
    uint32_t r;

    for (from = head->classes_above; from < most; from = to) {
        to = most - from < 420 * CLASS_NUMBERS ? most : from + 420 * CLASS_NUMBERS;
        for (r = 1; r < 420; r += 2)
            if (r % 3 != 0 && r % 5 != 0 && r % 7 != 0)
                add_unit(units, BBP_CLASS, r, from, to,
                         (double)(to - from) / 420 * each);
    }
}

static void
add_blocks(struct units *units, const struct bbp_head *head)
{
    uint64_t from, to;
    double primes, j;

    for (to = head->classes_above; to > head->root; to = from) {
        from = (uint64_t)((double)to / BLOCK_RATIO);
        if (to - from > BLOCK_WIDTH)
            from = to - BLOCK_WIDTH;
        if (from < head->root)
            from = head->root;
        primes = (double)(to - from) / log((double)to);
        j = (double)head->most[0] / (double)to;
        add_unit(units, BBP_BLOCK, 0, from, to, primes * (38 + 0.04 * j));
    }
}

static double
small_work(const struct bbp_head *head, uint64_t q)
{
    (void)head; /* the period is what counts, not how far the series goes */
    return 2500 + 0.2 * (double)q;
}

static double
power_work(const struct bbp_head *head, uint64_t p)
{
    const double most = (double)head->most[0];
    double q, work = 500;

    for (q = p < BBP_LEAST_MODULUS ? (double)p : (double)p * (double)p; q <= most;
         q *= (double)p)
        work += 5 * (most / q < 4 * q ? most / q : 4 * q);
    return work;
}

/* Units of neighbours in the list of primes, from index I on. */
static void
add_listed(struct units *units, const struct bbp_head *head, enum bbp_kind kind,
           size_t i, double (*work)(const struct bbp_head *, uint64_t))
{
    double sum;
    size_t from;

    while (i < head->primes.count) {
        for (from = i, sum = 0; i < head->primes.count && sum < SMALL_WORK; i++)
            sum += work(head, head->primes.list[i]);
        add_unit(units, kind, 0, from, i, sum);
    }
}

struct bbp_unit *
bbp_units(const struct bbp_head *head, size_t *count)
{
    struct units units = {NULL, 0, 0, false};

    add_blocks(&units, head);
    add_listed(&units, head, BBP_POWER, 0, power_work);
    add_listed(&units, head, BBP_SMALL,
               primes_above(&head->primes, BBP_LEAST_MODULUS - 1), small_work);
    add_classes(&units, head);
    if (units.full) {
        free(units.list);
        return NULL;
    }
    *count = units.count;
    return units.list;
}

bool
bbp_sum_unit(const struct bbp_head *head, const struct bbp_unit *unit,
             struct fixed *sum)
{
    switch (unit->kind) {
    case BBP_CLASS:
        return bbp_sum_class(head, unit, sum);
    case BBP_BLOCK:
        return bbp_sum_block(head, unit, sum);
    case BBP_SMALL:
        return bbp_sum_small(head, unit, sum);
    case BBP_POWER:
        return bbp_sum_power(head, unit, sum);
    }
    return false;
}

void
bbp_sum_tail(const struct bbp_head *head, struct fixed *sum)
{
    const struct bbp_part *part;
    uint64_t j;
    int64_t e;
    unsigned k;

    for (k = 0; k < head->series->parts; k++) {
        part = &head->series->part[k];
        for (j = (head->most[k] + 1) | 1;; j += 2) {
            e = (int64_t)head->exponent - bbp_exponent(part, j);
            if (e < LEAST_EXPONENT)
                break;
            bbp_add_single(sum, e, j, part->sign * bbp_sign(part, j) < 0);
        }
    }
}
