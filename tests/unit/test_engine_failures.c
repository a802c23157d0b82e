/*
 * Runs that find no memory and no threads, at every place where they ask for some, and
 * runs whose first precision is not enough. The linker replaces malloc(), its kin,
 * pthread_create() and radix_digits() in the engine by the functions below.
 */
#include "cmocka_all.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "daemon/engine/checked.h"
#include "daemon/engine/radix.h"
#include "engine_fixture.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **p, size_t alignment, size_t size);
void __real_free(void *p);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*fn)(void *), void *arg);
enum radix_rc __real_radix_digits(struct run *run, const struct radix_job *job);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **p, size_t alignment, size_t size);
void __wrap_free(void *p);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*fn)(void *), void *arg);
enum radix_rc __wrap_radix_digits(struct run *run, const struct radix_job *job);

/* The wishes that are refused: the refuse_at-th, and all after it if it is to last.
 * 0: none. */
static _Atomic long refuse_at, wishes;
static bool lasting;

/* What was given and not given back: by malloc(), and to GMP. */
static _Atomic long blocks, gmp_blocks;

/* How many conversions are said to be undecided, and the guards they had. */
static int undecided, conversions;
static unsigned guards[16];

static bool
refused(void)
{
    long n = ++wishes, at = refuse_at;

    return at > 0 && (n == at || (lasting && n > at));
}

void *
__wrap_malloc(size_t size)
{
    void *p = refused() ? NULL : __real_malloc(size);

    blocks += p != NULL;
    return p;
}

void *
__wrap_calloc(size_t count, size_t size)
{
    void *p = refused() ? NULL : __real_calloc(count, size);

    blocks += p != NULL;
    return p;
}

void *
__wrap_realloc(void *old, size_t size)
{
    void *p = refused() ? NULL : __real_realloc(old, size);

    blocks += p != NULL && old == NULL;
    return p;
}

void *
__wrap_aligned_alloc(size_t alignment, size_t size)
{
    void *p = refused() ? NULL : __real_aligned_alloc(alignment, size);

    blocks += p != NULL;
    return p;
}

int
__wrap_posix_memalign(void **p, size_t alignment, size_t size)
{
    int error = refused() ? ENOMEM : __real_posix_memalign(p, alignment, size);

    blocks += error == 0;
    return error;
}

void
__wrap_free(void *p)
{
    blocks -= p != NULL;
    __real_free(p);
}

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                      void *(*fn)(void *), void *arg)
{
    return refused() ? EAGAIN : __real_pthread_create(thread, attributes, fn, arg);
}

enum radix_rc
__wrap_radix_digits(struct run *run, const struct radix_job *job)
{
    enum radix_rc rc = __real_radix_digits(run, job);

    guards[conversions++ % 16] = job->guard;
    if (rc == RADIX_OK && undecided > 0) {
        undecided--;
        memset(job->text, '?', job->count);
        rc = RADIX_UNDECIDED;
    }
    return rc;
}

static void *
gmp_allocate(size_t size)
{
    gmp_blocks++;
    return __real_malloc(size);
}

static void *
gmp_reallocate(void *old, size_t old_size, size_t size)
{
    (void)old_size;
    return __real_realloc(old, size);
}

static void
gmp_free(void *p, size_t size)
{
    (void)size;
    gmp_blocks--;
    __real_free(p);
}

/* What the digits of a run are compared with as they come; nothing is allocated. */
struct reader {
    const char *reference; /* from position 1 on */
    uint64_t next, least;  /* position expected next; the digits wanted */
    int stop_at, asked;
    bool wrong;
};

static int
read_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct reader *r = ctx;

    if (first != r->next || memcmp(text, r->reference + first - 1, length) != 0)
        r->wrong = true;
    r->next = first + length;
    return 0;
}

static bool
read_cancelled(void *ctx)
{
    struct reader *r = ctx;

    return r->stop_at > 0 && ++r->asked >= r->stop_at;
}

struct kind {
    const char *algorithm;
    struct engine_job job;
    bool checked;
};

/* Does the job of KIND, whose result has to be as REFERENCE, and be complete if it is
 * good. Everything is given back. */
static enum engine_rc
run_kind(const struct kind *kind, const char *reference, int stop_at)
{
    const struct engine_algorithm *algorithm = engine_find(kind->algorithm);
    uint64_t position = kind->job.position;
    struct reader reader = {reference,
                            algorithm->prefix ? 1 : position,
                            position + ENGINE_WINDOW,
                            stop_at,
                            0,
                            false};
    const struct engine_callbacks callbacks = {
        .ctx = &reader, .digits = read_digits, .cancelled = read_cancelled};
    long before = blocks;
    char words[ENGINE_WORDS];
    enum engine_rc rc;

    if (kind->checked)
        rc = engine_run_checked(algorithm, &kind->job, &callbacks, words);
    else
        rc = engine_run(algorithm, &kind->job, &callbacks);
    assert_false(reader.wrong);
    if (rc == ENGINE_OK)
        assert_true(reader.next >= reader.least);
    assert_int_equal(blocks, before);
    assert_int_equal(gmp_blocks, 0);
    return rc;
}

