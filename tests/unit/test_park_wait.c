/*
 * The table of who waits: groups, deadlines, and the promise that no change is
 * missed. Time is a number here.
 */
#include "config.h"

#include "cmocka_all.h"

#include "fcgi/park_wait.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100, NOW = 5000000 };

static int
setup(void **state)
{
    assert_true(sodium_init() >= 0);
    *state = waits_new(MOST);
    assert_non_null(*state);
    return 0;
}

static int
teardown(void **state)
{
    waits_free(*state);
    return 0;
}

static int committed;

static void
commit(void *ctx)
{
    (void)ctx;
    committed++;
}

static struct wait
wait_for(int64_t row, int64_t since)
{
    struct wait wait;
    memset(&wait, 0, sizeof wait);
    wait.kind = WAIT_COMPUTATION;
    wait.row_id = row;
    wait.since = since;
    return wait;
}

static enum waits_rc
add(struct waits *w, struct waiter *waiter, int64_t row, int64_t checked,
    unsigned wait_s, int64_t now)
{
    struct wait wait = wait_for(row, 1);
    return waits_add(w, waiter, &wait, checked, wait_s, now, commit, NULL);
}

/* Announces REVISION and returns how many waits must be looked at. */
static size_t
announce(struct waits *w, int64_t revision)
{
    struct wait *list;
    size_t n = waits_announce(w, revision, 0, &list);
    free(list);
    return n;
}

static void
groups_equal_waits(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[6] = {0}, *out[6];
    announce(w, 5);
    for (int i = 0; i < 6; i++)
        add(w, &waiters[i], i % 2, 5, 10, NOW);
    assert_int_equal(waits_count(w), 6);
    assert_int_equal(announce(w, 6), 2);
    struct wait odd = wait_for(1, 1), none = wait_for(2, 1), later = wait_for(1, 2);
    assert_int_equal(waits_take(w, &none, out, 6), 0);
    assert_int_equal(waits_take(w, &later, out, 6), 0);
    assert_int_equal(waits_take(w, &odd, out, 2), 2);
    assert_int_equal(waits_take(w, &odd, out, 6), 1);
    assert_int_equal(waits_take(w, &odd, out, 6), 0);
    assert_int_equal(waits_count(w), 3);
    assert_int_equal(announce(w, 7), 1);
}

static void
every_member_tells_waits_apart(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[22] = {0};
    struct wait waits[21];
    for (size_t i = 0; i < 21; i++)
        waits[i] = wait_for(1, 1);
    waits[1].kind = WAIT_API_ROW;
    waits[2].since = 2;
    waits[3].row_id = 2;
    waits[4].number = 1;
    waits[5].from = 1;
    waits[6].filter.status = 1;
    waits[7].filter.radix = 10;
    waits[8].filter.algorithm = 1;
    waits[9].filter.position = 1;
    waits[10].after.running = true;
    waits[11].after.id = 1;
    waits[12].limit = 1;
    waits[13].gzip = true;
    waits[14].front_headers = true;
    waits[15].columns = 5;
    waits[16].lang = LANG_COUNT;
    waits[17].mark_first = 1;
    waits[18].mark_last = 1;
    waits[19].asks_absent = true;
    waits[20].absent = 1;
    for (size_t i = 0; i < 21; i++)
        waits_add(w, &waiters[i], &waits[i], 1, 10, NOW, commit, NULL);
    assert_int_equal(announce(w, 2), 21);
}

static void
padding_does_not_tell_waits_apart(void **state)
{
    struct waits *w = *state;
    struct waiter one = {0}, two = {0};
    struct wait clean = wait_for(1, 1), dirty;
    memset(&dirty, 0xa5, sizeof dirty);
    dirty.kind = clean.kind;
    dirty.since = clean.since;
    dirty.row_id = clean.row_id;
    dirty.number = dirty.from = 0;
    dirty.filter.status = dirty.filter.radix = dirty.filter.algorithm = 0;
    dirty.filter.position = 0;
    dirty.filter.sort = SORT_NEWEST;
    dirty.after.running = false;
    dirty.after.id = dirty.after.key = 0;
    dirty.after.sort = SORT_NEWEST;
    dirty.mark_first = dirty.mark_last = 0;
    dirty.limit = dirty.columns = 0;
    dirty.lang = clean.lang;
    dirty.gzip = dirty.front_headers = dirty.asks_absent = false;
    dirty.absent = 0;
    waits_add(w, &one, &clean, 1, 10, NOW, commit, NULL);
    waits_add(w, &two, &dirty, 1, 10, NOW, commit, NULL);
    assert_int_equal(announce(w, 2), 1);
}

