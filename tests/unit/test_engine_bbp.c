/* Hex digits by bbp: published windows, and chudnovsky at every small position and
 * at random larger ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

static void
window(uint64_t position, const char *expected)
{
    char *text = digits_of("bbp", 16, position, 2, NULL);

    assert_memory_equal(text, expected, strlen(expected));
    free(text);
}

/* Published by D. Bailey, P. Borwein and S. Plouffe, who count the same way. */
static void
test_published(void **state)
{
    (void)state;
    window(1, "243f6a8885a308d3");
    window(1000000, "26c65e52cb4593");
    window(10000000, "17af5863efed8d");
}

static void
test_every_small_position(void **state)
{
    uint64_t n;

    (void)state;
    for (n = 1; n <= 3000; n++)
        assert_bbp(n, 1);
}

/* Around multiples of the blocks that the threads share. */
static void
test_block_edges(void **state)
{
    uint64_t n;

    (void)state;
    for (n = 5115; n <= 5125; n++)
        assert_bbp(n, 2);
    for (n = 10235; n <= 10245; n++)
        assert_bbp(n, 3);
}

static void
test_random_positions(void **state)
{
    uint64_t seed = 2;
    int i;

    (void)state;
    for (i = 0; i < 100; i++)
        assert_bbp(1 + random_below(&seed, 20000), 1 + i % 8);
    for (i = 0; i < 50; i++)
        assert_bbp(1 + random_below(&seed, HEX_DIGITS - 100), 2);
}

/* Windows that begin with runs of zeros and f, where a carry shows. */
static void
test_runs(void **state)
{
    uint64_t at;
    int runs = 0;

    (void)state;
    for (at = 0; at + 4 < HEX_DIGITS / 4; at++)
        if (memcmp(hex_digits + at, "ffff", 4) == 0 ||
            memcmp(hex_digits + at, "0000", 4) == 0) {
            assert_bbp(at + 1, 2);
            assert_bbp(at + 2, 2);
            runs++;
        }
    assert_true(runs >= 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),   cmocka_unit_test(test_every_small_position),
        cmocka_unit_test(test_block_edges), cmocka_unit_test(test_random_positions),
        cmocka_unit_test(test_runs),
    };

    return cmocka_run_group_tests_name("engine bbp", tests, hex_digits_setup,
                                       hex_digits_teardown);
}
