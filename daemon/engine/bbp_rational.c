/*
 * Partial sums of the series; see bbp_rational.h.
 *
 * New terms of a part are added up by binary splitting: a range of odd j gives an
 * integer p, L = the product of its j, and the exponent e of its last term, so that
 * its sum is p / (2^e L); two neighbours are joined by
 *     p = p1 L2 2^(e2 - e1) + p2 L1.
 * With D, the least common multiple of all j so far, p D / L is an integer (each term
 * of it is one), so an exact division brings the sum to the common denominator.
 *
 * D grows by p for every power of a prime p among the new numbers.
 */
#include "bbp_rational.h"

/* Terms that are added up one after another. */
#define FEW 8

int64_t
bbp_exponent(const struct bbp_part *part, uint64_t j)
{
    return (int64_t)((part->s * j + 1) / 2) - (int64_t)part->kappa;
}

void
bbp_rational_init(struct bbp_rational *r, const struct bbp_series *series,
                  const struct primes *primes)
{
    unsigned k;

    r->series = series;
    r->primes = primes;
    mpz_init(r->p);
    mpz_init_set_ui(r->d, 1);
    r->b = 0;
    for (k = 0; k < BBP_MOST_PARTS; k++)
        r->top[k] = 0;
}

void
bbp_rational_clear(struct bbp_rational *r)
{
    mpz_clears(r->p, r->d, NULL);
}

/* P and L for a few odd numbers FIRST .. LAST of PART, over 2^bbp_exponent(LAST), one
 * after another: no memory is asked for and given back as split() does. */
static void
add_up(const struct bbp_part *part, uint64_t first, uint64_t last, mpz_t p, mpz_t l)
{
    uint64_t j;

    mpz_set_si(p, part->sign * bbp_sign(part, first));
    mpz_set_ui(l, first);
    for (j = first + 2; j <= last; j += 2) {
        mpz_mul_ui(p, p, j);
        mpz_mul_2exp(p, p,
                     (mp_bitcnt_t)(bbp_exponent(part, j) - bbp_exponent(part, j - 2)));
        if (part->sign * bbp_sign(part, j) > 0)
            mpz_add(p, p, l);
        else
            mpz_sub(p, p, l);
        mpz_mul_ui(l, l, j);
    }
}

/* The same for any many. */
static void
split(const struct bbp_part *part, uint64_t first, uint64_t last, mpz_t p, mpz_t l)
{
    uint64_t middle;
    mpz_t p2, l2;

    if (last - first < 2 * FEW) {
        add_up(part, first, last, p, l);
        return;
    }
    mpz_inits(p2, l2, NULL);
    middle = first + (last - first) / 4 * 2;
    split(part, first, middle, p, l);
    split(part, middle + 2, last, p2, l2);
    mpz_mul(p, p, l2);
    mpz_mul_2exp(p, p,
                 (mp_bitcnt_t)(bbp_exponent(part, last) - bbp_exponent(part, middle)));
    mpz_mul(p2, p2, l);
    mpz_add(p, p, p2);
    mpz_mul(l, l, l2);
    mpz_clears(p2, l2, NULL);
}

/* The product of the members FROM .. TO - 1 of LIST. */
static void
product(mpz_t result, const uint32_t *list, size_t from, size_t to)
{
    mpz_t right;

    if (to - from <= 8) {
        mpz_set_ui(result, 1);
        for (; from < to; from++)
            mpz_mul_ui(result, result, list[from]);
        return;
    }
    mpz_init(right);
    product(result, list, from, from + (to - from) / 2);
    product(right, list, from + (to - from) / 2, to);
    mpz_mul(result, result, right);
    mpz_clear(right);
}

/* What the least common multiple of the odd numbers up to FROM has to be multiplied
 * by to be that up to TO. */
static void
growth(mpz_t factor, const struct primes *primes, uint64_t from, uint64_t to)
{
    uint64_t power;
    size_t i;

    product(factor, primes->list, primes_above(primes, from), primes_above(primes, to));
    for (i = 0; i < primes->count; i++) {
        power = (uint64_t)primes->list[i] * primes->list[i];
        if (power > to)
            break;
        for (; power <= to; power *= primes->list[i])
            if (power > from)
                mpz_mul_ui(factor, factor, primes->list[i]);
    }
}

/* Adds P / (2^E L) to R, whose denominator is a multiple of L. Spoils P. */
static void
add(struct bbp_rational *r, mpz_t p, mpz_t l, int64_t e)
{
    mpz_mul(p, p, r->d);
    mpz_divexact(p, p, l);
    if (e > r->b) {
        mpz_mul_2exp(r->p, r->p, (mp_bitcnt_t)(e - r->b));
        r->b = e;
    } else {
        mpz_mul_2exp(p, p, (mp_bitcnt_t)(r->b - e));
    }
    mpz_add(r->p, r->p, p);
}

static uint64_t
odd_down(uint64_t x)
{
    return x - (x % 2 == 0);
}

void
bbp_rational_extend(struct bbp_rational *r, const uint64_t top[BBP_MOST_PARTS])
{
    uint64_t first, last;
    mp_bitcnt_t zeros;
    mpz_t p, l;
    unsigned k;

    mpz_inits(p, l, NULL);
    growth(l, r->primes, r->top[0], top[0]);
    mpz_mul(r->d, r->d, l);
    mpz_mul(r->p, r->p, l);
    for (k = 0; k < r->series->parts; k++) {
        first = (r->top[k] + 1) | 1;
        r->top[k] = top[k];
        if (top[k] < first)
            continue;
        last = odd_down(top[k]);
        split(&r->series->part[k], first, last, p, l);
        add(r, p, l, bbp_exponent(&r->series->part[k], last));
    }
    zeros = mpz_scan1(r->p, 0);
    mpz_tdiv_q_2exp(r->p, r->p, zeros);
    r->b -= (int64_t)zeros;
    mpz_clears(p, l, NULL);
}

size_t
bbp_rational_words(const struct bbp_rational *r, unsigned shift, unsigned word_bits)
{
    size_t p = mpz_sizeinbase(r->p, 2) + shift, d = mpz_sizeinbase(r->d, 2);

    return ((p > d ? p : d) + word_bits - 1) / word_bits;
}

void
bbp_rational_export(const struct bbp_rational *r, unsigned shift, unsigned word_bits,
                    uint64_t *p, uint64_t *d, size_t words)
{
    const size_t nails = 64 - word_bits;
    size_t count, i;
    mpz_t shifted;

    mpz_init(shifted);
    mpz_mul_2exp(shifted, r->p, shift);
    mpz_export(p, &count, -1, sizeof *p, 0, nails, shifted);
    for (i = count; i < words; i++)
        p[i] = 0;
    mpz_export(d, &count, -1, sizeof *d, 0, nails, r->d);
    for (i = count; i < words; i++)
        d[i] = 0;
    mpz_clear(shifted);
}
