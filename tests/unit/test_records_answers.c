/*
 * Records that are within the book, though nginx sends none like them: they are
 * answered as FastCGI 1.0 has it.
 */
#include "config.h"

#include "records_fixture.h"

#include "fcgi/record.h"
#include "fcgi/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A request for /hello whose PARAMS are TOTAL bytes. */
static void
put_large(struct bytes *b, size_t total)
{
    struct bytes params = {0};
    put_begin(b, ID, true);
    put_param(&params, "REQUEST_METHOD", "GET");
    put_param(&params, "REQUEST_URI", "/hello");
    size_t rest = total - params.length - 1 - 1 - 4;
    char *filler = malloc(rest + 1);
    assert_non_null(filler);
    memset(filler, 'f', rest);
    filler[rest] = '\0';
    put_param(&params, "X", filler);
    assert_int_equal(params.length, total);
    put_stream(b, FCGI_PARAMS, ID, params.data, params.length);
    put_record(b, FCGI_STDIN, ID, NULL, 0);
    free(filler);
    bytes_clear(&params);
}

static void
bounds_params(void **state)
{
    struct server *s = *state;
    struct bytes b = {0};
    server_start(s);
    int fd = client_connect(s->path[0]);
    put_large(&b, REQUEST_HEADERS_SIZE - 1024);
    client_send(fd, &b);
    bytes_clear(&b);
    expect_answer(fd, ID, 200, "hello");
    /* What records may hold a request may not: it is read to its end and refused. */
    struct answer_text a;
    put_large(&b, RECORD_PARAMS_MAX);
    client_send(fd, &b);
    bytes_clear(&b);
    assert_true(client_read(fd, ID, &a));
    assert_int_equal(a.status, 431);
    answer_clear(&a);
    put_large(&b, RECORD_PARAMS_MAX + 1);
    (void)!send(fd, b.data, b.length, MSG_NOSIGNAL);
    bytes_clear(&b);
    assert_true(client_closed(fd));
    close(fd);
    expect_hello(s, 0);
}

static void
answers_unknown_roles(void **state)
{
    struct server *s = *state;
    server_start(s);
    for (unsigned role = 0; role < 65536; role += role < 4 ? 1 : 7321) {
        const unsigned char body[8] = {(unsigned char)(role >> 8), (unsigned char)role};
        struct bytes b = {0};
        if (role == 1)
            continue;
        int fd = client_connect(s->path[0]);
        put_record(&b, FCGI_BEGIN, 258, body, sizeof body);
        client_send(fd, &b);
        bytes_clear(&b);
        expect_end_request(fd, 258, RECORD_UNKNOWN_ROLE);
        assert_true(client_closed(fd));
        close(fd);
    }
    expect_hello(s, 0);
}

static void
ends_aborted_requests(void **state)
{
    static const char *const steps[] = {"B", "BP", "BPp", "BPpS", "BPpSS"};
    struct server *s = *state;
    server_start(s);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        for (int keep = 0; keep < 2; keep++) {
            struct bytes b = {0};
            int fd = client_connect(s->path[0]);
            put_steps(&b, steps[i], keep);
            put_record(&b, FCGI_ABORT, ID, NULL, 0);
            client_send(fd, &b);
            bytes_clear(&b);
            expect_end_request(fd, ID, RECORD_COMPLETE);
            if (keep) {
                /* It comes too late as well; that is nothing to complain about. */
                put_record(&b, FCGI_ABORT, ID, NULL, 0);
                client_send(fd, &b);
                bytes_clear(&b);
                get_answer(fd, 2, "/hello", 200, "hello");
            } else {
                assert_true(client_closed(fd));
            }
            close(fd);
        }
}

static void
answers_management_records(void **state)
{
    static const char *const names[] = {"FCGI_MPXS_CONNS", "FCGI_MAX_CONNS", "OTHER"};
    static const unsigned char unknown[] = {1,      11, 0, 0, 0, 8, 0, 0,
                                            ABSENT, 0,  0, 0, 0, 0, 0, 0};
    struct server *s = *state;
    struct bytes b = {0}, pairs = {0};
    unsigned char header[RECORD_HEADER];
    char content[128], number[32];
    server_start(s);
    int fd = client_connect(s->path[0]);
    /* More names than there is room for in any answer: each is answered once. */
    for (int i = 0; i < 3000; i++)
        put_param(&pairs, names[i % 3], "");
    put_record(&b, FCGI_GET_VALUES, 0, pairs.data, pairs.length);
    put_record(&b, ABSENT, 0, NULL, 0);
    client_send(fd, &b);
    bytes_clear(&b);
    assert_true(client_take(fd, header, sizeof header));
    assert_memory_equal(header, "\1\12\0\0\0", 5);
    size_t length = header[5];
    assert_true(length < sizeof content && client_take(fd, content, length));
    content[length] = '\0';
    assert_int_equal(content[0], 14);
    assert_int_equal(sscanf(content + 2, "FCGI_MAX_CONNS%31[0-9]", number), 1);
    assert_true(strtoul(number, NULL, 10) > 0);
    assert_int_equal(content[1], strlen(number));
    assert_string_equal(content + 16 + strlen(number), "\17\1FCGI_MPXS_CONNS0");
    expect_bytes(fd, unknown, sizeof unknown);
    get_answer(fd, 2, "/hello", 200, "hello");

    /* Within a request they are answered at once, too. */
    put_steps(&b, "BP", true);
    put_record(&b, ABSENT, 0, "content", 7);
    put_steps(&b, "ps", true);
    client_send(fd, &b);
    bytes_clear(&b);
    expect_bytes(fd, unknown, sizeof unknown);
    expect_answer(fd, ID, 200, "hello");
    close(fd);

    /* Values that make no sense. */
    put_record(&b, FCGI_GET_VALUES, 0, pairs.data, pairs.length - 1);
    expect_refusal(s, &b);
    bytes_clear(&pairs);
}

