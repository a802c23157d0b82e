/*
 * The same digit by different algorithms: the page that compares them, the form on it
 * that asks for another, and what the page of a computation says of both.
 */
#include "site_fixture.h"

#include "common/store_cost.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SAME "9265358979323846"

/* Row ID becomes done by ALGORITHM with WINDOW. */
static void
complete(struct site *site, int64_t id, enum algorithm algorithm, const char *window)
{
    const struct store_cost cost = {.cpu_s = 1.5, .wall_s = 2.5, .peak_kib = 4096};
    struct store_lease lease = lease_of(TOKEN, "one");
    struct store *s = site->store->s;
    assert_int_equal(store_take(s, id, &lease, algorithm), STORE_OK);
    assert_int_equal(store_calculated(s, id, TOKEN, window, "", "", &cost), STORE_OK);
    assert_int_equal(
        store_stored(s, id, TOKEN, "checked", NULL, NULL, NULL, NULL, NULL), STORE_OK);
}

static void
a_click_leads_back_with_both(void **state)
{
    struct site *site = *state;
    complete(site, put(site->store, 5000, NULL), ALGORITHM_CHUDNOVSKY, SAME);
    site_get(site, "/computations/1");
    assert_has(site, "href=\"/computations/1/compare\"");
    site_get(site, "/computations/1/compare");
    assert_status(site, 200);
    assert_has(site, "There is nothing to compare with yet");
    assert_has(site, "name=\"algorithm\" value=\"spigot\">Compute it with spigot<");
    assert_has(site, "bbp computes in radix 16 only.");
    assert_has_not(site, "data-live=\"/");

    site_post(site, "/computations/1/compare", "algorithm=spigot");
    assert_status(site, 303);
    assert_header(site, "Location", "/computations/1/compare");
    struct computation c = row_of(site->store, 2);
    assert_int_equal(c.algorithm, ALGORITHM_SPIGOT);
    assert_int_equal(c.position, 5000);
    assert_int_equal(c.radix, 10);
    site_get(site, "/computations/1/compare");
    assert_has(site, "data-live=\"/computations/1/compare\"");
    assert_has(site, "The comparison is here as soon as two of them are done.");
    assert_has_not(site, "Compute it with");

    complete(site, 2, ALGORITHM_SPIGOT, SAME);
    static const char *const targets[] = {"/computations/1/compare",
                                          "/computations/2/compare"};
    for (size_t i = 0; i < 2; i++) {
        site_get(site, targets[i]);
        assert_has(site, "the same 16 digits from position 5,000 on");
        assert_has(site, "<span class=\"same\">92653589</span>");
        assert_has(site, "</span> the same</span>");
        assert_has(site, "2.5 s");
        assert_has(site, "4 MiB");
    }
    assert_true(strstr(site_body(site), ">spigot</a></th>") <
                strstr(site_body(site), ">chudnovsky</a></th>"));
}

/* Where no other algorithm goes, the page says so in place of the link. */
static void
a_link_leads_somewhere(void **state)
{
    struct site *site = *state;
    static const char *const link = "href=\"/computations/1/compare\"",
                             *const none = "No other algorithm of this site can compute"
                                           " this digit.";
    int64_t id = put(site->store, 60000, NULL);
    for (int done = 0; done < 2; done++) {
        if (done)
            complete(site, id, ALGORITHM_CHUDNOVSKY, SAME);
        site_get(site, "/computations/1");
        assert_has_not(site, link);
        assert_has(site, none);
        site_get_json(site, "/computations/1");
        assert_has_not(site, "/compare");
    }
    site_get(site, "/computations/1/compare");
    assert_has(site, none);
    assert_has(site, "spigot in radix 10 is 50,000");
    assert_has_not(site, "chudnovsky in radix 10 is");
    put_as(site->store, 10, 60000, ALGORITHM_AUTO, NULL);
    site_get(site, "/computations/1");
    assert_has(site, link);
    assert_has_not(site, none);
}

static void
a_difference_is_said_aloud(void **state)
{
    struct site *site = *state;
    complete(site, put(site->store, 5000, NULL), ALGORITHM_CHUDNOVSKY, SAME);
    complete(site, put_as(site->store, 10, 5000, ALGORITHM_SPIGOT, NULL),
             ALGORITHM_SPIGOT, "9265358979323847");
    site_get(site, "/computations/1/compare");
    assert_has(site, "They differ, so one of them is wrong.");
    assert_has(site, "</span> not the same</span>");
    assert_has_not(site, "class=\"same\"");
}

