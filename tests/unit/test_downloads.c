/*
 * The text download: exact bytes, ranges, conditions, and what is left to nginx. The
 * digits published here are those of site_digit(), so that each shows its position.
 */
#include "site_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
publish(struct site *site, uint64_t length)
{
    site_publish(site, 10, length, put(site->store, length, NULL));
}

static void
assert_file(struct site *site, int status, uint64_t offset, uint64_t length)
{
    char byte, wanted;
    assert_status(site, status);
    assert_true(site->reply.file_fd >= 0);
    assert_int_equal(site->reply.file_offset, offset);
    assert_int_equal(site->reply.file_length, length);
    for (uint64_t i = offset; i < offset + length; i++) {
        assert_int_equal(pread(site->reply.file_fd, &byte, 1, (off_t)i), 1);
        wanted = i == 0 ? '3' : i == 1 ? '.' : site_digit(i - 1);
        assert_int_equal(byte, wanted);
    }
}

static void
the_text_is_exactly_n_digits(void **state)
{
    struct site *site = *state;
    publish(site, 500);
    site_get(site, "/pi/500.txt");
    assert_file(site, 200, 0, 502);
    assert_header(site, "Content-Type", "text/plain; charset=us-ascii");
    assert_header(site, "ETag", "\"pi10-500\"");
    assert_header(site, "Accept-Ranges", "bytes");
    assert_header(site, "Content-Disposition", "inline; filename=\"pi-500.txt\"");
    site_get(site, "/pi/123.txt");
    assert_file(site, 200, 0, 125);
    assert_header(site, "ETag", "\"pi10-123\"");
    site_get(site, "/pi/501.txt");
    assert_status(site, 404);
    assert_header(site, "Retry-After", "");
}

static void
text_that_is_coming_says_so(void **state)
{
    struct site *site = *state;
    char seconds[SITE_HEADER_SIZE];
    put(site->store, 700, NULL);
    site_get(site, "/pi/700.txt");
    assert_status(site, 404);
    assert_true(atoi(site_header(site, "Retry-After", seconds)) > 0);
}

