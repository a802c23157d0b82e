/*
 * Counts of digits against a plain count, the probabilities against published tables,
 * and both kept in the database.
 */
#include "store_fixture.h"

#include "common/store_statistics.h"
#include "digits_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The counts of TEXT, made as simply as possible. */
static void
count_plainly(struct statistics *s, const char *text, size_t length, int radix)
{
    static const char digits[] = "0123456789abcdef";

    statistics_init(s, radix);
    s->length = length;
    for (size_t i = 0; i < length; i++) {
        int digit = (int)(strchr(digits, text[i]) - digits);

        s->digits[digit]++;
        if (i > 0)
            s->pairs[s->last][digit]++;
        s->last = digit;
    }
}

static void
assert_same(const struct statistics *a, const struct statistics *b)
{
    assert_int_equal(a->radix, b->radix);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->last, b->last);
    assert_memory_equal(a->digits, b->digits, sizeof a->digits);
    assert_memory_equal(a->pairs, b->pairs, sizeof a->pairs);
}

static void
counts_are_those_of_a_plain_count(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 1000, 99999, 100000};
    (void)state;

    for (int radix = 10; radix <= 16; radix += 6) {
        char *text = some_digits(100000, radix);
        struct statistics expected, s;

        count_plainly(&expected, text, 100000, radix);
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            statistics_init(&s, radix);
            statistics_add(&s, text, 0);
            for (size_t at = 0; at < 100000; at += pieces[i])
                statistics_add(&s, text + at,
                               100000 - at < pieces[i] ? 100000 - at : pieces[i]);
            assert_same(&s, &expected);
        }
        free(text);
    }
}

static void
first_digits_of_pi(void **state)
{
    static const uint64_t digits[] = {8, 8, 12, 11, 10, 8, 9, 8, 12, 14};
    struct statistics s;
    (void)state;

    statistics_init(&s, 10);
    statistics_add(&s,
                   "14159265358979323846264338327950288419716939937510"
                   "58209749445923078164062862089986280348253421170679",
                   100);
    for (int i = 0; i < 10; i++)
        assert_int_equal(s.digits[i], digits[i]);
    /* By hand: (4 + 4 + 4 + 1 + 0 + 4 + 1 + 4 + 4 + 16) / 10. */
    assert_true(fabs(statistics_chi_squared(s.digits, 10) - 4.2) < 1e-12);
    assert_true(fabs(statistics_deviation(10, 100) - 3) < 1e-12);
}

static void
nothing_is_as_expected(void **state)
{
    struct statistics s;
    (void)state;

    statistics_init(&s, 10);
    assert_true(statistics_chi_squared(s.digits, 10) == 0);
    assert_true(statistics_chance(9, 0) == 1);
}

/* Abramowitz and Stegun, table 26.8: the chi-squared that chance exceeds with a
 * probability, to all the digits given there. */
static void
chances_are_those_of_the_tables(void **state)
{
    static const struct {
        int freedom;
        double x, chance;
    } cases[] = {
        {1, 3.84146, 0.05},  {1, 6.63490, 0.01},  {3, 7.81473, 0.05},
        {5, 11.0705, 0.05},  {9, 2.08790, 0.99},  {9, 3.32511, 0.95},
        {9, 8.34283, 0.5},   {9, 14.6837, 0.1},   {9, 16.9190, 0.05},
        {9, 21.6660, 0.01},  {9, 27.8772, 0.001}, {15, 5.22935, 0.99},
        {15, 7.26094, 0.95}, {15, 14.3389, 0.5},  {15, 22.3071, 0.1},
        {15, 24.9958, 0.05}, {15, 30.5779, 0.01}, {15, 37.6973, 0.001},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double chance = statistics_chance(cases[i].freedom, cases[i].x);

        assert_true(fabs(chance / cases[i].chance - 1) < 3e-5);
    }
}

/* The same function by its definition: one minus the integral of the density, by
 * Simpson's rule with so many steps that its error does not matter. */
static void
chances_are_those_of_the_integral(void **state)
{
    (void)state;

    for (int freedom = 9; freedom <= 15; freedom += 6) {
        for (double x = 0.5; x < 60; x *= 1.7) {
            const int steps = 20000;
            double h = x / steps, sum = 0;

            for (int i = 1; i < steps; i++)
                sum += (i % 2 == 1 ? 4 : 2) * pow(i * h, freedom / 2.0 - 1) *
                       exp(-i * h / 2);
            sum += pow(x, freedom / 2.0 - 1) * exp(-x / 2);
            sum *= h / 3 / pow(2, freedom / 2.0) / tgamma(freedom / 2.0);
            assert_true(fabs(statistics_chance(freedom, x) - (1 - sum)) < 1e-12);
        }
    }
}

