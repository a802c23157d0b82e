/*
 * Records that no proper web server sends. Whatever comes, the server answers or closes
 * that connection, lives on and serves everybody else.
 */
#include "config.h"

#include "records_fixture.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
survives_a_cut_at_every_byte(void **state)
{
    struct server *s = *state;
    struct bytes whole = {0};
    server_start(s);
    expect_hello(s, 0);
    server_wait(s, connections_is, 0);
    size_t files = open_files();
    put_example(&whole);
    for (size_t i = 0; i < whole.length; i++) {
        struct bytes b = {0};
        put_bytes(&b, whole.data, i);
        send_and_end(s, &b);
    }
    bytes_clear(&whole);
    expect_hello(s, 0);
    server_wait(s, connections_is, 0);
    assert_int_equal(open_files(), files);
}

static void
survives_a_change_of_every_byte(void **state)
{
    static const unsigned char values[] = {0, 1, 2, 9, 0x7f, 0x80, 0xff};
    struct server *s = *state;
    struct bytes whole = {0};
    server_start(s);
    expect_hello(s, 0);
    server_wait(s, connections_is, 0);
    size_t files = open_files();
    put_example(&whole);
    for (size_t i = 0; i < whole.length; i++)
        for (size_t k = 0; k < sizeof values; k++) {
            struct bytes b = {0};
            put_bytes(&b, whole.data, whole.length);
            b.data[i] = values[k];
            send_and_end(s, &b);
        }
    bytes_clear(&whole);
    expect_hello(s, 0);
    server_wait(s, connections_is, 0);
    assert_int_equal(open_files(), files);
}

static void
survives_garbage(void **state)
{
    struct server *s = *state;
    uint32_t random = 1;
    server_start(s);
    for (int i = 0; i < 500; i++) {
        unsigned char bytes[300];
        struct bytes b = {0};
        for (size_t k = 0; k < sizeof bytes; k++) {
            random = random * 1664525 + 1013904223;
            bytes[k] = (unsigned char)(random >> 24);
        }
        /* Every other time it begins well. */
        if (i % 2)
            put_begin(&b, ID, true);
        bytes[0] = 1;
        put_bytes(&b, bytes, 1 + (size_t)i % sizeof bytes);
        send_and_end(s, &b);
    }
    expect_hello(s, 0);
    server_wait(s, connections_is, 0);
}

/* Pairs whose lengths are not those of the stream; each is the whole stream. */
static const struct {
    unsigned char bytes[12];
    size_t length;
} absurd[] = {
    {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x'}, 9}, /* 2^31 - 1, twice */
    {{0xff, 0xff, 0xff, 0xfe, 0, 'x'}, 6},
    {{0x80, 0, 0, 1, 0xff, 0xff, 0xff, 0xfd, 'x', 'y'}, 10},
    {{1, 0xff, 0xff, 0xff, 0xff, 'x'}, 6},
    {{0x80, 2, 0, 0, 0, 'x'}, 6}, /* 128 KiB */
    {{5, 5, 'x'}, 3},             /* ends within the name */
    {{1, 5, 'x', 'y'}, 4},        /* within the value */
    {{0x80, 0, 0}, 3},            /* within the first length */
    {{3}, 1},                     /* before the second */
    {{3, 0x80}, 2},               /* within it */
    {{3, 2, 'a', 0, 'b', 'c', 'd'}, 7},
    {{3, 2, 'a', 'b', 'c', 'd', 0}, 7},
};

static void
refuses_absurd_lengths(void **state)
{
    struct server *s = *state;
    server_start(s);
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++)
        for (int cut = 0; cut < 2; cut++) {
            struct bytes b = {0};
            put_begin(&b, ID, true);
            for (size_t k = 0; cut && k < absurd[i].length; k++)
                put_record(&b, FCGI_PARAMS, ID, absurd[i].bytes + k, 1);
            if (!cut)
                put_record(&b, FCGI_PARAMS, ID, absurd[i].bytes, absurd[i].length);
            put_record(&b, FCGI_PARAMS, ID, NULL, 0);
            put_record(&b, FCGI_STDIN, ID, NULL, 0);
            expect_refusal(s, &b);
        }
    expect_hello(s, 0);
    expect_hello(s, 1);
}

/* Record TYPE of request NUMBER instead of, or before, the usual (see
 * put_steps()). */
