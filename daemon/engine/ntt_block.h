/*
 * Large blocks of memory for ntt.c, which it needs again and again.
 */
#ifndef NTHPI_ENGINE_NTT_BLOCK_H
#define NTHPI_ENGINE_NTT_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Blocks from this size on are asked for in large pages and kept. */
#define NTT_LARGE_PAGE  ((size_t)2 << 20)
#define NTT_LARGE_BYTES ((size_t)8 << 20)

/* Memory for at least the words that were asked for. */
struct ntt_block {
    uint64_t *words; /* aligned for vectors; NULL: there is none */
    size_t bytes;
};

/* A block of at least WORDS words with any contents. Any thread. */
struct ntt_block ntt_block_take(size_t words);

/* Gives BLOCK back. The calling thread may keep it for its next ntt_block_take(), one
 * block at most. Any thread. */
void ntt_block_give(struct ntt_block block);

/* Frees what the calling thread keeps. */
void ntt_block_end(void);

#endif
