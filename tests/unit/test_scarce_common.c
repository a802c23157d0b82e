/*
 * Memory that is full for a moment, in common/: every deed of the store, digits files,
 * the doorbell and the configuration, with each of its allocations failing once, in
 * turn (some hundreds of each deed unless NTHPI_LONG is set). A deed then fails,
 * and has done nothing at all, or succeeds and is whole; it loses no memory; and it
 * works when there is memory again.
 */
#include "config.h"

#include "scarce.h"
#include "scarce_deeds.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No power is cut here: thousands of commits need not wait for the disk. */
int
fsync(int fd)
{
    (void)fd;
    return 0;
}

int
fdatasync(int fd)
{
    return fsync(fd);
}

enum { MOST = 20000, TRIALS = 300 };

/* Brings the row that DEED is about into its state; no other row is left. */
static void
prepare(struct place *p, const struct deed *deed)
{
    run_sql(p->f, "DELETE FROM asker; DELETE FROM event; DELETE FROM computation; "
                  "DELETE FROM published");
    unlink(p->file);
    p->id = 0;
    if (deed->state == NULL)
        return;
    p->id = put(p->f, 500, ALICE);
    if (strcmp(deed->state, "queued") == 0)
        return;
    take(p->f, p->id, TOKEN);
    if (strcmp(deed->state, "expired") == 0)
        run_sql(p->f, "UPDATE computation SET lease_until = 1");
    else if (strcmp(deed->state, "calculated") == 0)
        calculate(p->f, p->id, TOKEN);
    else if (strcmp(deed->state, "failed") == 0)
        assert_int_equal(store_failed(p->f->s, p->id, TOKEN, "memory"), STORE_OK);
}

/* Does DEED with allocation AT failing. Returns how many there were. */
static size_t
do_scarcely(struct place *p, const struct deed *deed, size_t at)
{
    int heard = dup(STDERR_FILENO), silence = open("/dev/null", O_WRONLY | O_CLOEXEC);

    prepare(p, deed);
    p->s = fixture_open(p->f, STORE_DURABLE);
    int64_t revision = store_revision(p->f->s);
    long blocks = scarce_blocks();
    dup2(silence, STDERR_FILENO);
    scarce_begin(at);
    bool done = deed->run(p);
    size_t count = scarce_end();
    dup2(heard, STDERR_FILENO);
    close(heard);
    close(silence);
    store_close(p->s);
    blocks = scarce_blocks() - blocks;
    int64_t moved = store_revision(p->f->s) - revision;
    if (moved != (deed->changes && done ? 1 : 0))
        fail_msg("%s, allocation %zu: %s, and the revision moved by %lld", deed->name,
                 at, done ? "done" : "failed", (long long)moved);
    if (count < at)
        assert_true(done);
    /* The connection's own were there before. */
    if (blocks > 0)
        fail_msg("%s, allocation %zu: %ld blocks are lost", deed->name, at, blocks);
    return count;
}

static void
each_allocation_fails(void **state)
{
    struct place p = {.f = *state};
    char path[128];

    snprintf(path, sizeof path, "%s/work", p.f->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    p.work = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "%s/digits", p.f->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    p.digits = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "%s/conf", p.f->dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("name = from-the-file\n", file);
    fclose(file);
    setenv("NTHPI_CONFIG", path, 1);
    snprintf(p.file, sizeof p.file, "%s/new", p.f->dir);
    run_sql(p.f, "PRAGMA synchronous = OFF");
    for (size_t i = 0; i < scarce_deed_count; i++) {
        size_t count = do_scarcely(&p, &scarce_deeds[i], MOST);
        size_t step = getenv("NTHPI_LONG") != NULL ? 1 : 1 + count / TRIALS;
        size_t at = 1 + i % step;

        assert_in_range(count, 1, MOST - step);
        while (do_scarcely(&p, &scarce_deeds[i], at) >= at)
            at += step;
        assert_true(at + step > count);
        print_message("%s: %zu allocations\n", scarce_deeds[i].name, count);
    }
    close(p.work);
    close(p.digits);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_allocation_fails, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests_name("scarce_common", tests, NULL, NULL);
}
