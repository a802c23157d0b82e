/*
 * Databases that older versions of nthpi made while they computed, kept in tests/data
 * (README.md there says how): today's store opens each of them, loses nothing, and has
 * then what it makes anew itself. Also when a migration is killed, when several
 * programs begin it at once, and when the file may only be read.
 */
#include "store_fixture.h"

#include "common/schema.h"
#include "common/store_check.h"
#include "mortal.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 1 << 18, PROGRAMS = 4, KILLS = 60 };

/* ---- files ---- */

/* Copies the database of VERSION to f->dir/old.db; false: none is kept. */
static bool
copy_version(const struct fixture *f, int version, char path[128])
{
    char name[512], buffer[65536];
    size_t n;
    FILE *from, *to;

    snprintf(name, sizeof name, "%s/schema-%d.db", TEST_DATA, version);
    snprintf(path, 128, "%s/old.db", f->dir);
    from = fopen(name, "r");
    if (from == NULL)
        return false;
    for (int i = 0; i < 3; i++) {
        static const char *const ends[] = {"", "-wal", "-shm"};
        char side[160];

        snprintf(side, sizeof side, "%s%s", path, ends[i]);
        unlink(side);
    }
    to = fopen(path, "w");
    assert_non_null(to);
    while ((n = fread(buffer, 1, sizeof buffer, from)) > 0)
        assert_int_equal(fwrite(buffer, 1, n, to), n);
    fclose(from);
    assert_int_equal(fclose(to), 0);
    return true;
}

static void
append(char *text, const char *more)
{
    size_t length = strlen(text);

    assert_true(length + strlen(more) + 2 < TEXT);
    snprintf(text + length, TEXT - length, "%s|", more);
}

/* All rows of SQL, appended to TEXT. */
static void
select_text(sqlite3 *db, const char *sql, char *text)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *value = (const char *)sqlite3_column_text(statement, i);

            append(text, value == NULL ? "NULL" : value);
        }
    sqlite3_finalize(statement);
}

/* Everything that version 1 has; later versions only add. */
static void
content_of(const char *path, char *text)
{
    static const char *const selects[] = {
        "SELECT id, radix, position, algorithm, stage, status, wanted, method,"
        " answered_by, digit, window, error, verified, file_sha256, progress, phase,"
        " eta_s, lease, lease_owner, lease_until, attempts, not_before, recoveries,"
        " created_at, scheduled_at, taken_at, calculated_at, stored_at, ended_at, "
        "cpu_s,"
        " wall_s, peak_kib, revision FROM computation ORDER BY id",
        "SELECT computation_id, owner FROM asker ORDER BY 1, 2",
        "SELECT id, computation_id, stage, at, detail FROM event ORDER BY id",
        "SELECT * FROM published ORDER BY radix",
        "SELECT id, revision FROM removed ORDER BY id",
        "SELECT status, n FROM counter ORDER BY status",
        "SELECT key, value FROM meta WHERE key <> 'oldest_delta' ORDER BY key",
        "SELECT name, seq FROM sqlite_sequence",
    };
    sqlite3 *db;

    text[0] = '\0';
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++)
        select_text(db, selects[i], text);
    select_text(db, "PRAGMA integrity_check", text);
    sqlite3_close(db);
}

static int
version_of(const char *path)
{
    struct fixture f;
    int version;

    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
    f.s = calloc(1, sizeof *f.s);
    assert_non_null(f.s);
    assert_int_equal(sqlite3_open(path, &f.s->db), SQLITE_OK);
    version = (int)select_integer(&f, "PRAGMA user_version");
    sqlite3_close(f.s->db);
    free(f.s);
    return version;
}

static void
found(void *ctx, const char *problem)
{
    print_message("# %s\n", problem);
    ++*(int *)ctx;
}

/* Runs TEST for each version that there is a file of. */
static void
each_version(void **state, void (*test)(struct fixture *f, const char *path))
{
    struct fixture *f = *state;
    char path[128];

    for (int version = 1; version <= schema_version; version++) {
        bool kept = copy_version(f, version, path);

        assert_true(kept || version == schema_version);
        if (kept) {
            assert_int_equal(version_of(path), version);
            test(f, path);
        }
    }
}

/* ---- tests ---- */

static void
keep_all(struct fixture *f, const char *path)
{
    char *before = malloc(TEXT), *after = malloc(TEXT);
    struct fixture old = {.s = NULL};
    int64_t rows;
    int problems = 0;

    assert_true(before != NULL && after != NULL);
    content_of(path, before);
    assert_non_null(strstr(before, "|pi-10-600000.txt|"));
    assert_int_equal(store_open(&old.s, path, STORE_DURABLE), STORE_OK);
    content_of(path, after);
    assert_string_equal(after, before);
    assert_int_equal(store_check(old.s, false, found, &problems, &rows), STORE_OK);
    assert_int_equal(problems, 0);
    assert_int_equal(rows, 12);

    /* The same schema as a new one's, so every plan and every growth is, too. */
    before[0] = after[0] = '\0';
    select_text(f->s->db,
                "SELECT type, name, tbl_name, sql FROM sqlite_schema"
                " ORDER BY type, name",
                before);
    select_text(old.s->db,
                "SELECT type, name, tbl_name, sql FROM sqlite_schema"
                " ORDER BY type, name",
                after);
    assert_string_equal(after, before);
    for (enum sql which = 0; which < SQL_COUNT; which++) {
        sqlite3_stmt *statement;

        if (sqlite3_prepare_v2(old.s->db, store_sql[which], -1, &statement, NULL) !=
            SQLITE_OK)
            fail_msg("%s: %s", store_sql[which], sqlite3_errmsg(old.s->db));
        sqlite3_finalize(statement);
    }
    store_close(old.s);
    free(before);
    free(after);
}

