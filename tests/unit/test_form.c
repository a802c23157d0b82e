/*
 * The form for a new computation, and what is answered to it.
 */
#include "site_fixture.h"

#include "fcgi/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
a_form_adds_a_row_and_makes_its_owner(void **state)
{
    struct site *site = *state;
    char cookie[SITE_HEADER_SIZE], owner[OWNER_SIZE];
    site_post(site, "/computations", "position=+1000+&radix=10&algorithm=auto");
    assert_status(site, 303);
    assert_header(site, "Location", "/?highlight=1#c-1");
    site_header(site, "Set-Cookie", cookie);
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Lax"));
    assert_null(strstr(cookie, "Secure"));
    *strchr(cookie, ';') = '\0';
    assert_memory_equal(cookie, "nthpi_owner=", 12);
    assert_true(token_owner_hash(&site->app, cookie + 12, owner));

    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations",
                                 .body = "position=1000",
                                 .cookie = cookie});
    assert_status(site, 303);
    assert_header(site, "Location", "/?highlight=1#c-1");
    assert_header(site, "Set-Cookie", "");

    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations/1/cancel",
                                 .body = "x=",
                                 .cookie = cookie});
    assert_status(site, 303);
    assert_header(site, "Location", "/computations/1");
    assert_row(site->store, 1, STATUS_CANCELLED, STAGE_REGISTERED, WANTED_RUN);
}

static void
a_cookie_is_secure_where_the_site_is(void **state)
{
    struct site *site = *state;
    char cookie[SITE_HEADER_SIZE];
    char url[] = "https://pi.example";
    site->conf.public_url = url;
    site_post(site, "/computations", "position=1000");
    assert_non_null(strstr(site_header(site, "Set-Cookie", cookie), "; Secure"));
    assert_memory_equal(cookie, "__Host-nthpi_owner=", 19);
    assert_non_null(strstr(cookie, "; Path=/; "));
    assert_null(strstr(cookie, "Domain"));
}

/* What is typed, and a part of the message beside the field. */
static const struct {
    const char *form, *field, *message;
} mistakes[] = {
    {"position=&radix=10&algorithm=auto", "position", "Which digit?"},
    {"radix=10", "position", "Which digit?"},
    {"position=abc", "position", "digits 0 to 9"},
    {"position=-5", "position", "no negative"},
    {"position=0", "position", "start at 1"},
    {"position=1e-6", "position", "without a fraction"},
    {"position=3,14", "position", "without a fraction"},
    {"position=1,00,000", "position", "digits 0 to 9"},
    {"position=1.5", "position", "without a fraction"},
    {"position=%D9%A3", "position", "digits 0 to 9"},
    {"position=1234567890123456789012345678901234567890", "position", "100,000,000"},
    {"position=100000001", "position", "100,000,000"},
    {"position=50001&algorithm=spigot", "position",
     "for spigot in radix 10 is 50,000. The largest position for chudnovsky in radix "
     "10 is 100,000,000."},
    {"position=5&radix=16&algorithm=spigot", "radix", "radix 10 only"},
    {"position=5&radix=10&algorithm=bbp", "radix", "radix 16 only"},
    {"position=5&radix=7", "radix", "10 or 16"},
    {"position=5&algorithm=magic", "algorithm", "auto, spigot, chudnovsky or bbp"},
};

static void
mistakes_are_explained_beside_their_field(void **state)
{
    struct site *site = *state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        char hook[64];
        site_post(site, "/computations", mistakes[i].form);
        if (site->reply.status != 422)
            fail_msg("%s: status %d", mistakes[i].form, site->reply.status);
        snprintf(hook, sizeof hook, "data-field=\"%s\">", mistakes[i].field);
        assert_has(site, hook);
        assert_has(site, mistakes[i].message);
        assert_has(site, "<table id=\"computations\"");
        assert_header(site, "Set-Cookie", "");
    }
    assert_int_equal(select_integer(site->store, "SELECT count(*) FROM computation"),
                     0);
}

static void
what_was_typed_stays(void **state)
{
    struct site *site = *state;
    site_post(site, "/computations", "position=5x&radix=16&algorithm=bbp");
    assert_has(site, "name=\"position\" value=\"5x\"");
    assert_has(site, "<option value=\"16\" selected>");
    assert_has(site, "<option value=\"bbp\" selected>");
}

static void
what_was_typed_is_escaped(void **state)
{
    struct site *site = *state;
    const char *typed = "%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%27%26";
    const char *fields[] = {"position", "radix", "algorithm"};
    for (size_t i = 0; i < 3; i++) {
        char form[200];
        snprintf(form, sizeof form, "%s%s=%s", i == 0 ? "" : "position=5&", fields[i],
                 typed);
        site_post(site, "/computations", form);
        assert_status(site, 422);
        assert_has_not(site, "<script>");
    }
    char target[100];
    snprintf(target, sizeof target, "/?new=1&position=%s", typed);
    site_get(site, target);
    assert_status(site, 400);
    assert_has_not(site, "<script>");
}

