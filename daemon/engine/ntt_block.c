/*
 * Blocks of memory that a thread keeps for its next product.
 *
 * The C library gives blocks of more than 32 MB back to the system as soon as they are
 * freed, and the system clears every page before it gives it away again: a tenth of
 * the time of 10^8 digits. So each thread keeps the last large block. It is the only
 * state that the engine has between two calls, and mul_thread_end() ends it.
 */
#include "ntt_block.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "ntt_kernel.h"

static _Thread_local struct ntt_block spare;

struct ntt_block
ntt_block_take(size_t words)
{
    struct ntt_block block = {.bytes = words * sizeof(uint64_t)};
    const bool large = block.bytes >= NTT_LARGE_BYTES;
    void *memory;

    if (large && spare.bytes >= block.bytes) {
        block = spare;
        spare = (struct ntt_block){NULL, 0};
        return block;
    }
    if (large)
        ntt_block_end();
    if (posix_memalign(&memory, large ? NTT_LARGE_PAGE : NTT_ALIGNMENT, block.bytes) !=
        0)
        return (struct ntt_block){NULL, 0};
    if (large)
        madvise(memory, block.bytes, MADV_HUGEPAGE); /* a wish only */
    block.words = memory;
    return block;
}

void
ntt_block_give(struct ntt_block block)
{
    if (block.bytes < NTT_LARGE_BYTES || spare.words != NULL) {
        free(block.words);
        return;
    }
    spare = block;
}

void
ntt_block_end(void)
{
    free(spare.words);
    spare = (struct ntt_block){NULL, 0};
}
