/*
 * The server, as a web server meets it: raw FastCGI over its unix sockets,
 * through the packaged libfcgi. These tests pin what park_serve.c relies on.
 */
#include "config.h"

#include "park_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- requests ---- */

static void
answers_on_every_socket(void **state)
{
    struct server *s = *state;
    server_start(s);
    for (int i = 0; i < 2; i++) {
        int fd = client_connect(s->path[i]);
        struct answer_text a;
        client_get(fd, 1, false, "/hello", NULL);
        assert_true(client_read(fd, 1, &a));
        assert_string_equal(a.text, "Status: 200 OK\r\nContent-Type: text/plain\r\n"
                                    "Content-Length: 5\r\n\r\nhello");
        answer_clear(&a);
        assert_true(client_closed(fd));
        close(fd);
    }
    server_wait(s, connections_is, 0);
}

static void
answers_many_on_one_connection(void **state)
{
    struct server *s = *state;
    server_start(s);
    int fd = client_connect(s->path[0]);
    for (int i = 0; i < 500; i++)
        get_answer(fd, i % 3 + 1, "/hello", 200, "hello");
    /* The last one without FCGI_KEEP_CONN. */
    client_get(fd, 7, false, "/hello", NULL);
    expect_answer(fd, 7, 200, "hello");
    assert_true(client_closed(fd));
    close(fd);
}

static void
answers_large_request_ids(void **state)
{
    struct server *s = *state;
    server_start(s);
    int fd = client_connect(s->path[0]);
    get_answer(fd, 65535, "/hello", 200, "hello");
    get_answer(fd, 256, "/hello", 200, "hello");
    close(fd);
}

static void
leaves_no_body_behind(void **state)
{
    struct server *s = *state;
    char *body = calloc(1, 300000);
    assert_non_null(body);
    memset(body, 'b', 300000);
    server_start(s);
    int fd = client_connect(s->path[0]);
    static const size_t sizes[] = {0,     1,     8191,  8192,  16384,
                                   16385, 65535, 65536, 300000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct bytes b = {0};
        struct answer_text a;
        put_request(&b, 1, true, "POST", "/echo", NULL, body, sizes[i]);
        client_send(fd, &b);
        bytes_clear(&b);
        assert_true(client_read(fd, 1, &a));
        bool fits = sizes[i] <= 16384;
        assert_int_equal(a.status, fits ? 200 : 413);
        assert_int_equal(a.body_length, fits ? sizes[i] : strlen("refused"));
        answer_clear(&a);
        get_answer(fd, 2, "/hello", 200, "hello");
    }
    free(body);
    close(fd);
}

/* A request whose PARAMS stream, its end included, is TOTAL bytes with what
 * comes before it. libfcgi reads 8,192 bytes at a time. */
static void
put_sized(struct bytes *b, size_t total)
{
    struct bytes params = {0};
    char filler[20000];
    put_begin(b, 1, true);
    put_param(&params, "REQUEST_METHOD", "GET");
    put_param(&params, "REQUEST_URI", "/hello");
    /* Its own lengths take 1 and 4 bytes, its name 1; then two headers of 8. */
    size_t fixed = b->length + params.length + 1 + 4 + 1 + 8 + 8;
    assert_true(total > fixed + 128 && total - fixed < sizeof filler);
    memset(filler, 'f', total - fixed);
    filler[total - fixed] = '\0';
    put_param(&params, "X", filler);
    put_stream(b, FCGI_PARAMS, 1, params.data, params.length);
    assert_int_equal(b->length, total);
    bytes_clear(&params);
}

static void
survives_read_boundaries(void **state)
{
    struct server *s = *state;
    server_start(s);
    int fd = client_connect(s->path[0]);
    for (size_t boundary = 8192; boundary <= 16384; boundary += 8192) {
        for (size_t total = boundary - 20; total <= boundary + 20; total++) {
            struct bytes b = {0};
            put_sized(&b, total);
            /* The empty STDIN comes late: it is not read with the rest. */
            client_send(fd, &b);
            bytes_clear(&b);
            put_stream(&b, FCGI_STDIN, 1, NULL, 0);
            client_send(fd, &b);
            bytes_clear(&b);
            expect_answer(fd, 1, 200, "hello");
            get_answer(fd, 2, "/hello", 200, "hello");
        }
    }
    close(fd);
}

