/*
 * The sockets the server listens on: its own, stale ones, systemd's, and what
 * happens when descriptors run out.
 */
#include "config.h"

#include "park_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void
keeps_live_sockets(void **state)
{
    struct server *s = *state;
    server_start(s);
    assert_null(park_open(&s->app));
    int fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    assert_int_equal(server_stop(s), 0);
    assert_int_equal(access(s->path[0], F_OK), -1);
    assert_int_equal(access(s->path[1], F_OK), -1);
}

/* Runs the server in this process, with a socket that was bound before it, as
 * systemd does; returns the exit status. */
static int
run_activated(struct server *s, int listener)
{
    enum { FIRST = 3 };
    static volatile sig_atomic_t never;
    char pid[24];
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    if (dup2(listener, FIRST) != FIRST || setenv("LISTEN_PID", pid, 1) != 0 ||
        setenv("LISTEN_FDS", "1", 1) != 0)
        return 1;
    s->app.park = park_open(&s->app);
    if (!s->app.park || getenv("LISTEN_FDS"))
        return 2;
    signal(SIGTERM, SIG_DFL);
    park_run(s->app.park, &never);
    return 3;
}

static void
takes_sockets_from_systemd(void **state)
{
    struct server *s = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int status;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/passed.sock", s->state);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address),
                     0);
    assert_int_equal(listen(listener, 5), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run_activated(s, listener));
    int fd = client_connect(address.sun_path);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    /* Those of the configuration were not bound. */
    assert_int_equal(access(s->path[0], F_OK), -1);
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    close(listener);
}

static void
replaces_stale_sockets(void **state)
{
    struct server *s = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, s->path[0]);
    int stale = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(stale, (const struct sockaddr *)&address, sizeof address), 0);
    close(stale);
    assert_int_equal(access(s->path[0], F_OK), 0);
    server_start(s);
    int fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
}

/* With few descriptors the server serves fewer connections at a time, and all of
 * them in the end. */
static void
waits_when_files_run_out(void **state)
{
    struct server *s = *state;
    enum { CLIENTS = 40 };
    struct rlimit before, few;
    int fds[CLIENTS];
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 64; /* as park_open() sees it: 16 connections */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    server_start(s);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = client_connect(s->path[0]);
        client_get(fds[i], 1, true, "/hello", NULL);
    }
    server_wait(s, connections_is, 16);
    for (int i = 0; i < CLIENTS; i++) {
        expect_answer(fds[i], 1, 200, "hello");
        close(fds[i]);
    }
    assert_int_equal(server_stats(s).requests, CLIENTS);
}

static void
touches_no_other_files(void **state)
{
    struct server *s = *state;
    int fd = open(s->path[1], O_WRONLY | O_CREAT, 0600);
    close(fd);
    assert_null(park_open(&s->app));
    assert_int_equal(access(s->path[1], F_OK), 0);
    /* What was bound before the failure is gone again. */
    assert_int_equal(access(s->path[0], F_OK), -1);
}

static void
refuses_long_paths(void **state)
{
    struct server *s = *state;
    char path[200] = "run/";
    memset(path + 4, 'x', 150);
    free(s->conf.listen);
    s->conf.listen = strdup(path);
    assert_null(park_open(&s->app));
}

/* A connection to where a next process asks, which has been sent something. */
static int
begin_to_take_over(const struct server *s)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char paths[512];
    snprintf(address.sun_path, sizeof address.sun_path, "%s/run/one.sock.next",
             s->state);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    while (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        assert_true(errno == ENOENT || errno == ECONNREFUSED);
    assert_true(recv(fd, paths, sizeof paths - 1, 0) > 0);
    return fd;
}

/* A process that is told to end while the next one is about to say that it is ready
 * leaves the names to that one. */
static void
leaves_names_to_an_heir(void **state)
{
    struct server *s = *state;
    server_start(s);
    int heir = begin_to_take_over(s);
    assert_int_equal(server_stop(s), 0);
    assert_int_equal(access(s->path[0], F_OK), 0);
    assert_int_equal(access(s->path[1], F_OK), 0);
    close(heir);
    /* The same when it gave up before; and what is left behind is nobody's. */
    server_start(s);
    close(begin_to_take_over(s));
    int fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
}

/* One that cannot take all of the sockets over takes none, nor their names. */
static void
takes_all_or_nothing(void **state)
{
    struct server *s = *state;
    server_start(s);
    assert_int_equal(unlink(s->path[1]), 0);
    s->conf.take_over = true;
    assert_null(park_open(&s->app));
    int fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    close(begin_to_take_over(s));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_live_sockets),      TEST(takes_sockets_from_systemd),
        TEST(replaces_stale_sockets),  TEST(waits_when_files_run_out),
        TEST(touches_no_other_files),  TEST(refuses_long_paths),
        TEST(leaves_names_to_an_heir), TEST(takes_all_or_nothing),
    };
    return cmocka_run_group_tests_name("park_listen", tests, NULL, NULL);
}
