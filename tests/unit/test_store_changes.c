/*
 * What changed after a revision: complete, cut only between transactions, and
 * honest about when a client must start anew. And housekeeping, which takes
 * away what old clients would need.
 */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

enum { MAX = 64, ROOM = 256 };

static const struct store_asker admin = {.admin = true};

struct changes {
    struct computation rows[ROOM];
    int64_t removed[ROOM];
    size_t count, nremoved;
    struct store_delta delta;
};

static void
changes_since(struct fixture *f, int64_t since, size_t max, struct changes *c)
{
    assert_int_equal(store_begin_read(f->s), STORE_OK);
    assert_int_equal(store_changes(f->s, since, c->rows, max, &c->count, c->removed,
                                   &c->nremoved, &c->delta),
                     STORE_OK);
    store_end_read(f->s);
    assert_true(c->count <= max && c->nremoved <= max);
}

static void
delete_row(struct fixture *f, int64_t id)
{
    enum store_wish wish;

    assert_int_equal(store_delete(f->s, id, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_DONE);
}

static void
a_change_is_in_the_next_answer(void **state)
{
    struct fixture *f = *state;
    struct changes c;
    int64_t first = put(f, 1, NULL), second = put(f, 2, NULL), since;

    since = store_revision(f->s);
    changes_since(f, since, MAX, &c);
    assert_int_equal(c.count + c.nremoved, 0);
    assert_int_equal(c.delta.revision, since);
    assert_false(c.delta.reset || c.delta.more);

    take(f, first, TOKEN);
    delete_row(f, second);
    changes_since(f, since, MAX, &c);
    assert_int_equal(c.count, 1);
    assert_int_equal(c.rows[0].id, first);
    assert_int_equal(c.rows[0].revision, since + 1);
    assert_int_equal(c.nremoved, 1);
    assert_int_equal(c.removed[0], second);
    assert_int_equal(c.delta.revision, since + 2);
    assert_false(c.delta.reset || c.delta.more);
}

static void
oldest_changes_come_first(void **state)
{
    struct fixture *f = *state;
    struct changes c;

    for (uint64_t i = 1; i <= 4; i++)
        put(f, i, NULL);
    take(f, 2, TOKEN);
    changes_since(f, 0, MAX, &c);
    assert_int_equal(c.count, 4);
    assert_int_equal(c.rows[0].id, 1);
    assert_int_equal(c.rows[1].id, 3);
    assert_int_equal(c.rows[3].id, 2);
}

static void
calculated_digits_are_not_in_it(void **state)
{
    struct fixture *f = *state;
    struct changes c;
    int64_t id = put(f, 1, NULL);

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    changes_since(f, 0, MAX, &c);
    assert_string_equal(c.rows[0].window, "");
}

static void
foreign_revisions_start_anew(void **state)
{
    struct fixture *f = *state;
    struct changes c;

    put(f, 1, NULL);
    changes_since(f, store_revision(f->s) + 1, MAX, &c);
    assert_true(c.delta.reset);
    assert_int_equal(c.delta.revision, store_revision(f->s));
    changes_since(f, -1, MAX, &c);
    assert_true(c.delta.reset);
    changes_since(f, 0, MAX, &c);
    assert_false(c.delta.reset);
    assert_int_equal(c.count, 1);
}

/* Revision R + 1, R + 2, R + 3 changed ROWS and removed GONE rows each. */
static int64_t
three_transactions(struct fixture *f, const int rows[3], const int gone[3])
{
    char sql[256];
    int64_t start = store_revision(f->s);

    for (int i = 0; i < 3; i++) {
        run_sql(f, "BEGIN; UPDATE meta SET value = value + 1 WHERE key = 'revision'");
        for (int k = 0; k < rows[i]; k++) {
            snprintf(sql, sizeof sql,
                     "INSERT INTO computation"
                     " (radix, position, algorithm, created_at, revision)"
                     " VALUES (10, %d, 'auto', 1, %lld)",
                     1000 * (i + 1) + k, (long long)(start + i + 1));
            run_sql(f, sql);
        }
        for (int k = 0; k < gone[i]; k++) {
            snprintf(sql, sizeof sql, "INSERT INTO removed VALUES (%d, %lld)",
                     1000 * (i + 1) + k, (long long)(start + i + 1));
            run_sql(f, sql);
        }
        run_sql(f, "COMMIT");
    }
    return start;
}

static void
check_cut(struct fixture *f, const int rows[3], const int gone[3])
{
    struct changes c;
    int64_t start = three_transactions(f, rows, gone), since = start;
    int seen_rows = 0, seen_gone = 0, answers = 0;

    do {
        changes_since(f, since, MAX, &c);
        assert_false(c.delta.reset);
        assert_true(c.delta.revision > since);
        assert_int_equal(c.delta.more, c.delta.revision < start + 3);
        seen_rows = seen_gone = 0;
        for (int i = 0; i < 3; i++)
            if (start + i + 1 > since && start + i + 1 <= c.delta.revision) {
                seen_rows += rows[i];
                seen_gone += gone[i];
            }
        /* All of the transactions it covers, nothing of the others. */
        assert_int_equal(c.count, seen_rows);
        assert_int_equal(c.nremoved, seen_gone);
        for (size_t i = 0; i < c.count; i++)
            assert_true(c.rows[i].revision > since &&
                        c.rows[i].revision <= c.delta.revision);
        since = c.delta.revision;
        assert_true(++answers <= 3);
    } while (c.delta.more);
    assert_int_equal(since, start + 3);
}

static void
answers_are_cut_between_transactions(void **state)
{
    static const int cases[][2][3] = {
        {{64, 64, 64}, {0, 0, 0}},    {{30, 30, 30}, {0, 0, 0}},
        {{1, 63, 1}, {0, 0, 0}},      {{0, 0, 0}, {64, 64, 64}},
        {{0, 0, 0}, {30, 35, 64}},    {{40, 24, 1}, {1, 1, 1}},
        {{10, 10, 10}, {30, 30, 30}}, {{60, 5, 5}, {5, 60, 5}},
        {{5, 60, 5}, {60, 5, 5}},     {{32, 32, 0}, {0, 32, 32}},
        {{0, 64, 0}, {64, 0, 64}},    {{1, 1, 1}, {64, 64, 1}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture *f = *state;

        check_cut(f, cases[i][0], cases[i][1]);
        run_sql(f, "DELETE FROM computation; DELETE FROM removed");
    }
}

static void
a_transaction_longer_than_an_answer_starts_anew(void **state)
{
    struct fixture *f = *state;
    static const int much[3] = {3, 65, 3}, none[3] = {0, 0, 0};
    struct changes c;
    int64_t start = three_transactions(f, much, none);

    changes_since(f, start, MAX, &c);
    assert_false(c.delta.reset);
    assert_int_equal(c.delta.revision, start + 1);
    assert_int_equal(c.count, 3);
    assert_true(c.delta.more);
    changes_since(f, start + 1, MAX, &c);
    assert_true(c.delta.reset);
    assert_int_equal(c.count, 0);
    assert_int_equal(c.delta.revision, start + 3);
    run_sql(f, "DELETE FROM computation");
    start = three_transactions(f, none, much);
    changes_since(f, start + 1, MAX, &c);
    assert_true(c.delta.reset);
    assert_int_equal(c.nremoved, 0);
}

/* A client that applies every answer ends with the database's rows. */
static void
a_client_follows_the_database(void **state)
{
    struct fixture *f = *state;
    static struct changes c;
    int64_t known[200] = {0}, since = 0;
    uint64_t random = 88172645463325252u;
    int64_t last = 0;

    for (int step = 0; step < 300; step++) {
        /* Xorshift, Marsaglia 2003. */
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if (random % 3 != 0 && last < 150) {
            last = put(f, (uint64_t)step + 1, NULL);
        } else if (last > 0) {
            int64_t id = (int64_t)(random / 3 % (uint64_t)last) + 1;
            struct computation row;

            if (store_get(f->s, id, &row) == STORE_OK) {
                if (row.status == STATUS_QUEUED && random % 2 == 0)
                    take(f, id, TOKEN);
                else if (row.status == STATUS_RUNNING)
                    assert_int_equal(store_failed(f->s, id, TOKEN, "no"), STORE_OK);
                else
                    delete_row(f, id);
            }
        }
        if (random % 7 != 0)
            continue;
        do {
            changes_since(f, since, MAX, &c);
            assert_false(c.delta.reset);
            for (size_t i = 0; i < c.count; i++)
                known[c.rows[i].id] = c.rows[i].revision;
            for (size_t i = 0; i < c.nremoved; i++)
                known[c.removed[i]] = 0;
            since = c.delta.revision;
        } while (c.delta.more);
        for (int64_t id = 1; id < 200; id++) {
            struct computation row;

            if (store_get(f->s, id, &row) == STORE_OK)
                assert_int_equal(known[id], row.revision);
            else
                assert_int_equal(known[id], 0);
        }
    }
    assert_true(last > 50);
}

/* ---- housekeeping ---- */

static void
ended_rows_grow_old(void **state)
{
    struct fixture *f = *state;
    struct changes c;
    enum store_wish wish;
    int64_t since;
    size_t removed;

    for (uint64_t i = 1; i <= 5; i++)
        put(f, i, NULL);
    for (int64_t id = 1; id <= 3; id++)
        assert_int_equal(store_cancel(f->s, id, &admin, &wish), STORE_OK);
    take(f, 4, TOKEN);
    run_sql(f, "UPDATE computation SET ended_at = ended_at - 31 * 86400000000"
               " WHERE id IN (1, 2)");
    run_sql(f, "UPDATE computation SET created_at = 1");
    since = store_revision(f->s);
    assert_int_equal(store_prune(f->s, 0, 100, &removed), STORE_OK);
    assert_int_equal(removed, 0);
    assert_int_equal(store_prune_ended(f->s, 1, -1, 100, &removed), STORE_OK);
    assert_int_equal(removed, 0);
    assert_int_equal(store_prune(f->s, 32, 100, &removed), STORE_OK);
    assert_int_equal(removed, 0);
    assert_int_equal(store_revision(f->s), since);
    assert_int_equal(store_prune(f->s, 30, 1, &removed), STORE_OK);
    assert_int_equal(removed, 1);
    assert_int_equal(store_prune(f->s, 30, 100, &removed), STORE_OK);
    assert_int_equal(removed, 1);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM computation"), 3);
    changes_since(f, since, MAX, &c);
    assert_int_equal(c.nremoved, 2);
    assert_int_equal(c.count, 0);
}

static void
tombstones_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct changes c;
    char sql[256];
    int64_t start = store_revision(f->s), oldest;
    size_t removed;

    snprintf(sql, sizeof sql,
             "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k"
             " WHERE i < %d) INSERT INTO removed SELECT 100000 + i, %lld + i FROM k",
             STORE_TOMBSTONES + 5, (long long)start);
    run_sql(f, sql);
    snprintf(sql, sizeof sql,
             "UPDATE meta SET value = value + %d WHERE key = 'revision'",
             STORE_TOMBSTONES + 5);
    run_sql(f, sql);

    assert_int_equal(store_prune(f->s, 0, 100, &removed), STORE_OK);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM removed"),
                     STORE_TOMBSTONES);
    oldest = store_oldest_delta(f->s);
    assert_int_equal(oldest, start + 5);
    changes_since(f, oldest - 1, MAX, &c);
    assert_true(c.delta.reset);
    changes_since(f, 0, MAX, &c);
    assert_true(c.delta.reset);
    changes_since(f, oldest, MAX, &c);
    assert_false(c.delta.reset);
    assert_int_equal(c.nremoved, MAX);
    assert_int_equal(c.removed[0], 100000 + 6);
    /* Nothing more to do. */
    assert_int_equal(store_prune(f->s, 0, 100, &removed), STORE_OK);
    assert_int_equal(store_oldest_delta(f->s), oldest);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_in_the_next_answer),
        TEST(oldest_changes_come_first),
        TEST(calculated_digits_are_not_in_it),
        TEST(foreign_revisions_start_anew),
        TEST(answers_are_cut_between_transactions),
        TEST(a_transaction_longer_than_an_answer_starts_anew),
        TEST(a_client_follows_the_database),
        TEST(ended_rows_grow_old),
        TEST(tombstones_are_bounded),
    };

    return cmocka_run_group_tests_name("store_changes", tests, NULL, NULL);
}
