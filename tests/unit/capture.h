/*
 * What a program writes to one of its standard descriptors, as text.
 */
#ifndef NTHPI_TESTS_CAPTURE_H
#define NTHPI_TESTS_CAPTURE_H

#include <stddef.h>
#include <stdio.h>

struct capture {
    int fd, saved;
    FILE *file;
};

/* From now on what is written to FD (1 or 2) goes to *C. */
void capture_begin(struct capture *c, int fd);

/* Ends it; what was written, terminated and cut at SIZE - 1, is in TEXT. */
void capture_end(struct capture *c, char *text, size_t size);

#endif
