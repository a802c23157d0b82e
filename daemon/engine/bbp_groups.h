/*
 * What the kernels with vectors have in common: lists of primes are worked off in
 * groups of LANES, and the lanes' sums are emptied every MOST_GROUPS groups, before
 * they overflow. Included by a kernel, once, after its own definitions of
 *   TARGET, INLINE           the function attributes of its instruction set
 *   LANES, MOST_GROUPS
 *   struct lanes             the sums of all lanes; zeroed, they are empty
 *   struct class_vectors     what a group of a class needs
 *   class_group(), fraction_group()   add the first COUNT of LANES primes
 *   empty()                  moves the lanes' sums to a struct fixed
 */
#ifndef NTHPI_ENGINE_BBP_GROUPS_H
#define NTHPI_ENGINE_BBP_GROUPS_H

#include <string.h>

/* Adds the COUNT primes with the indexes LIST. */
INLINE void
add_classes(const struct class_vectors *c, const struct bbp_chain *chain,
            const uint32_t *list, size_t count, struct fixed *sum)
{
    struct lanes lanes;
    size_t groups;

    memset(&lanes, 0, sizeof lanes);
    while (count > 0) {
        for (groups = 0; groups < MOST_GROUPS && count >= LANES; groups++) {
            class_group(c, chain, list, LANES, &lanes);
            list += LANES;
            count -= LANES;
        }
        if (count < LANES) {
            class_group(c, chain, list, count, &lanes);
            count = 0;
        }
        empty(&lanes, sum);
    }
}

/* Adds the fractions of the COUNT primes Q with their N and D. */
INLINE void
add_fractions(const uint64_t *q, const uint64_t *n, const uint64_t *d, size_t count,
              const struct bbp_chain *chain, struct fixed *sum)
{
    struct lanes lanes;
    size_t groups, part;

    memset(&lanes, 0, sizeof lanes);
    while (count > 0) {
        for (groups = 0; groups < MOST_GROUPS && count > 0; groups++) {
            part = count < LANES ? count : LANES;
            fraction_group(q, n, d, part, chain, &lanes);
            q += part;
            n += part;
            d += part;
            count -= part;
        }
        empty(&lanes, sum);
    }
}

#endif