static void
nothing_is_lost(void **state)
{
    each_version(state, keep_all);
}

/* What the daemon that was killed left goes on. */
static void
go_on(struct fixture *f, const char *path)
{
    const struct store_lease lease = lease_of(TOKEN, "main");
    const struct store_witness witness = {.is_dead = NULL};
    struct fixture old = {.dir = "", .s = NULL};
    struct computation rows[8];
    size_t count, taken_back;

    (void)f;
    assert_int_equal(store_open(&old.s, path, STORE_DURABLE), STORE_OK);
    assert_int_equal(store_note_boot(old.s, NULL), STORE_OK);
    assert_int_equal(
        store_recover(old.s, &lease, &witness, rows, 8, &count, &taken_back), STORE_OK);
    assert_int_equal(taken_back, 2);
    assert_row(&old, 11, STATUS_CANCELLED, STAGE_TAKEN, WANTED_RUN);
    assert_row(&old, 13, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    take(&old, 13, TOKEN);
    calculate(&old, 13, TOKEN);
    finish(&old, 13, TOKEN);
    assert_row(&old, 13, STATUS_DONE, STAGE_STORED, WANTED_RUN);
    assert_true(put(&old, 4242, ALICE) > 14);
    store_close(old.s);
}

static void
work_goes_on(void **state)
{
    each_version(state, go_on);
}

/* In a child: opens PATH, dies at the call LAST. Its exit status. */
static pid_t
open_in_child(const char *path, int last)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct store *s;

        die_at_call(last);
        _exit(store_open(&s, path, STORE_DURABLE) == STORE_OK ? 0 : 1);
    }
    return pid;
}

static int
status_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* The migration of PATH was killed: all of it has happened, or nothing. */
static void
assert_whole(const char *path, int version, const char *before)
{
    char *after = malloc(TEXT);
    struct store *s;
    int now = version_of(path);

    assert_non_null(after);
    assert_true(now == version || now == schema_version);
    content_of(path, after);
    assert_string_equal(after, before);
    assert_int_equal(store_open(&s, path, STORE_DURABLE), STORE_OK);
    store_close(s);
    assert_int_equal(version_of(path), schema_version);
    content_of(path, after);
    assert_string_equal(after, before);
    free(after);
}

static void
killed_migrations_are_none_or_whole(void **state)
{
    struct fixture *f = *state;
    char path[128], *before = malloc(TEXT);
    int ends = 0;

    assert_non_null(before);
    assert_true(copy_version(f, 1, path));
    content_of(path, before);
    /* At every call of SQLite. */
    for (int last = 1; ends == 0; last++) {
        int status;

        assert_true(copy_version(f, 1, path));
        status = status_of(open_in_child(path, last));
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        ends = !WIFSIGNALED(status);
        assert_whole(path, 1, before);
        assert_true(last < 1000 && (last > 10 || !ends));
    }
    /* And anywhere within: after some microseconds. */
    for (int i = 0; i < KILLS; i++) {
        const struct timespec pause = {.tv_nsec = 100000L * i};
        pid_t pid;

        assert_true(copy_version(f, 1, path));
        pid = open_in_child(path, 0);
        nanosleep(&pause, NULL);
        kill(pid, SIGKILL);
        status_of(pid);
        assert_whole(path, 1, before);
    }
    free(before);
}

static void
migrate_at_once(struct fixture *f, const char *path)
{
    char *before = malloc(TEXT);
    pid_t pids[PROGRAMS];

    (void)f;
    assert_non_null(before);
    content_of(path, before);
    for (int i = 0; i < PROGRAMS; i++)
        pids[i] = open_in_child(path, 0);
    for (int i = 0; i < PROGRAMS; i++)
        assert_int_equal(status_of(pids[i]), 0);
    assert_whole(path, schema_version, before);
    free(before);
}

static void
several_programs_may_migrate_at_once(void **state)
{
    each_version(state, migrate_at_once);
}

/* Somebody who may read the file only. */
static void
refuse_to_write(struct fixture *f, const char *path)
{
    struct store *s;
    pid_t pid;
    int status, version = version_of(path);

    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(f->dir, 0555), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 &&
            (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        _exit(store_open(&s, path, STORE_DURABLE) == STORE_OK ? 0 : 1);
    }
    status = status_of(pid);
    assert_int_equal(chmod(f->dir, 0755), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_int_equal(version_of(path), version);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(store_open(&s, path, STORE_DURABLE), STORE_OK);
    store_close(s);
}

static void
a_file_that_may_only_be_read_stays(void **state)
{
    each_version(state, refuse_to_write);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_lost),
        TEST(work_goes_on),
        TEST(killed_migrations_are_none_or_whole),
        TEST(several_programs_may_migrate_at_once),
        TEST(a_file_that_may_only_be_read_stays),
    };

    return cmocka_run_group_tests_name("store_files", tests, NULL, NULL);
}
