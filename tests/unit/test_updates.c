/*
 * Long polling, the side of the data: what is answered, and what leaves a poll
 * waiting. What a client makes of all answers is in test_updates_client.c.
 */
#include "updates_fixture.h"

#include "fcgi/list.h"
#include "fcgi/updates.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The ids of the answer's list NAME ("changed", "removed", "order") as text. */
static const char *
ids(const json_t *answer, const char *name, char out[512])
{
    size_t i, used = 0;
    json_t *value;
    out[0] = '\0';
    json_array_foreach(json_object_get(answer, name), i, value)
    {
        json_t *id = json_is_object(value) ? json_object_get(value, "id") : value;
        used += (size_t)snprintf(out + used, 512 - used, "%s%d", i > 0 ? " " : "",
                                 (int)json_integer_value(id));
    }
    return out;
}

static void
assert_ids(const json_t *answer, const char *name, const char *expected)
{
    char found[512];
    assert_string_equal(ids(answer, name, found), expected);
}

static void
a_change_brings_its_row(void **state)
{
    struct site *site = *state;
    char etag[32];
    int64_t since = store_revision(site->store->s);
    int64_t id = put(site->store, 10, NULL);
    json_t *answer = poll_since(site, since, "");
    assert_non_null(answer);
    assert_int_equal(revision_of(answer), store_revision(site->store->s));
    assert_ids(answer, "changed", "1");
    assert_ids(answer, "removed", "");
    assert_ids(answer, "order", "1");
    json_t *row = json_array_get(json_object_get(answer, "changed"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "status")), "queued");
    assert_int_equal(json_integer_value(json_object_get(row, "revision")),
                     row_of(site->store, id).revision);
    assert_non_null(strstr(json_string_value(json_object_get(row, "html")),
                           "<tr id=\"c-1\" data-id=\"1\" data-status=\"queued\""));
    json_t *counts = json_object_get(answer, "counts");
    assert_int_equal(json_integer_value(json_object_get(counts, "queued")), 1);
    snprintf(etag, sizeof etag, "\"%" PRId64 "\"", revision_of(answer));
    assert_header(site, "ETag", etag);
    assert_header(site, "Cache-Control", "no-store");
    assert_header(site, "Vary", "Accept-Encoding, Accept-Language, Cookie, Prefer");
    json_decref(answer);
}

static void
the_page_and_the_poll_have_the_same_row(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 16, 12345, ALGORITHM_AUTO, NULL);
    take(site->store, id, TOKEN);
    json_t *answer = poll_since(site, 0, "");
    json_t *row = json_array_get(json_object_get(answer, "changed"), 0);
    site_get(site, "/");
    assert_has(site, json_string_value(json_object_get(row, "html")));
    json_decref(answer);
}

static void
nothing_new_is_304(void **state)
{
    struct site *site = *state;
    char etag[32];
    put(site->store, 10, NULL);
    int64_t now = store_revision(site->store->s);
    assert_null(poll_since(site, now, ""));
    snprintf(etag, sizeof etag, "\"%" PRId64 "\"", now);
    assert_header(site, "ETag", etag);
    site_ask(site, &(struct ask){.target = "/updates", .if_none_match = etag});
    assert_status(site, 304);
    snprintf(etag, sizeof etag, "W/\"%" PRId64 "\"", now);
    site_ask(site, &(struct ask){.target = "/updates", .if_none_match = etag});
    assert_status(site, 304);
}

static void
a_poll_must_name_a_revision(void **state)
{
    struct site *site = *state;
    static const char *const tags[] = {NULL, "*", "12", "\"x\"", "\"12", "\"-1\""};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        site_ask(site, &(struct ask){.target = "/updates", .if_none_match = tags[i]});
        assert_status(site, 400);
        assert_header(site, "Content-Type", "application/problem+json");
        assert_has(site, "since");
    }
    site_get(site, "/updates?since=x");
    assert_status(site, 400);
}

static void
a_wish_to_wait_parks(void **state)
{
    struct site *site = *state;
    char target[64];
    put(site->store, 10, NULL);
    int64_t now = store_revision(site->store->s);
    snprintf(target, sizeof target, "/updates?since=%" PRId64, now);
    const struct ask ask = {.target = target, .wait_s = 25};
    const struct reply *reply = site_ask(site, &ask);
    assert_int_equal(reply->wait.kind, WAIT_UPDATES);
    assert_int_equal(reply->wait.since, now);
    assert_int_equal(reply->wait_checked, now);
    assert_int_equal(reply->wait_s, 25);
    struct wait wait = reply->wait;

    struct reply later;
    int64_t checked = 0;
    reply_init(&later);
    assert_false(updates_answer(&site->ctx, &wait, &later, &checked));
    assert_int_equal(checked, now);
    put(site->store, 11, NULL);
    assert_true(updates_answer(&site->ctx, &wait, &later, &checked));
    assert_int_equal(later.status, 200);
    reply_clear(&later);
}

