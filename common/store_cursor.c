/*
 * Orders of the list and places in it as text, for URLs. There is one way to write
 * each: what is parsed prints as it came.
 */
#include "store_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sorts[SORT_COUNT] = {
    [SORT_NEWEST] = "newest",
    [SORT_POSITION] = "position",
    [SORT_TIME] = "time",
};

const char *
store_sort_name(enum store_sort sort)
{
    return sorts[sort];
}

bool
store_sort_parse(const char *text, enum store_sort *sort)
{
    for (int i = 0; i < SORT_COUNT; i++) {
        if (strcmp(text, sorts[i]) == 0) {
            *sort = (enum store_sort)i;
            return true;
        }
    }
    return false;
}

void
store_cursor_print(const struct store_cursor *cursor, char text[STORE_CURSOR_SIZE])
{
    static const char letters[SORT_COUNT] = {
        [SORT_POSITION] = 'p',
        [SORT_TIME] = 't',
    };

    if (cursor->sort == SORT_NEWEST)
        snprintf(text, STORE_CURSOR_SIZE, "%s%" PRId64, cursor->running ? "r" : "",
                 cursor->id);
    else
        snprintf(text, STORE_CURSOR_SIZE, "%c%" PRId64 ".%" PRId64,
                 letters[cursor->sort], cursor->key, cursor->id);
}

/* Takes a number from LEAST on, written as we print it, off the front of *TEXT. */
static bool
take_number(const char **text, int64_t least, int64_t *number)
{
    size_t digits = strspn(*text, "0123456789");

    if (digits == 0 || digits > 18 || ((*text)[0] == '0' && digits > 1))
        return false;
    *number = strtoll(*text, NULL, 10);
    *text += digits;
    return *number >= least;
}

bool
store_cursor_parse(const char *text, struct store_cursor *cursor)
{
    struct store_cursor parsed = {
        .running = text[0] == 'r',
        .sort = text[0] == 'p'   ? SORT_POSITION
                : text[0] == 't' ? SORT_TIME
                                 : SORT_NEWEST,
    };

    if (parsed.running || parsed.sort != SORT_NEWEST)
        text++;
    if (parsed.sort != SORT_NEWEST &&
        (!take_number(&text, 0, &parsed.key) || *text++ != '.'))
        return false;
    if (!take_number(&text, 1, &parsed.id) || *text != '\0')
        return false;
    *cursor = parsed;
    return true;
}
