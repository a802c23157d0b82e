/*
 * The same digit by different algorithms: what is compared, and what is offered. (The
 * pages that say so: test_compare_pages.c.)
 */
#include "site_fixture.h"

#include "fcgi/compare.h"

#include <string.h>

#define SAME "9265358979323846"

static const struct limits limits = {
    .spigot = 50000, .chudnovsky = 1000000, .bbp = 10000000};

/* A computation of position 5000 that is done by METHOD with WINDOW. */
static struct computation
done(enum algorithm algorithm, enum algorithm method, const char *window)
{
    struct computation c = {.radix = 10,
                            .position = 5000,
                            .algorithm = algorithm,
                            .method = method,
                            .status = STATUS_DONE,
                            .digit = window[0]};
    strcpy(c.window, window);
    return c;
}

static struct computation
waiting(enum algorithm algorithm)
{
    return (struct computation){
        .radix = 10, .position = 5000, .algorithm = algorithm, .status = STATUS_QUEUED};
}

/* The verdict about A and B, and how many digits they have alike. */
static enum compare_verdict
verdict(struct computation a, struct computation b, size_t *digits)
{
    struct compare compare = {.rows = {a, b}, .count = 2};
    return compare_verdict(&compare, digits);
}

static void
only_different_methods_agree(void **state)
{
    (void)state;
    size_t digits;
    struct computation first = done(ALGORITHM_CHUDNOVSKY, ALGORITHM_CHUDNOVSKY, SAME);
    struct computation spigot = done(ALGORITHM_SPIGOT, ALGORITHM_SPIGOT, SAME);
    struct computation known = done(ALGORITHM_AUTO, ALGORITHM_CHUDNOVSKY, SAME);
    assert_int_equal(verdict(first, spigot, &digits), COMPARE_AGREES);
    assert_int_equal(digits, 16);
    assert_int_equal(verdict(first, known, &digits), COMPARE_ONE_WAY);
    struct compare all = {.rows = {first, known, spigot}, .count = 3};
    assert_int_equal(compare_verdict(&all, &digits), COMPARE_AGREES);
}

static void
windows_may_have_different_lengths(void **state)
{
    (void)state;
    size_t digits;
    struct computation a = done(ALGORITHM_CHUDNOVSKY, ALGORITHM_CHUDNOVSKY, SAME);
    struct computation b = done(ALGORITHM_BBP, ALGORITHM_BBP, SAME "26433832");
    assert_int_equal(verdict(a, b, &digits), COMPARE_AGREES);
    assert_int_equal(digits, 16);
    assert_int_equal(verdict(b, a, &digits), COMPARE_AGREES);
    assert_int_equal(digits, 16);
}

static void
one_wrong_digit_is_noticed(void **state)
{
    (void)state;
    size_t digits;
    struct computation a = done(ALGORITHM_CHUDNOVSKY, ALGORITHM_CHUDNOVSKY, SAME);
    struct computation b = done(ALGORITHM_SPIGOT, ALGORITHM_SPIGOT, SAME);
    for (size_t i = 0; i < 16; i++) {
        b.window[i] = b.window[i] == '0' ? '1' : '0';
        assert_int_equal(verdict(a, b, &digits), COMPARE_DIFFERS);
        assert_int_equal(digits, i);
        b.window[i] = a.window[i];
    }
    b.digit = '0';
    assert_int_equal(verdict(a, b, &digits), COMPARE_DIFFERS);
}

static void
what_is_not_done_says_nothing(void **state)
{
    (void)state;
    size_t digits;
    struct computation a = done(ALGORITHM_CHUDNOVSKY, ALGORITHM_CHUDNOVSKY, SAME);
    struct computation failed = waiting(ALGORITHM_SPIGOT);
    failed.status = STATUS_FAILED;
    assert_int_equal(verdict(a, waiting(ALGORITHM_SPIGOT), &digits), COMPARE_WAITING);
    assert_int_equal(verdict(a, failed, &digits), COMPARE_ALONE);
    struct compare alone = {.rows = {a}, .count = 1};
    assert_int_equal(compare_verdict(&alone, &digits), COMPARE_ALONE);
    alone.rows[0] = waiting(ALGORITHM_CHUDNOVSKY);
    assert_int_equal(compare_verdict(&alone, &digits), COMPARE_ALONE);
}

static void
offers_are_what_is_new_and_possible(void **state)
{
    (void)state;
    struct compare compare = {.rows = {waiting(ALGORITHM_AUTO)}, .count = 1};
    struct computation *c = &compare.rows[0];
    /* It will be chudnovsky that auto runs. */
    assert_false(compare_offers(&compare, &limits, ALGORITHM_CHUDNOVSKY));
    assert_true(compare_offers(&compare, &limits, ALGORITHM_SPIGOT));
    assert_false(compare_offers(&compare, &limits, ALGORITHM_BBP));
    c->position = 50001;
    assert_false(compare_offers(&compare, &limits, ALGORITHM_SPIGOT));
    c->radix = 16;
    assert_true(compare_offers(&compare, &limits, ALGORITHM_BBP));
    /* What failed can be asked again. */
    compare.rows[1] = waiting(ALGORITHM_BBP);
    compare.count = 2;
    assert_false(compare_offers(&compare, &limits, ALGORITHM_BBP));
    compare.rows[1].status = STATUS_FAILED;
    assert_true(compare_offers(&compare, &limits, ALGORITHM_BBP));
    /* But the one asked about can be tried again itself. */
    *c = waiting(ALGORITHM_AUTO);
    compare.count = 1;
    c->status = STATUS_FAILED;
    assert_false(compare_offers(&compare, &limits, ALGORITHM_CHUDNOVSKY));
    assert_true(compare_offers(&compare, &limits, ALGORITHM_SPIGOT));
    c->method = ALGORITHM_SPIGOT;
    assert_true(compare_offers(&compare, &limits, ALGORITHM_CHUDNOVSKY));
    assert_false(compare_offers(&compare, &limits, ALGORITHM_SPIGOT));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_different_methods_agree),
        cmocka_unit_test(windows_may_have_different_lengths),
        cmocka_unit_test(one_wrong_digit_is_noticed),
        cmocka_unit_test(what_is_not_done_says_nothing),
        cmocka_unit_test(offers_are_what_is_new_and_possible),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
