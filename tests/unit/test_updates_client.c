/*
 * What a client ends up with that asks /updates again and again and applies every
 * answer, while rows come, move between statuses and go.
 */
#include "updates_fixture.h"

#include "fcgi/list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Applies an answer as rows.js does where nobody looks: afterwards the client knows the
 * rows of the screen, and nothing else. */
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
    assert_true(json_array_size(json_object_get(answer, "left")) <=
                json_array_size(json_object_get(answer, "removed")));
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

/* Something that may happen to a running row. */
static void
go_on(struct site *site, int64_t id, unsigned random)
{
    struct store_progress progress = {.id = id, .token = TOKEN, .phase = "series"};
    struct store *s = site->store->s;
    if (random % 4 == 0) {
        progress.fraction = random % 100 / 100.0;
        assert_int_equal(store_progress(s, &progress, 1), STORE_OK);
    } else if (random % 4 == 1) {
        assert_int_equal(store_failed(s, id, TOKEN, "no luck"), STORE_OK);
    } else if (random % 4 == 2) {
        assert_int_equal(store_requeue(s, id, TOKEN, "again", true, 0, NULL), STORE_OK);
    } else {
        calculate(site->store, id, TOKEN);
        finish(site->store, id, TOKEN);
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
        go_on(site, id, random / 64);
    } else if (c.status == STATUS_CANCELLED || c.status == STATUS_FAILED) {
        store_retry(s, id, &admin, 1000000);
    }
}

/* STEPS things happen; *RANDOM goes on. */
static void
many_steps(struct site *site, unsigned steps, unsigned *random)
{
    for (; steps > 0; steps--) {
        *random = *random * 1103515245u + 12345u;
        one_step(site, *random >> 8);
    }
}

static void
follow(struct site *site, const char *query, const struct store_filter *filter)
{
    struct client client = {.revision = 0, .rows = json_object()};
    unsigned random = 12345;
    for (int round = 0; round < 300; round++) {
        random = random * 1103515245u + 12345u;
        many_steps(site, random >> 16 & 7, &random);
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

/* What a client holds that looks at `changed` and `removed` only: it may lack rows
 * beyond the first screen, but it has none that is not the filter's. */
static void
collect(json_t *rows, const json_t *answer)
{
    size_t i;
    json_t *value;
    char key[24];
    if (json_is_true(json_object_get(answer, "reset")))
        json_object_clear(rows);
    json_array_foreach(json_object_get(answer, "removed"), i, value)
    {
        key_of(json_integer_value(value), key);
        json_object_del(rows, key);
    }
    json_array_foreach(json_object_get(answer, "changed"), i, value)
    {
        key_of(json_integer_value(json_object_get(value, "id")), key);
        json_object_set_new(rows, key, json_true());
    }
}

static void
assert_collected(struct site *site, const json_t *rows,
                 const struct store_filter *filter)
{
    void *i = json_object_iter((json_t *)rows);
    for (; i != NULL; i = json_object_iter_next((json_t *)rows, i)) {
        struct computation c;
        int64_t id = strtoll(json_object_iter_key(i), NULL, 10);
        if (store_get(site->store->s, id, &c) != STORE_OK)
            fail_msg("row %" PRId64 " is gone, but was not removed", id);
        if (!store_filter_matches(filter, &c))
            fail_msg("row %" PRId64 " is %s, but was not removed", id,
                     status_name(c.status));
    }
}

static void
what_leaves_a_status_is_removed(void **state)
{
    struct site *site = *state;
    json_t *rows[STATUS_COUNT];
    int64_t since[STATUS_COUNT] = {0};
    unsigned random = 4711, answered = 0, silent = 0;
    for (int s = 0; s < STATUS_COUNT; s++)
        rows[s] = json_object();
    for (int round = 0; round < 200; round++) {
        random = random * 1103515245u + 12345u;
        /* Now and then more happens than one answer can tell. */
        many_steps(site, round % 50 == 49 ? 1200 : random >> 16 & 15, &random);
        for (int s = 0; s < STATUS_COUNT; s++) {
            struct store_filter filter = STORE_FILTER_ANY;
            char query[32];
            json_t *answer;
            filter.status = s;
            snprintf(query, sizeof query, "&status=%s", status_name((enum status)s));
            if ((random >> (20 + s) & 1) != 0)
                continue; /* it asks later */
            while ((answer = poll_since(site, since[s], query)) != NULL) {
                collect(rows[s], answer);
                since[s] = revision_of(answer);
                json_decref(answer);
                answered++;
            }
            silent++;
            assert_collected(site, rows[s], &filter);
        }
    }
    assert_true(answered > 100 && silent > 100);
    for (int s = 0; s < STATUS_COUNT; s++)
        json_decref(rows[s]);
}

int
main(void)
{
#define CLIENT_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        CLIENT_TEST(a_client_that_applies_all_answers_sees_the_list),
        CLIENT_TEST(so_does_one_with_a_filter),
        CLIENT_TEST(what_leaves_a_status_is_removed),
    };
    return cmocka_run_group_tests_name("updates_client", tests, NULL, NULL);
}
