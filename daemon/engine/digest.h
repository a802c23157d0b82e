/*
 * A digest of words that checkpoints carry: it tells broken files and mistakes, not
 * forgery. Pure; any thread.
 */
#ifndef NTHPI_ENGINE_DIGEST_H
#define NTHPI_ENGINE_DIGEST_H

#include <stdint.h>

#define DIGEST_START UINT64_C(0xcbf29ce484222325)

/* The digest of what SUM is the digest of, followed by WORD: FNV-1a on words, with the
 * high bits mixed in (the multiplication alone never lets them reach the low ones). */
static inline uint64_t
digest(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * UINT64_C(0x100000001b3);
    return sum ^ sum >> 29;
}

#endif
