/* The table of algorithms: look-up, choice, refusal of bad jobs, cost models. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

static void
test_rows(void **state)
{
    const struct engine_algorithm *row;
    int rows = 0;

    (void)state;
    for (row = engine_algorithms; row->name != NULL; row++, rows++) {
        assert_ptr_equal(engine_find(row->name), row);
        assert_int_not_equal(row->radices, 0);
        assert_int_equal(row->least, 1);
        assert_true(row->largest >= 1000000);
        assert_non_null(row->seconds);
        assert_non_null(row->memory);
        assert_non_null(row->run);
    }
    assert_int_equal(rows, 3);
}

static void
test_find(void **state)
{
    (void)state;
    assert_string_equal(engine_find("spigot")->name, "spigot");
    assert_string_equal(engine_find("chudnovsky")->name, "chudnovsky");
    assert_string_equal(engine_find("bbp")->name, "bbp");
    assert_null(engine_find("auto"));
    assert_null(engine_find(""));
    assert_null(engine_find("BBP"));
    assert_null(engine_find("bbp "));
    assert_null(engine_find(NULL));
}

static void
test_abilities(void **state)
{
    const struct engine_algorithm *spigot = engine_find("spigot");
    const struct engine_algorithm *chudnovsky = engine_find("chudnovsky");
    const struct engine_algorithm *bbp = engine_find("bbp");

    (void)state;
    assert_true(spigot->prefix && spigot->streams && !spigot->wide);
    assert_true(chudnovsky->prefix && !chudnovsky->streams && chudnovsky->wide);
    assert_true(!bbp->prefix && !bbp->streams && bbp->wide);
    assert_true(engine_has_radix(spigot, 10) && !engine_has_radix(spigot, 16));
    assert_true(engine_has_radix(chudnovsky, 10) && engine_has_radix(chudnovsky, 16));
    assert_true(!engine_has_radix(bbp, 10) && engine_has_radix(bbp, 16));
    assert_false(engine_has_radix(chudnovsky, 2));
    assert_false(engine_has_radix(chudnovsky, 0));
    assert_false(engine_has_radix(chudnovsky, -10));
    assert_false(engine_has_radix(NULL, 10));
}

static void
refused(const char *algorithm, int radix, uint64_t position, int threads)
{
    struct collected c = {0};

    assert_int_equal(collect(&c, algorithm, radix, position, threads), ENGINE_BAD_JOB);
    assert_int_equal(c.reports + c.asked + c.deliveries, 0);
}

static void
test_bad_jobs(void **state)
{
    const struct engine_algorithm *row;
    const struct engine_job job = {10, 1, 1};
    int radix;

    (void)state;
    for (row = engine_algorithms; row->name != NULL; row++) {
        radix = row->radices & ENGINE_RADIX_16 ? 16 : 10;
        refused(row->name, radix, 0, 1);
        refused(row->name, radix, row->largest + 1, 1);
        refused(row->name, radix, UINT64_MAX, 1);
        refused(row->name, radix, 1, 0);
        refused(row->name, radix, 1, -1);
        refused(row->name, radix, 1, 257);
        refused(row->name, 2, 1, 1);
        refused(row->name, 0, 1, 1);
        assert_int_equal(engine_run(row, NULL, NULL), ENGINE_BAD_JOB);
    }
    refused("spigot", 16, 1, 1);
    refused("bbp", 10, 1, 1);
    refused("auto", 10, 1, 1);
    assert_int_equal(engine_run(row, &job, NULL), ENGINE_BAD_JOB);
    assert_int_equal(engine_run(NULL, &job, NULL), ENGINE_BAD_JOB);
}

static void
test_strerror(void **state)
{
    const char *text[ENGINE_UNTRUSTED + 1];
    int rc, other;

    (void)state;
    for (rc = ENGINE_OK; rc <= ENGINE_UNTRUSTED; rc++) {
        text[rc] = engine_strerror((enum engine_rc)rc);
        assert_true(strlen(text[rc]) > 10);
        assert_true(text[rc][strlen(text[rc]) - 1] != '.');
        for (other = 0; other < rc; other++)
            assert_string_not_equal(text[rc], text[other]);
    }
}

/* Time and memory are positive, grow with the position and, for the time of what
 * uses several threads, fall with their number. */
static void
test_cost_models(void **state)
{
    const struct engine_algorithm *row;
    struct engine_job small, large, wide;
    uint64_t n;

    (void)state;
    for (row = engine_algorithms; row->name != NULL; row++)
        for (n = 1; n <= row->largest / 10; n *= 10) {
            small = (struct engine_job){row->radices & ENGINE_RADIX_16 ? 16 : 10, n, 1};
            large = wide = small;
            large.position *= 10;
            wide.threads = 2;
            assert_true(row->seconds(&small) > 0);
            assert_true(row->seconds(&large) > row->seconds(&small));
            assert_true(row->memory(&small) > 0);
            assert_true(row->memory(&large) >= row->memory(&small));
            assert_true(row->memory(&wide) >= row->memory(&small));
            if (row->wide)
                assert_true(row->seconds(&wide) < row->seconds(&small));
        }
}

/* The express slot of the daemon takes jobs under a second: the models must not
 * be far off at the sizes it decides about. */
static void
test_cost_scale(void **state)
{
    struct engine_job million = {10, 1000000, 1};
    struct engine_job ten_million = {16, 10000000, 1};

    (void)state;
    assert_in_range((long)(1000 * engine_find("chudnovsky")->seconds(&million)), 100,
                    1000);
    assert_in_range((long)(1000 * engine_find("bbp")->seconds(&ten_million)), 5, 500);
    assert_true(engine_find("chudnovsky")->memory(&ten_million) < 400000000);
    assert_true(engine_find("chudnovsky")->memory(&ten_million) > 80000000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),       cmocka_unit_test(test_find),
        cmocka_unit_test(test_abilities),  cmocka_unit_test(test_bad_jobs),
        cmocka_unit_test(test_strerror),   cmocka_unit_test(test_cost_models),
        cmocka_unit_test(test_cost_scale),
    };

    return cmocka_run_group_tests_name("engine table", tests, NULL, NULL);
}