/* The page that is linked to where this one reloads itself, with a position. */
static void
a_position_of_an_address_is_refused_in_the_form(void **state)
{
    static const struct {
        const char *query, *typed, *message;
    } cases[] = {
        {"position=abc", "abc", "whole number"},
        {"position=0", "0", "1"},
        {"position=99999999999999", "99999999999999", "The largest position for auto"},
        {"position=5&position=6", "5", "position is given more than once."},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[80];
        snprintf(text, sizeof text, "/?new=1&%s", cases[i].query);
        site_get(site, text);
        assert_status(site, 400);
        snprintf(text, sizeof text, "id=\"position\" name=\"position\" value=\"%s\"",
                 cases[i].typed);
        assert_has(site, text);
        const char *error = strstr(site_body(site), "id=\"position-error\"");
        assert_non_null(error);
        const char *end = strstr(error, "</p>"),
                   *said = strstr(error, cases[i].message);
        assert_true(said != NULL && said < end);
        assert_has(site, "aria-invalid=\"true\"");
        /* Nothing is wrong with the one to look for. */
        assert_has_not(site, "where-error");
    }
}

static void
a_repeated_field_is_refused(void **state)
{
    struct site *site = *state;
    site_post(site, "/computations", "position=5&position=6");
    assert_status(site, 400);
    assert_has(site, "position");
}

static void
a_full_queue_asks_to_come_back(void **state)
{
    struct site *site = *state;
    char seconds[SITE_HEADER_SIZE];
    site->conf.queue_limit = 1;
    put(site->store, 10, NULL);
    site_post(site, "/computations", "position=77");
    assert_status(site, 503);
    assert_true(atoi(site_header(site, "Retry-After", seconds)) > 0);
    assert_has(site, "name=\"position\" value=\"77\"");
    site_post(site, "/computations", "position=10&algorithm=chudnovsky");
    assert_status(site, 303);
}

/* The second question of a visitor whose limit is one. */
static void
ask_twice(struct site *site, const char *cookie, const char *first_address,
          const char *second_address, int status)
{
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations",
                                 .body = "position=1001",
                                 .cookie = cookie,
                                 .remote_addr = first_address});
    assert_status(site, 303);
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations",
                                 .body = "position=1002",
                                 .cookie = cookie,
                                 .remote_addr = second_address});
    assert_status(site, status);
}

static void
a_visitor_and_an_address_have_limits(void **state)
{
    struct site *site = *state;
    char token[TOKEN_SIZE], cookie[TOKEN_SIZE + 16], seconds[SITE_HEADER_SIZE];
    token_owner_new(&site->app, token);
    snprintf(cookie, sizeof cookie, "nthpi_owner=%s", token);
    site->conf.visitor_limit = 1;
    ask_twice(site, cookie, "192.0.2.1", "192.0.2.2", 429);
    assert_true(atoi(site_header(site, "Retry-After", seconds)) > 0);
    assert_has(site, "name=\"position\" value=\"1002\"");
    assert_has(site, "No more than 1 computations of one visitor");
    assert_header(site, "Set-Cookie", "");
    assert_header(site, "Cache-Control", "no-store");
    run_sql(site->store, "DELETE FROM computation");

    site->conf.visitor_limit = 0;
    site->conf.address_limit = 1;
    ask_twice(site, NULL, "2001:db8::1", "2001:db8::2", 429);
    assert_has(site, "from one network address");
    /* Who was refused is nobody we know. */
    assert_header(site, "Set-Cookie", "");
    run_sql(site->store, "DELETE FROM computation");
    ask_twice(site, NULL, "2001:db8::1", "2001:db8:0:1::1", 303);
    run_sql(site->store, "DELETE FROM computation");
    site->conf.address_limit = 0;
    ask_twice(site, NULL, "192.0.2.1", "192.0.2.1", 303);
    assert_int_equal(select_integer(site->store, "SELECT count(*) FROM charge"), 0);
}

int
main(void)
{
#define FORM_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        FORM_TEST(a_form_adds_a_row_and_makes_its_owner),
        FORM_TEST(a_cookie_is_secure_where_the_site_is),
        FORM_TEST(mistakes_are_explained_beside_their_field),
        FORM_TEST(what_was_typed_stays),
        FORM_TEST(what_was_typed_is_escaped),
        FORM_TEST(a_position_of_an_address_is_refused_in_the_form),
        FORM_TEST(a_repeated_field_is_refused),
        FORM_TEST(a_full_queue_asks_to_come_back),
        FORM_TEST(a_visitor_and_an_address_have_limits),
    };
    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
