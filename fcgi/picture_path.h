/*
 * The data of an SVG path, or of another attribute that is a long list of numbers,
 * made piece by piece. One thread.
 */
#ifndef NTHPI_PICTURE_PATH_H
#define NTHPI_PICTURE_PATH_H

#include "fcgi/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct picture_path {
    FILE *stream; /* over `text` */
    char *text;
    size_t length;
    bool failed; /* no memory: what it is set in fails as a whole */
};

/* Begins an empty one, to be given to picture_path_set(). */
void picture_path_begin(struct picture_path *path);

/* Appends, as printf() does. */
__attribute__((format(printf, 2, 3))) void picture_path_add(struct picture_path *path,
                                                            const char *format, ...);

/* Sets KEY of DICT to all that was added, and frees it. */
void picture_path_set(struct picture_path *path, struct dict *dict, enum view_key key);

#endif
