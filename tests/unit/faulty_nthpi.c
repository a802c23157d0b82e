/*
 * nthpi with faults. NTHPI_FAULT, if set, says how verification ends: "mismatch",
 * "unverified" or "memory"; the digits are computed and delivered as ever. With
 * NTHPI_NAMED set the file system has no files without a name. With NTHPI_DIE_AT=N it
 * kills itself where it would change or sync the file system for the N-th time (those
 * calls that are listed below). The linker puts the
 * functions here in the place of those they are named after (--wrap).
 */
#include "config.h"

#include "daemon/engine/checked.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum engine_rc __real_engine_run_checked(const struct engine_algorithm *algorithm,
                                         const struct engine_job *job,
                                         const struct engine_callbacks *callbacks,
                                         char *words);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
enum engine_rc __wrap_engine_run_checked(const struct engine_algorithm *algorithm,
                                         const struct engine_job *job,
                                         const struct engine_callbacks *callbacks,
                                         char *words);

enum engine_rc
__wrap_engine_run_checked(const struct engine_algorithm *algorithm,
                          const struct engine_job *job,
                          const struct engine_callbacks *callbacks, char *words)
{
    const char *fault = getenv("NTHPI_FAULT");
    enum engine_rc rc;

    if (!fault) {
        return __real_engine_run_checked(algorithm, job, callbacks, words);
    }
    words[0] = '\0';
    rc = engine_run(algorithm, job, callbacks);
    if (rc != ENGINE_OK) {
        return rc;
    }
    if (strcmp(fault, "mismatch") == 0) {
        snprintf(words, ENGINE_WORDS, "the digits differ from those of a test");
        return ENGINE_MISMATCH;
    }
    return strcmp(fault, "memory") == 0 ? ENGINE_NO_MEMORY : ENGINE_UNVERIFIED;
}

int
__wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE
               ? va_arg(arguments, mode_t)
               : 0;
    va_end(arguments);
    if ((flags & O_TMPFILE) == O_TMPFILE && getenv("NTHPI_NAMED")) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return __real_open(path, flags, mode);
}

/* ---- death ---- */

static void
count_to_death(void)
{
    static long calls;
    const char *last = getenv("NTHPI_DIE_AT");

    if (last && ++calls == strtol(last, NULL, 10)) {
        raise(SIGKILL);
    }
}

#define MORTAL(name, parameters, arguments)                                            \
    int __real_##name parameters;                                                      \
    int __wrap_##name parameters;                                                      \
    int __wrap_##name parameters                                                       \
    {                                                                                  \
        count_to_death();                                                              \
        return __real_##name arguments;                                                \
    }

MORTAL(fsync, (int fd), (fd))
MORTAL(link, (const char *from, const char *to), (from, to))
MORTAL(mkdir, (const char *path, mode_t mode), (path, mode))
MORTAL(mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))
MORTAL(rename, (const char *from, const char *to), (from, to))
MORTAL(renameat, (int at, const char *from, int to_at, const char *to),
       (at, from, to_at, to))
MORTAL(unlink, (const char *path), (path))
MORTAL(unlinkat, (int at, const char *path, int flags), (at, path, flags))
