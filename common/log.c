/*
 * Log lines. The settings are process-wide because a log is: they are written
 * once, before threads start, and only read afterwards. A line is built in a
 * buffer on the stack and leaves with one write, so lines of several threads or
 * processes do not mix.
 *
 * A log file is opened anew under the descriptor that it has (dup3(2) replaces it in
 * one step), so that threads that write meanwhile need no lock and meet no closed one.
 */
#include "config.h"

#include "log.h"

#include "log_repeat.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 1000, PREFIX_MAX = 128 };

static struct {
    const char *program;
    enum log_target target;
    enum log_level level;
    bool journal;     /* standard error goes to systemd's journal */
    const char *file; /* or NULL */
    int fd;           /* where lines are written to */
} settings = {.program = "nthpi", .level = LOG_LEVEL_INFO, .fd = STDERR_FILENO};

/* Errors and warnings that were written lately. */
static struct log_repeat repeat;
static pthread_mutex_t repeat_lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

void
log_open(const char *program, enum log_target target, enum log_level level)
{
    settings.program = program;
    settings.target = target;
    settings.level = level;
    settings.journal = getenv("JOURNAL_STREAM") != NULL;
    tzset(); /* reads a file, which is out of reach in the sandbox */
    if (target == LOG_TARGET_SYSLOG)
        openlog(program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

static int
open_file(void)
{
    int fd =
        open(settings.file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

    if (fd < 0)
        log_error("cannot open the log %s: %s", settings.file, strerror(errno));
    return fd;
}

int
log_to_file(const char *path)
{
    int fd;

    settings.file = path;
    fd = open_file();
    if (fd < 0)
        return -1;
    settings.fd = fd;
    settings.journal = false;
    return 0;
}

int
log_reopen(void)
{
    int fd, rc = 0;

    pthread_mutex_lock(&repeat_lock);
    memset(&repeat, 0, sizeof repeat);
    pthread_mutex_unlock(&repeat_lock);
    if (settings.file == NULL || settings.fd == STDERR_FILENO)
        return 0;
    fd = open_file();
    if (fd < 0)
        return -1;
    if (dup3(fd, settings.fd, O_CLOEXEC) < 0) {
        log_error("cannot open the log %s: %s", settings.file, strerror(errno));
        rc = -1;
    }
    close(fd);
    return rc;
}

/* Replaces what could end a line or steer a terminal: ASCII controls, the C1
 * controls (U+0080 to U+009F) and the line separators U+2028 and U+2029. */
static void
disarm(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++) {
        if (*p < 0x20 || *p == 0x7f)
            *p = '?';
        else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
            p[0] = p[1] = '?';
        else if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9))
            p[0] = p[1] = p[2] = '?';
    }
}

/* What stands before the text on standard error. */
static size_t
write_prefix(char *line, enum log_level level)
{
    struct timespec now;
    struct tm utc;
    char date[32];
    int n;

    if (settings.journal) {
        n = snprintf(line, PREFIX_MAX, "<%d>", priorities[level]);
    } else {
        clock_gettime(CLOCK_REALTIME, &now);
        gmtime_r(&now.tv_sec, &utc);
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
        n = snprintf(line, PREFIX_MAX, "%s.%03ldZ %s[%ld] %s: ", date,
                     now.tv_nsec / 1000000, settings.program, (long)getpid(),
                     level_names[level]);
    }
    return n < 0 ? 0 : n >= PREFIX_MAX ? PREFIX_MAX - 1 : (size_t)n;
}

static void
write_line(const char *line, size_t length)
{
    int fd = settings.fd;

    while (length > 0) {
        ssize_t n = write(fd, line, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 && fd != STDERR_FILENO) {
            fd = STDERR_FILENO; /* the disk is full, say */
            continue;
        }
        if (n <= 0)
            return; /* nobody is left to be told */
        line += n;
        length -= (size_t)n;
    }
}

/* False for TEXT that was written a moment ago; otherwise it says how many like it were
 * left out since. A thread that would have to wait for another writes its line. */
static bool
admit(char text[TEXT_MAX + 1])
{
    struct timespec t;
    unsigned dropped = 0;
    size_t length = strlen(text);
    bool admits;

    if (pthread_mutex_trylock(&repeat_lock) != 0)
        return true;
    clock_gettime(CLOCK_MONOTONIC, &t);
    admits = log_repeat_admits(
        &repeat, text, (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 + 1, &dropped);
    pthread_mutex_unlock(&repeat_lock);
    if (admits && dropped > 0)
        snprintf(text + length, TEXT_MAX + 1 - length, " (%u more like it)", dropped);
    return admits;
}

__attribute__((format(printf, 2, 0))) static void
log_line(enum log_level level, const char *format, va_list arguments)
{
    char line[PREFIX_MAX + TEXT_MAX + 2];
    int saved = errno;
    size_t prefix = 0, length;

    if (level > settings.level)
        return;
    if (settings.target != LOG_TARGET_SYSLOG)
        prefix = write_prefix(line, level);
    vsnprintf(line + prefix, TEXT_MAX + 1, format, arguments);
    disarm(line + prefix);
    if (level <= LOG_LEVEL_WARNING && !admit(line + prefix)) {
        errno = saved;
        return;
    }
    length = strlen(line);
    if (settings.target != LOG_TARGET_SYSLOG) {
        line[length++] = '\n';
        write_line(line, length);
    } else {
        syslog(priorities[level], "%s", line);
    }
    errno = saved;
}

void
log_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_line(LOG_LEVEL_ERROR, format, arguments);
    va_end(arguments);
}

void
log_warning(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_line(LOG_LEVEL_WARNING, format, arguments);
    va_end(arguments);
}

void
log_info(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_line(LOG_LEVEL_INFO, format, arguments);
    va_end(arguments);
}

void
log_debug(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_line(LOG_LEVEL_DEBUG, format, arguments);
    va_end(arguments);
}
