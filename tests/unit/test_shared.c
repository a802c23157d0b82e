/*
 * What many visitors get is rendered once, is never out of date, and has nothing
 * of one visitor in it that another gets.
 */
#include "site_fixture.h"

#include "fcgi/cache.h"
#include "fcgi/token.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COOKIE "nthpi_owner=4711-a-visitors-own-4711"

/* The time, which stands still unless a test moves it: no quarter of an hour ends by
 * itself. */
static _Atomic time_t now = 1800000000;

/* In place of the C library's. */
time_t
time(time_t *out)
{
    if (out != NULL)
        *out = now;
    return now;
}

static struct cache_stats
stats_of(struct site *site)
{
    struct cache_stats stats;
    cache_stats(site->app.cache, &stats);
    return stats;
}

/* How many texts were rendered for GET TARGET. */
static int64_t
renders_for(struct site *site, const char *target)
{
    int64_t before = stats_of(site).renders;
    site_get(site, target);
    return stats_of(site).renders - before;
}

static void
a_first_screen_is_rendered_once(void **state)
{
    struct site *site = *state;
    put(site->store, 10, NULL);
    put_as(site->store, 16, 20, ALGORITHM_BBP, NULL);
    static const char *const targets[] = {"/", "/?radix=16", "/?status=queued",
                                          "/?status=queued&radix=10&algorithm=auto"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        assert_int_equal(renders_for(site, targets[i]), 1);
        char *first = strdup(site_body(site));
        assert_non_null(first);
        assert_int_equal(renders_for(site, targets[i]), 0);
        assert_string_equal(site_body(site), first);
        assert_header(site, "Content-Type", "text/html; charset=utf-8");
        assert_header(site, "Cache-Control", "no-cache");
        free(first);
    }
    site_get(site, "/?radix=16");
    assert_has(site, "data-id=\"2\"");
    assert_has_not(site, "data-id=\"1\"");
    site_get(site, "/?status=queued&radix=10&algorithm=auto");
    assert_has_not(site, "data-id=\"1\"");
}

static void
a_change_is_seen_at_once(void **state)
{
    struct site *site = *state;
    site_get(site, "/");
    site_get(site, "/");
    for (int i = 1; i <= 3; i++) {
        char row[32];
        int64_t id = put(site->store, 10 * (uint64_t)i, NULL);
        snprintf(row, sizeof row, "data-id=\"%" PRId64 "\"", id);
        assert_int_equal(renders_for(site, "/"), 1);
        assert_has(site, row);
    }
    take(site->store, 1, TOKEN);
    site_get(site, "/");
    assert_has(site, "data-id=\"1\" data-status=\"running\"");
}

static void
one_visitor_sees_nothing_of_another(void **state)
{
    struct site *site = *state;
    char cookies[SITE_HEADER_SIZE];
    put(site->store, 10, ALICE);
    site_ask(site, &(struct ask){.target = "/", .cookie = COOKIE});
    assert_status(site, 200);
    assert_string_equal(site_header(site, "Set-Cookie", cookies), "");
    assert_has_not(site, "4711");
    assert_has_not(site, ALICE);
    char *with_cookie = strdup(site_body(site));
    assert_non_null(with_cookie);
    assert_int_equal(renders_for(site, "/"), 0);
    assert_string_equal(site_body(site), with_cookie);
    free(with_cookie);

    site_ask(site, &(struct ask){.target = "/updates?since=0", .cookie = COOKIE});
    assert_has_not(site, ALICE);
    assert_int_equal(renders_for(site, "/updates?since=0"), 0);
    assert_string_equal(site_header(site, "Set-Cookie", cookies), "");
}

static void
what_a_visitor_wrote_is_not_kept(void **state)
{
    struct site *site = *state;
    for (uint64_t i = 1; i <= 60; i++)
        put(site->store, i, NULL);
    static const char *const targets[] = {
        "/?position=12345678",    "/?new=1",   "/?highlight=3", "/?utm_source=mine",
        "/?radix=16&status=done", "/?status=", "/?after=40",
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        assert_int_equal(renders_for(site, targets[i]), 0);
        assert_status(site, 200);
    }
    site_post(site, "/computations", "position=not-a-number");
    assert_status(site, 422);
    assert_has(site, "not-a-number");
    assert_int_equal(renders_for(site, "/"), 1);
    assert_has_not(site, "not-a-number");
    assert_has_not(site, "utm_source");
    assert_has_not(site, "12345678");
}

