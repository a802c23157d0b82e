/*
 * Indexes kept open, see search_index.h. An index is closed when another one takes its
 * place, and when its file is not in its place any more: the daemon removes those of
 * superseded digits, and those that are damaged, and a file that somebody has open
 * keeps its disk space. So whoever has a shelf looks after it now and then, for
 * searches may be rare.
 *
 * That an index is damaged is found out by reading megabytes of it. The file it was
 * found of is remembered, until that changes, so that it is found out once.
 */
#include "search_index.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SHELVES = 2 }; /* radix 10 and radix 16 */

/* A file that was no index of the LENGTH digits with SHA256 when it was read. */
struct refused {
    uint64_t length; /* 0: none */
    char sha256[64];
    struct stat file;
};

struct place {
    struct search_index *index; /* NULL: none is open */
    struct refused refused;
};

struct search_shelf {
    pthread_mutex_t lock;
    struct place places[SHELVES];
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
        search_index_release(shelf->places[i].index);
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

/* The file of the index of LENGTH digits as it is now. False: there is none. */
static bool
look_at(struct stat *file, int digits_fd, int radix, uint64_t length)
{
    char name[DIGITS_NAME_SIZE];

    search_index_name(name, radix, length);
    return fstatat(digits_fd, name, file, AT_SYMLINK_NOFOLLOW) == 0;
}

/* True when FILE is what was REFUSED, and was not written since: ctime can't be set. */
static bool
is_refused(const struct refused *refused, const struct stat *file, uint64_t length,
           const char *sha256)
{
    const struct stat *then = &refused->file;

    return refused->length == length &&
           memcmp(refused->sha256, sha256, sizeof refused->sha256) == 0 &&
           then->st_dev == file->st_dev && then->st_ino == file->st_ino &&
           then->st_size == file->st_size &&
           then->st_ctim.tv_sec == file->st_ctim.tv_sec &&
           then->st_ctim.tv_nsec == file->st_ctim.tv_nsec;
}

/* Opens the index of LENGTH digits with SHA256 in PLACE, which has none open. */
static enum digits_rc
open_in(struct place *place, int digits_fd, int radix, uint64_t length,
        const char *sha256)
{
    struct refused *refused = &place->refused;
    struct stat file; /* from before it is read: a later change shows */
    enum digits_rc rc;

    if (!look_at(&file, digits_fd, radix, length))
        return DIGITS_MISSING;
    if (is_refused(refused, &file, length, sha256))
        return DIGITS_BROKEN;
    rc = search_index_open(&place->index, digits_fd, radix, length, sha256);
    refused->length = 0;
    if (rc == DIGITS_BROKEN) {
        refused->length = length;
        memcpy(refused->sha256, sha256, sizeof refused->sha256);
        refused->file = file;
    }
    return rc;
}

enum digits_rc
search_shelf_get(struct search_shelf *shelf, struct search_index **out, int digits_fd,
                 int radix, uint64_t length, const char *sha256)
{
    struct place *place;
    enum digits_rc rc = DIGITS_OK;

    if (shelf == NULL)
        return search_index_open(out, digits_fd, radix, length, sha256);
    pthread_mutex_lock(&shelf->lock);
    place = &shelf->places[radix == 16];
    if (place->index == NULL ||
        !search_index_fits(place->index, radix, length, sha256) ||
        !search_index_is_there(place->index, digits_fd)) {
        search_index_release(place->index);
        place->index = NULL;
        rc = open_in(place, digits_fd, radix, length, sha256);
    }
    *out = place->index;
    if (rc == DIGITS_OK)
        search_index_hold(place->index);
    pthread_mutex_unlock(&shelf->lock);
    return rc;
}

void
search_shelf_tidy(struct search_shelf *shelf, int digits_fd)
{
    /* Who has the lock may be reading an index. */
    if (shelf == NULL || pthread_mutex_trylock(&shelf->lock) != 0)
        return;
    for (size_t i = 0; i < SHELVES; i++) {
        struct place *place = &shelf->places[i];
        if (place->index != NULL && !search_index_is_there(place->index, digits_fd)) {
            search_index_release(place->index);
            place->index = NULL;
        }
    }
    pthread_mutex_unlock(&shelf->lock);
}
