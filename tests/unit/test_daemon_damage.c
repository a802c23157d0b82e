/*
 * Published files that are gone or went bad: whoever finds it, the daemon takes them
 * back, and the digits are there again without anybody's doing.
 */
#include "daemon_fixture.h"

#include "common/digits.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT_500  "2983367336244065"
#define AT_762  "9999998372978049"
#define AT_1000 "9380952572010654"

/* Waits until LENGTH digits of radix 10 are published, and checks the file. */
static void
wait_published(struct site *s, uint64_t length)
{
    struct published p = {.length = UINT64_MAX};
    int64_t began = 0;

    while (p.length != length) {
        site_pause(&began, "another prefix");
        assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    }
    if (length > 0) {
        char sha256[DIGITS_SHA256_SIZE];

        assert_int_equal(digits_check(s->digits_fd, 10, length, sha256), DIGITS_OK);
        assert_string_equal(p.sha256, sha256);
    }
}

/* Forgets, as if their commit had failed, that more than LENGTH digits were
 * published, and the rows. The daemon must not run. */
static void
forget(struct site *s, uint64_t length)
{
    struct published p, shorter = {.radix = 10, .length = length};
    const struct store_asker admin = {.admin = true};
    struct computation rows[8];
    size_t count = 0;
    enum store_wish wish;

    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    if (length > 0) {
        digits_name(shorter.file, 10, length, "txt");
        assert_int_equal(digits_check(s->digits_fd, 10, length, shorter.sha256),
                         DIGITS_OK);
    }
    assert_int_equal(store_mend(s->store, &p, length > 0 ? &shorter : NULL), STORE_OK);
    for (int64_t id = 1; id <= 8; id++) {
        if (store_get(s->store, id, &rows[count]) == STORE_OK) {
            assert_int_equal(store_delete(s->store, id, &admin, &wish), STORE_OK);
            count++;
        }
    }
    assert_true(count > 0);
}

/* Publishes 1,000 digits by a row of ALGORITHM; its id. */
static int64_t
publish_1000(struct site *s, enum algorithm algorithm)
{
    int64_t id = site_ask(s, 10, 1000, algorithm);

    site_check_done(s, id, AT_1000);
    wait_published(s, 1000);
    return id;
}

/* Waits until what is published has changed since REVISION, is LENGTH digits, and
 * its file is whole. */
static void
wait_published_anew(struct site *s, uint64_t length, int64_t revision)
{
    struct published p = {.revision = revision};
    int64_t began = 0;

    while (p.revision <= revision || p.length != length) {
        site_pause(&began, "new digits");
        assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    }
    wait_published(s, length);
}

static int64_t
published_revision(struct site *s)
{
    struct published p;

    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    return p.revision;
}

/* How often row ID was started anew because of its file. */
static int
repairs(struct site *s, int64_t id)
{
    struct event events[32];
    size_t count;
    int found = 0;

    assert_int_equal(store_events(s->store, id, events, 32, &count), STORE_OK);
    for (size_t i = 0; i < count; i++) {
        found += strcmp(events[i].detail, "the published digits were damaged") == 0;
    }
    return found;
}

/* Writes TEXT at OFFSET of NAME in the digits folder. */
static void
overwrite(struct site *s, const char *name, off_t offset, const char *text)
{
    int fd = openat(s->digits_fd, name, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, text, strlen(text), offset), strlen(text));
    close(fd);
}

static void
test_published_file_is_removed(void **state)
{
    struct site *s = *state;
    static const enum algorithm by[] = {ALGORITHM_CHUDNOVSKY, ALGORITHM_SPIGOT,
                                        ALGORITHM_AUTO};

    for (size_t i = 0; i < 3; i++) {
        int64_t id, revision;

        site_start(s, 0, NULL);
        id = publish_1000(s, by[i]);
        site_check_done(s, site_ask(s, 10, 500, ALGORITHM_AUTO), AT_500);
        revision = published_revision(s);
        assert_int_equal(unlinkat(s->digits_fd, "pi-10-1000.txt", 0), 0);
        /* The row that made it makes it again; the other keeps its digit. */
        wait_published_anew(s, 1000, revision);
        site_check_done(s, id, AT_1000);
        assert_int_equal(repairs(s, id), 1);
        assert_int_equal(repairs(s, site_ask(s, 10, 500, ALGORITHM_AUTO)), 0);
        assert_int_equal(site_stop(s, 0), 0);
        forget(s, 0);
        assert_int_equal(digits_remove(s->digits_fd, 10, 1000), DIGITS_OK);
    }
}

