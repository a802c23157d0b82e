/*
 * Finding strings of digits in the published digits of pi. Position 1 is the first
 * digit after the point; the 3 is not searched. Occurrences may overlap.
 */
#ifndef NTHPI_SEARCH_H
#define NTHPI_SEARCH_H

#include "digits.h"
#include "search_index.h"

enum {
    SEARCH_LENGTH_MOST = 120,
    /* Digits that are scanned where there is no index: some five milliseconds, for
     * several strings some fifteen. */
    SEARCH_SCAN_MOST = 20000000,
    SEARCH_ASKS_MOST = 8, /* strings that are looked for in one go */
};

struct search_ask {
    int radix;
    char text[SEARCH_LENGTH_MOST + 1]; /* digits only, letters small */
    size_t length;                     /* 1 .. SEARCH_LENGTH_MOST */
    uint64_t after; /* the first position after this one; 0: of all */
    bool pointed;   /* it was typed as the number 3.14… is; see search_begin() */
};

enum search_problem {
    SEARCH_GOOD = 0,
    SEARCH_EMPTY,
    SEARCH_TOO_LONG,
    SEARCH_LETTERS, /* digits of radix 16, asked for in radix 10 */
    SEARCH_FOREIGN, /* digits, but of another script, or raised ones */
    SEARCH_STRANGE, /* other characters */
};

/* ---- search_parse.c ---- */

/* Reads what somebody TYPED, in UTF-8, into *ASK (AFTER is 0). Blanks of all kinds,
 * quotation marks, and what stands between the parts of dates and numbers (. , - / : _
 * and their relatives) is left out, capital letters become small. Pure. */
enum search_problem search_parse(const char *typed, int radix, struct search_ask *ask);

enum { SEARCH_GOES_ON = 5 };

/* How a string compares with pi's own beginning. */
struct search_beginning {
    size_t agree; /* so many digits behind a leading 3 are the first after the point */
    bool all;     /* these are all of them */
    char goes_on[SEARCH_GOES_ON + 1]; /* how pi goes on behind those that agree */
};

/* Holds ASK, as it was read, against what FILE (opened as checked) begins with. Where
 * it is `pointed` and a digit at least agrees, ASK is for what stands behind the point
 * from now on, since the 3 before it is not searched; otherwise it is the same, and not
 * `pointed`. Thread-safe; results as those of digits_read(). */
enum digits_rc search_begin(const struct digits_file *file, struct search_ask *ask,
                            struct search_beginning *beginning);

/* ---- search.c ---- */

struct search_found {
    uint64_t searched; /* the first so many digits were searched */
    uint64_t count;    /* occurrences in all of these */
    uint64_t position; /* of the first after the ask's `after`, or 0: there is none */
    /* That one is the so-manieth of all; 0: there is none, or nobody counted. */
    uint64_t occurrence;
    uint64_t previous; /* position of the last one that is not after it, or 0 */
    bool indexed;      /* by the index: then all digits were searched */
};

/*
 * Looks for each of the COUNT (1 .. SEARCH_ASKS_MOST) ASKS, all of one radix, in FILE
 * (opened as checked), with INDEX, which is of the same digits, or without (NULL), and
 * then only in the first SEARCH_SCAN_MOST digits, which are read once for all. FOUND
 * has an answer for each. A FILE of another radix is no error: nothing is found then,
 * and nothing searched. Thread-safe. Other results than DIGITS_OK: FILE or INDEX is
 * damaged or cannot be read; without INDEX it can only be FILE.
 */
enum digits_rc search_run(const struct digits_file *file,
                          const struct search_index *index,
                          const struct search_ask *asks, size_t count,
                          struct search_found *found);

/* ---- search_scan.c ---- */

/* Where the LENGTH (> 0) digits at PATTERN are first in the SIZE bytes at TEXT; SIZE
 * where they are not. Pure. */
size_t search_next(const char *text, size_t size, const char *pattern, size_t length);

/* What a scan saw of a string. */
struct search_hits {
    uint64_t count;    /* how often it is there */
    uint64_t passed;   /* of these, not after the ask's `after` */
    uint64_t previous; /* position of the last of those, or 0 */
    uint64_t first;    /* position of the first of the others, or 0 */
};

/* Scans the digits FROM .. TO of FILE once, for the strings of all COUNT ASKS, each of
 * which gets its HITS. Not ALL: only `first` is asked for, and the scan ends when each
 * has one. Thread-safe; results as those of digits_read(). */
enum digits_rc search_scan(const struct digits_file *file,
                           const struct search_ask *asks, size_t count, bool all,
                           uint64_t from, uint64_t to, struct search_hits *hits);

#endif
