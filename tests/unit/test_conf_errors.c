/*
 * What a configuration must not say, and that each error names its place.
 */
#include "conf_fixture.h"

#include <stdlib.h>
#include <string.h>

static void
errors_in_a_file_name_their_line(void **state)
{
    static const struct {
        const char *content, *line, *reason;
    } cases[] = {
        {"threads = 4\n\nwaitmax = 3\n", ":3:", "there is no option \"waitmax\""},
        {"Threads = 4\n", ":1:", "there is no option \"Threads\""},
        {"# x\nthreads = 0\n", ":2:", "threads must be a whole number from 1 to 64"},
        {"threads = 65\n", ":1:", "not \"65\""},
        {"threads = four\n", ":1:", "not \"four\""},
        {"threads = 4.5\n", ":1:", "not \"4.5\""},
        {"threads = -4\n", ":1:", "not \"-4\""},
        {"threads = 0x4\n", ":1:", "not \"0x4\""},
        {"threads =\n", ":1:", "not \"\""},
        {"threads = 99999999999999999999\n", ":1:", "from 1 to 64"},
        {"limit-bbp = 10000000000001\n", ":1:", "10000000000000"},
        {"socket-mode = 0888\n", ":1:", "octal"},
        {"socket-mode = 7777\n", ":1:", "octal"},
        {"admin = true\n", ":1:", "yes or no"},
        {"log-level = loud\n", ":1:", "error, warning, info or debug"},
        {"sandbox = yes\n", ":1:", "on, require or off"},
        {"log-target = /var/log/x\n", ":1:", "stderr, syslog or file:"},
        {"name = Main\n", ":1:", "small letters"},
        {"name = a-name-that-is-longer-than-32-chars\n", ":1:", "1 to 32"},
        {"state =\n", ":1:", "must name a folder"},
        {"listen =\n", ":1:", "at least one socket"},
        {"public-url = pi.example\n", ":1:", "https://pi.example"},
        {"public-url = https://\n", ":1:", "https://pi.example"},
        {"public-url = https://pi.example/\n", ":1:", "without a path"},
        {"public-url = https://\"><b>\n", ":1:", "without a path"},
        {"accel = digits\n", ":1:", "begin and end with a slash"},
        {"threads = 4\nthreads = 5\n", ":2:", "threads is given twice"},
        {"[web]\nthreads = 4\n", ":1:", "no sections"},
        {"threads = 4\nand more\n", ":2:", "not of the form"},
        {"threads = 4\nstate = a\rb\n", ":2:", "a control character"},
        {"name = pi\001\n", ":1:", "a control character"},
        {"oops\nthreads = 0\n", ":1:", "not of the form"},
        {"threads = 4\n  waiters = 0\n", ":2:", "waiters must be"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char place[128];

        write_file(f, cases[i].content);
        assert_int_equal(LOAD(f, CONF_DAEMON), -1);
        snprintf(place, sizeof place, "%s%s", f->file, cases[i].line);
        assert_said(f, place);
        assert_said(f, cases[i].reason);
        assert_null(f->conf.state);
    }
}

static void
overlong_lines_are_refused(void **state)
{
    struct fixture *f = *state;
    char content[2000] = "threads = 4\nlisten = ";

    memset(content + strlen(content), 'x', 1500);
    write_file(f, content);
    assert_int_equal(LOAD(f, CONF_FCGI), -1);
    assert_said(f, ":2: the line is too long");
}

/* Nothing behind a NUL is dropped silently, wherever in a line it is. */
static void
nul_is_refused(void **state)
{
    static const char content[] = "threads = 4\n\nwaiters = 100\n";
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof content; i++) {
        write_file(f, "");
        FILE *file = fopen(f->file, "w");
        assert_non_null(file);
        fwrite(content, 1, i, file);
        fputc('\0', file);
        fwrite(content + i, 1, sizeof content - 1 - i, file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(LOAD(f, CONF_FCGI), -1);
        assert_said(f, "a control character");
    }
}

static void
errors_elsewhere_name_their_source(void **state)
{
    struct fixture *f = *state;

    setenv("NTHPI_WAIT_MAX", "61", 1);
    assert_int_equal(LOAD(f, CONF_DAEMON), -1);
    assert_said(f, "NTHPI_WAIT_MAX in the environment: wait-max must be");
    unsetenv("NTHPI_WAIT_MAX");
    assert_int_equal(LOAD(f, CONF_FCGI, "--wait-max=x"), -1);
    assert_said(f, "--wait-max: wait-max must be");
    assert_int_equal(LOAD(f, CONF_FCGI, "--wait-maximum=3"), -1);
    assert_said(f, "--wait-maximum=3: there is no such flag");
    assert_int_equal(LOAD(f, CONF_FCGI, "--threads"), -1);
    assert_said(f, "--threads: a value is missing");
    /* Other programs' options are no flags, but may be in the common file. */
    assert_int_equal(LOAD(f, CONF_FCGI, "--niceness=3"), -1);
    write_file(f, "niceness = 3\n");
    assert_int_equal(LOAD(f, CONF_FCGI), 0);
    assert_int_equal(f->conf.niceness, 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, conf_setup, conf_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(errors_in_a_file_name_their_line),
        TEST(overlong_lines_are_refused),
        TEST(nul_is_refused),
        TEST(errors_elsewhere_name_their_source),
    };

    return cmocka_run_group_tests_name("conf_errors", tests, NULL, NULL);
}
