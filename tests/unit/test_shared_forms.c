/*
 * Pages and answers to polls in two forms: as they are, and as gzip. Each is made once
 * for each revision.
 */
#include "site_fixture.h"

#include "fcgi/cache.h"
#include "fcgi/updates.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t
renders(struct site *site)
{
    struct cache_stats stats;
    cache_stats(site->app.cache, &stats);
    return stats.renders;
}

/* How many texts were made for GET TARGET. */
static int64_t
renders_for(struct site *site, const char *target)
{
    int64_t before = renders(site);
    site_get(site, target);
    return renders(site) - before;
}

/* The same for who takes gzip, and must get it. */
static int64_t
renders_short(struct site *site, const char *target)
{
    int64_t before = renders(site);
    site_ask(site, &(struct ask){.target = target, .gzip = true});
    assert_status(site, 200);
    assert_header(site, "Content-Encoding", "gzip");
    return renders(site) - before;
}

static void
the_short_form_is_made_once_for_each_revision(void **state)
{
    struct site *site = *state;
    char tag[SITE_HEADER_SIZE], value[SITE_HEADER_SIZE];
    for (uint64_t position = 1; position <= 20; position++)
        put(site->store, position, NULL);
    static const char *const targets[] = {"/", "/updates?since=0",
                                          "/api/v1/computations"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        renders_for(site, targets[i]);
        site_header(site, "ETag", tag);
        assert_int_equal(tag[0], '"');
        assert_string_equal(site_header(site, "Content-Encoding", value), "");
        assert_non_null(strstr(site_header(site, "Vary", value), "Accept-Encoding"));
        assert_int_equal(renders_short(site, targets[i]), 1);
        /* The same ETag, a weak one. */
        site_header(site, "ETag", value);
        assert_memory_equal(value, "W/", 2);
        assert_string_equal(value + 2, tag);
        assert_non_null(strstr(site_header(site, "Vary", value), "Accept-Encoding"));
        assert_int_equal(renders_short(site, targets[i]), 0);
        assert_int_equal(renders_for(site, targets[i]), 0);
        assert_string_equal(site_header(site, "Content-Encoding", value), "");
    }
    put(site->store, 21, NULL);
    assert_int_equal(renders_short(site, "/"), 2);
}

static void
polls_for_either_form_share_one_rendering(void **state)
{
    struct site *site = *state;
    char target[64];
    struct wait waits[2];
    put(site->store, 10, NULL);
    snprintf(target, sizeof target, "/updates?since=%" PRId64,
             store_revision(site->store->s));
    for (int i = 0; i < 2; i++) {
        const struct ask ask = {.target = target, .wait_s = 25, .gzip = i == 1};
        memcpy(&waits[i], &site_ask(site, &ask)->wait, sizeof waits[i]);
        assert_int_equal(waits[i].kind, WAIT_UPDATES);
        assert_int_equal(waits[i].gzip, i == 1);
    }
    put(site->store, 20, NULL);
    int64_t before = renders(site);
    for (int i = 0; i < 2; i++) {
        struct reply reply;
        int64_t checked;
        reply_init(&reply);
        assert_true(updates_answer(&site->ctx, &waits[i], &reply, &checked));
        reply_clear(&reply);
    }
    /* The answer, and the row in it. */
    assert_int_equal(renders(site) - before, 2);
    /* What ends with nothing new has the tag of the form it would have had. */
    for (int i = 0; i < 2; i++) {
        struct reply reply;
        reply_init(&reply);
        updates_nothing_new(&waits[i], &reply);
        assert_int_equal(strstr(reply.headers, "ETag: W/\"") != NULL, i == 1);
        reply_clear(&reply);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_short_form_is_made_once_for_each_revision,
                                        site_setup, site_teardown),
        cmocka_unit_test_setup_teardown(polls_for_either_form_share_one_rendering,
                                        site_setup, site_teardown),
    };
    return cmocka_run_group_tests_name("shared_forms", tests, NULL, NULL);
}
