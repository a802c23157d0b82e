/*
 * The report of a computation: every line of it, what it says where something is not
 * known, and for whom there is none. (That it agrees with the JSON document of a real
 * computation: http/report.test.mjs.)
 */
#include "config.h"

#include "site_fixture.h"

#include "common/store_worker.h"

#include <stdio.h>
#include <string.h>

static const char known[] = "program:      nthpi " PACKAGE_VERSION "\n"
                            "page:         http://pi.example/computations/1\n"
                            "id:           1\n"
                            "position:     5000\n"
                            "radix:        10\n"
                            "algorithm:    auto\n"
                            "method:       chudnovsky\n"
                            "answered_by:  -\n"
                            "digit:        9\n"
                            "window:       9265358979323846\n"
                            "verified:     all 5015 digits were looked at\n"
                            "registered:   1970-01-01T00:00:01.000Z\n"
                            "scheduled:    1970-01-01T00:00:03.000Z\n"
                            "scheduled_s:  2.000000\n"
                            "taken:        1970-01-01T00:00:03.000Z\n"
                            "taken_s:      0.000000\n"
                            "calculated:   1970-01-01T00:00:10.990Z\n"
                            "calculated_s: 7.990001\n"
                            "stored:       1970-01-01T00:00:11.000Z\n"
                            "stored_s:     0.009999\n"
                            "total_s:      10.000000\n"
                            "wall_s:       2.500000\n"
                            "cpu_s:        1.500000\n"
                            "digits_per_s: 2000.0\n"
                            "peak_kib:     4096\n"
                            "daemon:       one\n"
                            "pid:          4711\n"
                            "threads:      2\n"
                            "attempts:     1\n";

