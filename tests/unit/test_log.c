/*
 * Log lines: their form, what level is heard, and that nobody can forge one.
 */
#include "cmocka_all.h"

#include "capture.h"
#include "common/log.h"
#include "temporary.h"

#include <errno.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char text[65536];

static void
assert_matches(const char *string, const char *pattern)
{
    regex_t regex;
    int result;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    result = regexec(&regex, string, 0, NULL, 0);
    regfree(&regex);
    if (result != 0)
        fail_msg("\"%s\" does not match %s", string, pattern);
}

static size_t
count_lines(const char *string)
{
    size_t n = 0;

    for (; *string != '\0'; string++)
        n += *string == '\n';
    return n;
}

static void
a_line_has_time_program_and_level(void **state)
{
    struct capture c;

    (void)state;
    unsetenv("JOURNAL_STREAM");
    log_open("nthpid", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    capture_begin(&c, 2);
    log_warning("row %d is %s", 7, "late");
    capture_end(&c, text, sizeof text);
    assert_matches(text, "^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:"
                         "[0-6][0-9]\\.[0-9]{3}Z nthpid\\[[0-9]+\\] warning: "
                         "row 7 is late\n$");
}

static void
the_journal_gets_priorities(void **state)
{
    struct capture c;

    (void)state;
    setenv("JOURNAL_STREAM", "8:12345", 1);
    log_open("nthpid", LOG_TARGET_STDERR, LOG_LEVEL_DEBUG);
    capture_begin(&c, 2);
    log_error("a");
    log_warning("b");
    log_info("c");
    log_debug("d");
    capture_end(&c, text, sizeof text);
    unsetenv("JOURNAL_STREAM");
    assert_string_equal(text, "<3>a\n<4>b\n<6>c\n<7>d\n");
}

static void
lower_levels_are_silent(void **state)
{
    struct capture c;

    (void)state;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
    capture_begin(&c, 2);
    log_error("one");
    log_warning("two");
    log_info("three");
    log_debug("four");
    capture_end(&c, text, sizeof text);
    assert_int_equal(count_lines(text), 2);
    assert_null(strstr(text, "three"));
    assert_null(strstr(text, "four"));
}

static void
input_cannot_forge_a_line(void **state)
{
    struct capture c;

    (void)state;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    capture_begin(&c, 2);
    log_info("asked for \"%s\"",
             "1\n2026-01-01T00:00:00.000Z nthpid[1] error: forged\r\n"
             "\x1b[31mred\x07\x7f"
             " \xc2\x9b"
             "2J \xe2\x80\xa8next \xe2\x80\xa9para");
    capture_end(&c, text, sizeof text);
    assert_int_equal(count_lines(text), 1);
    assert_non_null(strstr(text,
                           "asked for \"1?2026-01-01T00:00:00.000Z nthpid[1] error:"
                           " forged???[31mred?? ??2J ???next ???para\"\n"));
}

static void
letters_of_all_languages_are_kept(void **state)
{
    struct capture c;

    (void)state;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    capture_begin(&c, 2);
    log_info("π ٣ é € 数");
    capture_end(&c, text, sizeof text);
    assert_non_null(strstr(text, " info: π ٣ é € 数\n"));
}

static void
long_lines_are_cut(void **state)
{
    static char long_text[5000];
    struct capture c;

    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    capture_begin(&c, 2);
    log_info("%s", long_text);
    capture_end(&c, text, sizeof text);
    assert_int_equal(count_lines(text), 1);
    assert_int_equal(strspn(strstr(text, "xxx"), "x"), 1000);
}

static void
errno_is_preserved(void **state)
{
    struct capture c;

    (void)state;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    capture_begin(&c, 2);
    errno = ENOSPC;
    log_error("disk: %s", strerror(errno));
    assert_int_equal(errno, ENOSPC);
    capture_end(&c, text, sizeof text);
}

static void *
talk(void *argument)
{
    for (int i = 0; i < 100; i++)
        log_info("thread %s says %d", (const char *)argument, i);
    return NULL;
}

static void
lines_of_threads_do_not_mix(void **state)
{
    static char names[8][2] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    pthread_t threads[8];
    struct capture c;
    char *line, *rest = NULL;
    int lines = 0;

    (void)state;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    capture_begin(&c, 2);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, talk, names[i]), 0);
    for (size_t i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    capture_end(&c, text, sizeof text);
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_matches(line, "^[^ ]+ test\\[[0-9]+\\] info: thread [a-h] says [0-9]+$");
        lines++;
    }
    assert_int_equal(lines, 800);
}

/* The whole file PATH into TEXT. */
static void
read_file(const char *path)
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
}

/* The program's only log file, so this test is the last. */
static void
a_file_is_opened_anew(void **state)
{
    static char file[96];
    char dir[64], old[96];
    pthread_t thread;
    char name[] = "a";
    size_t lines;

    (void)state;
    temporary_make(dir, sizeof dir);
    snprintf(file, sizeof file, "%s/log", dir);
    snprintf(old, sizeof old, "%s/old", dir);
    log_open("test", LOG_TARGET_FILE, LOG_LEVEL_INFO);
    assert_int_equal(log_reopen(), 0); /* nothing is open yet */
    assert_int_equal(log_to_file(file), 0);
    log_info("before");
    assert_int_equal(rename(file, old), 0);
    log_info("still there");
    assert_int_equal(pthread_create(&thread, NULL, talk, name), 0);
    assert_int_equal(log_reopen(), 0);
    pthread_join(thread, NULL);
    log_info("after");
    read_file(old);
    assert_matches(text, "info: before\n.*info: still there\n");
    lines = count_lines(text);
    read_file(file);
    assert_matches(text, "info: after\n$");
    assert_int_equal(lines + count_lines(text), 103);

    /* Where no new one can be made, the old one stays. */
    assert_int_equal(rename(file, old), 0);
    assert_int_equal(mkdir(file, 0700), 0);
    assert_int_equal(log_reopen(), -1);
    log_info("to the last");
    read_file(old);
    assert_matches(text, "error: cannot open the log .*/log: .*\n.*to the last\n$");
    temporary_remove(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_program_and_level),
        cmocka_unit_test(the_journal_gets_priorities),
        cmocka_unit_test(lower_levels_are_silent),
        cmocka_unit_test(input_cannot_forge_a_line),
        cmocka_unit_test(letters_of_all_languages_are_kept),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(errno_is_preserved),
        cmocka_unit_test(lines_of_threads_do_not_mix),
        cmocka_unit_test(a_file_is_opened_anew),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
