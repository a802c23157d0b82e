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

enum { WRITERS = 6, EACH = 20, HOLD_MS = 20, LONG_MS = 90000 };

struct writer {
    pthread_t thread;
    struct store *s;
    struct writer *all; /* of WRITERS */
    int most;           /* transactions that it is to make */
    atomic_int done, refused;

    /* which of them stood behind it in its last turn, and their turns up to then */
    bool behind[WRITERS];
    int before[WRITERS];
    atomic_int turns, met, overtaken;
};

static void
pause_ms(long ms)
{
    const struct timespec t = {.tv_nsec = ms * 1000000};

    nanosleep(&t, NULL);
}

/* In its turn: who stood behind it the last time has had one since. */
static void
look_around(struct writer *writer)
{
    struct store_crowd *crowd = writer->s->crowd;

    for (int i = 0; i < WRITERS; i++) {
        if (writer->behind[i] && writer->all[i].turns == writer->before[i])
            writer->overtaken++;
        writer->behind[i] = false;
        writer->before[i] = writer->all[i].turns;
    }
    writer->turns++;
    pthread_mutex_lock(&crowd->lock);
    for (struct store *s = writer->s->behind; s != NULL; s = s->behind)
        for (int i = 0; i < WRITERS; i++)
            if (writer->all[i].s == s) {
                writer->behind[i] = true;
                writer->met++;
            }
    pthread_mutex_unlock(&crowd->lock);
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
            look_around(writer);
            rc = store_end(writer->s, STORE_OK);
        }
        *(rc == STORE_OK ? &writer->done : &writer->refused) += 1;
    }
    return NULL;
}

/* WRITERS of one crowd with LONG_MS of patience, in threads of their own. */
static void
start_writers(struct fixture *f, struct store_crowd *crowd, struct writer *writers,
              int most)
{
    for (int i = 0; i < WRITERS; i++) {
        struct store *s = fixture_open(f, STORE_DURABLE);

        store_set_patience(s, LONG_MS);
        store_join(s, crowd);
        writers[i] = (struct writer){.s = s, .all = writers, .most = most};
    }
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(
            pthread_create(&writers[i].thread, NULL, write_all, &writers[i]), 0);
}

/* Waits for their end; how many transactions were refused. */
static int
end_writers(struct writer *writers)
{
    int refused = 0;

    for (int i = 0; i < WRITERS; i++) {
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
    int met = 0;

    store_crowd_init(&crowd, WRITERS);
    start_writers(*state, &crowd, writers, EACH);
    assert_int_equal(end_writers(writers), 0);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(writers[i].done, EACH);
        assert_int_equal(writers[i].overtaken, 0);
        met += writers[i].met;
    }
    assert_true(met > 0);
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
    start_writers(f, &crowd, writers, 1);
    for (int ms = 0; ms < LONG_MS && refused < WRITERS - 2; ms++) {
        pause_ms(1);
        refused = 0;
        for (int i = 0; i < WRITERS; i++)
            refused += writers[i].refused;
    }
    for (int i = 0; i < WRITERS; i++)
        done += writers[i].done;
    assert_int_equal(store_end(f->s, STORE_OK), STORE_OK);
    assert_int_equal(end_writers(writers), WRITERS - 2);
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
    /* A second one in it is refused, and the turn is as it was. */
    assert_int_equal(store_begin(s[0]), STORE_ERROR);
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
