/*
 * A memory that is full now and then: a program with scarce.c in it has its own
 * malloc() and kin in front of the C library's, for all that is linked into it, and
 * they can be told to fail once.
 * Not for builds with sanitizers, which have theirs.
 */
#ifndef NTHPI_TESTS_SCARCE_H
#define NTHPI_TESTS_SCARCE_H

#include <stdbool.h>
#include <stddef.h>

/* Allocations that the library whose file's name contains LIBRARY asks for itself
 * are neither counted nor fail: for one that cannot live without them. Those of one
 * library; false: there is no such library in the program. */
bool scarce_spare(const char *library);

/* From now on allocations are counted, and the one numbered AT (1 is the next)
 * fails; 0: none does. */
void scarce_begin(size_t at);

/* Ends that. Returns how many allocations were asked for. */
size_t scarce_end(void);

/* How many blocks are allocated and not yet freed, since the program began. */
long scarce_blocks(void);

#endif
