/*
 * The files a worker writes: work/ID.txt (digits) and work/ID.sum (checksums), or
 * work/ID.ckpt (a checkpoint, see slots.h). They carry the row's id so that the web
 * program can show the digits that are there already, and so that a job that is taken
 * again goes on from its checkpoint. A daemon that lost its lease must not touch the
 * files of its successor, which have the same names: the descriptors stay open, so
 * that a name can be compared with the file that was made. Every launch has a file for
 * checkpoints of its own, which begins with what its predecessor's holds, so a worker
 * that is still about writes where nobody looks any more.
 */
#ifndef NTHPI_ASIDE_H
#define NTHPI_ASIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { ASIDE_NAME_SIZE = 48 }; /* room for DIGITS_NAME_SIZE too */

struct aside {
    char text[ASIDE_NAME_SIZE], sum[ASIDE_NAME_SIZE], save[ASIDE_NAME_SIZE];
    int text_fd, sum_fd; /* -1: no files */
    int save_fd;         /* -1: no checkpoints */
};

/* A struct aside without files. */
void aside_init(struct aside *a);

/* Makes the two files for digits of row ID anew in the folder WORK_FD, mode 0644, open
 * for writing. 0, or an errno with nothing left behind. A has no files before. */
int aside_make(struct aside *a, int work_fd, int64_t id);

/*
 * Makes the file for checkpoints of row ID anew in the folder WORK_FD and puts it, with
 * the checkpoint of the one that is there, in that one's place. 0, or an errno (a full
 * disk): A then has the old file, only to be read, or none.
 */
int aside_make_save(struct aside *a, int work_fd, int64_t id);

/* Opens the file for checkpoints of row ID that is there from an earlier run, to be
 * removed with A; nothing when there is none. */
void aside_find_save(struct aside *a, int work_fd, int64_t id);

/* Closes A's file for checkpoints and leaves it where it is, if there is one. */
void aside_keep_save(struct aside *a);

/* Opens the files of row ID that are there from an earlier run; false when they
 * are not. */
bool aside_find(struct aside *a, int work_fd, int64_t id);

/* Removes A's files where they are still the same, and closes them. */
void aside_remove(struct aside *a, int work_fd);

/* Closes A's files and leaves them where they are. */
void aside_close(struct aside *a);

/* Bytes the text has now, 0 when there is none. */
uint64_t aside_size(const struct aside *a);

/* The row's id in an aside's NAME, or 0 for any other name. */
int64_t aside_name_id(const char *name);

/* True when NAME, an aside's, is that of a file for checkpoints. */
bool aside_name_is_save(const char *name);

/* Calls KEEP(ctx, name) for each file in WORK_FD and removes those it returns
 * false for. Returns how many. */
int aside_sweep(int work_fd, bool (*keep)(void *ctx, const char *name), void *ctx);

#endif
