/*
 * Opening the store: its settings, its schema, several programs at once, and
 * what belongs to the whole database.
 */
#include "store_fixture.h"

#include "common/schema.h"
#include "temporary.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
a_new_database_is_empty(void **state)
{
    struct fixture *f = *state;
    int64_t counts[STATUS_COUNT];
    struct published p;
    double age = 0;

    assert_int_equal(select_integer(f, "PRAGMA user_version"), schema_version);
    assert_int_equal(store_revision(f->s), 1);
    assert_int_equal(store_oldest_delta(f->s), 0);
    assert_int_equal(store_counts(f->s, counts), STORE_OK);
    for (int i = 0; i < STATUS_COUNT; i++)
        assert_int_equal(counts[i], 0);
    assert_int_equal(store_published(f->s, 16, &p), STORE_OK);
    assert_int_equal(p.length, 0);
    assert_int_equal(p.radix, 16);
    assert_int_equal(store_heartbeat_age(f->s, &age), STORE_NOT_FOUND);
    assert_true(age == -1);
    assert_string_equal(store_message(f->s), "");
}

static void
the_connection_is_set_up(void **state)
{
    struct fixture *f = *state;
    struct store *relaxed = fixture_open(f, STORE_RELAXED);
    struct fixture as_relaxed = {.s = relaxed};
    struct stat info;
    char wal[128];
    int on;

    assert_int_equal(select_integer(f, "PRAGMA synchronous"), 2);
    assert_int_equal(select_integer(&as_relaxed, "PRAGMA synchronous"), 1);
    assert_int_equal(select_integer(f, "PRAGMA foreign_keys"), 1);
    assert_int_equal(select_integer(f, "PRAGMA trusted_schema"), 0);
    assert_int_equal(select_integer(f, "PRAGMA wal_autocheckpoint"), 0);
    assert_int_equal(select_integer(f, "PRAGMA busy_timeout"), 5000);
    assert_int_equal(select_integer(f, "PRAGMA temp_store"), 2);
    assert_int_equal(select_integer(f, "SELECT journal_mode = 'wal'"
                                       " FROM pragma_journal_mode"),
                     1);
    sqlite3_db_config(f->s->db, SQLITE_DBCONFIG_DEFENSIVE, -1, &on);
    assert_int_equal(on, 1);
    sqlite3_db_config(f->s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, -1, &on);
    assert_int_equal(on, 1);
    /* A group shares the database and SQLite's side files. */
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
    snprintf(wal, sizeof wal, "%s-wal", f->path);
    assert_int_equal(stat(wal, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
    store_close(relaxed);
}

static void
closing_makes_no_checkpoint(void **state)
{
    struct fixture *f = *state;
    struct stat before, after;
    char wal[128];

    put(f, 1, NULL);
    snprintf(wal, sizeof wal, "%s-wal", f->path);
    assert_int_equal(stat(wal, &before), 0);
    store_close(f->s);
    f->s = NULL;
    assert_int_equal(stat(wal, &after), 0);
    assert_true(after.st_size > 0 && after.st_size == before.st_size);
    f->s = fixture_open(f, STORE_DURABLE);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 1);
}

static void
a_checkpoint_moves_the_wal(void **state)
{
    struct fixture *f = *state;
    int frames, copied;

    put(f, 1, NULL);
    assert_int_equal(store_checkpoint(f->s), STORE_OK);
    assert_int_equal(sqlite3_wal_checkpoint_v2(
                         f->s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, &copied),
                     SQLITE_OK);
    assert_int_equal(frames, copied);
}

static void
a_reader_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *reader = fixture_open(f, STORE_READER);
    const struct store_asker nobody = {.owner = NULL};
    enum store_added added;
    struct computation c;
    int64_t id = put(f, 7, NULL), other = 0;

    assert_int_equal(store_get(reader, id, &c), STORE_OK);
    assert_int_equal(
        store_add(reader, 10, 8, ALGORITHM_AUTO, &nobody, 10, &other, &added),
        STORE_DISK);
    assert_non_null(strstr(store_message(reader), "readonly"));
    assert_int_equal(other, 0);
    store_close(reader);
}

