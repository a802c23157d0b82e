/*
 * See growth_deeds.h.
 *
 * The deeds go on where the ones before left the rows; they use up the queued ones,
 * the newest first, as a probe claims the oldest.
 */
#include "growth_deeds.h"

#include "common/store_cost.h"
#include "common/store_statistics.h"
#include "common/store_status.h"
#include "common/store_worker.h"
#include "growth_fixture.h"

static void
read_one(struct fixture *f)
{
    row_of(f, GROWTH_DEEP);
}

static void
read_by_question(struct fixture *f)
{
    struct computation c;

    assert_int_equal(store_find(f->s, 16, GROWTH_DEEP - 20, ALGORITHM_BBP, &c),
                     STORE_OK);
    assert_int_equal(store_find(f->s, 16, GROWTH_DEEP - 20, ALGORITHM_AUTO, &c),
                     STORE_NOT_FOUND);
}

static void
read_coming(struct fixture *f)
{
    const struct limits limits = {50000, 100000000, 10000000000};
    struct computation c;

    assert_int_equal(store_find_coming(f->s, &limits, 10, GROWTH_ROWS - 2, &c),
                     STORE_OK);
    assert_int_equal(store_find_coming(f->s, &limits, 10, GROWTH_ROWS + 1, &c),
                     STORE_NOT_FOUND);
}

static void
read_counts(struct fixture *f)
{
    const struct store_filter hexadecimal = {
        .status = -1, .radix = 16, .algorithm = -1};
    const struct store_filter one = {
        .status = -1, .algorithm = -1, .position = GROWTH_DEEP};
    int64_t counts[STATUS_COUNT];

    assert_int_equal(store_counts(f->s, counts), STORE_OK);
    assert_true(counts[STATUS_DONE] > 0);
    assert_int_equal(store_counts_of(f->s, &hexadecimal, counts), STORE_OK);
    assert_true(counts[STATUS_DONE] > 0);
    assert_int_equal(store_counts_of(f->s, &one, counts), STORE_OK);
}

static void
read_changes(struct fixture *f)
{
    static struct computation rows[64];
    int64_t removed[64];
    size_t count, nremoved;
    struct store_delta delta;

    assert_int_equal(store_begin_read(f->s), STORE_OK);
    assert_int_equal(store_changes(f->s, GROWTH_ROWS - 40, rows, 64, &count, removed,
                                   &nremoved, &delta),
                     STORE_OK);
    store_end_read(f->s);
    assert_true(count >= 40 && !delta.reset);
    assert_false(store_left(f->s, GROWTH_ROWS - 30, STATUS_QUEUED, GROWTH_ROWS));
}

static void
read_events(struct fixture *f)
{
    struct event events[8];
    size_t count;

    assert_int_equal(store_events(f->s, GROWTH_DEEP, events, 8, &count), STORE_OK);
    assert_int_equal(count, 1);
}

/* From their beginnings and from within, where most rows took no time at all. */
static void
read_sorted(struct fixture *f)
{
    static const struct store_cursor cursors[] = {
        {.sort = SORT_POSITION},
        {.sort = SORT_POSITION, .key = 1, .id = 1},
        {.sort = SORT_TIME},
        {.sort = SORT_TIME, .key = 0, .id = GROWTH_ROWS},
    };
    struct computation rows[8];

    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        struct store_filter filter = STORE_FILTER_ANY;
        struct store_cursor next;
        size_t count;

        filter.sort = cursors[i].sort;
        assert_int_equal(store_list(f->s, &filter, &cursors[i], rows, 8, &count, &next),
                         STORE_OK);
        assert_int_equal(count, 8);
        assert_true(next.id != 0);
    }
}

static void
read_costs(struct fixture *f)
{
    struct cost_table table = {.threads = 2};
    double speeds[ALGORITHM_COUNT] = {[ALGORITHM_BBP] = 1.5};
    struct store_waiting rows[8];
    size_t count;

    assert_int_equal(store_set_costs(f->s, &table, speeds), STORE_OK);
    assert_int_equal(store_costs(f->s, &table), STORE_OK);
    assert_int_equal(store_speeds(f->s, speeds), STORE_OK);
    assert_int_equal(store_queue_front(f->s, rows, 8, &count), STORE_OK);
    assert_true(count > 0);
}

static void
read_site(struct fixture *f)
{
    struct store_daemon daemons[2];
    struct published p;
    size_t count;
    double age;

    assert_int_equal(store_published(f->s, 10, &p), STORE_OK);
    assert_int_equal(store_daemons(f->s, daemons, 2, &count), STORE_OK);
    assert_int_equal(store_queue_age(f->s, &age), STORE_OK);
    enum store_rc rc = store_heartbeat_age(f->s, &age);
    assert_true(rc == STORE_OK || rc == STORE_NOT_FOUND);
    assert_true(store_data_version(f->s) > 0);
    assert_true(store_oldest_delta(f->s) >= 0);
}

