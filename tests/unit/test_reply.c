/*
 * Replies and their heads.
 */
#include "config.h"

#include "cmocka_all.h"

#include "fcgi/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
assert_head(const struct reply *reply, const char *expected)
{
    size_t length = 0;
    char *head = reply_head(reply, 10, &length);
    assert_non_null(head);
    assert_string_equal(head, expected);
    assert_int_equal(length, strlen(expected));
    memset(head + length, 'x', 10); /* the room asked for */
    free(head);
}

static void
makes_heads(void **state)
{
    struct reply reply;
    (void)state;
    reply_init(&reply);
    assert_head(&reply, "Status: 200 OK\r\nContent-Length: 0\r\n\r\n");
    reply_text(&reply, 404, "text/plain", "no");
    reply_header(&reply, "X-Number", "%d", 5);
    assert_head(&reply, "Status: 404 Not Found\r\nContent-Type: text/plain\r\n"
                        "X-Number: 5\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(reply_body_size(&reply), 2);
    reply.head_only = true;
    assert_head(&reply, "Status: 404 Not Found\r\nContent-Type: text/plain\r\n"
                        "X-Number: 5\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(reply_body_size(&reply), 0);
    reply_clear(&reply);
    assert_head(&reply, "Status: 200 OK\r\nContent-Length: 0\r\n\r\n");
}

static void
some_have_no_body(void **state)
{
    struct reply reply;
    (void)state;
    reply_init(&reply);
    reply_text(&reply, 200, "text/plain", "gone");
    reply_not_modified(&reply, "\"5\"");
    assert_null(reply.body);
    assert_head(&reply, "Status: 304 Not Modified\r\nContent-Type: text/plain\r\n"
                        "ETag: \"5\"\r\n\r\n");
    assert_int_equal(reply_body_size(&reply), 0);
    reply_clear(&reply);
    reply_redirect(&reply, "/?highlight=5#c-5");
    assert_head(&reply, "Status: 303 See Other\r\nCache-Control: no-store\r\n"
                        "Location: /?highlight=5#c-5\r\n"
                        "Content-Length: 0\r\n\r\n");
    reply_clear(&reply);
}

static void
refuses_line_breaks(void **state)
{
    static const char *const values[] = {"a\r\nSet-Cookie: x", "a\nb", "a\r", "\n"};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct reply reply;
        reply_init(&reply);
        reply_header(&reply, "X-Good", "%s", "1");
        reply_header(&reply, "X-Bad", "%s", values[i]);
        assert_true(reply.headers_cut);
        assert_string_equal(reply.headers, "X-Good: 1\r\n");
        assert_head(&reply,
                    "Status: 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
        reply_clear(&reply);
        assert_false(reply.headers_cut);
    }
}

static void
refuses_what_does_not_fit(void **state)
{
    struct reply reply;
    char value[REPLY_HEADERS_SIZE + 10];
    (void)state;
    /* "A: ", the value, CR LF and the terminator just fit. */
    for (int beyond = 0; beyond <= 1; beyond++) {
        size_t length = REPLY_HEADERS_SIZE - 3 - 3 + (size_t)beyond;
        memset(value, 'v', sizeof value);
        value[length] = '\0';
        reply_init(&reply);
        reply_header(&reply, "A", "%s", value);
        assert_int_equal(reply.headers_cut, beyond);
        assert_int_equal(strlen(reply.headers), beyond ? 0 : REPLY_HEADERS_SIZE - 1);
        reply_clear(&reply);
    }
    reply_init(&reply);
    memset(value, 'n', sizeof value);
    value[sizeof value - 1] = '\0';
    reply_header(&reply, value, "%s", "");
    assert_true(reply.headers_cut);
    reply_text(&reply, 200, "text/plain", "body");
    assert_int_equal(reply_body_size(&reply), 0);
    reply_clear(&reply);
}

static void
takes_bodies_over(void **state)
{
    struct reply reply;
    (void)state;
    reply_init(&reply);
    reply_take(&reply, 200, "text/plain", strdup("one"), 3);
    reply_take(&reply, 200, "text/plain", strdup("second"), 6);
    assert_int_equal(reply_body_size(&reply), 6);
    reply_take(&reply, 200, "text/plain", NULL, 6);
    assert_int_equal(reply.status, 500);
    assert_int_equal(reply_body_size(&reply), 0);
    reply_clear(&reply);
}

static void
takes_files_over(void **state)
{
    struct reply reply;
    int fd = open("/dev/null", O_RDONLY);
    (void)state;
    reply_init(&reply);
    reply_file(&reply, 206, "text/plain", fd, 5, 10000000000);
    assert_head(&reply, "Status: 206 Partial Content\r\nContent-Type: text/plain\r\n"
                        "Content-Length: 10000000000\r\n\r\n");
    assert_true(reply_body_size(&reply) == 10000000000);
    reply_clear(&reply);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(reply.file_fd, -1);
}

static void
parks_byte_for_byte(void **state)
{
    struct reply reply;
    struct wait wait;
    (void)state;
    memset(&wait, 0, sizeof wait);
    wait.kind = WAIT_PI;
    wait.since = 5;
    reply_init(&reply);
    reply_park(&reply, &wait, 7, 25);
    assert_memory_equal(&reply.wait, &wait, sizeof wait);
    assert_int_equal(reply.wait_checked, 7);
    assert_int_equal(reply.wait_s, 25);
    reply_clear(&reply);
    assert_int_equal(reply.wait.kind, WAIT_NONE);
}

static void
weakens_etags(void **state)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"ETag: \"7\"\r\n", "ETag: W/\"7\"\r\n"},
        {"Vary: ETag: \"x\"\r\nETag: \"a-b\"\r\nX: y\r\n",
         "Vary: ETag: \"x\"\r\nETag: W/\"a-b\"\r\nX: y\r\n"},
        {"ETag: W/\"7\"\r\n", "ETag: W/\"7\"\r\n"},
        {"X-ETag: \"7\"\r\n", "X-ETag: \"7\"\r\n"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reply reply;
        reply_init(&reply);
        reply_lines(&reply, cases[i].before, strlen(cases[i].before));
        reply_weaken_etag(&reply);
        assert_string_equal(reply.headers, cases[i].after);
        assert_int_equal(reply.headers_length, strlen(cases[i].after));
        assert_false(reply.headers_cut);
    }
}