static char *decimal, *hexadecimal;

static int
setup(void **state)
{
    (void)state;
    decimal = digits_of("chudnovsky", 10, 100000, 2, NULL);
    hexadecimal = digits_of("chudnovsky", 16, 100000, 2, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    free(decimal);
    free(hexadecimal);
    return 0;
}

static const char *
reference_of(const struct kind *kind)
{
    return kind->job.radix == 10 ? decimal : hexadecimal;
}

/* The N-th wish of a run is refused, or all from the N-th on, for every N. */
static void
test_refusals(void **state)
{
    static const struct kind kinds[] = {
        {"spigot", {10, 500, 1}, false},       {"chudnovsky", {10, 1, 1}, false},
        {"chudnovsky", {10, 3000, 1}, false},  {"chudnovsky", {10, 60000, 3}, false},
        {"chudnovsky", {16, 80000, 2}, false}, {"bbp", {16, 7000, 2}, false},
        {"bbp", {16, 9000, 2}, false},         {"spigot", {10, 300, 1}, true},
        {"chudnovsky", {10, 2000, 2}, true},   {"bbp", {16, 300, 1}, true},
        {"bbp", {16, 9000, 2}, true},
    };
    enum engine_rc rc;
    size_t i, failed;
    long at;

    (void)state;
    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (int last = 0; last < 2; last++) {
            lasting = last;
            for (at = 1, failed = 0;; at += 1 + at / 100) {
                wishes = 0;
                refuse_at = at;
                rc = run_kind(&kinds[i], reference_of(&kinds[i]), 0);
                refuse_at = 0;
                if (wishes < at)
                    break;
                failed += rc != ENGINE_OK;
                assert_true(rc == ENGINE_NO_MEMORY || rc == ENGINE_NO_THREAD ||
                            rc == ENGINE_OK ||
                            (kinds[i].checked && rc == ENGINE_UNVERIFIED));
            }
            assert_int_equal(rc, ENGINE_OK);
            assert_true(failed > 0);
        }
}

/* A run that is cancelled gives everything back, too, whenever that is. */
static void
test_cancelled(void **state)
{
    static const struct kind kinds[] = {
        {"spigot", {10, 2000, 1}, true},
        {"chudnovsky", {10, 60000, 3}, true},
        {"chudnovsky", {16, 90000, 2}, false},
        {"bbp", {16, 90000, 2}, true},
    };
    enum engine_rc rc;
    size_t i;
    int at;

    (void)state;
    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (at = 1, rc = ENGINE_CANCELLED; rc == ENGINE_CANCELLED; at++)
            rc = run_kind(&kinds[i], reference_of(&kinds[i]), at);
        assert_int_equal(rc, ENGINE_OK);
        assert_true(at > 2);
    }
}

/* Undecided digits are computed again with twice the guard, and nothing of the first
 * attempts is delivered. */
static void
test_repetition(void **state)
{
    struct collected c;
    int radix, times, i;

    (void)state;
    for (radix = 10; radix <= 16; radix += 6)
        for (times = 0; times < 7; times++) {
            undecided = times;
            conversions = 0;
            c = (struct collected){0};
            assert_int_equal(collect(&c, "chudnovsky", radix, 5000, 1 + times % 3),
                             ENGINE_OK);
            assert_int_equal(conversions, times + 1);
            for (i = 0; i < conversions; i++)
                assert_int_equal(guards[i], 1 << i);
            assert_int_equal(c.length, 5000 + ENGINE_WINDOW - 1);
            assert_memory_equal(c.text, radix == 10 ? decimal : hexadecimal, c.length);
            assert_int_equal(c.evidences, 1);
            assert_false(c.gap || c.fell || c.stranger || c.late);
            collected_free(&c);
            assert_int_equal(gmp_blocks, 0);
        }
}

/* A result of the second attempt passes its verification. */
static void
test_repetition_checked(void **state)
{
    const struct kind kinds[] = {{"chudnovsky", {10, 30000, 2}, true},
                                 {"chudnovsky", {16, 30000, 2}, true}};
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        undecided = 2;
        assert_int_equal(run_kind(&kinds[i], reference_of(&kinds[i]), 0), ENGINE_OK);
        assert_int_equal(undecided, 0);
    }
}

/* No guard is enough: that is said, and no digit is. */
static void
test_never_decided(void **state)
{
    struct collected c = {0};
    long before = blocks;

    (void)state;
    undecided = 1000;
    conversions = 0;
    assert_int_equal(collect(&c, "chudnovsky", 10, 1000, 2), ENGINE_UNTRUSTED);
    assert_int_equal(conversions, 7);
    assert_int_equal(guards[6], RADIX_MOST_GUARD);
    assert_int_equal(c.deliveries, 0);
    assert_int_equal(c.evidences, 0);
    assert_int_equal(blocks, before);
    assert_int_equal(gmp_blocks, 0);
    undecided = 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_repetition),    cmocka_unit_test(test_repetition_checked),
        cmocka_unit_test(test_never_decided),
    };

    mp_set_memory_functions(gmp_allocate, gmp_reallocate, gmp_free);
    return cmocka_run_group_tests_name("engine failures", tests, setup, teardown);
}
