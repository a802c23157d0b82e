/*
 * Reading rows: the order of the list, filters, paging, cursors, counts.
 */
#include "store_fixture.h"

enum { PAGE = 3, MANY = 64 };

static const struct store_filter any = STORE_FILTER_ANY;

/* A list of some of everything: 20 rows, ids 1 to 20. Rows 3, 9, 12 and 18 run,
 * 5 and 6 failed, 7 is done, 8 is cancelled, the others wait. */
static void
fill(struct fixture *f)
{
    static const int running[] = {3, 9, 12, 18};
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;

    for (int i = 1; i <= 20; i++) {
        enum algorithm algorithm = i % 5 == 0   ? ALGORITHM_SPIGOT
                                   : i % 4 == 0 ? ALGORITHM_BBP
                                                : ALGORITHM_CHUDNOVSKY;
        int radix = algorithm == ALGORITHM_BBP || i % 3 == 0 ? 16 : 10;

        if (algorithm == ALGORITHM_SPIGOT)
            radix = 10;
        assert_int_equal(put_as(f, radix, (uint64_t)(100 + i / 2), algorithm, NULL), i);
    }
    for (size_t i = 0; i < 4; i++)
        take(f, running[i], TOKEN);
    take(f, 5, OTHER);
    assert_int_equal(store_failed(f->s, 5, OTHER, "broken"), STORE_OK);
    take(f, 6, OTHER);
    assert_int_equal(store_failed(f->s, 6, OTHER, "broken"), STORE_OK);
    take(f, 7, OTHER);
    calculate(f, 7, OTHER);
    finish(f, 7, OTHER);
    assert_int_equal(store_cancel(f->s, 8, &admin, &wish), STORE_OK);
}

/* Reads the whole list in pages of SIZE into IDS; returns their number. */
static size_t
read_pages(struct fixture *f, const struct store_filter *filter, size_t size,
           int64_t ids[MANY])
{
    struct computation rows[MANY];
    struct store_cursor cursor = {.id = 0};
    size_t count, n = 0;

    do {
        char text[STORE_CURSOR_SIZE];

        assert_int_equal(store_list(f->s, filter, &cursor, rows, size, &count, &cursor),
                         STORE_OK);
        assert_true(count <= size && n + count <= MANY);
        /* Only the last page may be short. */
        assert_true(count == size || cursor.id == 0);
        for (size_t i = 0; i < count; i++)
            ids[n++] = rows[i].id;
        /* The cursor travels through a URL. */
        if (cursor.id != 0) {
            store_cursor_print(&cursor, text);
            assert_true(store_cursor_parse(text, &cursor));
        }
    } while (cursor.id != 0);
    return n;
}

/* Some rows took time, two of them the same. */
static void
take_time(struct fixture *f)
{
    run_sql(f, "UPDATE computation SET wall_s = 0.25 WHERE id IN (5, 6);"
               "UPDATE computation SET wall_s = 1.5e6 WHERE id = 7;"
               "UPDATE computation SET wall_s = 0.0000031 WHERE id = 8");
}

/* True when A comes before B by definition. */
static bool
comes_before(int sort, const struct computation *a, const struct computation *b)
{
    double x = a->wall_s < 0 ? 0 : a->wall_s, y = b->wall_s < 0 ? 0 : b->wall_s;

    if (sort == SORT_POSITION)
        return a->position != b->position ? a->position < b->position : a->id < b->id;
    return x > y || (!(x < y) && a->id > b->id);
}

/* The same in another order, by looking for the next one again and again. */
static size_t
expected_sorted(struct fixture *f, const struct store_filter *filter, int64_t ids[MANY])
{
    struct computation all[20];
    bool given[20] = {false};
    size_t n = 0;

    for (int i = 0; i < 20; i++)
        all[i] = row_of(f, i + 1);
    for (;;) {
        int next = -1;

        for (int i = 0; i < 20; i++)
            if (!given[i] && store_filter_matches(filter, &all[i]) &&
                (next < 0 || comes_before(filter->sort, &all[i], &all[next])))
                next = i;
        if (next < 0)
            return n;
        given[next] = true;
        ids[n++] = all[next].id;
    }
}

