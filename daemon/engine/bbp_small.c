/*
 * Primes q up to the square root of M, where the terms j = q m with q | m are not
 * among those of q (they belong to q^2), and m runs through many times q.
 *
 * For each part, with z a Gaussian number (bbp.md), the sum over odd m <= J, q not
 * dividing m, of Im(z^m) / m modulo q is wanted. The m between b q and (b + 1) q are
 * block b. With m = b q + u, 0 < u < q, and z^q == z or its conjugate, called z':
 *     block b == z'^b (sum over u of one parity of z^u / u),
 * odd u for even b and even u for odd b. Both sums are known in closed form: from
 * (1 +- z)^q modulo q^2, as the binomial coefficient of q over u is
 * -(-1)^u q / u modulo q^2,
 *     sum of odd u  == ((1 + z)^q - (1 - z)^q - 2 z^q) / (2q),
 *     sum of even u == (2 - (1 + z)^q - (1 - z)^q) / (2q),
 * and the powers of z' form geometric series. The terms of the last block, which is
 * cut at J, are added one by one, or those missing are subtracted if they are fewer.
 */
#include "bbp_range.h"
#include "bbp_units.h"

/* a + b i modulo some number, both in Montgomery form. */
struct gauss {
    uint64_t re, im;
};

static struct gauss
gauss_add(const struct modulus *m, struct gauss a, struct gauss b)
{
    return (struct gauss){mod_add(m, a.re, b.re), mod_add(m, a.im, b.im)};
}

static struct gauss
gauss_sub(const struct modulus *m, struct gauss a, struct gauss b)
{
    return (struct gauss){mod_sub(m, a.re, b.re), mod_sub(m, a.im, b.im)};
}

static struct gauss
gauss_mul(const struct modulus *m, struct gauss a, struct gauss b)
{
    return (struct gauss){
        mod_sub(m, mod_mul(m, a.re, b.re), mod_mul(m, a.im, b.im)),
        mod_add(m, mod_mul(m, a.re, b.im), mod_mul(m, a.im, b.re)),
    };
}

static struct gauss
gauss_power(const struct modulus *m, struct gauss a, uint64_t e)
{
    struct gauss x = {m->one, 0};

    for (; e > 0; e >>= 1) {
        if (e & 1)
            x = gauss_mul(m, x, a);
        a = gauss_mul(m, a, a);
    }
    return x;
}

/* z of PART: i 2^(-s/2) for even s, (1 + i) 2^(-(s+1)/2) for odd s. */
static struct gauss
gauss_z(const struct modulus *m, const struct bbp_part *part)
{
    uint64_t half = mod_halves(m, (part->s + 1) / 2);

    return (struct gauss){part->s % 2 == 0 ? 0 : half, half};
}

/* A / q, for A modulo q^2 (M2) that q divides, modulo q (M). */
static struct gauss
divide(const struct modulus *m, const struct modulus *m2, struct gauss a)
{
    return (struct gauss){mod_enter(m, mod_leave(m2, a.re) / m->q),
                          mod_enter(m, mod_leave(m2, a.im) / m->q)};
}

/* The first BLOCKS >= 1 blocks of PART. */
static struct ratio
whole_blocks(const struct modulus *m, const struct modulus *m2,
             const struct bbp_part *part, uint64_t blocks)
{
    const struct gauss one2 = {m2->one, 0}, one = {m->one, 0};
    struct gauss z = gauss_z(m2, part), plus, minus, power, odd, even, step, c;

    plus = gauss_power(m2, gauss_add(m2, one2, z), m->q);
    minus = gauss_power(m2, gauss_sub(m2, one2, z), m->q);
    power = gauss_power(m2, z, m->q);
    odd = gauss_sub(m2, gauss_sub(m2, plus, minus), gauss_add(m2, power, power));
    even = gauss_sub(m2, gauss_add(m2, one2, one2), gauss_add(m2, plus, minus));
    odd = divide(m, m2, odd); /* twice the sums; the 2 is in the result's d */
    even = divide(m, m2, even);

    z = gauss_z(m, part); /* z' from here on */
    if (m->q % 4 == 3)
        z.im = mod_negate(m, z.im);
    step = gauss_mul(m, z, z);
    odd = gauss_mul(m, odd, gauss_sub(m, one, gauss_power(m, step, (blocks + 1) / 2)));
    even = gauss_mul(m, even, gauss_sub(m, one, gauss_power(m, step, blocks / 2)));
    odd = gauss_add(m, odd, gauss_mul(m, even, z));
    c = gauss_sub(m, one, step); /* the sum is odd / c */
    c.im = mod_negate(m, c.im);
    return (struct ratio){
        gauss_mul(m, odd, c).im,
        mod_mul(m, mod_enter(m, 2),
                mod_add(m, mod_mul(m, c.re, c.re), mod_mul(m, c.im, c.im))),
    };
}

/* The odd numbers above FROM and up to TO, in one block and with none of its ends,
 * over 2^ceil(s j / 2) and j. */
static struct ratio
part_of_block(const struct bbp_kernel *kernel, const struct modulus *m,
              const struct bbp_part *part, uint64_t from, uint64_t to)
{
    const uint64_t first = (from + 1) | 1;
    struct ratio sum;

    if (first > to)
        return (struct ratio){0, 1};
    sum = bbp_range(kernel, m, part, first, first % m->q, (to - first) / 2 + 1);
    sum.n = mod_mul(m, sum.n, mod_halves(m, (part->s * first + 1) / 2 % (m->q - 1)));
    return sum;
}

/* The partial sum of the series for the prime of M. */
static struct ratio
sum_prime(const struct bbp_head *head, const struct modulus *m)
{
    const struct modulus m2 = modulus_of(m->q * m->q);
    struct ratio sum = {0, 1}, whole, rest;
    const struct bbp_part *part;
    uint64_t top, blocks, scale;
    unsigned k;

    for (k = 0; k < head->series->parts; k++) {
        part = &head->series->part[k];
        top = head->most[k] / m->q;
        blocks = (top + m->q / 2) / m->q;
        if (top >= blocks * m->q) {
            rest = part_of_block(head->kernel, m, part, blocks * m->q, top);
        } else {
            rest = part_of_block(head->kernel, m, part, top, blocks * m->q - 1);
            rest.n = mod_negate(m, rest.n);
        }
        if (blocks > 0) {
            whole = whole_blocks(m, &m2, part, blocks);
            rest = ratio_add(m, whole, rest);
        }
        scale = mod_enter(m, UINT64_C(1) << part->kappa);
        rest.n = mod_mul(m, rest.n, part->sign > 0 ? scale : mod_negate(m, scale));
        sum = ratio_add(m, sum, rest);
    }
    return sum;
}

bool
bbp_sum_small(const struct bbp_head *head, const struct bbp_unit *unit,
              struct fixed *sum)
{
    const uint32_t *list = head->primes.list;
    uint64_t q[64 + BBP_PAD], n[64 + BBP_PAD], d[64 + BBP_PAD];
    uint64_t at, i, count;
    struct modulus m;
    struct ratio t;

    for (at = unit->from; at < unit->to; at += count) {
        count = unit->to - at < 64 ? unit->to - at : 64;
        for (i = 0; i < count; i++) {
            m = modulus_of(list[at + i]);
            t = sum_prime(head, &m);
            q[i] = m.q;
            n[i] = t.n;
            d[i] = t.d;
        }
        head->kernel->fractions(q, n, d, count, q[0], q[count - 1], head->exponent,
                                sum);
        if (!run_work(head->run, unit->work * count / (unit->to - unit->from)))
            break;
    }
    return true;
}
