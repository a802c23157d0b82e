/*
 * Configuration: four sources and their order, flags, help, the example file and
 * the state folder.
 */
#include "conf_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- sources ---- */

static void
defaults_are_those_of_the_design(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(LOAD(f, CONF_DAEMON), 0);
    assert_string_equal(f->text, "");
    assert_int_equal(f->conf.limits.spigot, 50000);
    assert_int_equal(f->conf.limits.chudnovsky, 100000000);
    assert_int_equal(f->conf.limits.bbp, 10000000000);
    assert_int_equal(f->conf.queue_limit, 1000);
    assert_int_equal(f->conf.wait_max, 60);
    assert_int_equal(f->conf.body_limit, 16384);
    assert_int_equal(f->conf.socket_mode, 0660);
    assert_int_equal(f->conf.log_level, LOG_LEVEL_INFO);
    assert_int_equal(f->conf.log_target, LOG_TARGET_STDERR);
    assert_false(f->conf.admin);
    assert_string_equal(f->conf.state, NTHPI_STATEDIR);
    assert_string_equal(f->conf.templates, NTHPI_TEMPLATEDIR);
    assert_string_equal(f->conf.public_url, "");
    assert_int_equal(f->first, 1);
}

static void
later_sources_win(void **state)
{
    struct fixture *f = *state;

    write_file(f, "threads = 5\nwait-max = 10\nwaiters = 7\n");
    assert_int_equal(LOAD(f, CONF_FCGI), 0);
    assert_int_equal(f->conf.threads, 5);
    assert_int_equal(f->conf.wait_max, 10);
    setenv("NTHPI_WAIT_MAX", "20", 1);
    setenv("NTHPI_WAITERS", "8", 1);
    assert_int_equal(LOAD(f, CONF_FCGI, "--waiters=9"), 0);
    assert_int_equal(f->conf.threads, 5);
    assert_int_equal(f->conf.wait_max, 20);
    assert_int_equal(f->conf.waiters, 9);
}

/* A position of 10^13 is a matter of hours; that it is allowed is up to the site. */
static void
limits_go_up_to_the_largest_position(void **state)
{
    struct fixture *f = *state;

    write_file(f, "limit-bbp = 10000000000000\n");
    assert_int_equal(LOAD(f, CONF_DAEMON), 0);
    assert_string_equal(f->text, "");
    assert_int_equal(f->conf.limits.bbp, 10000000000000);
}

static void
a_flag_names_another_file(void **state)
{
    struct fixture *f = *state;
    char missing[128];

    write_file(f, "threads = 5\n");
    setenv("NTHPI_CONFIG", "/nonexistent/by-environment", 1);
    assert_int_equal(LOAD(f, CONF_FCGI, "--config", f->file), 0);
    assert_int_equal(f->conf.threads, 5);
    assert_int_equal(LOAD(f, CONF_FCGI), -1);
    assert_said(f, "/nonexistent/by-environment: No such file");
    snprintf(missing, sizeof missing, "--config=%s/none", f->dir);
    assert_int_equal(LOAD(f, CONF_FCGI, missing), -1);
    assert_said(f, "/none: No such file");
    assert_int_equal(LOAD(f, CONF_FCGI, "--config", f->dir), -1);
    assert_said(f, f->dir);
}

