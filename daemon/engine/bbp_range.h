/*
 * Sums of some consecutive terms of one part of a series, modulo one prime: fractions
 * n / d whose division is left for later.
 */
#ifndef NTHPI_ENGINE_BBP_RANGE_H
#define NTHPI_ENGINE_BBP_RANGE_H

#include "bbp.h"
#include "modular.h"

/* N / D modulo q; both may have a common factor. */
struct ratio {
    uint64_t n, d;
};

/*
 * The sum, by KERNEL, over i < COUNT of chi(FIRST + 2i) 2^(-s i) / (U + 2i) modulo the
 * prime of M. FIRST is odd; U is FIRST modulo q, and none of the COUNT >= 1 divisors a
 * multiple of q, and U + 2 COUNT - 2 < q. Any thread.
 */
struct ratio bbp_range(const struct bbp_kernel *kernel, const struct modulus *m,
                       const struct bbp_part *part, uint64_t first, uint64_t u,
                       uint64_t count);

/* The sum of two. */
static inline struct ratio
ratio_add(const struct modulus *m, struct ratio a, struct ratio b)
{
    return (struct ratio){
        mod_add(m, mod_mul(m, a.n, b.d), mod_mul(m, b.n, a.d)),
        mod_mul(m, a.d, b.d),
    };
}

#endif
