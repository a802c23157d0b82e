/*
 * The files a worker writes: work/ID.txt (digits) and work/ID.sum (checksums).
 * They carry the row's id so that the web program can show the digits that are
 * there already. A daemon that lost its lease must not touch the files of its
 * successor, which have the same names: a file is only removed when it is still
 * the one that was made.
 */
#ifndef NTHPI_ASIDE_H
#define NTHPI_ASIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { ASIDE_NAME_SIZE = 48 }; /* room for DIGITS_NAME_SIZE too */

struct aside {
    bool made;
    char text[ASIDE_NAME_SIZE], sum[ASIDE_NAME_SIZE];
    dev_t device;
    ino_t text_inode, sum_inode;
};

/* Makes the two files of row ID anew in the folder WORK_FD, mode 0644, open for
 * writing. 0, or an errno with nothing left behind. The caller closes both. */
int aside_make(struct aside *a, int work_fd, int64_t id, int *text_fd, int *sum_fd);

/* Notes the files of row ID that are there from an earlier run. */
void aside_find(struct aside *a, int work_fd, int64_t id);

/* Removes A's files where they are still the same. */
void aside_remove(struct aside *a, int work_fd);

/* Bytes the text has now, 0 when it is not there. */
uint64_t aside_size(const struct aside *a, int work_fd);

/* Calls KEEP(ctx, id) for each file in WORK_FD; those with a name that is not
 * an aside's, and those it returns false for, are removed. Returns how many. */
int aside_sweep(int work_fd, bool (*keep)(void *ctx, int64_t id), void *ctx);

#endif
