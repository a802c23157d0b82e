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

/* Removes a published file with its sidecar and its index (search_index.h); missing
 * ones are no error. */
enum digits_rc digits_remove(int digits_fd, int radix, uint64_t length);

/* Takes a published file and its sidecar out of the way, whatever they are by now
 * (a link, a folder): to damaged-RADIX.txt and .sum in the same folder, where those
 * of the last time go. Missing ones are no error; DIGITS_IO: one is still there. */
enum digits_rc digits_put_away(int digits_fd, int radix, uint64_t length);

/* True when NAME is one that digits_put_away() gives. */
bool digits_is_put_away(const char *name);

/* ---- checking ---- */

/* Checks the published file of LENGTH digits against its sidecar: size,
 * characters, every block, the whole. SHA256 (may be NULL) receives the digest. */
enum digits_rc digits_check(int digits_fd, int radix, uint64_t length,
                            char sha256[DIGITS_SHA256_SIZE]);

/* The same for a file of LENGTH digits that is open for reading as FD, with its sidecar
 * SUM_FD, whatever their names. */
enum digits_rc digits_check_open(int fd, int sum_fd, int radix, uint64_t length,
                                 char sha256[DIGITS_SHA256_SIZE]);

/* The same in steps. One thread at a time. */
struct digits_checker;

/* Opens file and sidecar. *OUT is NULL unless DIGITS_OK is returned. */
enum digits_rc digits_checker_new(struct digits_checker **out, int digits_fd, int radix,
                                  uint64_t length);

/* Reads and checks the next block, at most DIGITS_BLOCK bytes; *DONE: it was the
 * last one, digits_checker_end() comes next. */
enum digits_rc digits_checker_step(struct digits_checker *c, bool *done);

/* The whole's digest into SHA256. DIGITS_BROKEN: the sidecar has another one. */
enum digits_rc digits_checker_end(struct digits_checker *c,
                                  char sha256[DIGITS_SHA256_SIZE]);

/* Frees; NULL is allowed. */
void digits_checker_free(struct digits_checker *c);

/* ---- reading (anyone) ---- */
struct digits_proof;
struct digits_file {
    int fd; /* -1: closed */
    int radix;
    uint64_t length;            /* digits after the point that the file holds */
    struct digits_proof *proof; /* by which reads are checked; NULL: they are not */
};

/* Opens the published file of LENGTH digits, which is not checked beyond its size.
 * DIGITS_BROKEN for what is no regular file, too. The caller closes it. */
enum digits_rc digits_open(struct digits_file *file, int digits_fd, int radix,
                           uint64_t length);

/* Which blocks of published files were found whole. Shared by any threads; the
 * newest file of each radix is kept in mind (40 bytes per MiB of it). */
struct digits_trust;
struct digits_trust *digits_trust_new(void); /* NULL: no memory */
void digits_trust_free(struct digits_trust *trust);

/* Opens the published file of LENGTH digits with its sidecar, whose digest of the
 * whole must be SHA256: from now on no digit is read from FILE that was not checked.
 * A block is read as a whole the first time, then TRUST (NULL: nothing) remembers
 * it for as long as nobody changes the file. The caller closes it. */
enum digits_rc digits_open_checked(struct digits_file *file, struct digits_trust *trust,
                                   int digits_fd, int radix, uint64_t length,
                                   const char *sha256);

/* Checks the bytes FIRST to LAST (< length + 2) of FILE, opened as checked, by its
 * blocks; those that are remembered cost nothing. For who reads or sends the file by
 * himself afterwards. Thread-safe. */
enum digits_rc digits_check_range(const struct digits_file *file, uint64_t first,
                                  uint64_t last);

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

/* The digest of "3." and the first COUNT digits (1 .. its length) of the published
 * FILE, whose sidecar is in the folder DIGITS_FD, in lower-case hex into SHA256: the
 * sidecar has the state of SHA-256 after each block, so besides the sidecar (1.4e-4 of
 * the digits) one block is read, checked, and hashed, however many come before it. DIGITS_MISSING: there is no sidecar, or an older
 * one without states. DIGITS_BROKEN: the block or a state beside it is not what it was.
 * Thread-safe. */
enum digits_rc digits_sha256(const struct digits_file *file, int digits_fd,
                             uint64_t count, char sha256[DIGITS_SHA256_SIZE]);

void digits_close(struct digits_file *file);

#endif
