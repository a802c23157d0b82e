/*
 * Storing and publishing: the row and the prefix change together or not at all,
 * and a prefix never becomes shorter.
 */
#include "store_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct rename {
    int calls, result;
    struct fixture *f;
    bool excludes; /* nobody else could write meanwhile */
};

static int
publish(void *ctx)
{
    struct rename *r = ctx;

    r->calls++;
    if (r->f != NULL) {
        struct store *other = fixture_open(r->f, STORE_DURABLE);

        sqlite3_busy_timeout(other->db, 1);
        r->excludes = store_heartbeat(other, "rival") == STORE_BUSY;
        store_close(other);
    }
    return r->result;
}

static struct published
prefix_of(int radix, uint64_t length)
{
    struct published p = {.radix = radix, .length = length, .sha256 = "cafe"};

    digits_name(p.file, radix, length, "txt");
    snprintf(p.verified, sizeof p.verified, "checked to %d", (int)length);
    return p;
}

/* Row of POSITION, calculated under TOKEN. */
static int64_t
calculated(struct fixture *f, uint64_t position)
{
    int64_t id = put(f, position, ALICE);

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    return id;
}

static void
a_stored_row_is_done(void **state)
{
    struct fixture *f = *state;
    int64_t id = calculated(f, 5), revision = store_revision(f->s);
    struct computation c;
    bool published = true;
    uint64_t superseded = 1;

    assert_int_equal(store_stored(f->s, id, TOKEN, "by bbp", NULL, NULL, NULL,
                                  &published, &superseded),
                     STORE_OK);
    assert_false(published);
    assert_int_equal(superseded, 0);
    c = row_of(f, id);
    assert_row(f, id, STATUS_DONE, STAGE_STORED, WANTED_RUN);
    assert_int_equal(c.digit, '9');
    assert_string_equal(c.window, "9265358979323846");
    assert_string_equal(c.verified, "by bbp");
    assert_true(c.progress == 1);
    assert_string_equal(c.phase, "");
    assert_true(c.cpu_s == 1.5);
    assert_true(c.at[STAGE_STORED] >= c.at[STAGE_CALCULATED]);
    assert_int_equal(c.revision, revision + 1);
    assert_events(f, id, "registered scheduled taken calculated stored");
}

static void
the_prefix_changes_with_the_row(void **state)
{
    struct fixture *f = *state;
    int64_t id = calculated(f, 100);
    struct published p = prefix_of(10, 116), found;
    struct rename r = {.f = f};
    uint64_t superseded;
    bool published;

    assert_int_equal(
        store_stored(f->s, id, TOKEN, NULL, &p, publish, &r, &published, &superseded),
        STORE_OK);
    assert_int_equal(r.calls, 1);
    assert_true(r.excludes);
    assert_true(published);
    assert_int_equal(superseded, 0);
    assert_int_equal(store_published(f->s, 10, &found), STORE_OK);
    assert_int_equal(found.length, 116);
    assert_string_equal(found.file, "pi-10-116.txt");
    assert_string_equal(found.sha256, "cafe");
    assert_string_equal(found.verified, "checked to 116");
    assert_int_equal(found.revision, row_of(f, id).revision);
    assert_string_equal(row_of(f, id).verified, "");
    /* The other radix has its own. */
    assert_int_equal(store_published(f->s, 16, &found), STORE_OK);
    assert_int_equal(found.length, 0);
}

static void
a_prefix_never_becomes_shorter(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint64_t length;
        bool published;
        uint64_t superseded;
    } steps[] = {{116, true, 0}, {50, false, 0}, {116, false, 0}, {1016, true, 116}};
    uint64_t longest = 0;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        int64_t id = calculated(f, i + 1);
        struct published p = prefix_of(10, steps[i].length), found;
        struct rename r = {.result = 0};
        uint64_t superseded = 77;
        bool published;

        assert_int_equal(store_stored(f->s, id, TOKEN, NULL, &p, publish, &r,
                                      &published, &superseded),
                         STORE_OK);
        assert_int_equal(published, steps[i].published);
        assert_int_equal(superseded, steps[i].superseded);
        assert_int_equal(r.calls, steps[i].published);
        assert_row(f, id, STATUS_DONE, STAGE_STORED, WANTED_RUN);
        if (steps[i].published)
            longest = steps[i].length;
        assert_int_equal(store_published(f->s, 10, &found), STORE_OK);
        assert_int_equal(found.length, longest);
    }
}

