/*
 * Scanning digits for a string, many positions at a time: a position is a candidate
 * when the first and the last digit of the string are where they should be, which a
 * vector comparison tells for WIDTH positions at once; candidates, one in a hundred,
 * are compared as a whole. (W. Mula, "SIMD-friendly algorithms for substring
 * searching", the generic algorithm.) The vectors are of the size that any
 * processor has; the compiler knows how.
 */
#include "search.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 16 };

typedef unsigned char lanes __attribute__((vector_size(WIDTH)));
typedef uint64_t words __attribute__((vector_size(WIDTH)));

/* The lanes at TEXT that are C, as ones. */
static inline lanes
equal(const char *text, char c)
{
    lanes bytes;

    memcpy(&bytes, text, sizeof bytes);
    return (lanes)(bytes == (unsigned char)c);
}

static inline bool
is_any(lanes mask)
{
    words w = (words)mask;

    return (w[0] | w[1]) != 0;
}

size_t
search_next(const char *text, size_t size, const char *pattern, size_t length)
{
    char first = pattern[0], last = pattern[length - 1];
    size_t starts = size >= length ? size - length + 1 : 0, i = 0;

    for (; i + WIDTH <= starts; i += WIDTH) {
        lanes mask = equal(text + i, first) & equal(text + i + length - 1, last);

        if (!is_any(mask))
            continue;
        for (size_t k = 0; k < WIDTH; k++)
            if (mask[k] != 0 && memcmp(text + i + k, pattern, length) == 0)
                return i + k;
    }
    for (; i < starts; i++)
        if (text[i] == first && memcmp(text + i, pattern, length) == 0)
            return i;
    return size;
}

/* What is found in the SIZE digits at TEXT, the first of which has POSITION. True: that
 * was all that is asked. */
static bool
look(const struct search_ask *ask, const char *text, size_t size, uint64_t position,
     uint64_t *first, uint64_t *count)
{
    size_t at = 0;

    while ((at += search_next(text + at, size - at, ask->text, ask->length)) < size) {
        if (*first == 0 && position + at > ask->after)
            *first = position + at;
        if (count == NULL && *first != 0)
            return true;
        if (count != NULL)
            ++*count;
        at++;
    }
    return false;
}

enum digits_rc
search_scan(const struct digits_file *file, const struct search_ask *ask, uint64_t from,
            uint64_t to, uint64_t *first, uint64_t *count)
{
    size_t kept = 0; /* digits before FROM that are in the buffer already */
    char *text = malloc(DIGITS_BLOCK + SEARCH_LENGTH_MOST);
    enum digits_rc rc = text != NULL ? DIGITS_OK : DIGITS_NO_MEMORY;

    *first = 0;
    if (count != NULL)
        *count = 0;
    while (rc == DIGITS_OK && from <= to) {
        /* To the end of a block of the file, whose checksum is of the whole block. */
        uint64_t end = ((from + 1) / DIGITS_BLOCK + 1) * DIGITS_BLOCK - 2;
        size_t more = (size_t)((end < to ? end : to) - from + 1), tail;

        rc = digits_read(file, from, more, text + kept);
        if (rc != DIGITS_OK || look(ask, text, kept + more, from - kept, first, count))
            break;
        from += more;
        tail = kept + more < ask->length - 1 ? kept + more : ask->length - 1;
        memmove(text, text + kept + more - tail, tail);
        kept = tail;
    }
    free(text);
    return rc;
}
