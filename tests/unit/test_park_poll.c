/*
 * Parked polls: answered together when the database changes, ended by their
 * deadline or by a stop, forgotten when their client leaves.
 */
#include "config.h"

#include "park_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Sends a poll for what is after SINCE; waits up to WAIT ("wait=60"). */
static void
poll_since(int fd, int64_t since, unsigned tag, const char *wait)
{
    char uri[64];
    snprintf(uri, sizeof uri, "/wait/%" PRId64 "/%u", since, tag);
    client_get(fd, 1, true, uri, HEADERS("HTTP_PREFER", wait));
}

static void
expect_revision(int fd, int64_t revision)
{
    struct answer_text a;
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, revision);
    assert_true(client_read(fd, 1, &a));
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, text);
    assert_non_null(strstr(a.text, "X-Every: answer\r\n"));
    answer_clear(&a);
}

static void
expect_nothing_new(int fd, int64_t since, bool turned_away)
{
    struct answer_text a;
    char etag[48];
    snprintf(etag, sizeof etag, "ETag: \"%" PRId64 "\"\r\n", since);
    assert_true(client_read(fd, 1, &a));
    assert_int_equal(a.status, 304);
    assert_int_equal(a.body_length, 0);
    assert_non_null(strstr(a.text, etag));
    assert_non_null(strstr(a.text, "X-Every: answer\r\n"));
    assert_null(strstr(a.text, "Content-Length"));
    assert_int_equal(strstr(a.text, "Retry-After: ") != NULL, turned_away);
    answer_clear(&a);
}

static void
answers_at_once_when_there_is_news(void **state)
{
    struct server *s = *state;
    struct answer_text a;
    server_start(s);
    int64_t revision = server_change(s, true);
    int fd = client_connect(s->path[0]);
    poll_since(fd, revision - 1, 0, "wait=60");
    assert_true(client_read(fd, 1, &a));
    assert_int_equal(a.status, 200);
    answer_clear(&a);
    assert_int_equal(server_stats(s).parked, 0);
    close(fd);
}

static void
answers_when_something_changes(void **state)
{
    struct server *s = *state;
    server_start(s);
    int64_t revision = server_change(s, true);
    int fd = client_connect(s->path[0]);
    /* Again and again on the same connection. */
    for (int i = 0; i < 20; i++) {
        poll_since(fd, revision, 0, "wait=60");
        server_wait(s, parked_is, 1);
        revision = server_change(s, true);
        expect_revision(fd, revision);
    }
    assert_int_equal(server_stats(s).answered, 20);
    assert_int_equal(server_stats(s).expired, 0);
    client_get(fd, 1, false, "/hello", NULL);
    struct answer_text a;
    assert_true(client_read(fd, 1, &a));
    answer_clear(&a);
    close(fd);
}

static void
a_lost_ring_delays_only(void **state)
{
    struct server *s = *state;
    server_start(s);
    int64_t revision = server_change(s, true);
    int fd = client_connect(s->path[0]);
    poll_since(fd, revision, 0, "wait=60");
    server_wait(s, parked_is, 1);
    revision = server_change(s, false);
    expect_revision(fd, revision);
    close(fd);
}

static void
no_change_slips_between_check_and_parking(void **state)
{
    struct server *s = *state;
    char uri[64];
    server_start(s);
    int64_t old = server_change(s, true);
    /* The notifier has announced the new revision when this is answered. */
    int fd = client_connect(s->path[0]);
    poll_since(fd, old, 0, "wait=60");
    server_wait(s, parked_is, 1);
    int64_t revision = server_change(s, true);
    expect_revision(fd, revision);
    /* This handler looked at the database before that. */
    snprintf(uri, sizeof uri, "/late/%" PRId64 "/0", old);
    client_get(fd, 1, true, uri, HEADERS("HTTP_PREFER", "wait=60"));
    expect_revision(fd, revision);
    close(fd);
}

static void
equal_waits_share_one_rendering(void **state)
{
    struct server *s = *state;
    enum { GROUPS = 3, EACH = 20 };
    int fds[GROUPS * EACH];
    server_start(s);
    int64_t revision = server_change(s, true);
    for (int i = 0; i < GROUPS * EACH; i++) {
        fds[i] = client_connect(s->path[i % 2]);
        poll_since(fds[i], revision, (unsigned)(i % GROUPS), "wait=60");
    }
    server_wait(s, parked_is, GROUPS * EACH);
    assert_int_equal(server_renderings(), 0);
    revision = server_change(s, true);
    for (int i = 0; i < GROUPS * EACH; i++) {
        expect_revision(fds[i], revision);
        close(fds[i]);
    }
    assert_int_equal(server_renderings(), GROUPS);
    assert_int_equal(server_stats(s).answered, GROUPS * EACH);
}

static void
waits_end_by_their_deadline(void **state)
{
    struct server *s = *state;
    server_start(s);
    int64_t revision = server_change(s, true);
    int fd = client_connect(s->path[0]);
    int other = client_connect(s->path[0]);
    poll_since(other, revision, 0, "wait=60");
    poll_since(fd, revision, 0, "wait=1");
    expect_nothing_new(fd, revision, false);
    assert_int_equal(server_stats(s).expired, 1);
    assert_int_equal(server_stats(s).parked, 1);
    /* The connection goes on. */
    poll_since(fd, revision, 0, "wait=60");
    server_wait(s, parked_is, 2);
    revision = server_change(s, true);
    expect_revision(fd, revision);
    expect_revision(other, revision);
    close(fd);
    close(other);
}

