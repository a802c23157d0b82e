/*
 * The daemon's side of a row's life: taking, progress, calculated,
 * failing and going back. And that a lost lease allows none of it.
 */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

static const struct store_asker admin = {.admin = true};

/* ---- taking ---- */

static void
taking_is_two_stages_in_one_commit(void **state)
{
    struct fixture *f = *state;
    const struct store_lease lease = lease_of(TOKEN, "one");
    int64_t id = put_as(f, 10, 1000, ALGORITHM_AUTO, NULL);
    int64_t revision = store_revision(f->s);
    struct computation c;

    assert_int_equal(store_take(f->s, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
    c = row_of(f, id);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    assert_int_equal(c.algorithm, ALGORITHM_AUTO);
    assert_int_equal(c.method, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(c.attempts, 1);
    assert_true(c.at[STAGE_REGISTERED] <= c.at[STAGE_SCHEDULED]);
    assert_true(c.at[STAGE_SCHEDULED] <= c.at[STAGE_TAKEN]);
    assert_true(c.at[STAGE_TAKEN] > 0);
    assert_int_equal(c.at[STAGE_CALCULATED], 0);
    assert_int_equal(c.revision, revision + 1);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_events(f, id, "registered scheduled taken");
}

static void
a_row_is_taken_once(void **state)
{
    struct fixture *f = *state;
    const struct store_lease other = lease_of(OTHER, "two");
    int64_t id = put(f, 1, NULL);
    enum store_wish wish;

    take(f, id, TOKEN);
    assert_int_equal(store_take(f->s, id, &other, ALGORITHM_CHUDNOVSKY),
                     STORE_CONFLICT);
    assert_int_equal(store_take(f->s, 99, &other, ALGORITHM_CHUDNOVSKY),
                     STORE_NOT_FOUND);
    put(f, 2, NULL);
    assert_int_equal(store_cancel(f->s, 2, &admin, &wish), STORE_OK);
    assert_int_equal(store_take(f->s, 2, &other, ALGORITHM_CHUDNOVSKY), STORE_CONFLICT);
    assert_int_equal(row_of(f, id).attempts, 1);
}

static void
known_digits_answer_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t id = put_as(f, 10, 5, ALGORITHM_AUTO, NULL),
            revision = store_revision(f->s);
    struct computation c;

    assert_int_equal(store_answer(f->s, id, ALGORITHM_CHUDNOVSKY, "9265358979323846",
                                  42, "as stored"),
                     STORE_OK);
    c = row_of(f, id);
    assert_row(f, id, STATUS_DONE, STAGE_STORED, WANTED_RUN);
    assert_int_equal(c.digit, '9');
    assert_string_equal(c.window, "9265358979323846");
    assert_string_equal(c.verified, "as stored");
    assert_int_equal(c.answered_by, 42);
    assert_int_equal(c.method, ALGORITHM_CHUDNOVSKY);
    assert_true(c.progress == 1);
    for (int stage = STAGE_SCHEDULED; stage < STAGE_COUNT; stage++)
        assert_true(c.at[stage] >= c.at[STAGE_REGISTERED]);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_events(f, id, "registered scheduled taken calculated stored");
    assert_int_equal(store_answer(f->s, id, ALGORITHM_CHUDNOVSKY, "1", 0, NULL),
                     STORE_CONFLICT);
    assert_int_equal(store_answer(f->s, 99, ALGORITHM_CHUDNOVSKY, "1", 0, NULL),
                     STORE_NOT_FOUND);
}

/* ---- while it runs ---- */

static void
progress_is_one_commit(void **state)
{
    struct fixture *f = *state;
    struct store_progress p[3] = {
        {.id = 1, .token = TOKEN, .fraction = 0.25, .phase = "sum", .eta_s = 12},
        {.id = 2, .token = OTHER, .fraction = 0.5, .phase = "sum", .eta_s = -1},
        {.id = 3, .token = OTHER, .fraction = 1.5, .phase = "write", .eta_s = 0},
    };
    struct store *relaxed = fixture_open(f, STORE_RELAXED);
    int64_t revision;

    for (uint64_t i = 1; i <= 3; i++)
        put(f, i, NULL);
    take(f, 1, TOKEN);
    take(f, 2, TOKEN); /* not the token that reports */
    take(f, 3, OTHER);
    revision = store_revision(f->s);
    assert_int_equal(store_progress(relaxed, p, 3), STORE_OK);
    assert_false(p[0].lost);
    assert_true(p[1].lost);
    assert_false(p[2].lost);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_true(row_of(f, 1).progress == 0.25);
    assert_string_equal(row_of(f, 1).phase, "sum");
    assert_true(row_of(f, 1).eta_s == 12);
    assert_true(row_of(f, 2).progress == 0);
    assert_true(row_of(f, 3).progress == 1);
    assert_int_equal(row_of(f, 3).revision, revision + 1);
    /* The same again is no change. */
    assert_int_equal(store_progress(relaxed, p, 3), STORE_OK);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_int_equal(store_progress(relaxed, p, 0), STORE_OK);
    p[0].eta_s = -1;
    assert_int_equal(store_progress(relaxed, p, 1), STORE_OK);
    assert_true(row_of(f, 1).eta_s < 0);
    assert_int_equal(store_revision(f->s), revision + 2);
    store_close(relaxed);
}

static void
calculated_keeps_digits_and_cost(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, NULL);
    char sha256[DIGITS_SHA256_SIZE] = "x";
    struct computation c;

    take(f, id, TOKEN);
    assert_int_equal(store_calculated_sha256(f->s, id, sha256), STORE_OK);
    assert_string_equal(sha256, "");
    calculate(f, id, TOKEN);
    c = row_of(f, id);
    assert_row(f, id, STATUS_RUNNING, STAGE_CALCULATED, WANTED_RUN);
    assert_true(c.cpu_s == 1.5 && c.wall_s == 2.5);
    assert_int_equal(c.peak_kib, 4096);
    assert_string_equal(c.phase, "storing"); /* nothing is verified yet */
    assert_true(c.at[STAGE_CALCULATED] >= c.at[STAGE_TAKEN]);
    assert_int_equal(c.digit, 0);
    assert_int_equal(store_calculated_sha256(f->s, id, sha256), STORE_OK);
    assert_string_equal(sha256, "cafe");
    assert_int_equal(store_calculated_sha256(f->s, 99, sha256), STORE_NOT_FOUND);
}

/* ---- how it ends ---- */

static void
failing_keeps_the_stage(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, NULL);
    struct event events[8];
    struct computation c;
    size_t count;

    take(f, id, TOKEN);
    assert_int_equal(store_failed(f->s, id, TOKEN, "memory: the limit was reached"),
                     STORE_OK);
    c = row_of(f, id);
    assert_row(f, id, STATUS_FAILED, STAGE_TAKEN, WANTED_RUN);
    assert_string_equal(c.error, "memory: the limit was reached");
    assert_int_equal(c.attempts, 1);
    assert_events(f, id, "registered scheduled taken failed");
    assert_int_equal(store_events(f->s, id, events, 8, &count), STORE_OK);
    assert_string_equal(events[3].detail, "memory: the limit was reached");
    /* Only the newest when there is no room for all, still in order. */
    assert_int_equal(store_events(f->s, id, events, 2, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_string_equal(events[0].stage, "taken");
    assert_string_equal(events[1].stage, "failed");
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"
                                       " WHERE lease IS NOT NULL"),
                     0);
}

