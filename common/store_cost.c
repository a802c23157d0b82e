/*
 * The store, what computations cost, and the front of the queue that this is asked for.
 * Each line of the table is a row of `meta`: "cost:chudnovsky:10".
 */
#include "store_cost.h"

#include "store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 32, THREADS_MOST = 1 << 16 };

static const int radices[2] = {10, 16};

static void
line_key(char key[KEY_SIZE], int algorithm, int radix)
{
    snprintf(key, KEY_SIZE, "cost:%s:%d", algorithm_name((enum algorithm)algorithm),
             radix);
}

static void
speed_key(char key[KEY_SIZE], int algorithm)
{
    snprintf(key, KEY_SIZE, "speed:%s", algorithm_name((enum algorithm)algorithm));
}

#define THREADS_KEY "cost:threads"

/* How many threads VALUE is; 0 for what is no number of them. */
static int
threads_of(const char *value)
{
    char *end;
    long threads = strtol(value, &end, 10);

    return end != value && *end == '\0' && threads > 0 && threads <= THREADS_MOST
               ? (int)threads
               : 0;
}

/* Puts the row KEY, VALUE of the table into TABLE; what is not known is ignored. */
static void
take_line(struct cost_table *table, const char *key, const char *value)
{
    char known[KEY_SIZE];

    if (strcmp(key, THREADS_KEY) == 0)
        table->threads = threads_of(value);
    for (int a = 0; a < ALGORITHM_COUNT; a++)
        for (int r = 0; r < 2; r++) {
            line_key(known, a, radices[r]);
            if (strcmp(key, known) == 0)
                cost_parse(value, &table->lines[a][r]);
        }
}

enum store_rc
store_costs(struct store *s, struct cost_table *table)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc = store_query(s, SQL_COSTS, NO_VALUES, &statement);

    memset(table, 0, sizeof *table);
    while (rc == STORE_OK) {
        char key[KEY_SIZE], value[COST_TEXT_SIZE];

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        store_column_text(statement, 0, key, sizeof key);
        store_column_text(statement, 1, value, sizeof value);
        take_line(table, key, value);
    }
    return rc;
}

/* VALUE under KEY, with the revision if that is new. */
static enum store_rc
set_line(struct store *s, const char *key, const char *value)
{
    sqlite3_stmt *statement;
    int64_t revision;
    bool same = false;
    enum store_rc rc =
        store_first(s, SQL_META_GET, VALUES(value_text(key)), &statement);

    if (rc == STORE_OK) {
        const char *now = (const char *)sqlite3_column_text(statement, 0);

        same = now != NULL && strcmp(now, value) == 0;
        store_reset(statement);
    } else if (rc != STORE_NOT_FOUND) {
        return rc;
    }
    if (same)
        return STORE_OK;
    rc = store_stamp(s, &revision);
    return rc == STORE_OK
               ? store_run(s, SQL_META_SET, VALUES(value_text(key), value_text(value)))
               : rc;
}

static enum store_rc
set_costs(struct store *s, const struct cost_table *table,
          const double speeds[ALGORITHM_COUNT])
{
    char key[KEY_SIZE], text[COST_TEXT_SIZE];
    enum store_rc rc;

    snprintf(text, sizeof text, "%d", table->threads);
    rc = set_line(s, THREADS_KEY, text);
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        for (int r = 0; r < 2 && rc == STORE_OK; r++) {
            if (table->lines[a][r].count == 0)
                continue;
            line_key(key, a, radices[r]);
            cost_print(&table->lines[a][r], text);
            rc = set_line(s, key, text);
        }
        speed_key(key, a);
        if (rc == STORE_OK && speeds[a] > 0)
            rc = store_run(s, SQL_META_SET,
                           VALUES(value_text(key), value_real(speeds[a])));
    }
    return rc;
}

enum store_rc
store_set_costs(struct store *s, const struct cost_table *table,
                const double speeds[ALGORITHM_COUNT])
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, set_costs(s, table, speeds));
    return rc;
}

enum store_rc
store_speeds(struct store *s, double speeds[ALGORITHM_COUNT])
{
    enum store_rc rc = STORE_OK;

    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        sqlite3_stmt *statement;
        char key[KEY_SIZE];

        speeds[a] = 0;
        speed_key(key, a);
        rc = store_first(s, SQL_META_GET, VALUES(value_text(key)), &statement);
        if (rc == STORE_OK) {
            speeds[a] = sqlite3_column_double(statement, 0);
            store_reset(statement);
        } else if (rc != STORE_NOT_FOUND) {
            return rc;
        }
    }
    return STORE_OK;
}

enum store_rc
store_queue_front(struct store *s, struct store_waiting *rows, size_t max,
                  size_t *count)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc =
        store_query(s, SQL_QUEUE_FRONT, VALUES(value_int((int64_t)max)), &statement);

    *count = 0;
    while (rc == STORE_OK) {
        struct store_waiting *w = &rows[*count];

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        w->id = sqlite3_column_int64(statement, 0);
        w->radix = sqlite3_column_int(statement, 1);
        w->position = (uint64_t)sqlite3_column_int64(statement, 2);
        w->algorithm = ALGORITHM_AUTO;
        algorithm_parse((const char *)sqlite3_column_text(statement, 3), &w->algorithm);
        ++*count;
    }
    return rc;
}
