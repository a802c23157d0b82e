/*
 * The list, a computation's page, and pages of errors.
 */
#include "site_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE "<script>alert(\"1\")</script>'&"

/* Where TEXT begins in the last answer; it must be there. */
static size_t
place(struct site *site, const char *text)
{
    const char *at = strstr(site_body(site), text);
    if (at == NULL)
        fail_msg("not in the answer: %s\n%s", text, site_body(site));
    return (size_t)(at - site_body(site));
}

static void
an_empty_list_invites(void **state)
{
    struct site *site = *state;
    site_get(site, "/");
    assert_status(site, 200);
    assert_has(site, "<form id=\"new\"");
    assert_has(site, "<table id=\"computations\"");
    assert_has(site, "<div id=\"empty\" class=\"empty\">");
    assert_has(site, "50,000 in radix 10");
    assert_has_not(site, "<tr id=");
    assert_header(site, "Content-Type", "text/html; charset=utf-8");
}

static void
rows_have_their_hooks(void **state)
{
    struct site *site = *state;
    char row[200];
    int64_t id = put_as(site->store, 10, 1000, ALGORITHM_AUTO, ALICE);
    struct computation c = row_of(site->store, id);
    site_get(site, "/");
    snprintf(row, sizeof row,
             "<tr id=\"c-1\" data-id=\"1\" data-status=\"queued\" data-revision=\"%d\"",
             (int)c.revision);
    assert_has(site, row);
    assert_has(site, ">1000</a><td class=\"digit\">");
    assert_has(site, "href=\"/pi/1000\"");
    assert_has_not(site, "<progress");
    assert_has(site, "<div id=\"empty\" class=\"empty\" hidden>");

    take(site->store, id, TOKEN);
    site_get(site, "/");
    assert_has(site, "data-status=\"running\"");
    assert_has(site, "<progress value=\"");
    assert_has(site, "data-method=\"chudnovsky\"");
}

static void
a_digit_is_shown_only_when_done(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 5, ALICE);
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    site_get(site, "/");
    assert_has(site, "<td class=\"digit\"><td");
    site_get(site, "/computations/1");
    assert_has_not(site, "id=\"digit\"");
    finish(site->store, id, TOKEN);
    site_get(site, "/");
    assert_has(site, "<td class=\"digit\">9<td");
    site_get(site, "/computations/1");
    assert_has(site, "id=\"digit\">9</strong>");
    assert_has(site, "<span>2653589793</span>");
}

static void
filters_choose_rows(void **state)
{
    struct site *site = *state;
    put_as(site->store, 10, 100, ALGORITHM_SPIGOT, NULL);
    put_as(site->store, 16, 200, ALGORITHM_BBP, NULL);
    site_get(site, "/?radix=16");
    assert_has(site, "id=\"c-2\"");
    assert_has_not(site, "id=\"c-1\"");
    assert_has(site, "data-live=\"/updates?radix=16\"");
    assert_has(site, "href=\"/?status=done&amp;radix=16\"");
    assert_has(site, "data-count=\"queued\">1</span>");
    site_get(site, "/?status=queued");
    assert_has(site, "data-count=\"queued\">2</span>");
    site_get(site, "/?status=done");
    assert_has_not(site, "<tr id=");
    assert_has(site, "No computation is like that.");
    site_get(site, "/?status=nonsense");
    assert_status(site, 400);
}

static void
older_rows_are_a_link_away(void **state)
{
    struct site *site = *state;
    for (int i = 1; i <= 51; i++)
        put(site->store, (uint64_t)i, NULL);
    site_get(site, "/");
    assert_has(site, "id=\"c-51\"");
    assert_has_not(site, "id=\"c-1\"");
    assert_has(site, "href=\"/?after=2\"");
    site_get(site, "/?after=2");
    assert_has(site, "id=\"c-1\"");
    assert_has_not(site, "id=\"c-51\"");
    assert_has_not(site, "data-ordered");
    assert_has(site, "href=\"/\">Newest</a>");
}

static void
a_highlighted_row_comes_first(void **state)
{
    struct site *site = *state;
    for (int i = 1; i <= 60; i++)
        put(site->store, (uint64_t)i, NULL);
    site_get(site, "/?highlight=2");
    assert_true(place(site, "id=\"c-2\"") < place(site, "id=\"c-60\""));
    assert_has(site, "class=highlight");
    assert_has(site, "data-pinned=\"2\"");
    site_get(site, "/?highlight=60");
    size_t first = place(site, "id=\"c-60\"");
    assert_null(strstr(site_body(site) + first + 1, "id=\"c-60\""));
    site_get(site, "/?highlight=999");
    assert_status(site, 200);
    assert_has_not(site, "data-pinned");
}

