/*
 * Every kernel that this machine can run, prime by prime against GMP, with moduli up to
 * the largest allowed; and chains of squarings against their exponents.
 */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "bbp_fixture.h"
#include "engine_fixture.h"

#define MOST 700

static uint64_t seed = 11;

static uint64_t
random_bits(unsigned bits)
{
    uint64_t x = random_below(&seed, UINT64_C(1) << 31) << 31 |
                 random_below(&seed, UINT64_C(1) << 31);

    return bits == 0 ? 0
                     : (x & ((UINT64_C(1) << bits) - 1)) | UINT64_C(1) << (bits - 1);
}

static uint64_t
prime_from(uint64_t n, uint64_t step)
{
    mpz_t x;

    mpz_init_set_ui(x, n);
    while (mpz_probab_prime_p(x, 20) == 0)
        mpz_add_ui(x, x, step);
    n = mpz_get_ui(x);
    mpz_clear(x);
    return n;
}

static int
chi(uint64_t q)
{
    return q % 4 == 1 ? 1 : -1;
}

/* WANT += sign floor(2^FIXED_BITS (2^E N / D mod Q) / Q). */
static void
add_exactly(mpz_t want, int sign, uint64_t e, uint64_t n, uint64_t d, uint64_t q)
{
    mpz_t x, y, modulus;

    mpz_init_set_ui(x, 2);
    mpz_init_set_ui(y, d);
    mpz_init_set_ui(modulus, q);
    mpz_powm_ui(x, x, (unsigned long)e, modulus);
    assert_int_not_equal(mpz_invert(y, y, modulus), 0);
    mpz_mul(x, x, y);
    mpz_mul_ui(x, x, (unsigned long)n);
    mpz_mod(x, x, modulus);
    mpz_mul_2exp(x, x, FIXED_BITS);
    mpz_fdiv_q(x, x, modulus);
    if (sign > 0)
        mpz_add(want, want, x);
    else
        mpz_sub(want, want, x);
    mpz_clears(x, y, modulus, NULL);
}

static void
test_chains(void **state)
{
    struct bbp_chain chain;
    unsigned most, digit, least, i, squarings;
    uint64_t e, power;
    int round;

    (void)state;
    for (round = 0; round < 3000; round++) {
        e = round < 300 ? (uint64_t)round : random_bits(1 + (unsigned)round % 50);
        most = 5 + (unsigned)round % 42;
        digit = 1 + (unsigned)round % 3;
        least = round % 2 == 0 ? 0 : (unsigned)round % 48;
        chain = bbp_chain_to(e, most, digit, least);
        assert_true(chain.start <= most);
        assert_true(chain.squarings >= least);
        for (i = 0, power = chain.start, squarings = 0; i < chain.groups; i++) {
            assert_in_range(chain.group[i].squarings, 1, digit);
            squarings += chain.group[i].squarings;
            power = (power << chain.group[i].squarings) + chain.group[i].shift;
            assert_true(chain.group[i].shift < 1u << digit);
        }
        assert_int_equal(power, e);
        assert_int_equal(squarings, chain.squarings);
        if (chain.groups > 0)
            assert_int_equal(chain.group[chain.groups - 1].squarings, 1);
    }
}

static void
test_extract(void **state)
{
    uint64_t words[64];
    uint32_t *list = malloc((64 * 64 + BBP_PAD) * sizeof *list);
    const struct bbp_kernel *kernel;
    size_t k, bits, i, count, at;
    int round;

    (void)state;
    assert_non_null(list);
    for (k = 0; bbp_kernels[k] != NULL; k++) {
        kernel = bbp_kernels[k];
        if (!kernel->usable())
            continue;
        for (round = 0; round < 300; round++) {
            bits = 1 + random_below(&seed, 64 * 64);
            memset(words, round % 7 == 0 ? 0xff : 0, sizeof words);
            for (i = 0; i < bits / 5; i++)
                words[random_below(&seed, (bits + 63) / 64)] ^=
                    UINT64_C(1) << random_below(&seed, 64);
            if (bits % 64 != 0)
                words[bits / 64] &= (UINT64_C(1) << bits % 64) - 1;
            count = kernel->extract(words, bits, 1000, list);
            for (i = 0, at = 0; i < bits; i++)
                if (words[i / 64] >> i % 64 & 1) {
                    assert_true(at < count);
                    assert_int_equal(list[at++], 1000 + i);
                }
            assert_int_equal(at, count);
        }
    }
    free(list);
}