static void
equal_polls_make_equal_waits(void **state)
{
    struct site *site = *state;
    char target[64];
    snprintf(target, sizeof target, "/updates?radix=16&since=%" PRId64,
             store_revision(site->store->s));
    const struct ask ask = {.target = target, .wait_s = 25};
    struct wait first = site_ask(site, &ask)->wait;
    memset(&site->reply.wait, 0xff, sizeof site->reply.wait);
    const struct reply *second = site_ask(site, &ask);
    assert_memory_equal(&first, &second->wait, sizeof first);
}

/* Each list says how many rows of its radix, algorithm and position are queued, running
 * and so on: those of other statuses, too. */
static void
rows_of_other_statuses_are_counted(void **state)
{
    struct site *site = *state;
    static const char *const filters[] = {"&status=done", "&status=failed&radix=10",
                                          "&status=queued&position=10"};
    int64_t before = store_revision(site->store->s);
    int64_t id = put_as(site->store, 10, 10, ALGORITHM_CHUDNOVSKY, NULL);
    take(site->store, id, TOKEN);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        json_t *answer = poll_since(site, before, filters[i]);
        assert_ids(answer, "changed", "");
        assert_ids(answer, "order", "");
        const json_t *counts = json_object_get(answer, "counts");
        assert_int_equal(json_integer_value(json_object_get(counts, "running")), 1);
        json_decref(answer);
    }
}

static void
rows_that_do_not_count_are_no_news(void **state)
{
    struct site *site = *state;
    static const char *const filters[] = {"&radix=16", "&status=done&algorithm=bbp",
                                          "&position=11"};
    char target[96];
    int64_t since = store_revision(site->store->s);
    take(site->store, put_as(site->store, 10, 10, ALGORITHM_CHUDNOVSKY, NULL), TOKEN);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        snprintf(target, sizeof target, "/updates?since=%" PRId64 "%s", since,
                 filters[i]);
        site_get(site, target);
        assert_status(site, 304);
    }
}

static void
a_row_that_leaves_a_filter_is_removed(void **state)
{
    struct site *site = *state;
    int64_t id = put(site->store, 10, NULL);
    int64_t since = store_revision(site->store->s);
    take(site->store, id, TOKEN);
    json_t *answer = poll_since(site, since, "&status=queued");
    assert_ids(answer, "removed", "1");
    assert_ids(answer, "changed", "");
    assert_ids(answer, "order", "");
    json_decref(answer);
}

/* Whether GET /updates with FILTER since SINCE has an answer. */
static bool
is_answered(struct site *site, int64_t since, const char *filter)
{
    json_t *answer = poll_since(site, since, filter);
    json_decref(answer);
    return answer != NULL;
}

static void
rows_that_stay_elsewhere_leave_a_poll_parked(void **state)
{
    struct site *site = *state;
    static const char *const filters[] = {"&status=queued", "&status=failed",
                                          "&status=cancelled", "&status=done"};
    struct store_progress progress = {.token = TOKEN, .phase = "series"};
    int64_t id = put(site->store, 10, NULL);
    int64_t queued = store_revision(site->store->s);
    take(site->store, id, TOKEN);
    int64_t taken = store_revision(site->store->s);
    progress.id = id;
    progress.fraction = 0.5;
    assert_int_equal(store_progress(site->store->s, &progress, 1), STORE_OK);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        assert_false(is_answered(site, taken, filters[i]));
    assert_true(is_answered(site, taken, "&status=running"));
    assert_true(is_answered(site, taken, ""));
    /* It left queued, but none of the others. */
    json_t *left = poll_since(site, queued, "&status=queued");
    assert_ids(left, "removed", "1");
    json_decref(left);
    left = poll_since(site, queued, "&status=failed");
    assert_ids(left, "removed", "");
    json_decref(left);
}

static void
so_they_do_for_the_list_of_the_api(void **state)
{
    struct site *site = *state;
    char target[96];
    int64_t id = put(site->store, 10, NULL);
    int64_t queued = store_revision(site->store->s);
    take(site->store, id, TOKEN);
    int64_t taken = store_revision(site->store->s);
    calculate(site->store, id, TOKEN);
    struct ask ask = {.target = target, .wait_s = 25};
    snprintf(target, sizeof target, "/api/v1/computations?status=queued&since=%" PRId64,
             taken);
    assert_int_equal(site_ask(site, &ask)->wait.kind, WAIT_API_LIST);
    snprintf(target, sizeof target, "/api/v1/computations?status=queued&since=%" PRId64,
             queued);
    site_ask(site, &ask);
    assert_status(site, 200);
}

