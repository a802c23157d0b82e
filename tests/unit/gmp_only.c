/*
 * For tests of what happens on processors where our own products don't pay: linked with
 * --wrap, these functions stand in for those that ask the processor, and GMP (or FLINT)
 * multiplies.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t __wrap_ntt_from(void);
bool __wrap_mul_short_usable(void);

size_t
__wrap_ntt_from(void)
{
    return SIZE_MAX;
}

bool
__wrap_mul_short_usable(void)
{
    return false;
}
