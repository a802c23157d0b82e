/*
 * What was verified is stored in words, and a result with one wrong digit never
 * becomes an answer.
 */
#include "daemon_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define AT_762   "9999998372978049"
#define HEX_10_6 "26c65e52cb459350"

static void
check_words(struct site *s, int radix, uint64_t position, enum algorithm algorithm,
            const char *words)
{
    int64_t id = site_ask(s, radix, position, algorithm);
    struct computation row = site_wait(s, id, STATUS_DONE);

    if (!strstr(row.verified, words)) {
        fail_msg("\"%s\" is not in \"%s\"", words, row.verified);
    }
}

static void
test_words(void **state)
{
    struct site *s = *state;
    struct computation row;
    struct published p;

    site_start(s, 0, NULL);
    check_words(s, 10, 762, ALGORITHM_SPIGOT,
                "all 777 digits are the same by chudnovsky");
    check_words(s, 10, 3000, ALGORITHM_CHUDNOVSKY,
                "all 3015 decimal digits agree with the binary fraction");
    check_words(s, 10, 2999, ALGORITHM_CHUDNOVSKY,
                "at 3 other places are the same by bbp");
    check_words(s, 16, 500, ALGORITHM_BBP, "digits are the same by chudnovsky");
    check_words(s, 16, 1000000, ALGORITHM_BBP,
                "digits are the same by a second run with Bellard's series");
    /* The published digits have the words, and what they answer, too. */
    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    assert_non_null(strstr(p.verified, "all 3015 decimal digits agree"));
    row = site_wait(s, site_ask(s, 10, 100, ALGORITHM_AUTO), STATUS_DONE);
    assert_true(row.answered_by > 0);
    assert_string_equal(row.verified, p.verified);
}

static void
check_refused(struct site *s, int radix, uint64_t position, enum algorithm algorithm)
{
    int64_t id = site_ask(s, radix, position, algorithm);
    struct computation row = site_wait(s, id, STATUS_FAILED);
    struct published p;

    assert_memory_equal(row.error, "verification: ", strlen("verification: "));
    assert_non_null(strstr(row.error, "differ"));
    assert_int_equal(row.stage, STAGE_TAKEN);
    assert_int_equal(row.attempts, 1);
    assert_int_equal(row.digit, 0);
    assert_string_equal(row.window, "");
    assert_string_equal(row.verified, "");
    assert_int_equal(store_published(s->store, radix, &p), STORE_OK);
    assert_int_equal(p.length, 0);
}

/* Starts a daemon with FAULT, NULL: one wrong digit. */
static void
start_faulty(struct site *s, const char *fault)
{
    assert_int_equal(setenv("NTHPID", "tests/unit/faulty_nthpid", 1), 0);
    if (fault) {
        assert_int_equal(setenv("NTHPI_FAULT", fault, 1), 0);
    }
    site_start(s, 0, NULL);
    unsetenv("NTHPI_FAULT");
    unsetenv("NTHPID");
}

/* A digit that is not the one asked for. */
static void
test_wrong_digit_before(void **state)
{
    struct site *s = *state;

    start_faulty(s, "middle");
    check_refused(s, 10, 762, ALGORITHM_SPIGOT);
    check_refused(s, 10, 100000, ALGORITHM_CHUDNOVSKY);
    check_refused(s, 16, 100000, ALGORITHM_CHUDNOVSKY);
    check_refused(s, 16, 500, ALGORITHM_BBP);
    check_refused(s, 16, 100000, ALGORITHM_BBP);
    site_wait_file(s->digits_fd, "pi-10-762.txt", false);
}

/* Digits that were right when they were checked, and changed later. */
static void
check_changed(struct site *s, const char *fault, enum stage stage, const char *message)
{
    static const struct {
        int radix;
        uint64_t position;
        enum algorithm algorithm;
    } rows[] = {
        {10, 762, ALGORITHM_SPIGOT},
        {10, 1000, ALGORITHM_CHUDNOVSKY},
        {16, 1000, ALGORITHM_CHUDNOVSKY},
    };
    struct published p;

    start_faulty(s, fault);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t id = site_ask(s, rows[i].radix, rows[i].position, rows[i].algorithm);
        struct computation row = site_wait(s, id, STATUS_FAILED);

        assert_string_equal(row.error, message);
        assert_int_equal(row.stage, stage);
        assert_int_equal(row.digit, 0);
        assert_string_equal(row.window, "");
        assert_string_equal(row.verified, "");
        assert_int_equal(store_published(s->store, rows[i].radix, &p), STORE_OK);
        assert_int_equal(p.length, 0);
    }
    assert_int_equal(site_stop(s, 0), 0);
    site_wait_file(s->digits_fd, "pi-10-762.txt", false);
    site_wait_file(s->digits_fd, "pi-10-1000.txt", false);
}

#define NOT_CHECKED "verification: the digits file is not what was checked"

static void
test_changed_on_the_way(void **state)
{
    check_changed(*state, "added", STAGE_TAKEN, NOT_CHECKED);
}

static void
test_changed_in_the_file(void **state)
{
    check_changed(*state, "written", STAGE_TAKEN, NOT_CHECKED);
}

static void
test_changed_sidecar(void **state)
{
    check_changed(*state, "sidecar", STAGE_TAKEN, NOT_CHECKED);
}

static void
test_changed_digest(void **state)
{
    check_changed(*state, "digest", STAGE_TAKEN, NOT_CHECKED);
}

static void
test_changed_before_it_is_published(void **state)
{
    check_changed(*state, "published", STAGE_CALCULATED,
                  "verification: the digits file changed before it was published");
}

static void
test_wrong_digit(void **state)
{
    struct site *s = *state;

    start_faulty(s, NULL);
    check_refused(s, 10, 762, ALGORITHM_SPIGOT);
    check_refused(s, 10, 1000, ALGORITHM_CHUDNOVSKY);
    check_refused(s, 10, 300000, ALGORITHM_AUTO);
    check_refused(s, 16, 1000, ALGORITHM_CHUDNOVSKY);
    check_refused(s, 16, 500, ALGORITHM_BBP);
    check_refused(s, 16, 1000000, ALGORITHM_BBP);
    site_wait_file(s->digits_fd, "pi-10-762.txt", false);
    assert_int_equal(site_stop(s, 0), 0);
    /* The same rows, by a daemon whose engine is right. */
    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_SPIGOT), AT_762);
    site_check_done(s, site_ask(s, 16, 1000000, ALGORITHM_BBP), HEX_10_6);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_words),
        ON_SITE(test_wrong_digit),
        ON_SITE(test_wrong_digit_before),
        ON_SITE(test_changed_on_the_way),
        ON_SITE(test_changed_in_the_file),
        ON_SITE(test_changed_sidecar),
        ON_SITE(test_changed_digest),
        ON_SITE(test_changed_before_it_is_published),
    };

    return cmocka_run_group_tests_name("daemon_verify", tests, NULL, NULL);
}
