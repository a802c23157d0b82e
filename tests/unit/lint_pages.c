/*
 * Pages in all their states, for the test that compares what templates use with what is
 * set for them.
 */
#include "config.h"

#include "lint_pages.h"

#include "common/store_cost.h"
#include "common/store_worker.h"
#include "fcgi/picture.h"
#include "fcgi/token.h"

#include <inttypes.h>
#include <stdio.h>

static void
progress(struct site *site, int64_t id)
{
    struct store_progress p = {
        .id = id, .token = TOKEN, .fraction = 0.5, .phase = "summing", .eta_s = 12};
    assert_int_equal(store_progress(site->store->s, &p, 1), STORE_OK);
}

/* A row that runs, at POSITION. */
static int64_t
put_running(struct site *site, uint64_t position, enum algorithm algorithm)
{
    int64_t id = put_as(site->store, 10, position, algorithm, ALICE);
    take(site->store, id, TOKEN);
    progress(site, id);
    return id;
}

/* Has running row ID be cancelled soon. */
static void
cancel(struct site *site, int64_t id)
{
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    assert_int_equal(store_cancel(site->store->s, id, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
}

/* A row that waits for memory, at POSITION. */
static int64_t
put_waiting(struct site *site, uint64_t position)
{
    int64_t id = put_as(site->store, 10, position, ALGORITHM_AUTO, ALICE);
    assert_int_equal(store_waits(site->store->s, id, STORE_WAITS_MEMORY), STORE_OK);
    return id;
}

/* The page of row ID, or one below it. */
static void
get_row(struct site *site, int64_t id, const char *below)
{
    char target[128];
    snprintf(target, sizeof target, "/computations/%d%s", (int)id, below);
    site_get(site, target);
}

/* What a daemon tells of costs. */
static void
make_costs(struct site *site)
{
    struct cost_table table = {.threads = 2};
    const double speeds[ALGORITHM_COUNT] = {0};
    assert_true(cost_parse("0.1/1 0.2/2", &table.lines[ALGORITHM_CHUDNOVSKY][0]));
    assert_int_equal(store_set_costs(site->store->s, &table, speeds), STORE_OK);
}

static void
make_lists(struct site *site)
{
    site_get(site, "/");
    site_get(site, "/?radix=16");
    for (int i = 0; i < 52; i++)
        put_as(site->store, 10, (uint64_t)i + 1, ALGORITHM_SPIGOT, NULL);
    site_get(site, "/");
    site_get(site, "/?highlight=1");
    site_get(site, "/?highlight=52");
    site_get(site, "/?after=52");
    site_get(site, "/?new=1&position=5");
    site_get(site, "/?status=done&radix=16&algorithm=bbp&position=5&sort=time");
    site_get(site, "/updates?since=0");
    char proof[TOKEN_SIZE], told[TOKEN_SIZE + 64];
    token_note(&site->app, "cancel.1.0.0.0.0.0.0.0", proof);
    snprintf(told, sizeof told, "/?told=cancel.1.0.0.0.0.0.0.0&proof=%s", proof);
    site_get(site, told);
    snprintf(told, sizeof told, "/computations/1?told=cancel.1.0.0.0.0.0.0.0&proof=%s",
             proof);
    site_get(site, told);
    assert_has(site, "class=\"told\"");
    site_get(site, "/computations/bulk?ids=1.2");
    site_post(site, "/computations/bulk", "action=delete&id=1&id=2");
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations/bulk",
                                 .body = "csrf=x&action=cancel&id=1",
                                 .type = "application/x-www-form-urlencoded"});
    assert_status(site, 403);
    make_costs(site);
    site_get(site, "/");
    site_post(site, "/computations", "position=x&radix=3&algorithm=none");
    assert_status(site, 422);
    site->conf.queue_limit = 1;
    site_post(site, "/computations", "position=77&radix=10&algorithm=auto");
    assert_status(site, 503);
    site->conf.queue_limit = 1000;
}

