/*
 * Handing the listening sockets over to the next process: an upgrade or a restart
 * without a supervisor that keeps them open.
 *
 * A process that bound its sockets itself also listens on FIRST.next, FIRST being the
 * first of them: a socket of the same user for one visitor at a time. Whoever connects
 * is sent the listening sockets (SCM_RIGHTS, unix(7)) with their paths, in one packet,
 * and that of FIRST.next as the last one: a process in its sandbox makes no sockets.
 * Both processes accept from then on: a connection waits in one queue, whoever takes it
 * first. When the next process is ready it sends one byte. The old one closes the
 * connection as a sign, looks at FIRST.next no more, and winds down as at SIGTERM, but
 * leaves the sockets' names. When the next process ends before that, nothing has
 * happened.
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAIT_MS = 5000, PATHS_SIZE = 4096, FDS_MAX = LISTENERS_MAX + 1 };

/* A control message with room for all listeners and FIRST.next. */
union control {
    struct cmsghdr head;
    char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

/* The address of FIRST.next; false: the path is too long. */
static bool
next_address(const char *first, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = snprintf(address->sun_path, sizeof address->sun_path, "%s.next", first);
    return n > 0 && (size_t)n < sizeof address->sun_path;
}

static void
close_source(struct source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
}

/* ---- the old process ---- */

int
heir_prepare(struct park *park)
{
    struct sockaddr_un address;
    const char *first = park->listener_count > 0 ? park->listeners[0].path : NULL;
    if (!first || park->next.fd >= 0)
        return 0; /* a supervisor's sockets, which it keeps; or we took this one over */
    if (!next_address(first, &address)) {
        log_warning("%s.next is too long for a socket: no process can take over",
                    first);
        return 0;
    }
    park->next.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(address.sun_path);
    if (park->next.fd < 0 ||
        bind(park->next.fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(address.sun_path, S_IRUSR | S_IWUSR) != 0 ||
        listen(park->next.fd, 1) != 0) {
        log_error("cannot listen on %s: %s", address.sun_path, strerror(errno));
        return -1;
    }
    return 0;
}

int
heir_listen(struct park *park)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &park->next};
    if (park->next.fd < 0 ||
        epoll_ctl(park->epolls.loop, EPOLL_CTL_ADD, park->next.fd, &event) == 0)
        return 0;
    log_error("cannot wait for a next process: %s", strerror(errno));
    return -1;
}

void
heir_close(struct park *park)
{
    struct sockaddr_un address;
    if (park->predecessor >= 0) {
        close(park->predecessor);
        park->handed_over = true; /* nothing has happened: they are its own again */
    }
    park->predecessor = -1;
    if (park->heir.fd >= 0)
        park->handed_over = true; /* it was about to say that it works: they are its */
    if (park->next.fd >= 0 && !park->handed_over &&
        next_address(park->listeners[0].path, &address))
        unlink(address.sun_path);
    close_source(&park->next);
    close_source(&park->heir);
}

/* Sends the sockets and their paths, lines, to the heir. */
static bool
send_listeners(struct park *park)
{
    char paths[PATHS_SIZE] = "";
    size_t length = 0, size = (park->listener_count + 1) * sizeof(int);
    union control control = {.space = {0}};
    struct iovec iov = {.iov_base = paths};
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(size)};
    for (size_t i = 0; i < park->listener_count; i++) {
        const struct listener *l = &park->listeners[i];
        memcpy(CMSG_DATA(head) + i * sizeof(int), &l->source.fd, sizeof(int));
        length +=
            (size_t)snprintf(paths + length, sizeof paths - length, "%s\n", l->path);
        if (length >= sizeof paths)
            return false;
    }
    memcpy(CMSG_DATA(head) + park->listener_count * sizeof(int), &park->next.fd,
           sizeof(int));
    iov.iov_len = length;
    return sendmsg(park->heir.fd, &message, MSG_NOSIGNAL) == (ssize_t)length;
}

void
heir_visit(struct park *park)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &park->heir};
    struct ucred peer;
    socklen_t size = sizeof peer;
    int fd = accept4(park->next.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (park->heir.fd >= 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        (peer.uid != geteuid() && peer.uid != 0)) {
        log_warning("somebody who may not take over asked for the sockets");
        close(fd);
        return;
    }
    park->heir.fd = fd;
    if (!send_listeners(park) ||
        epoll_ctl(park->epolls.loop, EPOLL_CTL_ADD, fd, &event) != 0) {
        log_error("the sockets cannot be handed over: %s", strerror(errno));
        close_source(&park->heir);
    }
}

void
heir_heard(struct park *park)
{
    char byte;
    if (recv(park->heir.fd, &byte, 1, MSG_DONTWAIT) == 1) {
        log_info("the next process has taken over");
        park->handed_over = true;
        close_source(&park->next);
    }
    close_source(&park->heir);
}

/* ---- the next process ---- */

/* Waits until FD can be read. */
static bool
wait_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, WAIT_MS) == 1;
}

/* The descriptors of the packet on FD. *COUNT: how many; -1: an error, logged. */
static int
receive(int fd, int fds[FDS_MAX], size_t *count, char paths[PATHS_SIZE])
{
    union control control;
    struct iovec iov = {.iov_base = paths, .iov_len = PATHS_SIZE - 1};
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    *count = 0;
    if (!wait_readable(fd)) {
        log_error("the running nthpi-fcgi does not hand its sockets over");
        return -1;
    }
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (!head || head->cmsg_type != SCM_RIGHTS || (message.msg_flags & MSG_CTRUNC)) {
        log_error("the running nthpi-fcgi did not hand its sockets over");
        return -1;
    }
    paths[n] = '\0';
    *count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(head), *count * sizeof(int));
    return 0;
}

int
heir_take(struct park *park, const char *first)
{
    struct sockaddr_un address;
    int fds[FDS_MAX];
    size_t count, taken = 0;
    char paths[PATHS_SIZE], *rest = paths, *path;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || !next_address(first, &address) ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        if (fd >= 0)
            close(fd);
        return 0; /* nobody to take over from */
    }
    park->predecessor = fd; /* whatever fails from here on: the names are its own */
    if (receive(fd, fds, &count, paths) != 0)
        return -1;
    if (count > 0)
        park->next.fd = fds[--count];
    while (taken < count && (path = strsep(&rest, "\n")) != NULL && *path) {
        struct stat st = {.st_ino = 0};
        char *copy = strdup(path);
        if (!copy || stat(path, &st) != 0) {
            log_error("cannot take %s over: %s", path, strerror(errno));
            free(copy);
            break;
        }
        park->listeners[park->listener_count++] = (struct listener){
            .source = {SOURCE_LISTENER, fds[taken++]},
            .path = copy,
            .device = st.st_dev,
            .inode = st.st_ino,
        };
    }
    if (taken < count) {
        while (taken < count)
            close(fds[taken++]);
        return -1;
    }
    return 1;
}

void
heir_ready(struct park *park)
{
    char byte = 0;
    if (park->predecessor < 0)
        return;
    struct iovec go = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &go, .msg_iovlen = 1};
    if (sendmsg(park->predecessor, &message, MSG_NOSIGNAL) != 1 ||
        !wait_readable(park->predecessor) || recv(park->predecessor, &byte, 1, 0) != 0)
        log_warning("the process that handed its sockets over does not say goodbye");
    close(park->predecessor);
    park->predecessor = -1;
}