static void
weakens_no_etag_without_room(void **state)
{
    struct reply reply;
    char value[REPLY_HEADERS_SIZE];
    (void)state;
    for (size_t room = 0; room < 4; room++) {
        size_t length = sizeof value - strlen("ETag: \"7\"\r\nX: \r\n") - 1 - room;
        memset(value, 'x', length);
        value[length] = '\0';
        reply_init(&reply);
        reply_header(&reply, "ETag", "\"7\"");
        reply_header(&reply, "X", "%s", value);
        assert_false(reply.headers_cut);
        assert_int_equal(reply.headers_length, sizeof reply.headers - 1 - room);
        reply_weaken_etag(&reply);
        assert_int_equal(reply.headers_cut, room < 2);
        assert_int_equal(strlen(reply.headers), reply.headers_length);
    }
}

static void
knows_reasons(void **state)
{
    (void)state;
    assert_string_equal(reply_reason(200), "OK");
    assert_string_equal(reply_reason(422), "Unprocessable Content");
    assert_string_equal(reply_reason(504), "Gateway Timeout");
    assert_string_equal(reply_reason(799), "Unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_heads),
        cmocka_unit_test(some_have_no_body),
        cmocka_unit_test(refuses_line_breaks),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(takes_bodies_over),
        cmocka_unit_test(takes_files_over),
        cmocka_unit_test(parks_byte_for_byte),
        cmocka_unit_test(weakens_etags),
        cmocka_unit_test(weakens_no_etag_without_room),
        cmocka_unit_test(knows_reasons),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
