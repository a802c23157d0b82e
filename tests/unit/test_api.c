/*
 * The JSON API.
 */
#include "site_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API "/api/v1/computations"

/* POST of a JSON body. */
static void
post(struct site *site, const char *target, const char *body, const char *authorization)
{
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = target,
                                 .body = body,
                                 .type = "application/json",
                                 .authorization = authorization});
}

static json_int_t
integer(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *
string(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        fail_msg("%s is not a string", name);
    return json_string_value(value);
}

static void
a_question_becomes_a_row(void **state)
{
    struct site *site = *state;
    post(site, API, "{\"position\":1000,\"radix\":10,\"algorithm\":\"chudnovsky\"}",
         NULL);
    assert_status(site, 201);
    assert_header(site, "Location", API "/1");
    assert_header(site, "Content-Type", "application/json");
    json_t *row = site_json(site);
    assert_int_equal(integer(row, "id"), 1);
    assert_int_equal(integer(row, "position"), 1000);
    assert_int_equal(integer(row, "radix"), 10);
    assert_string_equal(string(row, "algorithm"), "chudnovsky");
    assert_string_equal(string(row, "status"), "queued");
    assert_string_equal(string(row, "stage"), "registered");
    static const char *const nulls[] = {"method", "digit",    "window",
                                        "eta_s",  "error",    "verified",
                                        "wall_s", "peak_kib", "cpu_s"};
    for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
        assert_true(json_is_null(json_object_get(row, nulls[i])));
    assert_true(strlen(string(row, "created_at")) == 24);
    json_t *stages = json_object_get(row, "stages");
    assert_string_equal(string(stages, "registered"), string(row, "created_at"));
    assert_true(json_is_null(json_object_get(stages, "stored")));
    json_t *links = json_object_get(row, "links");
    assert_string_equal(string(links, "self"), API "/1");
    assert_string_equal(string(links, "page"), "/computations/1");
    assert_string_equal(string(links, "pi"), "/pi/1000");
    assert_string_equal(string(links, "text"), "/pi/1000.txt");
    assert_true(strlen(string(row, "owner_token")) > 20);
    json_decref(row);
}

static void
the_same_question_finds_its_row(void **state)
{
    struct site *site = *state;
    post(site, API, "{\"position\":1000}", NULL);
    assert_status(site, 201);
    post(site, API, " {\"algorithm\":\"auto\",\"position\":1000,\"radix\":10}\n", NULL);
    assert_status(site, 200);
    assert_header(site, "Location", API "/1");
    assert_int_equal(select_integer(site->store, "SELECT count(*) FROM computation"),
                     1);
}

static void
a_done_row_has_its_digit(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 5, NULL);
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    site_get(site, API "/1");
    assert_has(site, "\"digit\":null");
    finish(site->store, id, TOKEN);
    site_get(site, API "/1");
    assert_status(site, 200);
    json_t *row = site_json(site);
    assert_string_equal(string(row, "digit"), "9");
    assert_string_equal(string(row, "window"), "9265358979323846");
    assert_string_equal(string(row, "method"), "chudnovsky");
    assert_string_equal(string(row, "verified"), "checked");
    assert_int_equal(integer(row, "peak_kib"), 4096);
    assert_true(json_number_value(json_object_get(row, "wall_s")) == 2.5);
    assert_true(
        json_is_string(json_object_get(json_object_get(row, "stages"), "stored")));
    json_decref(row);
}

static void
hexadecimal_links_say_so(void **state)
{
    struct site *site = *state;
    put_as(site->store, 16, 7, ALGORITHM_BBP, NULL);
    site_get(site, API "/1");
    assert_has(site, "\"pi\":\"/pi/7?radix=16\"");
    assert_has(site, "\"text\":\"/pi/7.txt?radix=16\"");
}

