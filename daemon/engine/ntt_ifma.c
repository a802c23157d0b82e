#include "ntt_kernel.h"
static bool
usable(void)
{
    return false;
}
const struct ntt_kernel ntt_kernel_ifma = {.name = "ifma", .usable = usable};
