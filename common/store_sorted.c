/*
 * The store, the list by position and by time taken.
 *
 * No index has the rows of every filter in such an order, and one for each filter
 * would have to be kept up with every change of a row. So the rows are looked at as
 * streams, one for each status, radix and algorithm: an index has each in order. A
 * page is merged from the streams of its filter: of each are read, from the index
 * alone, no more entries than a page has and no more than still come before what the
 * others brought. The rows themselves are read at the end, by their ids. All streams
 * together are forty, so the cost has a bound whatever the number of rows.
 */
#include "store_list.h"

#include "store_internal.h"

#include <stdlib.h>

/* A row's place in the order. */
struct place {
    int64_t key, id;
};

/* The first places after a cursor, as far as is known. */
struct merge {
    int sort; /* enum store_sort */
    struct store_cursor from;
    struct place *places;
    size_t max, count;
};

static bool
comes_before(int sort, struct place a, struct place b)
{
    if (sort == SORT_TIME)
        return a.key > b.key || (a.key == b.key && a.id > b.id);
    return a.key < b.key || (a.key == b.key && a.id < b.id);
}

/* Puts PLACE where it belongs. False: no place after it is of use, either. */
static bool
take_place(struct merge *m, struct place place)
{
    struct place from = {m->from.key, m->from.id};
    size_t i = m->count;

    if (m->from.id != 0 && !comes_before(m->sort, from, place))
        return true;
    if (m->count == m->max) {
        if (!comes_before(m->sort, place, m->places[m->max - 1]))
            return false;
        i--;
    } else {
        m->count++;
    }
    for (; i > 0 && comes_before(m->sort, place, m->places[i - 1]); i--)
        m->places[i] = m->places[i - 1];
    m->places[i] = place;
    return true;
}

/* Merges the places that WHICH finds. */
static enum store_rc
merge_places(struct store *s, struct merge *m, enum sql which,
             const struct store_value *values, size_t n)
{
    sqlite3_stmt *statement;
    bool row;
    enum store_rc rc = store_query(s, which, values, n, &statement);

    while (rc == STORE_OK) {
        struct place place;

        rc = store_step(s, statement, &row);
        if (rc != STORE_OK || !row)
            break;
        place.key = sqlite3_column_int64(statement, 0);
        place.id = sqlite3_column_int64(statement, 1);
        if (!take_place(m, place)) {
            store_reset(statement);
            break;
        }
    }
    return rc;
}

static enum store_rc
merge_stream(struct store *s, struct merge *m, enum status status, int radix,
             enum algorithm algorithm)
{
    /* One more: at its position the cursor itself is found. */
    struct store_value limit = value_int((int64_t)m->max + 1);
    struct store_value values[] = {
        value_text(status_name(status)),
        value_int(radix),
        value_text(algorithm_name(algorithm)),
        limit,
        value_int(m->from.key),
        value_int(m->from.id),
    };
    enum store_rc rc = STORE_OK;

    if (m->sort == SORT_POSITION)
        return merge_places(s, m, SQL_BY_POSITION, values, 5);
    if (m->from.id != 0)
        rc = merge_places(s, m, SQL_BY_TIME_TIES, values, 6);
    else
        values[4] = value_int(INT64_MAX);
    return rc == STORE_OK ? merge_places(s, m, SQL_BY_TIME, values, 5) : rc;
}

static enum store_rc
merge_streams(struct store *s, struct merge *m, const struct store_filter *filter)
{
    static const int radices[] = {10, 16};
    enum store_rc rc = STORE_OK;

    for (int status = 0; status < STATUS_COUNT; status++)
        for (int algorithm = 0; algorithm < ALGORITHM_COUNT; algorithm++)
            for (size_t r = 0; r < 2 && rc == STORE_OK; r++)
                if ((filter->status < 0 || filter->status == status) &&
                    (filter->algorithm < 0 || filter->algorithm == algorithm) &&
                    (filter->radix == 0 || filter->radix == radices[r]))
                    rc = merge_stream(s, m, (enum status)status, radices[r],
                                      (enum algorithm)algorithm);
    return rc;
}

/* The rows of one position are one for each radix and algorithm. */
static enum store_rc
merge_position(struct store *s, struct merge *m, const struct store_filter *filter)
{
    enum { MOST = 2 * ALGORITHM_COUNT };
    struct store_filter by_age = *filter;
    const struct store_cursor start = {.id = 0};
    struct computation rows[MOST];
    size_t count;
    enum store_rc rc;

    by_age.sort = SORT_NEWEST;
    rc = store_list(s, &by_age, &start, rows, MOST, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        double time = rows[i].wall_s > 0 ? rows[i].wall_s * 1000000 : 0;
        struct place place = {
            m->sort == SORT_TIME ? (int64_t)time : (int64_t)rows[i].position,
            rows[i].id,
        };

        take_place(m, place);
    }
    return rc;
}

enum store_rc
store_list_sorted(struct store *s, const struct store_filter *filter,
                  const struct store_cursor *cursor, struct computation *rows,
                  size_t max, size_t *count, struct store_cursor *next)
{
    struct merge m = {.sort = filter->sort, .from = *cursor, .max = max + 1};
    enum store_rc rc;

    *count = 0;
    m.places = calloc(m.max, sizeof *m.places);
    if (m.places == NULL)
        return STORE_ERROR;
    rc = filter->position != 0 ? merge_position(s, &m, filter)
                               : merge_streams(s, &m, filter);
    while (rc == STORE_OK && *count < m.count && *count < max) {
        rc = store_get(s, m.places[*count].id, &rows[*count]);
        ++*count;
    }
    if (rc == STORE_OK && next != NULL) {
        *next = (struct store_cursor){.id = 0};
        if (m.count > max && max > 0)
            *next = (struct store_cursor){
                .sort = m.sort,
                .key = m.places[max - 1].key,
                .id = m.places[max - 1].id,
            };
    }
    free(m.places);
    return rc;
}
