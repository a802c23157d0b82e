/*
 * What happens around every handler: limits, headers of every answer, proof of
 * origin, and who asks.
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
                                              "'self'"));
        assert_non_null(strstr(reply.headers, "X-Content-Type-Options: nosniff\r\n"));
        assert_non_null(strstr(reply.headers, "Referrer-Policy: "));
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

/* ---- proof of origin ---- */

static const char form_type[] = "application/x-www-form-urlencoded";

static void
wants_the_right_type(void **state)
{
    struct chain *c = *state;
    assert_int_equal(chain_ask(c, "POST", "/computations",
                               HEADERS("CONTENT_TYPE", "text/plain"), "position=5"),
                     415);
    assert_int_equal(
        chain_ask(c, "POST", "/computations",
                  HEADERS("CONTENT_TYPE", "multipart/form-data; boundary=x"), "x"),
        415);
    assert_int_equal(chain_ask(c, "POST", "/computations", NULL, "position=5"), 415);
    assert_int_equal(chain_ask(c, "POST", "/api/v1/computations",
                               HEADERS("CONTENT_TYPE", form_type), "x=1"),
                     415);
    assert_int_equal(chain_ask(c, "POST", "/api/v1/computations", NULL, "{}"), 415);
    assert_int_equal(chain_ask(c, "POST", "/api/v1/computations",
                               HEADERS("CONTENT_TYPE", "application/json"), "{}"),
                     200);
    /* These need no body. */
    assert_int_equal(chain_ask(c, "POST", "/api/v1/computations/1/cancel", NULL, NULL),
                     200);
    assert_int_equal(chain_ask(c, "DELETE", "/api/v1/computations/1", NULL, NULL), 200);
    assert_int_equal(chain_ask(c, "POST", "/api/v1/computations/1/cancel",
                               HEADERS("CONTENT_TYPE", "text/plain"), NULL),
                     415);
}

static void
wants_a_token_in_forms(void **state)
{
    struct chain *c = *state;
    static const char *const uris[] = {"/computations", "/computations/1/cancel",
                                       "/computations/1/retry",
                                       "/computations/1/delete"};
    char token[TOKEN_SIZE], body[TOKEN_SIZE + 32];
    token_csrf(&c->app, token);
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        const char *const *headers = HEADERS("CONTENT_TYPE", form_type);
        assert_int_equal(chain_ask(c, "POST", uris[i], headers, "position=5"), 403);
        if (i == 0)
            assert_string_equal(c->seen.handler, "post_add_refused");
        else
            assert_string_equal(c->seen.field, "csrf");
        assert_int_equal(chain_ask(c, "POST", uris[i], headers, "csrf="), 403);
        snprintf(body, sizeof body, "position=5&csrf=%s", token);
        assert_int_equal(chain_ask(c, "POST", uris[i], headers, body), 200);
        assert_non_null(c->seen.handler);
        body[strlen(body) - 3] ^= 1;
        assert_int_equal(chain_ask(c, "POST", uris[i], headers, body), 403);
    }
}

static void
refuses_other_sites(void **state)
{
    struct chain *c = *state;
    static const struct {
        const char *host, *https, *origin, *site;
        int status;
    } cases[] = {
        {"pi.example", "", "", "", 200},
        {"pi.example", "", "http://pi.example", "", 200},
        {"pi.example", "", "HTTP://PI.example", "", 200},
        {"pi.example", "on", "https://pi.example", "", 200},
        {"pi.example:8080", "", "http://pi.example:8080", "", 200},
        {"inner:8080", "", "https://front.example", "", 200}, /* public-url */
        {"pi.example", "on", "http://pi.example", "", 403},
        {"pi.example", "", "https://pi.example", "", 403},
        {"pi.example:8080", "", "http://pi.example", "", 403},
        {"pi.example", "", "http://pi.example.evil", "", 403},
        {"pi.example", "", "http://evil", "", 403},
        {"pi.example", "", "null", "", 403},
        {"", "", "http://", "", 403},
        {"pi.example", "", "", "same-origin", 200},
        {"pi.example", "", "", "none", 200},
        {"pi.example", "", "", "same-site", 403},
        {"pi.example", "", "", "cross-site", 403},
        {"pi.example", "", "http://pi.example", "cross-site", 403},
        {"pi.example", "", "http://evil", "same-origin", 403},
    };
    char token[TOKEN_SIZE], form[TOKEN_SIZE + 8];
    token_csrf(&c->app, token);
    snprintf(form, sizeof form, "csrf=%s", token);
    c->conf.public_url = front_url;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *headers[] = {"HTTP_HOST",
                                 cases[i].host,
                                 "HTTPS",
                                 cases[i].https,
                                 "HTTP_ORIGIN",
                                 cases[i].origin,
                                 "HTTP_SEC_FETCH_SITE",
                                 cases[i].site,
                                 "CONTENT_TYPE",
                                 form_type,
                                 NULL};
        assert_int_equal(chain_ask(c, "POST", "/computations", headers, form),
                         cases[i].status);
        headers[9] = "application/json";
        assert_int_equal(chain_ask(c, "POST", "/api/v1/computations", headers, "{}"),
                         cases[i].status);
        headers[8] = NULL;
        assert_int_equal(
            chain_ask(c, "DELETE", "/api/v1/computations/1", headers, NULL),
            cases[i].status);
        /* Reading is for everybody. */
        assert_int_equal(chain_ask(c, "GET", "/", headers, NULL), 200);
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
        TEST(answers_head_like_get),
        TEST(takes_the_id_it_is_given),
        TEST(wants_the_right_type),
        TEST(wants_a_token_in_forms),
        TEST(refuses_other_sites),
        TEST(knows_owners),
        TEST(knows_administrators_only_when_told_to),
    };
    return cmocka_run_group_tests_name("middleware", tests, NULL, NULL);
}
