/*
 * The texts made from the table of options: --help and the example file.
 */
#include "conf_internal.h"

#include <inttypes.h>

/* What values OPTION takes, for people. */
static void
print_range(FILE *out, const struct conf_option *option)
{
    if (option->type == CONF_NUMBER || option->type == CONF_LARGE)
        fprintf(out, "%" PRIu64 " to %" PRIu64 ", ", option->min, option->max);
    if (option->initial[0] == '\0')
        fputs("default: empty", out);
    else
        fprintf(out, "default: %s", option->initial);
}

static void
print_flag(FILE *out, const char *name, const char *argument, const char *help)
{
    int width = fprintf(out, "  --%s%s%s", name, argument == NULL ? "" : "=",
                        argument == NULL ? "" : argument);

    if (width > 26)
        fprintf(out, "\n%28s", "");
    else
        fprintf(out, "%*s", 28 - width, "");
    fprintf(out, "%s\n", help);
}

void
conf_help(FILE *out, enum conf_program program, const char *usage,
          const struct conf_flag *more)
{
    fprintf(out, "%s\n\n", usage);
    for (; more != NULL && more->name != NULL; more++)
        print_flag(out, more->name, more->argument, more->help);
    print_flag(out, "config", "FILE",
               "configuration (NTHPI_CONFIG, else " NTHPI_SYSCONFDIR "/nthpi.conf)");
    for (size_t i = 0; i < conf_option_count; i++) {
        char variable[CONF_VARIABLE_SIZE];

        if ((conf_options[i].programs & program) == 0)
            continue;
        print_flag(out, conf_options[i].name, conf_options[i].argument,
                   conf_options[i].help);
        conf_variable(&conf_options[i], variable);
        fprintf(out, "%28s(", "");
        print_range(out, &conf_options[i]);
        fprintf(out, "; %s)\n", variable);
    }
    print_flag(out, "help", NULL, "print this and leave");
    print_flag(out, "version", NULL, "print the version and leave");
}

static const struct {
    enum conf_program program;
    const char *name;
} programs[] = {
    {CONF_FCGI, "nthpi-fcgi"}, {CONF_DAEMON, "nthpid"}, {CONF_TOOL, "nthpi"}};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

/* The programs that know OPTION: "nthpi-fcgi, nthpid". */
static void
print_programs(FILE *out, const struct conf_option *option)
{
    const char *separator = "";

    for (size_t i = 0; i < PROGRAMS; i++) {
        if ((option->programs & programs[i].program) == 0)
            continue;
        fprintf(out, "%s%s", separator, programs[i].name);
        separator = ", ";
    }
}

void
conf_write_manual(FILE *out)
{
    for (size_t i = 0; i < conf_option_count; i++) {
        const struct conf_option *option = &conf_options[i];

        fprintf(out, ".TP\n.BI %s \" = \" %s\n%s\n(", option->name, option->argument,
                option->help);
        print_range(out, option);
        fputs(";\nfor ", out);
        print_programs(out, option);
        fputs(")\n", out);
    }
}

void
conf_write_example(FILE *out)
{
    fputs(
        "# Configuration of nthpi. All programs read this file; each option also is a\n"
        "# flag (--wait-max=60) and a variable (NTHPI_WAIT_MAX=60), which win over "
        "it.\n"
        "# The values below are the defaults: remove the # to change one.\n",
        out);
    for (size_t i = 0; i < conf_option_count; i++) {
        const struct conf_option *option = &conf_options[i];

        fprintf(out, "\n# %s (", option->help);
        print_range(out, option);
        fputs(")\n# for ", out);
        print_programs(out, option);
        fprintf(out, "\n#%s =%s%s\n", option->name,
                option->initial[0] == '\0' ? "" : " ", option->initial);
    }
}
