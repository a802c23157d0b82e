/*
 * The doorbell file and its watch. A ring overwrites the file's first byte,
 * which inotify reports as one IN_MODIFY; opening and closing report nothing.
 *
 * When the file is removed or another takes its place, the ringer notices by
 * comparing the path with its descriptor, the listener by IN_ATTRIB (a link
 * went away), IN_MOVE_SELF or IN_DELETE_SELF. Both open what is there now, or
 * create it, and put the new file under the old descriptor number with dup3(),
 * so that threads that ring meanwhile always have a valid one.
 */
#include "config.h"

#include "doorbell.h"

#include "log.h"
#include "shared_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WATCHED = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF };

struct doorbell {
    char *path;
    int fd;
    int inotify_fd; /* -1: not listening */
    int watch;      /* -1: none */
};

/* Opens PATH, creating it for owner and group; -1: errno. */
static int
open_file(const char *path)
{
    const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;

    return shared_file_make(path, 0660) == 0 ? open(path, flags) : -1;
}

static bool
is_replaced(const struct doorbell *bell)
{
    struct stat ours, theirs;

    if (fstat(bell->fd, &ours) != 0 || stat(bell->path, &theirs) != 0)
        return true;
    return ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev;
}

static bool
open_again(struct doorbell *bell)
{
    int fd = open_file(bell->path);
    bool moved;

    if (fd < 0)
        return false;
    moved = dup3(fd, bell->fd, O_CLOEXEC) >= 0;
    close(fd);
    return moved;
}

/* Watches the file that has the name now. */
static bool
watch(struct doorbell *bell)
{
    if (bell->watch >= 0)
        inotify_rm_watch(bell->inotify_fd, bell->watch);
    bell->watch = inotify_add_watch(bell->inotify_fd, bell->path, WATCHED);
    return bell->watch >= 0;
}

struct doorbell *
doorbell_open(const char *path, int listen)
{
    struct doorbell *bell = calloc(1, sizeof *bell);

    if (bell == NULL) {
        log_error("doorbell: no memory");
        return NULL;
    }
    bell->fd = bell->inotify_fd = bell->watch = -1;
    bell->path = strdup(path);
    if (bell->path == NULL)
        goto failed;
    bell->fd = open_file(path);
    if (bell->fd < 0)
        goto failed;
    if (listen) {
        bell->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (bell->inotify_fd < 0 || !watch(bell))
            goto failed;
    }
    return bell;
failed:
    log_error("doorbell: %s: %s", path, strerror(errno));
    doorbell_close(bell);
    return NULL;
}

void
doorbell_ring(struct doorbell *bell)
{
    if (is_replaced(bell) && !open_again(bell))
        return;
    if (pwrite(bell->fd, "\a", 1, 0) != 1)
        log_debug("doorbell: %s: %s", bell->path, strerror(errno));
}

int
doorbell_fd(const struct doorbell *bell)
{
    return bell->inotify_fd;
}

int
doorbell_drain(struct doorbell *bell)
{
    _Alignas(struct inotify_event) char buffer[4096];
    bool lost = false;
    int rings = 0;
    ssize_t n;

    if (bell->inotify_fd < 0)
        return 0;
    while ((n = read(bell->inotify_fd, buffer, sizeof buffer)) > 0 ||
           (n < 0 && errno == EINTR)) {
        const struct inotify_event *e;

        for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof *e + e->len)) {
            e = (const struct inotify_event *)(buffer + at);
            if (e->wd != bell->watch && (e->mask & IN_Q_OVERFLOW) == 0)
                continue; /* of a file that was replaced before */
            if (e->mask & (IN_MODIFY | IN_Q_OVERFLOW))
                rings++;
            if (e->mask & ~(uint32_t)IN_MODIFY)
                lost = true;
        }
    }
    /* A watch that is gone, or on a file that no longer has the name: rings may
     * have gone unheard meanwhile, so this counts as one. */
    if (bell->watch < 0 || (lost && is_replaced(bell))) {
        if (is_replaced(bell))
            open_again(bell);
        if (!watch(bell))
            log_debug("doorbell: %s: %s", bell->path, strerror(errno));
        rings++;
    }
    return rings;
}

void
doorbell_close(struct doorbell *bell)
{
    if (bell == NULL)
        return;
    if (bell->fd >= 0)
        close(bell->fd);
    if (bell->inotify_fd >= 0)
        close(bell->inotify_fd);
    free(bell->path);
    free(bell);
}
