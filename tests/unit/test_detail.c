/*
 * What a computation's page tells beyond its row: how far the digits are, what the
 * worker does, how long each stage took, and why the result is right.
 */
#include "site_fixture.h"

#include "common/store_worker.h"

#include <stdio.h>
#include <string.h>

/* How often TEXT stands in the last answer. */
static int
times(struct site *site, const char *text)
{
    int n = 0;
    for (const char *at = site_body(site); (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

static void
progress(struct site *site, int64_t id, const char *phase, double fraction)
{
    struct store_progress p = {
        .id = id, .token = TOKEN, .fraction = fraction, .phase = phase, .eta_s = -1};
    assert_int_equal(store_progress(site->store->s, &p, 1), STORE_OK);
}

/* A done row by ALGORITHM whose check said WORDS; its page is the last answer. */
static void
get_checked(struct site *site, int radix, enum algorithm algorithm, const char *words)
{
    const struct store_cost cost = {.cpu_s = 1.5, .wall_s = 2.5, .peak_kib = 4096};
    struct store_lease lease = lease_of(TOKEN, "one");
    struct store *s = site->store->s;
    char target[48];
    int64_t id = put_as(site->store, radix, 5000, algorithm, NULL);
    assert_int_equal(store_take(s, id, &lease, algorithm), STORE_OK);
    assert_int_equal(
        store_calculated(s, id, TOKEN, "9265358979323846", "", words, &cost), STORE_OK);
    assert_int_equal(store_stored(s, id, TOKEN, words, NULL, NULL, NULL, NULL, NULL),
                     STORE_OK);
    snprintf(target, sizeof target, "/computations/%d", (int)id);
    site_get(site, target);
    assert_status(site, 200);
}

static void
digits_are_shown_while_they_come(void **state)
{
    struct site *site = *state;
    char group[32], target[] = "/computations/1";
    int64_t id = put_as(site->store, 10, 20000, ALGORITHM_SPIGOT, NULL);
    site_get(site, target);
    assert_has_not(site, "class=\"stream\"");
    take(site->store, id, TOKEN);
    site_get(site, target);
    assert_has_not(site, "class=\"stream\""); /* there is no file yet */

    site_write_aside(site, 10, 25, id);
    progress(site, id, "streaming", 0.1);
    site_get(site, target);
    assert_has(site, "25 of 20,000 digits are there");
    assert_has(site, "They are not verified yet.");
    assert_has(site, "<span>3.</span> ");
    snprintf(group, sizeof group, "<span>%c%c%c%c%c</span>", site_digit(21),
             site_digit(22), site_digit(23), site_digit(24), site_digit(25));
    assert_has(site, group);
    assert_has_not(site, "The last ones");
}

static void
only_the_last_digits_are_shown(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 10, 20000, ALGORITHM_SPIGOT, NULL);
    take(site->store, id, TOKEN);
    site_write_aside(site, 10, 12345, id);
    progress(site, id, "streaming", 0.5);
    site_get(site, "/computations/1");
    assert_has(site, "12,345 of 20,000 digits are there");
    assert_has(site, "from position 12,051:");
    assert_has_not(site, "<span>3.</span>");
    assert_true(strstr(site_body(site), "id=\"live-stream\"") <
                strstr(site_body(site), "id=\"live-stages\""));

    /* They come with the poll, as the page has them. */
    site_get_json(site, "/computations/1");
    assert_has(site, "12,345 of 20,000 digits are there");

    /* No more of them than were asked for, and none when it is over. */
    const char *const failed = "the worker was killed";
    assert_int_equal(store_failed(site->store->s, id, TOKEN, failed), STORE_OK);
    site_get(site, "/computations/1");
    assert_has_not(site, "class=\"stream\"");
}

/* What the daemon said is in the visitor's language; other words are marked. */
static void
reasons_are_in_the_language_of_the_page(void **state)
{
    struct site *site = *state;
    const struct ask russian = {.target = "/computations/1", .accept_language = "ru"};
    int64_t id = put_as(site->store, 10, 20000, ALGORITHM_SPIGOT, NULL);
    take(site->store, id, TOKEN);
    assert_int_equal(store_failed(site->store->s, id, TOKEN,
                                  "the worker was killed (Killed), 3 times"),
                     STORE_OK);
    site_ask(site, &russian);
    assert_has(site, "<p class=\"error\">рабочий процесс был убит (сигнал KILL)");
    assert_has_not(site, "the worker was killed");
    assert_has_not(site, "class=\"detail\" lang=\"en\"");
    site_get(site, "/computations/1");
    assert_has(site, "<p class=\"error\">the worker was killed (Killed), 3 times</p>");
    assert_has_not(site, " lang=\"en\">the worker");
    site_get_json(site, "/api/v1/computations/1");
    assert_has(site, "the worker was killed (Killed), 3 times");
}

static void
unknown_reasons_are_marked_as_english(void **state)
{
    struct site *site = *state;
    const struct ask russian = {.target = "/computations/1", .accept_language = "ru"};
    int64_t id = put_as(site->store, 10, 20000, ALGORITHM_SPIGOT, NULL);
    take(site->store, id, TOKEN);
    assert_int_equal(store_failed(site->store->s, id, TOKEN, "the moon was full"),
                     STORE_OK);
    site_ask(site, &russian);
    assert_has(site, "<p class=\"error\" lang=\"en\">the moon was full</p>");
    assert_has(site, "<span class=\"detail\" lang=\"en\">the moon was full</span>");
}

static void
a_file_may_hold_more_digits_than_were_asked_for(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 10, 7, ALGORITHM_SPIGOT, NULL);
    take(site->store, id, TOKEN);
    site_write_aside(site, 10, 22, id);
    site_get(site, "/computations/1");
    assert_has(site, "7 of 7 digits are there");
}

static void
the_page_with_more_digits_is_another(void **state)
{
    struct site *site = *state;
    char before[SITE_HEADER_SIZE], after[SITE_HEADER_SIZE];
    int64_t id = put_as(site->store, 10, 20000, ALGORITHM_SPIGOT, NULL);
    take(site->store, id, TOKEN);
    site_write_aside(site, 10, 100, id);
    site_get(site, "/computations/1");
    site_header(site, "ETag", before);
    site_ask(site, &(struct ask){.target = "/computations/1", .if_none_match = before});
    assert_status(site, 304);
    site_write_aside(site, 10, 200, id);
    site_ask(site, &(struct ask){.target = "/computations/1", .if_none_match = before});
    assert_status(site, 200);
    assert_string_not_equal(site_header(site, "ETag", after), before);
}

static void
the_phase_of_now_is_marked_among_all(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 20000, NULL);
    take(site->store, id, TOKEN);
    site_get(site, "/computations/1");
    assert_has_not(site, "class=\"phases\"");
    progress(site, id, "dividing", 0.6);
    site_get(site, "/computations/1");
    assert_int_equal(times(site, "<li class=\"past\">"), 1);
    assert_has(site, "<li class=\"current\" aria-current=\"step\">takes a square root");
    assert_int_equal(times(site, "<li class=\"ahead\">"), 3);
    progress(site, id, "unheard-of", 0.7);
    site_get(site, "/computations/1");
    assert_has_not(site, "class=\"phases\"");
}

