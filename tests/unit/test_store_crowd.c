/*
 * Connections of one process that write at the same time: each gets its turn, in the
 * order in which they came, however many come; and behind a lock that lasts only some
 * of them wait for long.
 */
#include "store_fixture.h"

#include "common/store_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { WRITERS = 6, EACH = 20, HOLD_MS = 20, USUAL_MS = 5000, LONG_MS = 90000 };

struct writer {
    pthread_t thread;
    struct store *s;
    int most; /* transactions that it is to make */
    atomic_int done, refused;
};

static void
pause_ms(long ms)
{
    const struct timespec t = {.tv_nsec = ms * 1000000};

    nanosleep(&t, NULL);
}

/* Writes again and again, each time for a while and without a pause in between. */
static void *
write_all(void *argument)
{
    struct writer *writer = argument;

    for (int i = 0; i < writer->most; i++) {
        enum store_rc rc = store_begin(writer->s);

        if (rc == STORE_OK) {
            pause_ms(HOLD_MS);
            rc = store_end(writer->s, STORE_OK);
        }
        *(rc == STORE_OK ? &writer->done : &writer->refused) += 1;
    }
    return NULL;
}

/* COUNT writers of one crowd, in threads of their own. */
static void
start_writers(struct fixture *f, struct store_crowd *crowd, struct writer *writers,
              int count, int most, int patience_ms)
{
    for (int i = 0; i < count; i++) {
        struct writer *writer = &writers[i];

        *writer = (struct writer){.s = fixture_open(f, STORE_DURABLE), .most = most};
        store_set_patience(writer->s, patience_ms);
        store_join(writer->s, crowd);
        assert_int_equal(pthread_create(&writer->thread, NULL, write_all, writer), 0);
    }
}

/* Waits for their end; how many transactions were refused. */
static int
end_writers(struct writer *writers, int count)
{
    int refused = 0;

    for (int i = 0; i < count; i++) {
        assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
        refused += writers[i].refused;
        store_close(writers[i].s);
    }
    return refused;
}

static void
each_gets_its_turn(void **state)
{
    struct store_crowd crowd;
    struct writer writers[WRITERS];

    store_crowd_init(&crowd, 2);
    start_writers(*state, &crowd, writers, WRITERS, EACH, USUAL_MS);
    assert_int_equal(end_writers(writers, WRITERS), 0);
    store_crowd_destroy(&crowd);
}

/* Somebody else's lock lasts: only some wait for its end. */
static void
some_have_patience(void **state)
{
    struct fixture *f = *state;
    struct store_crowd crowd;
    struct writer writers[WRITERS];
    int refused = 0, done = 0;

    store_crowd_init(&crowd, 2);
    assert_int_equal(store_begin(f->s), STORE_OK);
    start_writers(f, &crowd, writers, WRITERS, 1, LONG_MS);
    for (int ms = 0; ms < LONG_MS && refused < WRITERS - 2; ms++) {
        pause_ms(1);
        refused = 0;
        for (int i = 0; i < WRITERS; i++)
            refused += writers[i].refused;
    }
    for (int i = 0; i < WRITERS; i++)
        done += writers[i].done;
    assert_int_equal(store_end(f->s, STORE_OK), STORE_OK);
    assert_int_equal(end_writers(writers, WRITERS), WRITERS - 2);
    assert_int_equal(refused, WRITERS - 2);
    assert_int_equal(done, 0);
    store_crowd_destroy(&crowd);
}

/* Who was refused is in nobody's way, and has a turn the next time. */
static void
who_was_refused_comes_again(void **state)
{
    struct fixture *f = *state;
    struct store_crowd crowd;
    struct store *s[2];

    store_crowd_init(&crowd, 2);
    for (int i = 0; i < 2; i++) {
        s[i] = fixture_open(f, STORE_DURABLE);
        store_set_patience(s[i], 1);
        store_join(s[i], &crowd);
    }
    assert_int_equal(store_begin(s[0]), STORE_OK);
    assert_int_equal(store_begin(s[1]), STORE_BUSY);
    assert_non_null(strstr(store_message(s[1]), "others of this process"));
    /* Who reads has no turn, and needs none. */
    assert_int_equal(store_begin_read(s[1]), STORE_OK);
    store_end_read(s[1]);
    assert_int_equal(store_end(s[0], STORE_ERROR), STORE_ERROR);
    assert_int_equal(store_begin(s[1]), STORE_OK);
    assert_int_equal(store_end(s[1], STORE_OK), STORE_OK);
    /* A lock of another process takes the turn away, too. */
    assert_int_equal(store_begin(f->s), STORE_OK);
    assert_int_equal(store_begin(s[0]), STORE_BUSY);
    assert_int_equal(store_end(f->s, STORE_OK), STORE_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store_begin(s[i]), STORE_OK);
        assert_int_equal(store_end(s[i], STORE_OK), STORE_OK);
        store_close(s[i]);
    }
    store_crowd_destroy(&crowd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_gets_its_turn),
        TEST(some_have_patience),
        TEST(who_was_refused_comes_again),
    };

    return cmocka_run_group_tests_name("store_crowd", tests, NULL, NULL);
}
