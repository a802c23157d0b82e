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

/* Reads a date from what was typed (NULL: nothing was). False when there is no such
 * day, or a part is no number. Pure. */
bool date_read(const char *day, const char *month, const char *year, const char *order,
               struct date *date);

/* "dmy", "mdy", "ymd"; static storage. */
const char *date_order_name(enum date_order order);

/* All ways to write DATE, those in its own order first. Pure. */
void date_forms(const struct date *date, struct date_form forms[DATE_FORMS]);

#endif