/* COUNT primes of BITS bits in a class, alone or together. */
static void
check_classes(const struct bbp_kernel *kernel, unsigned bits, size_t count,
              uint64_t denominator, uint64_t numerator)
{
    static const uint64_t residues[] = {1, 11, 13, 17, 209, 211, 403, 419};
    uint32_t list[MOST + BBP_PAD] = {0};
    struct bbp_class job = {.denominator = denominator, .numerator = numerator};
    struct fixed got = {{0}};
    uint64_t q = random_bits(bits - 1) | UINT64_C(1) << (bits - 1), i;
    mpz_t want;

    mpz_init(want);
    job.base = q - q % 420 + residues[random_below(&seed, 8)] + 420;
    job.exponent = random_bits(30 + (unsigned)random_below(&seed, 16));
    for (i = 0, q = job.base; i < count; i++, q += 420) {
        q = prime_from(q, 420);
        list[i] = (uint32_t)((q - job.base) / 420);
        add_exactly(want, 1, job.exponent, numerator, denominator, q);
        job.largest = q;
    }
    job.least = job.base - random_below(&seed, 400) % (job.base - BBP_LEAST_MODULUS);
    job.largest += random_below(&seed, 2);
    memset(list + count, 0xff, BBP_PAD * sizeof list[0]); /* no influence */
    kernel->classes(&job, list, count, &got);
    assert_true(is_close(&got, want, count));
    mpz_clear(want);
}

static void
test_classes(void **state)
{
    static const uint64_t denominators[] = {1, 3, 5, 7, 15, 21, 35, 105};
    const struct bbp_kernel *kernel;
    unsigned bits, round;
    size_t k;

    (void)state;
    for (k = 0; bbp_kernels[k] != NULL; k++) {
        kernel = bbp_kernels[k];
        if (!kernel->usable())
            continue;
        for (round = 0; round < 200; round++)
            check_classes(kernel, 11, 1, denominators[round % 8],
                          1 + 2 * random_below(&seed, 300));
        for (bits = 11; bits < BBP_MOST_BITS; bits++)
            for (round = 0; round < 8; round++)
                check_classes(
                    kernel, bits, 1 + random_below(&seed, 130), denominators[round],
                    round == 3 ? 1 : random_bits(bits < 42 ? bits - 2 : 40) | 1);
        check_classes(kernel, 45, MOST, 105, 12345);
    }
}

/* Up to COUNT primes of BITS bits with their own n and d. */
static void
check_fractions(const struct bbp_kernel *kernel, unsigned bits, size_t count)
{
    uint64_t q[MOST + BBP_PAD] = {0}, n[MOST + BBP_PAD], d[MOST + BBP_PAD];
    uint64_t exponent = random_bits(14 + (unsigned)random_below(&seed, 32));
    uint64_t least = UINT64_MAX, largest = 0;
    struct fixed got = {{0}};
    mpz_t want;
    size_t i;

    mpz_init(want);
    for (i = 0; i < count; i++) {
        q[i] = prime_from(random_bits(bits) | 1, 2);
        n[i] = i % 5 == 0   ? 0
               : i % 5 == 1 ? 2 * q[i] - 1
                            : random_bits(46) % (2 * q[i]);
        do
            d[i] = random_bits(46) % (2 * q[i]);
        while (d[i] % q[i] == 0);
        least = q[i] < least ? q[i] : least;
        largest = q[i] > largest ? q[i] : largest;
        add_exactly(want, chi(q[i]), exponent, n[i], d[i], q[i]);
    }
    for (i = count; i < count + BBP_PAD; i++)
        q[i] = n[i] = d[i] = UINT64_MAX;
    kernel->fractions(q, n, d, count, least, largest, exponent, &got);
    assert_true(is_close(&got, want, count));
    mpz_clear(want);
}

static void
test_fractions(void **state)
{
    const struct bbp_kernel *kernel;
    unsigned bits;
    size_t k;
    int round;

    (void)state;
    for (k = 0; bbp_kernels[k] != NULL; k++) {
        kernel = bbp_kernels[k];
        if (!kernel->usable())
            continue;
        for (bits = 7; bits < BBP_MOST_BITS; bits++)
            for (round = 0; round < 8; round++)
                check_fractions(kernel, bits, 1 + random_below(&seed, 130));
        check_fractions(kernel, 45, MOST);
    }
}

static void
check_ratios(const struct bbp_kernel *kernel, unsigned bits, size_t count, size_t words)
{
    const uint64_t word_mask = UINT64_MAX >> (64 - kernel->word_bits);
    uint64_t q[MOST + BBP_PAD] = {0}, n[MOST + BBP_PAD], d[MOST + BBP_PAD], *p, *e, i;
    mpz_t long_p, long_d, x, y;

    p = malloc(words * sizeof *p);
    e = malloc(words * sizeof *e);
    assert_true(p != NULL && e != NULL);
    for (i = 0; i < words; i++) {
        p[i] = i % 3 == 0 ? word_mask : (random_bits(62) << 3 ^ random_bits(62));
        p[i] &= word_mask;
        e[i] = i > words / 2 ? 0 : (random_bits(62) << 3 ^ random_bits(62)) & word_mask;
    }
    for (i = 0; i < count; i++)
        q[i] = prime_from(random_bits(bits) | 1, 2);
    kernel->ratios(q, count, p, e, words, n, d);
    mpz_inits(long_p, long_d, x, y, NULL);
    mpz_import(long_p, words, -1, sizeof *p, 0, 64 - kernel->word_bits, p);
    mpz_import(long_d, words, -1, sizeof *e, 0, 64 - kernel->word_bits, e);
    for (i = 0; i < count; i++) {
        assert_true(n[i] < 2 * q[i] && d[i] < 2 * q[i]);
        mpz_mul_ui(x, long_p, d[i]);
        mpz_mul_ui(y, long_d, n[i]);
        mpz_sub(x, x, y);
        assert_true(mpz_divisible_ui_p(x, q[i]));
        assert_true(d[i] % q[i] != 0 || mpz_divisible_ui_p(long_d, q[i]));
    }
    mpz_clears(long_p, long_d, x, y, NULL);
    free(p);
    free(e);
}

