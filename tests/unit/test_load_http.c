/*
 * The load program's reading of answers, and a fleet against a server that is not
 * nginx: what it does with pieces, with several requests and with broken ends.
 */
#include "config.h"

#include "cmocka_all.h"

#include "tests/load/fleet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD "HTTP/1.1 200 OK\r\nServer: x\r\n"

static enum http_rc
parse(const char *text, struct http_answer *answer)
{
    return http_parse(text, strlen(text), answer);
}

static void
reads_an_answer(void **state)
{
    static const char text[] =
        HEAD "content-length:  5\r\nETag: W/\"4294967300\"\r\n\r\nhello";
    struct http_answer answer;
    (void)state;
    for (size_t length = 0; length < sizeof text - 1; length++)
        assert_int_equal(http_parse(text, length, &answer), HTTP_MORE);
    assert_int_equal(parse(text, &answer), HTTP_WHOLE);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.revision, INT64_C(4294967300));
    assert_false(answer.close);
    assert_int_equal(answer.body_length, 5);
    assert_memory_equal(answer.body, "hello", 5);
    assert_int_equal(answer.length, sizeof text - 1);

    assert_int_equal(parse("HTTP/1.1 304 Not Modified\r\nETag: \"7\"\r\n"
                           "Connection: close\r\n\r\n",
                           &answer),
                     HTTP_WHOLE);
    assert_int_equal(answer.revision, 7);
    assert_int_equal(answer.body_length, 0);
    assert_true(answer.close);
}

static void
tags_of_pages_are_no_revisions(void **state)
{
    static const char *const tags[] = {
        "\"\"", "\"12-en\"", "12", "\"-1\"", "W/", "\"99999999999999999999\""};
    struct http_answer answer;
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        snprintf(text, sizeof text, HEAD "ETag: %s\r\nContent-Length: 0\r\n\r\n",
                 tags[i]);
        assert_int_equal(parse(text, &answer), HTTP_WHOLE);
        assert_int_equal(answer.revision, -1);
    }
}

static void
refuses_what_it_does_not_understand(void **state)
{
    static const char *const texts[] = {
        HEAD "\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD "Content-Length: x\r\n\r\n",
        HEAD "Content-Length: -5\r\n\r\n",
        HEAD "Content-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
        "\r\n\r\n",
    };
    struct http_answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(parse(texts[i], &answer), HTTP_BAD);
}

/* ---- a fleet of one against this program ---- */

struct site {
    int listener, fd;
    struct fleet fleet;
    int answers, ends;
    struct http_answer last;
};

static void
note(void *ctx, struct poller *poller, const struct http_answer *answer)
{
    struct site *site = ctx;
    (void)poller;
    site->answers += answer != NULL;
    site->ends += answer == NULL;
    if (answer)
        site->last = *answer;
}

static void
open_site(struct site *site)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    *site = (struct site){.fd = -1};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    site->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(site->listener >= 0);
    assert_int_equal(bind(site->listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(site->listener, 4), 0);
    assert_int_equal(getsockname(site->listener, (struct sockaddr *)&address, &length),
                     0);
    assert_int_equal(fleet_init(&site->fleet, 1, ntohs(address.sin_port), 30), 0);
    site->fleet.answered = note;
    site->fleet.ctx = site;
}

static void
close_site(struct site *site)
{
    fleet_clear(&site->fleet);
    if (site->fd >= 0)
        close(site->fd);
    close(site->listener);
}

/* Lets the one client ask, and reads what it sent. */
static void
expect_request(struct site *site, const char *beginning)
{
    char request[512];
    assert_int_equal(fleet_ask(&site->fleet, site->fleet.pollers), 0);
    assert_int_equal(site->fleet.waiting, 1);
    if (site->fd < 0)
        site->fd = accept(site->listener, NULL, NULL);
    ssize_t n = recv(site->fd, request, sizeof request - 1, 0);
    assert_true(n > 4);
    request[n] = '\0';
    assert_string_equal(request + n - 4, "\r\n\r\n");
    assert_memory_equal(request, beginning, strlen(beginning));
    assert_non_null(strstr(request, "\r\nPrefer: wait=30\r\n"));
}

static void
give(struct site *site, const char *text)
{
    assert_int_equal(send(site->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void
answers_come_in_pieces(void **state)
{
    struct site site;
    struct poller *poller;
    (void)state;
    open_site(&site);
    poller = site.fleet.pollers;
    expect_request(&site, "GET /updates?since=0 HTTP/1.1\r\n");
    give(&site, HEAD "ETag: \"5\"\r\nContent-");
    fleet_turn(&site.fleet, 1000);
    give(&site, "Length: 4\r\n\r\nab");
    fleet_turn(&site.fleet, 1000);
    assert_int_equal(site.answers, 0);
    give(&site, "cd");
    fleet_turn(&site.fleet, 1000);
    assert_int_equal(site.answers, 1);
    assert_int_equal(site.last.revision, 5);
    assert_int_equal(site.fleet.waiting, 0);

    poller->revision = 5;
    expect_request(&site, "GET /updates?since=5 HTTP/1.1\r\n");
    give(&site, "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
    fleet_turn(&site.fleet, 1000);
    assert_int_equal(site.answers, 2);
    assert_int_equal(poller->state, POLLER_CLOSED);
    close_site(&site);
}

static void
ends_are_counted_for_what_they_are(void **state)
{
    struct site site;
    const struct fleet_losses *losses = &site.fleet.losses;
    (void)state;
    open_site(&site);
    expect_request(&site, "GET ");
    close(site.fd);
    site.fd = -1;
    fleet_turn(&site.fleet, 1000);
    assert_int_equal(losses->cut, 1);

    expect_request(&site, "GET ");
    give(&site, HEAD "Content-Length: 0\r\n\r\n");
    fleet_turn(&site.fleet, 1000);
    expect_request(&site, "GET ");
    close(site.fd);
    site.fd = -1;
    fleet_turn(&site.fleet, 1000);
    assert_int_equal(losses->stale, 1);

    expect_request(&site, "GET ");
    give(&site, HEAD "Content-Length: 0\r\n\r\n");
    fleet_turn(&site.fleet, 1000);
    expect_request(&site, "GET ");
    site.fleet.pollers->settled = true;
    close(site.fd);
    site.fd = -1;
    fleet_turn(&site.fleet, 1000);
    assert_int_equal(losses->cut, 2);

    expect_request(&site, "GET ");
    give(&site, "nonsense\r\n\r\n");
    fleet_turn(&site.fleet, 1000);
    assert_int_equal(losses->bad, 1);
    assert_int_equal(site.ends, 4);
    assert_int_equal(losses->refused, 0);
    close(site.fd);
    site.fd = -1;

    close(site.listener);
    assert_int_equal(fleet_ask(&site.fleet, site.fleet.pollers), -1);
    assert_int_equal(losses->refused, 1);
    site.listener = -1;
    close_site(&site);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_answer),
        cmocka_unit_test(tags_of_pages_are_no_revisions),
        cmocka_unit_test(refuses_what_it_does_not_understand),
        cmocka_unit_test(answers_come_in_pieces),
        cmocka_unit_test(ends_are_counted_for_what_they_are),
    };
    return cmocka_run_group_tests_name("load_http", tests, NULL, NULL);
}
