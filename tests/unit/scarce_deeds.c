/*
 * Every deed of the store, digits files, the doorbell and the configuration.
 */
#include "config.h"

#include "scarce_deeds.h"

#include "common/conf.h"
#include "common/doorbell.h"
#include "common/store_status.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH = 3000 };

static const struct store_asker alice = {.owner = ALICE};

/* ---- the store ---- */

static bool
open_new(struct place *p)
{
    struct store *s = NULL;
    bool done = store_open(&s, p->file, STORE_DURABLE) == STORE_OK;

    assert_true(done == (s != NULL));
    store_close(s);
    return done;
}

static bool
add(struct place *p)
{
    enum store_added added;
    int64_t id;

    return store_add(p->s, 10, 777, ALGORITHM_AUTO, &alice, 1000, &id, &added) ==
           STORE_OK;
}

static bool
add_again(struct place *p)
{
    enum store_added added;
    int64_t id;

    return store_add(p->s, 10, 500, ALGORITHM_CHUDNOVSKY, &alice, 1000, &id, &added) ==
           STORE_OK;
}

static bool
cancel(struct place *p)
{
    enum store_wish wish;
    return store_cancel(p->s, p->id, &alice, &wish) == STORE_OK;
}

static bool
retry(struct place *p)
{
    return store_retry(p->s, p->id, &alice, 1000) == STORE_OK;
}

static bool delete (struct place *p)
{
    enum store_wish wish;
    return store_delete(p->s, p->id, &alice, &wish) == STORE_OK;
}

static bool
take_it(struct place *p)
{
    const struct store_lease lease = lease_of(TOKEN, "one");
    return store_take(p->s, p->id, &lease, ALGORITHM_CHUDNOVSKY) == STORE_OK;
}

static bool
answer(struct place *p)
{
    return store_answer(p->s, p->id, ALGORITHM_AUTO, "31415", 0, "checked") == STORE_OK;
}

static bool
progress(struct place *p)
{
    struct store_progress said = {
        .id = p->id, .token = TOKEN, .fraction = 0.5, .phase = "series", .eta_s = 1};
    return store_progress(p->s, &said, 1) == STORE_OK && !said.lost;
}

static bool
calculate_it(struct place *p)
{
    const struct store_cost cost = {.cpu_s = 1.5, .wall_s = 2.5, .peak_kib = 4096};
    return store_calculated(p->s, p->id, TOKEN, "9265358979323846", "cafe", "checked",
                            &cost) == STORE_OK;
}

static int
rename_nothing(void *ctx)
{
    (void)ctx;
    return 0;
}

static bool
store_it(struct place *p)
{
    struct published what = {.radix = 10, .length = 500, .file = "a", .sha256 = "cafe"};
    bool published = false;

    return store_stored(p->s, p->id, TOKEN, "checked", &what, rename_nothing, NULL,
                        &published, NULL) == STORE_OK;
}

static bool
fail_it(struct place *p)
{
    return store_failed(p->s, p->id, TOKEN, "memory") == STORE_OK;
}

static bool
requeue(struct place *p)
{
    return store_requeue(p->s, p->id, TOKEN, "again", true, 1, NULL) == STORE_OK;
}

static bool
recover(struct place *p)
{
    const struct store_lease lease = lease_of(OTHER, "one");
    const struct store_witness witness = {.is_dead = NULL};
    struct computation rows[8];
    size_t count, taken_back;

    return store_recover(p->s, &lease, &witness, rows, 8, &count, &taken_back) ==
           STORE_OK;
}

static bool
beat(struct place *p)
{
    return store_heartbeat(p->s, "one") == STORE_OK &&
           store_renew(p->s, "one", store_boottime() + 1000000) == STORE_OK;
}