static const struct {
    const char *before;
    int type, number;
} misplaced[] = {
    {"", FCGI_PARAMS, ID},   {"", FCGI_STDIN, ID},     {"", FCGI_END, ID},
    {"", FCGI_STDOUT, ID},   {"", ABSENT, ID},         {"", 0, ID},
    {"", FCGI_PARAMS, 0},    {"", FCGI_STDIN, 0},      {"", FCGI_ABORT, 0},
    {"B", FCGI_STDIN, ID},   {"BP", FCGI_STDIN, ID},   {"B", FCGI_BEGIN, ID},
    {"BPp", FCGI_BEGIN, ID}, {"BPp", FCGI_PARAMS, ID}, {"BPpS", FCGI_PARAMS, ID},
    {"B", FCGI_END, ID},     {"BPp", FCGI_STDOUT, ID}, {"BP", 8, ID},
    {"BPp", 8, ID},          {"BP", ABSENT, ID},       {"BPp", 0, ID},
    {"BP", FCGI_PARAMS, 0},  {"BPp", FCGI_STDIN, 0},   {"BP", FCGI_BEGIN, 0},
};

static void
refuses_records_out_of_order(void **state)
{
    struct server *s = *state;
    server_start(s);
    for (size_t i = 0; i < sizeof misplaced / sizeof *misplaced; i++) {
        struct bytes b = {0};
        put_steps(&b, misplaced[i].before, true);
        put_record(&b, misplaced[i].type, misplaced[i].number, "\0\1\1\0\0\0\0\0", 8);
        expect_refusal(s, &b);
    }
    expect_hello(s, 0);
}

static void
refuses_other_versions_and_lengths(void **state)
{
    static const size_t lengths[] = {0, 1, 7, 9, 65535};
    static unsigned char body[65535] = {0, 1, 1};
    struct server *s = *state;
    server_start(s);
    for (int version = 0; version < 256; version += version == 0 ? 2 : 1) {
        struct bytes b = {0};
        put_steps(&b, "BPps", true);
        b.data[version % 2 ? 0 : 16] = (unsigned char)version;
        expect_refusal(s, &b);
    }
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct bytes b = {0};
        put_record(&b, FCGI_BEGIN, ID, body, lengths[i]);
        expect_refusal(s, &b);
    }
    expect_hello(s, 0);
}

/* As many as there are threads send a byte now and then, each just in time for the
 * next read: they are given up all the same. */
static void
gives_up_who_dribbles(void **state)
{
    enum { DRIBBLERS = 2 };
    struct server *s = *state;
    struct bytes b = {0};
    int fds[DRIBBLERS];
    bool open = true;
    server_start(s);
    put_begin(&b, ID, true);
    put_record(&b, FCGI_PARAMS, ID, NULL, 0);
    b.data[20] = 0xff; /* 65,280 bytes are to come */
    for (int i = 0; i < DRIBBLERS; i++) {
        fds[i] = client_connect(s->path[0]);
        client_send(fds[i], &b);
    }
    bytes_clear(&b);
    for (int turn = 0; turn < 400 && open; turn++) {
        struct pollfd wait = {.fd = fds[0], .events = POLLIN};
        open = poll(&wait, 1, 50) == 0;
        for (int i = 0; i < DRIBBLERS; i++)
            (void)!send(fds[i], "x", 1, MSG_NOSIGNAL);
    }
    assert_false(open);
    expect_hello(s, 1);
    for (int i = 0; i < DRIBBLERS; i++)
        close(fds[i]);
}

/* A body is read beyond its limit, to be answered 413, but not for ever. */
static void
gives_up_who_never_ends(void **state)
{
    static const char content[65535];
    struct server *s = *state;
    struct bytes b = {0};
    int records = 0;
    server_start(s);
    int fd = client_connect(s->path[0]);
    put_steps(&b, "BPp", true);
    client_send(fd, &b);
    bytes_clear(&b);
    put_record(&b, FCGI_STDIN, ID, content, sizeof content);
    while (records < 1000 &&
           send(fd, b.data, b.length, MSG_NOSIGNAL) == (ssize_t)b.length)
        records++;
    assert_in_range(records, 200, 500); /* 16 MiB, and what the socket holds */
    bytes_clear(&b);
    close(fd);
    expect_hello(s, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(survives_a_cut_at_every_byte),
        TEST(survives_a_change_of_every_byte),
        TEST(survives_garbage),
        TEST(refuses_absurd_lengths),
        TEST(refuses_records_out_of_order),
        TEST(refuses_other_versions_and_lengths),
        TEST(gives_up_who_dribbles),
        TEST(gives_up_who_never_ends),
    };
    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
