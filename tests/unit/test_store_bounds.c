/*
 * What one row keeps stays bounded, however often it is asked for: its history
 * and those who asked.
 */
#include "store_fixture.h"

#include <stdio.h>

static const struct store_asker alice = {.owner = ALICE};
static const struct store_asker bob = {.owner = BOB};
static const struct store_asker admin = {.admin = true};

static void
the_newest_events_are_kept(void **state)
{
    struct fixture *f = *state;
    struct event events[2];
    enum store_wish wish;
    size_t count;
    int64_t other = put(f, 6, BOB), id = put(f, 5, ALICE), newest;

    for (int i = 0; i < STORE_EVENTS; i++) {
        assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
        assert_int_equal(put(f, 5, ALICE), id);
    }
    assert_int_equal(select_integer(f, "SELECT count(*) FROM event"), STORE_EVENTS + 1);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM event"
                                       " WHERE stage = 'registered'"),
                     1);
    newest = select_integer(f, "SELECT max(id) FROM event");
    assert_int_equal(store_events(f->s, id, events, 2, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_string_equal(events[0].stage, "cancelled");
    assert_string_equal(events[1].stage, "retried");
    assert_int_equal(events[1].id, newest);
    assert_events(f, other, "registered");
}

static void
askers_beyond_the_limit_are_not_recorded(void **state)
{
    struct fixture *f = *state;
    char owner[32];
    enum store_wish wish;
    int64_t id = put(f, 5, ALICE);

    for (int i = 1; i < STORE_ASKERS; i++) {
        snprintf(owner, sizeof owner, "owner%d", i);
        put(f, 5, owner);
    }
    assert_int_equal(select_integer(f, "SELECT count(*) FROM asker"), STORE_ASKERS);
    assert_int_equal(put(f, 5, BOB), id);
    assert_int_equal(put(f, 5, ALICE), id);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM asker"), STORE_ASKERS);
    assert_int_equal(store_cancel(f->s, id, &bob, &wish), STORE_FORBIDDEN);
    /* Those who are recorded may still leave, and make room. */
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_WITHDRAWN);
    put(f, 5, BOB);
    assert_int_equal(store_cancel(f->s, id, &bob, &wish), STORE_OK);
    assert_int_equal(wish, WISH_WITHDRAWN);
    /* Another row has askers of its own. */
    id = put(f, 6, BOB);
    assert_int_equal(store_cancel(f->s, id, &bob, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
}

/* Who asks for a done row stands against its deletion like all others. */
static void
a_done_row_is_deleted_by_its_last_asker(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE);
    enum store_wish wish;

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    finish(f, id, TOKEN);
    assert_int_equal(put(f, 5, BOB), id);
    assert_int_equal(store_delete(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_WITHDRAWN);
    assert_row(f, id, STATUS_DONE, STAGE_STORED, WANTED_RUN);
    assert_int_equal(store_delete(f->s, id, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
    assert_gone(f, id);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM asker"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_newest_events_are_kept),
        TEST(askers_beyond_the_limit_are_not_recorded),
        TEST(a_done_row_is_deleted_by_its_last_asker),
    };

    return cmocka_run_group_tests_name("store_bounds", tests, NULL, NULL);
}