static void
a_reader_creates_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *s = f->s;
    char path[128];

    snprintf(path, sizeof path, "%s/none.db", f->dir);
    assert_int_equal(store_open(&s, path, STORE_READER), STORE_DISK);
    assert_null(s);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void
a_newer_schema_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store *s;

    run_sql(f, "PRAGMA user_version = 99");
    assert_int_equal(store_open(&s, f->path, STORE_DURABLE), STORE_ERROR);
    assert_null(s);
    assert_int_equal(store_open(&s, f->path, STORE_READER), STORE_ERROR);
    assert_int_equal(select_integer(f, "PRAGMA user_version"), 99);
}

static void
what_is_no_database_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/text.db", f->dir);
    file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("this is no database\n", file);
    fclose(file);
    assert_int_equal(store_open(&s, path, STORE_DURABLE), STORE_CORRUPT);
    assert_null(s);
    assert_int_equal(store_open(&s, "/nonexistent/nthpi.db", STORE_DURABLE),
                     STORE_ERROR);
}

static void *
open_one(void *argument)
{
    const char *path = argument;
    struct store *s;

    if (store_open(&s, path, STORE_DURABLE) != STORE_OK)
        return argument;
    store_close(s);
    return NULL;
}

static void
many_may_open_a_fresh_database_at_once(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[12];
    struct store *s;
    struct fixture fresh;
    char path[128];

    for (int round = 0; round < 5; round++) {
        snprintf(path, sizeof path, "%s/fresh-%d.db", f->dir, round);
        for (size_t i = 0; i < 12; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, open_one, path), 0);
        for (size_t i = 0; i < 12; i++) {
            void *failed;

            pthread_join(threads[i], &failed);
            assert_null(failed);
        }
        assert_int_equal(store_open(&s, path, STORE_DURABLE), STORE_OK);
        fresh.s = s;
        assert_int_equal(select_integer(&fresh, "SELECT count(*) FROM meta"
                                                " WHERE key = 'revision'"),
                         1);
        store_close(s);
    }
}

