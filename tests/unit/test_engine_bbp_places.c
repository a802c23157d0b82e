/* Several positions in one run, and positions at the edges of the method: where the
 * engines change, and where M is a prime's square or a multiple of a prime. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/algorithms.h"
#include "daemon/engine/bbp.h"
#include "engine_fixture.h"

static void
check_several(const uint64_t *positions, int count, int threads,
              const struct engine_callbacks *callbacks)
{
    const struct engine_job job = {16, positions[0], threads};
    char digits[BBP_MOST_PLACES][ENGINE_WINDOW];
    int i;

    assert_int_equal(bbp_several(&job, positions, count, callbacks, digits), ENGINE_OK);
    for (i = 0; i < count; i++)
        assert_memory_equal(digits[i], hex_digits + positions[i] - 1, ENGINE_WINDOW);
}

/* In any order, by primes and term by term, also the same one twice. */
static void
test_several(void **state)
{
    static const uint64_t sets[][BBP_MOST_PLACES] = {
        {1, 2, 3, 4},
        {299000, 150000, 40000, 9000},
        {9000, 299000, 299000, 9000},
        {BBP_PRIMES_FROM, BBP_PRIMES_FROM - 1, BBP_PRIMES_FROM + 1, 1},
        {7, 250000, 8, 250001},
    };
    size_t i;
    int count, threads;

    (void)state;
    for (i = 0; i < sizeof sets / sizeof sets[0]; i++)
        for (count = 1; count <= BBP_MOST_PLACES; count++)
            for (threads = 1; threads <= 8; threads++)
                check_several(sets[i], count, threads, NULL);
}

/* A run reports its progress, hears of a cancellation, and keeps the digits. */
static void
test_callbacks(void **state)
{
    static const uint64_t positions[] = {200000, 100, 50000, 7000};
    const struct engine_job job = {16, 200000, 2};
    char digits[BBP_MOST_PLACES][ENGINE_WINDOW];
    struct collected c = {0};
    struct engine_callbacks callbacks = collector(&c);

    (void)state;
    check_several(positions, 4, 2, &callbacks);
    assert_true(c.reports >= 2 && c.fraction == 1);
    assert_false(c.fell || c.stranger);
    assert_int_equal(c.deliveries, 0);
    c = (struct collected){.give_up_at = 1};
    callbacks = collector(&c);
    assert_int_equal(bbp_several(&job, positions, 4, &callbacks, digits),
                     ENGINE_CANCELLED);
}

static void
test_change_of_engines(void **state)
{
    uint64_t n;
    int threads;

    (void)state;
    for (n = BBP_PRIMES_FROM - 2; n <= BBP_PRIMES_FROM + 2; n++)
        for (threads = 1; threads <= 8; threads++)
            assert_bbp(n, threads);
}

/* The positions around that with M = MOST, by both series. */
static void
check_most(uint64_t most)
{
    const struct engine_job job = {16, 2 * BBP_PRIMES_FROM, 1};
    const struct bbp_pass hutton = {.series = &bbp_hutton, .phase = "summing", .to = 1};
    const struct bbp_pass bellard = {
        .series = &bbp_bellard, .phase = "summing", .to = 1};
    const uint64_t at[] = {3 * most / 8, most / 4}; /* M = 8n/3 and 4n */
    char text[FIXED_MOST_DIGITS];
    struct bbp_place place;
    struct run run;
    int i, digits;

    for (i = 0; i < 2; i++)
        for (place.position = at[i] - 2; place.position <= at[i] + 3;
             place.position++) {
            run_init(&run, &job, NULL);
            bbp_windows(&run, &place, 1, i == 0 ? &hutton : &bellard);
            assert_int_equal(run_finish(&run), ENGINE_OK);
            digits = fixed_certain(text, &place.sum, &place.error);
            assert_in_range(digits, ENGINE_WINDOW, FIXED_MOST_DIGITS);
            assert_memory_equal(text, hex_digits + place.position - 1, (size_t)digits);
        }
}

/* M around the square of a prime, which moves from one kind of unit to another; around
 * 13 times a prime, where that prime's partial sum gets longer; and around a cube. */
static void
test_edges_of_kinds(void **state)
{
    static const uint64_t primes[] = {127, 151, 199, 251, 307, 401, 503, 701, 853};
    static const uint64_t factors[] = {3, 5, 7, 9, 11, 13};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof primes / sizeof primes[0]; i++)
        check_most(primes[i] * primes[i]);
    for (i = 0; i < sizeof factors / sizeof factors[0]; i++)
        check_most(40009 * factors[i]);
    check_most(61 * 61 * 61);
    check_most(67 * 67 * 67);
    check_most(UINT64_C(5) * 5 * 5 * 5 * 5 * 5 * 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_callbacks),
        cmocka_unit_test(test_change_of_engines),
        cmocka_unit_test(test_edges_of_kinds),
    };

    return cmocka_run_group_tests_name("engine bbp places", tests, hex_digits_setup,
                                       hex_digits_teardown);
}
