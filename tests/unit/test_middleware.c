/*
 * What happens around every handler: limits, headers of every answer, and
 * who asks. Proof of origin is in test_proof.c.
 */
#include "config.h"

#include "router_fixture.h"

#include "fcgi/token.h"

#include <stdio.h>
#include <string.h>

static char front_url[] = "https://front.example";

static void
answers_what_could_not_be_read(void **state)
{
    struct chain *c = *state;
    char body[2000];
    assert_int_equal(chain_ask(c, "GET", "/%00", NULL, NULL), 400);
    assert_int_equal(chain_ask(c, "GET", "/?a=%ff", NULL, NULL), 400);
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    assert_int_equal(chain_ask(c, "POST", "/computations", NULL, body), 413);
    assert_string_equal(c->seen.detail,
                        "The request's body is larger than 1,024 bytes.");
    static char uri[REQUEST_URI_MAX + 2], header[REQUEST_HEADERS_SIZE];
    memset(uri, 'x', sizeof uri - 1);
    uri[0] = '/';
    assert_int_equal(chain_ask(c, "GET", uri, NULL, NULL), 414);
    uri[REQUEST_URI_MAX] = '\0';
    assert_int_equal(chain_ask(c, "GET", uri, NULL, NULL), 404);
    memset(header, 'x', sizeof header - 1);
    assert_int_equal(chain_ask(c, "GET", "/", HEADERS("HTTP_X", header), NULL), 431);
    header[sizeof header / 2] = '\0';
    assert_int_equal(chain_ask(c, "GET", "/", HEADERS("HTTP_X", header), NULL), 200);
    static const char *many[2 * REQUEST_HEADERS_MAX + 3];
    for (int i = 0; i < 2 * REQUEST_HEADERS_MAX + 2; i++)
        many[i] = "HTTP_X";
    assert_int_equal(chain_ask(c, "GET", "/", many, NULL), 431);
    many[2 * (REQUEST_HEADERS_MAX - 20)] = NULL;
    assert_int_equal(chain_ask(c, "GET", "/", many, NULL), 200);
}

static void
adds_headers_to_every_answer(void **state)
{
    struct chain *c = *state;
    static const char *const uris[] = {"/", "/x", "/?status=x", "/%00"};
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, "GET", uris[i], NULL, NULL);
        assert_non_null(strstr(reply.headers, "Content-Security-Policy: default-src "
                                              "'none'; "));
        assert_non_null(strstr(reply.headers, "frame-ancestors 'none'\r\n"));
        assert_null(strstr(reply.headers, "unsafe"));
        assert_non_null(strstr(reply.headers, "X-Frame-Options: DENY\r\n"));
        assert_non_null(strstr(reply.headers, "Cross-Origin-Opener-Policy: "));
        assert_non_null(strstr(reply.headers, "Cross-Origin-Resource-Policy: "));
        assert_non_null(strstr(reply.headers, "Permissions-Policy: "));
        assert_non_null(strstr(reply.headers, "X-Content-Type-Options: nosniff\r\n"));
        assert_non_null(strstr(reply.headers, "Referrer-Policy: "));
        reply_clear(&reply);
        request_clear(&r);
    }
}

/* Only the parameter says that the server in front adds them; a header does not. */
static void
leaves_headers_to_the_front(void **state)
{
    static const struct {
        const char *name, *value;
        bool added;
    } cases[] = {
        {"SECURITY_HEADERS", "front", false},
        {"SECURITY_HEADERS", "", true},
        {"SECURITY_HEADERS", "Front", true},
        {"HTTP_SECURITY_HEADERS", "front", true},
    };
    struct chain *c = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, "GET", "/x", HEADERS(cases[i].name, cases[i].value),
                  NULL);
        assert_int_equal(strstr(reply.headers, "Content-Security-Policy: ") != NULL,
                         cases[i].added);
        assert_int_equal(strstr(reply.headers, "X-Frame-Options: ") != NULL,
                         cases[i].added);
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
answers_head_like_get(void **state)
{
    struct chain *c = *state;
    struct request r;
    struct reply reply;
    chain_run(c, &r, &reply, "HEAD", "/updates", HEADERS("HTTP_PREFER", "wait=5"),
              NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(c->seen.handler, "updates_handler");
    assert_int_equal(r.wait_s, 0);
    assert_true(reply.head_only);
    assert_int_equal(reply_body_size(&reply), 0);
    reply_clear(&reply);
    request_clear(&r);
}

/* Nginx's name for the request is taken when it is one, else a random one. */
static void
takes_the_id_it_is_given(void **state)
{
    static const char longest[] = "0123456789abcdef0123456789abcdef";
    static const char *const given[] = {longest, "a-Z_9"};
    static const char *const refused[] = {
        "",   "0123456789abcdef0123456789abcdef0", "a b", "a\n", "\xc3\xa9", "a\"",
        "a/b"};
    struct chain *c = *state;
    struct request r;
    struct reply reply;
    char last[REQUEST_ID_SIZE] = "";
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        chain_run(c, &r, &reply, "GET", "/", HEADERS("REQUEST_ID", given[i]), NULL);
        assert_string_equal(r.id, given[i]);
        reply_clear(&reply);
        request_clear(&r);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        chain_run(c, &r, &reply, "GET", "/", HEADERS("REQUEST_ID", refused[i]), NULL);
        assert_int_equal(strspn(r.id, "0123456789abcdef"), REQUEST_ID_SIZE - 1);
        assert_string_not_equal(r.id, last);
        memcpy(last, r.id, sizeof last);
        reply_clear(&reply);
        request_clear(&r);
    }
}

