/*
 * A new boot: what was counted in its time is void, and what a client saw may be gone.
 */
#include "store_fixture.h"

#define NEW_TOKEN "00000000000000000000000000000001"

static void
a_boot_is_noted_once(void **state)
{
    struct fixture *f = *state;
    int64_t revision;

    put(f, 1, NULL);
    revision = store_revision(f->s);
    assert_int_equal(store_note_boot(f->s, "boot-1"), STORE_OK);
    assert_int_equal(store_note_boot(f->s, "boot-1"), STORE_OK);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(store_oldest_delta(f->s), 0);
}

static void
a_new_boot_voids_leases_and_deltas(void **state)
{
    struct fixture *f = *state;
    const struct store_lease lease = lease_of(NEW_TOKEN, "me");
    const struct store_witness nobody = {NULL, NULL, NULL};
    struct computation rows[64];
    struct store_delta delta;
    int64_t removed[64], revision, waiting;
    size_t count, nremoved, taken_back;
    int64_t id = put_taken(f, 1, TOKEN, "alive");

    waiting = put_taken(f, 2, OTHER, "alive");
    assert_int_equal(store_requeue(f->s, waiting, OTHER, "no", true, 3600000, NULL),
                     STORE_OK);
    assert_int_equal(store_note_boot(f->s, "boot-1"), STORE_OK);
    revision = store_revision(f->s);
    assert_int_equal(store_note_boot(f->s, "boot-2"), STORE_OK);
    assert_int_equal(store_revision(f->s), revision + STORE_REVISION_JUMP);
    /* A client may have seen what the power cut took back. */
    assert_int_equal(
        store_changes(f->s, revision, rows, 64, &count, removed, &nremoved, &delta),
        STORE_OK);
    assert_true(delta.reset);
    /* Delays were times of the old boot. */
    assert_int_equal(store_pending(f->s, rows, 4, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].id, waiting);
    assert_int_equal(store_recover(f->s, &lease, &nobody, rows, 4, &count, &taken_back),
                     STORE_OK);
    assert_int_equal(taken_back, 1);
    assert_row(f, id, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
}

static void
the_machine_has_a_boot_id(void **state)
{
    struct fixture *f = *state;
    int64_t revision = store_revision(f->s);

    assert_int_equal(store_note_boot(f->s, NULL), STORE_OK);
    assert_int_equal(store_note_boot(f->s, NULL), STORE_OK);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(select_integer(f, "SELECT length(value) FROM meta"
                                       " WHERE key = 'boot_id'"),
                     36);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_boot_is_noted_once),
        TEST(a_new_boot_voids_leases_and_deltas),
        TEST(the_machine_has_a_boot_id),
    };

    return cmocka_run_group_tests_name("store_boot", tests, NULL, NULL);
}
