/*
 * The table of options, and the texts made from it: --help and the example
 * file. A new option is a field in conf.h and a row here.
 */
#include "conf_internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define ALL          (CONF_FCGI | CONF_DAEMON | CONF_TOOL)
#define FIELD(field) offsetof(struct conf, field)

static bool
is_given(const char *text)
{
    return text[0] != '\0';
}

/* 1 to 32 of a-z, 0-9 and the dash. */
static bool
is_name(const char *text)
{
    size_t length = strlen(text);

    return length >= 1 && length <= 32 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* "" or an http(s) origin: scheme and host, no path, nothing to escape. */
static bool
is_origin(const char *text)
{
    const char *host;

    if (text[0] == '\0')
        return true;
    if (strncmp(text, "https://", 8) == 0)
        host = text + 8;
    else if (strncmp(text, "http://", 7) == 0)
        host = text + 7;
    else
        return false;
    for (const char *p = host; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && strchr(".-:[]", *p) == NULL)
            return false;
    return host[0] != '\0';
}

/* "" or a location: "/digits/". */
static bool
is_location(const char *text)
{
    size_t length = strlen(text);

    return length == 0 || (length >= 2 && text[0] == '/' && text[length - 1] == '/');
}

const struct conf_option conf_options[] = {
    {.name = "state",
     .programs = ALL,
     .type = CONF_TEXT,
     .offset = FIELD(state),
     .initial = NTHPI_STATEDIR,
     .check = is_given,
     .rule = "must name a folder",
     .argument = "DIR",
     .help = "folder of the database, the digits, sockets and locks"},
    {.name = "log-level",
     .programs = ALL,
     .type = CONF_LEVEL,
     .offset = FIELD(log_level),
     .initial = "info",
     .argument = "LEVEL",
     .help = "what is logged: error, warning, info or debug"},
    {.name = "log-target",
     .programs = ALL,
     .type = CONF_TARGET,
     .offset = FIELD(log_target),
     .initial = "stderr",
     .argument = "TARGET",
     .help = "where it is logged: stderr or syslog"},
    {.name = "limit-spigot",
     .programs = ALL,
     .type = CONF_LARGE,
     .offset = FIELD(limits.spigot),
     .min = 1,
     .max = POSITION_MAX,
     .initial = "50000",
     .argument = "N",
     .help = "largest position accepted for spigot"},
    {.name = "limit-chudnovsky",
     .programs = ALL,
     .type = CONF_LARGE,
     .offset = FIELD(limits.chudnovsky),
     .min = 1,
     .max = POSITION_MAX,
     .initial = "100000000",
     .argument = "N",
     .help = "largest position accepted for chudnovsky"},
    {.name = "limit-bbp",
     .programs = ALL,
     .type = CONF_LARGE,
     .offset = FIELD(limits.bbp),
     .min = 1,
     .max = POSITION_MAX,
     .initial = "10000000000",
     .argument = "N",
     .help = "largest position accepted for bbp"},
    {.name = "queue-limit",
     .programs = CONF_FCGI | CONF_TOOL,
     .type = CONF_NUMBER,
     .offset = FIELD(queue_limit),
     .min = 1,
     .max = 1000000,
     .initial = "1000",
     .argument = "N",
     .help = "most computations that may wait"},

    {.name = "listen",
     .programs = CONF_FCGI,
     .type = CONF_TEXT,
     .offset = FIELD(listen),
     .initial = "run/fcgi-1.sock,run/fcgi-2.sock,run/fcgi-3.sock",
     .check = is_given,
     .rule = "must name at least one socket",
     .argument = "PATHS",
     .help =
         "unix sockets for nginx, with commas between; relative to the state folder"},
    {.name = "socket-mode",
     .programs = CONF_FCGI,
     .type = CONF_OCTAL,
     .offset = FIELD(socket_mode),
     .min = 0,
     .max = 0777,
     .initial = "0660",
     .argument = "MODE",
     .help = "permissions of these sockets, octal"},
    {.name = "threads",
     .programs = CONF_FCGI,
     .type = CONF_NUMBER,
     .offset = FIELD(threads),
     .min = 1,
     .max = 64,
     .initial = "4",
     .argument = "N",
     .help = "threads that answer requests"},
    {.name = "templates",
     .programs = CONF_FCGI,
     .type = CONF_TEXT,
     .offset = FIELD(templates),
     .initial = NTHPI_TEMPLATEDIR,
     .check = is_given,
     .rule = "must name a folder",
     .argument = "DIR",
     .help = "folder of the page templates"},
    {.name = "wait-max",
     .programs = CONF_FCGI,
     .type = CONF_NUMBER,
     .offset = FIELD(wait_max),
     .min = 0,
     .max = 60,
     .initial = "60",
     .argument = "SECONDS",
     .help = "longest wait of a poll for changes"},
    {.name = "waiters",
     .programs = CONF_FCGI,
     .type = CONF_NUMBER,
     .offset = FIELD(waiters),
     .min = 1,
     .max = 1000000,
     .initial = "20000",
     .argument = "N",
     .help = "most polls that wait at the same time"},
    {.name = "body-limit",
     .programs = CONF_FCGI,
     .type = CONF_NUMBER,
     .offset = FIELD(body_limit),
     .min = 1024,
     .max = 1048576,
     .initial = "16384",
     .argument = "BYTES",
     .help = "largest request body"},
    {.name = "public-url",
     .programs = CONF_FCGI,
     .type = CONF_TEXT,
     .offset = FIELD(public_url),
     .initial = "",
     .check = is_origin,
     .rule = "must be like https://pi.example, without a path",
     .argument = "URL",
     .help = "the site's address as visitors see it, for a site behind a proxy"},
    {.name = "accel",
     .programs = CONF_FCGI,
     .type = CONF_TEXT,
     .offset = FIELD(accel),
     .initial = "/digits/",
     .check = is_location,
     .rule = "must begin and end with a slash",
     .argument = "LOCATION",
     .help =
         "nginx's internal location of the digits folder; empty: send it ourselves"},
    {.name = "admin",
     .programs = CONF_FCGI,
     .type = CONF_SWITCH,
     .offset = FIELD(admin),
     .initial = "no",
     .argument = "yes|no",
     .help = "whether REMOTE_USER, as nginx sets it, is an administrator"},

    {.name = "name",
     .programs = CONF_DAEMON,
     .type = CONF_TEXT,
     .offset = FIELD(name),
     .initial = "main",
     .check = is_name,
     .rule = "must be 1 to 32 small letters, digits and dashes",
     .argument = "NAME",
     .help = "this daemon's name; each daemon of a state folder has its own"},
    {.name = "cpus",
     .programs = CONF_DAEMON | CONF_TOOL,
     .type = CONF_NUMBER,
     .offset = FIELD(cpus),
     .min = 0,
     .max = 256,
     .initial = "0",
     .argument = "N",
     .help = "threads that compute; 0: one for each CPU"},
    {.name = "poll-ms",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(poll_ms),
     .min = 50,
     .max = 60000,
     .initial = "1000",
     .argument = "MS",
     .help = "looks for work at least this often, milliseconds"},
    {.name = "lease-s",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(lease_s),
     .min = 5,
     .max = 3600,
     .initial = "30",
     .argument = "SECONDS",
     .help = "how long a claim on a row lasts unless renewed"},
    {.name = "grace-s",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(grace_s),
     .min = 0,
     .max = 604800,
     .initial = "600",
     .argument = "SECONDS",
     .help = "how long a superseded digits file stays"},
    {.name = "recheck-h",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(recheck_h),
     .min = 0,
     .max = 8760,
     .initial = "24",
     .argument = "HOURS",
     .help = "published digits are checked again so often; 0: only at the start"},
    {.name = "retention-days",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(retention_days),
     .min = 0,
     .max = 36500,
     .initial = "365",
     .argument = "DAYS",
     .help = "ended computations older than this go; 0: never"},
    {.name = "niceness",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(niceness),
     .min = 0,
     .max = 19,
     .initial = "10",
     .argument = "N",
     .help = "how much the workers give way to other programs"},
};
_Static_assert(sizeof conf_options / sizeof conf_options[0] <= CONF_OPTIONS_MAX,
               "room for every option");
const size_t conf_option_count = sizeof conf_options / sizeof conf_options[0];

const struct conf_option *
conf_find(const char *name)
{
    for (size_t i = 0; i < conf_option_count; i++)
        if (strcmp(conf_options[i].name, name) == 0)
            return &conf_options[i];
    return NULL;
}

void
conf_variable(const struct conf_option *option, char name[CONF_VARIABLE_SIZE])
{
    char *p;

    snprintf(name, CONF_VARIABLE_SIZE, "NTHPI_%s", option->name);
    for (p = name; *p != '\0'; p++)
        *p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
}

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

void
conf_write_example(FILE *out)
{
    static const struct {
        enum conf_program program;
        const char *name;
    } programs[] = {
        {CONF_FCGI, "nthpi-fcgi"}, {CONF_DAEMON, "nthpid"}, {CONF_TOOL, "nthpi"}};

    fputs(
        "# Configuration of nthpi. All programs read this file; each option also is a\n"
        "# flag (--wait-max=60) and a variable (NTHPI_WAIT_MAX=60), which win over "
        "it.\n"
        "# The values below are the defaults: remove the # to change one.\n",
        out);
    for (size_t i = 0; i < conf_option_count; i++) {
        const struct conf_option *option = &conf_options[i];
        const char *separator = "";

        fprintf(out, "\n# %s (", option->help);
        print_range(out, option);
        fputs(")\n# for ", out);
        for (size_t j = 0; j < sizeof programs / sizeof programs[0]; j++) {
            if ((option->programs & programs[j].program) == 0)
                continue;
            fprintf(out, "%s%s", separator, programs[j].name);
            separator = ", ";
        }
        fprintf(out, "\n#%s =%s%s\n", option->name,
                option->initial[0] == '\0' ? "" : " ", option->initial);
    }
}
