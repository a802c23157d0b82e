/*
 * The store, counts of digits as text and back, and the speeds of computations: a
 * walk along an index in leaps.
 */
#include "store_statistics.h"

#include "store_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Room for a number with a space, and for all pairs. */
enum { NUMBER = 21, PAIRS = STATISTICS_KINDS * STATISTICS_KINDS };

/* Appends N to TEXT, which has USED characters; how many it has then. */
static size_t
print_number(char *text, size_t used, uint64_t n)
{
    return used + (size_t)snprintf(text + used, NUMBER + 1, "%s%" PRIu64,
                                   used == 0 ? "" : " ", n);
}

/* Takes a number off *TEXT; false when there is none. */
static bool
read_number(const char **text, uint64_t *n)
{
    char *end;

    if (**text == ' ')
        ++*text;
    if (**text < '0' || **text > '9')
        return false;
    *n = strtoull(*text, &end, 10);
    *text = end;
    return true;
}

/* Fills STATISTICS' counts from what is kept of them; false when that is nonsense. */
static bool
parse(struct statistics *statistics, const char *digits, const char *pairs)
{
    uint64_t total = 0, all_pairs = 0, began;

    for (int a = 0; a < statistics->radix; a++) {
        if (!read_number(&digits, &statistics->digits[a]))
            return false;
        total += statistics->digits[a];
        began = 0;
        for (int b = 0; b < statistics->radix; b++) {
            if (!read_number(&pairs, &statistics->pairs[a][b]))
                return false;
            began += statistics->pairs[a][b];
        }
        all_pairs += began;
        if (began + 1 == statistics->digits[a])
            statistics->last = a; /* the only digit that begins no pair */
        else if (began != statistics->digits[a])
            return false;
    }
    return *digits == '\0' && *pairs == '\0' && total == statistics->length &&
           all_pairs + 1 == total;
}

enum store_rc
store_statistics(struct store *s, int radix, uint64_t length,
                 struct statistics *statistics)
{
    sqlite3_stmt *statement;
    enum store_rc rc =
        store_first(s, SQL_STATISTICS_GET,
                    VALUES(value_int(radix), value_int((int64_t)length)), &statement);

    if (rc != STORE_OK)
        return rc;
    statistics_init(statistics, radix);
    statistics->length = length;
    if (!parse(statistics, (const char *)sqlite3_column_text(statement, 0),
               (const char *)sqlite3_column_text(statement, 1)))
        rc = STORE_CORRUPT;
    store_reset(statement);
    return rc;
}

bool
store_has_statistics(struct store *s, int radix, uint64_t length)
{
    int64_t found;

    return store_integer(s, SQL_STATISTICS_HAS,
                         VALUES(value_int(radix), value_int((int64_t)length)),
                         &found) == STORE_OK;
}

static enum store_rc
keep(struct store *s, const struct statistics *statistics, const char *digits,
     const char *pairs)
{
    int64_t revision;
    enum store_rc rc = store_stamp(s, &revision);

    if (rc == STORE_OK)
        rc = store_run(s, SQL_STATISTICS_KEEP,
                       VALUES(value_int(statistics->radix),
                              value_int((int64_t)statistics->length),
                              value_text(digits), value_text(pairs)));
    return rc;
}

enum store_rc
store_keep_statistics(struct store *s, const struct statistics *statistics)
{
    char digits[STATISTICS_KINDS * NUMBER + 1], pairs[PAIRS * NUMBER + 1];
    size_t digits_used = 0, pairs_used = 0;
    enum store_rc rc;

    digits[0] = pairs[0] = '\0';
    for (int a = 0; a < statistics->radix; a++) {
        digits_used = print_number(digits, digits_used, statistics->digits[a]);
        for (int b = 0; b < statistics->radix; b++)
            pairs_used = print_number(pairs, pairs_used, statistics->pairs[a][b]);
    }
    rc = store_begin(s);
    if (rc == STORE_OK)
        rc = store_end(s, keep(s, statistics, digits, pairs));
    return rc;
}

enum store_rc
store_timings(struct store *s, int radix, enum algorithm method,
              struct store_speed speeds[STORE_SPEEDS_MAX], size_t *count)
{
    const double leap = pow(10, 1.0 / STORE_SPEEDS_A_DECADE);
    uint64_t from = 1;
    enum store_rc rc = STORE_OK;

    *count = 0;
    while (rc == STORE_OK && *count < STORE_SPEEDS_MAX) {
        struct store_speed *speed = &speeds[*count];
        sqlite3_stmt *statement;

        rc = store_first(s, SQL_SPEED,
                         VALUES(value_int(radix), value_text(algorithm_name(method)),
                                value_int((int64_t)from)),
                         &statement);
        if (rc != STORE_OK)
            break;
        speed->id = sqlite3_column_int64(statement, 0);
        speed->position = (uint64_t)sqlite3_column_int64(statement, 1);
        speed->wall_s = sqlite3_column_double(statement, 2);
        speed->cpu_s = sqlite3_column_type(statement, 3) == SQLITE_NULL
                           ? -1
                           : sqlite3_column_double(statement, 3);
        store_reset(statement);
        from = (uint64_t)ceil((double)speed->position * leap);
        ++*count;
    }
    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