static bool
look(struct place *p)
{
    static const struct store_filter all = {.status = -1, .algorithm = -1};
    struct computation rows[8];
    struct event events[8];
    int64_t counts[STATUS_COUNT], removed[8];
    size_t count, nremoved;
    struct store_cursor next, start = {.id = 0};
    struct store_delta delta;
    struct store_daemon daemons[2];
    struct published what;
    double age;

    return store_begin_read(p->s) == STORE_OK &&
           store_list(p->s, &all, &start, rows, 8, &count, &next) == STORE_OK &&
           store_changes(p->s, 1, rows, 8, &count, removed, &nremoved, &delta) ==
               STORE_OK &&
           (store_end_read(p->s), true) &&
           store_events(p->s, p->id, events, 8, &count) == STORE_OK && count > 0 &&
           store_counts(p->s, counts) == STORE_OK &&
           store_daemons(p->s, daemons, 2, &count) == STORE_OK &&
           store_queue_age(p->s, &age) == STORE_OK &&
           store_pending(p->s, rows, 8, &count) == STORE_OK &&
           store_published(p->s, 16, &what) == STORE_OK && store_revision(p->s) > 0;
}

/* ---- digits, doorbell, configuration ---- */

static int
make_file(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    return fd;
}

static bool
write_digits(struct place *p)
{
    static const char some[] = "14159265358979323846";
    char sha256[DIGITS_SHA256_SIZE], again[DIGITS_SHA256_SIZE], text[LENGTH];
    int fd = make_file(p->work, "a.txt"), sum_fd = make_file(p->work, "a.sum");
    struct digits_writer *w = digits_writer_new(fd, sum_fd, 10);
    struct digits_file file = {.fd = -1};
    bool done = w != NULL;

    for (size_t i = 0; i < LENGTH; i++)
        text[i] = some[i % 20];
    done = done && digits_writer_add(w, text, LENGTH) == DIGITS_OK &&
           digits_writer_finish(w, sha256) == DIGITS_OK;
    digits_writer_free(w);
    close(fd);
    close(sum_fd);
    done = done &&
           digits_commit(p->work, "a.txt", "a.sum", p->digits, 10, LENGTH) == DIGITS_OK;
    /* What is published is whole, whatever happened. */
    if (done && digits_check(p->digits, 10, LENGTH, again) == DIGITS_OK)
        assert_string_equal(sha256, again);
    else
        done = false;
    done = done && digits_open(&file, p->digits, 10, LENGTH) == DIGITS_OK &&
           digits_read(&file, 1, 20, text) == DIGITS_OK;
    if (done)
        assert_memory_equal(text, some, 20);
    digits_close(&file);
    digits_remove(p->digits, 10, LENGTH);
    return done;
}

static bool
ring(struct place *p)
{
    struct doorbell *bell = doorbell_open(p->file, 1);

    if (bell == NULL)
        return false;
    doorbell_ring(bell);
    doorbell_drain(bell);
    doorbell_close(bell);
    return true;
}

static bool
configure(struct place *p)
{
    char program[] = "nthpid", flag[] = "--lease-s=33", state[96];
    char *argv[] = {program, flag, state, NULL};
    struct conf conf;
    int first, rc;

    snprintf(state, sizeof state, "--state=%s", p->f->dir);
    rc = conf_load(&conf, CONF_DAEMON, 3, argv, "nthpid", NULL, &first);
    assert_true(rc == 0 || rc == -1);
    if (rc != 0)
        return false;
    bool right = conf.lease_s == 33 && strcmp(conf.state, p->f->dir) == 0 &&
                 strcmp(conf.name, "from-the-file") == 0;
    conf_clear(&conf);
    assert_true(right);
    return true;
}

const struct deed scarce_deeds[] = {
    {"open a new database", NULL, open_new, false},
    {"add", NULL, add, true},
    {"add again", "failed", add_again, true},
    {"cancel", "queued", cancel, true},
    {"retry", "failed", retry, true},
    {"delete", "failed", delete, true},
    {"take", "queued", take_it, true},
    {"answer", "queued", answer, true},
    {"progress", "taken", progress, true},
    {"calculated", "taken", calculate_it, true},
    {"stored", "calculated", store_it, true},
    {"failed", "taken", fail_it, true},
    {"requeue", "taken", requeue, true},
    {"recover", "expired", recover, true},
    {"heartbeat", "taken", beat, false},
    {"look", "taken", look, false},
    {"digits", NULL, write_digits, false},
    {"doorbell", NULL, ring, false},
    {"configuration", NULL, configure, false},
};

const size_t scarce_deed_count = sizeof scarce_deeds / sizeof *scarce_deeds;
