/*
 * Sums of consecutive terms; see bbp_range.h.
 *
 * The terms i, i + L, i + 2L, ... have the same sign and a constant factor r = 2^(-s L)
 * between the powers (for L = 2 and odd s: -r and alternating signs), so a kernel sums
 * them for L different i side by side, by Horner's rule from the last one on:
 *     V = 1 / u + r V',   V = n / d:   n = n' r u + d',   d = d' u.
 * The terms in front that are no multiple of L are summed by the portable kernel, which
 * has L = 2, or one by one.
 */
#include "bbp_range.h"

/* So many times its lanes make a kernel other than the portable one worth it. */
#define WORTH 16

/* 2^(-s COUNT) in Montgomery form. */
static uint64_t
scale(const struct modulus *m, const struct bbp_part *part, uint64_t count)
{
    return mod_halves(m, part->s * count);
}

/* The sum over COUNT terms, a multiple of the kernel's lanes. */
static struct ratio
side_by_side(const struct bbp_kernel *kernel, const struct modulus *m,
             const struct bbp_part *part, uint64_t first, uint64_t u, uint64_t count)
{
    const uint64_t step = scale(m, part, 1);
    uint64_t n[BBP_MOST_LANES], d[BBP_MOST_LANES];
    uint64_t r = mod_leave(m, scale(m, part, kernel->lanes));
    struct ratio sum = {0, 1}, lane;
    unsigned i;

    if (bbp_sign(part, first) != bbp_sign(part, first + 2 * kernel->lanes))
        r = mod_negate(m, r);
    kernel->horner(m, u, r, count / kernel->lanes, n, d);
    for (i = kernel->lanes; i-- > 0;) {
        sum.n = mod_mul(m, sum.n, step);
        lane = (struct ratio){n[i] >= m->q ? n[i] - m->q : n[i], d[i]};
        if (bbp_sign(part, first + 2 * i) < 0)
            lane.n = mod_negate(m, lane.n);
        sum = ratio_add(m, sum, lane);
    }
    return sum;
}

struct ratio
bbp_range(const struct bbp_kernel *kernel, const struct modulus *m,
          const struct bbp_part *part, uint64_t first, uint64_t u, uint64_t count)
{
    struct ratio front = {0, 1}, rest;
    uint64_t before;

    if (count == 1)
        return (struct ratio){bbp_sign(part, first) > 0 ? 1 : m->q - 1, u};
    if (count < WORTH * kernel->lanes)
        kernel = &bbp_kernel_portable;
    before = count % kernel->lanes;
    if (before > 0)
        front = bbp_range(kernel, m, part, first, u, before);
    rest = side_by_side(kernel, m, part, first + 2 * before, u + 2 * before,
                        count - before);
    rest.n = mod_mul(m, rest.n, scale(m, part, before));
    return ratio_add(m, front, rest);
}
