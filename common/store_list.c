/*
 * The store, reading rows: pages of the list, single rows, and what changed.
 *
 * The list is two ordered lists, one after the other: running rows, then the rest,
 * each newest first. (Its other orders are in store_sorted.c.) A page continues after
 * the row its cursor names (keyset pagination), so the database never counts rows off.
 * A unit test holds every statement to an index that yields the rows in order.
 */
#include "store_list.h"

#include "store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
store_filter_matches(const struct store_filter *filter, const struct computation *c)
{
    return (filter->status < 0 || filter->status == (int)c->status) &&
           (filter->radix == 0 || filter->radix == c->radix) &&
           (filter->algorithm < 0 || filter->algorithm == (int)c->algorithm) &&
           (filter->position == 0 || filter->position == c->position);
}

/* A page under way. */
struct page {
    struct computation *rows;
    size_t max, count;
    bool more; /* a row was found beyond MAX */
};

/* Adds WHICH's rows to PAGE. */
static enum store_rc
add_rows(struct store *s, enum sql which, const struct store_value *values, size_t n,
         struct page *page)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc = store_query(s, which, values, n, &statement);

    while (rc == STORE_OK) {
        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        if (page->count == page->max) {
            page->more = true;
            store_reset(statement);
            break;
        }
        store_read_visible(statement, &page->rows[page->count++]);
    }
    return rc;
}

static const char *
algorithm_or_null(const struct store_filter *f)
{
    return f->algorithm < 0 ? NULL : algorithm_name((enum algorithm)f->algorithm);
}

static enum store_rc
add_running(struct store *s, const struct store_filter *f, int64_t before,
            struct page *page)
{
    if (f->status >= 0 && f->status != STATUS_RUNNING)
        return STORE_OK;
    return add_rows(s, SQL_LIST_RUNNING,
                    VALUES(value_int(before),
                           value_int((int64_t)(page->max - page->count + 1)),
                           value_int(f->radix), value_text(algorithm_or_null(f)),
                           value_int((int64_t)f->position)),
                    page);
}

static enum store_rc
add_others(struct store *s, const struct store_filter *f, int64_t before,
           struct page *page)
{
    const char *algorithm = algorithm_or_null(f);
    const char *status = f->status < 0 ? NULL : status_name((enum status)f->status);
    struct store_value values[6];
    int which = SQL_LIST_OTHERS;
    size_t n = 0;

    if (f->status == STATUS_RUNNING)
        return STORE_OK;
    values[n++] = value_int(before);
    values[n++] = value_int((int64_t)(page->max - page->count + 1));
    if (f->position != 0) {
        values[n++] = value_int(f->radix);
        values[n++] = value_text(algorithm);
        values[n++] = value_int((int64_t)f->position);
        values[n++] = value_text(status);
        return add_rows(s, SQL_LIST_POSITION, values, n, page);
    }
    if (status != NULL) {
        values[n++] = value_text(status);
        which += 4;
    }
    if (f->radix != 0) {
        values[n++] = value_int(f->radix);
        which += 1;
    }
    if (algorithm != NULL) {
        values[n++] = value_text(algorithm);
        which += 2;
    }
    return add_rows(s, (enum sql)which, values, n, page);
}

enum store_rc
store_list(struct store *s, const struct store_filter *filter,
           const struct store_cursor *cursor, struct computation *rows, size_t max,
           size_t *count, struct store_cursor *next)
{
    struct page page = {.rows = rows, .max = max};
    bool began, others_begun = cursor->id != 0 && !cursor->running;
    int64_t before = cursor->id == 0 ? INT64_MAX : cursor->id;
    enum store_rc rc;

    *count = 0;
    rc = store_enter_read(s, &began);
    if (rc != STORE_OK)
        return rc;
    if (filter->sort != SORT_NEWEST) {
        rc = store_list_sorted(s, filter, cursor, rows, max, count, next);
        store_leave_read(s, began);
        return rc;
    }
    if (!others_begun)
        rc = add_running(s, filter, before, &page);
    if (rc == STORE_OK && !page.more)
        rc = add_others(s, filter, others_begun ? before : INT64_MAX, &page);
    store_leave_read(s, began);
    if (rc != STORE_OK)
        return rc;
    *count = page.count;
    if (next != NULL) {
        *next = (struct store_cursor){.id = 0};
        if (page.more && page.count > 0) {
            next->id = rows[page.count - 1].id;
            next->running = rows[page.count - 1].status == STATUS_RUNNING;
        }
    }
    return STORE_OK;
}

static enum store_rc
one_row(struct store *s, enum sql which, const struct store_value *values, size_t n,
        struct computation *c)
{
    sqlite3_stmt *statement;
    enum store_rc rc = store_first(s, which, values, n, &statement);

