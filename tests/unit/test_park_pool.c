/*
 * Which of the request threads take requests: as many as there are processors, and
 * others in place of those that are held up.
 */
#include "config.h"

#include "park_fixture.h"

#include <sched.h>
#include <unistd.h>

/* More than are ever in front here. */
enum { HELD_MOST = 64 };

/* How many threads are in front: see park_pool.c. */
static int
in_front(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    int n = CPU_COUNT(&set);
    return n > 2 ? n : 2;
}

/* Lets COUNT clients ask for URI, which holds each up; FDS are their connections. */
static void
hold_up(struct server *s, int fds[HELD_MOST], int count, const char *uri)
{
    for (int i = 0; i < count; i++) {
        fds[i] = client_connect(s->path[i % 2]);
        client_get(fds[i], 1, true, uri, NULL);
    }
    park_wait_blocked(count);
}

/* Starts the server with SPARE more threads than clients that URI holds up, who are
 * MORE than there are threads in front. Returns how many clients that are. */
static int
start_held(struct server *s, int fds[HELD_MOST], int more, int spare, const char *uri)
{
    int count = in_front() + more;
    if (count + spare > HELD_MOST)
        skip();
    s->conf.threads = (unsigned)(count + spare);
    server_start(s);
    hold_up(s, fds, count, uri);
    return count;
}

/* Lets go those who were held up while the server stops. */
static void
let_go_last(struct server *s, int fds[HELD_MOST], int count)
{
    park_unblock();
    for (int i = 0; i < count; i++) {
        expect_answer(fds[i], 1, 200, "unblocked");
        close(fds[i]);
    }
    assert_int_equal(server_stop(s), 0);
}

static bool
held_up_is(const struct park_stats *stats, int64_t value)
{
    return stats->held_up >= value;
}

static void
let_go(int fds[HELD_MOST], int count)
{
    park_unblock();
    for (int i = 0; i < count; i++) {
        expect_answer(fds[i], 1, 200, "unblocked");
        get_answer(fds[i], 2, "/hello", 200, "hello");
        close(fds[i]);
    }
}

static void
who_makes_way_lets_another_in(void **state)
{
    struct server *s = *state;
    int fds[HELD_MOST];
    int count = start_held(s, fds, 2, 1, "/held");
    /* They did so by themselves, or it would have taken two who were noticed. (On a
     * busy machine one may be noticed that was only kept from running.) */
    assert_true(server_stats(s).held_up < 2);
    int fd = client_connect(s->path[0]);
    for (int i = 0; i < 100; i++)
        get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    let_go(fds, count);
}

static void
who_is_held_up_is_noticed(void **state)
{
    struct server *s = *state;
    int fds[HELD_MOST];
    int count = start_held(s, fds, 2, 1, "/block");
    int fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    server_wait(s, held_up_is, 3);
    let_go(fds, count);
}

static void
one_thread_makes_way_for_itself(void **state)
{
    struct server *s = *state;
    int fds[HELD_MOST];
    s->conf.threads = 1;
    server_start(s);
    hold_up(s, fds, 1, "/held");
    int fd = client_connect(s->path[0]);
    client_get(fd, 1, true, "/hello", NULL);
    let_go(fds, 1);
    expect_answer(fd, 1, 200, "hello");
    close(fd);
}

/* Threads that are behind end, too, and nothing that was asked is lost. */
static void
stopping_ends_those_behind(void **state)
{
    struct server *s = *state;
    int fds[HELD_MOST];
    int count = start_held(s, fds, 1, 2, "/held");
    server_signal(s);
    let_go_last(s, fds, count);
}

/* While it stops as well: a request that has come is answered, whoever is busy. */
static void
stopping_notices_who_is_held_up(void **state)
{
    struct server *s = *state;
    int fds[HELD_MOST];
    int count = start_held(s, fds, 0, 1, "/block");
    int fd = client_connect(s->path[0]);
    client_get(fd, 1, true, "/hello", NULL);
    server_wait(s, connections_is, count + 1);
    server_signal(s);
    expect_answer(fd, 1, 200, "hello");
    close(fd);
    let_go_last(s, fds, count);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_makes_way_lets_another_in, server_setup,
                                        server_teardown),
        cmocka_unit_test_setup_teardown(who_is_held_up_is_noticed, server_setup,
                                        server_teardown),
        cmocka_unit_test_setup_teardown(one_thread_makes_way_for_itself, server_setup,
                                        server_teardown),
        cmocka_unit_test_setup_teardown(stopping_ends_those_behind, server_setup,
                                        server_teardown),
        cmocka_unit_test_setup_teardown(stopping_notices_who_is_held_up, server_setup,
                                        server_teardown),
    };
    return cmocka_run_group_tests_name("park_pool", tests, NULL, NULL);
}
