/*
 * Which rows a daemon looks at next, and that rows say what they wait for.
 */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

static const struct store_asker admin = {.admin = true};

static size_t
pending_ids(struct fixture *f, size_t max, int64_t *ids)
{
    struct computation rows[32];
    size_t count;

    assert_int_equal(store_pending(f->s, rows, max, &count), STORE_OK);
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].id;
    return count;
}

static void
the_next_and_the_smallest_wait_first(void **state)
{
    struct fixture *f = *state;
    static const int64_t all[] = {1, 2, 3, 4, 5, 6}, four[] = {1, 2, 3, 6};
    int64_t ids[32];

    for (uint64_t i = 1; i <= 6; i++)
        put(f, 1000 - i, NULL);
    assert_int_equal(pending_ids(f, 4, ids), 4);
    assert_memory_equal(ids, four, sizeof four);
    assert_int_equal(pending_ids(f, 12, ids), 6);
    assert_memory_equal(ids, all, sizeof all);
    assert_int_equal(pending_ids(f, 1, ids), 1);
    assert_int_equal(ids[0], 1);
}

static void
assert_waiting(struct fixture *f, const int64_t *expected, size_t count)
{
    int64_t ids[32];

    assert_int_equal(pending_ids(f, 32, ids), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ids[i], expected[i]);
}

static void
visitors_take_turns(void **state)
{
    struct fixture *f = *state;
    static const int64_t two[] = {1, 2, 6, 3, 4, 5}, three[] = {2, 6, 3, 7, 8, 4, 5};
    static const int64_t later[] = {6, 3, 7, 8, 9, 4, 5};

    for (uint64_t i = 1; i <= 5; i++)
        put(f, 100000 + i, ALICE);
    put(f, 200000, BOB); /* the sixth, and the largest */
    assert_waiting(f, two, 6);
    /* A turn that has begun gets no new rows: whoever comes is behind it. */
    take(f, 1, TOKEN);
    put(f, 300000, NULL);
    put(f, 300001, BOB);
    assert_waiting(f, three, 7);
    take(f, 2, TOKEN);
    put(f, 300002, "carol");
    assert_waiting(f, later, 7);
}

static void
many_visitors_starve_nobody(void **state)
{
    struct fixture *f = *state;
    int64_t ids[32], last;

    for (uint64_t i = 1; i <= 3; i++)
        last = put(f, 100000 + i, ALICE);
    /* For each row that is taken there come two more of new visitors. */
    for (int i = 0; i < 20; i++) {
        char name[32];

        assert_true(pending_ids(f, 4, ids) > 0);
        take(f, ids[0], TOKEN);
        if (ids[0] == last)
            return;
        for (uint64_t j = 0; j < 2; j++) {
            snprintf(name, sizeof name, "visitor %d %d", i, (int)j);
            put(f, 200000 + (uint64_t)i * 2 + j, name);
        }
    }
    fail_msg("the last row of the first visitor never had its turn");
}

static void
asking_too_brings_a_row_forward(void **state)
{
    struct fixture *f = *state;
    static const int64_t before[] = {1, 2, 3, 4}, after[] = {1, 2, 4, 3};
    int64_t revision;

    for (uint64_t i = 1; i <= 4; i++)
        put(f, 100000 + i, ALICE);
    assert_int_equal(put(f, 100004, ALICE), 4);
    assert_waiting(f, before, 4);
    revision = store_revision(f->s);
    assert_int_equal(put(f, 100004, BOB), 4);
    assert_waiting(f, after, 4);
    assert_int_equal(store_revision(f->s), revision);
}

/* However many large rows come before it, and other small ones of one visitor. */
static void
small_rows_are_seen(void **state)
{
    struct fixture *f = *state;
    int64_t ids[32], small;
    char name[32];

    for (uint64_t i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "visitor %d", (int)i);
        put(f, 100000 + i, name);
        put(f, 100 + i, ALICE);
    }
    small = put(f, 10000, BOB);
    assert_int_equal(pending_ids(f, 32, ids), 32);
    for (int i = 0; i < 32; i++)
        if (ids[i] == small)
            return;
    fail_msg("a small row was not seen");
}

static void
a_row_says_what_it_waits_for(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, NULL), revision = store_revision(f->s);

    assert_int_equal(store_waits(f->s, id, NULL), STORE_OK);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(store_waits(f->s, id, STORE_WAITS_MEMORY), STORE_OK);
    assert_string_equal(row_of(f, id).phase, STORE_WAITS_MEMORY);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_int_equal(store_waits(f->s, id, STORE_WAITS_MEMORY), STORE_OK);
    assert_int_equal(store_revision(f->s), revision + 1);
    take(f, id, TOKEN);
    assert_string_equal(row_of(f, id).phase, "");
    assert_int_equal(store_waits(f->s, id, STORE_WAITS_DISK), STORE_CONFLICT);
    assert_int_equal(store_waits(f->s, 99, STORE_WAITS_DISK), STORE_CONFLICT);
}

static void
only_queued_rows_wait(void **state)
{
    struct fixture *f = *state;
    enum store_wish wish;
    int64_t ids[32];

    for (uint64_t i = 1; i <= 5; i++)
        put(f, i, NULL);
    take(f, 1, TOKEN);
    take(f, 2, OTHER);
    assert_int_equal(store_failed(f->s, 2, OTHER, "no"), STORE_OK);
    assert_int_equal(store_cancel(f->s, 3, &admin, &wish), STORE_OK);
    assert_int_equal(pending_ids(f, 8, ids), 2);
    assert_int_equal(ids[0], 4);
    assert_int_equal(ids[1], 5);
}

static void
a_retried_row_waits_behind_older_ones(void **state)
{
    struct fixture *f = *state;
    enum store_wish wish;
    int64_t ids[32];

    put(f, 10, NULL);
    put(f, 20, NULL);
    assert_int_equal(store_cancel(f->s, 1, &admin, &wish), STORE_OK);
    assert_int_equal(store_retry(f->s, 1, &admin, 10), STORE_OK);
    assert_int_equal(pending_ids(f, 4, ids), 2);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 1);
}

static void
a_row_waits_out_its_delay(void **state)
{
    struct fixture *f = *state;
    int64_t ids[32], id = put(f, 1, NULL);

    take(f, id, TOKEN);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "it crashed", true, 3600000, NULL),
                     STORE_OK);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_string_equal(row_of(f, id).phase, STORE_WAITS_RETRY);
    assert_true(row_of(f, id).eta_s == 3600);
    assert_int_equal(pending_ids(f, 4, ids), 0);
    run_sql(f, "UPDATE computation SET not_before = not_before - 3600000000");
    assert_int_equal(pending_ids(f, 4, ids), 1);
    take(f, id, TOKEN);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "it crashed", true, 0, NULL),
                     STORE_OK);
    assert_int_equal(pending_ids(f, 4, ids), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_next_and_the_smallest_wait_first),
        TEST(visitors_take_turns),
        TEST(many_visitors_starve_nobody),
        TEST(asking_too_brings_a_row_forward),
        TEST(small_rows_are_seen),
        TEST(a_row_says_what_it_waits_for),
        TEST(only_queued_rows_wait),
        TEST(a_retried_row_waits_behind_older_ones),
        TEST(a_row_waits_out_its_delay),
    };

    return cmocka_run_group_tests_name("store_pending", tests, NULL, NULL);
}