static void
bars_say_how_long_each_stage_took(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 5, NULL);
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    site_get(site, "/computations/1");
    assert_has_not(site, "<rect");
    finish(site->store, id, TOKEN);
    run_sql(site->store, "UPDATE computation SET created_at = 1000000,"
                         " scheduled_at = 3000000, taken_at = 3000000,"
                         " calculated_at = 10990000, stored_at = 11000000");
    site_get(site, "/computations/1");
    assert_has(site, "after 2 s</span><svg");
    assert_has(site, "<rect x=\"0.00\" width=\"20.00\"");
    assert_has(site, "<rect x=\"20.00\" width=\"79.90\"");
    assert_has(site, "after 10 ms</span><svg");
    assert_has(site, "<rect x=\"99.40\" width=\"0.60\""); /* still to be seen */
    assert_int_equal(times(site, "<rect"), 3);
}

static void
the_worker_is_named(void **state)
{
    struct site *site = *state;
    struct store_worker worker = {.daemon = "one", .pid = 4711, .threads = 1};
    int64_t id = put(site->store, 5, NULL);
    site_get(site, "/computations/1");
    assert_has_not(site, "Worker");
    assert_has_not(site, "<h2>How it was done</h2>");
    assert_has(site, "<h2>The work so far</h2>");
    take(site->store, id, TOKEN);
    assert_int_equal(store_set_worker(site->store->s, id, TOKEN, &worker), STORE_OK);
    site_get(site, "/computations/1");
    assert_has(site, "process 4711 of the daemon one, 1 thread<");
    worker.threads = 2;
    assert_int_equal(store_set_worker(site->store->s, id, TOKEN, &worker), STORE_OK);
    progress(site, id, "splitting", 0.1);
    site_get(site, "/computations/1");
    assert_has(site, "process 4711 of the daemon one, 2 threads<");
}

