/*
 * How the server stops: what is under way arrives whole, who does not read does not
 * hold it up; and it can start again.
 */
#include "config.h"

#include "park_fixture.h"

#include <unistd.h>

static void
stopping_finishes_requests(void **state)
{
    struct server *s = *state;
    struct answer_text a;
    server_start(s);
    int idle = client_connect(s->path[0]);
    client_get(idle, 1, true, "/hello", NULL);
    assert_true(client_read(idle, 1, &a));
    answer_clear(&a);
    int large = client_connect(s->path[0]);
    client_get(large, 1, true, "/big/400000", NULL);
    server_wait(s, requests_is, 2);
    int fd = client_connect(s->path[0]);
    client_get(fd, 1, true, "/block", NULL);
    while (!park_blocked())
        continue;
    server_signal(s);
    park_unblock();
    assert_true(client_read(fd, 1, &a));
    assert_string_equal(a.body, "unblocked");
    answer_clear(&a);
    /* What is still on its way arrives whole. */
    assert_true(client_read(large, 1, &a));
    assert_int_equal(a.body_length, 400000);
    answer_clear(&a);
    assert_true(client_closed(idle));
    assert_int_equal(server_stop(s), 0);
    close(idle);
    close(large);
    close(fd);
}

static void
stops_with_a_reader_that_never_reads(void **state)
{
    struct server *s = *state;
    struct answer_text a;
    server_start(s);
    int fd = client_connect(s->path[0]);
    client_get(fd, 1, true, "/big/5000000", NULL);
    server_wait(s, requests_is, 1);
    assert_int_equal(server_stop(s), 0);
    assert_false(client_read(fd, 1, &a));
    close(fd);
}

static void
starts_again(void **state)
{
    struct server *s = *state;
    for (int i = 0; i < 5; i++) {
        server_start(s);
        int fd = client_connect(s->path[0]);
        client_get(fd, 1, true, "/hello", NULL);
        struct answer_text a;
        assert_true(client_read(fd, 1, &a));
        answer_clear(&a);
        close(fd);
        assert_int_equal(server_stop(s), 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stopping_finishes_requests),
        TEST(stops_with_a_reader_that_never_reads),
        TEST(starts_again),
    };
    return cmocka_run_group_tests_name("park_stop", tests, NULL, NULL);
}