/* What the list must be, by definition: running first, newest first. */
static size_t
expected_ids(struct fixture *f, const struct store_filter *filter, int64_t ids[MANY])
{
    size_t n = 0;

    for (int pass = 0; pass < 2; pass++)
        for (int64_t id = 20; id >= 1; id--) {
            struct computation c = row_of(f, id);

            if ((c.status == STATUS_RUNNING) == (pass == 0) &&
                store_filter_matches(filter, &c))
                ids[n++] = id;
        }
    return n;
}

static void
the_list_has_its_order_under_every_filter(void **state)
{
    struct fixture *f = *state;
    static const uint64_t positions[] = {0, 103, 106, 109, 999};
    int tried = 0, found = 0;

    fill(f);
    for (int status = -1; status < STATUS_COUNT; status++)
        for (int algorithm = -1; algorithm < ALGORITHM_COUNT; algorithm++)
            for (int radix = 0; radix <= 16; radix += radix == 0 ? 10 : 6)
                for (size_t p = 0; p < 5; p++)
                    for (size_t size = 1; size <= 21; size += size < 3 ? 1 : 9) {
                        const struct store_filter filter = {.status = status,
                                                            .radix = radix,
                                                            .algorithm = algorithm,
                                                            .position = positions[p]};
                        int64_t expected[MANY], ids[MANY];
                        size_t n = expected_ids(f, &filter, expected);

                        assert_int_equal(read_pages(f, &filter, size, ids), n);
                        assert_memory_equal(ids, expected, n * sizeof ids[0]);
                        tried++;
                        found += n > 0;
                    }
    assert_true(tried > 1000 && found > 100);
}

static void
the_list_has_the_order_that_is_asked_for(void **state)
{
    struct fixture *f = *state;
    static const uint64_t positions[] = {0, 103, 106};
    int found = 0;

    fill(f);
    take_time(f);
    for (int sort = SORT_POSITION; sort < SORT_COUNT; sort++)
        for (int status = -1; status < STATUS_COUNT; status++)
            for (int algorithm = -1; algorithm < ALGORITHM_COUNT; algorithm++)
                for (int radix = 0; radix <= 16; radix += radix == 0 ? 10 : 6)
                    for (size_t p = 0; p < 3; p++)
                        for (size_t size = 1; size <= 7; size += 3) {
                            const struct store_filter filter = {
                                .status = status,
                                .radix = radix,
                                .algorithm = algorithm,
                                .sort = sort,
                                .position = positions[p],
                            };
                            int64_t expected[MANY], ids[MANY];
                            size_t n = expected_sorted(f, &filter, expected);

                            assert_int_equal(read_pages(f, &filter, size, ids), n);
                            assert_memory_equal(ids, expected, n * sizeof ids[0]);
                            found += n > 1;
                        }
    assert_true(found > 50);
}

static void
running_rows_come_first(void **state)
{
    struct fixture *f = *state;
    static const int64_t start[] = {18, 12, 9, 3, 20, 19, 17};
    int64_t ids[MANY];

    fill(f);
    assert_int_equal(read_pages(f, &any, PAGE, ids), 20);
    assert_memory_equal(ids, start, sizeof start);
}

static void
a_page_goes_on_after_a_row_that_is_gone(void **state)
{
    struct fixture *f = *state;
    const struct store_asker admin = {.admin = true};
    const struct store_cursor after = {.id = 17};
    struct computation rows[2];
    enum store_wish wish;
    size_t count;

    fill(f);
    assert_int_equal(store_delete(f->s, 17, &admin, &wish), STORE_OK);
    assert_int_equal(store_list(f->s, &any, &after, rows, 2, &count, NULL), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].id, 16);
    assert_int_equal(rows[1].id, 15);
}

static void
an_exact_page_says_whether_more_follows(void **state)
{
    struct fixture *f = *state;
    struct store_cursor start = {.id = 0}, next;
    struct computation rows[4];
    size_t count;

    put(f, 1, NULL);
    put(f, 2, NULL);
    take(f, 1, TOKEN);
    assert_int_equal(store_list(f->s, &any, &start, rows, 1, &count, &next), STORE_OK);
    assert_int_equal(count, 1);
    assert_true(next.running && next.id == 1);
    assert_int_equal(store_list(f->s, &any, &next, rows, 1, &count, &next), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].id, 2);
    assert_int_equal(next.id, 0);
    assert_int_equal(store_list(f->s, &any, &start, rows, 2, &count, &next), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(next.id, 0);
}

