/*
 * Which process works on a row: it is that of the row's own attempt, or none.
 */
#include "store_fixture.h"

#include "common/store_worker.h"

static const struct store_asker admin = {.admin = true};

static void
the_last_worker_is_noted(void **state)
{
    struct fixture *f = *state;
    struct store_worker worker = {.daemon = "one", .pid = 7, .threads = 2}, noted;
    int64_t id = put(f, 5, NULL), revision;

    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_NOT_FOUND);
    take(f, id, TOKEN);
    revision = store_revision(f->s);
    assert_int_equal(store_set_worker(f->s, id, OTHER, &worker), STORE_OK);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_NOT_FOUND);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(store_set_worker(f->s, id, TOKEN, &worker), STORE_OK);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_int_equal(row_of(f, id).revision, revision + 1);
    worker.pid = 8;
    assert_int_equal(store_set_worker(f->s, id, TOKEN, &worker), STORE_OK);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_OK);
    assert_string_equal(noted.daemon, "one");
    assert_int_equal(noted.pid, 8);
    assert_int_equal(noted.threads, 2);
    run_sql(f, "DELETE FROM computation");
    assert_int_equal(select_integer(f, "SELECT count(*) FROM worker"), 0);
}

/* Where the second attempt's worker can't be noted, there is none, not the first's. */
static void
an_attempt_has_no_worker_of_another(void **state)
{
    struct fixture *f = *state;
    struct store_worker worker = {.daemon = "one", .pid = 7, .threads = 2}, noted;
    int64_t id = put(f, 5, NULL), revision;

    take(f, id, TOKEN);
    assert_int_equal(store_set_worker(f->s, id, TOKEN, &worker), STORE_OK);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "again", true, 0, NULL), STORE_OK);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_OK);
    take(f, id, TOKEN);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_NOT_FOUND);
    revision = store_revision(f->s);
    run_sql(f, "CREATE TRIGGER refuse BEFORE INSERT ON worker"
               " BEGIN SELECT raise(ABORT, 'no'); END");
    assert_int_equal(store_set_worker(f->s, id, TOKEN, &worker), STORE_ERROR);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_NOT_FOUND);
    assert_int_equal(store_revision(f->s), revision);
    run_sql(f, "DROP TRIGGER refuse");
    assert_int_equal(store_set_worker(f->s, id, TOKEN, &worker), STORE_OK);
    assert_int_equal(store_failed(f->s, id, TOKEN, "no"), STORE_OK);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_OK);
    assert_int_equal(store_retry(f->s, id, &admin, 10), STORE_OK);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_NOT_FOUND);
}

/* A row that was tried, and then answered from digits known already. */
static void
an_answer_has_no_worker(void **state)
{
    struct fixture *f = *state;
    struct store_worker worker = {.daemon = "one", .pid = 7, .threads = 2}, noted;
    int64_t id = put(f, 5, NULL);

    take(f, id, TOKEN);
    assert_int_equal(store_set_worker(f->s, id, TOKEN, &worker), STORE_OK);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "again", true, 0, NULL), STORE_OK);
    assert_int_equal(store_answer(f->s, id, ALGORITHM_AUTO, "31415", 0, "checked"),
                     STORE_OK);
    assert_int_equal(store_get_worker(f->s, id, &noted), STORE_NOT_FOUND);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_last_worker_is_noted),
        TEST(an_attempt_has_no_worker_of_another),
        TEST(an_answer_has_no_worker),
    };

    return cmocka_run_group_tests_name("store_worker", tests, NULL, NULL);
}