static void
files_are_read_leniently_in_form(void **state)
{
    struct fixture *f = *state;

    write_file(f, "# a comment\n; another\n\n"
                  "   threads=6   \n\twait-max :\t7 ; seconds\r\n"
                  "public-url =\nname = d-1\nadmin = yes\nsocket-mode = 0600\n"
                  "log-level = debug\nlog-target = syslog\nsandbox=require");
    assert_int_equal(LOAD(f, CONF_FCGI), 0);
    assert_int_equal(f->conf.threads, 6);
    assert_int_equal(f->conf.wait_max, 7);
    assert_string_equal(f->conf.public_url, "");
    assert_string_equal(f->conf.name, "d-1");
    assert_true(f->conf.admin);
    assert_int_equal(f->conf.socket_mode, 0600);
    assert_int_equal(f->conf.log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(f->conf.log_target, LOG_TARGET_SYSLOG);
    assert_int_equal(f->conf.sandbox, SANDBOX_REQUIRE);
}

static void
a_log_file_is_a_target(void **state)
{
    struct fixture *f = *state;

    write_file(f, "log-target = file:/var/log/nthpi.log\n");
    assert_int_equal(LOAD(f, CONF_FCGI), 0);
    assert_int_equal(f->conf.log_target, LOG_TARGET_FILE);
    assert_string_equal(f->conf.log_file, "/var/log/nthpi.log");
    assert_int_equal(LOAD(f, CONF_FCGI, "--log-target=file:/x"), 0);
    assert_string_equal(f->conf.log_file, "/x");
    assert_int_equal(LOAD(f, CONF_FCGI, "--log-target=file:x"), -1);
    assert_said(f, "file: and an absolute path");
}

static void
a_relative_state_folder_becomes_absolute(void **state)
{
    struct fixture *f = *state;
    char expected[4200], here[4096];

    assert_non_null(getcwd(here, sizeof here));
    snprintf(expected, sizeof expected, "%s/some/state", here);
    assert_int_equal(LOAD(f, CONF_FCGI, "--state=some/state"), 0);
    assert_string_equal(f->conf.state, expected);
}

/* ---- flags ---- */

static void
other_arguments_are_left(void **state)
{
    struct fixture *f = *state;
    const char *radix = NULL, *all = NULL;
    const struct conf_flag more[] = {{"radix", "R", "radix", &radix},
                                     {"all", NULL, "all", &all},
                                     {NULL, NULL, NULL, NULL}};

    assert_int_equal(load_more(f, CONF_TOOL, more, "digit", "--radix=16", "1000",
                               "--all", "--cpus", "2", NULL),
                     0);
    assert_string_equal(radix, "16");
    assert_string_equal(all, "");
    assert_int_equal(f->conf.cpus, 2);
    /* digit and 1000 of six arguments are left. */
    assert_int_equal(f->first, 5);
    assert_int_equal(load_more(f, CONF_TOOL, more, "--", "--radix=16", NULL), 0);
    assert_int_equal(f->first, 2);
}

static void
a_switch_needs_no_value(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(LOAD(f, CONF_FCGI, "--admin"), 0);
    assert_true(f->conf.admin);
    assert_int_equal(LOAD(f, CONF_FCGI, "--admin=no"), 0);
    assert_false(f->conf.admin);
    assert_int_equal(LOAD(f, CONF_FCGI, "--admin=maybe"), -1);
}

static void
help_lists_what_the_program_knows(void **state)
{
    struct fixture *f = *state;
    const char *value;
    const struct conf_flag more[] = {{"check", NULL, "check only", &value},
                                     {NULL, NULL, NULL, NULL}};

    /* A broken file is no obstacle. */
    write_file(f, "nonsense");
    assert_int_equal(load_more(f, CONF_DAEMON, more, "--help", NULL), 1);
    assert_int_equal(strncmp(f->text, "Usage: nthpid [FLAG]...\n", 24), 0);
    assert_said(f, "--check ");
    assert_said(f, "check only");
    assert_said(f, "--config=FILE");
    for (size_t i = 0; i < conf_option_count; i++) {
        char flag[64];
        bool listed;

        snprintf(flag, sizeof flag, "  --%s=", conf_options[i].name);
        listed = strstr(f->text, flag) != NULL;
        assert_int_equal(listed, (conf_options[i].programs & CONF_DAEMON) != 0);
    }
    assert_said(f, "default: 1000; NTHPI_POLL_MS");
    assert_int_equal(LOAD(f, CONF_DAEMON, "--version"), 1);
    assert_int_equal(strncmp(f->text, "nthpi ", 6), 0);
}

/* ---- the example and the state folder ---- */

static void
the_example_holds_the_defaults(void **state)
{
    struct fixture *f = *state;
    struct conf defaults = {.state = NULL};
    char *example = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&example, &size);

    conf_write_example(out);
    fclose(out);
    /* As it is it changes nothing, and none of it is an error. */
    write_file(f, example);
    assert_int_equal(LOAD(f, CONF_DAEMON), 0);
    defaults = f->conf;
    f->conf = (struct conf){.state = NULL};
    /* With all its settings switched on it says the same. */
    for (char *p = example; (p = strstr(p, "\n#")) != NULL; p++)
        if (p[2] != ' ')
            p[1] = ' ';
    write_file(f, example);
    assert_int_equal(LOAD(f, CONF_DAEMON), 0);
    for (size_t i = 0; i < conf_option_count; i++) {
        const struct conf_option *option = &conf_options[i];
        char setting[64];

        snprintf(setting, sizeof setting, "\n %s =", option->name);
        assert_non_null(strstr(example, setting));
        if (option->type == CONF_TEXT)
            assert_string_equal(*(char **)((char *)&f->conf + option->offset),
                                *(char **)((char *)&defaults + option->offset));
    }
    assert_int_equal(f->conf.limits.bbp, defaults.limits.bbp);
    assert_int_equal(f->conf.socket_mode, defaults.socket_mode);
    assert_int_equal(f->conf.niceness, defaults.niceness);
    conf_clear(&defaults);
    free(example);
}