static void
reads_requests_in_pieces(void **state)
{
    struct server *s = *state;
    struct bytes b = {0};
    server_start(s);
    int fd = client_connect(s->path[0]);
    put_request(&b, 1, true, "POST", "/echo", NULL, "piece by piece", 14);
    for (size_t i = 0; i < b.length; i++)
        assert_int_equal(send(fd, b.data + i, 1, MSG_NOSIGNAL), 1);
    bytes_clear(&b);
    expect_answer(fd, 1, 200, "piece by piece");
    close(fd);
}

static void
head_has_length_but_no_body(void **state)
{
    struct server *s = *state;
    struct bytes b = {0};
    struct answer_text a;
    server_start(s);
    int fd = client_connect(s->path[0]);
    put_request(&b, 1, true, "HEAD", "/big/5000", NULL, NULL, 0);
    client_send(fd, &b);
    bytes_clear(&b);
    assert_true(client_read(fd, 1, &a));
    assert_non_null(strstr(a.text, "Content-Length: 5000\r\n"));
    assert_int_equal(a.body_length, 0);
    answer_clear(&a);
    close(fd);
}

/* ---- records that make no sense ---- */

static void
closes_on_nonsense(void **state)
{
    struct server *s = *state;
    static const unsigned char nonsense[][16] = {
        {9, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1},  /* another version */
        {1, 1, 0, 0, 0, 8, 0, 0, 0, 1, 1},  /* BEGIN without an id */
        {1, 5, 0, 1, 0, 8, 0, 0, 'x', 'y'}, /* STDIN first, then the end */
        {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '/', '1', '.', '1', '\r',
         '\n'},
    };
    server_start(s);
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        int fd = client_connect(s->path[0]);
        assert_int_equal(send(fd, nonsense[i], sizeof nonsense[i], MSG_NOSIGNAL), 16);
        shutdown(fd, SHUT_WR);
        assert_true(client_closed(fd));
        close(fd);
    }
    int fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    server_wait(s, connections_is, 0);
}

static void
cut_requests_wedge_no_thread(void **state)
{
    struct server *s = *state;
    int cut[6];
    struct bytes b = {0};
    server_start(s);
    /* More of them than threads, each with a part of a request and no end. */
    put_request(&b, 1, true, "POST", "/echo", NULL, "body", 4);
    for (size_t i = 0; i < 6; i++) {
        cut[i] = client_connect(s->path[0]);
        size_t part = i < 5 ? (i + 1) * 11 : b.length - 8;
        assert_int_equal(send(cut[i], b.data, part, MSG_NOSIGNAL), part);
    }
    bytes_clear(&b);
    int fd = client_connect(s->path[1]);
    get_answer(fd, 1, "/hello", 200, "hello");
    for (size_t i = 0; i < 6; i++) {
        struct answer_text a;
        /* The one that only lacked its end is told so; all are closed. */
        if (client_read(cut[i], 1, &a)) {
            assert_int_equal(a.status, 400);
            answer_clear(&a);
            assert_true(client_closed(cut[i]));
        }
        close(cut[i]);
    }
    get_answer(fd, 2, "/hello", 200, "hello");
    close(fd);
}

static void
forgets_who_connects_and_leaves(void **state)
{
    struct server *s = *state;
    server_start(s);
    for (int i = 0; i < 50; i++)
        close(client_connect(s->path[i % 2]));
    int fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    /* One that leaves before its answer, and one that leaves in the middle. */
    fd = client_connect(s->path[0]);
    client_get(fd, 1, true, "/big/3000000", NULL);
    close(fd);
    server_wait(s, connections_is, 0);
}

/* ---- large answers ---- */

