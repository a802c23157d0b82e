/*
 * Dates as strings of digits, as people write them. All functions are pure; any thread
 * may call them.
 */
#ifndef NTHPI_SEARCH_DATE_H
#define NTHPI_SEARCH_DATE_H

#include <stdbool.h>
#include <stddef.h>

enum date_order { DATE_DMY, DATE_MDY, DATE_YMD, DATE_ORDERS };

/* Eight digits and the terminator. */
enum { DATE_SIZE = 9, DATE_FORMS = 2 * DATE_ORDERS };

struct date {
    unsigned day, month, year; /* of the Gregorian calendar; the year 1 .. 9999 */
    enum date_order order;     /* the visitor's own */
};

/* One way to write a date. */
struct date_form {
    enum date_order order;
    bool brief; /* the year in two digits */
    char digits[DATE_SIZE];
};

enum date_problem {
    DATE_GOOD,
    DATE_NONE,       /* there is no such day, or a part is no number */
    DATE_BRIEF_YEAR, /* the year has less than four digits: of which century? */
};

/* Reads the parts of *DATE but for its order from what was typed (NULL: nothing was).
 * Pure. */
enum date_problem date_read(const char *day, const char *month, const char *year,
                            struct date *date);

/* The order in which dates are written where LOCALE is spoken, a range of languages
 * (RFC 4647) such as "en-US" or "zh-Hant-TW": that of short dates in the Common Locale
 * Data Repository of Unicode, release 48. Day, month, year for "", "*" and what is not
 * known. Pure. */
enum date_order date_order_of(const char *locale);

/* The order with NAME (see below), or ELSE_ORDER; NAME may be NULL. Pure. */
enum date_order date_order_find(const char *name, enum date_order else_order);

/* "dmy", "mdy", "ymd"; static storage. */
const char *date_order_name(enum date_order order);

/* All ways to write DATE, those in its own order first. Pure. */
void date_forms(const struct date *date, struct date_form forms[DATE_FORMS]);

#endif
