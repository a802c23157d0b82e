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

enum date_problem
date_read(const char *day, const char *month, const char *year, struct date *date)
{
    bool good = read_part(year, 9999, &date->year) &&
                read_part(month, 12, &date->month) && read_part(day, 31, &date->day);
    if (good && strlen(year) < 4)
        return DATE_BRIEF_YEAR;
    good = good && date->day <= days_of(date->month, date->year);
    return good ? DATE_GOOD : DATE_NONE;
}

enum date_order
date_order_find(const char *name, enum date_order else_order)
{
    for (int i = 0; name != NULL && i < DATE_ORDERS; i++)
        if (strcmp(name, order_names[i]) == 0)
            return (enum date_order)i;
    return else_order;
}

/* ---- where which order is used ---- */

/* Languages, and regions that differ from the rest of their language. Of English each
 * region is for itself: what is not here writes the day first. */
static const char *const places[DATE_ORDERS] = {
    [DATE_DMY] = " se-fi sv-fi zh-hk zh-mo ",
    [DATE_MDY] = " ceb chr ee en en-as en-gu en-mp en-ph en-pr en-um en-us en-vi es-pa "
                 "es-pr fil tl xh ",
    [DATE_YMD] = " af ak bo dz en-ca en-jp en-se en-za eo eu fa fr-ca hu ii ja ko lkt "
                 "lt mn ne se si sv tn zh zu ",
};

/* The order of the place with TAG, in lower case; false: it is not in the table. */
static bool
find_place(const char *tag, enum date_order *order)
{
    char word[16];
    snprintf(word, sizeof word, " %s ", tag);
    for (int i = 0; i < DATE_ORDERS; i++)
        if (strstr(places[i], word) != NULL) {
            *order = (enum date_order)i;
            return true;
        }
    return false;
}

/* The subtag of LOCALE for the region: behind those for the language and the script,
 * two letters or three digits (RFC 5646, 2.1); "" when there is none. */
static const char *
region_of(const char *locale, size_t *length)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *p = locale + strcspn(locale, "-");
    while (*p == '-') {
        *length = strcspn(++p, "-");
        if ((*length == 2 && strspn(p, letters) >= 2) ||
            (*length == 3 && strspn(p, "0123456789") >= 3))
            return p;
        if (*length < 2) /* of here on it says other things */
            break;
        p += *length;
    }
    *length = 0;
    return "";
}

enum date_order
date_order_of(const char *locale)
{
    enum { LANGUAGE_MOST = 3 };
    size_t length = strcspn(locale, "-"), region_length;
    const char *region = region_of(locale, &region_length);
    char tag[LANGUAGE_MOST + 5] = "";
    enum date_order order = DATE_DMY;
    if (length < 2 || length > LANGUAGE_MOST)
        return DATE_DMY;
    for (size_t i = 0; i < length; i++)
        tag[i] = (char)(locale[i] | 0x20); /* in lower case, if it is a letter */
    tag[length] = '\0';
    bool english = strcmp(tag, "en") == 0;
    if (region_length > 0) {
        tag[length] = '-';
        for (size_t i = 0; i < region_length; i++)
            tag[length + 1 + i] = (char)(region[i] | 0x20);
        tag[length + 1 + region_length] = '\0';
        if (find_place(tag, &order) || english)
            return order;
        tag[length] = '\0';
    }
    find_place(tag, &order);
    return order;
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
