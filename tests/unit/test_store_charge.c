/*
 * How much one visitor and one address may set off: who is charged, for how long,
 * and that nobody gets round it by asking in several names or at the same moment.
 */
#include "store_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define HERE  "00here00"
#define THERE "00there0"

static const struct store_asker alice = {
    .owner = ALICE, .address = HERE, .owner_limit = 2, .address_limit = 3};
static const struct store_asker bob = {
    .owner = BOB, .address = HERE, .owner_limit = 2, .address_limit = 3};
static const struct store_asker far_away = {
    .owner = BOB, .address = THERE, .owner_limit = 2, .address_limit = 3};
static const struct store_asker admin = {.admin = true};

static enum store_rc
ask(struct fixture *f, uint64_t position, const struct store_asker *asker, int64_t *id)
{
    enum store_added added;

    return store_add(f->s, 10, position, ALGORITHM_CHUDNOVSKY, asker, 1000, id, &added);
}

static int64_t
charges(struct fixture *f)
{
    return select_integer(f, "SELECT count(*) FROM charge");
}

static void
a_visitor_has_his_limit(void **state)
{
    struct fixture *f = *state;
    enum store_wish wish;
    int64_t id, first;

    assert_int_equal(ask(f, 1, &alice, &first), STORE_OK);
    assert_int_equal(ask(f, 2, &alice, &id), STORE_OK);
    assert_int_equal(ask(f, 3, &alice, &id), STORE_OWNER_FULL);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 2);
    /* What is there is found, and what ended counts no more. */
    assert_int_equal(ask(f, 1, &alice, &id), STORE_OK);
    assert_int_equal(id, first);
    assert_int_equal(store_cancel(f->s, first, &alice, &wish), STORE_OK);
    assert_int_equal(ask(f, 3, &alice, &id), STORE_OK);
    assert_int_equal(ask(f, 4, &alice, &id), STORE_OWNER_FULL);
    assert_int_equal(store_retry(f->s, first, &alice, 1000), STORE_OWNER_FULL);
    assert_int_equal(ask(f, 1, &alice, &id), STORE_OWNER_FULL); /* queued again */
    assert_row(f, first, STATUS_CANCELLED, STAGE_REGISTERED, WANTED_RUN);
}

static void
so_has_an_address(void **state)
{
    struct fixture *f = *state;
    const struct store_asker newcomer = {
        .owner = "new", .address = HERE, .owner_limit = 2, .address_limit = 3};
    int64_t id;

    assert_int_equal(ask(f, 1, &alice, &id), STORE_OK);
    assert_int_equal(ask(f, 2, &alice, &id), STORE_OK);
    assert_int_equal(ask(f, 3, &bob, &id), STORE_OK);
    assert_int_equal(ask(f, 4, &bob, &id), STORE_ADDRESS_FULL);
    assert_int_equal(ask(f, 4, &newcomer, &id), STORE_ADDRESS_FULL);
    assert_int_equal(ask(f, 4, &far_away, &id), STORE_OK);
    assert_int_equal(ask(f, 5, &far_away, &id), STORE_OWNER_FULL);
}

