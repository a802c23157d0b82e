/*
 * The daemon counts published digits, a block at a time, and keeps the counts at
 * powers of ten that the web program does not count itself.
 */
#include "daemon_fixture.h"

#include "common/store_statistics.h"
#include "daemon/daemon.h"
#include "digits_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MORE = 10000123 }; /* digits: a power of ten, and some */

struct tally_site {
    struct site *s;
    struct daemon d;
    char *text; /* MORE digits */
};

/* Publishes the first LENGTH digits of T's text in RADIX. */
static void
publish(struct tally_site *t, int radix, uint64_t length)
{
    struct digits_fixture f = {.work = t->s->work_fd, .digits = t->s->digits_fd};
    struct published none = {.radix = radix}, p = {.radix = radix, .length = length};

    digits_publish(&f, radix, t->text, length, 1 << 20, p.sha256);
    digits_name(p.file, radix, length, "txt");
    assert_int_equal(store_published(t->s->store, radix, &none), STORE_OK);
    assert_int_equal(store_mend(t->s->store, &none, &p), STORE_OK);
}

/* Steps until the daemon has nothing to count; how many there were. */
static int
count_all(struct tally_site *t)
{
    int steps = 0;

    do {
        assert_true(tally_step(&t->d));
        assert_true(++steps < 1000);
    } while (t->d.tally.block != NULL);
    return steps;
}

static struct tally_site
begin(void **state, int radix)
{
    struct tally_site t = {.s = *state};

    t.text = some_digits(MORE, radix);
    t.d = (struct daemon){.conf = &t.s->conf,
                          .durable = t.s->store,
                          .bell = t.s->bell,
                          .trust = digits_trust_new(),
                          .digits_fd = t.s->digits_fd};
    assert_non_null(t.d.trust);
    return t;
}

static void
end(struct tally_site *t)
{
    tally_end(&t->d.tally);
    digits_trust_free(t->d.trust);
    free(t->text);
}

static void
test_counts_are_kept(void **state)
{
    for (int radix = 10; radix <= 16; radix += 6) {
        struct tally_site t = begin(state, radix);
        struct statistics kept, s;

        publish(&t, radix, MORE);
        assert_in_range(count_all(&t), 10, 12);
        assert_int_equal(store_statistics(t.s->store, radix, 10000000, &kept),
                         STORE_OK);
        statistics_init(&s, radix);
        statistics_add(&s, t.text, 10000000);
        assert_int_equal(kept.last, s.last);
        assert_memory_equal(kept.digits, s.digits, sizeof s.digits);
        assert_memory_equal(kept.pairs, s.pairs, sizeof s.pairs);
        /* The web program counts fewer digits by itself. */
        assert_false(store_has_statistics(t.s->store, radix, 1000000));
        /* And that was all. */
        assert_int_equal(count_all(&t), 1);
        end(&t);
    }
}

static void
test_few_digits_are_not_counted(void **state)
{
    struct tally_site t = begin(state, 10);

    assert_int_equal(count_all(&t), 1);
    publish(&t, 10, 9999999);
    assert_int_equal(count_all(&t), 1);
    assert_true(tally_due(&t.d) > store_boottime());
    end(&t);
}

/* What is damaged is not counted, and nothing of it is kept. */
static void
test_damaged_digits_are_not_counted(void **state)
{
    struct tally_site t = begin(state, 10);
    struct digits_fixture f = {.digits = t.s->digits_fd};
    char name[DIGITS_NAME_SIZE];

    publish(&t, 10, MORE);
    digits_name(name, 10, MORE, "txt");
    digits_poke(&f, name, 5000000, t.text[5000000 - 2] == '1' ? '2' : '1');
    assert_true(count_all(&t) < 8);
    assert_false(store_has_statistics(t.s->store, 10, 10000000));
    assert_true(tally_due(&t.d) > store_boottime());
    digits_poke(&f, name, 5000000, t.text[5000000 - 2]);
    count_all(&t);
    assert_true(store_has_statistics(t.s->store, 10, 10000000));
    end(&t);
}

/* A daemon that runs does so by itself. */
static void
test_daemon_counts(void **state)
{
    struct tally_site t = begin(state, 16);
    int64_t began = 0;

    publish(&t, 16, MORE);
    site_start(t.s, 0, NULL);
    while (!store_has_statistics(t.s->store, 16, 10000000))
        site_pause(&began, "the counts");
    assert_int_equal(site_stop(t.s, 0), 0);
    end(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_counts_are_kept, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(test_few_digits_are_not_counted, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(test_damaged_digits_are_not_counted, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(test_daemon_counts, site_setup, site_teardown),
    };
    return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