static void
make_computations(struct site *site)
{
    char owner[OWNER_SIZE], cookie[SITE_HEADER_SIZE];
    site_visitor(site, owner, cookie);
    int64_t failed = put(site->store, 2000, owner), window, own, running;
    get_row(site, failed, "");
    own = put(site->store, 2001, owner);
    char target[64];
    snprintf(target, sizeof target, "/computations/%d/delete", (int)own);
    site_ask(site, &(struct ask){.target = target, .cookie = cookie});
    assert_status(site, 200);
    site_post(site, "/computations/1/delete", "x=");
    assert_status(site, 403);
    take(site->store, failed, TOKEN);
    assert_int_equal(store_failed(site->store->s, failed, TOKEN, "memory"), STORE_OK);
    get_row(site, failed, "");
    site_get(site, "/pi/2000");
    running = put_running(site, 3000, ALGORITHM_AUTO);
    site_get(site, "/");
    get_row(site, running, "");
    cancel(site, running);
    site_get(site, "/");
    get_row(site, running, "");
    get_row(site, put_waiting(site, 3001), "");
    site_get(site, "/pi/3001");
    site_get(site, "/");
    window = put_as(site->store, 16, 5000, ALGORITHM_BBP, NULL);
    take(site->store, window, TOKEN);
    calculate(site->store, window, TOKEN);
    finish(site->store, window, TOKEN);
    run_sql(site->store, "UPDATE computation SET attempts = 2, answered_by = 1 "
                         "WHERE stage = 'stored'");
    get_row(site, window, "");
    site_get(site, "/pi/5000?radix=16");
    site_get(site, "/");
}

/* Pages with digits that are being made, and with every step of a check. */
static void
make_details(struct site *site)
{
    const struct store_worker worker = {.daemon = "one", .pid = 7, .threads = 2};
    int64_t id = put_running(site, 4000, ALGORITHM_SPIGOT);
    site_write_aside(site, 10, 100, id);
    assert_int_equal(store_set_worker(site->store->s, id, TOKEN, &worker), STORE_OK);
    get_row(site, id, "");
    site_write_aside(site, 10, 1000, id);
    get_row(site, id, "");
    id = put_as(site->store, 16, 6000, ALGORITHM_BBP, NULL);
    take(site->store, id, TOKEN);
    progress(site, id);
    run_sql(site->store, "UPDATE computation SET method = 'bbp' WHERE position = 6000");
    get_row(site, id, "");
    calculate(site->store, id, TOKEN);
    finish(site->store, id, TOKEN);
    run_sql(site->store,
            "UPDATE computation SET verified = 'all 16 digits are the same "
            "by chudnovsky', stored_at = stored_at + 5 "
            "WHERE position = 6000");
    get_row(site, id, "");
}

/* Comparisons: with nothing, what waits, runs, failed, agrees and differs. */
static void
make_comparisons(struct site *site)
{
    int64_t id = put_running(site, 2500, ALGORITHM_SPIGOT), alone, failed, other;
    get_row(site, id, "/compare");
    cancel(site, id);
    get_row(site, id, "/compare");
    get_row(site, put_waiting(site, 2500), "/compare");
    alone = put(site->store, 60000, NULL);
    get_row(site, alone, "/compare");
    site_post(site, "/computations/1/compare", "algorithm=x");
    assert_status(site, 422);
    failed = put(site->store, 2600, NULL);
    take(site->store, failed, TOKEN);
    assert_int_equal(store_failed(site->store->s, failed, TOKEN, "memory"), STORE_OK);
    get_row(site, failed, "/compare");
    id = put(site->store, 2700, NULL);
    other = put_as(site->store, 10, 2700, ALGORITHM_AUTO, NULL);
    for (int i = 0; i < 2; i++) {
        take(site->store, i == 0 ? id : other, TOKEN);
        calculate(site->store, i == 0 ? id : other, TOKEN);
        finish(site->store, i == 0 ? id : other, TOKEN);
    }
    run_sql(site->store, "UPDATE computation SET method = 'spigot', answered_by = 1 "
                         "WHERE position = 2700 AND algorithm = 'auto'");
    get_row(site, id, "/compare");
    run_sql(site->store, "UPDATE computation SET digit = '0', verified = NULL, "
                         "revision = revision + 1 WHERE position = 2700");
    run_sql(site->store, "UPDATE computation SET digit = '1' "
                         "WHERE position = 2700 AND algorithm = 'auto'");
    get_row(site, other, "/compare");
    assert_has(site, "They differ");
}