/* Each leap is a seek. Leaps get more with the range of positions, not with the rows:
 * one that finds nothing is as dear as any other. */
static void
read_speeds(struct fixture *f)
{
    struct store_speed speeds[STORE_SPEEDS_MAX];
    size_t count;

    assert_int_equal(store_timings(f->s, 16, ALGORITHM_SPIGOT, speeds, &count),
                     STORE_OK);
    assert_int_equal(count, 0);
}

static void
keep_counts(struct fixture *f)
{
    struct statistics counts;

    statistics_init(&counts, 16);
    statistics_add(&counts, "3243f6a8885a308d", 16);
    assert_int_equal(store_keep_statistics(f->s, &counts), STORE_OK);
    assert_true(store_has_statistics(f->s, 16, 16));
    assert_int_equal(store_statistics(f->s, 16, 16, &counts), STORE_OK);
}

static void
ask(struct fixture *f)
{
    const struct store_asker me = {.owner = "me"};
    const struct store_asker counted = {
        .owner = "me", .address = "here", .owner_limit = 20, .address_limit = 100};
    enum store_added added;
    enum store_wish wish;
    int64_t id = put(f, 2 * GROWTH_ROWS, "me");

    put(f, 2 * GROWTH_ROWS, "you");
    assert_int_equal(store_cancel(f->s, id, &me, &wish), STORE_OK);
    assert_int_equal(wish, WISH_WITHDRAWN);
    put_as(f, 16, GROWTH_DEEP - 20, ALGORITHM_BBP, "me"); /* it was cancelled */
    assert_int_equal(store_add(f->s, 10, 2 * GROWTH_ROWS + 1, ALGORITHM_AUTO, &counted,
                               1000000, &id, &added),
                     STORE_OK);
    assert_int_equal(store_delete(f->s, id, &counted, &wish), STORE_OK);
}

static void
change_wishes(struct fixture *f)
{
    const struct store_asker somebody = {.owner = "somebody"};
    enum store_wish wish;

    assert_int_equal(store_cancel(f->s, GROWTH_ROWS, &somebody, &wish), STORE_OK);
    assert_int_equal(store_retry(f->s, GROWTH_ROWS, &somebody, 1000), STORE_OK);
    assert_int_equal(store_delete(f->s, GROWTH_ROWS, &somebody, &wish), STORE_OK);
}

static void
claim(struct fixture *f)
{
    struct computation rows[8];
    size_t count;

    assert_int_equal(store_pending(f->s, rows, 8, &count), STORE_OK);
    assert_true(count > 2);
    assert_int_equal(store_waits(f->s, GROWTH_ROWS - 1, STORE_WAITS_DISK), STORE_OK);
    take(f, GROWTH_ROWS - 1, TOKEN);
    take(f, GROWTH_ROWS - 2, TOKEN);
    take(f, GROWTH_ROWS - 3, TOKEN);
}

static void
work(struct fixture *f)
{
    struct store_progress progress = {.id = GROWTH_ROWS - 1,
                                      .token = TOKEN,
                                      .fraction = 0.5,
                                      .phase = "series",
                                      .eta_s = 1};

    const struct store_worker worker = {.daemon = "one", .pid = 7, .threads = 2};
    struct store_worker noted;

    assert_int_equal(store_set_worker(f->s, GROWTH_ROWS - 1, TOKEN, &worker), STORE_OK);
    assert_int_equal(store_get_worker(f->s, GROWTH_ROWS - 1, &noted), STORE_OK);
    assert_int_equal(store_progress(f->s, &progress, 1), STORE_OK);
    calculate(f, GROWTH_ROWS - 1, TOKEN);
    finish(f, GROWTH_ROWS - 1, TOKEN);
    assert_int_equal(store_failed(f->s, GROWTH_ROWS - 2, TOKEN, "memory"), STORE_OK);
    assert_int_equal(
        store_requeue(f->s, GROWTH_ROWS - 3, TOKEN, "again", true, 1000, NULL),
        STORE_OK);
    assert_int_equal(
        store_answer(f->s, GROWTH_ROWS - 4, ALGORITHM_AUTO, "31415", 0, ""), STORE_OK);
}

static int
rename_nothing(void *ctx)
{
    (void)ctx;
    return 0;
}