static void
cursors_are_read_strictly(void **state)
{
    static const char *const bad[] = {"",
                                      "r",
                                      "x1",
                                      "1x",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "0",
                                      "r0",
                                      "01",
                                      "1234567890123456789",
                                      "rr1",
                                      "1r",
                                      "p1",
                                      "p1.",
                                      "p.1",
                                      "p1.0",
                                      "p01.1",
                                      "t1,1",
                                      "t-1.1",
                                      "pt1.1",
                                      "p1.1.1",
                                      "t1234567890123456789.1"};
    struct store_cursor cursor = {.id = 77};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(store_cursor_parse(bad[i], &cursor));
    assert_int_equal(cursor.id, 77);
    assert_true(store_cursor_parse("r12", &cursor));
    assert_true(cursor.running && cursor.id == 12);
    assert_true(store_cursor_parse("123456789012345678", &cursor));
    assert_true(!cursor.running && cursor.id == INT64_C(123456789012345678));
    assert_int_equal(cursor.sort, SORT_NEWEST);
    assert_true(store_cursor_parse("p1000.12", &cursor));
    assert_true(cursor.sort == SORT_POSITION && cursor.key == 1000 && cursor.id == 12);
    assert_true(store_cursor_parse("t0.12", &cursor));
    assert_true(cursor.sort == SORT_TIME && cursor.key == 0 && cursor.id == 12);
}

static void
rows_are_found_by_question(void **state)
{
    struct fixture *f = *state;
    struct computation c = {.id = -1};
    int64_t id = put_as(f, 16, 77, ALGORITHM_BBP, NULL);

    assert_int_equal(store_find(f->s, 16, 77, ALGORITHM_AUTO, &c), STORE_NOT_FOUND);
    assert_int_equal(store_find(f->s, 10, 77, ALGORITHM_BBP, &c), STORE_NOT_FOUND);
    assert_int_equal(c.id, -1);
    assert_int_equal(store_find(f->s, 16, 77, ALGORITHM_BBP, &c), STORE_OK);
    assert_int_equal(c.id, id);
    assert_int_equal(store_get(f->s, id + 1, &c), STORE_NOT_FOUND);
    assert_int_equal(c.id, id);
}

static void
counts_follow_every_change(void **state)
{
    struct fixture *f = *state;
    int64_t counts[STATUS_COUNT];

    fill(f);
    assert_int_equal(store_counts(f->s, counts), STORE_OK);
    assert_int_equal(counts[STATUS_QUEUED], 12);
    assert_int_equal(counts[STATUS_RUNNING], 4);
    assert_int_equal(counts[STATUS_DONE], 1);
    assert_int_equal(counts[STATUS_FAILED], 2);
    assert_int_equal(counts[STATUS_CANCELLED], 1);
    assert_int_equal(select_integer(f, "SELECT count(*) FROM counter AS k WHERE k.n <>"
                                       " (SELECT count(*) FROM computation AS c"
                                       " WHERE c.status = k.status)"),
                     0);
}

static void
digits_are_hidden_until_they_are_stored(void **state)
{
    struct fixture *f = *state;
    struct store_cursor start = {.id = 0};
    struct computation c;
    int64_t id = put(f, 5, NULL);
    size_t count;

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    assert_string_equal(row_of(f, id).window, "");
    assert_int_equal(store_list(f->s, &any, &start, &c, 1, &count, NULL), STORE_OK);
    assert_string_equal(c.window, "");
    finish(f, id, TOKEN);
    assert_string_equal(row_of(f, id).window, "9265358979323846");
    assert_int_equal(row_of(f, id).digit, '9');
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_list_has_its_order_under_every_filter),
        TEST(running_rows_come_first),
        TEST(a_page_goes_on_after_a_row_that_is_gone),
        TEST(an_exact_page_says_whether_more_follows),
        TEST(the_list_has_the_order_that_is_asked_for),
        TEST(cursors_are_read_strictly),
        TEST(rows_are_found_by_question),
        TEST(counts_follow_every_change),
        TEST(digits_are_hidden_until_they_are_stored),
    };

    return cmocka_run_group_tests_name("store_list", tests, NULL, NULL);
}
