/*
 * The choice of a kernel, and what the kernels share; see bbp_kernel.h.
 */
#include "bbp_kernel.h"

#include <string.h>

const struct bbp_kernel *const bbp_kernels[] = {
    &bbp_kernel_ifma,
    &bbp_kernel_avx2,
    &bbp_kernel_portable,
    NULL,
};

const struct bbp_kernel *
bbp_kernel_best(void)
{
    size_t i = 0;

    while (!bbp_kernels[i]->usable()) /* the portable one always is */
        i++;
    return bbp_kernels[i];
}

const struct bbp_kernel *
bbp_kernel_find(const char *name)
{
    size_t i;

    for (i = 0; bbp_kernels[i] != NULL; i++)
        if (strcmp(bbp_kernels[i]->name, name) == 0)
            return bbp_kernels[i]->usable() ? bbp_kernels[i] : NULL;
    return NULL;
}

static void
add_group(struct bbp_chain *chain, uint64_t exponent, unsigned squarings,
          unsigned bits_below)
{
    chain->group[chain->groups].squarings = (unsigned char)squarings;
    chain->group[chain->groups].shift =
        (unsigned char)(exponent >> bits_below & ((1u << squarings) - 1));
    chain->groups++;
}

struct bbp_chain
bbp_chain_to(uint64_t exponent, unsigned most_start, unsigned digit,
             unsigned least_squarings)
{
    struct bbp_chain chain = {.squarings = least_squarings};
    unsigned left;

    while (chain.squarings < 63 && exponent >> chain.squarings > most_start)
        chain.squarings++;
    if (chain.squarings == 0) {
        chain.start = (unsigned)exponent;
        return chain;
    }
    chain.start = (unsigned)(exponent >> chain.squarings);
    left = chain.squarings;
    if ((left - 1) % digit > 0) {
        add_group(&chain, exponent, (left - 1) % digit, left - (left - 1) % digit);
        left -= (left - 1) % digit;
    }
    for (; left > 1; left -= digit)
        add_group(&chain, exponent, digit, left - digit);
    add_group(&chain, exponent, 1, 0);
    return chain;
}

uint64_t
bbp_class_cofactor(const struct bbp_class *job)
{
    const uint64_t d = job->denominator;
    uint64_t v = 0;

    while ((job->base % d * v + job->numerator) % d != 0)
        v++;
    return v;
}