static void
speed_is_that_of_all_digits(void **state)
{
    struct site *site = *state;
    get_checked(site, 10, ALGORITHM_CHUDNOVSKY, "checked");
    assert_has(site, "<dd>2,000 digits per second</dd>");
    get_checked(site, 16, ALGORITHM_BBP, "checked");
    assert_has_not(site, "per second");
    assert_has(site, "<dd>2,000 terms/s</dd>");
}

/* Row 1 is running, of 20,000 digits, and reports P; its page is the last answer. */
static void
get_running(struct site *site, struct store_progress p)
{
    p.id = 1;
    p.token = TOKEN;
    assert_int_equal(store_progress(site->store->s, &p, 1), STORE_OK);
    site_get(site, "/computations/1");
    assert_status(site, 200);
}

static void
speed_is_told_while_it_runs(void **state)
{
    struct site *site = *state;
    take(site->store, put_as(site->store, 10, 20000, ALGORITHM_SPIGOT, NULL), TOKEN);
    get_running(site, (struct store_progress){.fraction = 0, .phase = "", .eta_s = 12});
    assert_has(site, "<span class=\"work\">0 % · <span class=\"eta\">about 12 s left<");
    assert_has_not(site, "class=\"rate\"");
    get_running(site, (struct store_progress){
                          .fraction = 0.5, .phase = "streaming", .eta_s = 12});
    assert_has(site, "50 % · streaming · <span class=\"rate\">830 digits/s</span> · <");
    assert_has_not(site, "<dt>Speed</dt>"); /* that is what it was in the end */
    site_get(site, "/pi/20000");
    assert_has(site, "<span class=\"rate\">830 digits/s</span>");
    site_get(site, "/");
    assert_has(site, "50 % · about 12 s left</span>"
                     " <small>streaming · 830 digits/s</small><td");
}

static void
a_wish_is_said_in_place_of_what_it_ends(void **state)
{
    struct site *site = *state;
    take(site->store, put_as(site->store, 10, 20000, ALGORITHM_SPIGOT, NULL), TOKEN);
    run_sql(site->store, "UPDATE computation SET wanted = 'cancel'");
    get_running(site, (struct store_progress){
                          .fraction = 0.5, .phase = "streaming", .eta_s = 12});
    assert_has(site, "<span class=\"work\">50 %</span>"
                     " <span class=\"work\">will be cancelled</span></p>");
    site_get(site, "/");
    assert_has(site, "50 %</span> <small>will be cancelled</small><td");
    run_sql(site->store,
            "UPDATE computation SET status = 'queued', stage = 'scheduled',"
            " phase = '', revision = revision + 1");
    run_sql(site->store, "UPDATE meta SET value = value + 1 WHERE key = 'revision'");
    site_get(site, "/");
    assert_has(site, "queued <small>will be cancelled</small><td");
    assert_has_not(site, "class=place");
}

