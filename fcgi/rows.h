/*
 * A row of the table of computations, and what other pages say about a
 * computation in the same words. Rows are the same for everybody: nothing
 * personal is in them, so that one rendering serves all.
 */
#ifndef NTHPI_ROWS_H
#define NTHPI_ROWS_H

#include "common/computation.h"
#include "fcgi/view.h"

#include <stdbool.h>

/* Room for the path of a page with its query. */
enum { ROWS_PATH_SIZE = 64 };

/* Fills ROW, a dictionary of row.tpl, from C. Any thread (each its own ROW). */
void rows_fill(struct dict *row, const struct computation *c);

/* Renders C with row.tpl, as the page does, into *HTML (malloc()ed, the caller
 * frees it) of *LENGTH bytes. 0, or -1 with a message logged. Any thread. */
int rows_render(struct view *view, const struct computation *c, char **html,
                size_t *length);

/* Fills what running and queued computations show besides their status into D:
 * progress, phase and time left. */
void rows_fill_progress(struct dict *d, const struct computation *c);

/* The paths of the pages of pi to POSITION digits: the page, the text. */
void rows_pi_path(char path[ROWS_PATH_SIZE], uint64_t position, int radix);
void rows_text_path(char path[ROWS_PATH_SIZE], uint64_t position, int radix);

/* True for a status that will change without anybody's doing. */
bool rows_is_live(const struct computation *c);

#endif
