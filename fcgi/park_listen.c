/*
 * Listening sockets. We bind them ourselves, because FCGX_OpenSocket() removes
 * a socket that a running server listens on, and calls exit().
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, PASSED_FIRST = 3 /* SD_LISTEN_FDS_START */ };

static void
add_listener(struct park *park, int fd, char *path, const struct stat *st)
{
    struct listener *l = &park->listeners[park->listener_count++];
    *l = (struct listener){
        .source = {SOURCE_LISTENER, fd},
        .path = path,
        .device = st ? st->st_dev : 0,
        .inode = st ? st->st_ino : 0,
    };
}

/* How many sockets systemd passed to this very process (sd_listen_fds(3)). The
 * variables are removed: they are not for anybody else. */
static int
count_passed(void)
{
    const char *pid = getenv("LISTEN_PID");
    const char *fds = getenv("LISTEN_FDS");
    int n = 0;
    if (pid && fds && strtol(pid, NULL, 10) == (long)getpid()) {
        long value = strtol(fds, NULL, 10);
        n = value > 0 && value <= LISTENERS_MAX ? (int)value : 0;
        if (value > LISTENERS_MAX)
            log_warning("systemd passed %ld sockets, more than %d: binding our own",
                        value, LISTENERS_MAX);
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return n;
}

static int
take_passed(struct park *park, int count)
{
    for (int fd = PASSED_FIRST; fd < PASSED_FIRST + count; fd++) {
        int listening = 0;
        socklen_t size = sizeof listening;
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
            !listening) {
            log_error("descriptor %d from systemd is not a listening socket", fd);
            return -1;
        }
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
            fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
            log_error("descriptor %d from systemd: %s", fd, strerror(errno));
            return -1;
        }
        add_listener(park, fd, NULL, NULL);
    }
    return 0;
}

/* True when a server answers on ADDRESS, or when that cannot be ruled out. */
static bool
is_live(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true;
    int rc = connect(fd, (const struct sockaddr *)address, sizeof *address);
    bool live = rc == 0 || (errno != ECONNREFUSED && errno != ENOENT);
    close(fd);
    return live;
}

/* Binds FD to ADDRESS in place of a socket file that nobody listens on. */
static int
bind_path(int fd, const struct sockaddr_un *address)
{
    struct stat st;
    if (bind(fd, (const struct sockaddr *)address, sizeof *address) == 0)
        return 0;
    if (errno != EADDRINUSE) {
        log_error("cannot bind %s: %s", address->sun_path, strerror(errno));
        return -1;
    }
    if (lstat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        log_error("%s is there and is not a socket", address->sun_path);
        return -1;
    }
    if (is_live(address)) {
        log_error("%s is in use by a running server", address->sun_path);
        return -1;
    }
    if (unlink(address->sun_path) != 0 ||
        bind(fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        log_error("cannot replace %s: %s", address->sun_path, strerror(errno));
        return -1;
    }
    return 0;
}

/* Listens on PATH, which becomes the listener's when it returns 0. */
static int
listen_path(struct park *park, char *path, mode_t mode)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) {
        log_error("the socket's path is longer than %zu characters: %s",
                  sizeof address.sun_path - 1, path);
        return -1;
    }
    memcpy(address.sun_path, path, length + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        log_error("cannot make a socket: %s", strerror(errno));
        return -1;
    }
    if (bind_path(fd, &address) != 0) {
        close(fd);
        return -1;
    }
    if (chmod(path, mode) != 0 || stat(path, &st) != 0 || listen(fd, BACKLOG) != 0) {
        log_error("cannot listen on %s: %s", path, strerror(errno));
        close(fd);
        unlink(path);
        return -1;
    }
    add_listener(park, fd, path, &st);
    return 0;
}

/* The path of one entry of the option "listen", spaces around it dropped, is added to
 * PATHS, COUNT of them; 0, or -1 with a message logged. */
static int
add_path(const struct conf *conf, const char *text, size_t length,
         char *paths[LISTENERS_MAX], size_t *count)
{
    while (length && strchr(" \t", text[0])) {
        text++;
        length--;
    }
    while (length && strchr(" \t", text[length - 1]))
        length--;
    if (length == 0)
        return 0;
    if (*count == LISTENERS_MAX) {
        log_error("listen: more than %d sockets", LISTENERS_MAX);
        return -1;
    }
    char *name = strndup(text, length);
    paths[*count] = name ? conf_path(conf, name) : NULL;
    free(name);
    if (!paths[*count]) {
        log_error("no memory for a socket's path");
        return -1;
    }
    ++*count;
    return 0;
}

/* The paths of the option "listen". 0, or -1 with a message logged. */
static int
find_paths(const struct conf *conf, char *paths[LISTENERS_MAX], size_t *count)
{
    for (const char *p = conf->listen; *p;) {
        size_t length = strcspn(p, ",");
        if (add_path(conf, p, length, paths, count) != 0)
            return -1;
        p += length;
        p += *p == ',';
    }
    if (*count > 0)
        return 0;
    log_error("listen: no socket is named");
    return -1;
}

/* Takes over from the process that listens on PATHS: 1, or 0 when there is none; -1: an
 * error, logged. */
static int
take_over(struct park *park, char *paths[LISTENERS_MAX], size_t count)
{
    int taken = heir_take(park, paths[0]);
    if (taken != 1)
        return taken;
    bool same = park->listener_count == count;
    for (size_t i = 0; same && i < count; i++)
        same = strcmp(park->listeners[i].path, paths[i]) == 0;
    if (same)
        return 1;
    log_error("listen: the running nthpi-fcgi has other sockets: stop it first");
    return -1;
}

/* Binds PATHS, or takes them over. */
static int
listen_paths(struct park *park, const struct conf *conf, char *paths[LISTENERS_MAX],
             size_t count)
{
    int taken = conf->take_over ? take_over(park, paths, count) : 0;
    if (taken != 0)
        return taken > 0 ? 0 : -1;
    for (size_t i = 0; i < count; i++) {
        if (listen_path(park, paths[i], (mode_t)conf->socket_mode) != 0)
            return -1;
        paths[i] = NULL; /* the listener's now */
    }
    return 0;
}

int
listen_open(struct park *park, const struct conf *conf)
{
    char *paths[LISTENERS_MAX] = {NULL};
    size_t count = 0;
    int passed = count_passed(), result;
    if (passed > 0)
        result = take_passed(park, passed);
    else if ((result = find_paths(conf, paths, &count)) == 0)
        result = listen_paths(park, conf, paths, count);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    if (result != 0)
        listen_close(park);
    return result;
}

void
listen_close(struct park *park)
{
    for (size_t i = 0; i < park->listener_count; i++) {
        struct listener *l = &park->listeners[i];
        struct stat st;
        bool ours = l->path && !park->handed_over && park->predecessor < 0;
        if (ours && lstat(l->path, &st) == 0 && st.st_dev == l->device &&
            st.st_ino == l->inode)
            unlink(l->path);
        close(l->source.fd);
        free(l->path);
    }
    park->listener_count = 0;
}
