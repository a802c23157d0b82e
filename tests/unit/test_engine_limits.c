/*
 * Address spaces that end somewhere in a run: whatever the limit, a run finds all
 * digits, or says that memory or threads are missing, or ends as GMP's guard does; it
 * never gives a wrong digit and is never ended by a signal.
 */
#include "config.h"

#include "cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/engine/checked.h"
#include "daemon/gmp_guard.h"
#include "engine_fixture.h"

/* How a child ends, besides GMP_GUARD_EXIT. */
enum {
    CHILD_GOOD = 0,
    CHILD_NO_MEMORY = 20,
    CHILD_NO_THREAD,
    CHILD_UNVERIFIED,
    CHILD_OTHER,
    CHILD_WRONG,
    CHILD_SHORT,
    CHILD_UNLIMITED,
};

struct kind {
    const char *algorithm;
    struct engine_job job;
    bool checked;
    size_t most; /* bytes of room with which the job is done */
};

/* Digits compared as they come. */
struct reader {
    const char *reference;
    uint64_t next;
    bool wrong;
};

/* Digits that the results are compared with. */
#define LONG 600000

static char *decimal, *hexadecimal;

#define SHARED (2 * (LONG + ENGINE_WINDOW))

/* A child fills them, so that this process keeps no room that runs left behind. */
static int
setup(void **state)
{
    int status = -1;
    char *text;
    pid_t pid;

    (void)state;
    decimal =
        mmap(NULL, SHARED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(decimal, MAP_FAILED);
    hexadecimal = decimal + SHARED / 2;
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        text = digits_of("chudnovsky", 10, LONG, 2, NULL);
        memcpy(decimal, text, LONG);
        text = digits_of("chudnovsky", 16, LONG, 2, NULL);
        memcpy(hexadecimal, text, LONG);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static int
teardown(void **state)
{
    (void)state;
    return munmap(decimal, SHARED);
}

static int
read_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct reader *r = ctx;

    if (first != r->next || memcmp(text, r->reference + first - 1, length) != 0)
        r->wrong = true;
    r->next = first + length;
    return 0;
}

/* Leaves the process ROOM bytes more than it has, if that is not NO_LIMIT. */
#define NO_LIMIT SIZE_MAX
static bool
set_limit(size_t room)
{
    unsigned long pages = 0;
    struct rlimit limit;
    FILE *statm;

    if (room == NO_LIMIT)
        return true;
    statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%lu", &pages) != 1)
        return false;
    fclose(statm);
    limit.rlim_cur = limit.rlim_max = pages * (rlim_t)sysconf(_SC_PAGESIZE) + room;
    return setrlimit(RLIMIT_AS, &limit) == 0;
}

/* What the child does: the job in ROOM bytes. */
static int
child(const struct kind *kind, size_t room)
{
    const struct engine_algorithm *algorithm = engine_find(kind->algorithm);
    struct reader reader = {kind->job.radix == 10 ? decimal : hexadecimal,
                            algorithm->prefix ? 1 : kind->job.position, false};
    const struct engine_callbacks callbacks = {.ctx = &reader, .digits = read_digits};
    char words[ENGINE_WORDS];
    enum engine_rc rc;

    gmp_guard_install();
    if (!set_limit(room) || dup2(open("/dev/null", O_WRONLY), STDERR_FILENO) < 0)
        return CHILD_UNLIMITED;
    if (kind->checked)
        rc = engine_run_checked(algorithm, &kind->job, &callbacks, words);
    else
        rc = engine_run(algorithm, &kind->job, &callbacks);
    if (reader.wrong)
        return CHILD_WRONG;
    switch (rc) {
    case ENGINE_OK:
        return reader.next < kind->job.position + ENGINE_WINDOW ? CHILD_SHORT
                                                                : CHILD_GOOD;
    case ENGINE_NO_MEMORY:
        return CHILD_NO_MEMORY;
    case ENGINE_NO_THREAD:
        return CHILD_NO_THREAD;
    case ENGINE_UNVERIFIED:
        return CHILD_UNVERIFIED;
    default:
        return CHILD_OTHER;
    }
}

static int
run_limited(const struct kind *kind, size_t room)
{
    int status = -1;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(child(kind, room));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define MB ((size_t)1 << 20)

static const struct kind kinds[] = {
    {"spigot", {10, 90000, 1}, false, 40 * MB},
    {"spigot", {10, 2000, 1}, true, 40 * MB},
    {"chudnovsky", {10, 400000, 1}, false, 80 * MB},
    {"chudnovsky", {10, 200000, 2}, true, 400 * MB},
    {"chudnovsky", {16, 400000, 3}, false, 800 * MB},
    {"bbp", {16, 7000, 2}, false, 400 * MB},
    {"bbp", {16, 400000, 1}, false, 80 * MB},
    {"bbp", {16, 400000, 2}, true, 400 * MB},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void
test_unlimited(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < KINDS; i++)
        assert_int_equal(run_limited(&kinds[i], NO_LIMIT), CHILD_GOOD);
}

#ifndef NTHPI_SANITIZED /* sanitizers need address space of their own */
static __attribute__((noinline)) void
use_stack(void)
{
    unsigned char room[400000];
    volatile unsigned char *byte = room;
    size_t at;

    for (at = sizeof room; at > 1000; at -= 1000)
        byte[at - 1000] = 1;
}

/* GMP's temporary numbers find room on the stack, also where there is no other. */
static void
test_stack(void **state)
{
    int status = -1;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0) {
        gmp_guard_install();
        if (!set_limit(0))
            _exit(CHILD_UNLIMITED);
        use_stack();
        _exit(CHILD_GOOD);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), CHILD_GOOD);
}

/* Rooms from nothing on, closer where there is least. */
static void
test_limits(void **state)
{
    int code, missing, good;
    size_t i, room;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        for (room = missing = good = 0; room < kinds[i].most && good < 3;
             room += 128 * 1024 + room / 8) {
            code = run_limited(&kinds[i], room);
            if (code == GMP_GUARD_EXIT || code == CHILD_NO_MEMORY ||
                code == CHILD_NO_THREAD)
                missing++;
            else if (code == CHILD_GOOD)
                good++;
            else
                assert_true(code == CHILD_UNVERIFIED && kinds[i].checked);
        }
        assert_true(missing > 0);
        assert_int_equal(run_limited(&kinds[i], kinds[i].most), CHILD_GOOD);
    }
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unlimited),
#ifndef NTHPI_SANITIZED
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_limits),
#endif
    };

    return cmocka_run_group_tests_name("engine limits", tests, setup, teardown);
}