/* ---- who asks ---- */

static void
expect_owner(struct chain *c, const char *name, const char *value, const char *owner)
{
    struct request r;
    struct reply reply;
    chain_run(c, &r, &reply, "GET", "/", HEADERS(name, value), NULL);
    assert_string_equal(r.owner, owner);
    assert_false(r.admin);
    reply_clear(&reply);
    request_clear(&r);
}

static void
knows_owners(void **state)
{
    struct chain *c = *state;
    char token[TOKEN_SIZE], owner[OWNER_SIZE], text[TOKEN_SIZE + 64];
    token_owner_new(&c->app, token);
    assert_true(token_owner_hash(&c->app, token, owner));
    snprintf(text, sizeof text, "a=b; nthpi_owner=%s; c=d", token);
    expect_owner(c, "HTTP_COOKIE", text, owner);
    snprintf(text, sizeof text, "nthpi_owner=%sx", token);
    expect_owner(c, "HTTP_COOKIE", text, "");
    expect_owner(c, "HTTP_COOKIE", "nthpi_owner=", "");
    snprintf(text, sizeof text, "bearer  %s", token);
    expect_owner(c, "HTTP_AUTHORIZATION", text, owner);
    snprintf(text, sizeof text, "Basic %s", token);
    expect_owner(c, "HTTP_AUTHORIZATION", text, "");
    expect_owner(c, "HTTP_AUTHORIZATION", "Bearer ", "");
    expect_owner(c, "REMOTE_USER", "root", "");
}

/* Behind TLS only the cookie counts that no other host can set. */
static void
knows_owners_behind_tls_by_another_name(void **state)
{
    static const struct {
        const char *name, *https;
        bool front, known; /* public-url is https; expected */
    } cases[] = {
        {"nthpi_owner", "", false, true},
        {"nthpi_owner", "on", false, false},
        {"nthpi_owner", "", true, false},
        {"__Host-nthpi_owner", "", false, false},
        {"__Host-nthpi_owner", "on", false, true},
        {"__Host-nthpi_owner", "", true, true},
    };
    struct chain *c = *state;
    char token[TOKEN_SIZE], owner[OWNER_SIZE], text[TOKEN_SIZE + 64];
    token_owner_new(&c->app, token);
    assert_true(token_owner_hash(&c->app, token, owner));
    char *const none = c->conf.public_url;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        struct reply reply;
        c->conf.public_url = cases[i].front ? front_url : none;
        snprintf(text, sizeof text, "%s=%s", cases[i].name, token);
        chain_run(c, &r, &reply, "GET", "/",
                  HEADERS("HTTP_COOKIE", text, "HTTPS", cases[i].https), NULL);
        assert_string_equal(r.owner, cases[i].known ? owner : "");
        assert_int_equal(r.ambient, cases[i].known);
        reply_clear(&reply);
        request_clear(&r);
    }
}

static void
knows_administrators_only_when_told_to(void **state)
{
    struct chain *c = *state;
    struct request r;
    struct reply reply;
    c->conf.admin = true;
    chain_run(c, &r, &reply, "GET", "/", HEADERS("REMOTE_USER", "ann"), NULL);
    assert_true(r.admin);
    reply_clear(&reply);
    request_clear(&r);
    chain_run(c, &r, &reply, "GET", "/", HEADERS("REMOTE_USER", ""), NULL);
    assert_false(r.admin);
    reply_clear(&reply);
    request_clear(&r);
    c->conf.admin = false;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, chain_setup, chain_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_what_could_not_be_read),
        TEST(adds_headers_to_every_answer),
        TEST(leaves_headers_to_the_front),
        TEST(answers_head_like_get),
        TEST(takes_the_id_it_is_given),
        TEST(knows_owners),
        TEST(knows_owners_behind_tls_by_another_name),
        TEST(knows_administrators_only_when_told_to),
    };
    return cmocka_run_group_tests_name("middleware", tests, NULL, NULL);
}
