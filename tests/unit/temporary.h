/*
 * A folder for one test's files.
 */
#ifndef NTHPI_TESTS_TEMPORARY_H
#define NTHPI_TESTS_TEMPORARY_H

#include <stddef.h>

/* Makes a new folder and writes its path into PATH; asserts that it worked. */
void temporary_make(char *path, size_t size);

/* Removes the folder PATH and all that is in it. */
void temporary_remove(const char *path);

#endif
