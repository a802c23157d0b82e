/* Memory: everything that GMP was asked for is given back, whatever becomes of the
 * run, and no run needs more than its cost model says. */
#include "cmocka_all.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmp.h>

#include "config.h"
#include "engine_fixture.h"

static _Atomic long blocks;
static _Atomic long long bytes;

static void *
count_allocate(size_t size)
{
    void *p = malloc(size);

    if (p == NULL)
        abort();
    blocks++;
    bytes += (long long)size;
    return p;
}

static void *
count_reallocate(void *old, size_t old_size, size_t size)
{
    void *p = realloc(old, size);

    if (p == NULL)
        abort();
    bytes += (long long)size - (long long)old_size;
    return p;
}

static void
count_free(void *p, size_t size)
{
    free(p);
    blocks--;
    bytes -= (long long)size;
}

static const struct {
    const char *algorithm;
    int radix;
    uint64_t position;
} kinds[] = {
    {"spigot", 10, 3000},      {"chudnovsky", 10, 1},      {"chudnovsky", 10, 40000},
    {"chudnovsky", 16, 40000}, {"chudnovsky", 10, 250000}, {"bbp", 16, 100000},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void
assert_all_freed(void)
{
    assert_int_equal(blocks, 0);
    assert_int_equal(bytes, 0);
}

static void
test_no_leaks(void **state)
{
    size_t i;
    int threads;

    (void)state;
    for (i = 0; i < KINDS; i++)
        for (threads = 1; threads <= 5; threads += 2) {
            free(digits_of(kinds[i].algorithm, kinds[i].radix, kinds[i].position,
                           threads, NULL));
            assert_all_freed();
        }
}

/* Cancelled at every question, and with the digits refused. */
static void
test_no_leaks_when_stopped(void **state)
{
    struct collected c;
    enum engine_rc rc;
    size_t i;
    int at;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        for (at = 1, rc = ENGINE_CANCELLED; rc == ENGINE_CANCELLED; at++) {
            c = (struct collected){.cancel_at = at};
            rc = collect(&c, kinds[i].algorithm, kinds[i].radix, kinds[i].position,
                         1 + at % 3);
            collected_free(&c);
            assert_all_freed();
        }
        assert_int_equal(rc, ENGINE_OK);
        c = (struct collected){.refuse_at = 1};
        assert_int_equal(
            collect(&c, kinds[i].algorithm, kinds[i].radix, kinds[i].position, 2),
            ENGINE_CANCELLED);
        collected_free(&c);
        assert_all_freed();
    }
}

#ifndef NTHPI_SANITIZED /* sanitizers need memory of their own */
/* The bytes that a process needs at most to do the job. */
static uint64_t
peak(const char *algorithm, const struct engine_job *job)
{
    struct rusage usage;
    int status = -1;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit((int)engine_run(engine_find(algorithm), job, NULL));
    assert_int_equal(wait4(child, &status, 0, &usage), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ENGINE_OK);
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* The model is an upper bound, with a few megabytes for the process itself, and not
 * much too high. */
static void
test_model(void **state)
{
    static const struct engine_job jobs[] = {
        {10, 300000, 1},  {10, 300000, 2},  {10, 300000, 4},  {10, 2000000, 1},
        {10, 2000000, 2}, {10, 2000000, 3}, {16, 2000000, 2}, {10, 4100000, 2},
    };
    uint64_t model, needed;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        model = engine_find("chudnovsky")->memory(&jobs[i]);
        needed = peak("chudnovsky", &jobs[i]);
        assert_true(needed <= model + 4000000);
        assert_true(2 * needed >= model);
    }
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef NTHPI_SANITIZED
        cmocka_unit_test(test_model),
#endif
        cmocka_unit_test(test_no_leaks),
        cmocka_unit_test(test_no_leaks_when_stopped),
    };

    mp_set_memory_functions(count_allocate, count_reallocate, count_free);
    return cmocka_run_group_tests_name("engine memory", tests, NULL, NULL);
}
