/*
 * Questions about strings of digits. A string of K digits or more (see search_index.h)
 * is found by intersecting the positions of its parts: of K digits each, the last one
 * overlapping the one before where the length is no multiple of K. For a shorter one
 * the index has the number of occurrences, except for those that begin among the last
 * K - 1 digits, where no K digits are left. Where there are few, their positions are
 * read. Otherwise the next one is found by a scan, which is short because such a string
 * is frequent, and so is the one before; how many there are up to it is not counted
 * then, unless there are few digits.
 */
#include "search.h"

#include <stdlib.h>
#include <string.h>

/* A short string's positions are read when they are so few, of so few keys; of so few
 * digits all are scanned, in a millisecond; and a scan backwards reads so many at a
 * time. */
enum { LISTED_MOST = 20000, KEYS_MOST = 256, SCANNED_MOST = 1 << 20, BACK = 1 << 16 };

/* Keeps those of the *COUNT positions AT where the positions of KEY, moved by OFFSET,
 * are, too. */
static enum digits_rc
keep_common(const struct search_index *index, uint32_t key, uint32_t offset,
            uint32_t *at, size_t *count)
{
    uint32_t *others;
    size_t there, kept = 0, k = 0;
    enum digits_rc rc = search_index_read(index, key, &others, &there);

    if (rc != DIGITS_OK)
        return rc;
    for (size_t i = 0; i < *count; i++) {
        uint64_t wanted = (uint64_t)at[i] + offset;

        while (k < there && others[k] < wanted)
            k++;
        if (k < there && others[k] == wanted)
            at[kept++] = at[i];
    }
    free(others);
    *count = kept;
    return DIGITS_OK;
}

/* Adds to HITS the COUNT positions AT, which ascend. */
static void
take_positions(const uint32_t *at, size_t count, uint64_t after,
               struct search_hits *hits)
{
    size_t passed = 0;

    while (passed < count && at[passed] <= after)
        passed++;
    if (passed > 0 && at[passed - 1] > hits->previous)
        hits->previous = at[passed - 1];
    if (passed < count && (hits->first == 0 || at[passed] < hits->first))
        hits->first = at[passed];
    hits->passed += passed;
    hits->count += count;
}

/* What the HITS of all of them come to. */
static void
conclude(const struct search_hits *hits, struct search_found *found)
{
    found->count = hits->count;
    found->position = hits->first;
    found->occurrence = hits->first != 0 ? hits->passed + 1 : 0;
    found->previous = hits->previous;
}

/* A string of K digits or more. */
static enum digits_rc
find_long(const struct search_index *index, const struct search_ask *ask,
          struct search_found *found)
{
    struct search_hits hits = {.count = 0};
    size_t gram = search_gram(ask->radix), count;
    uint32_t *at, span;
    enum digits_rc rc = search_index_read(
        index, search_key(ask->text, gram, ask->radix, &span), &at, &count);

    for (size_t done = gram; rc == DIGITS_OK && count > 0 && done < ask->length;) {
        size_t offset = done + gram <= ask->length ? done : ask->length - gram;

        rc = keep_common(index, search_key(ask->text + offset, gram, ask->radix, &span),
                         (uint32_t)offset, at, &count);
        done = offset + gram;
    }
    if (rc != DIGITS_OK) {
        free(at);
        return rc;
    }
    take_positions(at, count, ask->after, &hits);
    free(at);
    conclude(&hits, found);
    return DIGITS_OK;
}

/* Adds to HITS the positions of the SPAN keys from KEY on. */
static enum digits_rc
read_lists(const struct search_index *index, uint32_t key, uint32_t span,
           uint64_t after, struct search_hits *hits)
{
    enum digits_rc rc = DIGITS_OK;

    for (uint32_t end = key + span; rc == DIGITS_OK && key < end; key++) {
        uint32_t *at;
        size_t count;

        rc = search_index_read(index, key, &at, &count);
        if (rc == DIGITS_OK)
            take_positions(at, count, after, hits);
        free(at);
    }
    return rc;
}

