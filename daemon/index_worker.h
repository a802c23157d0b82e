/*
 * The worker that makes an index for searching (common/search_index.h): the child's
 * side of index.c.
 */
#ifndef NTHPI_INDEX_WORKER_H
#define NTHPI_INDEX_WORKER_H

#include <stdbool.h>

/* What stands in the place of an algorithm in the arguments of worker_main(). */
#define INDEX_ORDER "index"

/* Memory that it sorts in, and what it takes in all, bytes. */
enum { INDEX_SORT_MEMORY = 64 << 20, INDEX_MEMORY = 96 << 20 };

/* True when the ARGC arguments ARGV of worker_main() ask for an index. */
bool index_is_order(int argc, char **argv);

/*
 * Makes the index of the digits file WORKER_TEXT_FD, of the length that stands in the
 * place of a position, with its sidecar WORKER_SUM_FD, in the file WORKER_SAVE_FD, in
 * the worker's sandbox. The report has no window. Returns the process's exit code.
 */
int index_worker(char **argv);

#endif