static void
it_is_live(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    complete(site, put(site->store, 5000, NULL), ALGORITHM_CHUDNOVSKY, SAME);
    int64_t id = put_as(site->store, 10, 5000, ALGORITHM_SPIGOT, NULL);
    site_get_json(site, "/computations/1/compare");
    json_t *answer = site_json(site);
    assert_true(json_is_true(json_object_get(answer, "live")));
    assert_int_equal(json_integer_value(json_object_get(answer, "revision")),
                     row_of(site->store, id).revision);
    json_decref(answer);
    site_header(site, "ETag", etag);
    const struct ask again = {.target = "/computations/1/compare",
                              .json = true,
                              .if_none_match = etag,
                              .wait_s = 20};
    assert_int_equal(site_ask(site, &again)->wait.kind, WAIT_COMPARE);
    put(site->store, 7, NULL); /* another digit */
    assert_int_equal(site_ask(site, &again)->wait.kind, WAIT_COMPARE);
    complete(site, id, ALGORITHM_SPIGOT, SAME);
    assert_int_equal(site_ask(site, &again)->wait.kind, WAIT_NONE);
    assert_has(site, "They agree");
    assert_has(site, "\"live\":false");
}

/* Both pages: an absent daemon is news where a row waits, and nowhere else. */
static void
what_is_done_waits_for_no_daemon(void **state)
{
    struct site *site = *state;
    static const char *const pages[] = {"/computations/1", "/computations/1/compare"};
    int64_t id = put(site->store, 5000, NULL);
    site->ctx.absent = 5;
    for (int done = 0; done < 2; done++) {
        if (done)
            complete(site, id, ALGORITHM_CHUDNOVSKY, SAME);
        for (size_t i = 0; i < 2; i++) {
            char target[96];
            snprintf(target, sizeof target, "%s?since=%" PRId64 "&absent=0", pages[i],
                     row_of(site->store, id).revision);
            const struct ask poll = {.target = target, .json = true, .wait_s = 20};
            assert_int_equal(site_ask(site, &poll)->wait.kind != WAIT_NONE, done);
        }
    }
}

static void
an_unchanged_comparison_is_not_sent_again(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    put(site->store, 5000, NULL);
    site_get(site, "/computations/1/compare");
    site_header(site, "ETag", etag);
    const struct ask again = {.target = "/computations/1/compare",
                              .if_none_match = etag};
    site_ask(site, &again);
    assert_status(site, 304);
    put_as(site->store, 10, 5000, ALGORITHM_SPIGOT, NULL);
    site_ask(site, &again);
    assert_status(site, 200);
}

/* What each page says of spigot must be OFFERED, and another page than that of ETAGS,
 * which become those of the present ones. */
static void
offers_are_news(struct site *site, const char *offered, char etags[2][SITE_HEADER_SIZE])
{
    static const char *const pages[] = {"/computations/1", "/computations/1/compare"};
    for (size_t i = 0; i < 2; i++) {
        struct ask again = {.target = pages[i], .if_none_match = etags[i]};
        site_ask(site, &again);
        assert_status(site, 200);
        assert_has(site, offered);
        site_header(site, "ETag", etags[i]);
        site_ask(site, &again);
        assert_status(site, 304);
    }
}

/* Row 2 is older than that which the pages are about: no row is newer when it goes, nor
 * when the daemon tells what algorithms cost, and tells it anew. */
