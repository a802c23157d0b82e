/*
 * Digits in their millions, published ones first of all. Takes minutes and a gigabyte
 * of memory: run by `make check-long`.
 */
#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/engine/algorithms.h"
#include "daemon/engine/bbp.h"
#include "daemon/engine/checked.h"
#include "engine_fixture.h"
#include "temporary.h"

#define THREADS 2

#define LONG UINT64_C(25000000)

/* LONG decimal digits. */
static char *decimal;

static int
setup(void **state)
{
    (void)state;
    decimal = digits_of("chudnovsky", 10, LONG, THREADS, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    free(decimal);
    return 0;
}

/* The MD5 of "3." and the first COUNT of DIGITS is WANT, by coreutils' md5sum. */
static void
assert_md5(const char *digits, size_t count, const char *want)
{
    char folder[200], path[240], command[300], sum[33] = "";
    FILE *file;

    temporary_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/sum", folder);
    snprintf(command, sizeof command, "md5sum >'%s'", path);
    file = popen(command, "w");
    assert_non_null(file);
    assert_int_equal(fputs("3.", file) >= 0, 1);
    assert_int_equal(fwrite(digits, 1, count, file), count);
    assert_int_equal(pclose(file), 0);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(sum, 1, 32, file), 32);
    fclose(file);
    temporary_remove(folder);
    assert_string_equal(sum, want);
}

/* The sums for 10^7 and 10^8 are those that the project Chudnovsky-Pi publishes in its
 * README. The digits before 2.5 10^7 are the same by Debian's pi (CLN). */
static void
test_published_decimal(void **state)
{
    char *text;

    (void)state;
    assert_memory_equal(decimal + LONG - 50,
                        "07864115924597806944245511285225546774836191884322", 50);
    text = digits_of("chudnovsky", 10, 10000000, THREADS, NULL);
    assert_md5(text, 10000000, "bc3234ae2e3f6ec7737f037b375eabec");
    free(text);
    text = digits_of("chudnovsky", 10, 100000000, THREADS, NULL);
    assert_md5(text, 100000000, "969bfe295b67da45b68086eb05a8b031");
    assert_memory_equal(text, decimal, LONG);
    free(text);
}

/* Where seven equal digits begin (OEIS A284166): all places up to 24,658,603. */
static void
test_published_runs(void **state)
{
    static const uint64_t published[] = {
        710100,   1722776,  3204765,  3346228,  3389380,  3517236,  3775287,
        3794572,  4313727,  4657555,  4722613,  5466169,  7820866,  8209165,
        9325203,  10519242, 12469058, 13310436, 14233532, 14593770, 15256174,
        17893953, 18216168, 18696860, 19175682, 19715001, 19921876, 20202676,
        22931745, 22931746, 23189751, 23724968, 24658601, 24658602, 24658603};
    const size_t count = sizeof published / sizeof published[0];
    uint64_t at, same = 1;
    size_t found = 0;

    (void)state;
    for (at = 2; at <= 24658609; at++) {
        same = decimal[at - 1] == decimal[at - 2] ? same + 1 : 1;
        if (same < 7)
            continue;
        assert_true(found < count);
        assert_int_equal(at - 6, published[found]);
        found++;
    }
    assert_int_equal(found, count);
}

/* Results that end in and around runs of nines and zeros, and at random, with every
 * number of threads. */
static void
test_lengths(void **state)
{
    static const uint64_t runs[] = {1722776, 3794572, 15256174};
    uint64_t seed = 21, last;
    size_t length;
    char *text;
    int i;

    (void)state;
    for (i = 0; i < 26; i++) {
        if (i < 12)
            last = runs[i / 4] - 1 + (uint64_t)(i % 4 * 7 / 3);
        else
            last = (uint64_t)(1e5 * pow(10, i / 14.0)) + random_below(&seed, 50000);
        text =
            digits_of("chudnovsky", 10, last - ENGINE_WINDOW + 1, 1 + i % 8, &length);
        assert_int_equal(length, last);
        assert_memory_equal(text, decimal, length);
        free(text);
    }
}

/* All algorithms, verified by themselves: the words say so. */
static void
check_verified(const char *algorithm, int radix, uint64_t position, int threads)
{
    const struct engine_job job = {radix, position, threads};
    char words[ENGINE_WORDS];

    assert_int_equal(engine_run_checked(engine_find(algorithm), &job, NULL, words),
                     ENGINE_OK);
    assert_true(strlen(words) > 20);
}

static void
test_verified(void **state)
{
    int threads;

    (void)state;
    for (threads = 1; threads <= 8; threads++) {
        check_verified("chudnovsky", 10, 3000000 + (uint64_t)threads, threads);
        check_verified("chudnovsky", 16, 3000000 + (uint64_t)threads, threads);
        check_verified("bbp", 16, 300000000 + (uint64_t)threads, threads);
    }
    check_verified("spigot", 10, 300000, 1);
}

static void
test_spigot(void **state)
{
    size_t length;
    char *text;

    (void)state;
    text = digits_of("spigot", 10, 500000, 1, &length);
    assert_memory_equal(text, decimal, length);
    free(text);
}

/* A hundred million hexadecimal digits, and bbp at places among them; the last ones
 * are published. */
static void
test_hexadecimal(void **state)
{
    const uint64_t count = 100000000;
    char *all = digits_of("chudnovsky", 16, count, THREADS, NULL), *text;
    uint64_t seed = 22, at;
    int i;

    (void)state;
    assert_memory_equal(all + count - 1, "ecb840e21926ec", 14);
    for (i = 0; i < 20; i++) {
        at = 1 + random_below(&seed, count);
        text = digits_of("bbp", 16, at, THREADS, NULL);
        assert_memory_equal(text, all + at - 1, ENGINE_WINDOW);
        free(text);
    }
    free(all);
}

/* The digits from POSITION on by SERIES and KERNEL begin as TEXT. */
static void
assert_window(uint64_t position, const struct bbp_series *series,
              const struct bbp_kernel *kernel, const char *text)
{
    const struct engine_job job = {16, position, THREADS};
    const struct bbp_pass pass = {
        .series = series, .kernel = kernel, .phase = "summing", .to = 1};
    char digits[FIXED_MOST_DIGITS + 1];
    struct bbp_place place = {.position = position};
    struct run run;

    run_init(&run, &job, NULL);
    bbp_windows(&run, &place, 1, &pass);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    assert_true(fixed_certain(digits, &place.sum, &place.error) >= ENGINE_WINDOW);
    assert_memory_equal(digits, text, strlen(text));
}

/* Published by F. Bellard and others: 10^9 by every kernel, 10^10 by both series. */
static void
test_published_hexadecimal(void **state)
{
    size_t k;

    (void)state;
    for (k = 0; bbp_kernels[k] != NULL; k++)
        if (bbp_kernels[k]->usable())
            assert_window(1000000000, &bbp_hutton, bbp_kernels[k], "85895585a0428b");
    assert_window(UINT64_C(10000000000), &bbp_hutton, NULL, "921c73c6838fb2");
    assert_window(UINT64_C(10000000000), &bbp_bellard, NULL, "921c73c6838fb2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_decimal),
        cmocka_unit_test(test_published_runs),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_verified),
        cmocka_unit_test(test_spigot),
        cmocka_unit_test(test_hexadecimal),
        cmocka_unit_test(test_published_hexadecimal),
    };

    return cmocka_run_group_tests_name("long digits", tests, setup, teardown);
}