static void
only_a_page_without_fields_reloads_itself(void **state)
{
    struct site *site = *state;
    const char *reload = "http-equiv=\"refresh\" content=\"10; url=/";
    char owner[OWNER_SIZE], cookie[SITE_HEADER_SIZE];
    site_visitor(site, owner, cookie);
    site_get(site, "/");
    assert_has_not(site, reload);
    int64_t id = put(site->store, 10, owner);
    site_get(site, "/");
    assert_has(site, reload);
    assert_has(site, "/static/noscript.");
    site_get(site, "/?highlight=1&radix=10");
    assert_has(site, "content=\"10; url=/?highlight=1&amp;radix=10\"");
    site_get(site, "/?radix=10&x=\"><script>");
    assert_has(site, reload);
    assert_has_not(site, "\"><script>");
    site_get(site, "/?new=1");
    assert_has_not(site, reload);
    site_post(site, "/computations", "position=abc");
    assert_status(site, 422);
    assert_has_not(site, reload);
    take(site->store, id, TOKEN);
    site_get(site, "/computations/1");
    assert_has(site, reload);
    site_ask(site, &(struct ask){.target = "/computations/1/delete", .cookie = cookie});
    assert_status(site, 200);
    assert_has_not(site, reload);
    calculate(site->store, id, TOKEN);
    finish(site->store, id, TOKEN);
    site_get(site, "/");
    assert_has_not(site, reload);
    site_get(site, "/computations/1");
    assert_has_not(site, reload);
}

static void
an_unchanged_page_is_not_sent_again(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    site_get(site, "/");
    site_header(site, "ETag", etag);
    assert_header(site, "Cache-Control", "no-cache");
    site_ask(site, &(struct ask){.target = "/", .if_none_match = etag});
    assert_status(site, 304);
    assert_header(site, "ETag", etag);
    put(site->store, 10, NULL);
    site_ask(site, &(struct ask){.target = "/", .if_none_match = etag});
    assert_status(site, 200);
    strcpy(site->app.build_id, "newer");
    site_get(site, "/");
    char other[SITE_HEADER_SIZE];
    assert_string_not_equal(site_header(site, "ETag", other), etag);
}

static void
texts_of_rows_are_escaped(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 10, NULL);
    take(site->store, id, TOKEN);
    struct store_progress p = {
        .id = id, .token = TOKEN, .fraction = 0.5, .phase = HOSTILE, .eta_s = 12};
    assert_int_equal(store_progress(site->store->s, &p, 1), STORE_OK);
    site_get(site, "/");
    assert_has_not(site, "<script>");
    assert_has(site, "value=\"0.5000\"");
    assert_has(site, "about 12 s left");
    assert_int_equal(store_failed(site->store->s, id, TOKEN, HOSTILE), STORE_OK);
    site_get(site, "/computations/1");
    assert_has_not(site, "<script>");
    assert_has(site, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;");
    site_get_json(site, "/computations/1");
    assert_has_not(site, "<script>");
}

static void
a_row_tells_what_it_waits_for(void **state)
{
    struct site *site = *state;
    struct store *s = site->store->s;
    int64_t id = put(site->store, 10, NULL);
    struct store_progress p = {.id = id,
                               .token = TOKEN,
                               .fraction = 0.7,
                               .phase = "summing",
                               .eta_s = 1,
                               .saved = 0.61};

    assert_int_equal(store_waits(s, id, STORE_WAITS_MEMORY), STORE_OK);
    site_get(site, "/");
    assert_has(site, "waits for memory<");
    assert_int_equal(store_waits(s, id, STORE_WAITS_DISK), STORE_OK);
    site_get(site, "/computations/1");
    assert_has(site, "waits for disk space<");
    take(site->store, id, TOKEN);
    assert_int_equal(store_progress(s, &p, 1), STORE_OK);
    assert_int_equal(store_requeue(s, id, TOKEN, "killed", true, 8000, NULL), STORE_OK);
    site_get(site, "/");
    assert_has(site, "tries again within 8 s, 61 % are kept<");
    site_get_json(site, "/api/v1/computations/1");
    assert_has(site, "\"phase\":\"waiting-to-try-again\"");
    assert_has(site, "\"eta_s\":8");
    assert_has(site, "\"progress\":0.61");
}

