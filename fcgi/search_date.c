/*
 * Dates for the search, see search_date.h.
 */
#include "fcgi/search_date.h"

#include <stdio.h>
#include <string.h>

static const char *const order_names[DATE_ORDERS] = {
    [DATE_DMY] = "dmy", [DATE_MDY] = "mdy", [DATE_YMD] = "ymd"};

const char *
date_order_name(enum date_order order)
{
    return order_names[order];
}

/* Reads TEXT, one to four digits, up to MOST; false also for 0. */
static bool
read_part(const char *text, unsigned most, unsigned *out)
{
    size_t length = text != NULL ? strlen(text) : 0;
    *out = 0;
    if (length < 1 || length > 4 || strspn(text, "0123456789") != length)
        return false;
    for (; *text != '\0'; text++)
        *out = *out * 10 + (unsigned)(*text - '0');
    return *out >= 1 && *out <= most;
}

static unsigned
days_of(unsigned month, unsigned year)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2)
        return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool
date_read(const char *day, const char *month, const char *year, const char *order,
          struct date *date)
{
    *date = (struct date){.order = DATE_DMY};
    for (int i = 0; order != NULL && i < DATE_ORDERS; i++)
        if (strcmp(order, order_names[i]) == 0)
            date->order = (enum date_order)i;
    return read_part(year, 9999, &date->year) && read_part(month, 12, &date->month) &&
           read_part(day, days_of(date->month, date->year), &date->day);
}

/* DATE in ORDER; a brief year has its last two digits. */
static void
write_form(const struct date *date, enum date_order order, bool brief,
           struct date_form *form)
{
    char day[3], month[3], year[5];
    form->order = order;
    form->brief = brief;
    snprintf(day, sizeof day, "%02u", date->day % 100);
    snprintf(month, sizeof month, "%02u", date->month % 100);
    if (brief)
        snprintf(year, sizeof year, "%02u", date->year % 100);
    else
        snprintf(year, sizeof year, "%04u", date->year % 10000);
    if (order == DATE_DMY)
        snprintf(form->digits, DATE_SIZE, "%s%s%s", day, month, year);
    else if (order == DATE_MDY)
        snprintf(form->digits, DATE_SIZE, "%s%s%s", month, day, year);
    else
        snprintf(form->digits, DATE_SIZE, "%s%s%s", year, month, day);
}

void
date_forms(const struct date *date, struct date_form forms[DATE_FORMS])
{
    for (int i = 0; i < DATE_ORDERS; i++) {
        /* Its own first, the others in their order. */
        int order = i == 0 ? (int)date->order : i <= (int)date->order ? i - 1 : i;
        write_form(date, (enum date_order)order, false, &forms[2 * i]);
        write_form(date, (enum date_order)order, true, &forms[2 * i + 1]);
    }
}