/* Nothing is left of the row that made the file: one is added. */
static void
test_file_whose_row_is_gone(void **state)
{
    struct site *s = *state;
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    int64_t id, revision;

    site_start(s, 0, NULL);
    id = publish_1000(s, ALGORITHM_AUTO);
    assert_int_equal(store_delete(s->store, id, &admin, &wish), STORE_OK);
    revision = published_revision(s);
    assert_int_equal(unlinkat(s->digits_fd, "pi-10-1000.txt", 0), 0);
    wait_published_anew(s, 1000, revision);
    id = site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY); /* it is there */
    assert_int_equal(repairs(s, id), 1);
}

static void
test_predecessor_takes_its_place(void **state)
{
    struct site *s = *state;
    int64_t revision;

    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 500, ALGORITHM_CHUDNOVSKY), AT_500);
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_CHUDNOVSKY), AT_762);
    publish_1000(s, ALGORITHM_CHUDNOVSKY);
    revision = published_revision(s);
    /* One that is not whole is passed over. */
    assert_int_equal(unlinkat(s->digits_fd, "pi-10-762.sum", 0), 0);
    assert_int_equal(unlinkat(s->digits_fd, "pi-10-1000.txt", 0), 0);
    site_wait_log(s, "pi-10-500.txt takes its place");
    wait_published_anew(s, 1000, revision);
}

static void
test_published_file_is_overwritten(void **state)
{
    struct site *s = *state;
    int64_t revision;

    site_start(s, 0, NULL);
    publish_1000(s, ALGORITHM_CHUDNOVSKY);
    revision = published_revision(s);
    overwrite(s, "pi-10-1000.txt", 900, "7777");
    /* Found by the row that needs it, which has the right digit nevertheless. */
    site_check_done(s, site_ask(s, 10, 762, ALGORITHM_AUTO), AT_762);
    wait_published_anew(s, 1000, revision);
    site_wait_file(s->digits_fd, "damaged-10.txt", true);
}

/* Found by the check at the start. */
static void
test_start_finds_what_is_damaged(void **state)
{
    struct site *s = *state;
    int64_t revision;

    site_start(s, 0, NULL);
    publish_1000(s, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(site_stop(s, 0), 0);
    revision = published_revision(s);
    overwrite(s, "pi-10-1000.txt", 1001, "x");
    site_start(s, 0, NULL);
    wait_published_anew(s, 1000, revision);
}

/* Nobody computes what only lacks its checksums. */
static void
test_sidecar_is_made_anew(void **state)
{
    struct site *s = *state;
    int64_t id;

    site_start(s, 0, NULL);
    id = publish_1000(s, ALGORITHM_CHUDNOVSKY);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(site_stop(s, 0), 0);
        if (i == 0) {
            overwrite(s, "pi-10-1000.sum", 100, "0000");
        } else if (i == 1) {
            overwrite(s, "pi-10-1000.txt", 0, "4");
        } else {
            assert_int_equal(unlinkat(s->digits_fd, "pi-10-1000.sum", 0), 0);
        }
        if (i == 3) {
            assert_int_equal(mkdirat(s->digits_fd, "pi-10-1000.sum", 0755), 0);
        }
        site_start(s, 0, NULL);
        for (int64_t began = 0;
             digits_check(s->digits_fd, 10, 1000, NULL) != DIGITS_OK;) {
            site_pause(&began, "a new sidecar");
        }
        wait_published(s, 1000);
    }
    assert_int_equal(repairs(s, id), 0);
}

