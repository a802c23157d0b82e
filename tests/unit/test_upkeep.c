/*
 * Old rows go, unless the clock was set while the daemon runs.
 */
#include "daemon_fixture.h"

#include "daemon/daemon.h"

#include <sqlite3.h>
#include <stdio.h>

#define DAY_US INT64_C(86400000000)

/* A daemon on the site's folder, as far as its housekeeping needs one. */
static struct daemon
daemon_of(struct site *s)
{
    s->conf.retention_days = 365;
    return (struct daemon){
        .conf = &s->conf,
        .durable = s->store,
        .relaxed = s->store,
        .bell = s->bell,
        .work_fd = s->work_fd,
        .clock_offset = upkeep_clock_offset(),
    };
}

/* A row that ended AGE_US ago. */
static int64_t
put_old(struct site *s, uint64_t position, int64_t age_us)
{
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    int64_t id = site_ask(s, 10, position, ALGORITHM_AUTO);
    char path[96], sql[160];
    sqlite3 *db;

    assert_int_equal(store_cancel(s->store, id, &admin, &wish), STORE_OK);
    snprintf(path, sizeof path, "%s/%s", s->path, CONF_DB);
    snprintf(sql, sizeof sql,
             "UPDATE computation SET ended_at = ended_at - %lld WHERE id = %lld",
             (long long)age_us, (long long)id);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    return id;
}

static enum store_rc
find(struct site *s, int64_t id)
{
    struct computation row;

    return store_get(s->store, id, &row);
}

static void
test_old_rows_go(void **state)
{
    struct site *s = *state;
    struct daemon d = daemon_of(s);
    int64_t old = put_old(s, 1, 366 * DAY_US), young = put_old(s, 2, 364 * DAY_US);

    assert_true(upkeep_prune(&d));
    assert_int_equal(find(s, old), STORE_NOT_FOUND);
    assert_int_equal(find(s, young), STORE_OK);
}

static void
test_clock_was_set(void **state)
{
    static const int64_t hours[] = {5, -5, 24 * 400, -24 * 400};
    struct site *s = *state;
    int64_t old = put_old(s, 1, 366 * DAY_US);

    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        struct daemon d = daemon_of(s);

        d.clock_offset -= hours[i] * INT64_C(3600000000);
        assert_true(upkeep_prune(&d));
        assert_int_equal(find(s, old), STORE_OK);
        /* Setting it again does not make it right. */
        d.clock_offset = upkeep_clock_offset();
        assert_true(upkeep_prune(&d));
        assert_int_equal(find(s, old), STORE_OK);
    }
}

/* What keeps a clock in step with others does no harm. */
static void
test_clock_is_kept_in_step(void **state)
{
    struct site *s = *state;
    struct daemon d = daemon_of(s);
    int64_t old = put_old(s, 1, 366 * DAY_US);

    d.clock_offset += 60 * INT64_C(1000000);
    assert_true(upkeep_prune(&d));
    assert_int_equal(find(s, old), STORE_NOT_FOUND);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_old_rows_go),
        ON_SITE(test_clock_was_set),
        ON_SITE(test_clock_is_kept_in_step),
    };

    return cmocka_run_group_tests_name("upkeep", tests, NULL, NULL);
}
