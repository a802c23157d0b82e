/*
 * Scanning digits for a string, many positions at a time: a position is a candidate
 * when the first, the middle and the last digit of the string are where they should be,
 * which a vector comparison tells for WIDTH positions at once; candidates, one in a
 * thousand, are compared as a whole. Several strings are looked for in one block after
 * the other, which is read and checked once and is in the processor's cache then. (W.
 * Mula, "SIMD-friendly algorithms for substring searching", the generic algorithm.) The
 * vectors are of the size that any processor has; the compiler knows how.
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

/* The lanes at TEXT where the string of LENGTH digits at PATTERN may begin, as ones; of
 * a string of EXACT digits or less, where it does. */
enum { EXACT = 3 };
static inline lanes
candidates(const char *text, const char *pattern, size_t length)
{
    size_t middle = length / 2, last = length - 1;

    return equal(text, pattern[0]) & equal(text + middle, pattern[middle]) &
           equal(text + last, pattern[last]);
}

static inline bool
is_any(lanes mask)
{
    words w = (words)mask;

    return (w[0] | w[1]) != 0;
}

/* How many of the lanes at TEXT that MASK has begin with the string. */
static inline unsigned
count_lanes(lanes mask, const char *text, const char *pattern, size_t length)
{
    words w = (words)mask;
    unsigned count = 0;

    if (length <= EXACT)
        return (unsigned)(__builtin_popcountll(w[0]) + __builtin_popcountll(w[1])) / 8;
    for (size_t k = 0; k < WIDTH; k++)
        count += mask[k] != 0 && memcmp(text + k, pattern, length) == 0;
    return count;
}

size_t
search_next(const char *text, size_t size, const char *pattern, size_t length)
{
    size_t starts = size >= length ? size - length + 1 : 0, i = 0;

    for (; i + WIDTH <= starts; i += WIDTH)
        if (is_any(candidates(text + i, pattern, length)))
            for (size_t k = i; k < i + WIDTH; k++)
                if (memcmp(text + k, pattern, length) == 0)
                    return k;
    for (; i < starts; i++)
        if (memcmp(text + i, pattern, length) == 0)
            return i;
    return size;
}

/* How often PATTERN is in the SIZE bytes at TEXT, and where *LAST, unless never. */
static uint64_t
count_all(const char *text, size_t size, const char *pattern, size_t length,
          size_t *last)
{
    size_t starts = size >= length ? size - length + 1 : 0, i = 0, seen = 0;
    uint64_t count = 0;

    for (; i + WIDTH <= starts; i += WIDTH) {
        lanes mask = candidates(text + i, pattern, length);
        unsigned more = is_any(mask) ? count_lanes(mask, text + i, pattern, length) : 0;

        count += more;
        seen = more > 0 ? i + WIDTH : seen;
    }
    for (; i < starts; i++)
        if (memcmp(text + i, pattern, length) == 0) {
            count++;
            seen = i + 1;
        }
    /* It is among the last lanes that had any. */
    while (count > 0 && memcmp(text + seen - 1, pattern, length) != 0)
        seen--;
    *last = seen - 1;
    return count;
}

/* How many of the strings that begin in the SIZE digits from POSITION on do so at
 * ASK's `after` or before. */
static size_t
count_passed(const struct search_ask *ask, size_t size, uint64_t position)
{
    uint64_t passed = ask->after >= position ? ask->after - position + 1 : 0;
    size_t starts = size >= ask->length ? size - ask->length + 1 : 0;

    return passed < starts ? (size_t)passed : starts;
}

/* Finds ASK's first string after `after` in the SIZE digits at TEXT, the first of which
 * has POSITION. */
static void
look_first(const struct search_ask *ask, const char *text, size_t size,
           uint64_t position, struct search_hits *hits)
{
    size_t at = count_passed(ask, size, position);

    at += search_next(text + at, size - at, ask->text, ask->length);
    if (at < size)
        hits->first = position + at;
}

/* Adds all of ASK's strings there. */
static void
look_all(const struct search_ask *ask, const char *text, size_t size, uint64_t position,
         struct search_hits *hits)
{
    size_t cut = count_passed(ask, size, position), last;
    uint64_t passed = 0, later;

    if (cut > 0)
        passed = count_all(text, cut + ask->length - 1, ask->text, ask->length, &last);
    if (passed > 0)
        hits->previous = position + last;
    later = count_all(text + cut, size - cut, ask->text, ask->length, &last);
    if (later > 0 && hits->first == 0)
        look_first(ask, text, size, position, hits);
    hits->passed += passed;
    hits->count += passed + later;
}

static bool
have_all_first(const struct search_hits *hits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (hits[i].first == 0)
            return false;
    return true;
}

enum digits_rc
search_scan(const struct digits_file *file, const struct search_ask *asks, size_t count,
            bool all, uint64_t from, uint64_t to, struct search_hits *hits)
{
    size_t kept = 0; /* digits before FROM that are in the buffer already */
    char *text = malloc(DIGITS_BLOCK + SEARCH_LENGTH_MOST);
    enum digits_rc rc = text != NULL ? DIGITS_OK : DIGITS_NO_MEMORY;

    memset(hits, 0, count * sizeof *hits);
    while (rc == DIGITS_OK && from <= to) {
        /* To the end of a block of the file, whose checksum is of the whole block. */
        uint64_t end = ((from + 1) / DIGITS_BLOCK + 1) * DIGITS_BLOCK - 2;
        size_t more = (size_t)((end < to ? end : to) - from + 1), tail;

        rc = digits_read(file, from, more, text + kept);
        if (rc != DIGITS_OK)
            break;
        for (size_t i = 0; i < count; i++) {
            /* Those that end before FROM have been seen. */
            size_t back = kept < asks[i].length - 1 ? kept : asks[i].length - 1;

            if (all)
                look_all(&asks[i], text + kept - back, back + more, from - back,
                         &hits[i]);
            else if (hits[i].first == 0)
                look_first(&asks[i], text + kept - back, back + more, from - back,
                           &hits[i]);
        }
        if (!all && have_all_first(hits, count))
            break;
        from += more;
        tail =
            kept + more < SEARCH_LENGTH_MOST - 1 ? kept + more : SEARCH_LENGTH_MOST - 1;
        memmove(text, text + kept + more - tail, tail);
        kept = tail;
    }
    free(text);
    return rc;
}
