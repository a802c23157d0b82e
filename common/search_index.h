/*
 * The index of a digits file, by which strings of digits are found in it.
 *
 * An inverted index of all strings of K digits, where K is 6 in radix 10 and 5 in radix
 * 16, so that there are about a million of them ("keys": their value as a number). For
 * each key it holds the positions where the string begins, in ascending order. A longer
 * string is where its first K digits are at p, the next K at p + K, and so on, up to
 * its last K: an intersection of short lists, exact without a look at the digits. How
 * often a shorter string occurs is a difference of two offsets.
 *
 * The file digits/pi-RADIX-N.idx, in the byte order of the machine:
 *
 *     struct search_head, then zeros up to SEARCH_HEAD_SIZE
 *     uint32_t offsets[keys + 1]    where the positions of a key begin, counted in them
 *     uint32_t hashes[keys]         of each key's positions
 *     uint32_t positions[N - K + 1]
 *
 * 4 bytes a digit and 8 MB. It is made aside by a worker and renamed into place, and is
 * removed with the file it is of; whoever finds none, or a damaged one, scans instead.
 */
#ifndef NTHPI_SEARCH_INDEX_H
#define NTHPI_SEARCH_INDEX_H

#include "digits.h"

#include <stdint.h>

/* The longest file that has an index: positions are of 32 bits. */
#define SEARCH_INDEX_MOST (UINT64_C(4) * 1000 * 1000 * 1000)

enum {
    SEARCH_HEAD_SIZE = 4096,
    SEARCH_HASH_SIZE = 32,
    SEARCH_GRAM_MOST = 6,
    /* Shorter files need none: they are scanned in no time. */
    SEARCH_INDEX_LEAST = 100000,
};

struct search_head {
    char magic[8];   /* SEARCH_MAGIC, without its end */
    uint32_t order;  /* SEARCH_ORDER: the machine's byte order */
    uint32_t radix;  /* of the digits */
    uint64_t length; /* of the digits after the point */
    char sha256[64]; /* of the digits file, hex */
    unsigned char offsets[SEARCH_HASH_SIZE]; /* BLAKE2b-256 of the offsets */
    unsigned char head[SEARCH_HASH_SIZE];    /* and of this struct before here */
};

#define SEARCH_MAGIC "nthpidx1"
#define SEARCH_ORDER UINT32_C(0x01020304)

/* K of RADIX, and how many keys there are. Pure. */
size_t search_gram(int radix);
uint32_t search_keys(int radix);

/* The key of the LENGTH <= K digits at TEXT, as the first ones of K: the keys of all
 * strings that begin so are from it to it + *SPAN - 1. Pure. */
uint32_t search_key(const char *text, size_t length, int radix, uint32_t *span);

/* "pi-10-1000.idx" into NAME; and the bytes of that file. Pure. */
void search_index_name(char name[DIGITS_NAME_SIZE], int radix, uint64_t length);
uint64_t search_index_bytes(int radix, uint64_t length);

/* Takes apart a NAME that search_index_name() makes; false for any other. Pure. */
bool search_parse_name(const char *name, int *radix, uint64_t *length);

/* ---- building (the worker) ---- */

/*
 * Makes the index of the digits file TEXT_FD of LENGTH digits with its sidecar SUM_FD
 * in the empty file OUT_FD, and syncs it. The digits are read several times, and each
 * block is checked each time. About MEMORY bytes are used at a time, and 12 MB besides.
 * PROGRESS(ctx, 0 .. 1) is called now and then; when it returns false, the work ends
 * with DIGITS_IO and errno ECANCELED. DIGITS_BROKEN: the digits are damaged.
 */
enum digits_rc search_index_build(int text_fd, int sum_fd, int radix, uint64_t length,
                                  int out_fd, size_t memory,
                                  bool (*progress)(void *ctx, double fraction),
                                  void *ctx);

/* ---- reading (anyone) ---- */
struct search_index;

/*
 * Opens the index of the published file of LENGTH digits whose digest is SHA256. Its
 * head and its offsets are checked, positions as they are read. DIGITS_MISSING: there
 * is none; DIGITS_BROKEN: it is damaged, or of another file. To be given up by
 * search_index_release(). *OUT may be used by any threads.
 */
enum digits_rc search_index_open(struct search_index **out, int digits_fd, int radix,
                                 uint64_t length, const char *sha256);
void search_index_release(struct search_index *index); /* NULL is allowed */

/* The positions of the COUNT keys from KEY on, without reading them: how many. */
uint64_t search_index_count(const struct search_index *index, uint32_t key,
                            uint32_t count);

/* Reads the positions of KEY into *POSITIONS, ascending, to be freed by the caller
 * (NULL where there are none). DIGITS_BROKEN: they are damaged. */
enum digits_rc search_index_read(const struct search_index *index, uint32_t key,
                                 uint32_t **positions, size_t *count);

/* ---- search_shelf.c ---- */

/* The indexes that a process has open: the newest of each radix, 4 MB of memory each.
 * Shared by any threads. */
struct search_shelf;
struct search_shelf *search_shelf_new(void); /* NULL: no memory */

/* Closes what nobody else uses; NULL is allowed. */
void search_shelf_free(struct search_shelf *shelf);

/* As search_index_open(), or one more use of what is open in SHELF already (NULL: opens
 * it), unless its file was removed since. A file that is DIGITS_BROKEN is not read again
 * until it changes. */
enum digits_rc search_shelf_get(struct search_shelf *shelf, struct search_index **out,
                                int digits_fd, int radix, uint64_t length,
                                const char *sha256);

/* Closes the indexes whose files are not in the folder DIGITS_FD any more: their disk
 * space is free then, once nobody uses them. To be called now and then; it never waits
 * for another thread. NULL is allowed. */
void search_shelf_tidy(struct search_shelf *shelf, int digits_fd);

/* ---- for search_build.c and search_shelf.c ---- */

/* True when INDEX is that of the published file of LENGTH digits with SHA256. Pure. */
bool search_index_fits(const struct search_index *index, int radix, uint64_t length,
                       const char *sha256);

/* True while the file of INDEX has its name in the folder DIGITS_FD. */
bool search_index_is_there(const struct search_index *index, int digits_fd);

/* One more user of INDEX, which search_index_release() ends. */
void search_index_hold(struct search_index *index);

/* The hash of the COUNT positions of KEY. */
uint32_t search_index_hash(const char *sha256, uint32_t key, const uint32_t *positions,
                           size_t count);

/* The head's own hash. */
void search_head_hash(const struct search_head *head,
                      unsigned char hash[SEARCH_HASH_SIZE]);

#endif
