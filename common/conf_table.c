/*
 * The table of options. A new option is a field in conf.h and a row here; the texts
 * are made from it in conf_text.c.
 */
#include "conf_internal.h"

#include <ctype.h>
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
     .help = "where it is logged: stderr, syslog or file:/PATH, opened anew at SIGHUP"},
    {.name = "sandbox",
     .programs = ALL,
     .type = CONF_SANDBOX,
     .offset = FIELD(sandbox),
     .initial = "on",
     .argument = "on|require|off",
     .help = "limits on files and system calls: as far as the kernel has them, all or "
             "no start, none"},
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
    {.name = "take-over",
     .programs = CONF_FCGI,
     .type = CONF_SWITCH,
     .offset = FIELD(take_over),
     .initial = "no",
     .argument = "yes|no",
     .help =
         "take the sockets over from the nthpi-fcgi that has them, which then ends"},
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
     .help = "largest request body; nginx takes no more than its "
             "client_max_body_size, 64 KiB"},
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
    {.name = "visitor-limit",
     .programs = CONF_FCGI,
     .type = CONF_NUMBER,
     .offset = FIELD(visitor_limit),
     .min = 0,
     .max = 1000000,
     .initial = "20",
     .argument = "N",
     .help = "most computations of one visitor that wait or run; 0: any number"},
    {.name = "address-limit",
     .programs = CONF_FCGI,
     .type = CONF_NUMBER,
     .offset = FIELD(address_limit),
     .min = 0,
     .max = 1000000,
     .initial = "100",
     .argument = "N",
     .help = "the same for all visitors from one address; 0: any number"},

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
    {.name = "job-memory",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(job_memory),
     .min = 0,
     .max = 1 << 30,
     .initial = "0",
     .argument = "MIB",
     .help = "most memory of one computation, MiB; 0: what the machine has"},
    {.name = "job-time",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(job_time),
     .min = 0,
     .max = 31536000,
     .initial = "0",
     .argument = "SECONDS",
     .help = "most time of one computation, all its attempts together; 0: any"},
    {.name = "stall-s",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(stall_s),
     .min = 1,
     .max = 86400,
     .initial = "60",
     .argument = "SECONDS",
     .help = "how long a worker may neither report nor use the CPU"},
    {.name = "index",
     .programs = CONF_DAEMON,
     .type = CONF_SWITCH,
     .offset = FIELD(index),
     .initial = "yes",
     .argument = "yes|no",
     .help = "makes an index for searching of 100,000 published digits or more; 4 "
             "bytes a digit"},
    {.name = "index-wait-s",
     .programs = CONF_DAEMON,
     .type = CONF_NUMBER,
     .offset = FIELD(index_wait_s),
     .min = 0,
     .max = 86400,
     .initial = "10",
     .argument = "SECONDS",
     .help = "begins with it when nothing has run for so long"},
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
