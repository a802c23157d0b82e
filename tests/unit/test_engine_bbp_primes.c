/*
 * Windows by primes: against the engine term by term, with every kernel, both series
 * and any number of threads; published ones; and runs that go on from checkpoints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/engine/algorithms.h"
#include "daemon/engine/bbp.h"
#include "engine_fixture.h"

/* The certain digits of SUM, terminated. */
struct window {
    char text[FIXED_MOST_DIGITS + 1];
    int digits;
};

static struct window
window_of(const struct bbp_place *place)
{
    struct window w = {{0}, 0};

    w.digits = fixed_certain(w.text, &place->sum, &place->error);
    assert_in_range(w.digits, ENGINE_WINDOW, FIXED_MOST_DIGITS);
    return w;
}

static struct window
by_primes(uint64_t position, const struct bbp_series *series,
          const struct bbp_kernel *kernel, int threads)
{
    const struct engine_job job = {16, position, threads};
    const struct bbp_pass pass = {
        .series = series, .kernel = kernel, .phase = "summing", .from = 0, .to = 1};
    struct bbp_place place = {.position = position};
    struct run run;

    run_init(&run, &job, NULL);
    bbp_windows(&run, &place, 1, &pass);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    return window_of(&place);
}

static struct window
by_terms(uint64_t position)
{
    const struct engine_job job = {16, position, 2};
    struct bbp_place place = {.position = position};
    struct run run;

    run_init(&run, &job, NULL);
    bbp_direct(&run, &place);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    return window_of(&place);
}

/* A is B as far as both are certain. */
static void
assert_same(const struct window *a, const struct window *b)
{
    int digits = a->digits < b->digits ? a->digits : b->digits;

    assert_memory_equal(a->text, b->text, (size_t)digits);
}

static void
compare(uint64_t position, const struct bbp_series *series,
        const struct bbp_kernel *kernel, int threads)
{
    struct window primes = by_primes(position, series, kernel, threads);
    struct window terms = by_terms(position);

    assert_same(&primes, &terms);
}

static void
compare_all(uint64_t first, uint64_t last)
{
    uint64_t n;

    for (n = first; n <= last; n++) {
        compare(n, &bbp_hutton, NULL, 1);
        compare(n, &bbp_bellard, NULL, 1);
    }
}

/* From the least position on, and around the one where the engines change. */
static void
test_every_small_position(void **state)
{
    (void)state;
    compare_all(BBP_PRIMES_LEAST, 3000);
    compare_all(BBP_PRIMES_FROM - 100, BBP_PRIMES_FROM + 100);
}

static void
test_random_positions(void **state)
{
    uint64_t seed = 3, n;
    size_t k;
    int i;

    (void)state;
    for (i = 0; i < 200; i++) {
        n = BBP_PRIMES_LEAST + random_below(&seed, i < 150 ? 10000 : 200000);
        for (k = 0; bbp_kernels[k] != NULL; k++)
            if (bbp_kernels[k]->usable())
                compare(n, i % 2 == 0 ? &bbp_hutton : &bbp_bellard, bbp_kernels[k], 1);
    }
}

static void
test_series_agree(void **state)
{
    uint64_t seed = 4, n;
    struct window a, b;
    int i;

    (void)state;
    for (i = 0; i < 8; i++) {
        n = 1000000 + random_below(&seed, 5000000);
        a = by_primes(n, &bbp_hutton, NULL, 2);
        b = by_primes(n, &bbp_bellard, NULL, 2);
        assert_same(&a, &b);
    }
}

static void
test_threads(void **state)
{
    struct window one = by_primes(3000000, &bbp_hutton, NULL, 1), many;
    int threads;

    (void)state;
    for (threads = 2; threads <= 8; threads++) {
        many = by_primes(3000000, &bbp_hutton, NULL, threads);
        assert_string_equal(many.text, one.text);
    }
}

