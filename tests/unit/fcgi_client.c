#include "config.h"

#include "fcgi_client.h"

#include "cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEADER = 8, RECORD_MAX = 65535, PADDING_MAX = 255, PATIENCE_MS = 90000 };

void
bytes_clear(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){0};
}

void
put_bytes(struct bytes *b, const void *data, size_t length)
{
    if (b->room - b->length < length) {
        b->room = (b->room + length) * 2;
        b->data = realloc(b->data, b->room);
        assert_non_null(b->data);
    }
    if (length > 0)
        memcpy(b->data + b->length, data, length);
    b->length += length;
}

void
put_record(struct bytes *b, int type, int id, const void *content, size_t length)
{
    put_padded(b, type, id, content, length, 0);
}

void
put_padded(struct bytes *b, int type, int id, const void *content, size_t length,
           size_t padding)
{
    static const unsigned char junk[PADDING_MAX] = {1, FCGI_STDIN, 0, 1, 0, 9};
    assert_true(length <= RECORD_MAX && padding <= PADDING_MAX);
    const unsigned char header[HEADER] = {
        1,
        (unsigned char)type,
        (unsigned char)(id >> 8),
        (unsigned char)id,
        (unsigned char)(length >> 8),
        (unsigned char)length,
        (unsigned char)padding,
        0,
    };
    put_bytes(b, header, sizeof header);
    put_bytes(b, content, length);
    put_bytes(b, junk, padding);
}

void
put_begin(struct bytes *b, int id, bool keep)
{
    const unsigned char body[8] = {0, 1 /* responder */, keep, 0, 0, 0, 0, 0};
    put_record(b, FCGI_BEGIN, id, body, sizeof body);
}

static void
put_length(struct bytes *b, size_t length)
{
    const unsigned char four[] = {
        (unsigned char)(0x80 | length >> 24),
        (unsigned char)(length >> 16),
        (unsigned char)(length >> 8),
        (unsigned char)length,
    };
    if (length < 128)
        put_bytes(b, &four[3], 1);
    else
        put_bytes(b, four, sizeof four);
}

void
put_param(struct bytes *params, const char *name, const char *value)
{
    put_length(params, strlen(name));
    put_length(params, strlen(value));
    put_bytes(params, name, strlen(name));
    put_bytes(params, value, strlen(value));
}

void
put_stream(struct bytes *b, int type, int id, const void *content, size_t length)
{
    const char *p = content;
    while (length > 0) {
        size_t n = length < RECORD_MAX ? length : RECORD_MAX;
        put_record(b, type, id, p, n);
        p += n;
        length -= n;
    }
    put_record(b, type, id, NULL, 0);
}

void
put_request(struct bytes *b, int id, bool keep, const char *method, const char *uri,
            const char *const *headers, const void *body, size_t length)
{
    struct bytes params = {0};
    put_begin(b, id, keep);
    put_param(&params, "REQUEST_METHOD", method);
    put_param(&params, "REQUEST_URI", uri);
    if (body) {
        char text[24];
        snprintf(text, sizeof text, "%zu", length);
        put_param(&params, "CONTENT_LENGTH", text);
    }
    for (; headers && *headers; headers += 2)
        put_param(&params, headers[0], headers[1]);
    put_stream(b, FCGI_PARAMS, id, params.data, params.length);
    put_stream(b, FCGI_STDIN, id, body, length);
    bytes_clear(&params);
}

int
client_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(path) < sizeof address.sun_path);
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void
client_send(int fd, const struct bytes *b)
{
    for (size_t sent = 0; sent < b->length;) {
        ssize_t n = send(fd, b->data + sent, b->length - sent, MSG_NOSIGNAL);
        assert_true(n > 0);
        sent += (size_t)n;
    }
}

void
client_get(int fd, int id, bool keep, const char *uri, const char *const *headers)
{
    struct bytes b = {0};
    put_request(&b, id, keep, "GET", uri, headers, NULL, 0);
    client_send(fd, &b);
    bytes_clear(&b);
}

void
answer_clear(struct answer_text *a)
{
    free(a->text);
    *a = (struct answer_text){0};
}

bool
client_take(int fd, void *to, size_t length)
{
    char *p = to;
    while (length > 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
        ssize_t n = recv(fd, p, length, 0);
        if (n <= 0)
            return false;
        p += n;
        length -= (size_t)n;
    }
    return true;
}

static void
split_answer(struct answer_text *a)
{
    char *end = strstr(a->text, "\r\n\r\n");
    assert_non_null(end);
    assert_int_equal(sscanf(a->text, "Status: %d", &a->status), 1);
    a->body = end + 4;
    a->body_length = a->length - (size_t)(a->body - a->text);
}

bool
client_read(int fd, int id, struct answer_text *a)
{
    struct bytes out = {0};
    unsigned char h[HEADER];
    bool ended = false, closed = false;
    *a = (struct answer_text){0};
    while (!ended) {
        if (!client_take(fd, h, sizeof h)) {
            bytes_clear(&out);
            return false;
        }
        size_t length = (size_t)h[4] << 8 | h[5];
        assert_int_equal(h[0], 1);
        assert_int_equal(h[2] << 8 | h[3], id);
        char *content = malloc(length + h[6] + 1);
        assert_non_null(content);
        if (!client_take(fd, content, length + h[6])) {
            free(content);
            bytes_clear(&out);
            return false;
        }
        if (h[1] == FCGI_STDOUT) {
            assert_false(closed);
            closed = length == 0;
            put_bytes(&out, content, length);
            a->largest = length > a->largest ? length : a->largest;
        } else {
            assert_int_equal(h[1], FCGI_END);
            assert_int_equal(length, 8);
            assert_true(closed);
            for (int i = 0; i < 5; i++)
                assert_int_equal(content[i], 0);
            ended = true;
        }
        free(content);
    }
    a->length = out.length;
    put_bytes(&out, "", 1);
    a->text = (char *)out.data;
    split_answer(a);
    return true;
}

bool
client_closed(int fd)
{
    char byte;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (poll(&wait, 1, PATIENCE_MS) != 1)
        return false;
    return recv(fd, &byte, 1, 0) <= 0;
}
