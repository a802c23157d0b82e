/*
 * The sandbox: what a program gives up once it has opened what it needs, so that a
 * mistake in it can do no more than its work needs. Two of the kernel's means, neither
 * of which needs privileges, and both of which child processes inherit:
 *
 *   Landlock   which files and folders may be opened, and how (landlock(7));
 *   seccomp    which system calls may be made (seccomp(2), through libseccomp).
 *
 * System calls are of three kinds, see the tables in sandbox_table.c. Those that the
 * program needs are allowed. Those that no honest run of it makes (to execute, to open
 * a connection, to trace, to mount …) end the process at once by SIGSYS, which the
 * kernel's log notes with the call's number, and whoever waits for the process sees.
 * All others fail with ENOSYS, as on a kernel that has no such call: a newer C library
 * then takes the older way.
 *
 * For one thread: sandbox_enter() is called before the process starts others, which
 * then inherit everything.
 */
#ifndef NTHPI_SANDBOX_H
#define NTHPI_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* The option "sandbox". */
enum sandbox_mode {
    SANDBOX_ON,      /* what the kernel offers; a warning names what it does not */
    SANDBOX_REQUIRE, /* all of it, or the program does not start */
    SANDBOX_OFF      /* nothing: for debuggers, valgrind, strace */
};

/* "on", "require", "off". */
const char *sandbox_mode_name(enum sandbox_mode mode);

/* False when TEXT is none of these words; *MODE is unchanged then. */
bool sandbox_mode_parse(const char *text, enum sandbox_mode *mode);

/* Who is to be held; a bit each. */
enum sandbox_program {
    SANDBOX_WEB = 1,    /* nthpi-fcgi */
    SANDBOX_DAEMON = 2, /* nthpid, and what it executes: itself as a worker */
    SANDBOX_WORKER = 4, /* nthpid --worker: threads, memory, open descriptors */
    SANDBOX_TOOL = 8    /* nthpi while it computes: no limit on files */
};

/* Rights to one file, or to a folder and everything below it; or-ed. */
enum sandbox_right {
    SANDBOX_READ = 1,    /* read files */
    SANDBOX_LIST = 2,    /* list folders */
    SANDBOX_WRITE = 4,   /* write to files that are there */
    SANDBOX_MAKE = 8,    /* create, rename and remove files */
    SANDBOX_RUN = 16,    /* read and execute files */
    SANDBOX_FOLDERS = 32 /* create, rename and remove folders */
};

struct sandbox_path {
    const char *path; /* one that does not exist is left out */
    unsigned rights;
};

struct sandbox {
    enum sandbox_program program;
    enum sandbox_mode mode;
    const struct sandbox_path *paths; /* nothing else can be opened */
    size_t path_count;                /* of SANDBOX_TOOL not looked at */
    bool syslog;                      /* it logs to syslog(3): unix sockets remain */
    int exe_fd;                       /* SANDBOX_DAEMON: what sandbox_execute() runs */
    bool quiet; /* what the kernel lacks has been told by somebody else */
};

/*
 * Locks this process up for good, as S says. True: done, as far as S->mode asks; what
 * the kernel does not offer was logged once as a warning. False: not everything that
 * SANDBOX_REQUIRE wants is there; an error was logged and the caller gives up. (The
 * process may be held by a part of it then.) In a build with sanitizers, which need
 * more than any of our programs, SANDBOX_ON does nothing and SANDBOX_REQUIRE fails.
 */
bool sandbox_enter(const struct sandbox *s);

/*
 * Executes the program that EXE_FD is open on: the only call by which a process in
 * SANDBOX_DAEMON can execute anything, and only with the descriptor named there.
 * Async-signal-safe. Returns only on failure, with errno.
 */
void sandbox_execute(int exe_fd, char *const argv[], char *const envp[]);

#endif
