/*
 * Damaged digits in the database: marks, what is published instead, and which row
 * makes the file again.
 */
#include "store_fixture.h"

#include "common/store_backup.h"

#include <stdio.h>
#include <string.h>

#define TOKEN "0123456789abcdef0123456789abcdef"

static const struct limits limits = {
    .spigot = 50000, .chudnovsky = 1000000, .bbp = 1000000};

/* Publishes LENGTH digits of radix 10. */
static struct published
publish(struct fixture *f, uint64_t length)
{
    struct published before, p = {.radix = 10, .length = length};

    digits_name(p.file, 10, length, "txt");
    memset(p.sha256, 'a', DIGITS_SHA256_SIZE - 1);
    assert_int_equal(store_published(f->s, 10, &before), STORE_OK);
    assert_int_equal(store_mend(f->s, &before, &p), STORE_OK);
    assert_int_equal(store_published(f->s, 10, &p), STORE_OK);
    return p;
}

/* A row of ALGORITHM that is done, having computed LENGTH digits. */
static int64_t
done(struct fixture *f, uint64_t length, enum algorithm algorithm)
{
    int64_t id = put_as(f, 10, length, algorithm, NULL);

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    finish(f, id, TOKEN);
    return id;
}

static uint64_t
marked(struct fixture *f)
{
    uint64_t length = 99;

    assert_int_equal(store_damaged(f->s, 10, &length), STORE_OK);
    return length;
}

static void
a_mark_is_left_once(void **state)
{
    struct fixture *f = *state;
    struct published p, old;
    int64_t revision;

    assert_int_equal(marked(f), 0);
    old = publish(f, 100);
    p = publish(f, 200);
    revision = store_revision(f->s);
    assert_int_equal(store_mark_damaged(f->s, &old), STORE_CONFLICT);
    assert_int_equal(marked(f), 0);
    assert_int_equal(store_mark_damaged(f->s, &p), STORE_OK);
    assert_int_equal(store_mark_damaged(f->s, &p), STORE_CONFLICT);
    assert_int_equal(marked(f), 200);
    assert_int_equal(store_revision(f->s), revision); /* nothing to be seen yet */
    assert_int_equal(store_clear_damaged(f->s, 10), STORE_OK);
    assert_int_equal(store_clear_damaged(f->s, 10), STORE_OK);
    assert_int_equal(marked(f), 0);
}

