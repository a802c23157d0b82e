/*
 * Proof of origin: which POST and DELETE are taken, from whom, and on what ground.
 */
#include "config.h"

#include "router_fixture.h"

#include "fcgi/token.h"

#include <stdio.h>
#include <string.h>

static char front_url[] = "https://front.example";

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
        assert_string_equal(c->seen.handler,
                            i == 0 ? "post_add_refused" : "post_action_refused");
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

/* A request by somebody whom the browser makes known, with what it says of where the
 * request comes from (NULL: nothing), and TOKEN (NULL: none) in a form, or JSON. */
static int
ask_known(struct chain *c, const char *name, const char *value, const char *origin,
          const char *site, const char *token)
{
    const char *headers[] = {"CONTENT_TYPE",
                             token ? form_type : "application/json",
                             "HTTP_HOST",
                             "pi.example",
                             name,
                             value,
                             "HTTP_ORIGIN",
                             origin ? origin : "",
                             "HTTP_SEC_FETCH_SITE",
                             site ? site : "",
                             NULL};
    char form[TOKEN_SIZE + 8];
    snprintf(form, sizeof form, "csrf=%s", token ? token : "");
    return chain_ask(c, "POST",
                     token ? "/computations/1/delete" : "/api/v1/computations/1/cancel",
                     headers, token ? form : "{}");
}

/* Whoever is known by a cookie, or as an administrator, needs more than the token
 * that everybody can fetch: a browser's word, or a token of his own. */
static void
wants_proof_from_the_known(void **state)
{
    struct chain *c = *state;
    char owner[TOKEN_SIZE], hash[OWNER_SIZE], cookie[TOKEN_SIZE + 16];
    char bearer[TOKEN_SIZE + 16], shared[TOKEN_SIZE], own[TOKEN_SIZE], root[TOKEN_SIZE];
    token_owner_new(&c->app, owner);
    assert_true(token_owner_hash(&c->app, owner, hash));
    snprintf(cookie, sizeof cookie, "nthpi_owner=%s", owner);
    snprintf(bearer, sizeof bearer, "Bearer %s", owner);
    token_csrf(&c->app, shared);
    token_csrf_for(&c->app, hash, own);
    token_csrf_for(&c->app, "root", root);
    c->conf.admin = true;
    const struct {
        const char *name, *value, *origin, *site, *token;
        int status;
    } cases[] = {
        {"HTTP_COOKIE", cookie, NULL, NULL, shared, 403},
        {"HTTP_COOKIE", cookie, NULL, NULL, root, 403},
        {"HTTP_COOKIE", cookie, NULL, NULL, own, 200},
        {"HTTP_COOKIE", cookie, "http://pi.example", NULL, shared, 200},
        {"HTTP_COOKIE", cookie, "http://pi.example", NULL, own, 200},
        {"HTTP_COOKIE", cookie, "http://pi.example", NULL, root, 403},
        {"HTTP_COOKIE", cookie, NULL, "same-origin", shared, 200},
        {"HTTP_COOKIE", cookie, NULL, "none", shared, 200},
        {"HTTP_COOKIE", cookie, NULL, "same-site", own, 403},
        {"HTTP_COOKIE", cookie, "http://x.pi.example", NULL, own, 403},
        /* A cookie that is not ours makes nobody known. */
        {"HTTP_COOKIE", "nthpi_owner=x", NULL, NULL, shared, 200},
        {"HTTP_COOKIE", "nthpi_owner=x", NULL, NULL, own, 403},
        /* What comes in a header of its own, nobody makes a browser send. */
        {"HTTP_AUTHORIZATION", bearer, NULL, NULL, shared, 200},
        {"HTTP_AUTHORIZATION", bearer, NULL, NULL, NULL, 200},
        {"HTTP_COOKIE", cookie, NULL, NULL, NULL, 403},
        {"HTTP_COOKIE", cookie, "http://pi.example", NULL, NULL, 200},
        {"HTTP_COOKIE", cookie, NULL, "same-origin", NULL, 200},
        {"HTTP_COOKIE", cookie, NULL, "cross-site", NULL, 403},
        {"REMOTE_USER", "root", NULL, NULL, shared, 403},
        {"REMOTE_USER", "root", NULL, NULL, own, 403},
        {"REMOTE_USER", "root", NULL, NULL, root, 200},
        {"REMOTE_USER", "other", NULL, NULL, root, 403},
        {"REMOTE_USER", "root", "http://pi.example", NULL, shared, 200},
        {"REMOTE_USER", "root", NULL, NULL, NULL, 403},
        {"REMOTE_USER", "root", NULL, "same-origin", NULL, 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (ask_known(c, cases[i].name, cases[i].value, cases[i].origin, cases[i].site,
                      cases[i].token) != cases[i].status)
            fail_msg("case %zu", i);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, chain_setup, chain_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wants_the_right_type),
        TEST(wants_a_token_in_forms),
        TEST(refuses_other_sites),
        TEST(wants_proof_from_the_known),
    };
    return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