static void
publish(struct fixture *f)
{
    const int64_t id = GROWTH_ROWS - 5;
    struct published p = {.radix = 10, .length = 1000, .file = "a", .sha256 = "cafe"};
    char sha256[DIGITS_SHA256_SIZE];

    take(f, id, TOKEN);
    calculate(f, id, TOKEN);
    assert_int_equal(store_calculated_sha256(f->s, id, sha256), STORE_OK);
    assert_int_equal(
        store_stored(f->s, id, TOKEN, "", &p, rename_nothing, NULL, NULL, NULL),
        STORE_OK);
    assert_int_equal(store_published(f->s, 10, &p), STORE_OK);
    assert_int_equal(p.length, 1000);
    assert_int_equal(store_mend(f->s, &p, NULL), STORE_OK);
    assert_int_equal(store_mend(f->s, &p, NULL), STORE_CONFLICT);
}

/* Published digits that are found damaged, and the row that makes them again. */
static void
damage(struct fixture *f)
{
    const struct limits limits = {.spigot = 1, .chudnovsky = 1000, .bbp = 1};
    struct published none, p = {.radix = 10, .length = 999, .file = "b", .sha256 = "f"};
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    uint64_t marked;
    int64_t id;

    assert_int_equal(store_published(f->s, 10, &none), STORE_OK);
    assert_int_equal(store_mend(f->s, &none, &p), STORE_OK);
    assert_int_equal(store_published(f->s, 10, &p), STORE_OK);
    assert_int_equal(store_mark_damaged(f->s, &p), STORE_OK);
    assert_int_equal(store_damaged(f->s, 10, &marked), STORE_OK);
    assert_int_equal(marked, 999);
    assert_int_equal(store_clear_damaged(f->s, 10), STORE_OK);
    assert_int_equal(store_take_back(f->s, &p, NULL, &limits, &id), STORE_OK);
    if (id > 0) { /* unless another row brings them */
        assert_int_equal(store_delete(f->s, id, &admin, &wish), STORE_OK);
    }
}

/* A row that is given up when its daemon is gone, and one that has its digits. */
static void
recover(struct fixture *f)
{
    const struct store_asker admin = {.admin = true};
    enum store_wish wish;
    const struct store_lease lease = lease_of(OTHER, "one");
    const struct store_witness witness = {.is_dead = NULL};
    struct computation rows[8];
    size_t count, taken_back;

    take(f, GROWTH_ROWS - 6, TOKEN);
    assert_int_equal(store_cancel(f->s, GROWTH_ROWS - 6, &admin, &wish), STORE_OK);
    assert_int_equal(wish, WISH_NOTED);
    take(f, GROWTH_ROWS - 7, TOKEN);
    calculate(f, GROWTH_ROWS - 7, TOKEN);
    assert_int_equal(
        store_recover(f->s, &lease, &witness, rows, 8, &count, &taken_back), STORE_OK);
    assert_true(taken_back >= 2); /* the probe's may be among them */
    assert_int_equal(count, 1);
}

/* What the daemon does all the time, and when it starts. */
static void
look_after(struct fixture *f)
{
    struct computation rows[8];
    size_t count;

    assert_int_equal(store_renew(f->s, "one", store_boottime()), STORE_OK);
    assert_int_equal(store_heartbeat(f->s, "one"), STORE_OK);
    assert_int_equal(store_wishes(f->s, "one", rows, 8, &count), STORE_OK);
    assert_int_equal(store_note_boot(f->s, "a boot"), STORE_OK);
    assert_int_equal(store_note_boot(f->s, "another boot"), STORE_OK);
}

/* As much as is asked for, and no more. */
static void
prune(struct fixture *f)
{
    size_t removed;

    assert_int_equal(store_prune(f->s, 0, 20, &removed), STORE_OK);
    assert_int_equal(removed, 0);
    assert_int_equal(store_prune(f->s, 1, 20, &removed), STORE_OK);
    assert_int_equal(removed, 20);
}

const struct growth_deed growth_deeds[GROWTH_DEEDS] = {
    {"a row", read_one},
    {"a question", read_by_question},
    {"who computes enough digits", read_coming},
    {"the counts", read_counts},
    {"speeds", read_speeds},
    {"counts of digits", keep_counts},
    {"what changed", read_changes},
    {"a history", read_events},
    {"lists in other orders", read_sorted},
    {"what jobs cost", read_costs},
    {"what a page says of the site", read_site},
    {"asking", ask},
    {"cancelling, asking again, deleting", change_wishes},
    {"a claim", claim},
    {"a row's life", work},
    {"publishing", publish},
    {"damage", damage},
    {"recovery", recover},
    {"a daemon's care", look_after},
    {"retention", prune},
};
