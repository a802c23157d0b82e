/*
 * What those who asked for a row, and administrators, may do to it: cancelling,
 * retrying and deleting, where the row waits, runs or has ended.
 */
#include "store_fixture.h"

static const struct store_asker alice = {.owner = ALICE}, bob = {.owner = BOB},
                                nobody = {.owner = NULL}, admin = {.admin = true};

static void
a_queued_row_is_cancelled_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE), revision = store_revision(f->s);
    enum store_wish wish;

    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
    assert_row(f, id, STATUS_CANCELLED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_int_equal(row_of(f, id).revision, revision + 1);
    assert_events(f, id, "registered cancelled");
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_CONFLICT);
}

static void
a_running_row_is_marked(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE), revision;
    enum store_wish wish;

    take(f, id, TOKEN);
    revision = store_revision(f->s);
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_CANCEL);
    assert_int_equal(store_revision(f->s), revision + 1);
    /* Once more changes nothing. */
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    assert_int_equal(store_revision(f->s), revision + 1);
    /* Deleting is more than cancelling, never less. */
    assert_int_equal(store_delete(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_DELETE);
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_DELETE);
}

static void
only_askers_and_administrators_may(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE);
    enum store_wish wish;

    assert_int_equal(store_cancel(f->s, id, &bob, &wish), STORE_FORBIDDEN);
    assert_int_equal(store_cancel(f->s, id, &nobody, &wish), STORE_FORBIDDEN);
    assert_int_equal(store_delete(f->s, id, &bob, &wish), STORE_FORBIDDEN);
    assert_int_equal(store_retry(f->s, id, &bob, 10), STORE_FORBIDDEN);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(store_cancel(f->s, id + 1, &alice, &wish), STORE_NOT_FOUND);
    assert_int_equal(store_retry(f->s, id + 1, &alice, 10), STORE_NOT_FOUND);
    assert_int_equal(store_delete(f->s, id + 1, &admin, &wish), STORE_NOT_FOUND);
    assert_int_equal(store_cancel(f->s, id, &admin, &wish), STORE_OK);
    assert_row(f, id, STATUS_CANCELLED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(store_retry(f->s, id, &admin, 10), STORE_OK);
    assert_int_equal(store_delete(f->s, id, &admin, &wish), STORE_OK);
    assert_gone(f, id);
}

static void
askers_withdraw_one_by_one(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE), revision;
    enum store_wish wish;

    put(f, 5, BOB);
    revision = store_revision(f->s);
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_WITHDRAWN);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_FORBIDDEN);
    assert_int_equal(store_cancel(f->s, id, &bob, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
    assert_row(f, id, STATUS_CANCELLED, STAGE_REGISTERED, WANTED_RUN);
}

static void
an_administrator_cancels_for_all(void **state)
{
    struct fixture *f = *state;
    const struct store_asker both = {.owner = ALICE, .admin = true};
    int64_t id = put(f, 5, ALICE);
    enum store_wish wish;

    put(f, 5, BOB);
    assert_int_equal(store_cancel(f->s, id, &both, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
}

static void
failed_and_cancelled_rows_can_be_retried(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE);
    enum store_wish wish;

    assert_int_equal(store_retry(f->s, id, &alice, 10), STORE_CONFLICT);
    take(f, id, TOKEN);
    assert_int_equal(store_retry(f->s, id, &alice, 10), STORE_CONFLICT);
    assert_int_equal(store_failed(f->s, id, TOKEN, "it broke"), STORE_OK);
    assert_int_equal(store_retry(f->s, id, &alice, 10), STORE_OK);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(row_of(f, id).attempts, 0);
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(store_retry(f->s, id, &alice, 10), STORE_OK);
    assert_events(f, id, "registered scheduled taken failed retried cancelled retried");
    take(f, id, OTHER);
    calculate(f, id, OTHER);
    finish(f, id, OTHER);
    assert_int_equal(store_retry(f->s, id, &alice, 10), STORE_CONFLICT);
}

static void
a_row_nobody_works_on_is_deleted_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE), other;
    enum store_wish wish;

    put(f, 5, BOB);
    assert_int_equal(store_delete(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_WITHDRAWN);
    assert_int_equal(store_delete(f->s, id, &bob, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
    assert_gone(f, id);
    assert_int_equal(select_integer(f, "SELECT revision FROM removed"),
                     store_revision(f->s));
    assert_int_equal(select_integer(f, "SELECT count(*) FROM asker"), 0);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM event"), 0);
    /* An id is never used again. */
    other = put(f, 5, BOB);
    assert_true(other > id);
}

static void
done_rows_are_deleted_too(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE), counts[STATUS_COUNT];
    enum store_wish wish;

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    finish(f, id, TOKEN);
    assert_int_equal(store_counts(f->s, counts), STORE_OK);
    assert_int_equal(counts[STATUS_DONE], 1);
    assert_int_equal(store_delete(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
    assert_int_equal(store_counts(f->s, counts), STORE_OK);
    assert_int_equal(counts[STATUS_DONE], 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_queued_row_is_cancelled_at_once),
        TEST(a_running_row_is_marked),
        TEST(only_askers_and_administrators_may),
        TEST(askers_withdraw_one_by_one),
        TEST(an_administrator_cancels_for_all),
        TEST(failed_and_cancelled_rows_can_be_retried),
        TEST(a_row_nobody_works_on_is_deleted_at_once),
        TEST(done_rows_are_deleted_too),
    };

    return cmocka_run_group_tests_name("store_end", tests, NULL, NULL);
}