static void
make_digits(struct site *site)
{
    int64_t coming;
    site_publish(site, 10, 101000, put(site->store, 101000, NULL));
    site_get(site, "/pi/101000");
    site_get(site, "/pi/101000?from=1001");
    site_get(site, "/pi/101000?from=100001");
    site_get(site, "/pi/101000?per=10000&columns=20&mark=20000-20009");
    site_get(site, "/computations/1");
    get_row(site, select_integer(site->store, "SELECT max(id) FROM computation"), "");
    coming = put_running(site, 200000, ALGORITHM_CHUDNOVSKY);
    site_get(site, "/pi/200000");
    site_get(site, "/pi/200000?from=150001");
    site_get_json(site, "/pi/200000");
    cancel(site, coming);
    site_get(site, "/pi/200000");
    get_row(site, coming, "");
    site_get(site, "/pi/300000?radix=16");
    put_as(site->store, 16, 300000, ALGORITHM_CHUDNOVSKY, NULL);
    site_get(site, "/pi/300000?radix=16");
    site_get(site, "/");
}

/* With the digits of make_digits(); those of radix 16 are not there. */
static void
make_searches(struct site *site)
{
    char begins[] = "/search?q=3.1";
    begins[sizeof begins - 2] = site_digit(1);
    site_get(site, begins);
    site_get(site, "/search?q=1&radix=16");
    site_get(site, "/search?q=1");
    site_get(site, "/search?q=1&after=5");
    site_get(site, "/search?q=x");
    site_get(site, "/search?day=23&month=1&year=1989"); /* 890123 is at position 44 */
    site_get(site, "/search?day=x&month=1&year=2000");
    site_get(site, "/search?day=1&month=1&year=99");
}

static void
make_pictures(struct site *site)
{
    site_publish(site, 16, 1000,
                 put_as(site->store, 16, 1000, ALGORITHM_CHUDNOVSKY, NULL));
    /* So far from each other that the picture of speeds has many columns. */
    for (uint64_t position = 11; position < UINT64_C(1000000000); position *= 1000000) {
        int64_t id = put_as(site->store, 16, position, ALGORITHM_BBP, NULL);
        take(site->store, id, TOKEN);
        calculate(site->store, id, TOKEN);
        finish(site->store, id, TOKEN);
    }
    run_sql(site->store, "UPDATE computation SET wall_s = 0.5, cpu_s = 0.5"
                         " WHERE status = 'done' AND radix = 16");
    run_sql(site->store, "UPDATE computation SET method = 'bbp'"
                         " WHERE status = 'done' AND algorithm = 'bbp'");
    site_get(site, "/pictures?n=1000");
    site_get(site, "/pictures?n=100&radix=16");
    site_get(site, "/pictures?n=1000000");
    for (int radix = 10; radix <= 16; radix += 6) {
        for (size_t i = 0; i < PICTURE_COUNT; i++) {
            char target[96];
            snprintf(target, sizeof target, "/pictures/%s.svg?n=1000&radix=%d",
                     pictures[i].name, radix);
            site_get(site, target);
            assert_status(site, 200);
        }
    }
}

/* A reason that only English has words for, on each page that shows one. */
static void
make_reasons(struct site *site)
{
    int64_t id = put(site->store, 90000, ALICE);
    char target[3][64] = {"", "", "/pi/300001?radix=16"};
    snprintf(target[0], sizeof target[0], "/computations/%" PRId64, id);
    snprintf(target[1], sizeof target[1], "/computations/%" PRId64 "/compare", id);
    take(site->store, id, TOKEN);
    assert_int_equal(store_failed(site->store->s, id, TOKEN, "moonlight"), STORE_OK);
    id = put_as(site->store, 16, 300001, ALGORITHM_CHUDNOVSKY, NULL);
    take(site->store, id, TOKEN);
    assert_int_equal(store_failed(site->store->s, id, TOKEN, "moonlight"), STORE_OK);
    for (int i = 0; i < 3; i++) {
        site_ask(site, &(struct ask){.target = target[i], .accept_language = "ru"});
        assert_has(site, " lang=\"en\">moonlight");
    }
}

static void
make_errors(struct site *site)
{
    site_get(site, "/nowhere");
    site_get(site, "/?radix=3");
    site_get(site, "/?position=x");
    site_get(site, "/pi/5?from=6");
    site_get(site, "/pi/99999999999");
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations/1/cancel",
                                 .body = "csrf=x",
                                 .type = "application/x-www-form-urlencoded"});
    assert_status(site, 403);
    assert_has(site, "action=\"/computations/1/cancel\"");
}

void
lint_make_pages(struct site *site)
{
    site_get(site, "/pictures/speed.svg");
    make_lists(site);
    make_computations(site);
    make_details(site);
    make_comparisons(site);
    make_digits(site);
    make_searches(site);
    make_pictures(site);
    make_reasons(site);
    make_errors(site);
    site_get(site, "/api");
}