    if (rc != STORE_OK)
        return rc;
    store_read_visible(statement, c);
    store_reset(statement);
    return STORE_OK;
}

enum store_rc
store_get(struct store *s, int64_t id, struct computation *c)
{
    return one_row(s, SQL_GET, VALUES(value_int(id)), c);
}

enum store_rc
store_find(struct store *s, int radix, uint64_t position, enum algorithm algorithm,
           struct computation *c)
{
    return one_row(s, SQL_FIND,
                   VALUES(value_int(radix), value_int((int64_t)position),
                          value_text(algorithm_name(algorithm))),
                   c);
}

/* The shortest row of STATUS that algorithm RUNS for, of LENGTH to MOST digits, into
 * *C if it is shorter than what is there; *FOUND tells whether there is any. */
static enum store_rc
find_shorter(struct store *s, enum status status, int radix, enum algorithm runs,
             uint64_t length, uint64_t most, struct computation *c, bool *found)
{
    struct computation other;
    enum store_rc rc =
        one_row(s, SQL_COMING,
                VALUES(value_text(status_name(status)), value_int(radix),
                       value_text(algorithm_name(runs)), value_int((int64_t)length),
                       value_int((int64_t)most)),
                &other);

    if (rc == STORE_NOT_FOUND)
        return STORE_OK;
    if (rc == STORE_OK && (!*found || other.position < c->position)) {
        *c = other;
        *found = true;
    }
    return rc;
}

enum store_rc
store_find_coming(struct store *s, const struct limits *limits, int radix,
                  uint64_t length, struct computation *c)
{
    static const enum status order[] = {STATUS_RUNNING, STATUS_QUEUED};
    const struct {
        enum algorithm runs;
        uint64_t most;
    } kinds[] = {{ALGORITHM_CHUDNOVSKY, INT64_MAX},
                 {ALGORITHM_SPIGOT, INT64_MAX},
                 {ALGORITHM_AUTO, auto_prefix_limit(limits, radix)}};
    bool began, found = false;
    enum store_rc rc = store_enter_read(s, &began);

    if (rc != STORE_OK)
        return rc;
    for (size_t i = 0; i < 2 && !found; i++)
        for (size_t k = 0; k < 3 && rc == STORE_OK; k++)
            rc = find_shorter(s, order[i], radix, kinds[k].runs, length, kinds[k].most,
                              c, &found);
    store_leave_read(s, began);
    return rc == STORE_OK && !found ? STORE_NOT_FOUND : rc;
}

/* Adds up the numbers that WHICH has for each status. */
static enum store_rc
count_rows(struct store *s, enum sql which, const struct store_value *values, size_t n,
           int64_t counts[STATUS_COUNT])
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc = store_query(s, which, values, n, &statement);

    memset(counts, 0, STATUS_COUNT * sizeof counts[0]);
    while (rc == STORE_OK) {
        enum status status;

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        if (status_parse((const char *)sqlite3_column_text(statement, 0), &status))
            counts[status] += sqlite3_column_int64(statement, 1);
    }
    return rc;
}

enum store_rc
store_counts(struct store *s, int64_t counts[STATUS_COUNT])
{
    return count_rows(s, SQL_COUNTS, NO_VALUES, counts);
}

enum store_rc
store_counts_of(struct store *s, const struct store_filter *filter,
                int64_t counts[STATUS_COUNT])
{
    const struct store_value values[] = {value_int(filter->radix),
                                         value_text(algorithm_or_null(filter)),
                                         value_int((int64_t)filter->position)};

    if (filter->radix == 0 && filter->algorithm < 0 && filter->position == 0)
        return store_counts(s, counts);
    return filter->position == 0 ? count_rows(s, SQL_TALLY, values, 2, counts)
                                 : count_rows(s, SQL_TALLY_POSITION, values, 3, counts);
}

enum store_rc
store_events(struct store *s, int64_t id, struct event *events, size_t max,
             size_t *count)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc = store_query(
        s, SQL_EVENTS, VALUES(value_int(id), value_int((int64_t)max)), &statement);

    *count = 0;
    while (rc == STORE_OK) {
        struct event *e = &events[*count];

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        e->id = sqlite3_column_int64(statement, 0);
        e->computation_id = sqlite3_column_int64(statement, 1);
        store_column_text(statement, 2, e->stage, sizeof e->stage);
        e->at = sqlite3_column_int64(statement, 3);
        store_column_text(statement, 4, e->detail, sizeof e->detail);
        ++*count;
    }
    /* The newest came first. */
    for (size_t i = 0, j = *count; i + 1 < j; i++) {
        struct event e = events[i];

        events[i] = events[--j];
        events[j] = e;
    }
    return rc;
}
