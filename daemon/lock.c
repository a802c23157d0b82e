/*
 * Lock files, see lock.h. flock() belongs to the open file description: it
 * ends with the process however it ends, and a worker, which closes the
 * descriptor when it executes, does not keep it.
 */
#include "daemon/lock.h"

#include "common/store_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int
lock_take(const struct conf *conf, const char *name)
{
    char relative[LOCK_NAME_SIZE + 16];
    char *path;
    int fd, error;

    snprintf(relative, sizeof relative, "run/%s.lock", name);
    path = conf_path(conf, relative);
    if (!path) {
        errno = ENOMEM;
        return -1;
    }
    /* One that is there is opened without O_CREAT: see common/state.c. */
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST) {
        fd = open(path, O_RDWR | O_CLOEXEC);
    }
    error = errno;
    free(path);
    if (fd < 0) {
        errno = error;
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

void
lock_daemon_name(char out[LOCK_NAME_SIZE], const char *name)
{
    snprintf(out, LOCK_NAME_SIZE, "nthpid-%s", name);
}

bool
lock_daemon_is_dead(const struct conf *conf, const char *name)
{
    char lock[LOCK_NAME_SIZE];
    size_t length = strlen(name);
    int fd;

    if (length == 0 || length >= DAEMON_NAME_SIZE ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != length) {
        return false;
    }
    lock_daemon_name(lock, name);
    fd = lock_take(conf, lock);
    if (fd < 0) {
        return false;
    }
    close(fd);
    return true;
}
