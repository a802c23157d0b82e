/*
 * With a million computations everything costs what it costs with a hundred: the
 * database's steps for each statement's work, on rows that are the same in both, and
 * the instructions of whole requests.
 */
#include "config.h"

#include "growth_deeds.h"
#include "growth_fixture.h"
#include "growth_probe.h"
#include "store_fixture.h"
#include "temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may be the difference. */
#define RATIO_MAX 1.1

struct growth {
    char dir[64];
    struct fixture small, large;
};

static int
setup(void **state)
{
    struct growth *g = calloc(1, sizeof *g);

    if (g == NULL)
        return -1;
    temporary_make(g->dir, sizeof g->dir);
    snprintf(g->small.path, sizeof g->small.path, "%s/small.db", g->dir);
    snprintf(g->large.path, sizeof g->large.path, "%s/large.db", g->dir);
    growth_make(g->small.path, false);
    growth_make(g->large.path, true);
    g->small.s = fixture_open(&g->small, STORE_DURABLE);
    g->large.s = fixture_open(&g->large, STORE_DURABLE);
    *state = g;
    return 0;
}

static int
teardown(void **state)
{
    struct growth *g = *state;

    store_close(g->small.s);
    store_close(g->large.s);
    temporary_remove(g->dir);
    free(g);
    return 0;
}

/* The steps that the virtual machine of SQLite took for F since the last call; none
 * of them sorted. */
static int
steps(struct fixture *f)
{
    int sum = 0;

    for (size_t i = 0; i < SQL_COUNT; i++) {
        sqlite3_stmt *statement = f->s->statements[i];

        if (statement == NULL)
            continue;
        sum += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
        assert_int_equal(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 1), 0);
        assert_int_equal(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_AUTOINDEX, 1),
                         0);
    }
    return sum;
}

/* ---- lists ---- */

/* Steps of a list without rows, at most, and of each row. */
enum { LIST_STEPS = 150, ROW_STEPS = 40 };

static void
check_list(struct fixture *f, const struct store_filter *filter, int64_t after)
{
    static struct computation rows[GROWTH_SHOWN];
    const struct store_cursor cursor = {.id = after};
    size_t count;

    steps(f);
    assert_int_equal(
        store_list(f->s, filter, &cursor, rows, GROWTH_SHOWN, &count, NULL), STORE_OK);
    int taken = steps(f), most = LIST_STEPS + ROW_STEPS * (int)(count + 1);
    if (taken > most)
        fail_msg("%s: status %d, radix %d, algorithm %d, position %d, after %d:"
                 " %d steps for %zu rows, at most %d are right",
                 f->path, filter->status, filter->radix, filter->algorithm,
                 (int)filter->position, (int)after, taken, count, most);
}

static void
every_filter_costs_what_it_shows(void **state)
{
    static const int64_t cursors[] = {0, GROWTH_DEEP + 1, 1, 3};
    static const int radices[] = {0, 10, 16};
    struct growth *g = *state;
    struct store_filter filter = STORE_FILTER_ANY;

    for (filter.status = -1; filter.status < STATUS_COUNT; filter.status++)
        for (size_t r = 0; r < 3; r++)
            for (filter.algorithm = -1; filter.algorithm < ALGORITHM_COUNT;
                 filter.algorithm++)
                for (size_t c = 0; c < 4; c++) {
                    filter.radix = radices[r];
                    filter.position = 0;
                    check_list(&g->small, &filter, cursors[c]);
                    check_list(&g->large, &filter, cursors[c]);
                    filter.position = GROWTH_DEEP - 1;
                    check_list(&g->small, &filter, cursors[c]);
                    check_list(&g->large, &filter, cursors[c]);
                }
}

/* ---- everything else ---- */

static void
the_database_takes_the_same_steps(void **state)
{
    struct growth *g = *state;

    for (size_t i = 0; i < GROWTH_DEEDS; i++) {
        steps(&g->small);
        steps(&g->large);
        growth_deeds[i].run(&g->small);
        growth_deeds[i].run(&g->large);
        int small = steps(&g->small), large = steps(&g->large);
        print_message("# %s: %d steps, %d with a million rows\n", growth_deeds[i].name,
                      small, large);
        assert_true(small > 0);
        if (large > small * RATIO_MAX)
            fail_msg("%s: %d steps instead of %d", growth_deeds[i].name, large, small);
    }
    /* Nothing was forgotten. */
    for (enum sql which = 0; which < SQL_COUNT; which++)
        if (g->large.s->statements[which] == NULL)
            fail_msg("was not tried: %s", store_sql[which]);
}

static void
opening_reads_a_few_pages(void **state)
{
    struct growth *g = *state;
    struct store *s = fixture_open(&g->large, STORE_DURABLE);
    int pages, most;

    assert_int_equal(
        sqlite3_db_status(s->db, SQLITE_DBSTATUS_CACHE_MISS, &pages, &most, 0),
        SQLITE_OK);
    assert_true(pages > 0 && pages < 20);
    store_close(s);
}

/* The test itself must be able to find fault. */
static void
a_walk_through_all_rows_is_noticed(void **state)
{
    static const char sql[] = "SELECT count(*) FROM computation WHERE phase = ''";
    struct growth *g = *state;
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_prepare_v2(g->large.s->db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_true(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0) >
                GROWTH_ROWS);
    sqlite3_finalize(statement);
}

#ifndef NTHPI_SANITIZED /* valgrind does not run such programs */
static void
requests_take_the_same_instructions(void **state)
{
    struct growth *g = *state;
    double small[PROBES], large[PROBES];
    bool good = true;

    growth_probe_count(g->dir, g->small.path, small);
    growth_probe_count(g->dir, g->large.path, large);
    for (size_t i = 0; i < PROBES; i++) {
        double ratio = large[i] / small[i];

        print_message("# %s: %.0f instructions, %.0f with a million rows: %.3f\n",
                      growth_probe_name(i), small[i], large[i], ratio);
        good = good && ratio < RATIO_MAX;
    }
    assert_true(good);
}
#endif

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_reads_a_few_pages),
        cmocka_unit_test(every_filter_costs_what_it_shows),
#ifndef NTHPI_SANITIZED
        cmocka_unit_test(requests_take_the_same_instructions),
#endif
        cmocka_unit_test(the_database_takes_the_same_steps),
        cmocka_unit_test(a_walk_through_all_rows_is_noticed),
    };

    if (argc == 3 && strcmp(argv[1], "--probe") == 0) {
        growth_probe_run(argv[2]);
        return 0;
    }
    return cmocka_run_group_tests_name("growth", tests, setup, teardown);
}
