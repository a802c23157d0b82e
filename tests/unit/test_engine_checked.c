/* Checked runs say what they checked, count it in their progress, and refuse a result
 * with any digit changed. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "common/reason.h"
#include "daemon/engine/checked.h"
#include "engine_fixture.h"

/* One checked run. */
struct heard {
    char *text;
    size_t length;
    double fraction, verifying; /* the last, and the first of the phase verifying */
    int reports, after;         /* reports of it; digits after its first */
    bool stop, refuse;          /* wishes: cancel, refuse digits, while verifying */
    bool gap;
    uint64_t next;
};

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct heard *h = ctx;

    assert_true(fraction >= h->fraction && fraction <= 1);
    h->fraction = fraction;
    if (strcmp(phase, "verifying") == 0 && h->reports++ == 0)
        h->verifying = fraction;
}

static bool
on_cancelled(void *ctx)
{
    struct heard *h = ctx;

    return h->stop && h->reports > 0;
}

static int
on_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct heard *h = ctx;

    h->gap = h->gap || (h->next != 0 && first != h->next);
    h->next = first + length;
    h->after += h->reports > 0;
    h->text = realloc(h->text, h->length + length + 1);
    assert_non_null(h->text);
    memcpy(h->text + h->length, text, length);
    h->length += length;
    return h->refuse;
}

static enum engine_rc
listen(struct heard *h, const struct engine_algorithm *row, int radix, uint64_t n,
       int threads, char *words)
{
    const struct engine_job job = {radix, n, threads};
    const struct engine_callbacks callbacks = {.ctx = h,
                                               .progress = on_progress,
                                               .digits = on_digits,
                                               .cancelled = on_cancelled};

    return engine_run_checked(row, &job, &callbacks, words);
}

/* N's result is accepted with WORDS, and its digits are those of a plain run. */
static void
accepted(const char *name, int radix, uint64_t n, const char *expected)
{
    size_t length;
    char *plain = digits_of(name, radix, n, 2, &length), words[ENGINE_WORDS];
    struct heard h = {0};

    assert_int_equal(listen(&h, engine_find(name), radix, n, 2, words), ENGINE_OK);
    assert_non_null(strstr(words, expected));
    assert_true(h.reports > 0 && h.fraction == 1 && !h.gap);
    assert_true(h.verifying > 0 && h.verifying < 1);
    assert_true(h.length >= ENGINE_WINDOW && h.length <= length);
    if (engine_find(name)->prefix)
        assert_int_equal(h.length, length);
    else
        assert_int_equal(h.after, 1);
    assert_memory_equal(h.text, plain, h.length);
    free(h.text);
    free(plain);
}

static void
test_accepted(void **state)
{
    static const uint64_t positions[] = {1,    2,    15,   16,   17,    762,
                                         1999, 2000, 7999, 8000, 20000, 123456};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        accepted("chudnovsky", 10, positions[i], "same by bbp");
        accepted("chudnovsky", 16, positions[i], "agree with the binary fraction");
        accepted("bbp", 16, positions[i],
                 positions[i] < 8000 ? "by chudnovsky" : "Bellard's series");
        if (positions[i] <= 20000)
            accepted("spigot", 10, positions[i], "same by chudnovsky");
    }
}

/* The table's algorithms with the digit at WRONG changed. */
static uint64_t wrong;

struct fault {
    const struct engine_callbacks *right;
    char text[1 << 16];
};

static void
fault_evidence(void *ctx, const struct engine_evidence *evidence)
{
    struct fault *f = ctx;

    f->right->evidence(f->right->ctx, evidence);
}

static int
fault_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct fault *f = ctx;

    assert_true(length <= sizeof f->text);
    memcpy(f->text, text, length);
    if (wrong >= first && wrong - first < length)
        f->text[wrong - first] ^= 1;
    return f->right->digits(f->right->ctx, first, f->text, length);
}

static enum engine_rc
faulty(const char *name, const struct engine_job *job,
       const struct engine_callbacks *callbacks)
{
    struct fault f = {.right = callbacks};
    const struct engine_callbacks own = {
        .ctx = &f, .digits = fault_digits, .evidence = fault_evidence};

    return engine_find(name)->run(job, &own);
}

static enum engine_rc
faulty_spigot(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    return faulty("spigot", job, callbacks);
}

static enum engine_rc
faulty_chudnovsky(const struct engine_job *job,
                  const struct engine_callbacks *callbacks)
{
    return faulty("chudnovsky", job, callbacks);
}

static enum engine_rc
faulty_bbp(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    return faulty("bbp", job, callbacks);
}

/* WORDS tell a difference as the table of reasons does, which the pages translate. */
static void
expect_difference(const char *words)
{
    struct reason_found found;

    assert_true(reason_find(words, &found));
    assert_in_range(found.reason, REASON_DIFFER_BBP, REASON_DIFFER_CHUDNOVSKY);
}

static void
refused(const char *name, int radix, uint64_t n, uint64_t at)
{
    struct engine_algorithm row = *engine_find(name);
    char words[ENGINE_WORDS];
    struct heard h = {0};

    row.run = strcmp(name, "bbp") == 0      ? faulty_bbp
              : strcmp(name, "spigot") == 0 ? faulty_spigot
                                            : faulty_chudnovsky;
    wrong = at;
    assert_int_equal(listen(&h, &row, radix, n, 1, words), ENGINE_MISMATCH);
    expect_difference(words);
    if (!row.prefix)
        assert_int_equal(h.length, 0);
    free(h.text);
}