/* Row 1 as above. */
static void
make_known(struct site *site)
{
    const struct store_cost cost = {.cpu_s = 1.5, .wall_s = 2.5, .peak_kib = 4096};
    const struct store_worker worker = {.daemon = "one", .pid = 4711, .threads = 2};
    const char *const words = "all 5015 digits were looked at";
    struct store_lease lease = lease_of(TOKEN, "one");
    struct store *s = site->store->s;
    int64_t id = put_as(site->store, 10, 5000, ALGORITHM_AUTO, NULL);
    assert_int_equal(store_take(s, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
    assert_int_equal(store_set_worker(s, id, TOKEN, &worker), STORE_OK);
    assert_int_equal(
        store_calculated(s, id, TOKEN, "9265358979323846", "", words, &cost), STORE_OK);
    assert_int_equal(store_stored(s, id, TOKEN, words, NULL, NULL, NULL, NULL, NULL),
                     STORE_OK);
    run_sql(site->store, "UPDATE computation SET created_at = 1000000,"
                         " scheduled_at = 3000000, taken_at = 3000000,"
                         " calculated_at = 10990001, stored_at = 11000000");
}

/* What follows the comment at the top of the last answer. */
static const char *
lines_of(struct site *site)
{
    const char *at = site_body(site);
    assert_true(*at == '#');
    while (*at == '#')
        at = strchr(at, '\n') + 1;
    return at;
}

static void
everything_known_has_its_line(void **state)
{
    struct site *site = *state;
    make_known(site);
    site_ask(site,
             &(struct ask){.target = "/computations/1.txt", .host = "pi.example"});
    assert_status(site, 200);
    assert_header(site, "Content-Type", "text/plain; charset=utf-8");
    assert_header(site, "Cache-Control", "no-cache");
    assert_header(site, "Content-Disposition", "inline; filename=\"nthpi-1.txt\"");
    assert_string_equal(lines_of(site), known);
}

static void
the_option_public_url_is_its_address(void **state)
{
    struct site *site = *state;
    char url[] = "https://pi.example/";
    make_known(site);
    site->conf.public_url = url;
    site_get(site, "/computations/1.txt");
    assert_has(site, "\npage:         https://pi.example/computations/1\n");
    site->conf.public_url = site->none;
}

static void
it_is_english_for_everybody(void **state)
{
    struct site *site = *state;
    make_known(site);
    site_ask(site, &(struct ask){.target = "/computations/1.txt",
                                 .host = "pi.example",
                                 .accept_language = "ru",
                                 .json = true});
    assert_string_equal(lines_of(site), known);
}

static void
what_is_not_known_keeps_its_key(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 10, 700, ALGORITHM_AUTO, NULL);
    assert_int_equal(store_answer(site->store->s, id, ALGORITHM_CHUDNOVSKY,
                                  "9265358979323846", 99, "looked at"),
                     STORE_OK);
    run_sql(site->store, "UPDATE computation SET taken_at = NULL");
    site_get(site, "/computations/1.txt");
    assert_status(site, 200);
    assert_has(site, "\nanswered_by:  99\n");
    assert_has(site, "\ntaken:        -\ntaken_s:      -\n");
    assert_has(site, "\nwall_s:       -\ncpu_s:        -\ndigits_per_s: -\n"
                     "peak_kib:     -\ndaemon:       -\npid:          -\n"
                     "threads:      -\n");
}

static void
a_report_that_is_known_is_not_sent_again(void **state)
{
    struct site *site = *state;
    char before[SITE_HEADER_SIZE], after[SITE_HEADER_SIZE];
    struct ask again = {.target = "/computations/1.txt", .if_none_match = before};
    make_known(site);
    site_get(site, "/computations/1.txt");
    site_header(site, "ETag", before);
    site_ask(site, &again);
    assert_status(site, 304);
    assert_header(site, "Cache-Control", "no-cache");
    again.accept_language = "ru";
    site_ask(site, &again);
    assert_status(site, 304);
    run_sql(site->store, "UPDATE computation SET revision = revision + 1");
    site_ask(site, &again);
    assert_status(site, 200);
    assert_string_not_equal(site_header(site, "ETag", after), before);
}

static void
what_is_not_done_has_none(void **state)
{
    struct site *site = *state;
    const char *const target = "/computations/1.txt";
    char header[SITE_HEADER_SIZE];
    site_get_json(site, target);
    assert_status(site, 404);
    assert_has(site, "There is no such computation.");
    int64_t id = put(site->store, 700, NULL);
    site_get_json(site, target);
    assert_status(site, 404);
    assert_header(site, "Content-Type", "application/problem+json");
    assert_header(site, "Retry-After", "10");
    assert_has(site,
               "Only a computation that is done has a report; this one is queued.");
    take(site->store, id, TOKEN);
    site_ask(site, &(struct ask){.target = target, .accept_language = "ru"});
    assert_status(site, 404);
    assert_header(site, "Retry-After", "10");
    assert_has(site, "Отчёт есть только у готового вычисления");
    assert_int_equal(store_failed(site->store->s, id, TOKEN, "it broke"), STORE_OK);
    site_get(site, target);
    assert_status(site, 404);
    assert_string_equal(site_header(site, "Retry-After", header), "");
}

static void
the_page_of_what_is_done_leads_to_it(void **state)
{
    struct site *site = *state;
    const char *const link = "<a class=\"button quiet\" href=\"/computations/1.txt\">";
    int64_t id = put(site->store, 700, NULL);
    site_get(site, "/computations/1");
    assert_has_not(site, link);
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    finish(site->store, id, TOKEN);
    site_get(site, "/computations/1");
    assert_has(site, link);
}

int
main(void)
{
#define REPORT_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        REPORT_TEST(everything_known_has_its_line),
        REPORT_TEST(the_option_public_url_is_its_address),
        REPORT_TEST(it_is_english_for_everybody),
        REPORT_TEST(what_is_not_known_keeps_its_key),
        REPORT_TEST(a_report_that_is_known_is_not_sent_again),
        REPORT_TEST(what_is_not_done_has_none),
        REPORT_TEST(the_page_of_what_is_done_leads_to_it),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