static void
every_option_can_be_set(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < conf_option_count; i++) {
        const struct conf_option *option = &conf_options[i];
        char variable[CONF_VARIABLE_SIZE];

        assert_ptr_equal(conf_find(option->name), option);
        assert_true(option->programs != 0 && option->help[0] != '\0');
        conf_variable(option, variable);
        setenv(variable, "?", 1);
        if (option->type != CONF_TEXT || option->check("?") == false) {
            assert_int_equal(LOAD(f, CONF_DAEMON), -1);
            assert_said(f, variable);
        }
        unsetenv(variable);
    }
    assert_null(conf_find("config"));
    assert_null(conf_find(""));
}

static void
paths_are_inside_the_state_folder(void **state)
{
    struct fixture *f = *state;
    char *path;

    assert_int_equal(LOAD(f, CONF_FCGI, "--state=/srv/pi"), 0);
    path = conf_path(&f->conf, CONF_DB);
    assert_string_equal(path, "/srv/pi/db/nthpi.db");
    free(path);
    path = conf_path(&f->conf, "/run/nthpi/1.sock");
    assert_string_equal(path, "/run/nthpi/1.sock");
    free(path);
}

static void
assert_folder(struct fixture *f, const char *name, mode_t mode)
{
    struct stat info;
    char path[160];

    snprintf(path, sizeof path, "%s/new/state/%s", f->dir, name);
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(info.st_mode & 07777, mode);
}

static void
the_state_folder_is_made(void **state)
{
    struct fixture *f = *state;
    char flag[128], path[160];

    snprintf(flag, sizeof flag, "--state=%s/new/state", f->dir);
    assert_int_equal(LOAD(f, CONF_FCGI, flag), 0);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(conf_make_state(&f->conf), 0);
        assert_folder(f, "db", 02770);
        assert_folder(f, "digits", 0755);
        assert_folder(f, "work", 02750);
        assert_folder(f, "run", round == 0 ? 02771 : 0700);
        /* What is there keeps its permissions. */
        snprintf(path, sizeof path, "%s/new/state/run", f->dir);
        assert_int_equal(chmod(path, 0700), 0);
    }
    snprintf(path, sizeof path, "%s/new/state/work", f->dir);
    assert_int_equal(rmdir(path), 0);
    fclose(fopen(path, "w"));
    assert_int_equal(conf_make_state(&f->conf), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, conf_setup, conf_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_those_of_the_design),
        TEST(limits_go_up_to_the_largest_position),
        TEST(later_sources_win),
        TEST(a_flag_names_another_file),
        TEST(files_are_read_leniently_in_form),
        TEST(a_log_file_is_a_target),
        TEST(a_relative_state_folder_becomes_absolute),
        TEST(other_arguments_are_left),
        TEST(a_switch_needs_no_value),
        TEST(help_lists_what_the_program_knows),
        TEST(the_example_holds_the_defaults),
        TEST(every_option_can_be_set),
        TEST(paths_are_inside_the_state_folder),
        TEST(the_state_folder_is_made),
    };

    return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