/* Every way in which a row ends, and those in which it does not. */
static void
a_charge_lasts_until_the_row_ends(void **state)
{
    struct fixture *f = *state;
    enum store_wish wish;
    int64_t id;

    assert_int_equal(ask(f, 1, &alice, &id), STORE_OK);
    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    assert_int_equal(charges(f), 1);
    finish(f, id, TOKEN);
    assert_int_equal(charges(f), 0);

    assert_int_equal(ask(f, 2, &alice, &id), STORE_OK);
    take(f, id, TOKEN);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "again", true, 0, NULL), STORE_OK);
    assert_int_equal(charges(f), 1);
    take(f, id, TOKEN);
    assert_int_equal(store_failed(f->s, id, TOKEN, "broken"), STORE_OK);
    assert_int_equal(charges(f), 0);
    assert_int_equal(store_retry(f->s, id, &alice, 1000), STORE_OK);
    assert_int_equal(charges(f), 1);
    assert_int_equal(
        store_answer(f->s, id, ALGORITHM_CHUDNOVSKY, "9265358979323846", 1, "checked"),
        STORE_OK);
    assert_int_equal(charges(f), 0);

    assert_int_equal(ask(f, 3, &alice, &id), STORE_OK);
    assert_int_equal(store_delete(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(charges(f), 0);

    assert_int_equal(ask(f, 4, &alice, &id), STORE_OK);
    take(f, id, TOKEN);
    assert_int_equal(store_cancel(f->s, id, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    assert_int_equal(charges(f), 1);
    assert_int_equal(store_grant(f->s, id, TOKEN), STORE_OK);
    assert_int_equal(charges(f), 0);
}

/* Two who take over from each other stay within what both may. */
static void
joining_is_no_way_round(void **state)
{
    struct fixture *f = *state;
    enum store_wish wish;
    int64_t first, second, id;

    assert_int_equal(ask(f, 1, &alice, &first), STORE_OK);
    assert_int_equal(ask(f, 2, &alice, &second), STORE_OK);
    assert_int_equal(ask(f, 1, &bob, &id), STORE_OK);
    assert_int_equal(ask(f, 2, &bob, &id), STORE_OK);
    assert_int_equal(store_cancel(f->s, first, &alice, &wish), STORE_OK);
    assert_int_equal(wish, WISH_WITHDRAWN);
    assert_int_equal(ask(f, 3, &alice, &id), STORE_OWNER_FULL);
    /* Bob joined for nothing: what he may is still his. */
    assert_int_equal(ask(f, 3, &bob, &id), STORE_OK);
}

static void
without_limits_nobody_is_noted(void **state)
{
    struct fixture *f = *state;
    const struct store_asker visitor = {.owner = ALICE, .address = HERE};
    const struct store_asker unknown = {.owner_limit = 1, .address_limit = 1};
    int64_t id;

    for (uint64_t position = 1; position <= 5; position++)
        assert_int_equal(ask(f, position, &visitor, &id), STORE_OK);
    for (uint64_t position = 6; position <= 9; position++)
        assert_int_equal(ask(f, position, &unknown, &id), STORE_OK);
    for (uint64_t position = 10; position <= 14; position++)
        assert_int_equal(ask(f, position, &admin, &id), STORE_OK);
    assert_int_equal(charges(f), 0);
}

struct racer {
    pthread_t thread;
    struct fixture *f;
    uint64_t position;
    enum store_rc rc;
};

static void *
race(void *argument)
{
    struct racer *r = argument;
    enum store_added added;
    struct store *s;
    int64_t id;

    r->rc = store_open(&s, r->f->path, STORE_DURABLE);
    if (r->rc == STORE_OK)
        r->rc =
            store_add(s, 10, r->position, ALGORITHM_AUTO, &alice, 1000, &id, &added);
    store_close(s);
    return NULL;
}

static void
at_the_same_moment_no_more_get_in(void **state)
{
    enum { RACERS = 16 };
    struct fixture *f = *state;
    struct racer racers[RACERS];
    int in = 0;

    memset(racers, 0, sizeof racers);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].f = f;
        racers[i].position = i + 1;
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        pthread_join(racers[i].thread, NULL);
    for (size_t i = 0; i < RACERS; i++) {
        assert_true(racers[i].rc == STORE_OK || racers[i].rc == STORE_OWNER_FULL);
        in += racers[i].rc == STORE_OK;
    }
    assert_int_equal(in, 2);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_visitor_has_his_limit),
        TEST(so_has_an_address),
        TEST(a_charge_lasts_until_the_row_ends),
        TEST(joining_is_no_way_round),
        TEST(without_limits_nobody_is_noted),
        TEST(at_the_same_moment_no_more_get_in),
    };

    return cmocka_run_group_tests_name("store_charge", tests, NULL, NULL);
}