static void
a_failed_rename_changes_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t id = calculated(f, 100), revision = store_revision(f->s);
    struct published p = prefix_of(10, 116), found;
    struct rename r = {.result = -1};
    bool published = true;

    assert_int_equal(
        store_stored(f->s, id, TOKEN, NULL, &p, publish, &r, &published, NULL),
        STORE_ERROR);
    assert_int_equal(r.calls, 1);
    assert_false(published);
    assert_non_null(strstr(store_message(f->s), "pi-10-116.txt"));
    assert_row(f, id, STATUS_RUNNING, STAGE_CALCULATED, WANTED_RUN);
    assert_int_equal(store_revision(f->s), revision);
    assert_int_equal(store_published(f->s, 10, &found), STORE_OK);
    assert_int_equal(found.length, 0);
    /* It may be tried again. */
    r.result = 0;
    assert_int_equal(
        store_stored(f->s, id, TOKEN, NULL, &p, publish, &r, &published, NULL),
        STORE_OK);
    assert_true(published);
}

static void
who_lost_the_lease_publishes_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t id = calculated(f, 100);
    struct published p = prefix_of(10, 116);
    struct rename r = {.result = 0};

    assert_int_equal(store_stored(f->s, id, OTHER, NULL, &p, publish, &r, NULL, NULL),
                     STORE_CONFLICT);
    assert_int_equal(r.calls, 0);
}

struct publisher {
    pthread_t thread;
    struct fixture *f;
    int64_t id;
    uint64_t length;
    enum store_rc rc;
};

static void *
publish_one(void *argument)
{
    struct publisher *one = argument;
    struct published p = prefix_of(10, one->length);
    struct rename r = {.result = 0};
    struct store *s;

    one->rc = store_open(&s, one->f->path, STORE_DURABLE);
    if (one->rc == STORE_OK)
        one->rc = store_stored(s, one->id, TOKEN, NULL, &p, publish, &r, NULL, NULL);
    store_close(s);
    return NULL;
}

static void
racing_publishers_leave_the_longest(void **state)
{
    struct fixture *f = *state;
    struct publisher all[12];
    struct published found;

    for (size_t i = 0; i < 12; i++)
        all[i] = (struct publisher){
            .f = f, .id = calculated(f, i + 1), .length = 100 + (i * 7) % 12};
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(pthread_create(&all[i].thread, NULL, publish_one, &all[i]), 0);
    for (size_t i = 0; i < 12; i++)
        pthread_join(all[i].thread, NULL);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(all[i].rc, STORE_OK);
    assert_int_equal(store_published(f->s, 10, &found), STORE_OK);
    assert_int_equal(found.length, 111);
}

static void
a_broken_prefix_gives_way(void **state)
{
    struct fixture *f = *state;
    int64_t id = calculated(f, 100), revision;
    struct published p = prefix_of(10, 116), shorter = prefix_of(10, 50), found;
    struct published longer = prefix_of(10, 1016);
    struct rename r = {.f = NULL};

    assert_int_equal(store_stored(f->s, id, TOKEN, NULL, &p, publish, &r, NULL, NULL),
                     STORE_OK);
    assert_int_equal(store_published(f->s, 10, &p), STORE_OK);
    revision = store_revision(f->s);
    assert_int_equal(store_mend(f->s, &p, &shorter), STORE_OK);
    assert_int_equal(store_published(f->s, 10, &found), STORE_OK);
    assert_int_equal(found.length, 50);
    assert_string_equal(found.file, "pi-10-50.txt");
    assert_int_equal(found.revision, revision + 1);
    assert_int_equal(row_of(f, id).status, STATUS_DONE);
    /* Who found the first one broken comes too late for the second. */
    assert_int_equal(store_mend(f->s, &p, &longer), STORE_CONFLICT);
    assert_int_equal(store_mend(f->s, &p, NULL), STORE_CONFLICT);
    assert_int_equal(store_revision(f->s), revision + 1);
    assert_int_equal(store_mend(f->s, &found, NULL), STORE_OK);
    assert_int_equal(store_published(f->s, 10, &found), STORE_OK);
    assert_int_equal(found.length, 0);
    assert_int_equal(store_revision(f->s), revision + 2);
}

static void
an_answer_without_digits_is_no_answer(void **state)
{
    struct fixture *f = *state;
    const struct store_cost cost = {.cpu_s = 1};
    int64_t id = put(f, 5, NULL);

    take(f, id, TOKEN);
    assert_int_equal(store_calculated(f->s, id, TOKEN, "", "", "", &cost), STORE_OK);
    assert_int_equal(store_stored(f->s, id, TOKEN, NULL, NULL, NULL, NULL, NULL, NULL),
                     STORE_ERROR);
    assert_row(f, id, STATUS_RUNNING, STAGE_CALCULATED, WANTED_RUN);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stored_row_is_done),
        TEST(the_prefix_changes_with_the_row),
        TEST(a_prefix_never_becomes_shorter),
        TEST(a_failed_rename_changes_nothing),
        TEST(who_lost_the_lease_publishes_nothing),
        TEST(racing_publishers_leave_the_longest),
        TEST(a_broken_prefix_gives_way),
        TEST(an_answer_without_digits_is_no_answer),
    };

    return cmocka_run_group_tests_name("store_publish", tests, NULL, NULL);
}
