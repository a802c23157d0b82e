/*
 * The query planner's word for every statement of the store: none reads all of
 * `computation`, none sorts in a temporary table. It is asked with the tables
 * empty and without statistics, as every database of ours is.
 */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

/* Statements without a plan. */
static bool
has_plan(enum sql which)
{
    return which > SQL_DATA_VERSION;
}

/* Partial indexes over rows that are few: a whole one may be read. */
static bool
is_bounded(const char *detail)
{
    return strstr(detail, "USING INDEX computation_oldest") != NULL ||
           strstr(detail, "USING INDEX computation_smallest") != NULL ||
           strstr(detail, "USING INDEX computation_leased") != NULL;
}

static void
check_plan(struct fixture *f, enum sql which)
{
    sqlite3_stmt *statement;
    char sql[2048];
    int rows = 0;

    assert_non_null(store_sql[which]);
    assert_true((size_t)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s",
                                 store_sql[which]) < sizeof sql);
    if (sqlite3_prepare_v2(f->s->db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(f->s->db));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(statement, 3);

        rows++;
        if (strstr(detail, "USE TEMP B-TREE") != NULL)
            fail_msg("%s\n%s", sql, detail);
        if (strncmp(detail, "SCAN computation", 16) == 0 && !is_bounded(detail))
            fail_msg("%s\n%s", sql, detail);
        if (strncmp(detail, "SCAN event", 10) == 0 ||
            strncmp(detail, "SCAN asker", 10) == 0)
            fail_msg("%s\n%s", sql, detail);
    }
    sqlite3_finalize(statement);
    assert_true(rows > 0 || strncmp(store_sql[which], "INSERT", 6) == 0);
}

static void
every_statement_uses_an_index(void **state)
{
    for (enum sql which = 0; which < SQL_COUNT; which++)
        if (has_plan(which))
            check_plan(*state, which);
}

/* Every filter of the list is a part of the index, not a test on each row. */
static void
filters_are_in_the_index(void **state)
{
    static const struct {
        enum sql which;
        const char *terms;
    } cases[] = {
        {SQL_LIST_RUNNING, "(status=? AND rowid<?)"},
        {SQL_LIST_POSITION, "(position=? AND rowid<?)"},
        {SQL_LIST_OTHERS, "(rowid<?)"},
        {SQL_LIST_OTHERS_R, "(radix=? AND rowid<?)"},
        {SQL_LIST_OTHERS_A, "(algorithm=? AND rowid<?)"},
        {SQL_LIST_OTHERS_RA, "(radix=? AND algorithm=? AND rowid<?)"},
        {SQL_LIST_S, "(status=? AND rowid<?)"},
        {SQL_LIST_SR, "(status=? AND radix=? AND rowid<?)"},
        {SQL_LIST_SA, "(status=? AND algorithm=? AND rowid<?)"},
        {SQL_LIST_SRA, "(status=? AND radix=? AND algorithm=? AND rowid<?)"},
        {SQL_CHANGED, "(revision>?)"},
        {SQL_COMING, "(status=? AND radix=? AND position>?)"},
        {SQL_WISHES, "(lease_owner=?)"},
        {SQL_PRUNE_BURY, "(ended_at<?)"},
        {SQL_EVENT_TRIM, "(computation_id=? AND rowid<?)"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sqlite3_stmt *statement;
        char sql[2048];
        const char *detail;

        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", store_sql[cases[i].which]);
        assert_int_equal(sqlite3_prepare_v2(f->s->db, sql, -1, &statement, NULL),
                         SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        detail = (const char *)sqlite3_column_text(statement, 3);
        if (strstr(detail, cases[i].terms) == NULL)
            fail_msg("%s\n%s", sql, detail);
        sqlite3_finalize(statement);
    }
}

/* The test itself must be able to find fault. */
static void
a_scan_is_recognised(void **state)
{
    struct fixture *f = *state;
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_prepare_v2(f->s->db,
                                        "EXPLAIN QUERY PLAN SELECT phase FROM"
                                        " computation ORDER BY phase",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 3),
                        "SCAN computation");
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 3),
                        "USE TEMP B-TREE FOR ORDER BY");
    sqlite3_finalize(statement);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_statement_uses_an_index, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(filters_are_in_the_index, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_scan_is_recognised, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests_name("store_plan", tests, NULL, NULL);
}