static void
going_back_keeps_or_returns_the_attempt(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, NULL);
    struct computation c;

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "stopped", false, 0, NULL),
                     STORE_OK);
    c = row_of(f, id);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(c.attempts, 0);
    assert_int_equal(c.method, ALGORITHM_AUTO);
    assert_int_equal(c.at[STAGE_TAKEN], 0);
    assert_true(c.at[STAGE_REGISTERED] > 0);
    assert_int_equal(select_integer(f, "SELECT window IS NULL FROM computation"), 1);
    take(f, id, TOKEN);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "it crashed", true, 0, NULL),
                     STORE_OK);
    assert_int_equal(row_of(f, id).attempts, 1);
    take(f, id, TOKEN);
    assert_int_equal(row_of(f, id).attempts, 2);
    assert_events(f, id,
                  "registered scheduled taken calculated requeued scheduled taken"
                  " requeued scheduled taken");
}

/* The cost of a row is what all its workers spent, and it goes on where its last
 * checkpoint is. */
static void
costs_add_up(void **state)
{
    struct fixture *f = *state;
    const struct store_cost first = {1.5, 2, 100}, second = {0.5, 1, 300},
                            last = {2, 3, 200};
    int64_t id = put(f, 5, NULL);
    struct store_progress p = {.id = id,
                               .token = TOKEN,
                               .fraction = 0.6,
                               .phase = "sum",
                               .eta_s = -1,
                               .saved = 0.5};
    struct computation c;

    take(f, id, TOKEN);
    assert_int_equal(store_progress(f->s, &p, 1), STORE_OK);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "killed", true, 0, &first),
                     STORE_OK);
    c = row_of(f, id);
    assert_true(c.progress == 0.5);
    assert_true(c.cpu_s == 1.5 && c.wall_s == 2 && c.peak_kib == 100);
    take(f, id, TOKEN);
    p.fraction = 0.5;
    p.resumed = "at 50 %";
    assert_int_equal(store_progress(f->s, &p, 1), STORE_OK);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "killed", true, 0, &second),
                     STORE_OK);
    take(f, id, TOKEN);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "not started", false, 0, NULL),
                     STORE_OK);
    take(f, id, TOKEN);
    assert_int_equal(store_calculated(f->s, id, TOKEN, "1", "", "", &last), STORE_OK);
    c = row_of(f, id);
    assert_true(c.cpu_s == 4 && c.wall_s == 6 && c.peak_kib == 300);
    assert_events(f, id,
                  "registered scheduled taken requeued scheduled taken resumed requeued"
                  " scheduled taken requeued scheduled taken calculated");
    /* A retry begins anew. */
    assert_int_equal(store_failed(f->s, id, TOKEN, "no"), STORE_OK);
    assert_int_equal(store_retry(f->s, id, &admin, 10), STORE_OK);
    c = row_of(f, id);
    assert_true(c.progress == 0 && c.cpu_s < 0 && c.wall_s < 0 && c.peak_kib == 0);
    assert_int_equal(select_integer(f, "SELECT saved FROM computation"), 0);
}