static void
the_row_that_made_it_runs_again(void **state)
{
    struct fixture *f = *state;
    int64_t other = done(f, 100, ALGORITHM_CHUDNOVSKY), id;
    int64_t maker = done(f, 200, ALGORITHM_CHUDNOVSKY);
    struct published p = publish(f, 200), now;
    const struct published instead = {
        .radix = 10, .length = 100, .file = "pi-10-100.txt", .sha256 = "b"};

    assert_int_equal(store_mark_damaged(f->s, &p), STORE_OK);
    assert_int_equal(store_take_back(f->s, &p, &instead, &limits, &id), STORE_OK);
    assert_int_equal(id, maker);
    assert_row(f, maker, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_row(f, other, STATUS_DONE, STAGE_STORED, WANTED_RUN);
    assert_int_equal(marked(f), 0);
    assert_int_equal(store_published(f->s, 10, &now), STORE_OK);
    assert_int_equal(now.length, 100);
    assert_events(f, maker, "registered scheduled taken calculated stored retried");
    /* Whoever comes second changes nothing. */
    assert_int_equal(store_take_back(f->s, &p, NULL, &limits, &id), STORE_CONFLICT);
    assert_int_equal(id, 0);
    assert_int_equal(store_published(f->s, 10, &now), STORE_OK);
    assert_int_equal(now.length, 100);
}

/* A row that asks for auto would be answered by the others of its position. */
static void
the_one_that_computes_is_chosen(void **state)
{
    struct fixture *f = *state;
    int64_t any = done(f, 200, ALGORITHM_AUTO), id;
    int64_t maker = done(f, 200, ALGORITHM_CHUDNOVSKY);
    struct published p = publish(f, 200);

    assert_int_equal(store_take_back(f->s, &p, NULL, &limits, &id), STORE_OK);
    assert_int_equal(id, maker);
    assert_row(f, any, STATUS_DONE, STAGE_STORED, WANTED_RUN);
}

static void
a_row_is_added_where_none_is_left(void **state)
{
    struct fixture *f = *state;
    struct published p = publish(f, 200);
    struct computation row;
    int64_t id;

    assert_int_equal(store_take_back(f->s, &p, NULL, &limits, &id), STORE_OK);
    row = row_of(f, id);
    assert_int_equal(row.position, 200);
    assert_int_equal(row.algorithm, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(row.status, STATUS_QUEUED);
    /* A failed one is as good. */
    take(f, id, TOKEN);
    assert_int_equal(store_failed(f->s, id, TOKEN, "memory"), STORE_OK);
    p = publish(f, 200);
    assert_int_equal(store_take_back(f->s, &p, NULL, &limits, &id), STORE_OK);
    assert_int_equal(id, row.id);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
}

/* A daemon holds the row, which was to be given up: its lease stays, the wish does
 * not. */
static void
a_row_that_is_being_cancelled_goes_on(void **state)
{
    static const struct store_asker admin = {.admin = true};
    struct fixture *f = *state;
    int64_t maker = put(f, 200, NULL), id;
    struct published p = publish(f, 200);
    enum store_wish wish;

    take(f, maker, TOKEN);
    assert_int_equal(store_cancel(f->s, maker, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    assert_int_equal(store_take_back(f->s, &p, NULL, &limits, &id), STORE_OK);
    assert_int_equal(id, maker);
    assert_row(f, maker, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    calculate(f, maker, TOKEN);
    finish(f, maker, TOKEN);
}

static void
no_row_runs_for_nothing(void **state)
{
    struct fixture *f = *state;
    const struct limits less = {.spigot = 100, .chudnovsky = 199, .bbp = 100};
    struct published p = publish(f, 200);
    int64_t id, coming;

    /* More than this site computes now. */
    assert_int_equal(store_take_back(f->s, &p, NULL, &less, &id), STORE_OK);
    assert_int_equal(id, 0);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 0);
    /* Another row brings as many digits. */
    coming = put(f, 300, NULL);
    p = publish(f, 200);
    assert_int_equal(store_take_back(f->s, &p, NULL, &limits, &id), STORE_OK);
    assert_int_equal(id, 0);
    assert_row(f, coming, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 1);
}

/* A restored database whose digits are nowhere finds who makes them in the same way. */
static void
digits_that_no_backup_has_are_made_again(void **state)
{
    static const bool lost[2] = {true, false};
    static const struct store_asker admin = {.admin = true};
    struct fixture *f = *state;
    int64_t maker = done(f, 200, ALGORITHM_CHUDNOVSKY);
    struct store_restored what;
    struct published now;
    enum store_wish wish;

    publish(f, 200);
    assert_int_equal(store_restored(f->s, 0, lost, &limits, &what), STORE_OK);
    assert_int_equal(what.asked_again, 1);
    assert_row(f, maker, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(store_published(f->s, 10, &now), STORE_OK);
    assert_int_equal(now.length, 0);
    /* It waits already. */
    publish(f, 200);
    assert_int_equal(store_restored(f->s, 0, lost, &limits, &what), STORE_OK);
    assert_int_equal(what.asked_again, 0);
    /* It is gone. */
    assert_int_equal(store_delete(f->s, maker, &admin, &wish), STORE_OK);
    publish(f, 200);
    assert_int_equal(store_restored(f->s, 0, lost, &limits, &what), STORE_OK);
    assert_int_equal(what.asked_again, 1);
    assert_int_equal(select_integer(f, "SELECT position FROM computation"), 200);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mark_is_left_once),
        TEST(the_row_that_made_it_runs_again),
        TEST(the_one_that_computes_is_chosen),
        TEST(a_row_is_added_where_none_is_left),
        TEST(a_row_that_is_being_cancelled_goes_on),
        TEST(no_row_runs_for_nothing),
        TEST(digits_that_no_backup_has_are_made_again),
    };

    return cmocka_run_group_tests_name("store_damage", tests, NULL, NULL);
}