static void
takes_one_request_at_a_time(void **state)
{
    struct server *s = *state;
    struct bytes b = {0};
    server_start(s);
    int fd = client_connect(s->path[0]);
    put_steps(&b, "B", true);
    put_begin(&b, 7, true);
    put_record(&b, FCGI_PARAMS, 7, "\1\1xy", 4);
    put_record(&b, FCGI_PARAMS, 7, NULL, 0);
    put_steps(&b, "P", true);
    put_record(&b, FCGI_STDIN, 7, NULL, 0);
    put_record(&b, ABSENT - 70, 7, NULL, 0);
    put_steps(&b, "ps", true);
    client_send(fd, &b);
    bytes_clear(&b);
    expect_end_request(fd, 7, RECORD_CANT_MULTIPLEX);
    expect_answer(fd, ID, 200, "hello");
    close(fd);
}

static void
answers_requests_sent_together(void **state)
{
    struct server *s = *state;
    struct bytes b = {0};
    server_start(s);
    int fd = client_connect(s->path[0]);
    for (int i = 0; i < 3; i++)
        put_example(&b);
    client_send(fd, &b);
    bytes_clear(&b);
    for (int i = 0; i < 3; i++)
        expect_answer(fd, ID, 200, "fourmore");
    close(fd);
}

static void
takes_tiny_records_and_padding(void **state)
{
    struct server *s = *state;
    struct bytes params = {0};
    char body[1000];
    server_start(s);
    memset(body, 'b', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    put_param(&params, "REQUEST_METHOD", "POST");
    put_param(&params, "REQUEST_URI", "/echo");
    put_param(&params, "CONTENT_LENGTH", "999");
    int fd = client_connect(s->path[0]);
    for (size_t padding = 0; padding < 256; padding += padding < 9 ? 1 : 41) {
        struct bytes b = {0};
        put_begin(&b, ID, true);
        for (size_t i = 0; i < params.length; i++)
            put_padded(&b, FCGI_PARAMS, ID, params.data + i, 1, padding);
        put_padded(&b, FCGI_PARAMS, ID, NULL, 0, padding);
        for (size_t i = 0; i < sizeof body - 1; i++)
            put_padded(&b, FCGI_STDIN, ID, body + i, 1, padding);
        put_padded(&b, FCGI_STDIN, ID, NULL, 0, padding);
        client_send(fd, &b);
        bytes_clear(&b);
        expect_answer(fd, ID, 200, body);
    }
    close(fd);
    /* Small enough to be left in the socket, but for the padding of the beginning or of
     * an end. */
    fd = client_connect(s->path[0]);
    for (int i = 0; i < 8; i++) {
        struct bytes b = {0}, begun = {0};
        put_begin(&begun, ID, true);
        put_padded(&b, FCGI_BEGIN, ID, begun.data + RECORD_HEADER, 8, i & 1 ? 16 : 0);
        put_steps(&b, "P", true);
        put_padded(&b, FCGI_PARAMS, ID, NULL, 0, i & 2 ? 16 : 0);
        put_padded(&b, FCGI_STDIN, ID, NULL, 0, i & 4 ? 8 : 0);
        bytes_clear(&begun);
        client_send(fd, &b);
        bytes_clear(&b);
        expect_answer(fd, ID, 200, "hello");
    }
    bytes_clear(&params);
    close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bounds_params),
        TEST(answers_unknown_roles),
        TEST(ends_aborted_requests),
        TEST(answers_management_records),
        TEST(takes_one_request_at_a_time),
        TEST(answers_requests_sent_together),
        TEST(takes_tiny_records_and_padding),
    };
    return cmocka_run_group_tests_name("records_answers", tests, NULL, NULL);
}
