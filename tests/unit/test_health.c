/*
 * GET /healthz, and for whom GET /metrics is; what the store tells them.
 */
#include "site_fixture.h"

#include "common/store_status.h"
#include "fcgi/pulse.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the store ---- */

static void
daemons_have_names_and_ages(void **state)
{
    struct site *site = *state;
    struct store *s = site->store->s;
    struct store_daemon daemons[3];
    size_t count;
    assert_int_equal(store_daemons(s, daemons, 3, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(store_heartbeat(s, "two"), STORE_OK);
    assert_int_equal(store_heartbeat(s, "one"), STORE_OK);
    run_sql(site->store, "UPDATE meta SET value = value - 90000000"
                         " WHERE key = 'heartbeat:one'");
    run_sql(site->store, "UPDATE meta SET value = value + 90000000"
                         " WHERE key = 'heartbeat:two'");
    assert_int_equal(store_daemons(s, daemons, 3, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_string_equal(daemons[0].name, "one");
    assert_true(daemons[0].heartbeat_age >= 90 && daemons[0].heartbeat_age < 1000);
    assert_string_equal(daemons[1].name, "two");
    assert_true(daemons[1].heartbeat_age == 0);
    assert_int_equal(store_daemons(s, daemons, 1, &count), STORE_OK);
    assert_int_equal(count, 1);
}

static void
the_oldest_that_waits_has_an_age(void **state)
{
    struct site *site = *state;
    double age = -1;
    assert_int_equal(store_queue_age(site->store->s, &age), STORE_OK);
    assert_true(age == 0);
    int64_t first = put(site->store, 500, NULL), second = put(site->store, 600, NULL);
    run_sql(site->store, "UPDATE computation SET created_at = created_at - 90000000"
                         " WHERE position = 500");
    assert_true(second > first);
    assert_int_equal(store_queue_age(site->store->s, &age), STORE_OK);
    assert_true(age >= 90 && age < 1000);
    take(site->store, first, TOKEN);
    assert_int_equal(store_queue_age(site->store->s, &age), STORE_OK);
    assert_true(age < 90);
}

static void
absence_is_told_in_whole_units(void **state)
{
    static const struct {
        double age;
        int state;
    } cases[] = {
        {0, 0},           {30, 0},           {31, 1},           {119, 1},
        {120, 2},         {3599, 59},        {3600, 60},        {7199, 60},
        {7200, 120},      {47 * 3600, 2820}, {48 * 3600, 2880}, {71 * 3600, 2880},
        {-1, PULSE_NEVER}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(pulse_state(cases[i].age), cases[i].state);
    assert_true(pulse_state(1e300) > 0 && pulse_state(1e300) < PULSE_NEVER);
}

/* ---- the endpoints ---- */

static void
health_tells_of_database_and_daemon(void **state)
{
    struct site *site = *state;
    site_get(site, "/healthz");
    assert_status(site, 200);
    assert_has(site, "\"status\":\"degraded\"");
    assert_int_equal(store_heartbeat(site->store->s, "one"), STORE_OK);
    site_get(site, "/healthz");
    assert_has(site, "\"status\":\"ok\"");
    run_sql(site->store, "UPDATE meta SET value = value - 31000000"
                         " WHERE key = 'heartbeat:one'");
    site_get(site, "/healthz");
    assert_status(site, 200);
    assert_has(site, "\"daemon\":\"missing\"");
    assert_has(site, "\"status\":\"degraded\"");
}

static void
health_misses_the_digits(void **state)
{
    struct site *site = *state;
    char name[DIGITS_NAME_SIZE];
    assert_int_equal(store_heartbeat(site->store->s, "one"), STORE_OK);
    site_publish(site, 10, 500, put(site->store, 500, NULL));
    site_get(site, "/healthz");
    assert_has(site, "\"digits\":\"ok\"");
    assert_has(site, "\"status\":\"ok\"");
    digits_name(name, 10, 500, "txt");
    assert_int_equal(unlinkat(site->app.digits_fd, name, 0), 0);
    site_get(site, "/healthz");
    assert_status(site, 200);
    assert_has(site, "\"digits\":\"missing\"");
    assert_has(site, "\"status\":\"degraded\"");
}

/* Each of the tables that a page reads. */
static void
health_fails_without_the_database(void **state)
{
    struct site *site = *state;
    static const char *const tables[] = {"counter", "published", "meta"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "ALTER TABLE %s RENAME TO away", tables[i]);
        run_sql(site->store, sql);
        site_get(site, "/healthz");
        assert_status(site, 503);
        assert_header(site, "Retry-After", "5");
        assert_has(site, "\"status\":\"error\"");
        assert_has(site, "\"database\":\"error\"");
        site_ask(site, &(struct ask){.target = "/metrics", .remote_addr = "::1"});
        assert_status(site, 200);
        assert_has(site, "\nnthpi_database_up 0\n");
        snprintf(sql, sizeof sql, "ALTER TABLE away RENAME TO %s", tables[i]);
        run_sql(site->store, sql);
    }
    site_get(site, "/healthz");
    assert_status(site, 200);
}

/* What is known of daemons stays while the database cannot be read. */
static void
an_error_is_no_absence(void **state)
{
    struct site *site = *state;
    atomic_llong *due = &site->app.pulse.due_ms;
    assert_int_equal(store_heartbeat(site->store->s, "one"), STORE_OK);
    site_get(site, "/healthz");
    assert_int_equal(pulse_look(&site->ctx), 0);
    run_sql(site->store, "ALTER TABLE meta RENAME TO away");
    site_get(site, "/healthz");
    assert_status(site, 503);
    assert_int_equal(atomic_load(&site->app.pulse.state), 0);
    atomic_store(due, 0);
    assert_int_equal(pulse_look(&site->ctx), 0);
    run_sql(site->store, "ALTER TABLE away RENAME TO meta");
    run_sql(site->store, "DELETE FROM meta WHERE key = 'heartbeat:one'");
    atomic_store(due, 0);
    assert_int_equal(pulse_look(&site->ctx), PULSE_NEVER);
}

static void
metrics_are_for_this_host(void **state)
{
    struct site *site = *state;
    static const char *const near[] = {"127.0.0.1", "127.8.8.8", "::1", "unix:"};
    static const char *const far[] = {NULL,       "",    "10.0.0.1",       "::2",
                                      "12.7.0.0", "127", "::ffff:10.0.0.1"};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        site_ask(site, &(struct ask){.target = "/metrics", .remote_addr = near[i]});
        assert_status(site, 200);
        assert_has(site, "\nnthpi_database_up 1\n");
    }
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        site_ask(site, &(struct ask){.target = "/metrics", .remote_addr = far[i]});
        assert_status(site, 403);
        assert_has_not(site, "nthpi_database_up");
    }
}

int
main(void)
{
#define SITE_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        SITE_TEST(daemons_have_names_and_ages),
        SITE_TEST(the_oldest_that_waits_has_an_age),
        cmocka_unit_test(absence_is_told_in_whole_units),
        SITE_TEST(health_tells_of_database_and_daemon),
        SITE_TEST(health_misses_the_digits),
        SITE_TEST(health_fails_without_the_database),
        SITE_TEST(an_error_is_no_absence),
        SITE_TEST(metrics_are_for_this_host),
    };
    return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
