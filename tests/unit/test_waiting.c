/*
 * The page of a row that waits for its turn: what of the database is news for it, which
 * is what it shows, and nothing else.
 */
#include "site_fixture.h"

#include "common/store_cost.h"

#include <string.h>

/* Row ID goes on: FRACTION is done, and it takes ETA seconds more. */
static void
progress(struct site *site, int64_t id, double fraction, double eta)
{
    struct store_progress p = {
        .id = id, .token = TOKEN, .fraction = fraction, .phase = "", .eta_s = eta};
    assert_int_equal(store_progress(site->store->s, &p, 1), STORE_OK);
}

static void
cancel(struct site *site, int64_t id)
{
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    assert_int_equal(store_cancel(site->store->s, id, &admin, &wish), STORE_OK);
}

/* A daemon is there, and has told what jobs cost. */
static void
begin_daemon(struct site *site)
{
    struct cost_table table = {.threads = 2};
    const double speeds[ALGORITHM_COUNT] = {0};
    assert_true(cost_parse("0.1/1 0.2/2 0.4/4 0.8/8 100/16",
                           &table.lines[ALGORITHM_CHUDNOVSKY][0]));
    assert_int_equal(store_set_costs(site->store->s, &table, speeds), STORE_OK);
    assert_int_equal(store_heartbeat(site->store->s, "one"), STORE_OK);
}

/* The page at TARGET, whose ETag goes into ETAG. */
static void
open_page(struct site *site, const char *target, char etag[SITE_HEADER_SIZE])
{
    site_get(site, target);
    assert_status(site, 200);
    site_header(site, "ETag", etag);
}

/* The revision that the last answer, a page, is shown with, as an ETag into SINCE. */
static void
read_shown(struct site *site, char since[SITE_HEADER_SIZE])
{
    const char *at = strstr(site_body(site), "data-revision=\"");
    assert_non_null(at);
    at += strlen("data-revision=\"") - 1;
    size_t length = strcspn(at + 1, "\"") + 2;
    memcpy(since, at, length);
    since[length] = '\0';
}

/* True when who shows TARGET with SINCE goes on waiting; else SINCE is what comes. */
static bool
waits(struct site *site, const char *target, char since[SITE_HEADER_SIZE])
{
    const struct reply *reply = site_ask(site, &(struct ask){.target = target,
                                                             .json = true,
                                                             .if_none_match = since,
                                                             .wait_s = 20});
    if (reply->wait.kind != WAIT_NONE)
        return true;
    assert_status(site, 200);
    site_header(site, "ETag", since);
    return false;
}

static void
its_place_is_news_and_others_are_not(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE], since[SITE_HEADER_SIZE];
    static const char target[] = "/computations/2";
    const struct ask again = {.target = target, .if_none_match = etag};
    for (uint64_t i = 0; i < 3; i++)
        put(site->store, 1000 + i, NULL);
    open_page(site, target, etag);
    assert_has(site, "number 2 in the queue");
    read_shown(site, since);
    assert_true(waits(site, target, since));
    put(site->store, 2000, NULL);
    take(site->store, 3, TOKEN);
    progress(site, 3, 0.5, -1);
    assert_true(waits(site, target, since));
    site_ask(site, &again);
    assert_status(site, 304);

    cancel(site, 1);
    assert_false(waits(site, target, since));
    assert_has(site, "next in the queue");
    assert_true(waits(site, target, since));
    site_ask(site, &again);
    assert_status(site, 200);
    take(site->store, 2, TOKEN);
    assert_false(waits(site, target, since));
    assert_has(site, "running");
}

static void
when_it_starts_is_news_as_far_as_it_is_told(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE], since[SITE_HEADER_SIZE];
    static const char target[] = "/computations/2";
    begin_daemon(site);
    put(site->store, 9000, NULL);
    take(site->store, 1, TOKEN);
    progress(site, 1, 0.1, 600);
    put(site->store, 9001, NULL);
    open_page(site, target, etag);
    assert_has(site, "10 min");
    read_shown(site, since);
    progress(site, 1, 0.11, 599.5);
    assert_true(waits(site, target, since));
    progress(site, 1, 0.2, 500);
    assert_false(waits(site, target, since));
    assert_has(site, "8.3 min");
    assert_true(waits(site, target, since));
}

static void
what_is_offered_is_news(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE], since[SITE_HEADER_SIZE];
    static const char target[] = "/computations/1";
    put(site->store, 1000, NULL);
    open_page(site, target, etag);
    assert_has(site, "value=\"spigot\"");
    read_shown(site, since);
    int64_t other = put_as(site->store, 10, 1000, ALGORITHM_SPIGOT, NULL);
    assert_false(waits(site, target, since));
    assert_has_not(site, "value=\"spigot\"");
    /* How that one comes along is its own page's. */
    take(site->store, other, TOKEN);
    progress(site, other, 0.5, -1);
    assert_true(waits(site, target, since));
}

static void
each_language_has_its_own(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE], since[SITE_HEADER_SIZE];
    put(site->store, 1000, NULL);
    open_page(site, "/computations/1", etag);
    read_shown(site, since);
    site_ask(site, &(struct ask){.target = "/computations/1",
                                 .json = true,
                                 .if_none_match = since,
                                 .accept_language = "ru",
                                 .wait_s = 20});
    assert_status(site, 200);
    assert_true(waits(site, "/computations/1", since));
}

int
main(void)
{
#define WAITING_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        WAITING_TEST(its_place_is_news_and_others_are_not),
        WAITING_TEST(when_it_starts_is_news_as_far_as_it_is_told),
        WAITING_TEST(what_is_offered_is_news),
        WAITING_TEST(each_language_has_its_own),
    };
    return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