static void
a_failed_migration_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    sqlite3 *db;
    char path[128];

    /* A table of that name is in the way, late in the migration. */
    snprintf(path, sizeof path, "%s/half.db", f->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE meta (x)", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(store_open(&s, path, STORE_DURABLE), STORE_ERROR);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_not_equal(
        sqlite3_exec(db, "SELECT 1 FROM computation", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void
data_version_shows_commits_of_others(void **state)
{
    struct fixture *f = *state;
    struct store *watcher = fixture_open(f, STORE_READER);
    int64_t before = store_data_version(watcher);

    assert_int_equal(store_data_version(watcher), before);
    put(f, 1, NULL);
    assert_int_not_equal(store_data_version(watcher), before);
    store_close(watcher);
}

static void
a_read_sees_one_state(void **state)
{
    struct fixture *f = *state;
    struct store *reader = fixture_open(f, STORE_READER);
    struct computation c;
    int64_t id;

    assert_int_equal(store_begin_read(reader), STORE_OK);
    id = put(f, 1, NULL);
    assert_int_equal(store_revision(reader), 1);
    assert_int_equal(store_get(reader, id, &c), STORE_NOT_FOUND);
    store_end_read(reader);
    assert_int_equal(store_revision(reader), 2);
    assert_int_equal(store_get(reader, id, &c), STORE_OK);
    store_close(reader);
}

static void
a_locked_database_is_busy(void **state)
{
    struct fixture *f = *state;
    struct store *other = fixture_open(f, STORE_DURABLE);
    const struct store_asker nobody = {.owner = NULL};
    enum store_added added;
    int64_t id = 0;

    sqlite3_busy_timeout(other->db, 1);
    run_sql(f, "BEGIN IMMEDIATE");
    assert_int_equal(store_add(other, 10, 1, ALGORITHM_AUTO, &nobody, 10, &id, &added),
                     STORE_BUSY);
    assert_int_equal(id, 0);
    run_sql(f, "ROLLBACK");
    assert_int_equal(store_add(other, 10, 1, ALGORITHM_AUTO, &nobody, 10, &id, &added),
                     STORE_OK);
    store_close(other);
}

static void
patience_can_be_set(void **state)
{
    struct fixture *f = *state;
    struct store *other = fixture_open(f, STORE_RELAXED);
    struct fixture as_other = {.s = other};

    store_set_patience(other, 1);
    assert_int_equal(select_integer(&as_other, "PRAGMA busy_timeout"), 1);
    run_sql(f, "BEGIN IMMEDIATE");
    assert_int_equal(store_heartbeat(other, "one"), STORE_BUSY);
    run_sql(f, "ROLLBACK");
    assert_int_equal(store_heartbeat(other, "one"), STORE_OK);
    /* A checkpoint of a long WAL has a patience of its own, for itself. */
    run_sql(f, "CREATE TABLE filler (bytes BLOB);"
               "INSERT INTO filler VALUES (zeroblob(40000000));");
    assert_int_equal(store_checkpoint(other), STORE_OK);
    assert_int_equal(select_integer(&as_other, "PRAGMA busy_timeout"), 1);
    store_close(other);
    assert_int_equal(select_integer(f, "PRAGMA busy_timeout"), 5000);
}

static void
heartbeats_have_an_age(void **state)
{
    struct fixture *f = *state;
    int64_t revision = store_revision(f->s);
    double age = -2, newest = -2;

    assert_int_equal(store_heartbeat(f->s, "one"), STORE_OK);
    assert_int_equal(store_heartbeat_age(f->s, &age), STORE_OK);
    assert_true(age >= 0);
    run_sql(f, "UPDATE meta SET value = value - 90000000 WHERE key = 'heartbeat:one'");
    assert_int_equal(store_heartbeat_age(f->s, &age), STORE_OK);
    assert_true(age >= 90);
    assert_int_equal(store_heartbeat(f->s, "two"), STORE_OK);
    assert_int_equal(store_heartbeat_age(f->s, &newest), STORE_OK);
    assert_true(newest >= 0 && newest < age);
    assert_int_equal(store_revision(f->s), revision);
    run_sql(f, "ALTER TABLE meta RENAME TO away");
    assert_int_equal(store_heartbeat_age(f->s, &newest), STORE_ERROR);
    assert_true(newest >= 0 && newest < age);
}

static void
results_have_names(void **state)
{
    (void)state;
    for (enum store_rc rc = STORE_OK; rc <= STORE_ERROR; rc++)
        assert_true(strlen(store_rc_name(rc)) > 0);
    assert_string_equal(store_rc_name(STORE_FULL), "queue full");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_database_is_empty),
        TEST(the_connection_is_set_up),
        TEST(closing_makes_no_checkpoint),
        TEST(a_checkpoint_moves_the_wal),
        TEST(a_reader_changes_nothing),
        TEST(a_reader_creates_nothing),
        TEST(a_newer_schema_is_refused),
        TEST(what_is_no_database_is_refused),
        TEST(many_may_open_a_fresh_database_at_once),
        TEST(a_failed_migration_leaves_nothing),
        TEST(data_version_shows_commits_of_others),
        TEST(a_read_sees_one_state),
        TEST(a_locked_database_is_busy),
        TEST(patience_can_be_set),
        TEST(heartbeats_have_an_age),
        TEST(results_have_names),
    };

    return cmocka_run_group_tests_name("store_open", tests, NULL, NULL);
}
