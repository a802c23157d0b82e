/*
 * Digits of pi in files.
 *
 * A digits file holds exactly "3." and N digits, no newline, and is never
 * changed once it has its name, digits/pi-RADIX-N.txt. Its sidecar
 * digits/pi-RADIX-N.sum holds checksums of the whole and of each block. Files
 * are written aside (work/), synced, and renamed into place, sidecar first, so
 * that a file that is there is whole.
 *
 * Files are read with pread, not mapped: a file that was truncated behind our
 * back is then an error to report, not a SIGBUS that ends the process.
 */
#ifndef NTHPI_DIGITS_H
#define NTHPI_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { DIGITS_NAME_SIZE = 48, DIGITS_SHA256_SIZE = 65, DIGITS_BLOCK = 1 << 20 };

enum digits_rc {
    DIGITS_OK = 0,
    DIGITS_MISSING, /* no such file */
    DIGITS_BROKEN,  /* wrong size, checksum or characters */
    DIGITS_IO,      /* errno says what */
    DIGITS_NO_MEMORY,
};

/* "pi-10-1000.txt" (or ".sum" for KIND "sum") into NAME. */
void digits_name(char name[DIGITS_NAME_SIZE], int radix, uint64_t length,
                 const char *kind);

/* Takes apart a NAME that digits_name() makes, of kind "txt" or "sum", for radix 10
 * or 16; false (*RADIX and *LENGTH undefined) for any other. Pure. */
bool digits_parse_name(const char *name, int *radix, uint64_t *length);

/* ---- writing (the worker) ---- */
struct digits_writer;

/* Starts a file on the descriptors FD (the text) and SUM_FD (the sidecar),
 * both empty and writable; they stay the caller's. Writes "3.". NULL: no
 * memory or a write error (errno). */
struct digits_writer *digits_writer_new(int fd, int sum_fd, int radix);

/* Lets long adds to W use up to THREADS threads (1 .. 256), the calling one
 * included; 1 unless this is called. They live within digits_writer_add(). */
void digits_writer_threads(struct digits_writer *w, int threads);

/* Appends LENGTH digits; they are in the file (not synced) on return. Characters
 * that are no digits of the radix: DIGITS_BROKEN, and none is written. After
 * DIGITS_IO nobody knows how many are in the file, and every later call fails
 * with the same errno. */
enum digits_rc digits_writer_add(struct digits_writer *w, const char *text,
                                 size_t length);

/* Ends the sidecar and syncs both files; no digits can be added any more. SHA256
 * receives the hex digest of the whole file. */
enum digits_rc digits_writer_finish(struct digits_writer *w,
                                    char sha256[DIGITS_SHA256_SIZE]);

/* Frees W (NULL is allowed); does not close the descriptors. */
void digits_writer_free(struct digits_writer *w);

/* ---- publishing (the daemon) ---- */

/* Renames the aside files WORK_FD/ASIDE_TXT and WORK_FD/ASIDE_SUM to their
 * published names in the folder DIGITS_FD, sidecar first, and syncs the
 * folder. Replaces files of the same name. */
enum digits_rc digits_commit(int work_fd, const char *aside_txt, const char *aside_sum,
                             int digits_fd, int radix, uint64_t length);

/* Removes a published file and its sidecar; missing ones are no error. */
enum digits_rc digits_remove(int digits_fd, int radix, uint64_t length);

/* Checks the published file of LENGTH digits against its sidecar: size,
 * characters, every block, the whole. SHA256 (may be NULL) receives the digest. */
enum digits_rc digits_check(int digits_fd, int radix, uint64_t length,
                            char sha256[DIGITS_SHA256_SIZE]);

/* The same for a file of LENGTH digits that is open for reading as FD, with its sidecar
 * SUM_FD (whose offset moves), whatever their names. */
enum digits_rc digits_check_open(int fd, int sum_fd, int radix, uint64_t length,
                                 char sha256[DIGITS_SHA256_SIZE]);

/* ---- reading (anyone) ---- */
struct digits_file {
    int fd; /* -1: closed */
    int radix;
    uint64_t length; /* digits after the point that the file holds */
};

/* Opens the published file of LENGTH digits. The caller closes it. */
enum digits_rc digits_open(struct digits_file *file, int digits_fd, int radix,
                           uint64_t length);

/* Opens the file a running worker still writes (PATH in WORK_FD): length is
 * what is there now. DIGITS_MISSING before its "3." is written. */
enum digits_rc digits_open_aside(struct digits_file *file, int work_fd,
                                 const char *path, int radix);

/* Reads the digits at positions FROM .. FROM + COUNT - 1 into TEXT (not
 * terminated). Position 0 is the 3, the point is never part of the result.
 * All must be inside the file, else DIGITS_BROKEN. A character that is no
 * digit of the radix is DIGITS_BROKEN too. Thread-safe. */
enum digits_rc digits_read(const struct digits_file *file, uint64_t from, size_t count,
                           char *text);

void digits_close(struct digits_file *file);

#endif
