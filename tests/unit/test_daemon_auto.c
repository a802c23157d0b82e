/*
 * Rows that ask for auto: which method runs, and when known digits, those of
 * another row or those that a running job will bring answer them.
 *
 * The windows are well-known digits of pi: the run of nines at 762, the 1,000th
 * decimal and those after it, the hexadecimal digits at 1 and at 10^6.
 */
#include "daemon_fixture.h"

#include "common/digits.h"

#define AT_762   "9999998372978049"
#define AT_1000  "9380952572010654"
#define HEX_1    "243f6a8885a308d3"
#define HEX_10_6 "26c65e52cb459350"

static void
check_published(struct site *s, int radix, uint64_t length)
{
    struct published p;
    char sha256[DIGITS_SHA256_SIZE];

    assert_int_equal(store_published(s->store, radix, &p), STORE_OK);
    assert_int_equal(p.length, length);
    assert_int_equal(digits_check(s->digits_fd, radix, length, sha256), DIGITS_OK);
    assert_string_equal(p.sha256, sha256);
}

static void
test_auto_keeps_to_the_limits(void **state)
{
    struct site *s = *state;
    static const char *const low[] = {"--limit-chudnovsky=1000", NULL};
    int64_t near, far;

    site_start(s, 0, low);
    near = site_ask(s, 16, 1, ALGORITHM_AUTO);
    far = site_ask(s, 16, 1000000, ALGORITHM_AUTO);
    site_check_done(s, near, HEX_1);
    site_check_done(s, far, HEX_10_6);
    assert_int_equal(site_row(s, near).method, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(site_row(s, far).method, ALGORITHM_BBP);
}

static void
test_auto_from_the_prefix(void **state)
{
    struct site *s = *state;
    struct computation row;
    int64_t first, inside, edge;

    site_start(s, 0, NULL);
    first = site_ask(s, 10, 1000, ALGORITHM_AUTO);
    site_check_done(s, first, AT_1000);
    inside = site_ask(s, 10, 985, ALGORITHM_AUTO); /* 985 .. 1000 are known */
    row = site_wait(s, inside, STATUS_DONE);
    assert_int_equal(row.answered_by, first);
    assert_int_equal(row.attempts, 0);
    assert_int_equal(row.method, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(strlen(row.window), 16);
    assert_int_equal(row.window[15], AT_1000[0]);
    edge = site_ask(s, 10, 986, ALGORITHM_AUTO); /* one digit is missing */
    row = site_wait(s, edge, STATUS_DONE);
    assert_int_equal(row.answered_by, 0);
    assert_int_equal(row.attempts, 1);
    assert_memory_equal(row.window + 14, AT_1000, 2);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_AUTO), AT_762);
}

/* At the end of the prefix: from the row that computed the position. */
static void
test_auto_from_a_row(void **state)
{
    struct site *s = *state;
    struct computation row;
    int64_t computed, twin, hex, hex_twin, bbp;

    site_start(s, 0, NULL);
    computed = site_ask(s, 10, 1000, ALGORITHM_SPIGOT);
    site_check_done(s, computed, AT_1000);
    twin = site_ask(s, 10, 1000, ALGORITHM_AUTO);
    site_check_done(s, twin, AT_1000);
    row = site_row(s, twin);
    assert_int_equal(row.answered_by, computed);
    assert_int_equal(row.method, ALGORITHM_SPIGOT);
    assert_int_equal(row.attempts, 0);
    check_published(s, 10, 1000);

    /* bbp knows one window only: auto brings all digits. */
    bbp = site_ask(s, 16, 1, ALGORITHM_BBP);
    site_check_done(s, bbp, HEX_1);
    hex = site_ask(s, 16, 1, ALGORITHM_AUTO);
    site_check_done(s, hex, HEX_1);
    row = site_row(s, hex);
    assert_int_equal(row.answered_by, 0);
    assert_int_equal(row.method, ALGORITHM_CHUDNOVSKY);
    /* An explicit algorithm always computes. */
    hex_twin = site_ask(s, 16, 1, ALGORITHM_CHUDNOVSKY);
    site_check_done(s, hex_twin, HEX_1);
    assert_int_equal(site_row(s, hex_twin).answered_by, 0);
}

static void
test_auto_from_a_running_job(void **state)
{
    struct site *s = *state;
    struct computation row;
    int64_t first, inside, same;
    pid_t worker;

    site_start(s, 0, NULL);
    first = site_ask(s, 10, SITE_LONG, ALGORITHM_CHUDNOVSKY);
    worker = site_hold_worker(s, 0, 0);
    same = site_ask(s, 10, SITE_LONG, ALGORITHM_AUTO);
    inside = site_ask(s, 10, SITE_LONG - 100, ALGORITHM_AUTO);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_AUTO), AT_762); /* sooner alone */
    assert_int_equal(site_row(s, inside).status, STATUS_QUEUED);
    assert_int_equal(site_row(s, same).status, STATUS_QUEUED);
    assert_int_equal(kill(worker, SIGCONT), 0);
    row = site_wait(s, inside, STATUS_DONE);
    assert_int_equal(row.answered_by, first);
    assert_int_equal(row.attempts, 0);
    row = site_wait(s, same, STATUS_DONE);
    assert_int_equal(row.answered_by, first);
    assert_int_equal(row.attempts, 0);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_auto_keeps_to_the_limits),
        ON_SITE(test_auto_from_the_prefix),
        ON_SITE(test_auto_from_a_row),
        ON_SITE(test_auto_from_a_running_job),
    };

    return cmocka_run_group_tests_name("daemon_auto", tests, NULL, NULL);
}