static void
a_computation_has_the_actions_of_its_state(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 10, NULL);
    site_get(site, "/computations/1");
    assert_has(site, "action=\"/computations/1/cancel\"");
    assert_has_not(site, "/retry");
    assert_has(site, "href=\"/computations/1/delete\"");
    assert_has(site, "<li class=\"reached current\" data-stage=\"registered\">");
    take(site->store, id, TOKEN);
    assert_int_equal(store_failed(site->store->s, id, TOKEN, "memory"), STORE_OK);
    site_get(site, "/computations/1");
    assert_has_not(site, "/cancel");
    assert_has(site, "action=\"/computations/1/retry\"");
    assert_has(site, "<li class=\"broken\" data-stage=\"calculated\">");
}

static void
an_unchecked_answer_says_so(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 100, NULL);
    site_publish(site, 10, 100, id);
    site_get(site, "/computations/1");
    assert_has(site, "not checked");
    assert_has(site, "2.5 s");
    assert_has(site, "4 MiB");
    id = put(site->store, 5, NULL);
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    finish(site->store, id, TOKEN);
    site_get(site, "/computations/2");
    assert_has_not(site, "not checked");
    assert_has(site, "<dd class=\"verified\">checked</dd>");
}

static void
the_live_part_comes_as_json(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    int64_t id = put(site->store, 10, NULL);
    site_get_json(site, "/computations/1");
    assert_status(site, 200);
    json_t *answer = site_json(site);
    const char *html = json_string_value(json_object_get(answer, "html"));
    assert_int_equal(json_integer_value(json_object_get(answer, "revision")),
                     row_of(site->store, id).revision);
    assert_true(json_is_true(json_object_get(answer, "live")));
    assert_non_null(strstr(html, "live-stages"));
    json_decref(answer);

    site_header(site, "ETag", etag);
    const struct ask again = {
        .target = "/computations/1", .json = true, .if_none_match = etag, .wait_s = 20};
    const struct reply *reply = site_ask(site, &again);
    assert_int_equal(reply->wait.kind, WAIT_COMPUTATION);
    assert_int_equal(reply->wait_s, 20);
    take(site->store, id, TOKEN);
    reply = site_ask(site, &again);
    assert_int_equal(reply->wait.kind, WAIT_NONE);
    assert_status(site, 200);
    assert_has(site, "running");
}

static void
strangers_change_nothing(void **state)
{
    struct site *site = *state;
    put(site->store, 10, ALICE);
    static const char *const actions[] = {"cancel", "delete"};
    for (size_t i = 0; i < 2; i++) {
        char target[64];
        snprintf(target, sizeof target, "/computations/1/%s", actions[i]);
        site_post(site, target, "x=");
        assert_status(site, 403);
        assert_has(site, "<a class=\"button\" href=\"/computations/1\">");
    }
    /* Nor is one asked what one may not do. */
    site_get(site, "/computations/1/delete");
    assert_status(site, 403);
    assert_has(site, "<a class=\"button\" href=\"/computations/1\">");
    site_get(site, "/computations/99/delete");
    assert_status(site, 404);
    assert_row(site->store, 1, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
    site_post(site, "/computations/99/cancel", "x=");
    assert_status(site, 404);
}

static void
errors_are_pages_or_problems(void **state)
{
    struct site *site = *state;
    site_get(site, "/computations/99");
    assert_status(site, 404);
    assert_header(site, "Content-Type", "text/html; charset=utf-8");
    site_get_json(site, "/computations/99");
    assert_status(site, 404);
    assert_header(site, "Content-Type", "application/problem+json");
    json_t *problem = site_json(site);
    assert_string_equal(json_string_value(json_object_get(problem, "title")),
                        "Not Found");
    assert_int_equal(json_integer_value(json_object_get(problem, "status")), 404);
    assert_true(json_is_string(json_object_get(problem, "detail")));
    json_decref(problem);
}

int
main(void)
{
#define PAGE_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        PAGE_TEST(an_empty_list_invites),
        PAGE_TEST(rows_have_their_hooks),
        PAGE_TEST(a_digit_is_shown_only_when_done),
        PAGE_TEST(filters_choose_rows),
        PAGE_TEST(older_rows_are_a_link_away),
        PAGE_TEST(a_highlighted_row_comes_first),
        PAGE_TEST(only_a_page_without_fields_reloads_itself),
        PAGE_TEST(an_unchanged_page_is_not_sent_again),
        PAGE_TEST(texts_of_rows_are_escaped),
        PAGE_TEST(a_row_tells_what_it_waits_for),
        PAGE_TEST(a_computation_has_the_actions_of_its_state),
        PAGE_TEST(an_unchecked_answer_says_so),
        PAGE_TEST(the_live_part_comes_as_json),
        PAGE_TEST(strangers_change_nothing),
        PAGE_TEST(errors_are_pages_or_problems),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
