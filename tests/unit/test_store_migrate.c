/*
 * A database that an older program made: migrated when it is opened, with its rows,
 * and while that program still works on it.
 */
#include "store_fixture.h"

#include "common/schema.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* A database of version 1, and the connection of the program that made it. */
static sqlite3 *
open_version_1(const char *path)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, schema_migrations[0], NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=1; PRAGMA foreign_keys=ON",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    return db;
}

static void
old_sql(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

#define OLD_ADD(position, revision)                                                    \
    "INSERT INTO computation (radix, position, algorithm, created_at, revision)"       \
    " VALUES (10, " #position ", 'auto', 1, " #revision ");"
#define OLD_TAKE(position, revision)                                                   \
    "UPDATE computation SET stage = 'taken', status = 'running', lease = '" TOKEN      \
    "', lease_owner = 'one', lease_until = 1, revision = " #revision                   \
    " WHERE position = " #position ";"
#define OLD_REVISION(revision)                                                         \
    "UPDATE meta SET value = " #revision " WHERE key = 'revision';"

static void
old_rows_are_kept(void **state)
{
    struct fixture *f = *state, old = {.s = NULL};
    char path[128];
    const struct store_filter decimal = {.status = -1, .radix = 10, .algorithm = -1};
    int64_t counts[STATUS_COUNT];

    snprintf(path, sizeof path, "%s/old.db", f->dir);
    sqlite3 *db = open_version_1(path);
    old_sql(db, OLD_ADD(1, 2) OLD_ADD(2, 3) OLD_TAKE(1, 4) OLD_REVISION(4));
    old_sql(db, "INSERT INTO event (id, computation_id, stage, at, detail)"
                " VALUES (7, 1, 'registered', 5, NULL), (9, 1, 'taken', 6, 'spigot')");
    assert_int_equal(store_open(&old.s, path, STORE_READER), STORE_ERROR);
    assert_int_equal(store_open(&old.s, path, STORE_DURABLE), STORE_OK);
    assert_int_equal(select_integer(&old, "PRAGMA user_version"), schema_version);
    assert_int_equal(store_counts(old.s, counts), STORE_OK);
    assert_int_equal(counts[STATUS_QUEUED], 1);
    assert_int_equal(counts[STATUS_RUNNING], 1);
    assert_row(&old, 1, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    /* Its history, which takes a new stage, and goes with its row. */
    assert_events(&old, 1, "registered taken");
    assert_int_equal(select_integer(&old, "SELECT max(id) FROM event"), 9);
    old_sql(db,
            "INSERT INTO event (computation_id, stage, at) VALUES (2, 'resumed', 7);"
            "INSERT INTO event (computation_id, stage, at) VALUES (2, 'taken', 8)");
    assert_events(&old, 2, "resumed taken");
    /* What row 1 was before revision 4, nobody noted. */
    assert_int_equal(store_oldest_delta(old.s), 4);
    assert_false(store_left(old.s, 1, STATUS_QUEUED, 3));

    /* The old program goes on, and its changes are noted like ours. */
    old_sql(db, OLD_ADD(3, 5) OLD_TAKE(2, 6) OLD_REVISION(6));
    assert_int_equal(store_counts_of(old.s, &decimal, counts), STORE_OK);
    assert_int_equal(counts[STATUS_QUEUED], 1);
    assert_int_equal(counts[STATUS_RUNNING], 2);
    assert_true(store_left(old.s, 2, STATUS_QUEUED, 5));
    assert_false(store_left(old.s, 2, STATUS_QUEUED, 6));
    assert_false(store_left(old.s, 3, STATUS_QUEUED, 5));
    assert_int_equal(select_integer(&old, "SELECT count(*) FROM departure"), 1);
    old_sql(db, "DELETE FROM computation WHERE position = 2");
    assert_int_equal(select_integer(&old, "SELECT count(*) FROM departure"), 0);
    assert_int_equal(select_integer(&old, "SELECT count(*) FROM event"), 2);
    sqlite3_close(db);
    store_close(old.s);
}

/* The old program at work, on a connection and a thread of its own. */
struct traffic {
    sqlite3 *db;
    atomic_int rows;
    atomic_bool over;
    int failures;
};

static void *
work(void *argument)
{
    struct traffic *traffic = argument;
    sqlite3_stmt *add, *take;

    if (sqlite3_prepare_v2(traffic->db,
                           "INSERT INTO computation (radix, position, algorithm,"
                           " created_at, revision) VALUES (10, ?1, 'auto', 1, ?1)",
                           -1, &add, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(traffic->db,
                           "UPDATE computation SET stage = 'taken', status = 'running',"
                           " lease = 'x', lease_owner = 'one', lease_until = 1,"
                           " revision = ?1 WHERE radix = 10 AND position = ?1"
                           " AND algorithm = 'auto'",
                           -1, &take, NULL) != SQLITE_OK) {
        traffic->failures++;
        return NULL;
    }
    while (!atomic_load(&traffic->over)) {
        int row = atomic_load(&traffic->rows) + 1;

        sqlite3_bind_int(add, 1, row);
        sqlite3_bind_int(take, 1, row);
        if (sqlite3_step(add) != SQLITE_DONE || sqlite3_step(take) != SQLITE_DONE)
            traffic->failures++;
        sqlite3_reset(add);
        sqlite3_reset(take);
        atomic_store(&traffic->rows, row);
        sqlite3_sleep(1); /* SQLite's lock is not fair: others need a gap */
    }
    sqlite3_finalize(add);
    sqlite3_finalize(take);
    return NULL;
}

static void
wait_for_rows(struct traffic *traffic, int rows)
{
    while (atomic_load(&traffic->rows) < rows && traffic->failures == 0)
        sqlite3_sleep(1);
}

static void
the_old_program_may_work_meanwhile(void **state)
{
    struct fixture *f = *state, migrated;
    struct traffic traffic = {.failures = 0};
    char path[128];
    pthread_t thread;
    int before;

    snprintf(path, sizeof path, "%s/old.db", f->dir);
    traffic.db = open_version_1(path);
    assert_int_equal(pthread_create(&thread, NULL, work, &traffic), 0);
    wait_for_rows(&traffic, 20);
    enum store_rc rc = store_open(&migrated.s, path, STORE_DURABLE);
    before = atomic_load(&traffic.rows);
    wait_for_rows(&traffic, before + 20);
    atomic_store(&traffic.over, true);
    pthread_join(thread, NULL);
    sqlite3_close(traffic.db);
    assert_int_equal(rc, STORE_OK);
    assert_int_equal(traffic.failures, 0);

    /* Nothing is lost, and from the migration on every move is noted. */
    int rows = atomic_load(&traffic.rows);
    assert_int_equal(
        select_integer(&migrated, "SELECT n FROM counter WHERE status = 'running'"),
        rows);
    assert_int_equal(select_integer(&migrated, "SELECT count(*) FROM computation"),
                     rows);
    assert_true(select_integer(&migrated, "SELECT count(*) FROM departure") >= 19);
    assert_int_equal(
        select_integer(&migrated, "SELECT count(*) FROM departure WHERE"
                                  " revision <> computation_id OR status <> 'queued'"),
        0);
    assert_int_equal(select_integer(&migrated, "PRAGMA user_version"), schema_version);
    store_close(migrated.s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(old_rows_are_kept),
        TEST(the_old_program_may_work_meanwhile),
    };

    return cmocka_run_group_tests_name("store_migrate", tests, NULL, NULL);
}
