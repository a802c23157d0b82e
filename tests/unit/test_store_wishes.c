/*
 * Wishes for rows that a daemon works on: it finds them, grants them after its
 * worker is gone, and whatever else ends the row does not forget them.
 */
#include "store_fixture.h"

static const struct store_asker admin = {.admin = true};

static int64_t
running_with_wish(struct fixture *f, uint64_t position, enum wanted wanted)
{
    int64_t id = put(f, position, ALICE);
    enum store_wish wish;

    take(f, id, TOKEN);
    if (wanted == WANTED_CANCEL)
        assert_int_equal(store_cancel(f->s, id, &admin, &wish), STORE_OK);
    else
        assert_int_equal(store_delete(f->s, id, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    return id;
}

static void
wishes_are_found_by_their_daemon(void **state)
{
    struct fixture *f = *state;
    struct computation rows[4];
    size_t count;
    int64_t cancel = running_with_wish(f, 1, WANTED_CANCEL);
    int64_t delete_id = running_with_wish(f, 2, WANTED_DELETE);

    take(f, put(f, 3, NULL), TOKEN);
    assert_int_equal(store_wishes(f->s, "two", rows, 4, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(store_wishes(f->s, "one", rows, 4, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].id, cancel);
    assert_int_equal(rows[0].wanted, WANTED_CANCEL);
    assert_int_equal(rows[1].id, delete_id);
    assert_int_equal(rows[1].wanted, WANTED_DELETE);
    assert_int_equal(store_wishes(f->s, "one", rows, 1, &count), STORE_OK);
    assert_int_equal(count, 1);
}

static void
wishes_are_granted(void **state)
{
    struct fixture *f = *state;
    int64_t cancel = running_with_wish(f, 1, WANTED_CANCEL);
    int64_t delete_id = running_with_wish(f, 2, WANTED_DELETE);
    int64_t again = running_with_wish(f, 3, WANTED_CANCEL), revision;

    assert_int_equal(store_grant(f->s, cancel, TOKEN), STORE_OK);
    assert_row(f, cancel, STATUS_CANCELLED, STAGE_TAKEN, WANTED_RUN);
    assert_events(f, cancel, "registered scheduled taken cancelled");
    revision = store_revision(f->s);
    assert_int_equal(store_grant(f->s, delete_id, TOKEN), STORE_OK);
    assert_gone(f, delete_id);
    assert_int_equal(select_integer(f, "SELECT max(revision) FROM removed"),
                     revision + 1);
    /* Wanted again while the worker was being killed. */
    put(f, 3, BOB);
    assert_int_equal(store_grant(f->s, again, TOKEN), STORE_OK);
    assert_row(f, again, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(row_of(f, again).attempts, 0);
}

/* Who deletes a row that a daemon works on, and cancels it then, has deleted it. */
static void
cancelling_does_not_save_from_deletion(void **state)
{
    struct fixture *f = *state;
    int64_t id = running_with_wish(f, 1, WANTED_DELETE);
    enum store_wish wish = WISH_DONE;

    assert_int_equal(store_cancel(f->s, id, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_DELETE);
    assert_int_equal(store_retry(f->s, id, &admin, 10), STORE_CONFLICT);
    assert_int_equal(store_grant(f->s, id, TOKEN), STORE_OK);
    assert_gone(f, id);
    assert_int_equal(store_cancel(f->s, id, &admin, &wish), STORE_NOT_FOUND);
    /* The other way round the later wish is the larger one. */
    id = running_with_wish(f, 2, WANTED_CANCEL);
    assert_int_equal(store_delete(f->s, id, &admin, &wish), STORE_OK);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_DELETE);
    assert_int_equal(store_grant(f->s, id, TOKEN), STORE_OK);
    assert_gone(f, id);
}

static void
wishes_outlive_other_ends(void **state)
{
    struct fixture *f = *state;
    int64_t cancel = running_with_wish(f, 1, WANTED_CANCEL);
    int64_t delete_id = running_with_wish(f, 2, WANTED_DELETE);
    int64_t late = running_with_wish(f, 3, WANTED_CANCEL);
    int64_t late_delete = running_with_wish(f, 4, WANTED_DELETE);
    int64_t failing = running_with_wish(f, 5, WANTED_CANCEL);

    assert_int_equal(store_requeue(f->s, cancel, TOKEN, "stopped", false, 0, NULL),
                     STORE_OK);
    assert_row(f, cancel, STATUS_CANCELLED, STAGE_TAKEN, WANTED_RUN);
    assert_int_equal(store_requeue(f->s, delete_id, TOKEN, "stopped", false, 0, NULL),
                     STORE_OK);
    assert_gone(f, delete_id);
    assert_int_equal(store_failed(f->s, failing, TOKEN, "killed"), STORE_OK);
    assert_row(f, failing, STATUS_CANCELLED, STAGE_TAKEN, WANTED_RUN);
    /* The work was done before the wish: the digits are kept. */
    calculate(f, late, TOKEN);
    finish(f, late, TOKEN);
    assert_row(f, late, STATUS_DONE, STAGE_STORED, WANTED_RUN);
    calculate(f, late_delete, TOKEN);
    finish(f, late_delete, TOKEN);
    assert_gone(f, late_delete);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wishes_are_found_by_their_daemon),
        TEST(wishes_are_granted),
        TEST(cancelling_does_not_save_from_deletion),
        TEST(wishes_outlive_other_ends),
    };

    return cmocka_run_group_tests_name("store_wishes", tests, NULL, NULL);
}
