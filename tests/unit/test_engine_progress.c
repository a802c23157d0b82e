/* Progress, cancellation and failure of one run, without an algorithm. */
#include "cmocka_all.h"

#include <time.h>

#include "daemon/engine/pair.h"
#include "daemon/engine/run.h"
#include "engine_fixture.h"

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    double *last = ctx;

    (void)phase;
    assert_true(fraction >= *last && fraction <= 1);
    *last = fraction;
}

/* A run that has to repeat a phase reports no less than before. */
static void
test_progress_of_a_repetition(void **state)
{
    const struct engine_job job = {10, 1, 1};
    double last = 0;
    const struct engine_callbacks callbacks = {.ctx = &last, .progress = on_progress};
    struct run run;

    (void)state;
    run_init(&run, &job, &callbacks);
    assert_true(run_phase(&run, "splitting", 0, 0.5, 10));
    run_work(&run, 10);
    assert_true(run_phase(&run, "converting", 0.5, 1, 10));
    assert_true(last == 0.5);
    assert_true(run_phase(&run, "splitting", 0, 0.5, 10));
    assert_true(last == 0.5);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    assert_true(last == 1);
}

static void
on_every_progress(void *ctx, const char *phase, double fraction)
{
    struct collected *c = ctx;

    (void)phase;
    assert_true(fraction >= c->fraction && fraction <= 1);
    c->fraction = fraction;
    c->reports++;
}

/* Asks RUN until it has reported once more. */
static void
await_report(struct run *run, const struct collected *c)
{
    int before = c->reports;

    while (c->reports == before)
        run_work(run, 0);
}

/* During a long piece the progress goes on, but not beyond the piece's end. */
static void
test_progress_of_a_long_piece(void **state)
{
    const struct engine_job job = {10, 1, 1};
    struct collected c = {0};
    const struct engine_callbacks callbacks = {.ctx = &c,
                                               .progress = on_every_progress};
    struct run run;
    double before;
    int i;

    (void)state;
    run_init(&run, &job, &callbacks);
    run_phase(&run, "splitting", 0, 1, 100);
    run_work(&run, 10);
    await_report(&run, &c);
    assert_true(c.fraction == 0.1);
    run_begin(&run, 20);
    for (i = 0; i < 3; i++) {
        before = c.fraction;
        await_report(&run, &c);
        assert_true(c.fraction > before || before == 0.3);
        assert_true(c.fraction <= 0.3);
    }
    while (c.fraction < 0.3)
        await_report(&run, &c);
    await_report(&run, &c);
    assert_true(c.fraction == 0.3);
    run_end(&run, 20);
    await_report(&run, &c);
    assert_true(c.fraction == 0.3);
    assert_int_equal(run_finish(&run), ENGINE_OK);
}

/* The first failure is the one that counts. */
static void
test_first_failure(void **state)
{
    const struct engine_job job = {10, 1, 1};
    struct run run;

    (void)state;
    run_init(&run, &job, NULL);
    assert_true(run_going(&run));
    run_fail(&run, ENGINE_NO_MEMORY);
    run_fail(&run, ENGINE_CANCELLED);
    assert_false(run_going(&run));
    assert_false(run_work(&run, 1));
    assert_false(run_phase(&run, "dividing", 0, 1, 1));
    assert_false(run_deliver(&run, 1, "1", 1));
    assert_int_equal(run_finish(&run), ENGINE_NO_MEMORY);
}

static bool
tenth_time(void *ctx)
{
    return ++*(int *)ctx >= 10;
}

static void
work_until_stopped(struct run *run, void *arg)
{
    const struct timespec nap = {0, 1000000};
    int *naps = arg;

    while (*naps < 20000 && run_work(run, 1)) {
        nanosleep(&nap, NULL);
        ++*naps;
    }
}

static void
nothing(struct run *run, void *arg)
{
    (void)run;
    (void)arg;
}

/* While the caller's thread has nothing to do but to wait for another one, it goes
 * on asking, and the other one hears of the cancellation. */
static void
test_cancelled_while_waiting(void **state)
{
    const struct engine_job job = {10, 1, 2};
    int asked = 0, naps = 0;
    const struct engine_callbacks callbacks = {.ctx = &asked, .cancelled = tenth_time};
    struct run run;

    (void)state;
    run_init(&run, &job, &callbacks);
    run_phase(&run, "splitting", 0, 1, 100000);
    pair_run(&run, true, work_until_stopped, &naps, nothing, NULL);
    assert_int_equal(run_finish(&run), ENGINE_CANCELLED);
    assert_int_equal(asked, 10);
    assert_true(naps < 20000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress_of_a_repetition),
        cmocka_unit_test(test_progress_of_a_long_piece),
        cmocka_unit_test(test_first_failure),
        cmocka_unit_test(test_cancelled_while_waiting),
    };

    return cmocka_run_group_tests_name("engine progress", tests, NULL, NULL);
}
