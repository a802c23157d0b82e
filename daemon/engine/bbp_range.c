/*
 * Sums of consecutive terms; see bbp_range.h.
 *
 * Terms with even and odd i are summed side by side, each by Horner's rule from the
 * last one on: with the factor r = +-2^(-2s) between a term and the next but one,
 *     V = 1 / u + r V',   V = n / d:   n = n' (r u) + d',   d = d' u.
 * r u is kept up to date by a subtraction. Each step divides n and d by R = 2^64, which
 * does not matter to n / d.
 */
#include "bbp_range.h"

/* One of the two sums on its way down. */
struct horner {
    uint64_t n, d; /* below 2q */
    uint64_t u, ru;
};

static struct horner
horner_start(const struct modulus *m, uint64_t r, uint64_t u)
{
    return (struct horner){0, 1, u, mod_mul(m, u, r)};
}

/* Takes one term more; R4 is 4 r. */
static inline struct horner
horner_step(struct horner h, const struct modulus *m, uint64_t r4)
{
    struct horner next = {
        .n = reduce_loosely((u128)h.n * h.ru + h.d, m->q, m->inverse),
        .d = reduce_loosely((u128)h.d * h.u, m->q, m->inverse),
        .u = h.u - 4,
        .ru = mod_sub(m, h.ru, r4),
    };

    return next;
}

struct ratio
bbp_range(const struct modulus *m, const struct bbp_part *part, uint64_t first,
          uint64_t u, uint64_t count)
{
    uint64_t step = mod_halves(m, part->s);
    uint64_t r = mod_mul(m, step, step), r4, pairs = count / 2;
    struct horner even, odd;
    struct ratio a, b;

    if (part->s % 2 == 1) /* chi(j + 4) = -chi(j) */
        r = mod_negate(m, r);
    r4 = mod_mul(m, r, 4);
    even = horner_start(m, r, u + 4 * ((count + 1) / 2 - 1));
    odd = horner_start(m, r, pairs == 0 ? 0 : u + 2 + 4 * (pairs - 1));
    if (count % 2 == 1)
        even = horner_step(even, m, r4);
    for (; pairs > 0; pairs--) {
        even = horner_step(even, m, r4);
        odd = horner_step(odd, m, r4);
    }
    a = (struct ratio){even.n, even.d};
    b = (struct ratio){mod_mul(m, odd.n, step), odd.d};
    if (bbp_sign(part, first) != bbp_sign(part, first + 2))
        b.n = mod_negate(m, b.n);
    a = ratio_add(m, a, b);
    if (bbp_sign(part, first) < 0)
        a.n = mod_negate(m, a.n);
    return a;
}