static void
what_is_offered_is_never_old(void **state)
{
    struct site *site = *state;
    char etags[2][SITE_HEADER_SIZE] = {"\"none\"", "\"none\""};
    const double speeds[ALGORITHM_COUNT] = {0};
    struct cost_table table = {.threads = 1};
    struct cost_line *line = &table.lines[ALGORITHM_SPIGOT][0];
    int64_t id = put(site->store, 5000, NULL);
    complete(site, put_as(site->store, 10, 5000, ALGORITHM_SPIGOT, NULL),
             ALGORITHM_SPIGOT, SAME);
    complete(site, id, ALGORITHM_CHUDNOVSKY, SAME);
    int64_t revision = row_of(site->store, id).revision;
    assert_true(row_of(site->store, 2).revision < revision);
    offers_are_news(site, "chudnovsky", etags);
    assert_has_not(site, "Compute it with spigot");
    run_sql(site->store, "DELETE FROM computation WHERE id = 2");
    offers_are_news(site, "Compute it with spigot", etags);
    assert_true(cost_parse("100/4 200/4 300/4 400/4", line));
    assert_int_equal(store_set_costs(site->store->s, &table, speeds), STORE_OK);
    offers_are_news(site, "MiB", etags);
    line->at[0].seconds *= 10;
    line->at[1].seconds *= 10;
    line->at[2].seconds *= 10;
    assert_int_equal(store_set_costs(site->store->s, &table, speeds), STORE_OK);
    offers_are_news(site, "MiB", etags);
    assert_int_equal(row_of(site->store, id).revision, revision);
}

static void
bad_questions_keep_the_page(void **state)
{
    struct site *site = *state;
    put(site->store, 60000, NULL);
    site_get(site, "/computations/1/compare");
    assert_has(site, "No other algorithm of this site can compute this digit.");
    assert_has(site, "The largest position for spigot in radix 10 is 50,000");
    assert_has_not(site, "action=\"/computations");
    static const struct {
        const char *form;
        int status;
        const char *says;
    } cases[] = {
        {"x=", 422, "Choose one of the algorithms"},
        {"algorithm=", 422, "Choose one of the algorithms"},
        {"algorithm=auto", 422, "Choose one of the algorithms"},
        {"algorithm=machin", 422, "Choose one of the algorithms"},
        {"algorithm=bbp", 422, "bbp computes in radix 16 only."},
        {"algorithm=spigot", 422, "The largest position for spigot"},
        {"algorithm=bbp&algorithm=spigot", 400, "algorithm came more than once"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        site_post(site, "/computations/1/compare", cases[i].form);
        assert_status(site, cases[i].status);
        assert_has(site, cases[i].says);
        assert_has(site, "<p class=\"notice\" role=\"alert\">");
        assert_has(site, "class=\"compared\"");
        assert_header(site, "Cache-Control", "no-store");
    }
    assert_int_equal(select_integer(site->store, "SELECT count(*) FROM computation"),
                     1);
    site_get(site, "/computations/99/compare");
    assert_status(site, 404);
    site_get_json(site, "/computations/99/compare");
    assert_status(site, 404);
    site_post(site, "/computations/99/compare", "algorithm=spigot");
    assert_status(site, 404);
}

static void
a_full_queue_is_an_answer(void **state)
{
    struct site *site = *state;
    put(site->store, 5000, NULL);
    site->conf.queue_limit = 1;
    site_post(site, "/computations/1/compare", "algorithm=spigot");
    assert_status(site, 503);
    assert_header(site, "Retry-After", "30");
}

static void
a_form_without_its_token_comes_back(void **state)
{
    struct site *site = *state;
    put(site->store, 5000, NULL);
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations/1/compare",
                                 .type = "application/x-www-form-urlencoded",
                                 .body = "csrf=wrong&algorithm=spigot"});
    assert_status(site, 403);
    assert_has(site, "The form was open for too long");
    assert_has(site, "value=\"spigot\">Compute it with spigot<");
    assert_int_equal(select_integer(site->store, "SELECT count(*) FROM computation"),
                     1);
}

int
main(void)
{
#define COMPARE_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        COMPARE_TEST(a_click_leads_back_with_both),
        COMPARE_TEST(a_link_leads_somewhere),
        COMPARE_TEST(a_difference_is_said_aloud),
        COMPARE_TEST(it_is_live),
        COMPARE_TEST(what_is_done_waits_for_no_daemon),
        COMPARE_TEST(an_unchanged_comparison_is_not_sent_again),
        COMPARE_TEST(what_is_offered_is_never_old),
        COMPARE_TEST(bad_questions_keep_the_page),
        COMPARE_TEST(a_full_queue_is_an_answer),
        COMPARE_TEST(a_form_without_its_token_comes_back),
    };
    return cmocka_run_group_tests_name("compare_pages", tests, NULL, NULL);
}
