/*
 * Folders for digits files, some digits, and ways to publish and to spoil them.
 */
#ifndef NTHPI_TESTS_DIGITS_FIXTURE_H
#define NTHPI_TESTS_DIGITS_FIXTURE_H

#include "common/digits.h"

#include <stddef.h>
#include <sys/types.h>

struct digits_fixture {
    char dir[64];
    int work, digits; /* folders */
};

/* cmocka setup and teardown: *STATE is a struct digits_fixture. */
int digits_setup(void **state);
int digits_teardown(void **state);

/* A new file NAME in the folder DIR, open for reading and writing. */
int digits_create(int dir, const char *name);

/* LENGTH digits that are not all alike; the caller frees them. */
char *some_digits(size_t length, int radix);

/* Writes TEXT in pieces of PIECE and publishes it. */
void digits_publish(struct digits_fixture *f, int radix, const char *text,
                    size_t length, size_t piece, char sha256[DIGITS_SHA256_SIZE]);

/* Writes BYTE at OFFSET of the published NAME; returns what was there. */
char digits_poke(struct digits_fixture *f, const char *name, off_t offset, char byte);

#endif