/* Published by D. Bailey, P. Borwein and S. Plouffe, who count the same way. */
static void
test_published(void **state)
{
    static const struct {
        uint64_t position;
        const char *text;
    } known[] = {
        {1000000, "26c65e52cb4593"},
        {10000000, "17af5863efed8d"},
        {100000000, "ecb840e21926ec"},
    };
    struct window w;
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof known / sizeof known[0]; i++)
        for (k = 0; bbp_kernels[k] != NULL; k++) {
            if (!bbp_kernels[k]->usable() ||
                (i == 2 && k > 0 && bbp_kernels[k] != bbp_kernel_best()))
                continue;
            w = by_primes(known[i].position, &bbp_hutton, bbp_kernels[k], 2);
            assert_memory_equal(w.text, known[i].text, strlen(known[i].text));
            w = by_primes(known[i].position, &bbp_bellard, bbp_kernels[k], 2);
            assert_memory_equal(w.text, known[i].text, strlen(known[i].text));
        }
}

/* Keeps the STOP_AT-th checkpoint of a run and cancels it. */
struct keeper {
    int stop_at, count;
    unsigned char *bytes;
    size_t length;
    double first;    /* progress reported first */
    struct run *run; /* the run it is about */
};

static void
keep(void *ctx, const void *bytes, size_t length)
{
    struct keeper *k = ctx;

    if (++k->count > k->stop_at)
        return;
    if (k->count == k->stop_at)
        run_fail(k->run, ENGINE_CANCELLED);
    free(k->bytes);
    k->bytes = malloc(length);
    assert_non_null(k->bytes);
    memcpy(k->bytes, bytes, length);
    k->length = length;
}

static void
note_first(void *ctx, const char *phase, double fraction)
{
    struct keeper *k = ctx;

    (void)phase;
    if (k->first < 0)
        k->first = fraction;
}

/* One run, from the checkpoint that KEEPER has (if any) to its stop_at-th or the end.
 */
static enum engine_rc
go_on(struct keeper *keeper, uint64_t position, const struct bbp_pass *pass,
      int threads, struct bbp_place *place)
{
    const struct engine_job job = {16, position, threads};
    const struct engine_callbacks callbacks = {
        .ctx = keeper,
        .checkpoint = keep,
        .progress = note_first,
        .resume = keeper->bytes,
        .resume_length = keeper->length,
    };
    struct keeper old = *keeper;
    enum engine_rc rc;
    struct run run;

    keeper->bytes = NULL; /* keep() must not free what the run reads */
    keeper->first = -1;
    run_init(&run, &job, &callbacks);
    run.save_every = 0;
    keeper->run = &run;
    place->position = position;
    bbp_windows(&run, place, 1, pass);
    rc = run_finish(&run);
    if (keeper->bytes == NULL) {
        keeper->bytes = old.bytes;
        keeper->length = old.length;
    } else {
        free(old.bytes);
    }
    return rc;
}

/* Cut at random again and again, with changing kernels and numbers of threads. */
static void
test_resume(void **state)
{
    const uint64_t position = 2000000;
    struct window whole = by_primes(position, &bbp_hutton, NULL, 1), w;
    struct bbp_pass pass = {.series = &bbp_hutton, .phase = "summing", .to = 1};
    struct bbp_place place;
    struct keeper keeper;
    uint64_t seed = 5;
    double before;
    int round, parts, kernels, k;

    (void)state;
    for (kernels = 0; bbp_kernels[kernels] != NULL; kernels++)
        ;
    for (round = 0; round < 12; round++) {
        keeper = (struct keeper){0};
        for (parts = 0, before = -1;; parts++) {
            k = (int)random_below(&seed, (uint64_t)kernels);
            pass.kernel = bbp_kernels[k]->usable() ? bbp_kernels[k] : NULL;
            keeper.count = 0;
            keeper.stop_at = 1 + (int)random_below(&seed, 25);
            if (go_on(&keeper, position, &pass, 1 + round % 3, &place) == ENGINE_OK)
                break;
            assert_true(keeper.first >= before);
            before = keeper.first;
        }
        if (round % 3 == 0) /* the others may do all while the first one waits */
            assert_true(parts > 1 && keeper.first > 0);
        w = window_of(&place);
        assert_string_equal(w.text, whole.text);
        free(keeper.bytes);
    }
}

