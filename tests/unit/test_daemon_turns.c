/*
 * Who comes next on a busy machine: small jobs beside large ones, and visitors with one
 * row beside one with hundreds.
 */
#include "daemon_fixture.h"

#include <stdio.h>

enum { LARGE = 100000000, SMALL = 10000, MANY = 500 };

static int64_t
ask_as(struct site *s, uint64_t position, enum algorithm algorithm, const char *owner)
{
    const struct store_asker asker = {.owner = owner};
    enum store_added added;
    int64_t id = 0;

    assert_int_equal(
        store_add(s->store, 10, position, algorithm, &asker, 1000, &id, &added),
        STORE_OK);
    doorbell_ring(s->bell);
    return id;
}

static void
cancel(struct site *s, int64_t id)
{
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;

    assert_int_equal(store_cancel(s->store, id, &admin, &wish), STORE_OK);
    doorbell_ring(s->bell);
}

/* Jobs of a hundred million digits run and wait; each small one is done meanwhile, one
 * after the other. How long that takes is shown. */
static void
test_small_beside_large(void **state)
{
    struct site *s = *state;
    static const enum algorithm all[] = {ALGORITHM_SPIGOT, ALGORITHM_CHUDNOVSKY,
                                         ALGORITHM_AUTO};
    int64_t large[4], began, worst = 0;

    site_start(s, 0, NULL);
    for (int i = 0; i < 4; i++) {
        large[i] = ask_as(s, (uint64_t)(LARGE - i), ALGORITHM_CHUDNOVSKY, NULL);
    }
    site_wait_attempts(s, large[0], 1);
    site_worker(s, 0, 0);
    for (int i = 0; i < 9; i++) {
        int64_t id;

        began = store_boottime();
        id = ask_as(s, (uint64_t)(SMALL - i), all[i % 3], NULL);
        site_wait(s, id, STATUS_DONE);
        began = store_boottime() - began;
        worst = began > worst ? began : worst;
    }
    assert_int_equal(site_row(s, large[0]).status, STATUS_RUNNING);
    for (int i = 1; i < 4; i++) {
        assert_int_equal(site_row(s, large[i]).status, STATUS_QUEUED);
    }
    print_message("small jobs beside large ones: %.2f s at most\n",
                  (double)worst / 1e6);
    for (int i = 3; i >= 0; i--) {
        cancel(s, large[i]);
    }
}

/* One visitor has hundreds of rows, small ones too; another comes later with a few. */
static void
test_one_beside_many(void **state)
{
    struct site *s = *state;
    static const char *const one[] = {"--cpus=1", NULL};
    int64_t first = 0, last = 0, middling, small, before = 0;

    for (int i = 0; i < MANY; i++) {
        last = ask_as(s, 20000 + (uint64_t)i, ALGORITHM_SPIGOT, "many");
        first = first ? first : last;
    }
    middling = ask_as(s, 30000, ALGORITHM_SPIGOT, "one");
    small = ask_as(s, SMALL, ALGORITHM_SPIGOT, "one");
    site_start(s, 0, one);
    site_wait(s, middling, STATUS_DONE);
    site_wait(s, small, STATUS_DONE);
    for (int64_t id = first; id <= last; id++) {
        struct computation row = site_row(s, id);

        before += row.at[STAGE_TAKEN] > 0 &&
                  row.at[STAGE_TAKEN] < site_row(s, middling).at[STAGE_TAKEN];
    }
    /* Not behind the rows that came first, but for those of its own turn and what the
     * slots held. */
    assert_true(before < 10);
    for (int64_t id = first; id <= last; id++) {
        if (site_row(s, id).status == STATUS_QUEUED) {
            cancel(s, id);
        }
    }
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_small_beside_large),
        ON_SITE(test_one_beside_many),
    };

    return cmocka_run_group_tests_name("daemon_turns", tests, NULL, NULL);
}