static void
clients_that_leave_are_forgotten(void **state)
{
    struct server *s = *state;
    enum { CLIENTS = 50 };
    int fds[CLIENTS];
    server_start(s);
    int64_t revision = server_change(s, true);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = client_connect(s->path[0]);
        poll_since(fds[i], revision, (unsigned)i % 7, "wait=60");
    }
    server_wait(s, parked_is, CLIENTS);
    for (int i = 0; i < CLIENTS; i += 2)
        close(fds[i]);
    server_wait(s, gone_is, CLIENTS / 2);
    server_wait(s, connections_is, CLIENTS / 2);
    revision = server_change(s, true);
    for (int i = 1; i < CLIENTS; i += 2) {
        expect_revision(fds[i], revision);
        close(fds[i]);
    }
    assert_int_equal(server_stats(s).answered, CLIENTS / 2);
}

static void
an_abort_ends_a_poll(void **state)
{
    struct server *s = *state;
    struct bytes b = {0};
    server_start(s);
    int64_t revision = server_change(s, true);
    int fd = client_connect(s->path[0]);
    poll_since(fd, revision, 0, "wait=60");
    server_wait(s, parked_is, 1);
    put_record(&b, FCGI_ABORT, 1, NULL, 0);
    client_send(fd, &b);
    bytes_clear(&b);
    assert_true(client_closed(fd));
    server_wait(s, parked_is, 0);
    close(fd);
}

static void
too_many_are_turned_away(void **state)
{
    struct server *s = *state;
    int fds[4];
    s->conf.waiters = 3;
    server_start(s);
    int64_t revision = server_change(s, true);
    for (int i = 0; i < 4; i++) {
        fds[i] = client_connect(s->path[0]);
        poll_since(fds[i], revision, 0, "wait=60");
        if (i < 3)
            server_wait(s, parked_is, i + 1);
    }
    expect_nothing_new(fds[3], revision, true);
    assert_int_equal(server_stats(s).turned_away, 1);
    /* One leaves, one may come. */
    close(fds[0]);
    server_wait(s, parked_is, 2);
    poll_since(fds[3], revision, 0, "wait=60");
    server_wait(s, parked_is, 3);
    for (int i = 1; i < 4; i++)
        close(fds[i]);
}

static void
waiting_holds_no_thread(void **state)
{
    struct server *s = *state;
    enum { CLIENTS = 200 };
    int fds[CLIENTS];
    struct answer_text a;
    s->conf.threads = 1;
    server_start(s);
    int64_t revision = server_change(s, true);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = client_connect(s->path[i % 2]);
        poll_since(fds[i], revision, 0, "wait=60");
    }
    server_wait(s, parked_is, CLIENTS);
    int fd = client_connect(s->path[0]);
    client_get(fd, 1, true, "/hello", NULL);
    assert_true(client_read(fd, 1, &a));
    answer_clear(&a);
    close(fd);
    revision = server_change(s, true);
    for (int i = 0; i < CLIENTS; i++) {
        expect_revision(fds[i], revision);
        close(fds[i]);
    }
}

static void
readers_follow_every_change(void **state)
{
    struct server *s = *state;
    enum { CLIENTS = 8, CHANGES = 40 };
    int fds[CLIENTS];
    int64_t seen[CLIENTS], last = 0;
    server_start(s);
    int64_t first = server_change(s, true);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = client_connect(s->path[i % 2]);
        seen[i] = first;
        poll_since(fds[i], first, (unsigned)i % 3, "wait=60");
    }
    for (int i = 0; i < CHANGES; i++)
        last = server_change(s, i % 3 != 0);
    /* However the changes were bundled, everybody ends at the last one. */
    for (int i = 0; i < CLIENTS; i++) {
        while (seen[i] < last) {
            struct answer_text a;
            assert_true(client_read(fds[i], 1, &a));
            assert_int_equal(a.status, 200);
            int64_t revision = strtoll(a.body, NULL, 10);
            assert_true(revision > seen[i]);
            seen[i] = revision;
            answer_clear(&a);
            if (revision < last)
                poll_since(fds[i], revision, (unsigned)i % 3, "wait=60");
        }
        assert_int_equal(seen[i], last);
        close(fds[i]);
    }
}

static void
stopping_answers_polls(void **state)
{
    struct server *s = *state;
    enum { CLIENTS = 300 };
    int fds[CLIENTS];
    server_start(s);
    int64_t revision = server_change(s, true);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = client_connect(s->path[i % 2]);
        poll_since(fds[i], revision, (unsigned)i % 5, "wait=60");
    }
    server_wait(s, parked_is, CLIENTS);
    assert_int_equal(server_stop(s), 0);
    for (int i = 0; i < CLIENTS; i++) {
        expect_nothing_new(fds[i], revision, false);
        assert_true(client_closed(fds[i]));
        close(fds[i]);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_at_once_when_there_is_news),
        TEST(answers_when_something_changes),
        TEST(a_lost_ring_delays_only),
        TEST(no_change_slips_between_check_and_parking),
        TEST(equal_waits_share_one_rendering),
        TEST(waits_end_by_their_deadline),
        TEST(clients_that_leave_are_forgotten),
        TEST(an_abort_ends_a_poll),
        TEST(too_many_are_turned_away),
        TEST(waiting_holds_no_thread),
        TEST(readers_follow_every_change),
        TEST(stopping_answers_polls),
    };
    return cmocka_run_group_tests_name("park_poll", tests, NULL, NULL);
}
