#include "config.h"

#include "records_fixture.h"

#include <dirent.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

size_t
open_files(void)
{
    size_t n = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

void
expect_hello(struct server *s, int which)
{
    int fd = client_connect(s->path[which]);
    get_answer(fd, 3, "/hello", 200, "hello");
    get_answer(fd, 4, "/hello", 200, "hello");
    close(fd);
}

/* Reads until the other side closes, up to 90 s for each piece. */
static void
expect_end(int fd)
{
    char bytes[4096];
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 90000), 1);
        if (recv(fd, bytes, sizeof bytes, 0) <= 0)
            return;
    }
}

void
send_and_end(struct server *s, struct bytes *b)
{
    int fd = client_connect(s->path[0]);
    /* It may be closed before we are done. */
    (void)!send(fd, b->data, b->length, MSG_NOSIGNAL);
    bytes_clear(b);
    shutdown(fd, SHUT_WR);
    expect_end(fd);
    close(fd);
}

void
expect_refusal(struct server *s, struct bytes *b)
{
    int fd = client_connect(s->path[0]);
    client_send(fd, b);
    bytes_clear(b);
    assert_true(client_closed(fd));
    close(fd);
}

void
expect_bytes(int fd, const void *bytes, size_t length)
{
    unsigned char found[256];
    assert_true(length <= sizeof found);
    assert_true(client_take(fd, found, length));
    assert_memory_equal(found, bytes, length);
}

void
expect_end_request(int fd, int id, int how)
{
    const unsigned char expected[] = {
        1,
        FCGI_END,
        (unsigned char)(id >> 8),
        (unsigned char)id,
        0,
        8,
        0,
        0,
        0,
        0,
        0,
        0,
        (unsigned char)how,
        0,
        0,
        0,
    };
    expect_bytes(fd, expected, sizeof expected);
}

static void
put_hello(struct bytes *b)
{
    struct bytes params = {0};
    put_param(&params, "REQUEST_METHOD", "GET");
    put_param(&params, "REQUEST_URI", "/hello");
    put_record(b, FCGI_PARAMS, ID, params.data, params.length);
    bytes_clear(&params);
}

void
put_example(struct bytes *b)
{
    struct bytes params = {0};
    put_begin(b, ID, true);
    put_param(&params, "REQUEST_METHOD", "POST");
    put_param(&params, "REQUEST_URI", "/echo");
    put_param(&params, "CONTENT_LENGTH", "8");
    put_padded(b, FCGI_PARAMS, ID, params.data, 20, 3);
    put_record(b, FCGI_PARAMS, ID, params.data + 20, params.length - 20);
    put_record(b, FCGI_PARAMS, ID, NULL, 0);
    put_padded(b, FCGI_STDIN, ID, "four", 4, 4);
    put_record(b, FCGI_STDIN, ID, "more", 4);
    put_record(b, FCGI_STDIN, ID, NULL, 0);
    bytes_clear(&params);
}

void
put_steps(struct bytes *b, const char *steps, bool keep)
{
    for (; *steps; steps++) {
        if (*steps == 'B')
            put_begin(b, ID, keep);
        else if (*steps == 'P')
            put_hello(b);
        else if (*steps == 'p')
            put_record(b, FCGI_PARAMS, ID, NULL, 0);
        else if (*steps == 'S')
            put_record(b, FCGI_STDIN, ID, "body", 4);
        else
            put_record(b, FCGI_STDIN, ID, NULL, 0);
    }
}
