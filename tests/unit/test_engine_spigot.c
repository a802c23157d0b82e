/* The spigot: against published digits, against chudnovsky, at runs of nines and
 * zeros, and that it streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

#define LONG 30000

/* LONG digits by chudnovsky. */
static char *reference;

static int
setup(void **state)
{
    (void)state;
    reference = digits_of("chudnovsky", 10, LONG, 2, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    free(reference);
    return 0;
}

static void
check(uint64_t position)
{
    size_t length;
    char *text = digits_of("spigot", 10, position, 1, &length);

    assert_memory_equal(text, reference, length);
    free(text);
}

static void
test_known(void **state)
{
    char *text;

    (void)state;
    text = digits_of("spigot", 10, 35, 1, NULL);
    assert_string_equal(text, "14159265358979323846264338327950288419716939937510");
    free(text);
    text = digits_of("spigot", 10, 10000, 1, NULL);
    assert_int_equal(text[999], '9');
    assert_int_equal(text[9999], '8');
    assert_memory_equal(text + 761, "999999", 6);
    free(text);
}

static void
test_every_small_position(void **state)
{
    uint64_t n;

    (void)state;
    for (n = 1; n <= 3000; n++)
        check(n);
}

/* The cut, 15 digits after n, moves through the six nines at 762 .. 767. */
static void
test_feynman_point(void **state)
{
    uint64_t n;

    (void)state;
    for (n = 735; n <= 780; n++)
        check(n);
}

/* The cut moves through every run of four or more nines or zeros. */
static void
test_runs(void **state)
{
    uint64_t at, n;
    int runs = 0;

    (void)state;
    for (at = ENGINE_WINDOW; at + 4 < 15000; at++) {
        if (memcmp(reference + at, "9999", 4) != 0 &&
            memcmp(reference + at, "0000", 4) != 0)
            continue;
        for (n = at - 2; n < at + 6; n++)
            check(n - ENGINE_WINDOW + 1);
        runs++;
    }
    assert_true(runs >= 4);
}

static void
test_random_positions(void **state)
{
    uint64_t seed = 1;
    int i;

    (void)state;
    for (i = 0; i < 150; i++)
        check(1 + random_below(&seed, 6000));
    check(LONG);
}

/* Digits appear while the run goes on, from its beginning, in small pieces. */
static void
test_streams(void **state)
{
    struct collected c = {0};

    (void)state;
    assert_int_equal(collect(&c, "spigot", 10, LONG, 1), ENGINE_OK);
    assert_true(c.deliveries >= 200);
    assert_true(c.first_delivery < 0.1);
    collected_free(&c);

    /* Stopped half-way, what was delivered is right all the same. */
    c = (struct collected){.refuse_at = 100};
    assert_int_equal(collect(&c, "spigot", 10, LONG, 1), ENGINE_CANCELLED);
    assert_true(c.length > 5000 && c.length < 25000);
    assert_memory_equal(c.text, reference, c.length);
    collected_free(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_every_small_position),
        cmocka_unit_test(test_feynman_point),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_random_positions),
        cmocka_unit_test(test_streams),
    };

    return cmocka_run_group_tests_name("engine spigot", tests, setup, teardown);
}
