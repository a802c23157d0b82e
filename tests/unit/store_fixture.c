/*
 * See store_fixture.h.
 */
#include "store_fixture.h"

#include "common/log.h"
#include "temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    temporary_make(f->dir, sizeof f->dir);
    snprintf(f->path, sizeof f->path, "%s/nthpi.db", f->dir);
    f->s = fixture_open(f, STORE_DURABLE);
    *state = f;
    return 0;
}

int
fixture_teardown(void **state)
{
    struct fixture *f = *state;

    store_close(f->s);
    temporary_remove(f->dir);
    free(f);
    return 0;
}

struct store *
fixture_open(struct fixture *f, enum store_mode mode)
{
    struct store *s;

    assert_int_equal(store_open(&s, f->path, mode), STORE_OK);
    assert_non_null(s);
    return s;
}

void
run_sql(struct fixture *f, const char *sql)
{
    if (sqlite3_exec(f->s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(f->s->db));
}

int64_t
select_integer(struct fixture *f, const char *sql)
{
    sqlite3_stmt *statement;
    int64_t value;

    assert_int_equal(sqlite3_prepare_v2(f->s->db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

int64_t
put_as(struct fixture *f, int radix, uint64_t position, enum algorithm algorithm,
       const char *owner)
{
    const struct store_asker asker = {.owner = owner};
    enum store_added added;
    int64_t id = 0;

    assert_int_equal(
        store_add(f->s, radix, position, algorithm, &asker, 1000000, &id, &added),
        STORE_OK);
    assert_true(id > 0);
    return id;
}

int64_t
put(struct fixture *f, uint64_t position, const char *owner)
{
    return put_as(f, 10, position, ALGORITHM_CHUDNOVSKY, owner);
}

struct store_lease
lease_of(const char *token, const char *owner)
{
    struct store_lease lease = {.until = store_boottime() + INT64_C(3600000000)};

    snprintf(lease.token, sizeof lease.token, "%s", token);
    snprintf(lease.owner, sizeof lease.owner, "%s", owner);
    return lease;
}

int64_t
put_taken(struct fixture *f, uint64_t position, const char *token, const char *daemon)
{
    const struct store_lease lease = lease_of(token, daemon);
    int64_t id = put(f, position, NULL);

    assert_int_equal(store_take(f->s, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
    return id;
}

void
take(struct fixture *f, int64_t id, const char *token)
{
    const struct store_lease lease = lease_of(token, "one");

    assert_int_equal(store_take(f->s, id, &lease, ALGORITHM_CHUDNOVSKY), STORE_OK);
}

void
calculate(struct fixture *f, int64_t id, const char *token)
{
    const struct store_cost cost = {.cpu_s = 1.5, .wall_s = 2.5, .peak_kib = 4096};

    assert_int_equal(
        store_calculated(f->s, id, token, "9265358979323846", "cafe", "", &cost),
        STORE_OK);
}

void
finish(struct fixture *f, int64_t id, const char *token)
{
    assert_int_equal(
        store_stored(f->s, id, token, "checked", NULL, NULL, NULL, NULL, NULL),
        STORE_OK);
}

struct computation
row_of(struct fixture *f, int64_t id)
{
    struct computation c;

    assert_int_equal(store_get(f->s, id, &c), STORE_OK);
    assert_int_equal(c.id, id);
    return c;
}

void
assert_row(struct fixture *f, int64_t id, enum status status, enum stage stage,
           enum wanted wanted)
{
    struct computation c = row_of(f, id);

    assert_string_equal(status_name(c.status), status_name(status));
    assert_string_equal(stage_name(c.stage), stage_name(stage));
    assert_string_equal(wanted_name(c.wanted), wanted_name(wanted));
}

void
assert_gone(struct fixture *f, int64_t id)
{
    struct computation c;

    assert_int_equal(store_get(f->s, id, &c), STORE_NOT_FOUND);
}

void
assert_events(struct fixture *f, int64_t id, const char *words)
{
    struct event events[32];
    char found[512] = "";
    size_t count, length = 0;

    assert_int_equal(store_events(f->s, id, events, 32, &count), STORE_OK);
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(found + length, sizeof found - length, "%s%s",
                                   i == 0 ? "" : " ", events[i].stage);
        assert_int_equal(events[i].computation_id, id);
        assert_true(i == 0 || events[i].at >= events[i - 1].at);
    }
    assert_string_equal(found, words);
}