static const struct {
    const char *body;
    int status;
    const char *field; /* "" : none is named */
} mistakes[] = {
    {"{\"\\u\xf0\x9f\x98\x80\":1}", 400, ""}, /* quoted up to within a character */
    {"", 400, ""},
    {"{", 400, ""},
    {"{\"position\":1000}x", 400, ""},
    {"{\"position\":1,\"position\":2}", 400, ""},
    {"[1000]", 422, ""},
    {"{}", 422, "position"},
    {"{\"position\":\"1000\"}", 422, "position"},
    {"{\"position\":1.5}", 422, "position"},
    {"{\"position\":1e3}", 422, "position"},
    {"{\"position\":true}", 422, "position"},
    {"{\"position\":null}", 422, "position"},
    {"{\"position\":0}", 422, "position"},
    {"{\"position\":-5}", 422, "position"},
    {"{\"position\":100000001}", 422, "position"},
    {"{\"position\":9999999999999999999999999999999999999999}", 422, "position"},
    {"{\"position\":5,\"radix\":7}", 422, "radix"},
    {"{\"position\":5,\"radix\":\"16\"}", 422, "radix"},
    {"{\"position\":5,\"radix\":16,\"algorithm\":\"spigot\"}", 422, "radix"},
    {"{\"position\":5,\"algorithm\":\"magic\"}", 422, "algorithm"},
    {"{\"position\":5,\"algorithm\":3}", 422, "algorithm"},
    {"{\"position\":5,\"digit\":9}", 422, "digit"},
};

static void
mistakes_are_problems_that_name_the_field(void **state)
{
    struct site *site = *state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        post(site, API, mistakes[i].body, NULL);
        if (site->reply.status != mistakes[i].status)
            fail_msg("%s: status %d", mistakes[i].body, site->reply.status);
        assert_header(site, "Content-Type", "application/problem+json");
        json_t *problem = site_json(site);
        assert_int_equal(integer(problem, "status"), mistakes[i].status);
        assert_true(strlen(string(problem, "title")) > 0);
        assert_true(strlen(string(problem, "detail")) > 0);
        json_t *field = json_object_get(problem, "field");
        assert_string_equal(field != NULL ? json_string_value(field) : "",
                            mistakes[i].field);
        json_decref(problem);
    }
    assert_int_equal(select_integer(site->store, "SELECT count(*) FROM computation"),
                     0);
}

static void
a_full_queue_is_503(void **state)
{
    struct site *site = *state;
    char seconds[SITE_HEADER_SIZE];
    site->conf.queue_limit = 1;
    post(site, API, "{\"position\":10}", NULL);
    post(site, API, "{\"position\":11}", NULL);
    assert_status(site, 503);
    assert_true(atoi(site_header(site, "Retry-After", seconds)) > 0);
}

/* Asks for POSITION; the new owner's Authorization header. */
static void
ask_as_new_owner(struct site *site, int position, char authorization[160])
{
    char body[64];
    snprintf(body, sizeof body, "{\"position\":%d}", position);
    post(site, API, body, NULL);
    json_t *row = site_json(site);
    snprintf(authorization, 160, "Bearer %s", string(row, "owner_token"));
    json_decref(row);
}

static void
owners_cancel_retry_and_delete(void **state)
{
    struct site *site = *state;
    char owner[160];
    ask_as_new_owner(site, 10, owner);

    post(site, API, "{\"position\":11}", owner);
    assert_status(site, 201);
    assert_has_not(site, "owner_token");

    post(site, API "/1/retry", NULL, owner);
    assert_status(site, 409);
    assert_has(site, "this one is queued");
    post(site, API "/1/cancel", NULL, owner);
    assert_status(site, 200);
    assert_has(site, "\"status\":\"cancelled\"");
    post(site, API "/1/cancel", NULL, owner);
    assert_status(site, 409);
    post(site, API "/1/retry", NULL, owner);
    assert_status(site, 200);
    assert_has(site, "\"status\":\"queued\"");

    take(site->store, 1, TOKEN);
    post(site, API "/1/cancel", NULL, owner);
    assert_status(site, 202);
    assert_has(site, "\"status\":\"running\"");

    site_ask(site, &(struct ask){
                       .method = "DELETE", .target = API "/2", .authorization = owner});
    assert_status(site, 204);
    assert_gone(site->store, 2);
    site_ask(site, &(struct ask){
                       .method = "DELETE", .target = API "/1", .authorization = owner});
    assert_status(site, 202);
}

static void
others_may_not(void **state)
{
    struct site *site = *state;
    char owner[160], other[160];
    ask_as_new_owner(site, 10, owner);
    ask_as_new_owner(site, 20, other);
    post(site, API "/1/cancel", NULL, other);
    assert_status(site, 403);
    post(site, API "/1/cancel", NULL, "Bearer invented");
    assert_status(site, 403);
    site_ask(site, &(struct ask){.method = "DELETE", .target = API "/1"});
    assert_status(site, 403);
    site_ask(site, &(struct ask){.method = "DELETE", .target = API "/99"});
    assert_status(site, 404);
    assert_row(site->store, 1, STATUS_QUEUED, STAGE_REGISTERED, WANTED_RUN);
}