/* A run from the checkpoint of a finished one has nothing left to do. */
static void
test_resume_at_end(void **state)
{
    const struct bbp_pass pass = {.series = &bbp_bellard, .phase = "summing", .to = 1};
    struct keeper keeper = {.stop_at = 100000};
    struct bbp_place place;
    struct window whole, w;

    (void)state;
    assert_int_equal(go_on(&keeper, 50000, &pass, 1, &place), ENGINE_OK);
    whole = window_of(&place);
    assert_true(keeper.count > 10);
    keeper = (struct keeper){
        .stop_at = 100000, .bytes = keeper.bytes, .length = keeper.length};
    assert_int_equal(go_on(&keeper, 50000, &pass, 2, &place), ENGINE_OK);
    assert_int_equal(keeper.count, 0);
    w = window_of(&place);
    assert_string_equal(w.text, whole.text);
    free(keeper.bytes);
}

/* Checkpoints that are damaged, shorter, longer, or of another job, are not used. */
static void
test_bad_checkpoints(void **state)
{
    const uint64_t position = 60000;
    struct window whole = by_primes(position, &bbp_hutton, NULL, 1), w;
    struct bbp_pass pass = {.series = &bbp_hutton, .phase = "summing", .to = 1};
    struct keeper keeper = {.stop_at = 30}, copy;
    struct bbp_place place;
    size_t i, length;

    (void)state;
    assert_int_equal(go_on(&keeper, position, &pass, 1, &place), ENGINE_CANCELLED);
    length = keeper.length;
    for (i = 0; i < 2 * length + 8; i++) {
        copy = keeper;
        copy.bytes = calloc(length + 8, 1);
        assert_non_null(copy.bytes);
        memcpy(copy.bytes, keeper.bytes, length);
        copy.stop_at = copy.count = 0;
        if (i < length)
            copy.bytes[i] ^= (unsigned char)(1u << i % 8);
        else
            copy.length = i < 2 * length ? i - length : i + 1 - length;
        assert_int_equal(go_on(&copy, position, &pass, 1, &place), ENGINE_OK);
        assert_true(copy.first == 0);
        w = window_of(&place);
        assert_string_equal(w.text, whole.text);
        free(copy.bytes);
    }
    copy = keeper;
    copy.stop_at = copy.count = 0;
    pass.series = &bbp_bellard;
    assert_int_equal(go_on(&copy, position, &pass, 1, &place), ENGINE_OK);
    assert_true(copy.first == 0);
    w = window_of(&place);
    assert_same(&w, &whole);
    pass.series = &bbp_hutton;
    assert_int_equal(go_on(&copy, position + 1, &pass, 1, &place), ENGINE_OK);
    assert_true(copy.first == 0);
    w = window_of(&place);
    assert_memory_equal(w.text, whole.text + 1, ENGINE_WINDOW - 1);
    free(copy.bytes);
}

/* The bound of the error grows with the moduli, leaves 24 digits at all usual
 * positions and 16 at the largest. */
static void
test_error_bound(void **state)
{
    const struct bbp_pass pass = {.series = &bbp_hutton, .phase = "summing", .to = 1};
    const struct engine_job job = {16, 3000, 1};
    struct bbp_place place = {.position = job.position};
    struct run run;

    (void)state;
    run_init(&run, &job, NULL);
    bbp_windows(&run, &place, 1, &pass);
    /* (M / 2 + 1000) 2^44 units, M = 7998 */
    assert_int_equal(place.error.word[0], UINT64_C(4999) << 44);
    assert_int_equal(place.error.word[1], 4999 >> 20);
    assert_int_equal(place.error.word[2], 0);
    assert_true(4 * (BBP_LARGEST + 10) < UINT64_C(1) << BBP_MOST_BITS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_small_position),
        cmocka_unit_test(test_random_positions),
        cmocka_unit_test(test_series_agree),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_resume_at_end),
        cmocka_unit_test(test_bad_checkpoints),
        cmocka_unit_test(test_error_bound),
    };

    return cmocka_run_group_tests_name("engine bbp primes", tests, NULL, NULL);
}
