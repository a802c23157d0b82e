/*
 * The query planner's word for every statement of the store: none reads all of
 * a table that grows, none sorts in a temporary one. It is asked with the tables
 * empty and without statistics, as every database of ours is.
 */
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Statements without a plan. */
static bool
has_plan(enum sql which)
{
    return which > SQL_DATA_VERSION;
}

/* What may be read from its beginning to its end, and why that does not grow. */
static const struct {
    enum sql which;
    const char *detail;
    const char *reason;
} bounded[] = {
    {SQL_COUNTS, "SCAN counter", "a row for each status"},
    {SQL_TALLY, "SCAN tally", "a row for each status, radix and algorithm"},
    {SQL_QUEUE_FRONT, "SCAN computation USING INDEX computation_turn",
     "queued rows in order, up to the limit"},
    {SQL_PENDING_TURN, "SCAN computation USING INDEX computation_turn",
     "queued rows in order, up to the limit; more only past those that back off"},
    {SQL_PENDING_SMALL, "SCAN computation USING INDEX computation_small", "the same"},
    {SQL_PENDING_SMALLEST, "SCAN computation USING INDEX computation_smallest",
     "the same"},
    {SQL_LEASED, "SCAN computation USING INDEX computation_leased",
     "leased rows: no more than daemons run workers"},
    {SQL_BOOT_LEASES, "SCAN computation USING INDEX computation_leased", "the same"},
    {SQL_BOOT_DELAYS, "SCAN computation USING INDEX computation_oldest",
     "queued rows, once after the machine started"},
    {SQL_TOMBSTONES_LAST, "SCAN removed USING COVERING INDEX removed_revision",
     "from the end, as many as are kept"},
    {SQL_ASKER_JOIN, "SCAN CONSTANT ROW", "no table"},
};

static bool
is_bounded(enum sql which, const char *detail)
{
    for (size_t i = 0; i < sizeof bounded / sizeof bounded[0]; i++)
        if (bounded[i].which == which && strcmp(bounded[i].detail, detail) == 0)
            return true;
    return false;
}

/* Asks for the plan of WHICH, and of the triggers that it fires; returns how many
 * lines there were. With NTHPI_PLANS set in the environment they are shown. */
static int
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
    for (; sqlite3_step(statement) == SQLITE_ROW; rows++) {
        const char *detail = (const char *)sqlite3_column_text(statement, 3);

        if (detail == NULL) /* the head of what a foreign key does */
            continue;
        if (getenv("NTHPI_PLANS") != NULL)
            print_message("# %.60s | %s\n", store_sql[which], detail);
        if (strstr(detail, "USE TEMP B-TREE") != NULL)
            fail_msg("%s\n%s", sql, detail);
        if (strncmp(detail, "SCAN ", 5) == 0 && !is_bounded(which, detail))
            fail_msg("%s\n%s", sql, detail);
    }
    sqlite3_finalize(statement);
    assert_true(rows > 0 || strncmp(store_sql[which], "INSERT", 6) == 0);
    return rows;
}

static void
every_statement_uses_an_index(void **state)
{
    struct fixture *f = *state;
    int without = 0, with = 0, on;

    for (enum sql which = 0; which < SQL_COUNT; which++)
        if (has_plan(which))
            without += check_plan(f, which);
    /* Again with what triggers and foreign keys do. */
    assert_int_equal(sqlite3_db_config(f->s->db, SQLITE_DBCONFIG_TRIGGER_EQP, 1, &on),
                     SQLITE_OK);
    assert_true(on);
    for (enum sql which = 0; which < SQL_COUNT; which++)
        if (has_plan(which))
            with += check_plan(f, which);
    assert_true(with > without);
}

/* An exception that is not needed any more goes. */
static void
every_exception_is_one(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof bounded / sizeof bounded[0]; i++) {
        sqlite3_stmt *statement;
        char sql[2048];
        bool found = false;

        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", store_sql[bounded[i].which]);
        assert_int_equal(sqlite3_prepare_v2(f->s->db, sql, -1, &statement, NULL),
                         SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW)
            found = found || strcmp((const char *)sqlite3_column_text(statement, 3),
                                    bounded[i].detail) == 0;
        sqlite3_finalize(statement);
        if (!found)
            fail_msg("not in the plan: %s (%s)", bounded[i].detail, bounded[i].reason);
    }
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
        {SQL_TALLY_POSITION, "(position=?)"},
        {SQL_LIST_OTHERS, "(rowid<?)"},
        {SQL_LIST_OTHERS_R, "(radix=? AND rowid<?)"},
        {SQL_LIST_OTHERS_A, "(algorithm=? AND rowid<?)"},
        {SQL_LIST_OTHERS_RA, "(radix=? AND algorithm=? AND rowid<?)"},
        {SQL_LIST_S, "(status=? AND rowid<?)"},
        {SQL_LIST_SR, "(status=? AND radix=? AND rowid<?)"},
        {SQL_LIST_SA, "(status=? AND algorithm=? AND rowid<?)"},
        {SQL_LIST_SRA, "(status=? AND radix=? AND algorithm=? AND rowid<?)"},
        {SQL_BY_POSITION, "(status=? AND radix=? AND algorithm=? AND position>?)"},
        {SQL_BY_TIME, "(status=? AND radix=? AND algorithm=? AND <expr><?)"},
        {SQL_BY_TIME_TIES,
         "(status=? AND radix=? AND algorithm=? AND <expr>=? AND rowid<?)"},
        {SQL_CHANGED, "(revision>?)"},
        {SQL_REMOVED, "(revision>? AND revision<?)"},
        {SQL_LEFT, "(computation_id=? AND status=?)"},
        {SQL_COMING,
         "(status=? AND radix=? AND <expr>=? AND position>? AND position<?)"},
        {SQL_WISHES, "(lease_owner=?)"},
        {SQL_PRUNE_BURY, "(ended_at<?)"},
        {SQL_EVENT_TRIM, "(computation_id=? AND rowid<?)"},
        {SQL_CHARGED_OWNER, "(owner=?)"},
        {SQL_CHARGED_ADDRESS, "(address=?)"},
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
        cmocka_unit_test_setup_teardown(every_exception_is_one, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(filters_are_in_the_index, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_scan_is_recognised, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests_name("store_plan", tests, NULL, NULL);
}