static void
a_page_for_head_and_for_who_has_it(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    site_ask(site, &(struct ask){.method = "HEAD", .target = "/"});
    assert_status(site, 200);
    size_t length = site->reply.body_length;
    assert_int_equal(reply_body_size(&site->reply), 0);
    assert_int_equal(renders_for(site, "/"), 0);
    assert_int_equal(site->reply.body_length, length);
    assert_int_equal(reply_body_size(&site->reply), length);
    site_header(site, "ETag", etag);
    site_ask(site, &(struct ask){.target = "/", .if_none_match = etag});
    assert_status(site, 304);
    assert_int_equal(reply_body_size(&site->reply), 0);
}

/* The form's token of the last answer into TOKEN. */
static void
form_token(struct site *site, char token[TOKEN_SIZE])
{
    static const char before[] = "name=\"csrf\" value=\"";
    const char *at = strstr(site_body(site), before);
    assert_non_null(at);
    at += sizeof before - 1;
    snprintf(token, TOKEN_SIZE, "%.*s", (int)strcspn(at, "\""), at);
}

static void
no_page_outlives_its_token(void **state)
{
    struct site *site = *state;
    char first[TOKEN_SIZE], later[TOKEN_SIZE], etag[SITE_HEADER_SIZE];
    put(site->store, 10, NULL);
    site_get(site, "/");
    form_token(site, first);
    site_header(site, "ETag", etag);
    site_get_json(site, "/computations/1");
    now += TOKEN_CSRF_STEP;
    site_ask(site, &(struct ask){.target = "/", .if_none_match = etag});
    assert_status(site, 200);
    form_token(site, later);
    assert_string_not_equal(first, later);
    assert_true(token_csrf_valid(&site->app, later));
    /* The live part of a page has a token in its forms, too. */
    assert_int_equal(renders_for(site, "/"), 0);
    int64_t before = stats_of(site).renders;
    site_get_json(site, "/computations/1");
    assert_int_equal(stats_of(site).renders, before + 1);
    assert_non_null(strstr(site_body(site), later));
    assert_null(strstr(site_body(site), first));
    /* Two days later no form of then is good, and the page has one that is. */
    now += 2 * 24 * 3600;
    assert_false(token_csrf_valid(&site->app, later));
    site_get(site, "/");
    form_token(site, later);
    assert_true(token_csrf_valid(&site->app, later));
}

static void
one_delta_for_all_who_ask_the_same(void **state)
{
    struct site *site = *state;
    char value[SITE_HEADER_SIZE];
    put(site->store, 10, NULL);
    int64_t since = store_revision(site->store->s);
    put(site->store, 20, NULL);
    put(site->store, 30, NULL);
    char target[64];
    snprintf(target, sizeof target, "/updates?since=%" PRId64, since);

    site_ask(site, &(struct ask){.target = target, .wait_s = 5});
    assert_header(site, "Preference-Applied", "wait=5");
    char *delta = strdup(site_body(site));
    assert_non_null(delta);
    assert_int_equal(renders_for(site, target), 0);
    assert_string_equal(site_body(site), delta);
    free(delta);
    /* Headers of the request that made it are not part of it. */
    assert_string_equal(site_header(site, "Preference-Applied", value), "");
    assert_header(site, "Cache-Control", "no-store");
    assert_header(site, "Vary", "Accept-Encoding, Accept-Language, Cookie, Prefer");

    /* Another question about the same rows: one delta and one row more. */
    assert_int_equal(renders_for(site, "/updates?since=0"), 2);
    /* The rows of another filter are the same rows. */
    assert_int_equal(renders_for(site, "/updates?since=0&radix=10"), 1);
}

static void
nothing_new_is_found_out_once(void **state)
{
    struct site *site = *state;
    put(site->store, 10, NULL);
    char target[64];
    snprintf(target, sizeof target, "/updates?radix=16&since=%" PRId64,
             store_revision(site->store->s));
    put(site->store, 20, NULL);
    assert_int_equal(renders_for(site, target), 1);
    assert_status(site, 304);
    assert_int_equal(renders_for(site, target), 0);
    assert_status(site, 304);
    put_as(site->store, 16, 30, ALGORITHM_BBP, NULL);
    site_get(site, target);
    assert_status(site, 200);
    assert_has(site, "\"id\":3");
}

