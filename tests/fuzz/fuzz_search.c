/*
 * Searching: what is typed becomes a string of digits or is refused, and that string is
 * found where a search at every position finds it; a date that is read is a day, and
 * its ways to be written are digits; an index's name has one way to be written.
 */
#include "config.h"

#include "fuzz.h"

#include "common/search.h"
#include "fcgi/search_date.h"

#include <stdlib.h>
#include <string.h>

static void
check_parse(const char *text, int radix)
{
    const char *digits = radix == 16 ? "0123456789abcdef" : "0123456789";
    struct search_ask ask, again;
    enum search_problem problem = search_parse(text, radix, &ask);
    PROPERTY(ask.length <= SEARCH_LENGTH_MOST && ask.length == strlen(ask.text));
    PROPERTY(strspn(ask.text, digits) == ask.length);
    if (problem == SEARCH_GOOD) {
        PROPERTY(ask.length > 0);
        PROPERTY(search_parse(ask.text, radix, &again) == SEARCH_GOOD);
        PROPERTY(strcmp(ask.text, again.text) == 0);
        PROPERTY(!ask.pointed || (ask.length > 1 && ask.text[0] == '3'));
    }
}

/* The first LENGTH bytes of the input are looked for in the others. */
static void
check_scan(const uint8_t *data, size_t size, size_t length)
{
    const char *text = (const char *)data + length, *pattern = (const char *)data;
    size_t left = size - length, expected = left;
    for (size_t i = 0; expected == left && i + length <= left; i++)
        if (memcmp(text + i, pattern, length) == 0)
            expected = i;
    PROPERTY(search_next(text, left, pattern, length) == expected);
}

/* The words of TEXT as the parts of a date; it is cut up. */
static void
check_date(char *text)
{
    char *rest = NULL;
    const char *day = strtok_r(text, " ", &rest), *month = strtok_r(NULL, " ", &rest);
    const char *year = strtok_r(NULL, " ", &rest), *order = strtok_r(NULL, " ", &rest);
    struct date_form forms[DATE_FORMS];
    struct date date;
    date.order = date_order_find(order, date_order_of(rest != NULL ? rest : ""));
    PROPERTY(date.order < DATE_ORDERS);
    if (date_read(day, month, year, &date) != DATE_GOOD)
        return;
    PROPERTY(date.day >= 1 && date.day <= 31 && date.month >= 1 && date.month <= 12);
    PROPERTY(date.year >= 1 && date.year <= 9999);
    date_forms(&date, forms);
    for (size_t i = 0; i < DATE_FORMS; i++) {
        size_t length = strlen(forms[i].digits);
        PROPERTY(length == (forms[i].brief ? 6 : 8));
        PROPERTY(strspn(forms[i].digits, "0123456789") == length);
    }
}

static void
check_name(const char *text)
{
    char name[DIGITS_NAME_SIZE];
    uint64_t length;
    int radix;
    if (!search_parse_name(text, &radix, &length))
        return;
    search_index_name(name, radix, length);
    PROPERTY(strcmp(name, text) == 0 && strchr(text, '/') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_parse(text, 10);
    check_parse(text, 16);
    check_name(text);
    check_date(text);
    free(text);
    size_t length = (size_t)fuzz_number(&data, &size, 1);
    if (length > 0 && length <= size)
        check_scan(data, size, length);
    return 0;
}
