/*
 * Inside digits_*.c: the sidecar's format and reading a file at an offset.
 *
 * A sidecar is text, so that it can be written while the digits come and read
 * by eye. The block lines follow in the file's order:
 *
 *     nthpi-digits 1
 *     radix 10
 *     block-size 1048576
 *     block 64 hex digits        BLAKE2b-256 of each block, the last one shorter
 *     length 1000000
 *     sha256 64 hex digits       of the whole file
 */
#ifndef NTHPI_DIGITS_INTERNAL_H
#define NTHPI_DIGITS_INTERNAL_H

#include "digits.h"

#include <stdbool.h>

#define DIGITS_SUM_HEAD "nthpi-digits 1\nradix %d\nblock-size %d\n"

/* Bytes of "3." before the first digit after the point. */
enum { DIGITS_HEAD = 2, DIGITS_BLOCK_HASH = 32 };

/* True when TEXT's LENGTH characters are all digits of RADIX. */
bool digits_are_valid(const char *text, size_t length, int radix);

/* Reads SIZE bytes at OFFSET; DIGITS_BROKEN when the file ends before. */
enum digits_rc digits_pread(int fd, void *buffer, size_t size, off_t offset);

#endif