static void
errors_are_not_kept(void **state)
{
    struct site *site = *state;
    int64_t entries = stats_of(site).entries;
    site_get_json(site, "/computations/7");
    assert_status(site, 404);
    site_get(site, "/api/v1/computations/7");
    assert_status(site, 404);
    assert_int_equal(stats_of(site).entries, entries);
    put(site->store, 10, NULL);
    site_get(site, "/api/v1/computations/1");
    assert_status(site, 200);
    assert_int_equal(renders_for(site, "/api/v1/computations/1"), 0);
    assert_has(site, "\"position\":10");
}

/* ---- many threads ---- */

enum { READERS = 4, ROUNDS = 20 };

/* A visitor who loads the page again and again on a thread of his own. */
struct reader {
    pthread_t thread;
    struct site site; /* shares the app */
    atomic_bool *stop;
    atomic_long pages;
    const char *problem; /* or NULL */
};

/* The revision that the page shows, or -1. */
static int64_t
shown_revision(struct site *site)
{
    static const char before[] = "data-live=\"/updates\" data-revision=\"";
    const char *at = strstr(site_body(site), before);
    return at != NULL ? strtoll(at + sizeof before - 1, NULL, 10) : -1;
}

static void *
read_pages(void *argument)
{
    struct reader *reader = argument;
    while (!atomic_load(reader->stop) && reader->problem == NULL) {
        int64_t before = store_revision(reader->site.ctx.store);
        site_get(&reader->site, "/");
        int64_t shown = shown_revision(&reader->site);
        if (reader->site.reply.status != 200 || shown < 0)
            reader->problem = "no page";
        else if (shown < before)
            reader->problem = "a page older than the database";
        atomic_fetch_add(&reader->pages, 1);
    }
    return NULL;
}

static void
each_revision_is_rendered_once_by_all_threads(void **state)
{
    struct site *site = *state;
    static struct reader readers[READERS];
    atomic_bool stop;
    atomic_init(&stop, false);
    put(site->store, 1, NULL);
    for (int i = 0; i < READERS; i++) {
        struct reader *reader = &readers[i];
        reader->site = *site;
        reader->site.ctx.store = fixture_open(site->store, STORE_DURABLE);
        reply_init(&reader->site.reply);
        reader->stop = &stop;
        atomic_init(&reader->pages, 0);
        reader->problem = NULL;
        assert_int_equal(pthread_create(&reader->thread, NULL, read_pages, reader), 0);
    }
    /* The first revision is seen by somebody, too. */
    while (atomic_load(&readers[0].pages) < 1 && readers[0].problem == NULL)
        sched_yield();
    for (uint64_t round = 2; round <= ROUNDS; round++) {
        long seen[READERS];
        put(site->store, round, NULL);
        for (int i = 0; i < READERS; i++)
            seen[i] = atomic_load(&readers[i].pages);
        /* Two more pages of each: the second began after the change. */
        for (int i = 0; i < READERS; i++)
            while (atomic_load(&readers[i].pages) < seen[i] + 2 &&
                   readers[i].problem == NULL)
                sched_yield();
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        reply_clear(&readers[i].site.reply);
        store_close(readers[i].site.ctx.store);
    }
    for (int i = 0; i < READERS; i++)
        assert_null(readers[i].problem);
    struct cache_stats stats = stats_of(site);
    assert_int_equal(stats.misses, stats.renders);
    assert_int_equal(stats.renders, ROUNDS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_first_screen_is_rendered_once, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(a_change_is_seen_at_once, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(one_visitor_sees_nothing_of_another, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(what_a_visitor_wrote_is_not_kept, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(a_page_for_head_and_for_who_has_it, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(no_page_outlives_its_token, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(one_delta_for_all_who_ask_the_same, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(nothing_new_is_found_out_once, site_setup,
                                        site_teardown),
        cmocka_unit_test_setup_teardown(errors_are_not_kept, site_setup, site_teardown),
        cmocka_unit_test_setup_teardown(each_revision_is_rendered_once_by_all_threads,
                                        site_setup, site_teardown),
    };
    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