static void
what_is_kept_is_read_again(void **state)
{
    struct fixture *f = *state;

    for (int radix = 10; radix <= 16; radix += 6) {
        char *text = some_digits(1000, radix);
        struct statistics s, other, found;
        int64_t revision = store_revision(f->s);

        statistics_init(&s, radix);
        statistics_add(&s, text, 1000);
        statistics_init(&other, radix);
        statistics_add(&other, text, 100);
        assert_int_equal(store_statistics(f->s, radix, 1000, &found), STORE_NOT_FOUND);
        assert_false(store_has_statistics(f->s, radix, 1000));
        assert_int_equal(store_keep_statistics(f->s, &s), STORE_OK);
        assert_true(store_revision(f->s) > revision);
        assert_int_equal(store_keep_statistics(f->s, &other), STORE_OK);
        assert_int_equal(store_statistics(f->s, radix, 1000, &found), STORE_OK);
        assert_same(&found, &s);
        assert_int_equal(store_statistics(f->s, radix, 100, &found), STORE_OK);
        assert_same(&found, &other);
        assert_true(store_has_statistics(f->s, radix, 1000));
        assert_false(store_has_statistics(f->s, radix, 10));
        free(text);
    }
}

static void
nonsense_is_not_taken_for_counts(void **state)
{
    static const char *const spoilt[] = {
        "digits = '5 5'",
        "digits = replace(digits, ' ', ',')",
        "digits = digits || ' 1'",
        "digits = ''",
        "pairs = ''",
        "pairs = '-' || pairs",
        "pairs = pairs || ' 0'",
        "length = 101",
    };
    struct fixture *f = *state;
    char *text = some_digits(100, 10);
    struct statistics s;

    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        char sql[160];

        statistics_init(&s, 10);
        statistics_add(&s, text, 100);
        assert_int_equal(store_keep_statistics(f->s, &s), STORE_OK);
        snprintf(sql, sizeof sql, "UPDATE statistics SET %s", spoilt[i]);
        run_sql(f, sql);
        assert_int_equal(
            store_statistics(f->s, 10, strncmp(spoilt[i], "length", 6) == 0 ? 101 : 100,
                             &s),
            STORE_CORRUPT);
        run_sql(f, "DELETE FROM statistics");
    }
    free(text);
}

static void
speeds_are_of_what_was_computed(void **state)
{
    static const uint64_t positions[] = {1, 2, 3, 100, 101, 133, 134, 1000, 1001};
    static const uint64_t chosen[] = {1, 2, 3, 100, 134, 1000};
    struct fixture *f = *state;
    struct store_speed speeds[STORE_SPEEDS_MAX];
    size_t count;

    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        int64_t id = put(f, positions[i], NULL);

        take(f, id, TOKEN);
        calculate(f, id, TOKEN);
        finish(f, id, TOKEN);
    }
    run_sql(f, "UPDATE computation SET wall_s = position / 1000.0, cpu_s = NULL");
    /* Answered from what was known, and one that waits. */
    run_sql(f, "UPDATE computation SET wall_s = NULL WHERE position = 101");
    put(f, 50, NULL);
    assert_int_equal(store_timings(f->s, 10, ALGORITHM_CHUDNOVSKY, speeds, &count),
                     STORE_OK);
    assert_int_equal(count, sizeof chosen / sizeof chosen[0]);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(speeds[i].position, chosen[i]);
        assert_true(fabs(speeds[i].wall_s - (double)chosen[i] / 1000) < 1e-9);
        assert_true(speeds[i].cpu_s < 0);
        assert_int_equal(row_of(f, speeds[i].id).position, chosen[i]);
    }
    assert_int_equal(store_timings(f->s, 16, ALGORITHM_CHUDNOVSKY, speeds, &count),
                     STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(store_timings(f->s, 10, ALGORITHM_SPIGOT, speeds, &count),
                     STORE_OK);
    assert_int_equal(count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_a_plain_count),
        cmocka_unit_test(first_digits_of_pi),
        cmocka_unit_test(nothing_is_as_expected),
        cmocka_unit_test(chances_are_those_of_the_tables),
        cmocka_unit_test(chances_are_those_of_the_integral),
        cmocka_unit_test_setup_teardown(what_is_kept_is_read_again, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(nonsense_is_not_taken_for_counts, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(speeds_are_of_what_was_computed, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
