/*
 * A row of the table of computations, and what other pages say about a
 * computation in the same words. Rows are the same for everybody: nothing
 * personal is in them, so that one rendering serves all.
 */
#ifndef NTHPI_ROWS_H
#define NTHPI_ROWS_H

#include "common/computation.h"
#include "fcgi/app.h"
#include "fcgi/lang.h"
#include "fcgi/share.h"
#include "fcgi/view.h"

#include <stdbool.h>

/* Room for the path of a page with its query. */
enum { ROWS_PATH_SIZE = 64 };

/* Fills ROW, a dictionary of row.tpl, from C, in LANG. Any thread (each its own ROW).
 */
void rows_fill(enum lang lang, struct dict *row, const struct computation *c);

/* Sets in ROW, of C, which place it has in the queue: PLACE as queue_place() says it,
 * or "" where a script will set it. Nothing for a row that does not wait for its turn,
 * or will be cancelled or deleted. */
void rows_place(struct dict *row, const struct computation *c, const char *place);

/* C rendered with row.tpl in the language of CTX, as the page does but for its place in
 * the queue, which is not a matter of its own revision: a reference, to be released.
 * Each revision of a row is rendered once for all of a language. NULL: an error,
 * logged. Any thread. */
struct share *rows_html(struct context *ctx, const struct computation *c);

/* Fills what running and queued computations show besides their status into D:
 * progress, phase, speed and time left, or what is waited for; of one that somebody
 * wants to end, that it will be, in place of all but the progress. */
void rows_fill_progress(enum lang lang, struct dict *d, const struct computation *c);

/* The paths of the pages of pi to POSITION digits: the page, the text. */
void rows_pi_path(char path[ROWS_PATH_SIZE], uint64_t position, int radix);
void rows_text_path(char path[ROWS_PATH_SIZE], uint64_t position, int radix);

/* True for a status that will change without anybody's doing. */
bool rows_is_live(const struct computation *c);

#endif