static void
expect_bytes(int fd, int id, uint64_t from, size_t length)
{
    struct answer_text a;
    assert_true(client_read(fd, id, &a));
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body_length, length);
    for (size_t i = 0; i < length; i++)
        if (a.body[i] != park_byte(from + i))
            fail_msg("byte %zu of %zu differs", i, length);
    answer_clear(&a);
}

static void
expect_records(struct server *s, const char *kind)
{
    int fd = client_connect(s->path[0]);
    /* Around one, two and three full records of 65,535, head included. */
    for (size_t records = 1; records <= 3; records++) {
        for (size_t length = records * 65535 - 90; length <= records * 65535 + 5;
             length++) {
            char uri[32];
            snprintf(uri, sizeof uri, "/%s/%zu", kind, length);
            client_get(fd, 1, true, uri, NULL);
            expect_bytes(fd, 1, 0, length);
        }
    }
    close(fd);
}

static void
cuts_answers_into_records(void **state)
{
    struct server *s = *state;
    server_start(s);
    expect_records(s, "big");
}

static void
cuts_shared_answers_into_records(void **state)
{
    struct server *s = *state;
    server_start(s);
    expect_records(s, "shared");
}

static void
slow_readers_hold_no_thread(void **state)
{
    struct server *s = *state;
    enum { SLOW = 10, LENGTH = 3000000 };
    int slow[SLOW];
    server_start(s);
    for (int i = 0; i < SLOW; i++) {
        slow[i] = client_connect(s->path[0]);
        client_get(slow[i], 1, true, i % 2 ? "/big/3000000" : "/shared/3000000", NULL);
    }
    server_wait(s, requests_is, SLOW);
    /* Ten answers are stuck, and two threads are free. */
    int fd = client_connect(s->path[0]);
    for (int i = 0; i < 20; i++)
        get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
    for (int i = SLOW - 1; i >= 0; i--) {
        expect_bytes(slow[i], 1, 0, LENGTH);
        get_answer(slow[i], 2, "/hello", 200, "hello");
        close(slow[i]);
    }
}

static void
streams_files(void **state)
{
    struct server *s = *state;
    static const struct {
        unsigned long from, length;
    } parts[] = {
        {0, 1},     {0, 0},       {5, 10},          {0, 65535},  {1, 65536},
        {65535, 2}, {0, 1000000}, {123456, 654321}, {999999, 1}, {7, 131070},
    };
    park_file(s, 1000000);
    server_start(s);
    int fd = client_connect(s->path[0]);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char uri[64];
        snprintf(uri, sizeof uri, "/file/%lu/%lu", parts[i].from, parts[i].length);
        client_get(fd, 1, true, uri, NULL);
        expect_bytes(fd, 1, parts[i].from, parts[i].length);
    }
    close(fd);
}

static void
files_that_end_early_close_the_connection(void **state)
{
    struct server *s = *state;
    struct answer_text a;
    park_file(s, 100000);
    server_start(s);
    int fd = client_connect(s->path[0]);
    client_get(fd, 1, true, "/file/0/100001", NULL);
    assert_false(client_read(fd, 1, &a));
    close(fd);
    fd = client_connect(s->path[0]);
    get_answer(fd, 1, "/hello", 200, "hello");
    close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_on_every_socket),
        TEST(answers_many_on_one_connection),
        TEST(answers_large_request_ids),
        TEST(leaves_no_body_behind),
        TEST(survives_read_boundaries),
        TEST(reads_requests_in_pieces),
        TEST(head_has_length_but_no_body),
        TEST(closes_on_nonsense),
        TEST(cut_requests_wedge_no_thread),
        TEST(forgets_who_connects_and_leaves),
        TEST(cuts_answers_into_records),
        TEST(cuts_shared_answers_into_records),
        TEST(slow_readers_hold_no_thread),
        TEST(streams_files),
        TEST(files_that_end_early_close_the_connection),
    };
    return cmocka_run_group_tests_name("park", tests, NULL, NULL);
}