/* Finds the last of ASK's strings that is not after `after`. */
static enum digits_rc
find_previous(const struct digits_file *file, const struct search_ask *ask,
              uint64_t *previous)
{
    uint64_t to = ask->after < file->length ? ask->after : file->length;
    enum digits_rc rc = DIGITS_OK;

    *previous = 0;
    while (rc == DIGITS_OK && *previous == 0 && to > 0) {
        uint64_t from = to > BACK ? to - BACK + 1 : 1, end = to + ask->length - 1;
        struct search_hits hits;

        rc = search_scan(file, ask, 1, true, from,
                         end < file->length ? end : file->length, &hits);
        *previous = hits.previous;
        to = from - 1;
    }
    return rc;
}

/* Finds the first one after it, and the one before, of many. */
static enum digits_rc
find_neighbours(const struct digits_file *file, const struct search_ask *ask,
                struct search_found *found)
{
    struct search_hits hits;
    enum digits_rc rc =
        search_scan(file, ask, 1, false, ask->after + 1, file->length, &hits);

    found->position = hits.first;
    found->occurrence = ask->after == 0 && hits.first != 0;
    return rc == DIGITS_OK ? find_previous(file, ask, &found->previous) : rc;
}

/* A shorter one. */
static enum digits_rc
find_short(const struct digits_file *file, const struct search_index *index,
           const struct search_ask *ask, struct search_found *found)
{
    uint64_t tail = file->length - search_gram(ask->radix) + 2;
    struct search_hits hits;
    uint32_t span;
    uint32_t key = search_key(ask->text, ask->length, ask->radix, &span);
    uint64_t listed = search_index_count(index, key, span);
    bool few = listed <= LISTED_MOST && span <= KEYS_MOST;
    enum digits_rc rc;

    if (!few && file->length <= SCANNED_MOST)
        tail = 1;
    rc = search_scan(file, ask, 1, true, tail, file->length, &hits);
    if (rc == DIGITS_OK && !few && tail > 1) {
        found->count = listed + hits.count;
        return find_neighbours(file, ask, found);
    }
    if (rc == DIGITS_OK && few)
        rc = read_lists(index, key, span, ask->after, &hits);
    conclude(&hits, found);
    return rc;
}

/* True when ASK's string is where it was FOUND. */
static bool
is_there(const struct digits_file *file, const struct search_ask *ask,
         const struct search_found *found)
{
    char text[SEARCH_LENGTH_MOST];

    return found->position == 0 ||
           (digits_read(file, found->position, ask->length, text) == DIGITS_OK &&
            memcmp(text, ask->text, ask->length) == 0);
}

/* Looks for ASK by the index. */
static enum digits_rc
find(const struct digits_file *file, const struct search_index *index,
     const struct search_ask *ask, struct search_found *found)
{
    enum digits_rc rc;

    *found = (struct search_found){.indexed = true, .searched = file->length};
    if (ask->length < search_gram(ask->radix))
        rc = find_short(file, index, ask, found);
    else
        rc = find_long(index, ask, found);
    return rc == DIGITS_OK && !is_there(file, ask, found) ? DIGITS_BROKEN : rc;
}

/* Looks for all ASKS without. */
static enum digits_rc
find_all(const struct digits_file *file, const struct search_ask *asks, size_t count,
         struct search_found *found)
{
    uint64_t searched =
        file->length < SEARCH_SCAN_MOST ? file->length : SEARCH_SCAN_MOST;
    struct search_hits hits[SEARCH_ASKS_MOST];
    enum digits_rc rc = search_scan(file, asks, count, true, 1, searched, hits);

    for (size_t i = 0; i < count; i++) {
        found[i] = (struct search_found){.searched = searched};
        conclude(&hits[i], &found[i]);
    }
    return rc;
}

enum digits_rc
search_run(const struct digits_file *file, const struct search_index *index,
           const struct search_ask *asks, size_t count, struct search_found *found)
{
    enum digits_rc rc = DIGITS_OK;

    memset(found, 0, count * sizeof *found);
    if (asks[0].radix != file->radix)
        return DIGITS_OK; /* a key of one radix is none of the other's index */
    if (index == NULL)
        return find_all(file, asks, count, found);
    for (size_t i = 0; rc == DIGITS_OK && i < count; i++)
        rc = find(file, index, &asks[i], &found[i]);
    return rc;
}
