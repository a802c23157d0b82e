/*
 * What a worker has written must be what was checked: a digest is made of the digits as
 * they come from the engine, and at the end the file is read back and compared with it.
 * So it matters to nobody whether a digit changed in a buffer, in the file, in its
 * sidecar or in the digest that is told. One thread.
 */
#ifndef NTHPI_READ_BACK_H
#define NTHPI_READ_BACK_H

#include "common/digits.h"

#include <sodium.h>

struct read_back {
    crypto_hash_sha256_state seen; /* of the whole file, by the digits that came */
};

/* Begins a file; sodium_init() was called. */
void read_back_begin(struct read_back *r);

/* The LENGTH digits at TEXT follow. */
void read_back_add(struct read_back *r, const char *text, size_t length);

/* Compares the file FD of LENGTH digits, its sidecar SUM_FD and SHA256 with what came.
 * DIGITS_BROKEN when they differ; see digits_check_open() for the rest. R is used up.
 */
enum digits_rc read_back_check(struct read_back *r, int fd, int sum_fd, int radix,
                               uint64_t length, const char *sha256);

#endif