static void
test_flipped_digits(void **state)
{
    uint64_t at;

    (void)state;
    for (at = 1; at < 500 + ENGINE_WINDOW; at += 7) {
        refused("spigot", 10, 500, at);
        refused("chudnovsky", 10, 500, at);
        refused("chudnovsky", 16, 500, at);
    }
    for (at = 0; at < ENGINE_WINDOW; at++) {
        refused("bbp", 16, 500, 500 + at);
        refused("bbp", 16, 9000, 9000 + at);
    }
    refused("chudnovsky", 10, 200000, 1);
    refused("chudnovsky", 10, 200000, 200015);
}

static void
stopped(const char *name, int radix, uint64_t n)
{
    char words[ENGINE_WORDS];
    struct heard h = {.stop = true};

    assert_int_equal(listen(&h, engine_find(name), radix, n, 2, words),
                     ENGINE_CANCELLED);
    assert_string_equal(words, "");
    assert_true(h.reports > 0);
    free(h.text);
    h = (struct heard){.refuse = true};
    assert_int_equal(listen(&h, engine_find(name), radix, n, 2, words),
                     ENGINE_CANCELLED);
    assert_string_equal(words, "");
    free(h.text);
}

static void
test_cancelled(void **state)
{
    (void)state;
    stopped("chudnovsky", 10, 30000);
    stopped("spigot", 10, 2000);
    stopped("bbp", 16, 500);
    stopped("bbp", 16, 200000);
}

static void
no_checkpoint(void *ctx, const void *state, size_t length)
{
    (void)ctx;
    (void)state;
    (void)length;
    fail_msg("a checkpoint of a run that has none");
}

static void
test_without_checkpoints(void **state)
{
    static const struct {
        const char *name;
        struct engine_job job;
    } runs[] = {
        {"chudnovsky", {10, 20000, 2}},
        {"chudnovsky", {16, 9000, 2}},
        {"spigot", {10, 3000, 1}},
        {"bbp", {16, 7999, 2}},
    };
    const struct engine_job long_job = {16, 8000, 1};
    const struct engine_callbacks callbacks = {.checkpoint = no_checkpoint,
                                               .checkpoint_seconds = 1e-9};
    char words[ENGINE_WORDS];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        const struct engine_algorithm *row = engine_find(runs[i].name);

        assert_false(engine_checked_saves(row, &runs[i].job));
        assert_int_equal(engine_run_checked(row, &runs[i].job, &callbacks, words),
                         ENGINE_OK);
    }
    assert_true(engine_checked_saves(engine_find("bbp"), &long_job));
}

static enum engine_rc
without_evidence(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    struct engine_callbacks own = *callbacks;

    own.evidence = NULL;
    return engine_find("chudnovsky")->run(job, &own);
}

static void
test_not_to_be_checked(void **state)
{
    struct engine_algorithm row = *engine_find("chudnovsky");
    char words[ENGINE_WORDS];
    struct heard h = {0};

    (void)state;
    row.run = without_evidence;
    assert_int_equal(listen(&h, &row, 10, 1000, 1, words), ENGINE_UNVERIFIED);
    assert_string_equal(words, "");
    row = *engine_find("chudnovsky");
    row.name = "unknown";
    assert_int_equal(listen(&h, &row, 10, 1000, 1, words), ENGINE_UNVERIFIED);
    assert_int_equal(listen(&h, &row, 2, 1000, 1, words), ENGINE_BAD_JOB);
    assert_int_equal(listen(&h, NULL, 10, 1000, 1, words), ENGINE_BAD_JOB);
    free(h.text);
}

/* The windows of chudnovsky cost as much as a third more than the one at the end. */
static void
test_cost_of_windows(void **state)
{
    const struct engine_algorithm *bbp = engine_find("bbp"),
                                  *chudnovsky = engine_find("chudnovsky");
    struct engine_job job = {16, 1000, 2}, end;
    double seconds, last;

    (void)state;
    for (; job.position <= 1000000000; job.position *= 10) {
        end = job;
        end.position += ENGINE_WINDOW;
        seconds = engine_checked_seconds(chudnovsky, &job) - chudnovsky->seconds(&job);
        last = bbp->seconds(&end);
        assert_true(seconds >= last);
        if (job.position >= 100000000)
            assert_true(seconds < 1.4 * last);
    }
}

static void
test_costs(void **state)
{
    const struct engine_algorithm *bbp = engine_find("bbp"),
                                  *chudnovsky = engine_find("chudnovsky");
    const struct engine_job hex = {16, 1000000000, 2}, all = {10, 100000000, 2};
    const struct engine_algorithm *row;
    double share;

    (void)state;
    share = bbp->seconds(&hex) / engine_checked_seconds(bbp, &hex);
    assert_true(share > 0.42 && share < 0.44);
    share = chudnovsky->seconds(&all) / engine_checked_seconds(chudnovsky, &all);
    assert_true(share > 0.95 && share < 1);
    for (row = engine_algorithms; row->name != NULL; row++) {
        const struct engine_job job = {row->radices & ENGINE_RADIX_10 ? 10 : 16, 50000,
                                       1};

        assert_true(engine_checked_seconds(row, &job) > row->seconds(&job));
        assert_true(engine_checked_memory(row, &job) >= row->memory(&job));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_flipped_digits),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_not_to_be_checked),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_without_checkpoints),
        cmocka_unit_test(test_cost_of_windows),
    };

    return cmocka_run_group_tests_name("engine checked", tests, NULL, NULL);
}
