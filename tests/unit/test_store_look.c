/*
 * The revision without a read transaction: never behind, whoever commits, and not
 * asked of SQLite again as long as nobody does.
 */
#include "store_fixture.h"

#include <stdatomic.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* This program's path, to run it once more. */
static char self[4096];

/* How often F's connection has asked SQLite for the revision. */
static int
readings(struct fixture *f)
{
    sqlite3_stmt *statement = f->s->statements[SQL_META_GET];
    return statement == NULL ? 0
                             : sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_RUN, 0);
}

/* Looks until it is known without asking. (The first look finds the memory, the second
 * what is in it.) */
static void
look_twice(struct fixture *f)
{
    store_look(f->s);
    store_look(f->s);
}

static void
nothing_is_asked_while_nothing_is_committed(void **state)
{
    struct fixture *f = *state;
    put(f, 10, NULL);
    int64_t revision = store_revision(f->s);
    look_twice(f);
    int before = readings(f);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(store_look(f->s), revision);
    assert_int_equal(readings(f), before);
    put(f, 11, NULL);
    assert_true(store_look(f->s) > revision);
    assert_int_equal(store_look(f->s), store_revision(f->s));
}

static void
commits_of_others_are_seen_at_once(void **state)
{
    struct fixture *f = *state;
    struct fixture other = *f;
    other.s = fixture_open(f, STORE_DURABLE);
    for (uint64_t position = 1; position <= 300; position++) {
        struct fixture *who = position % 3 == 0 ? f : &other;
        if (position % 2 == 0)
            look_twice(f);
        put(who, position, NULL);
        assert_int_equal(store_look(f->s), store_revision(other.s));
        assert_int_equal(store_look(other.s), store_revision(f->s));
    }
    store_close(other.s);
    assert_int_equal(store_look(f->s), store_revision(f->s));
}

/* What this program does when it is run once more: one commit. */
static int
commit_once(const char *path, const char *position)
{
    const struct store_asker nobody = {0};
    struct store *s;
    int64_t id;
    enum store_added added;
    if (store_open(&s, path, STORE_DURABLE) != STORE_OK)
        return 1;
    enum store_rc rc = store_add(s, 10, strtoull(position, NULL, 10), ALGORITHM_AUTO,
                                 &nobody, 1000000, &id, &added);
    store_close(s);
    return rc == STORE_OK ? 0 : 1;
}

static void
commits_of_other_processes_are_seen_at_once(void **state)
{
    struct fixture *f = *state;
    for (int i = 1; i <= 20; i++) {
        char position[16];
        int status;
        look_twice(f);
        int64_t before = store_look(f->s);
        snprintf(position, sizeof position, "%d", i);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            execl(self, self, "commit", f->path, position, (char *)NULL);
            _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        int64_t now = store_look(f->s);
        assert_true(now > before);
        assert_int_equal(now, store_revision(f->s));
    }
}

static void
checkpoints_change_nothing(void **state)
{
    struct fixture *f = *state;
    struct fixture other = *f;
    other.s = fixture_open(f, STORE_DURABLE);
    for (uint64_t position = 1; position <= 50; position++) {
        put(&other, position, NULL);
        look_twice(f);
        run_sql(&other, position % 2 == 0 ? "PRAGMA wal_checkpoint(TRUNCATE)"
                                          : "PRAGMA wal_checkpoint(RESTART)");
        assert_int_equal(store_look(f->s), store_revision(other.s));
        look_twice(f);
        put(&other, position + 100, NULL);
        assert_int_equal(store_look(f->s), store_revision(other.s));
    }
    store_close(other.s);
}

static void
a_snapshot_has_its_own_revision(void **state)
{
    struct fixture *f = *state;
    struct fixture other = *f;
    other.s = fixture_open(f, STORE_DURABLE);
    put(f, 1, NULL);
    look_twice(f);
    int64_t before = store_look(f->s);
    assert_int_equal(store_begin_read(f->s), STORE_OK);
    put(&other, 2, NULL);
    assert_int_equal(store_look(f->s), before);
    store_end_read(f->s);
    int64_t now = store_look(f->s);
    assert_true(now > before);
    assert_int_equal(now, store_revision(other.s));
    store_close(other.s);
}

/* A thread that commits; `told` is the last revision of which it could tell. */
struct writer {
    struct fixture fixture;
    pthread_t thread;
    _Atomic int64_t told;
    atomic_bool over;
};

static void *
write_rows(void *argument)
{
    struct writer *w = argument;
    for (uint64_t position = 1; position <= 500; position++) {
        put(&w->fixture, position, NULL);
        w->told = store_revision(w->fixture.s);
    }
    w->over = true;
    return NULL;
}

static void
nobody_sees_less_than_another_was_told(void **state)
{
    struct fixture *f = *state;
    struct writer w = {.fixture = *f};
    w.fixture.s = fixture_open(f, STORE_DURABLE);
    assert_int_equal(pthread_create(&w.thread, NULL, write_rows, &w), 0);
    int64_t last = 0;
    while (!w.over) {
        int64_t told = w.told, seen = store_look(f->s);
        assert_true(seen >= told);
        assert_true(seen >= last);
        last = seen;
    }
    pthread_join(w.thread, NULL);
    assert_int_equal(store_look(f->s), w.told);
    store_close(w.fixture.s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_asked_while_nothing_is_committed),
        TEST(commits_of_others_are_seen_at_once),
        TEST(commits_of_other_processes_are_seen_at_once),
        TEST(checkpoints_change_nothing),
        TEST(a_snapshot_has_its_own_revision),
        TEST(nobody_sees_less_than_another_was_told),
    };
    if (argc == 4 && strcmp(argv[1], "commit") == 0)
        return commit_once(argv[2], argv[3]);
    if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0)
        return 1;
    return cmocka_run_group_tests_name("store_look", tests, NULL, NULL);
}