/* The last status is not the only one that a row has left since. */
static void
what_a_row_was_before_is_known(void **state)
{
    struct site *site = *state;
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    int64_t id = put(site->store, 10, NULL);
    assert_int_equal(store_cancel(site->store->s, id, &admin, &wish), STORE_OK);
    int64_t cancelled = store_revision(site->store->s);
    assert_int_equal(store_retry(site->store->s, id, &admin, 10), STORE_OK);
    take(site->store, id, TOKEN);
    int64_t running = store_revision(site->store->s);
    calculate(site->store, id, TOKEN);
    json_t *answer = poll_since(site, cancelled, "&status=cancelled");
    assert_ids(answer, "removed", "1");
    json_decref(answer);
    assert_false(is_answered(site, running, "&status=cancelled"));
    assert_false(is_answered(site, running, "&status=queued"));
}

static void
a_filtered_poll_far_behind_starts_anew(void **state)
{
    struct site *site = *state;
    int64_t since = store_revision(site->store->s);
    for (int i = 1; i <= 300; i++)
        put(site->store, (uint64_t)i, NULL);
    take(site->store, 1, TOKEN);
    json_t *answer = poll_since(site, since, "&status=queued");
    assert_true(json_is_true(json_object_get(answer, "reset")));
    assert_int_equal(revision_of(answer), store_revision(site->store->s));
    assert_int_equal(json_array_size(json_object_get(answer, "changed")), LIST_ROWS);
    json_decref(answer);
    answer = poll_since(site, since, "");
    assert_true(json_is_true(json_object_get(answer, "more")));
    json_decref(answer);
}

static void
a_deleted_row_is_removed(void **state)
{
    struct site *site = *state;
    enum store_wish wish;
    const struct store_asker admin = {.admin = true};
    int64_t id = put(site->store, 10, NULL);
    int64_t since = store_revision(site->store->s);
    assert_int_equal(store_delete(site->store->s, id, &admin, &wish), STORE_OK);
    json_t *answer = poll_since(site, since, "");
    assert_ids(answer, "removed", "1");
    json_decref(answer);
}

static void
rows_that_enter_the_screen_come_along(void **state)
{
    struct site *site = *state;
    enum store_wish wish;
    const struct store_asker admin = {.admin = true};
    char found[512];
    for (int i = 1; i <= LIST_ROWS + 5; i++)
        put(site->store, (uint64_t)i, NULL);
    int64_t since = store_revision(site->store->s);
    for (int64_t id = LIST_ROWS; id < LIST_ROWS + 2; id++)
        assert_int_equal(store_delete(site->store->s, id, &admin, &wish), STORE_OK);
    json_t *answer = poll_since(site, since, "");
    assert_ids(answer, "removed", "50 51");
    assert_ids(answer, "changed", "4 5");
    assert_int_equal(json_array_size(json_object_get(answer, "order")), LIST_ROWS);
    assert_memory_equal(ids(answer, "order", found), "55 54 53 52 49", 14);
    json_decref(answer);
}

static void
another_history_starts_anew(void **state)
{
    struct site *site = *state;
    put(site->store, 10, NULL);
    put(site->store, 11, NULL);
    json_t *answer = poll_since(site, store_revision(site->store->s) + 1000, "");
    assert_true(json_is_true(json_object_get(answer, "reset")));
    assert_int_equal(revision_of(answer), store_revision(site->store->s));
    assert_ids(answer, "changed", "2 1");
    assert_ids(answer, "order", "2 1");
    json_decref(answer);
}

int
main(void)
{
#define UPDATES_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        UPDATES_TEST(a_change_brings_its_row),
        UPDATES_TEST(the_page_and_the_poll_have_the_same_row),
        UPDATES_TEST(nothing_new_is_304),
        UPDATES_TEST(a_poll_must_name_a_revision),
        UPDATES_TEST(a_wish_to_wait_parks),
        UPDATES_TEST(equal_polls_make_equal_waits),
        UPDATES_TEST(rows_of_other_statuses_are_counted),
        UPDATES_TEST(rows_that_do_not_count_are_no_news),
        UPDATES_TEST(a_row_that_leaves_a_filter_is_removed),
        UPDATES_TEST(rows_that_stay_elsewhere_leave_a_poll_parked),
        UPDATES_TEST(so_they_do_for_the_list_of_the_api),
        UPDATES_TEST(what_a_row_was_before_is_known),
        UPDATES_TEST(a_filtered_poll_far_behind_starts_anew),
        UPDATES_TEST(a_deleted_row_is_removed),
        UPDATES_TEST(rows_that_enter_the_screen_come_along),
        UPDATES_TEST(another_history_starts_anew),
    };
    return cmocka_run_group_tests_name("updates", tests, NULL, NULL);
}
