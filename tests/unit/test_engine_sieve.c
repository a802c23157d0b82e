/* The sieve against trial division and GMP's test for primes. */
#include "cmocka_all.h"

#include <stdlib.h>

#include "bbp_fixture.h"

static bool
by_trial(uint64_t n)
{
    uint64_t d;

    if (n < 2 || (n % 2 == 0 && n > 2))
        return false;
    for (d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return false;
    return true;
}

static void
test_list(void **state)
{
    static const uint32_t limits[] = {3, 4, 5, 71, 72, 73, 1000, 5041, 20000};
    struct primes primes;
    uint64_t n;
    size_t i, at;

    (void)state;
    for (i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        assert_true(primes_fill(&primes, limits[i]));
        for (n = 3, at = 0; n <= limits[i]; n++) {
            assert_int_equal(primes_above(&primes, n - 1), at);
            if (by_trial(n)) {
                assert_true(at < primes.count);
                assert_int_equal(primes.list[at], n);
                if (n > 7)
                    assert_int_equal(primes.class_inverse[at] * UINT64_C(420) % n, 1);
                at++;
            }
        }
        assert_int_equal(at, primes.count);
        assert_int_equal(primes_above(&primes, UINT64_MAX), at);
        primes_free(&primes);
    }
}

/* Sieves COUNT numbers from BASE in segments of PART bits, and asks WANT about every
 * EVERY-th. */
static void
check(const struct primes *primes, uint64_t base, unsigned step, uint64_t count,
      size_t part, uint64_t every, bool (*want)(uint64_t))
{
    struct sieve sieve;
    uint64_t done, i, n;
    size_t bits;

    assert_true(sieve_open(&sieve, primes, base, step, base + step * count));
    if (part == 0)
        part = sieve.room;
    for (done = 0; done < count; done += bits) {
        bits = count - done < part ? (size_t)(count - done) : part;
        sieve_segment(&sieve, bits);
        for (i = 0; i < (bits + 63) / 64 * 64; i++) {
            n = base + step * (done + i);
            if (i >= bits)
                assert_int_equal(sieve.words[i / 64] >> i % 64 & 1, 0);
            else if ((done + i) % every == 0)
                assert_int_equal(sieve.words[i / 64] >> i % 64 & 1, want(n));
        }
        assert_int_equal(sieve.base, base + step * (done + bits));
    }
    sieve_close(&sieve);
}

static void
test_odd(void **state)
{
    struct primes primes;
    uint64_t base, count;

    (void)state;
    assert_true(primes_fill(&primes, SIEVE_LEAST_LIMIT));
    for (base = 73; base < 400; base += 2)
        for (count = 1; count < 200; count += 33)
            check(&primes, base, SIEVE_ODD, count, 0, 1, by_trial);
    check(&primes, 73, SIEVE_ODD, 2500, 0, 1, by_trial);
    primes_free(&primes);
    assert_true(primes_fill(&primes, 1500));
    check(&primes, 1501, SIEVE_ODD, 1100000, 4096, 7, by_trial);
    check(&primes, 1600001, SIEVE_ODD, 300001, 0, 1, by_trial);
    primes_free(&primes);
}

static void
test_classes(void **state)
{
    struct primes primes;
    uint64_t base;

    (void)state;
    assert_true(primes_fill(&primes, 15000));
    for (base = 15001; base < 15421; base += 2)
        if (base % 3 != 0 && base % 5 != 0 && base % 7 != 0)
            check(&primes, base, SIEVE_CLASS, 500000, 0, 1009, by_trial);
    check(&primes, 15013, SIEVE_CLASS, 530001, 0, 17, by_trial);
    primes_free(&primes);
}

/* Numbers as large as those of the largest positions, where the sieving primes are
 * longer than a small segment. */
static void
test_large(void **state)
{
    const uint64_t base = UINT64_C(40000000000001);
    struct primes primes;

    (void)state;
    assert_true(primes_fill(&primes, 6400000));
    check(&primes, base, SIEVE_CLASS, 6000000, 0, 997, is_prime);
    check(&primes, base, SIEVE_CLASS, 100000, 4096, 97, is_prime);
    check(&primes, base, SIEVE_ODD, 5000000, 0, 1009, is_prime);
    primes_free(&primes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_large),
    };

    return cmocka_run_group_tests_name("engine sieve", tests, NULL, NULL);
}