/* Those who show another state of the daemon than the present one, if they ask. */
static void
looks_at_who_shows_another_daemon(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[3] = {0};
    struct wait wait = wait_for(1, 1), *list;
    waits_add(w, &waiters[0], &wait, 5, 10, NOW, commit, NULL);
    wait.asks_absent = true;
    waits_add(w, &waiters[1], &wait, 5, 10, NOW, commit, NULL);
    assert_int_equal(waits_announce(w, 5, 0, &list), 0);
    free(list);
    assert_int_equal(waits_announce(w, 5, 3, &list), 1);
    assert_true(list->asks_absent);
    free(list);
    wait.absent = 3;
    assert_int_equal(waits_add(w, &waiters[2], &wait, 5, 10, NOW, commit, NULL),
                     WAITS_ADDED);
    assert_int_equal(waits_announce(w, 5, 4, &list), 2);
    free(list);
    waits_remove(w, &waiters[2]);
    assert_int_equal(waits_add(w, &waiters[2], &wait, 5, 10, NOW, commit, NULL),
                     WAITS_NEWS);
}

static void
removes_waiters(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[3] = {0}, *out[3];
    for (int i = 0; i < 3; i++)
        add(w, &waiters[i], 1, 1, 10, NOW);
    assert_true(waits_remove(w, &waiters[1]));
    assert_false(waits_remove(w, &waiters[1]));
    struct wait wait = wait_for(1, 1);
    assert_int_equal(waits_take(w, &wait, out, 3), 2);
    assert_true(out[0] != &waiters[1] && out[1] != &waiters[1]);
    assert_false(waits_remove(w, &waiters[0]));
    assert_int_equal(waits_count(w), 0);
    assert_int_equal(waits_next(w, NOW), -1);
}

static void
ends_by_deadline(void **state)
{
    struct waits *w = *state;
    static const unsigned seconds[] = {60, 1, 30, 2, 1, 59};
    struct waiter waiters[6] = {0}, *out[6];
    struct wait waits[6];
    size_t ended = 0;
    for (int i = 0; i < 6; i++)
        add(w, &waiters[i], i, 1, seconds[i], NOW + i);
    for (int64_t now = NOW; now < NOW + 62000; now += 50) {
        size_t n = waits_take_expired(w, now, out, waits, 6);
        for (size_t k = 0; k < n; k++) {
            int64_t i = out[k] - waiters;
            assert_int_equal(waits[k].row_id, i);
            int64_t deadline = NOW + i + seconds[i] * 1000;
            assert_in_range(now, deadline, deadline + 250);
        }
        ended += n;
    }
    assert_int_equal(ended, 6);
}

static void
says_when_the_next_ends(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[2] = {0}, *out[2];
    struct wait waits[2];
    add(w, &waiters[0], 1, 1, 40, NOW);
    int64_t next = waits_next(w, NOW);
    assert_in_range(next, 40000, 40200);
    add(w, &waiters[1], 1, 1, 3, NOW + 1000);
    next = waits_next(w, NOW + 1000);
    assert_in_range(next, 3000, 3200);
    assert_int_equal(waits_take_expired(w, NOW + 1000 + next - 101, out, waits, 2), 0);
    assert_int_equal(waits_take_expired(w, NOW + 1000 + next, out, waits, 2), 1);
    assert_ptr_equal(out[0], &waiters[1]);
    assert_int_equal(waits_next(w, NOW + 90000), 0);
}

static void
takes_the_expired_in_portions(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[MOST] = {0}, *out[7];
    struct wait waits[7];
    size_t total = 0, n;
    for (int i = 0; i < MOST; i++)
        add(w, &waiters[i], i % 3, 1, (unsigned)i % 50 + 1, NOW);
    while ((n = waits_take_expired(w, NOW + 70000, out, waits, 7)) > 0)
        total += n;
    assert_int_equal(total, MOST);
}

