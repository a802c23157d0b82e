/*
 * The largest position, 10^13, where a whole run would take hours: the plan, and some
 * units of each kind with every kernel and both series, cut short; those with partial
 * sums of a moderate length also against their exact sums.
 */
#include "cmocka_all.h"

#include <stdlib.h>

#include <gmp.h>

#include "bbp_fixture.h"
#include "daemon/engine/algorithms.h"
#include "engine_fixture.h"

static const struct bbp_series *const both[] = {&bbp_hutton, &bbp_bellard};

/* The plan for the largest position. */
struct far {
    struct run run;
    struct bbp_head head;
    struct bbp_unit *units;
    size_t count;
};

static const struct engine_job largest = {16, BBP_LARGEST, 1};

static void
far_open(struct far *far, const struct bbp_series *series,
         const struct bbp_kernel *kernel)
{
    run_init(&far->run, &largest, NULL);
    far->head = (struct bbp_head){.run = &far->run, .kernel = kernel};
    assert_true(bbp_head_open(&far->head, BBP_LARGEST, series));
    far->units = bbp_units(&far->head, &far->count);
    assert_non_null(far->units);
}

static void
far_close(struct far *far)
{
    free(far->units);
    bbp_head_close(&far->head);
}

/* The first unit of KIND, or the last. */
static struct bbp_unit
unit_of(const struct far *far, enum bbp_kind kind, bool last)
{
    size_t i, found = far->count;

    for (i = 0; i < far->count && (last || found == far->count); i++)
        if (far->units[i].kind == kind)
            found = i;
    assert_true(found < far->count);
    return far->units[found];
}

/* Units to look at: all have some tens of moduli. The exact sums of those in front can
 * be had in a short time. */
#define UNITS 8
#define EXACT 5

static void
choose(const struct far *far, struct bbp_unit *units)
{
    const uint64_t width = 420 * 500;

    /* the largest moduli of all, those with the longest sums, and some between */
    units[0] = unit_of(far, BBP_CLASS, true);
    units[0].from = units[0].to - width;
    units[1] = unit_of(far, BBP_CLASS, false);
    units[1].to = units[1].from + width / 4;
    units[2] = units[1];
    units[2].from = far->head.most[0] / 9 - width / 2;
    units[2].to = far->head.most[0] / 9 + width / 2;
    units[3] = unit_of(far, BBP_BLOCK, false);
    units[3].from = units[3].to - 400;
    units[4] = unit_of(far, BBP_POWER, true);
    units[4].from = units[4].to - 20;

    /* a sum of 10^5 terms: those down to the root take seconds to prepare */
    units[5] = unit_of(far, BBP_BLOCK, false);
    units[5].from = 40 * far->head.root;
    units[5].to = units[5].from + 400;
    units[6] = unit_of(far, BBP_SMALL, true);
    units[6].from = units[6].to - 2;
    units[7] = unit_of(far, BBP_SMALL, false);
    units[7].to = units[7].from + 20;
}

/* Every kernel against the exact sums, or the portable kernel. */
static void
check_series(const struct bbp_series *series)
{
    struct bbp_unit units[UNITS];
    uint64_t count[UNITS];
    mpz_t want[UNITS];
    struct fixed got;
    struct far far;
    size_t k;
    int i;

    far_open(&far, series, &bbp_kernel_portable);
    choose(&far, units);
    for (i = 0; i < UNITS; i++) {
        mpz_init(want[i]);
        if (i < EXACT) {
            count[i] = sum_exactly(want[i], &far.head, &units[i]);
            assert_true(count[i] >= 5);
        } else {
            got = (struct fixed){{0}};
            assert_true(bbp_sum_unit(&far.head, &units[i], &got));
            mpz_import(want[i], FIXED_WORDS, -1, sizeof got.word[0], 0, 0, got.word);
            count[i] = 2 * (units[i].to - units[i].from);
        }
    }
    far_close(&far);
    for (k = 0; bbp_kernels[k] != NULL; k++) {
        if (!bbp_kernels[k]->usable())
            continue;
        far_open(&far, series, bbp_kernels[k]);
        for (i = 0; i < UNITS; i++) {
            got = (struct fixed){{0}};
            assert_true(bbp_sum_unit(&far.head, &units[i], &got));
            assert_true(is_close(&got, want[i], count[i]));
        }
        far_close(&far);
    }
    for (i = 0; i < UNITS; i++)
        mpz_clear(want[i]);
}

