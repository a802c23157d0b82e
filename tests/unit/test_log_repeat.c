/*
 * The same error again and again is written once in a while, with a count.
 */
#include "cmocka_all.h"

#include "capture.h"
#include "common/log.h"
#include "common/log_repeat.h"

#include <stdio.h>
#include <string.h>

static void
a_line_is_repeated_after_a_while(void **state)
{
    struct log_repeat r = {0};
    int64_t now = 1;
    unsigned dropped;

    (void)state;
    assert_true(log_repeat_admits(&r, "the disk is full", now, &dropped));
    assert_int_equal(dropped, 0);
    for (int i = 0; i < 9; i++) {
        now += LOG_REPEAT_US / 10;
        assert_false(log_repeat_admits(&r, "the disk is full", now, &dropped));
    }
    assert_true(log_repeat_admits(&r, "the disk is fuller", now, &dropped));
    now += LOG_REPEAT_US / 10;
    assert_true(log_repeat_admits(&r, "the disk is full", now, &dropped));
    assert_int_equal(dropped, 9);
    assert_false(log_repeat_admits(&r, "the disk is full", now, &dropped));
    now += LOG_REPEAT_US;
    assert_true(log_repeat_admits(&r, "the disk is full", now, &dropped));
    assert_int_equal(dropped, 1);
}

static void
the_oldest_line_is_forgotten(void **state)
{
    struct log_repeat r = {0};
    unsigned dropped;
    char text[32];

    (void)state;
    for (int i = 0; i <= LOG_REPEAT_LINES; i++) {
        snprintf(text, sizeof text, "row %d", i);
        assert_true(log_repeat_admits(&r, text, i + 1, &dropped));
    }
    assert_false(log_repeat_admits(&r, "row 1", 100, &dropped));
    assert_true(log_repeat_admits(&r, "row 0", 100, &dropped));
    assert_true(log_repeat_admits(&r, "row 1", 100, &dropped)); /* it made room */
}

static size_t
count(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

/* Errors and warnings are held back, what is told for information is not. */
static void
the_log_holds_them_back(void **state)
{
    static char text[65536];
    struct capture c;

    (void)state;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    capture_begin(&c, 2);
    for (int i = 0; i < 100; i++) {
        log_error("the disk is full");
        log_warning("row %d waits", i % 2);
        log_info("ready");
    }
    capture_end(&c, text, sizeof text);
    assert_int_equal(count(text, "the disk is full\n"), 1);
    assert_int_equal(count(text, "row 0 waits\n"), 1);
    assert_int_equal(count(text, "row 1 waits\n"), 1);
    assert_int_equal(count(text, "ready\n"), 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_repeated_after_a_while),
        cmocka_unit_test(the_oldest_line_is_forgotten),
        cmocka_unit_test(the_log_holds_them_back),
    };

    return cmocka_run_group_tests_name("log_repeat", tests, NULL, NULL);
}