/* A mark of the web program's is looked at, and believed only after a check. */
static void
test_marks_are_checked(void **state)
{
    struct site *s = *state;
    uint64_t marked = 1;
    struct published p;
    int64_t id, began = 0;

    site_start(s, 0, NULL);
    id = publish_1000(s, ALGORITHM_CHUDNOVSKY);
    assert_int_equal(site_stop(s, 0), 0);
    site_start(s, 0, NULL);
    site_wait_log(s, "pi-10-1000.txt was read again: it is whole");
    assert_int_equal(store_published(s->store, 10, &p), STORE_OK);
    assert_int_equal(store_mark_damaged(s->store, &p), STORE_OK);
    doorbell_ring(s->bell);
    while (marked > 0) {
        site_pause(&began, "the mark to go");
        assert_int_equal(store_damaged(s->store, 10, &marked), STORE_OK);
    }
    assert_int_equal(repairs(s, id), 0);
    assert_int_equal(published_revision(s), p.revision);
    overwrite(s, "pi-10-1000.txt", 500, "7777");
    assert_int_equal(store_mark_damaged(s->store, &p), STORE_OK);
    assert_int_equal(store_mark_damaged(s->store, &p), STORE_CONFLICT); /* already */
    doorbell_ring(s->bell);
    wait_published_anew(s, 1000, p.revision);
    assert_int_equal(repairs(s, id), 1);
    assert_int_equal(store_mark_damaged(s->store, &p), STORE_CONFLICT); /* not this */
    assert_int_equal(store_damaged(s->store, 10, &marked), STORE_OK);
    assert_int_equal(marked, 0);
}

static void
test_longer_file_is_published(void **state)
{
    struct site *s = *state;
    int64_t revision;

    for (uint64_t left = 0; left <= 500; left += 500) {
        site_start(s, 0, NULL);
        site_check_done(s, site_ask(s, 10, 500, ALGORITHM_CHUDNOVSKY), AT_500);
        site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
        assert_int_equal(site_stop(s, 0), 0);
        forget(s, left);
        revision = store_revision(s->store);
        site_start(s, 0, NULL);
        wait_published(s, 1000);
        assert_true(store_revision(s->store) > revision); /* open pages hear of it */
        site_check_done(s, site_ask(s, 10, 762, ALGORITHM_AUTO), AT_762);
        assert_int_equal(site_stop(s, 0), 0);
    }
}

static void
test_longer_file_that_is_broken_goes(void **state)
{
    struct site *s = *state;
    const char *const soon[] = {"--grace-s=0", NULL};
    int fd;

    site_start(s, 0, NULL);
    site_check_done(s, site_ask(s, 10, 500, ALGORITHM_CHUDNOVSKY), AT_500);
    site_check_done(s, site_ask(s, 10, 1000, ALGORITHM_CHUDNOVSKY), AT_1000);
    assert_int_equal(site_stop(s, 0), 0);
    forget(s, 500);
    fd = openat(s->digits_fd, "pi-10-1000.txt", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 700), 1);
    close(fd);
    fd = openat(s->digits_fd, "pi-10-2000.sum", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    site_start(s, 0, soon);
    site_wait_file(s->digits_fd, "pi-10-1000.txt", false);
    site_wait_file(s->digits_fd, "pi-10-1000.sum", false);
    site_wait_file(s->digits_fd, "pi-10-2000.sum", false);
    wait_published(s, 500);
}

#define ON_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SITE(test_published_file_is_removed),
        ON_SITE(test_file_whose_row_is_gone),
        ON_SITE(test_start_finds_what_is_damaged),
        ON_SITE(test_sidecar_is_made_anew),
        ON_SITE(test_marks_are_checked),
        ON_SITE(test_predecessor_takes_its_place),
        ON_SITE(test_published_file_is_overwritten),
        ON_SITE(test_longer_file_is_published),
        ON_SITE(test_longer_file_that_is_broken_goes),
    };

    return cmocka_run_group_tests_name("daemon_damage", tests, NULL, NULL);
}