/* A clock that is set back makes no row end before it began. */
static void
times_never_go_back(void **state)
{
    struct fixture *f = *state;
    static const char hour[] =
        "UPDATE computation SET created_at = created_at + 3600000000,"
        " scheduled_at = scheduled_at + 3600000000,"
        " taken_at = taken_at + 3600000000, calculated_at = calculated_at + 3600000000";
    int64_t done = put(f, 5, NULL), failed = put(f, 6, NULL),
            cancelled = put(f, 7, NULL);
    int64_t answered = put(f, 8, NULL);
    enum store_wish wish;
    struct computation c;

    run_sql(f, hour);
    take(f, done, TOKEN);
    take(f, failed, TOKEN);
    run_sql(f, hour);
    calculate(f, done, TOKEN);
    run_sql(f, hour);
    finish(f, done, TOKEN);
    c = row_of(f, done);
    for (int i = 1; i < STAGE_COUNT; i++)
        assert_true(c.at[i] >= c.at[i - 1]);
    assert_int_equal(store_failed(f->s, failed, TOKEN, "no"), STORE_OK);
    assert_int_equal(store_cancel(f->s, cancelled, &admin, &wish), STORE_OK);
    assert_int_equal(
        store_answer(f->s, answered, ALGORITHM_AUTO, "1234567890123456", 0, "yes"),
        STORE_OK);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation WHERE"
                                       " ended_at >= coalesce(calculated_at, taken_at,"
                                       " created_at)"),
                     4);
}

static void
a_lost_lease_allows_nothing(void **state)
{
    struct fixture *f = *state;
    const struct store_cost cost = {.cpu_s = 1};
    int64_t id = put(f, 5, NULL), revision;

    take(f, id, TOKEN);
    assert_int_equal(store_requeue(f->s, id, TOKEN, "expired", false, 0, NULL),
                     STORE_OK);
    for (int round = 0; round < 2; round++) {
        /* First nobody holds the row, then a successor does. */
        if (round == 1) {
            take(f, id, OTHER);
            calculate(f, id, OTHER);
        }
        revision = store_revision(f->s);
        assert_int_equal(store_calculated(f->s, id, TOKEN, "1", "", "", &cost),
                         STORE_CONFLICT);
        assert_int_equal(
            store_stored(f->s, id, TOKEN, NULL, NULL, NULL, NULL, NULL, NULL),
            STORE_CONFLICT);
        assert_int_equal(store_failed(f->s, id, TOKEN, "no"), STORE_CONFLICT);
        assert_int_equal(store_requeue(f->s, id, TOKEN, "no", false, 0, NULL),
                         STORE_CONFLICT);
        assert_int_equal(store_grant(f->s, id, TOKEN), STORE_CONFLICT);
        assert_int_equal(store_revision(f->s), revision);
    }
    assert_row(f, id, STATUS_RUNNING, STAGE_CALCULATED, WANTED_RUN);
    /* The row is gone altogether. */
    assert_int_equal(store_failed(f->s, 99, TOKEN, "no"), STORE_CONFLICT);
}

static void
stages_come_in_order(void **state)
{
    struct fixture *f = *state;
    const struct store_cost cost = {.cpu_s = 1};
    int64_t id = put(f, 5, NULL);

    take(f, id, TOKEN);
    assert_int_equal(store_stored(f->s, id, TOKEN, NULL, NULL, NULL, NULL, NULL, NULL),
                     STORE_CONFLICT);
    calculate(f, id, TOKEN);
    assert_int_equal(store_calculated(f->s, id, TOKEN, "1", "", "", &cost),
                     STORE_CONFLICT);
    finish(f, id, TOKEN);
    assert_int_equal(store_failed(f->s, id, TOKEN, "no"), STORE_CONFLICT);
    assert_row(f, id, STATUS_DONE, STAGE_STORED, WANTED_RUN);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(taking_is_two_stages_in_one_commit),
        TEST(a_row_is_taken_once),
        TEST(known_digits_answer_at_once),
        TEST(progress_is_one_commit),
        TEST(calculated_keeps_digits_and_cost),
        TEST(failing_keeps_the_stage),
        TEST(going_back_keeps_or_returns_the_attempt),
        TEST(costs_add_up),
        TEST(times_never_go_back),
        TEST(a_lost_lease_allows_nothing),
        TEST(stages_come_in_order),
    };

    return cmocka_run_group_tests_name("store_queue", tests, NULL, NULL);
}
