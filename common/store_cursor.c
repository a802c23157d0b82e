/*
 * A place in the list as text, for URLs. There is one way to write each place: what
 * is parsed prints as it came.
 */
#include "store_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
store_cursor_print(const struct store_cursor *cursor, char text[STORE_CURSOR_SIZE])
{
    snprintf(text, STORE_CURSOR_SIZE, "%s%" PRId64, cursor->running ? "r" : "",
             cursor->id);
}

bool
store_cursor_parse(const char *text, struct store_cursor *cursor)
{
    struct store_cursor parsed = {.running = text[0] == 'r'};
    size_t digits;

    if (parsed.running)
        text++;
    digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != '\0' || text[0] == '0')
        return false;
    parsed.id = strtoll(text, NULL, 10);
    *cursor = parsed;
    return true;
}
