/*
 * Long polling, the side of the data: what a client that applies every answer
 * ends up with.
 */
#include "site_fixture.h"

#include "fcgi/list.h"
#include "fcgi/updates.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* GET /updates with FILTER ("" or "&radix=16") since SINCE; the answer's JSON, or
 * NULL for 304. */
static json_t *
poll_since(struct site *site, int64_t since, const char *filter)
{
    char target[96];
    snprintf(target, sizeof target, "/updates?since=%" PRId64 "%s", since, filter);
    site_get(site, target);
    if (site->reply.status == 304)
        return NULL;
    assert_status(site, 200);
    return site_json(site);
}

static int64_t
revision_of(const json_t *answer)
{
    return json_integer_value(json_object_get(answer, "revision"));
}

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
    assert_header(site, "Vary", "Prefer");
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

static void
rows_of_other_filters_leave_a_poll_parked(void **state)
{
    struct site *site = *state;
    char target[64];
    int64_t now = store_revision(site->store->s);
    put_as(site->store, 10, 10, ALGORITHM_CHUDNOVSKY, NULL);
    snprintf(target, sizeof target, "/updates?since=%" PRId64 "&radix=16", now);
    const struct reply *reply =
        site_ask(site, &(struct ask){.target = target, .wait_s = 25});
    assert_int_equal(reply->wait.kind, WAIT_UPDATES);
    snprintf(target, sizeof target, "/updates?since=%" PRId64 "&status=done", now);
    reply = site_ask(site, &(struct ask){.target = target, .wait_s = 25});
    assert_int_equal(reply->wait.kind, WAIT_UPDATES);
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

/* A client, as the browser is one: it knows the rows of its screen only. */
struct client {
    int64_t revision;
    int64_t shown[LIST_ROWS];
    size_t count;
    json_t *rows; /* id (as text) -> {status, revision} of all rows it knows */
};

static void
key_of(int64_t id, char key[24])
{
    snprintf(key, 24, "%" PRId64, id);
}

/* Applies an answer as live.js does: afterwards the client knows the rows of the
 * screen, and nothing else. */
static void
client_apply(struct client *client, const json_t *answer)
{
    size_t i;
    json_t *value;
    char key[24];
    if (json_is_true(json_object_get(answer, "reset")))
        json_object_clear(client->rows);
    json_array_foreach(json_object_get(answer, "removed"), i, value)
    {
        key_of(json_integer_value(value), key);
        json_object_del(client->rows, key);
    }
    json_array_foreach(json_object_get(answer, "changed"), i, value)
    {
        key_of(json_integer_value(json_object_get(value, "id")), key);
        json_object_set(client->rows, key, value);
    }
    json_t *screen = json_object();
    client->count = 0;
    json_array_foreach(json_object_get(answer, "order"), i, value)
    {
        client->shown[client->count++] = json_integer_value(value);
        key_of(json_integer_value(value), key);
        json_t *row = json_object_get(client->rows, key);
        if (row == NULL)
            fail_msg("row %s is on the screen, but never came", key);
        json_object_set(screen, key, row);
    }
    json_decref(client->rows);
    client->rows = screen;
    client->revision = revision_of(answer);
}

/* The client shows what the database has. */
static void
assert_client(struct site *site, const struct client *client,
              const struct store_filter *filter)
{
    static const struct store_cursor start;
    static struct computation rows[LIST_ROWS];
    size_t count;
    assert_int_equal(
        store_list(site->store->s, filter, &start, rows, LIST_ROWS, &count, NULL),
        STORE_OK);
    assert_int_equal(client->count, count);
    for (size_t i = 0; i < count; i++) {
        char key[24];
        assert_int_equal(client->shown[i], rows[i].id);
        key_of(rows[i].id, key);
        json_t *row = json_object_get(client->rows, key);
        assert_string_equal(json_string_value(json_object_get(row, "status")),
                            status_name(rows[i].status));
        assert_int_equal(json_integer_value(json_object_get(row, "revision")),
                         rows[i].revision);
    }
}

/* Something that may happen to a row. */
static void
one_step(struct site *site, unsigned random)
{
    struct store *s = site->store->s;
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    struct computation c;
    int64_t newest =
        select_integer(site->store, "SELECT coalesce(max(id), 0) FROM computation");
    int64_t id = newest > 0 ? 1 + (int64_t)(random / 8 % (unsigned)newest) : 0;
    if (random % 8 < 3 || id == 0 || store_get(s, id, &c) != STORE_OK) {
        put_as(site->store, random % 2 == 0 ? 10 : 16, 1 + random % 5000,
               ALGORITHM_CHUDNOVSKY, NULL);
    } else if (random % 8 == 3) {
        store_delete(s, id, &admin, &wish);
        store_grant(s, id, TOKEN);
    } else if (random % 8 == 4) {
        store_cancel(s, id, &admin, &wish);
    } else if (c.status == STATUS_QUEUED) {
        take(site->store, id, TOKEN);
    } else if (c.status == STATUS_RUNNING && c.wanted == WANTED_RUN) {
        calculate(site->store, id, TOKEN);
        finish(site->store, id, TOKEN);
    } else if (c.status == STATUS_CANCELLED) {
        store_retry(s, id, &admin, 1000000);
    }
}

static void
follow(struct site *site, const char *query, const struct store_filter *filter)
{
    struct client client = {.revision = 0, .rows = json_object()};
    unsigned random = 12345;
    for (int round = 0; round < 300; round++) {
        random = random * 1103515245u + 12345u;
        for (unsigned steps = random >> 16 & 7; steps > 0; steps--) {
            random = random * 1103515245u + 12345u;
            one_step(site, random >> 8);
        }
        json_t *answer;
        while ((answer = poll_since(site, client.revision, query)) != NULL) {
            client_apply(&client, answer);
            json_decref(answer);
        }
        if (client.revision != 0)
            assert_client(site, &client, filter);
    }
    json_decref(client.rows);
}

static void
a_client_that_applies_all_answers_sees_the_list(void **state)
{
    const struct store_filter filter = STORE_FILTER_ANY;
    follow(*state, "", &filter);
}

static void
so_does_one_with_a_filter(void **state)
{
    struct store_filter filter = STORE_FILTER_ANY;
    filter.status = STATUS_QUEUED;
    filter.radix = 16;
    follow(*state, "&status=queued&radix=16", &filter);
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
        UPDATES_TEST(rows_of_other_filters_leave_a_poll_parked),
        UPDATES_TEST(a_row_that_leaves_a_filter_is_removed),
        UPDATES_TEST(a_deleted_row_is_removed),
        UPDATES_TEST(rows_that_enter_the_screen_come_along),
        UPDATES_TEST(another_history_starts_anew),
        UPDATES_TEST(a_client_that_applies_all_answers_sees_the_list),
        UPDATES_TEST(so_does_one_with_a_filter),
    };
    return cmocka_run_group_tests_name("updates", tests, NULL, NULL);
}
