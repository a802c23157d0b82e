/*
 * Indexes as files and in the database, see index.c: one that is made gets its name;
 * what a start finds, and what may go.
 */
#include "config.h"

#include "daemon/daemon.h"

#include "common/search_index.h"
#include "common/store_status.h"
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
index_note(struct daemon *d, int radix, uint64_t length, int percent)
{
    if (store_note_index(d->relaxed, radix, length, percent) != STORE_OK) {
        log_debug("how far the index is was not noted");
    }
}

/* The whole index into its place, as NAME. 0, or an errno. */
static int
put_into_place(struct daemon *d, const char *name)
{
    if (renameat(d->work_fd, INDEX_ASIDE, d->digits_fd, name) != 0 ||
        fsync(d->digits_fd) != 0) {
        return errno;
    }
    close(d->indexing.out_fd); /* it is no aside any more */
    d->indexing.out_fd = -1;
    return 0;
}

/* False when what is in place now is damaged. (What could not be read for want of
 * memory is none the worse for it.) */
static bool
is_whole(const struct daemon *d)
{
    const struct published *p = &d->indexing.of;
    struct search_index *index = NULL;
    enum digits_rc rc =
        search_index_open(&index, d->digits_fd, p->radix, p->length, p->sha256);

    search_index_release(index);
    return rc != DIGITS_BROKEN && rc != DIGITS_MISSING;
}

bool
index_publish(struct daemon *d, char message[WORKER_MESSAGE_SIZE])
{
    char name[DIGITS_NAME_SIZE];
    int error;

    search_index_name(name, d->indexing.of.radix, d->indexing.of.length);
    error = put_into_place(d, name);
    if (error) {
        snprintf(message, WORKER_MESSAGE_SIZE, "%s", strerror(error));
        return false;
    }
    if (!is_whole(d)) {
        unlinkat(d->digits_fd, name, 0);
        snprintf(message, WORKER_MESSAGE_SIZE, "it cannot be read back");
        return false;
    }
    index_sweep(d);
    return true;
}

bool
index_needs(const struct daemon *d, const char *name)
{
    int lock;

    if (strcmp(name, INDEX_ASIDE) != 0) {
        return false;
    }
    if (d->indexing.lock >= 0) {
        return true;
    }
    lock = lock_take(d->conf, INDEX_LOCK);
    if (lock >= 0) {
        close(lock);
    }
    return lock < 0;
}

void
index_sweep(struct daemon *d)
{
    DIR *folder = publish_open_folder(d);
    char text[DIGITS_NAME_SIZE];
    struct dirent *entry;
    uint64_t length;
    int radix;

    while (folder && (entry = readdir(folder)) != NULL) {
        if (!search_parse_name(entry->d_name, &radix, &length)) {
            continue;
        }
        digits_name(text, radix, length, "txt");
        if (faccessat(d->digits_fd, text, F_OK, 0) != 0 && errno == ENOENT) {
            unlinkat(d->digits_fd, entry->d_name, 0);
        }
    }
    if (folder) {
        closedir(folder);
    }
}

void
index_begin(struct daemon *d)
{
    uint64_t length;
    int percent, lock = lock_take(d->conf, INDEX_LOCK);

    if (lock < 0) {
        return; /* another daemon makes one */
    }
    index_sweep(d);
    for (int radix = 10; radix <= 16; radix += 6) {
        if (store_index(d->relaxed, radix, &length, &percent) == STORE_OK &&
            percent > 0 && percent < STORE_INDEX_DONE) {
            index_note(d, radix, length, 0);
        }
    }
    close(lock);
}