/* A thread that was held up between reading the clock and parking. */
static void
ends_a_wait_that_comes_late(void **state)
{
    struct waits *w = *state;
    struct waiter other = {0}, late = {0}, *out[2];
    struct wait waits[2];
    add(w, &other, 1, 1, 60, NOW);
    assert_int_equal(waits_take_expired(w, NOW + 20000, out, waits, 2), 0);
    add(w, &late, 2, 1, 1, NOW);
    assert_int_equal(waits_take_expired(w, NOW + 20300, out, waits, 2), 1);
    assert_ptr_equal(out[0], &late);
}

static void
survives_a_long_pause(void **state)
{
    struct waits *w = *state;
    struct waiter one = {0}, two = {0}, *out[2];
    struct wait waits[2];
    add(w, &one, 1, 1, 60, NOW);
    /* Nobody looked for an hour. */
    int64_t later = NOW + 3600 * 1000;
    assert_int_equal(waits_take_expired(w, later, out, waits, 2), 1);
    add(w, &two, 1, 1, 60, later);
    assert_int_equal(waits_take_expired(w, later + 59000, out, waits, 2), 0);
    assert_int_equal(waits_take_expired(w, later + 60200, out, waits, 2), 1);
}

static void
has_a_limit(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[MOST + 1] = {0};
    committed = 0;
    for (int i = 0; i < MOST; i++)
        assert_int_not_equal(add(w, &waiters[i], i, 1, 10, NOW), WAITS_FULL);
    assert_int_equal(add(w, &waiters[MOST], 1, 1, 10, NOW), WAITS_FULL);
    assert_int_equal(committed, MOST);
    waits_remove(w, &waiters[5]);
    assert_int_not_equal(add(w, &waiters[MOST], 1, 1, 10, NOW), WAITS_FULL);
}

static void
ends_all(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[5] = {0}, *out[5];
    struct wait waits[5];
    for (int i = 0; i < 4; i++)
        add(w, &waiters[i], i, 1, (unsigned)i * 15 + 1, NOW);
    waits_end(w);
    assert_int_equal(add(w, &waiters[4], 1, 1, 10, NOW), WAITS_FULL);
    assert_int_equal(waits_take_expired(w, NOW, out, waits, 3), 3);
    assert_int_equal(waits_take_expired(w, NOW, out, waits, 3), 1);
    assert_int_equal(waits_count(w), 0);
}

static void
asks_for_a_look_when_revisions_differ(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[5] = {0};
    announce(w, 5);
    /* The first one wakes an idle notifier in any case. */
    assert_int_equal(add(w, &waiters[0], 0, 5, 10, NOW), WAITS_NEWS);
    assert_int_equal(add(w, &waiters[1], 1, 5, 10, NOW), WAITS_ADDED);
    /* It looked before 5 was announced: the announcement did not see it. */
    assert_int_equal(add(w, &waiters[2], 2, 4, 10, NOW), WAITS_NEWS);
    assert_int_equal(announce(w, 5), 1);
    /* It looked after what is announced: the ring is on its way, or was lost. */
    assert_int_equal(add(w, &waiters[3], 3, 6, 10, NOW), WAITS_NEWS);
    /* An equal wait was looked at since. */
    assert_int_equal(add(w, &waiters[4], 1, 4, 10, NOW), WAITS_ADDED);
}

static void
looks_at_each_group_once_for_a_revision(void **state)
{
    struct waits *w = *state;
    struct waiter waiters[3] = {0};
    struct wait *list;
    for (int i = 0; i < 3; i++)
        add(w, &waiters[i], i, 5, 10, NOW);
    assert_int_equal(announce(w, 5), 0);
    assert_int_equal(waits_announce(w, 6, 0, &list), 3);
    for (int i = 0; i < 3; i++)
        waits_checked(w, &list[i], 6);
    free(list);
    assert_int_equal(announce(w, 6), 0);
    /* A database that was restored goes back: look as well. */
    assert_int_equal(announce(w, 4), 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(groups_equal_waits),
        TEST(every_member_tells_waits_apart),
        TEST(padding_does_not_tell_waits_apart),
        TEST(looks_at_who_shows_another_daemon),
        TEST(removes_waiters),
        TEST(ends_by_deadline),
        TEST(says_when_the_next_ends),
        TEST(takes_the_expired_in_portions),
        TEST(ends_a_wait_that_comes_late),
        TEST(survives_a_long_pause),
        TEST(has_a_limit),
        TEST(ends_all),
        TEST(asks_for_a_look_when_revisions_differ),
        TEST(looks_at_each_group_once_for_a_revision),
    };
    return cmocka_run_group_tests_name("park_wait", tests, NULL, NULL);
}