static void
ranges_of_the_text(void **state)
{
    struct site *site = *state;
    publish(site, 98);
    static const struct {
        const char *range, *if_range;
        int status;
        uint64_t first, length;
    } cases[] = {
        {"bytes=0-9", NULL, 206, 0, 10},
        {"bytes=90-", NULL, 206, 90, 10},
        {"bytes=-3", NULL, 206, 97, 3},
        {"bytes=99-99", NULL, 206, 99, 1},
        {"bytes=0-9", "\"pi10-98\"", 206, 0, 10},
        {"bytes=0-9", "\"pi10-97\"", 200, 0, 100},
        {"bytes=0-9", "Sat, 31 Jan 2026 12:00:00 GMT", 200, 0, 100},
        {"bytes=0-1,3-4", NULL, 200, 0, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        site_ask(site, &(struct ask){.target = "/pi/98.txt",
                                     .range = cases[i].range,
                                     .if_range = cases[i].if_range});
        assert_file(site, cases[i].status, cases[i].first, cases[i].length);
    }
    site_ask(site, &(struct ask){.target = "/pi/98.txt", .range = "bytes=90-"});
    assert_header(site, "Content-Range", "bytes 90-99/100");
    site_ask(site, &(struct ask){.target = "/pi/98.txt", .range = "bytes=100-"});
    assert_status(site, 416);
    assert_header(site, "Content-Range", "bytes */100");
    site_ask(site, &(struct ask){
                       .method = "HEAD", .target = "/pi/98.txt", .range = "bytes=0-9"});
    assert_status(site, 200);
    assert_header(site, "Content-Range", "");
}

static void
the_same_text_is_not_sent_again(void **state)
{
    struct site *site = *state;
    publish(site, 98);
    site_ask(site,
             &(struct ask){.target = "/pi/98.txt", .if_none_match = "\"pi10-98\""});
    assert_status(site, 304);
    site_ask(site,
             &(struct ask){.target = "/pi/97.txt", .if_none_match = "\"pi10-98\""});
    assert_status(site, 200);
}

static void
a_whole_file_is_left_to_nginx(void **state)
{
    struct site *site = *state;
    publish(site, 98);
    char accel[] = "/digits/";
    site->conf.accel = accel;
    site_get(site, "/pi/98.txt");
    assert_status(site, 200);
    assert_header(site, "X-Accel-Redirect", "/digits/pi-10-98.txt");
    assert_header(site, "ETag", "\"pi10-98\"");
    assert_true(site->reply.file_fd < 0);
    site_get(site, "/pi/97.txt");
    assert_header(site, "X-Accel-Redirect", "");
    assert_file(site, 200, 0, 99);
    site_ask(site, &(struct ask){.target = "/pi/98.txt", .range = "bytes=9-"});
    assert_header(site, "X-Accel-Redirect", "/digits/pi-10-98.txt");
    site_ask(site, &(struct ask){.target = "/pi/98.txt", .range = "bytes=100-"});
    assert_status(site, 416);
    assert_header(site, "X-Accel-Redirect", "");
    assert_header(site, "Cache-Control", "no-store");
}

static void
conditions_that_nginx_misjudges_are_kept_from_it(void **state)
{
    struct site *site = *state;
    publish(site, 98);
    char accel[] = "/digits/";
    site->conf.accel = accel;
    struct ask ask = {.target = "/pi/98.txt", .if_match = "\"pi10-98\""};
    site_ask(site, &ask);
    assert_header(site, "X-Accel-Redirect", "");
    assert_file(site, 200, 0, 100);
    ask.range = "bytes=2-11";
    site_ask(site, &ask);
    assert_file(site, 206, 2, 10);
    ask.if_match = "\"pi10-97\"";
    site_ask(site, &ask);
    assert_status(site, 412);
    ask = (struct ask){.target = "/pi/98.txt",
                       .if_unmodified_since = "Thu, 01 Jan 1970 00:00:00 GMT"};
    site_ask(site, &ask);
    assert_header(site, "X-Accel-Redirect", "");
    assert_file(site, 200, 0, 100);
}

static void
ranges_that_nginx_reads_otherwise_are_kept_from_it(void **state)
{
    struct site *site = *state;
    publish(site, 98);
    char accel[] = "/digits/";
    site->conf.accel = accel;
    static const char *const plain[] = {"bytes=0-9", "bytes=9-", "bytes=-3",
                                        "BYTES=99-999", "bytes=-999999999999999999"};
    static const struct {
        const char *range, *if_range;
        int status;
        uint64_t first, length;
    } others[] = {
        {"bytes=5-2", NULL, 200, 0, 100},
        {"bytes=0-1,", NULL, 200, 0, 100},
        {"bytes=0-1,3-4", NULL, 200, 0, 100},
        {"bytes=x-y", NULL, 200, 0, 100},
        {"bytes=-", NULL, 200, 0, 100},
        {"bytes", NULL, 200, 0, 100},
        {"lines=1-5", NULL, 200, 0, 100},
        {"bytes= 2-3 ", NULL, 206, 2, 2},
        {"bytes=0-99999999999999999999", NULL, 206, 0, 100},
        {"bytes=0000000000000000007-9", NULL, 206, 7, 3},
        {"bytes=-99999999999999999999", NULL, 206, 0, 100},
        {"bytes=0-9", "\"pi10-97\"", 200, 0, 100},
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        site_ask(site, &(struct ask){.target = "/pi/98.txt", .range = plain[i]});
        assert_header(site, "X-Accel-Redirect", "/digits/pi-10-98.txt");
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        site_ask(site, &(struct ask){.target = "/pi/98.txt",
                                     .range = others[i].range,
                                     .if_range = others[i].if_range});
        assert_header(site, "X-Accel-Redirect", "");
        assert_file(site, others[i].status, others[i].first, others[i].length);
    }
    site_ask(site, &(struct ask){
                       .method = "HEAD", .target = "/pi/98.txt", .range = "bytes=0-9"});
    assert_status(site, 200);
    assert_header(site, "X-Accel-Redirect", "");
}

int
main(void)
{
#define DOWNLOAD(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        DOWNLOAD(the_text_is_exactly_n_digits),
        DOWNLOAD(text_that_is_coming_says_so),
        DOWNLOAD(ranges_of_the_text),
        DOWNLOAD(the_same_text_is_not_sent_again),
        DOWNLOAD(conditions_that_nginx_misjudges_are_kept_from_it),
        DOWNLOAD(ranges_that_nginx_reads_otherwise_are_kept_from_it),
        DOWNLOAD(a_whole_file_is_left_to_nginx),
    };
    return cmocka_run_group_tests_name("downloads", tests, NULL, NULL);
}