static void
test_units(void **state)
{
    (void)state;
    check_series(&bbp_hutton);
    check_series(&bbp_bellard);
}

/* The units cover all moduli once: ranges join, from the root to M, and so do indexes
 * in the list of primes. */
static void
check_cover(const struct bbp_series *series)
{
    uint64_t blocks, classes[420], small, powers;
    const struct bbp_unit *unit;
    struct far far;
    size_t i;
    int r, residues = 0;

    far_open(&far, series, bbp_kernel_best());
    blocks = far.head.classes_above;
    powers = 0;
    small = primes_above(&far.head.primes, BBP_LEAST_MODULUS - 1);
    for (r = 0; r < 420; r++)
        classes[r] = far.head.classes_above;
    for (i = 0; i < far.count; i++) {
        unit = &far.units[i];
        assert_true(unit->work > 0 && unit->from < unit->to);
        switch (unit->kind) {
        case BBP_CLASS:
            assert_int_equal(unit->from, classes[unit->residue]);
            classes[unit->residue] = unit->to;
            break;
        case BBP_BLOCK: /* downwards */
            assert_int_equal(unit->to, blocks);
            blocks = unit->from;
            break;
        case BBP_SMALL:
            assert_int_equal(unit->from, small);
            small = unit->to;
            break;
        case BBP_POWER:
            assert_int_equal(unit->from, powers);
            powers = unit->to;
            break;
        }
    }
    for (r = 0; r < 420; r++)
        residues += classes[r] == far.head.most[0];
    assert_int_equal(residues, 96); /* those without common factor with 420 */
    assert_int_equal(blocks, far.head.root);
    assert_int_equal(small, far.head.primes.count);
    assert_int_equal(powers, far.head.primes.count);
    far_close(&far);
}

static void
test_plan(void **state)
{
    (void)state;
    check_cover(&bbp_hutton);
    check_cover(&bbp_bellard);
}

/* The row of the table takes the position, and not the next one; what it says it will
 * need can be had; and the error leaves ENGINE_WINDOW digits and a reserve of 40 bits.
 */
static void
test_limits(void **state)
{
    const struct engine_algorithm *bbp = engine_find("bbp");
    const struct engine_job beyond = {16, BBP_LARGEST + 1, 1};
    struct fixed error = {{0}};
    struct far far;
    size_t i;

    (void)state;
    assert_int_equal(engine_allows(bbp, &largest), ENGINE_OK);
    assert_int_equal(engine_allows(bbp, &beyond), ENGINE_BAD_JOB);
    assert_true(bbp->seconds(&largest) > 3600 && bbp->seconds(&largest) < 1e6);
    assert_true(bbp->memory(&largest) < UINT64_C(1) << 30);
    for (i = 0; i < 2; i++) {
        far_open(&far, both[i], bbp_kernel_best());
        assert_true(far.head.most[0] < UINT64_C(1) << BBP_MOST_BITS);
        assert_true(far.count < 1000000);
        fixed_add_scaled(&error, (__int128)(far.head.most[0] / 2 + 1000),
                         FIXED_BITS - BBP_ERROR_BITS);
        far_close(&far);
    }
    assert_int_equal(error.word[2], 0);
    assert_true(error.word[1] < UINT64_C(1) << 25); /* of both: 2^-103 */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests_name("engine bbp far", tests, NULL, NULL);
}
