/*
 * What a site elsewhere says of a computation, held against what it was asked. A site
 * may be broken, or no friend of ours: the digit of another question, or something that
 * is no digit, must never be taken for an answer. Whether the digit itself is right is
 * the site's word; see cli_site.c.
 */
#include "config.h"

#include "daemon/place.h"

#include <string.h>

/* True when TEXT is digits of RADIX and nothing else. */
static bool
is_digits(const char *text, int64_t radix)
{
    return text[strspn(text, radix == 16 ? "0123456789abcdef" : "0123456789")] == '\0';
}

bool
row_is_sound(const json_t *row)
{
    const char *digit = row_text(row, "digit"), *window = row_text(row, "window");
    int64_t radix = row_number(row, "radix");

    if (row_number(row, "id") <= 0) {
        return false;
    }
    /* What follows the digit may be missing, but does not begin otherwise. */
    return !row_is(row, "done") ||
           (strlen(digit) == 1 && is_digits(digit, radix) &&
            (window[0] == '\0' || (window[0] == digit[0] && is_digits(window, radix) &&
                                   strlen(window) < COMPUTATION_WINDOW_SIZE)));
}

bool
row_answers(const json_t *row, const struct cli_question *q)
{
    return row_number(row, "position") == (int64_t)q->position &&
           row_number(row, "radix") == q->radix &&
           strcmp(row_text(row, "algorithm"), algorithm_name(q->algorithm)) == 0;
}

bool
row_follows(const json_t *newer, const json_t *row)
{
    return row_number(newer, "id") == row_number(row, "id") &&
           row_number(newer, "position") == row_number(row, "position") &&
           row_number(newer, "radix") == row_number(row, "radix") &&
           strcmp(row_text(newer, "algorithm"), row_text(row, "algorithm")) == 0;
}
