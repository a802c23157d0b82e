/*
 * What nthpi check finds in a database: what breaks a promise, and what cannot be read
 * at all.
 */
#include "store_fixture.h"

#include "common/store_check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The problems that were told, each in a line. */
struct told {
    char text[8192];
    int count;
};

static void
found(void *ctx, const char *problem)
{
    struct told *told = ctx;
    size_t length = strlen(told->text);

    snprintf(told->text + length, sizeof told->text - length, "%s\n", problem);
    told->count++;
}

static struct told
check(struct store *s)
{
    struct told told = {.count = 0};
    int64_t rows;

    assert_int_equal(store_check(s, false, found, &told, &rows), STORE_OK);
    return told;
}

static void
assert_told(const struct told *told, const char *words)
{
    if (strstr(told->text, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, told->text);
}

/* A row in each status, of a visitor whose rows are counted. */
static void
put_rows(struct fixture *f)
{
    const struct store_asker alice = {
        .owner = ALICE, .owner_limit = 9, .address = "a", .address_limit = 9};
    enum store_added added;
    int64_t id;

    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(
            store_add(f->s, 10, i, ALGORITHM_CHUDNOVSKY, &alice, 10, &id, &added),
            STORE_OK);
        if (i < 3)
            take(f, id, TOKEN);
        if (i < 2) {
            calculate(f, id, TOKEN);
            finish(f, id, TOKEN);
        }
    }
}

static void
a_database_in_use_has_no_problem(void **state)
{
    struct fixture *f = *state;
    struct told told;

    put_rows(f);
    told = check(f->s);
    assert_string_equal(told.text, "");
}

static void
what_an_ended_row_leaves_is_found(void **state)
{
    struct fixture *f = *state;
    struct told told;

    put_rows(f);
    run_sql(f, "INSERT INTO charge (computation_id, owner) VALUES (1, 'x');"
               "UPDATE departure SET revision = 1000000 WHERE computation_id = 2");
    told = check(f->s);
    assert_int_equal(told.count, 2);
    assert_told(&told, "row 1 is done and still counts for who asked for it");
    assert_told(&told, "what row 2 left is of revision 1000000");
}

/* Overwrites the first page of TABLE in the file. */
static void
spoil(struct fixture *f, const char *table)
{
    char sql[96], junk[512];
    int64_t page, size = select_integer(f, "PRAGMA page_size");
    int fd;

    run_sql(f, "PRAGMA wal_checkpoint(TRUNCATE)");
    snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'",
             table);
    page = select_integer(f, sql);
    memset(junk, 0xa5, sizeof junk);
    fd = open(f->path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0 && page > 1);
    assert_int_equal(pwrite(fd, junk, sizeof junk, (page - 1) * size), sizeof junk);
    close(fd);
}

/* It is told, and the rest is checked. */
static void
what_cannot_be_read_is_a_problem(void **state)
{
    struct fixture *f = *state;
    struct store *reader;
    struct told told;

    put_rows(f);
    run_sql(f, "UPDATE counter SET n = 77 WHERE status = 'failed'");
    run_sql(f, "INSERT INTO tally VALUES ('failed', 16, 'bbp', 78)");
    spoil(f, "event");
    reader = fixture_open(f, STORE_READER);
    told = check(reader);
    assert_told(&told, "structure: ");
    assert_told(&told, "events cannot be read");
    assert_told(&told, "the counter of failed rows says 77, there are 0");
    assert_told(&told,
                "the number of failed rows in radix 16 by bbp says 78, there are 0");
    store_close(reader);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_database_in_use_has_no_problem),
        TEST(what_an_ended_row_leaves_is_found),
        TEST(what_cannot_be_read_is_a_problem),
    };

    return cmocka_run_group_tests_name("store_check", tests, NULL, NULL);
}
