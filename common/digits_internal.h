/*
 * Inside digits_*.c: the sidecar's format and reading a file at an offset.
 *
 * A sidecar is text, so that it can be written while the digits come and read
 * by eye. The block lines follow in the file's order:
 *
 *     nthpi-digits 2
 *     radix 10
 *     block-size 1048576
 *     block 64 hex digits        BLAKE2b-256 of each block, the last one shorter
 *     state 64 hex digits        SHA-256's after it; none after a shorter one
 *     length 1000000
 *     sha256 64 hex digits       of the whole file
 *
 * Version 1, which older programs wrote, has no states and is read as well.
 */
#ifndef NTHPI_DIGITS_INTERNAL_H
#define NTHPI_DIGITS_INTERNAL_H

#include "digits.h"

#include <sodium.h>
#include <stdbool.h>

#define DIGITS_SUM_HEAD "nthpi-digits %d\nradix %d\nblock-size %d\n"
enum { DIGITS_SUM_VERSION = 2 };

/* Bytes of "3." before the first digit after the point. */
enum { DIGITS_HEAD = 2, DIGITS_BLOCK_HASH = 32 };

/* True when TEXT's LENGTH characters are all digits of RADIX. */
bool digits_are_valid(const char *text, size_t length, int radix);

/* Reads SIZE bytes at OFFSET; DIGITS_BROKEN when the file ends before. */
enum digits_rc digits_pread(int fd, void *buffer, size_t size, off_t offset);

/* Opens the regular file NAME in the folder DIR_FD; *SIZE is its size. A link, a
 * folder, a pipe: DIGITS_BROKEN. */
enum digits_rc digits_open_file(int *fd, int dir_fd, const char *name, uint64_t *size);

/* What a sidecar says. */
struct digits_sum {
    size_t blocks;
    unsigned char *hashes; /* DIGITS_BLOCK_HASH bytes of each block */
    unsigned char *states; /* as many of each full block; NULL: version 1 */
    char sha256[DIGITS_SHA256_SIZE];
};

/* Blocks of a file of LENGTH digits; and those of them that are full. */
size_t digits_blocks(uint64_t length);
size_t digits_full_blocks(uint64_t length);

/* The state of HASH, which has hashed whole blocks only: its eight words, big-endian
 * (FIPS 180-4, 6.2.2); and a hash that goes on from there, after BLOCKS of them. */
void digits_state_save(const crypto_hash_sha256_state *hash,
                       unsigned char state[DIGITS_BLOCK_HASH]);
void digits_state_load(crypto_hash_sha256_state *hash, size_t blocks,
                       const unsigned char state[DIGITS_BLOCK_HASH]);

/* Reads the sidecar of the published file of LENGTH digits into *SUM, to be cleared
 * by digits_sum_clear() when DIGITS_OK is returned. */
enum digits_rc digits_sum_read(struct digits_sum *sum, int digits_fd, int radix,
                               uint64_t length);
/* The same of a sidecar that is open for reading as FD; its offset stays. */
enum digits_rc digits_sum_read_open(struct digits_sum *sum, int fd, int radix,
                                    uint64_t length);
void digits_sum_clear(struct digits_sum *sum);

/* Reads block I of FILE into BLOCK (DIGITS_BLOCK bytes) and checks it: characters
 * and checksum. *SIZE: bytes of it. */
enum digits_rc digits_read_block(const struct digits_file *file,
                                 const struct digits_sum *sum, size_t i, char *block,
                                 size_t *size);

/* digits_trust.c: reads SIZE (> 0) bytes at OFFSET of FILE, which has a proof and
 * that many bytes. */
enum digits_rc digits_proof_pread(const struct digits_file *file, char *text,
                                  size_t size, uint64_t offset);

/* Gives up one use of PROOF (NULL is allowed). */
void digits_proof_release(struct digits_proof *proof);

#endif