static void
test_ratios(void **state)
{
    unsigned bits;
    size_t k;

    (void)state;
    for (k = 0; bbp_kernels[k] != NULL; k++)
        for (bits = 7; bits < BBP_MOST_BITS && bbp_kernels[k]->usable(); bits++) {
            check_ratios(bbp_kernels[k], bits, 1 + random_below(&seed, 100), 1);
            check_ratios(bbp_kernels[k], bits, 1 + random_below(&seed, 100),
                         2 + random_below(&seed, 50));
        }
}

/* The sum of R^t / (U + step t) over t < STEPS is N / D modulo Q. */
static bool
is_sum(uint64_t q, uint64_t u, uint64_t step, uint64_t r, uint64_t steps, uint64_t n,
       uint64_t d)
{
    mpz_t sum, x, y, modulus;
    uint64_t t;
    bool equal;

    mpz_inits(sum, x, y, NULL);
    mpz_init_set_ui(modulus, q);
    for (t = 0; t < steps; t++) {
        mpz_set_ui(x, r);
        mpz_powm_ui(x, x, t, modulus);
        mpz_set_ui(y, u + step * t);
        assert_int_not_equal(mpz_invert(y, y, modulus), 0);
        mpz_mul(x, x, y);
        mpz_add(sum, sum, x);
    }
    mpz_mul_ui(sum, sum, d);
    mpz_sub_ui(sum, sum, n);
    equal = mpz_divisible_p(sum, modulus) && d % q != 0;
    mpz_clears(sum, x, y, modulus, NULL);
    return equal;
}

static void
test_horner(void **state)
{
    uint64_t n[BBP_MOST_LANES], d[BBP_MOST_LANES], q, u, r, steps, most;
    const struct bbp_kernel *kernel;
    struct modulus m;
    unsigned bits, lane;
    size_t k;
    int round;

    (void)state;
    for (k = 0; bbp_kernels[k] != NULL; k++) {
        kernel = bbp_kernels[k];
        if (!kernel->usable())
            continue;
        assert_in_range(kernel->lanes, 2, BBP_MOST_LANES);
        for (bits = 8; bits < BBP_MOST_BITS; bits++)
            for (round = 0; round < 12; round++) {
                q = prime_from(random_bits(bits) | 1, 2);
                m = modulus_of(q);
                r = round % 6 == 0 ? q - 1 : round % 6 == 1 ? 0 : random_bits(46) % q;
                most = (q - 1) / (2 * kernel->lanes);
                steps = 1 + random_below(&seed, most < 60 ? most : 60);
                most = q - 2 * kernel->lanes * steps;
                u = round % 2 == 0 ? 1 : 1 + random_bits(46) % most;
                kernel->horner(&m, u, r, steps, n, d);
                for (lane = 0; lane < kernel->lanes; lane++) {
                    assert_true(n[lane] < 2 * q && d[lane] < 2 * q);
                    assert_true(is_sum(q, u + 2 * lane, 2 * kernel->lanes, r, steps,
                                       n[lane], d[lane]));
                }
            }
    }
}

static void
test_choice(void **state)
{
    size_t k;

    (void)state;
    assert_true(bbp_kernel_best()->usable());
    assert_ptr_equal(bbp_kernel_find("portable"), &bbp_kernel_portable);
    assert_null(bbp_kernel_find("abacus"));
    for (k = 0; bbp_kernels[k] != NULL; k++)
        assert_ptr_equal(bbp_kernel_find(bbp_kernels[k]->name),
                         bbp_kernels[k]->usable() ? bbp_kernels[k] : NULL);
    for (k = 0; bbp_kernels[k] != bbp_kernel_best(); k++)
        assert_false(bbp_kernels[k]->usable());
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains),  cmocka_unit_test(test_extract),
        cmocka_unit_test(test_classes), cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_ratios),  cmocka_unit_test(test_horner),
        cmocka_unit_test(test_choice),
    };

    return cmocka_run_group_tests_name("engine bbp kernels", tests, NULL, NULL);
}
