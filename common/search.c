/*
 * Questions about strings of digits. A string of K digits or more (see search_index.h)
 * is found by intersecting the positions of its parts: of K digits each, the last one
 * overlapping the one before where the length is no multiple of K. For a shorter one
 * the index has the number of occurrences, except for those that begin among the last
 * K - 1 digits, where no K digits are left; the first of them is found by a scan, which
 * is short because such a string is frequent.
 */
#include "search.h"

#include <stdlib.h>
#include <string.h>

enum search_problem
search_parse(const char *typed, int radix, struct search_ask *ask)
{
    *ask = (struct search_ask){.radix = radix};
    for (const char *p = typed; *p != '\0'; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;

        if (strchr(" \t\r\n.,-/:", c) != NULL)
            continue;
        if (c >= 'a' && c <= 'f' && radix != 16)
            return SEARCH_LETTERS;
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return SEARCH_STRANGE;
        if (ask->length == SEARCH_LENGTH_MOST)
            return SEARCH_TOO_LONG;
        ask->text[ask->length++] = c;
    }
    return ask->length > 0 ? SEARCH_GOOD : SEARCH_EMPTY;
}

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

/* A string of K digits or more. */
static enum digits_rc
find_long(const struct search_index *index, const struct search_ask *ask,
          struct search_found *found)
{
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
    found->count = count;
    for (size_t i = 0; i < count && found->position == 0; i++)
        if (at[i] > ask->after)
            found->position = at[i];
    free(at);
    return DIGITS_OK;
}

/* A shorter one. */
static enum digits_rc
find_short(const struct digits_file *file, const struct search_index *index,
           const struct search_ask *ask, struct search_found *found)
{
    uint64_t tail = file->length - search_gram(ask->radix) + 2, last, more = 0;
    uint64_t from = ask->after + 1;
    struct search_ask any = *ask;
    uint32_t span;
    uint32_t key = search_key(ask->text, ask->length, ask->radix, &span);
    enum digits_rc rc;

    any.after = 0;
    rc = search_scan(file, &any, tail, file->length, &last, &more);
    found->count = search_index_count(index, key, span) + more;
    if (rc == DIGITS_OK && found->count > 0 && from <= file->length)
        rc = search_scan(file, ask, from, file->length, &found->position, NULL);
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

enum digits_rc
search_run(const struct digits_file *file, const struct search_index *index,
           const struct search_ask *ask, struct search_found *found)
{
    enum digits_rc rc;

    *found = (struct search_found){.indexed = index != NULL};
    if (ask->radix != file->radix)
        return DIGITS_OK; /* a key of one radix is none of the other's index */
    found->searched = index != NULL || file->length < SEARCH_SCAN_MOST
                          ? file->length
                          : SEARCH_SCAN_MOST;
    if (index == NULL)
        return search_scan(file, ask, 1, found->searched, &found->position,
                           &found->count);
    if (ask->length < search_gram(ask->radix))
        return find_short(file, index, ask, found);
    rc = find_long(index, ask, found);
    return rc == DIGITS_OK && !is_there(file, ask, found) ? DIGITS_BROKEN : rc;
}
