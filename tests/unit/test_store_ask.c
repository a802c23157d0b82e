/*
 * What visitors ask for: new rows, those that are there already, those that were given
 * up; and what happens when many ask at once. For what ends rows see test_store_end.c.
 */
#include "store_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const struct store_asker alice = {.owner = ALICE};
static const struct store_asker bob = {.owner = BOB};
static const struct store_asker nobody = {.owner = NULL};

/* Adds the question of put() and says how. */
static enum store_added
add_again(struct fixture *f, uint64_t position, const struct store_asker *asker,
          int64_t expected_id)
{
    enum store_added added;
    int64_t id;

    assert_int_equal(
        store_add(f->s, 10, position, ALGORITHM_CHUDNOVSKY, asker, 1000, &id, &added),
        STORE_OK);
    assert_int_equal(id, expected_id);
    return added;
}

static int64_t
askers_of(struct fixture *f, int64_t id)
{
    char sql[96];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM asker WHERE computation_id = %lld",
             (long long)id);
    return select_integer(f, sql);
}

static void
a_new_row_is_registered(void **state)
{
    struct fixture *f = *state;
    int64_t before = store_now(), id;
    enum store_added added;
    struct computation c;

    assert_int_equal(
        store_add(f->s, 16, 1000000, ALGORITHM_BBP, &alice, 10, &id, &added), STORE_OK);
    assert_int_equal(added, ADDED_NEW);
    c = row_of(f, id);
    assert_int_equal(c.radix, 16);
    assert_int_equal(c.position, 1000000);
    assert_int_equal(c.algorithm, ALGORITHM_BBP);
    assert_int_equal(c.method, ALGORITHM_AUTO);
    assert_int_equal(c.attempts, 0);
    assert_int_equal(c.answered_by, 0);
    assert_true(c.at[STAGE_REGISTERED] >= before &&
                c.at[STAGE_REGISTERED] <= store_now());
    for (int stage = STAGE_SCHEDULED; stage < STAGE_COUNT; stage++)
        assert_int_equal(c.at[stage], 0);
    assert_int_equal(c.digit, 0);
    assert_string_equal(c.window, "");
    assert_string_equal(c.error, "");
    assert_true(c.eta_s < 0 && c.cpu_s < 0 && c.wall_s < 0);
    assert_int_equal(c.revision, store_revision(f->s));
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_events(f, id, "registered");
}

static void
the_same_question_has_one_row(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 1000, ALICE), revision = store_revision(f->s);

    assert_int_equal(add_again(f, 1000, &bob, id), ADDED_EXISTING);
    assert_int_equal(add_again(f, 1000, &alice, id), ADDED_EXISTING);
    assert_int_equal(add_again(f, 1000, &nobody, id), ADDED_EXISTING);
    assert_int_equal(askers_of(f, id), 2);
    /* Nobody can see who asked. */
    assert_int_equal(store_revision(f->s), revision);
    assert_events(f, id, "registered");
    /* Another radix, algorithm or position is another question. */
    assert_int_not_equal(put_as(f, 16, 1000, ALGORITHM_CHUDNOVSKY, ALICE), id);
    assert_int_not_equal(put_as(f, 10, 1000, ALGORITHM_SPIGOT, ALICE), id);
    assert_int_not_equal(put(f, 1001, ALICE), id);
}

static void
a_done_row_is_found(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE);

    take(f, id, TOKEN);
    assert_int_equal(add_again(f, 5, &bob, id), ADDED_EXISTING);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    calculate(f, id, TOKEN);
    finish(f, id, TOKEN);
    assert_int_equal(add_again(f, 5, &bob, id), ADDED_EXISTING);
    assert_row(f, id, STATUS_DONE, STAGE_STORED, WANTED_RUN);
}

static void
a_failed_row_is_queued_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE), before;
    struct computation c;

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    assert_int_equal(store_failed(f->s, id, TOKEN, "no memory"), STORE_OK);
    before = row_of(f, id).at[STAGE_REGISTERED];
    assert_int_equal(add_again(f, 5, &bob, id), ADDED_AGAIN);
    c = row_of(f, id);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_true(c.at[STAGE_REGISTERED] > before);
    assert_int_equal(c.at[STAGE_CALCULATED], 0);
    assert_int_equal(c.attempts, 0);
    assert_string_equal(c.error, "");
    assert_int_equal(c.method, ALGORITHM_AUTO);
    assert_true(c.cpu_s < 0);
    assert_int_equal(c.peak_kib, 0);
    assert_events(f, id, "registered scheduled taken calculated failed retried");
    /* Who asked for a row that failed still wants it. */
    assert_int_equal(askers_of(f, id), 2);
}

