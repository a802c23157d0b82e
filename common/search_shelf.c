/*
 * Indexes kept open, see search_index.h. An index is closed when another one takes its
 * place, and when its file is not in its place any more: the daemon removes those of
 * superseded digits, and those that are damaged, and a file that somebody has open
 * keeps its disk space. So whoever has a shelf looks after it now and then, for
 * searches may be rare.
 */
#include "search_index.h"

#include <pthread.h>
#include <stdlib.h>

enum { SHELVES = 2 }; /* radix 10 and radix 16 */

struct search_shelf {
    pthread_mutex_t lock;
    struct search_index *known[SHELVES];
};

struct search_shelf *
search_shelf_new(void)
{
    struct search_shelf *shelf = calloc(1, sizeof *shelf);

    if (shelf != NULL && pthread_mutex_init(&shelf->lock, NULL) != 0) {
        free(shelf);
        shelf = NULL;
    }
    return shelf;
}

void
search_shelf_free(struct search_shelf *shelf)
{
    if (shelf == NULL)
        return;
    for (size_t i = 0; i < SHELVES; i++)
        search_index_release(shelf->known[i]);
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

enum digits_rc
search_shelf_get(struct search_shelf *shelf, struct search_index **out, int digits_fd,
                 int radix, uint64_t length, const char *sha256)
{
    struct search_index **known;
    enum digits_rc rc = DIGITS_OK;

    if (shelf == NULL)
        return search_index_open(out, digits_fd, radix, length, sha256);
    pthread_mutex_lock(&shelf->lock);
    known = &shelf->known[radix == 16];
    if (*known == NULL || !search_index_fits(*known, radix, length, sha256) ||
        !search_index_is_there(*known, digits_fd)) {
        search_index_release(*known);
        rc = search_index_open(known, digits_fd, radix, length, sha256);
    }
    *out = *known;
    if (rc == DIGITS_OK)
        search_index_hold(*known);
    pthread_mutex_unlock(&shelf->lock);
    return rc;
}

void
search_shelf_tidy(struct search_shelf *shelf, int digits_fd)
{
    /* Who has the lock may be reading an index. */
    if (shelf == NULL || pthread_mutex_trylock(&shelf->lock) != 0)
        return;
    for (size_t i = 0; i < SHELVES; i++)
        if (shelf->known[i] != NULL &&
            !search_index_is_there(shelf->known[i], digits_fd)) {
            search_index_release(shelf->known[i]);
            shelf->known[i] = NULL;
        }
    pthread_mutex_unlock(&shelf->lock);
}
