/*
 * Entering the sandbox, see sandbox.h: first files, then system calls (the filter of
 * which no longer lets Landlock be set up). Neither may be escaped by a program with
 * the set-user-id bit: PR_SET_NO_NEW_PRIVS, which both ask for.
 */
#include "config.h"

#include "log.h"
#include "sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

const char sandbox_no_name[1] = "";

static const char *const modes[] = {
    [SANDBOX_ON] = "on", [SANDBOX_REQUIRE] = "require", [SANDBOX_OFF] = "off"};

const char *
sandbox_mode_name(enum sandbox_mode mode)
{
    return modes[mode];
}

bool
sandbox_mode_parse(const char *text, enum sandbox_mode *mode)
{
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(text, modes[i]) == 0) {
            *mode = (enum sandbox_mode)i;
            return true;
        }
    }
    return false;
}

#ifdef NTHPI_SANITIZED

bool
sandbox_enter(const struct sandbox *s)
{
    if (s->mode == SANDBOX_REQUIRE) {
        log_error("sandbox: there is none in a build with sanitizers");
    }
    return s->mode != SANDBOX_REQUIRE;
}

#else

/* Tells what is missing, and whether it can be done without. */
static bool
do_without(const struct sandbox *s, const char *what, int error)
{
    const char *reason = error == ENOSYS || error == EOPNOTSUPP
                             ? "this kernel does not offer it"
                             : strerror(error);

    if (s->mode == SANDBOX_REQUIRE) {
        log_error("sandbox: no limits on %s: %s", what, reason);
        return false;
    }
    if (!s->quiet) {
        log_warning("sandbox: no limits on %s: %s", what, reason);
    }
    return true;
}

bool
sandbox_enter(const struct sandbox *s)
{
    bool limits_files = s->program != SANDBOX_TOOL;
    int error;

    if (s->mode == SANDBOX_OFF) {
        return true;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 &&
        !do_without(s, "privileges", errno)) {
        return false;
    }
    error = limits_files ? sandbox_enter_paths(s) : 0;
    if (error != 0 && !do_without(s, "files (Landlock)", error)) {
        return false;
    }
    error = sandbox_enter_calls(s);
    return error == 0 || do_without(s, "system calls (seccomp)", error);
}

#endif

void
sandbox_execute(int exe_fd, char *const argv[], char *const envp[])
{
    /* The filter compares whole registers. */
    syscall(SYS_execveat, (long)exe_fd, sandbox_no_name, argv, envp,
            (long)AT_EMPTY_PATH);
}