static void
lists_go_page_by_page(void **state)
{
    struct site *site = *state;
    for (int i = 1; i <= 5; i++)
        put(site->store, (uint64_t)i, NULL);
    char target[96] = API "?limit=2";
    int seen = 0, expected = 5;
    for (int page = 0; page < 3; page++) {
        site_get(site, target);
        assert_status(site, 200);
        json_t *answer = site_json(site);
        assert_int_equal(integer(answer, "revision"), store_revision(site->store->s));
        size_t i;
        json_t *row;
        json_array_foreach(json_object_get(answer, "computations"), i, row)
        {
            assert_int_equal(integer(row, "id"), expected--);
            seen++;
        }
        json_t *next = json_object_get(answer, "next");
        if (page < 2)
            snprintf(target, sizeof target, API "?limit=2&after=%s",
                     json_string_value(next));
        else
            assert_true(json_is_null(next));
        json_decref(answer);
    }
    assert_int_equal(seen, 5);
}

static void
lists_have_filters(void **state)
{
    struct site *site = *state;
    put_as(site->store, 16, 10, ALGORITHM_BBP, NULL);
    put_as(site->store, 10, 10, ALGORITHM_SPIGOT, NULL);
    put_as(site->store, 10, 11, ALGORITHM_SPIGOT, NULL);
    site_get(site, API "?position=10&radix=10");
    assert_has(site, "\"id\":2,");
    assert_has_not(site, "\"id\":1,");
    assert_has_not(site, "\"id\":3,");
    site_get(site, API "?status=done");
    assert_has(site, "\"computations\":[]");
    static const char *const bad[] = {"limit=0",     "limit=101", "limit=x",
                                      "status=x",    "radix=2",   "after=x",
                                      "position=-1", "since=x",   "algorithm=x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char target[96];
        snprintf(target, sizeof target, API "?%s", bad[i]);
        site_get(site, target);
        assert_status(site, 400);
    }
}

static void
lists_wait_like_polls(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    put(site->store, 10, NULL);
    site_get(site, API "?radix=10");
    site_header(site, "ETag", etag);
    const struct ask again = {
        .target = API "?radix=10", .if_none_match = etag, .wait_s = 30};
    assert_int_equal(site_ask(site, &again)->wait.kind, WAIT_API_LIST);
    put_as(site->store, 16, 10, ALGORITHM_BBP, NULL);
    assert_int_equal(site_ask(site, &again)->wait.kind, WAIT_API_LIST);
    put(site->store, 11, NULL);
    site_ask(site, &again);
    assert_status(site, 200);
    assert_int_equal(site->reply.wait.kind, WAIT_NONE);
}

static void
rows_wait_too(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    int64_t id = put(site->store, 10, NULL);
    site_get(site, API "/1");
    site_header(site, "ETag", etag);
    site_ask(site, &(struct ask){.target = API "/1", .if_none_match = etag});
    assert_status(site, 304);
    const struct ask again = {.target = API "/1", .if_none_match = etag, .wait_s = 30};
    assert_int_equal(site_ask(site, &again)->wait.kind, WAIT_API_ROW);
    put(site->store, 11, NULL);
    assert_int_equal(site_ask(site, &again)->wait.kind, WAIT_API_ROW);
    take(site->store, id, TOKEN);
    site_ask(site, &again);
    assert_status(site, 200);
    assert_has(site, "\"status\":\"running\"");
}

int
main(void)
{
#define API_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        API_TEST(a_question_becomes_a_row),
        API_TEST(the_same_question_finds_its_row),
        API_TEST(a_done_row_has_its_digit),
        API_TEST(hexadecimal_links_say_so),
        API_TEST(mistakes_are_problems_that_name_the_field),
        API_TEST(a_full_queue_is_503),
        API_TEST(owners_cancel_retry_and_delete),
        API_TEST(others_may_not),
        API_TEST(lists_go_page_by_page),
        API_TEST(lists_have_filters),
        API_TEST(lists_wait_like_polls),
        API_TEST(rows_wait_too),
    };
    return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