static void
a_full_queue_takes_no_more(void **state)
{
    struct fixture *f = *state;
    int64_t first = put(f, 1, ALICE), second = put(f, 2, ALICE), id = -1;
    int64_t revision = store_revision(f->s);
    enum store_added added;
    enum store_wish wish;

    assert_int_equal(store_add(f->s, 10, 3, ALGORITHM_CHUDNOVSKY, &bob, 2, &id, &added),
                     STORE_FULL);
    assert_int_equal(id, -1);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 2);
    /* A row that is there is found. */
    assert_int_equal(store_add(f->s, 10, 2, ALGORITHM_CHUDNOVSKY, &bob, 2, &id, &added),
                     STORE_OK);
    assert_int_equal(id, second);
    /* One that would have to wait again is not. */
    assert_int_equal(store_cancel(f->s, first, &alice, &wish), STORE_OK);
    put(f, 4, ALICE);
    assert_int_equal(store_add(f->s, 10, 1, ALGORITHM_CHUDNOVSKY, &bob, 2, &id, &added),
                     STORE_FULL);
    assert_int_equal(store_retry(f->s, first, &alice, 2), STORE_FULL);
    assert_row(f, first, STATUS_CANCELLED, STAGE_REGISTERED, WANTED_RUN);
    /* A running row does not wait. */
    take(f, second, TOKEN);
    assert_int_equal(store_retry(f->s, first, &alice, 2), STORE_OK);
}

struct racer {
    pthread_t thread;
    struct fixture *f;
    char owner[16];
    int64_t id;
    enum store_added added;
    enum store_rc rc;
};

static void *
race(void *argument)
{
    struct racer *r = argument;
    const struct store_asker asker = {.owner = r->owner};
    struct store *s;

    r->rc = store_open(&s, r->f->path, STORE_DURABLE);
    if (r->rc == STORE_OK)
        r->rc = store_add(s, 10, 4242, ALGORITHM_AUTO, &asker, 1000, &r->id, &r->added);
    store_close(s);
    return NULL;
}

static void
racing_requests_make_one_row(void **state)
{
    struct fixture *f = *state;
    struct racer racers[20];
    int made = 0;

    memset(racers, 0, sizeof racers);
    for (size_t i = 0; i < 20; i++) {
        racers[i].f = f;
        snprintf(racers[i].owner, sizeof racers[i].owner, "owner%zu", i);
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < 20; i++)
        pthread_join(racers[i].thread, NULL);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(racers[i].rc, STORE_OK);
        assert_int_equal(racers[i].id, racers[0].id);
        made += racers[i].added == ADDED_NEW;
    }
    assert_int_equal(made, 1);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 1);
    assert_int_equal(askers_of(f, racers[0].id), 20);
    assert_int_equal(store_revision(f->s), 2);
}

static void
a_row_given_up_belongs_to_who_asks_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE);
    enum store_wish wish;

    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(add_again(f, 5, &bob, id), ADDED_AGAIN);
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_FORBIDDEN);
    assert_int_equal(store_cancel(f->s, id, &bob, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
}

static void
a_row_marked_to_end_is_wanted_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE), revision;
    enum store_wish wish;

    take(f, id, TOKEN);
    assert_int_equal(store_delete(f->s, id, &alice, &wish), STORE_OK);
    revision = store_revision(f->s);
    assert_int_equal(add_again(f, 5, &bob, id), ADDED_EXISTING);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_int_equal(askers_of(f, id), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_row_is_registered),
        TEST(the_same_question_has_one_row),
        TEST(a_done_row_is_found),
        TEST(a_failed_row_is_queued_again),
        TEST(a_full_queue_takes_no_more),
        TEST(racing_requests_make_one_row),
        TEST(a_row_given_up_belongs_to_who_asks_again),
        TEST(a_row_marked_to_end_is_wanted_again),
    };

    return cmocka_run_group_tests_name("store_ask", tests, NULL, NULL);
}