static void
the_check_of_chudnovsky_is_explained(void **state)
{
    struct site *site = *state;
    get_checked(site, 10, ALGORITHM_CHUDNOVSKY,
                "all 5015 decimal digits agree with the binary fraction modulo"
                " 2^61 - 31; hexadecimal digits at the end, from position 4165 on,"
                " and at 3 other places are the same by bbp");
    assert_has(site, "from position 4,165 on, and those at other places");
    assert_has(site, "Then all 5,015 digits were compared");
    assert_has(site, "read back from the disk");
    assert_has(site, "class=\"verified\">with the BBP formula, and by remainders</dd>");
    assert_has(site, ">checked with the BBP formula, and by remainders<"); /* History */
    assert_has_not(site, "modulo");
    assert_int_equal(times(site, "Why that convinces:"), 2);
}

static void
the_check_of_spigot_is_explained(void **state)
{
    struct site *site = *state;
    get_checked(site, 10, ALGORITHM_SPIGOT,
                "all 5015 digits are the same by chudnovsky");
    assert_has(site,
               "All 5,015 digits were computed a second time with the Chudnovsky");
    assert_has(site, "The spigot makes digit after digit");
    assert_has(site, "read back from the disk");
}

static void
both_checks_of_bbp_are_explained(void **state)
{
    struct site *site = *state;
    get_checked(site, 16, ALGORITHM_BBP, "all 16 digits are the same by chudnovsky");
    assert_has(site, "which finds all digits from the first on");
    assert_has(site, "16 of them agree by chance");
    assert_has_not(site, "read back from the disk");
    run_sql(site->store, "UPDATE computation SET verified ="
                         " 'all 24 digits are the same by a second run with"
                         " Bellard''s series', revision = revision + 1");
    site_get(site, "/computations/1");
    assert_has(site, "The 24 hexadecimal digits from this position on");
    assert_has(site, "24 of them agree by chance");
    assert_has(site, "class=\"verified\">with Bellard&#39;s series</dd>");
}

static void
what_was_known_before_says_so(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 10, 700, ALGORITHM_AUTO, NULL);
    assert_int_equal(store_answer(site->store->s, id, ALGORITHM_CHUDNOVSKY,
                                  "9265358979323846", 99,
                                  "all 777 digits are the same by chudnovsky"),
                     STORE_OK);
    site_get(site, "/computations/1");
    assert_has(site, "read from digits that were known here already");
    assert_has(site, "<a href=\"/computations/99\">");
}

static void
other_words_stand_for_themselves(void **state)
{
    struct site *site = *state;
    get_checked(site, 10, ALGORITHM_CHUDNOVSKY, "compared with a printed table");
    assert_has(site, "<dd class=\"verified\">compared with a printed table</dd>");
    assert_has_not(site, "Why this is right");
}

int
main(void)
{
#define DETAIL_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        DETAIL_TEST(digits_are_shown_while_they_come),
        DETAIL_TEST(only_the_last_digits_are_shown),
        DETAIL_TEST(reasons_are_in_the_language_of_the_page),
        DETAIL_TEST(unknown_reasons_are_marked_as_english),
        DETAIL_TEST(a_file_may_hold_more_digits_than_were_asked_for),
        DETAIL_TEST(the_page_with_more_digits_is_another),
        DETAIL_TEST(the_phase_of_now_is_marked_among_all),
        DETAIL_TEST(bars_say_how_long_each_stage_took),
        DETAIL_TEST(the_worker_is_named),
        DETAIL_TEST(speed_is_that_of_all_digits),
        DETAIL_TEST(speed_is_told_while_it_runs),
        DETAIL_TEST(a_wish_is_said_in_place_of_what_it_ends),
        DETAIL_TEST(the_check_of_chudnovsky_is_explained),
        DETAIL_TEST(the_check_of_spigot_is_explained),
        DETAIL_TEST(both_checks_of_bbp_are_explained),
        DETAIL_TEST(what_was_known_before_says_so),
        DETAIL_TEST(other_words_stand_for_themselves),
    };
    return cmocka_run_group_tests_name("detail", tests, NULL, NULL);
}
