/*
 * What is well-formed is read here, with a value that stops growing once it is beyond
 * any position; all else is left to position_parse(), which says what is wrong with it.
 */
#include "position.h"

#include <string.h>

#define WHITE_SPACE " \t\n\v\f\r"
#define DIGITS      "0123456789"

/* More than any position; ten times that, and a digit, still fits. */
#define TOO_LARGE (10 * POSITION_MAX)

/* What may stand between groups. */
static const char *const separators[] = {
    "\xc2\xa0",     /* no-break space */
    "\xe2\x80\xaf", /* narrow no-break space */
    "\xe2\x80\x89", /* thin space */
    ",",
    " ",
    "'",
    "_",
    "\xe2\x80\x99", /* right single quotation mark */
};

/* The first of them are BLANKS. */
enum { SEPARATORS = sizeof separators / sizeof *separators, BLANKS = 3 };

/* VALUE with the COUNT digits at TEXT after it. */
static uint64_t
append(uint64_t value, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value < TOO_LARGE)
            value = 10 * value + (uint64_t)(text[i] - '0');
    return value;
}

/* The separator that TEXT begins with, or NULL. */
static const char *
find_separator(const char *text)
{
    for (size_t i = 0; i < SEPARATORS; i++)
        if (strncmp(text, separators[i], strlen(separators[i])) == 0)
            return separators[i];
    return NULL;
}

/* Takes white space and the blanks among the separators, which pasting brings along,
 * off both ends of the text from *TEXT to *END. */
static void
strip(const char **text, const char **end)
{
    bool found;

    do {
        size_t spaces = strspn(*text, WHITE_SPACE);
        found = spaces > 0;
        *text += spaces;
        while (*end > *text && strchr(WHITE_SPACE, (*end)[-1]) != NULL)
            (*end)--;
        for (size_t i = 0; i < BLANKS; i++) {
            size_t size = strlen(separators[i]);
            if (strncmp(*text, separators[i], size) == 0 && *end >= *text + size) {
                *text += size;
                found = true;
            }
            if (*end >= *text + size && memcmp(*end - size, separators[i], size) == 0) {
                *end -= size;
                found = true;
            }
        }
    } while (found);
}

/* Reads groups of three that end at END. */
static bool
read_groups(const char *text, const char *end, uint64_t *value)
{
    size_t digits = strspn(text, DIGITS);
    const char *separator = find_separator(text + digits);

    if (digits < 1 || digits > 3 || text[0] == '0' || separator == NULL)
        return false;
    *value = append(0, text, digits);
    text += digits;
    while (text < end) {
        if (strncmp(text, separator, strlen(separator)) != 0)
            return false;
        text += strlen(separator);
        if (strspn(text, DIGITS) != 3)
            return false;
        *value = append(*value, text, 3);
        text += 3;
    }
    return text == end;
}

/* Reads a power of ten that ends at END. */
static bool
read_power(const char *text, const char *end, uint64_t *value)
{
    size_t digits = strspn(text, DIGITS), exponent_digits;
    const char *mark = text + digits, *exponent = mark + 1;
    uint64_t exponent_value;

    if (digits == 0)
        return false;
    if (*mark == '^') {
        if (digits != 2 || strncmp(text, "10", 2) != 0)
            return false;
        *value = 1;
    } else if (*mark == 'e' || *mark == 'E') {
        exponent += *exponent == '+';
        *value = append(0, text, digits);
    } else {
        return false;
    }
    exponent_digits = strspn(exponent, DIGITS);
    if (exponent_digits == 0 || exponent + exponent_digits != end)
        return false;
    exponent_value = append(0, exponent, exponent_digits);
    while (exponent_value > 0 && *value > 0 && *value < TOO_LARGE) {
        *value *= 10;
        exponent_value--;
    }
    return true;
}

enum ask_problem
position_read(const char *text, uint64_t *position)
{
    const char *start = text, *end;
    uint64_t value;

    if (text == NULL)
        return ASK_EMPTY;
    end = start + strlen(start);
    strip(&start, &end);
    if (end > start && strspn(start, DIGITS) == (size_t)(end - start))
        value = append(0, start, (size_t)(end - start));
    else if (!read_groups(start, end, &value) && !read_power(start, end, &value))
        return position_parse(text, position);
    if (value == 0)
        return ASK_ZERO;
    if (value > POSITION_MAX)
        return ASK_ABOVE_LIMIT;
    *position = value;
    return ASK_OK;
}
