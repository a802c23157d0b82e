/*
 * activate PROGRAM SOCKET...: keeps unix sockets open for a program, as systemd does
 * (sd_listen_fds(3)), for tests of restarts. Starts PROGRAM with the sockets; at
 * SIGHUP it ends it by SIGTERM, waits for its end, and starts it again; SIGTERM ends
 * both. Exit status: 0, or 1 when PROGRAM did not end well.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST = 3, BACKLOG = 4096 };

static void
die(const char *what)
{
    fprintf(stderr, "activate: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Binds PATH as descriptor FD. */
static void
listen_on(const char *path, int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);

    if (s < 0 || strlen(path) >= sizeof address.sun_path) {
        die(path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (bind(s, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(s, BACKLOG) != 0 || (s != fd && dup2(s, fd) != fd)) {
        die(path);
    }
}

static pid_t
start(char *program, int sockets, const sigset_t *before)
{
    char *const arguments[] = {program, NULL};
    char text[24];
    pid_t pid = fork();

    if (pid < 0) {
        die("fork");
    }
    if (pid == 0) {
        snprintf(text, sizeof text, "%ld", (long)getpid());
        setenv("LISTEN_PID", text, 1);
        snprintf(text, sizeof text, "%d", sockets);
        setenv("LISTEN_FDS", text, 1);
        sigprocmask(SIG_SETMASK, before, NULL);
        execv(program, arguments);
        die(program);
    }
    return pid;
}

/* Ends PID; true when it ended well. */
static int
stop(pid_t pid)
{
    int status;

    kill(pid, SIGTERM);
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

int
main(int argc, char **argv)
{
    sigset_t set, before;
    pid_t pid;
    int sig, ok = 1;

    if (argc < 3) {
        fputs("usage: activate PROGRAM SOCKET...\n", stderr);
        return 2;
    }
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    for (int i = 2; i < argc; i++) {
        listen_on(argv[i], FIRST + i - 2);
    }
    pid = start(argv[1], argc - 2, &before);
    while (ok && sigwait(&set, &sig) == 0 && sig != SIGTERM) {
        if (sig == SIGHUP) {
            ok = stop(pid);
            pid = start(argv[1], argc - 2, &before);
        } else if (waitpid(pid, NULL, WNOHANG) == pid) {
            return 1; /* it ended by itself */
        }
    }
    return stop(pid) && ok ? 0 : 1;
}
