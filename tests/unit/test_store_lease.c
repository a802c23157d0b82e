/*
 * Leases: renewing, and taking back the rows of daemons that are gone.
 */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

#define NEW_TOKEN "00000000000000000000000000000001"

static const struct store_asker admin = {.admin = true};

struct graveyard {
    const char *dead; /* the one that is */
    int asked;
};

static bool
is_dead(void *ctx, const char *name)
{
    struct graveyard *graveyard = ctx;

    graveyard->asked++;
    return graveyard->dead != NULL && strcmp(name, graveyard->dead) == 0;
}

/* Recovers for the daemon "me"; returns how many rows were found. */
static size_t
recover(struct fixture *f, const char *dead, struct computation *rows, size_t max,
        size_t *count)
{
    const struct store_lease lease = lease_of(NEW_TOKEN, "me");
    struct graveyard graveyard = {.dead = dead};
    const struct store_witness witness = {.is_dead = is_dead, .ctx = &graveyard};
    size_t taken_back;

    assert_int_equal(
        store_recover(f->s, &lease, &witness, rows, max, count, &taken_back), STORE_OK);
    return taken_back;
}

static void
rows_of_the_living_are_left_alone(void **state)
{
    struct fixture *f = *state;
    struct computation rows[4];
    size_t count;
    int64_t id = put_taken(f, 1, TOKEN, "other"), revision = store_revision(f->s);

    assert_int_equal(recover(f, NULL, rows, 4, &count), 0);
    assert_int_equal(count, 0);
    assert_row(f, id, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    assert_int_equal(store_revision(f->s), revision);
}

static void
rows_of_the_dead_return_to_the_queue(void **state)
{
    struct fixture *f = *state;
    const struct store_lease lease = lease_of(NEW_TOKEN, "me");
    struct graveyard graveyard = {.dead = "gone"};
    const struct store_witness witness = {.is_dead = is_dead, .ctx = &graveyard};
    struct computation rows[4];
    size_t count, found;
    int64_t first = put_taken(f, 1, TOKEN, "gone");
    int64_t second = put_taken(f, 2, TOKEN, "gone");
    int64_t mine = put_taken(f, 3, OTHER, "me");
    int64_t living = put_taken(f, 4, TOKEN, "alive");
    int64_t now_mine = put_taken(f, 5, NEW_TOKEN, "me");
    int64_t revision = store_revision(f->s);

    assert_int_equal(store_recover(f->s, &lease, &witness, rows, 4, &count, &found),
                     STORE_OK);
    assert_int_equal(found, 3);
    assert_int_equal(count, 0);
    /* One question for each other name. */
    assert_int_equal(graveyard.asked, 2);
    assert_row(f, first, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_row(f, second, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_row(f, mine, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_row(f, living, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    assert_row(f, now_mine, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    assert_int_equal(row_of(f, first).attempts, 0);
    assert_events(f, first, "registered scheduled taken requeued");
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_int_equal(row_of(f, first).revision, revision + 1);
    assert_int_equal(row_of(f, mine).revision, revision + 1);
    /* Once. */
    assert_int_equal(recover(f, "gone", rows, 4, &count), 0);
}

static void
expired_leases_are_void(void **state)
{
    struct fixture *f = *state;
    struct computation rows[4];
    size_t count;
    int64_t id = put_taken(f, 1, TOKEN, "hangs");

    assert_int_equal(store_renew(f->s, "hangs", store_boottime() - 1), STORE_OK);
    assert_int_equal(recover(f, NULL, rows, 4, &count), 1);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
}

static void
a_renewed_lease_holds(void **state)
{
    struct fixture *f = *state;
    struct computation rows[4];
    size_t count;
    int64_t revision;

    put_taken(f, 1, TOKEN, "slow");
    put_taken(f, 2, TOKEN, "other");
    revision = store_revision(f->s);
    run_sql(f, "UPDATE computation SET lease_until = 1");
    assert_int_equal(store_renew(f->s, "slow", store_boottime() + 1000000000),
                     STORE_OK);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(recover(f, NULL, rows, 4, &count), 1);
    assert_row(f, 1, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    assert_row(f, 2, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
}

static void
calculated_rows_are_handed_over(void **state)
{
    struct fixture *f = *state;
    struct computation rows[4];
    size_t count;
    int64_t id = put_taken(f, 5, TOKEN, "gone"), revision;

    calculate(f, id, TOKEN);
    revision = store_revision(f->s);
    assert_int_equal(recover(f, "gone", rows, 4, &count), 1);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].id, id);
    assert_int_equal(rows[0].stage, STAGE_CALCULATED);
    assert_string_equal(rows[0].window, "9265358979323846");
    /* Who holds a lease is nobody's business. */
    assert_int_equal(store_revision(f->s), revision);
    /* The old token is void, the new one works. */
    assert_int_equal(store_failed(f->s, id, TOKEN, "no"), STORE_CONFLICT);
    finish(f, id, NEW_TOKEN);
    assert_row(f, id, STATUS_DONE, STAGE_STORED, WANTED_RUN);
}

static void
what_does_not_fit_is_handed_over_later(void **state)
{
    struct fixture *f = *state;
    struct computation rows[2];
    size_t count;

    for (uint64_t i = 1; i <= 3; i++)
        calculate(f, put_taken(f, i, TOKEN, "gone"), TOKEN);
    recover(f, "gone", rows, 2, &count);
    assert_int_equal(count, 2);
    recover(f, "gone", rows, 2, &count);
    assert_int_equal(count, 1);
    recover(f, "gone", rows, 2, &count);
    assert_int_equal(count, 0);
}

static void
wishes_survive_their_daemon(void **state)
{
    struct fixture *f = *state;
    struct computation rows[4];
    enum store_wish wish;
    size_t count;
    int64_t cancel = put_taken(f, 1, TOKEN, "gone");
    int64_t delete_id = put_taken(f, 2, TOKEN, "gone");

    calculate(f, delete_id, TOKEN);
    assert_int_equal(store_cancel(f->s, cancel, &admin, &wish), STORE_OK);
    assert_int_equal(store_delete(f->s, delete_id, &admin, &wish), STORE_OK);
    assert_int_equal(recover(f, "gone", rows, 4, &count), 2);
    assert_int_equal(count, 0);
    assert_row(f, cancel, STATUS_CANCELLED, STAGE_TAKEN, WANTED_RUN);
    assert_gone(f, delete_id);
}

static void
many_rows_are_taken_back(void **state)
{
    struct fixture *f = *state;
    struct computation rows[4];
    size_t count;

    for (uint64_t i = 1; i <= 100; i++)
        put_taken(f, i, TOKEN, "gone");
    assert_int_equal(recover(f, "gone", rows, 4, &count), 100);
    assert_int_equal(select_integer(f, "SELECT n FROM counter WHERE status = 'queued'"),
                     100);
}

/* ---- rows of the caller's own that it has forgotten ---- */

static bool
has_job(void *ctx, int64_t id)
{
    return id == *(int64_t *)ctx;
}

static void
own_rows_without_a_job_are_taken_back(void **state)
{
    struct fixture *f = *state;
    const struct store_lease lease = lease_of(NEW_TOKEN, "me");
    int64_t known = put_taken(f, 1, NEW_TOKEN, "me");
    int64_t lost = put_taken(f, 2, NEW_TOKEN, "me");
    int64_t ready = put_taken(f, 3, NEW_TOKEN, "me");
    const struct store_witness witness = {.has_job = has_job, .ctx = &known};
    struct computation rows[4];
    size_t count, found;

    calculate(f, ready, NEW_TOKEN);
    assert_int_equal(store_recover(f->s, &lease, &witness, rows, 4, &count, &found),
                     STORE_OK);
    assert_int_equal(found, 2);
    assert_row(f, known, STATUS_RUNNING, STAGE_TAKEN, WANTED_RUN);
    assert_row(f, lost, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    assert_int_equal(row_of(f, lost).attempts, 0);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].id, ready);
    finish(f, ready, NEW_TOKEN);
    /* No daemon died of them. */
    assert_int_equal(select_integer(f, "SELECT sum(recoveries) FROM computation"), 0);
}

/* ---- rows that their daemons do not survive ---- */

/* Queued row ID is taken, and the daemon dies. */
static void
die_of(struct fixture *f, int64_t id)
{
    const struct store_lease lease = lease_of(TOKEN, "gone");
    struct computation rows[1];
    size_t count;

    assert_int_equal(store_take(f->s, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
    assert_int_equal(recover(f, "gone", rows, 1, &count), 1);
}

static void
a_row_that_ends_its_daemons_fails(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, ALICE);

    for (int i = 1; i < STORE_RECOVERIES; i++) {
        die_of(f, id);
        assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    }
    die_of(f, id);
    assert_row(f, id, STATUS_FAILED, STAGE_TAKEN, WANTED_RUN);
    assert_string_equal(row_of(f, id).error,
                        "the daemon that worked on it ended unexpectedly, 100 times");
    /* A retry is a new start. */
    assert_int_equal(store_retry(f->s, id, &admin, 10), STORE_OK);
    die_of(f, id);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
}

static void
an_attempt_that_ends_forgets_recoveries(void **state)
{
    struct fixture *f = *state;
    int64_t id = put(f, 5, NULL);

    for (int i = 1; i < STORE_RECOVERIES; i++)
        die_of(f, id);
    take(f, id, TOKEN);
    /* Stopping a daemon says nothing about the row … */
    assert_int_equal(store_requeue(f->s, id, TOKEN, "no", false, 0, NULL), STORE_OK);
    assert_int_equal(select_integer(f, "SELECT recoveries FROM computation"),
                     STORE_RECOVERIES - 1);
    take(f, id, TOKEN);
    /* … a worker's end does. */
    assert_int_equal(store_requeue(f->s, id, TOKEN, "killed", true, 0, NULL), STORE_OK);
    for (int i = 1; i < STORE_RECOVERIES; i++)
        die_of(f, id);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
}

static void
storing_may_end_daemons_too(void **state)
{
    struct fixture *f = *state;
    struct computation rows[1];
    size_t count;
    int64_t id = put_taken(f, 5, TOKEN, "gone");

    calculate(f, id, TOKEN);
    for (int i = 1; i < STORE_RECOVERIES; i++) {
        assert_int_equal(recover(f, "gone", rows, 1, &count), 1);
        assert_int_equal(count, 1);
        run_sql(f, "UPDATE computation SET lease_owner = 'gone', lease = 'x'");
    }
    assert_int_equal(recover(f, "gone", rows, 1, &count), 1);
    assert_int_equal(count, 0);
    assert_row(f, id, STATUS_FAILED, STAGE_CALCULATED, WANTED_RUN);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_of_the_living_are_left_alone),
        TEST(rows_of_the_dead_return_to_the_queue),
        TEST(expired_leases_are_void),
        TEST(a_renewed_lease_holds),
        TEST(calculated_rows_are_handed_over),
        TEST(what_does_not_fit_is_handed_over_later),
        TEST(wishes_survive_their_daemon),
        TEST(many_rows_are_taken_back),
        TEST(own_rows_without_a_job_are_taken_back),
        TEST(a_row_that_ends_its_daemons_fails),
        TEST(an_attempt_that_ends_forgets_recoveries),
        TEST(storing_may_end_daemons_too),
    };

    return cmocka_run_group_tests_name("store_lease", tests, NULL, NULL);
}
