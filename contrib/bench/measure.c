/*
 * measure SECONDS FILE COMMAND [ARGUMENT]...: runs COMMAND with its output in FILE,
 * nothing to read and its complaints thrown away, and prints
 *
 *     WALL CPU PEAK
 *
 * seconds from fork() to the end, seconds of CPU time (user and system, all threads),
 * and the largest resident memory in KiB, as wait4() tells them. Exit status 1 when
 * COMMAND failed or took longer than SECONDS (it is ended then).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static void
child(unsigned most, const char *file, char **command)
{
    int in = open("/dev/null", O_RDWR);
    int out = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(in, 2) < 0) {
        _exit(127);
    }
    alarm(most); /* lasts across exec and ends the program */
    execvp(command[0], command);
    _exit(127);
}

int
main(int argc, char **argv)
{
    struct rusage usage;
    double begun, wall;
    int status;
    pid_t pid;

    if (argc < 4) {
        fputs("usage: measure SECONDS FILE COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    begun = now();
    pid = fork();
    if (pid == 0) {
        child((unsigned)strtoul(argv[1], NULL, 10), argv[2], argv + 3);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
        perror("measure");
        return 2;
    }
    wall = now() - begun;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return 1;
    }
    printf("%.6f %.6f %ld\n", wall, seconds(usage.ru_utime) + seconds(usage.ru_stime),
           usage.ru_maxrss);
    return 0;
}
