/*
 * Indexes as files and in the database, see index.c: what a start finds, and what may
 * go.
 */
#include "config.h"

#include "daemon/daemon.h"

#include "common/search_index.h"
#include "common/store_status.h"
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
index_note(struct daemon *d, int radix, uint64_t length, int percent)
{
    if (store_note_index(d->relaxed, radix, length, percent) != STORE_OK) {
        log_debug("how far the index is was not noted");
    }
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
