/* Numbers modulo 1 against GMP, and which of their digits are certain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gmp.h>

#include "daemon/engine/fixed.h"
#include "engine_fixture.h"

static void
assert_fixed(const struct fixed *got, uint64_t high, uint64_t middle, uint64_t low)
{
    const struct fixed want = {{low, middle, high}};

    assert_memory_equal(got, &want, sizeof want);
}

static void
test_add(void **state)
{
    const uint64_t most = UINT64_MAX;
    struct fixed sum = {{most, most, 7}};
    const struct fixed one = {{1}}, zero = {{0}}, up = {{0, 0, 8}};

    (void)state;
    fixed_add(&sum, &one, false);
    assert_fixed(&sum, 8, 0, 0);
    fixed_add(&sum, &zero, true);
    assert_fixed(&sum, 8, 0, 0);
    fixed_add(&sum, &up, true);
    assert_fixed(&sum, 0, 0, 0);
    fixed_add(&sum, &one, true);
    assert_fixed(&sum, most, most, most);
}

/* SUM modulo 2^192, as GMP has it. */
static void
assert_modulo(const struct fixed *got, mpz_t sum)
{
    struct fixed want = {{0}};
    mpz_t rest;

    mpz_init(rest);
    mpz_fdiv_r_2exp(rest, sum, FIXED_BITS);
    mpz_export(want.word, NULL, -1, sizeof want.word[0], 0, 0, rest);
    assert_memory_equal(got, &want, sizeof want);
    mpz_clear(rest);
}

static void
test_add_scaled(void **state)
{
    struct fixed sum = {{0}};
    uint64_t seed = 1;
    unsigned shift;
    __int128 value;
    mpz_t want, part;
    int i;

    (void)state;
    mpz_inits(want, part, NULL);
    for (shift = 0; shift < FIXED_BITS; shift++)
        for (i = 0; i < 20; i++) {
            value = (__int128)random_below(&seed, 1u << 31) << (5 * i) |
                    (__int128)random_below(&seed, 1u << 31);
            if (i % 2 == 1)
                value = -value;
            mpz_set_si(part, (long)(value >> 64));
            mpz_mul_2exp(part, part, 64);
            mpz_add_ui(part, part, (unsigned long)(uint64_t)value);
            mpz_mul_2exp(part, part, shift);
            mpz_add(want, want, part);
            fixed_add_scaled(&sum, value, shift);
            assert_modulo(&sum, want);
        }
    mpz_clears(want, part, NULL);
}

static void
test_add_quotient(void **state)
{
    struct fixed sum = {{0}};
    uint64_t seed = 2, q, r;
    mpz_t want, part;
    int i;

    (void)state;
    mpz_inits(want, part, NULL);
    for (i = 0; i < 2000; i++) {
        q = (1 + random_below(&seed, 1u << 31)) << (i % 32);
        r = i % 10 == 0 ? q - 1 : (random_below(&seed, 1u << 31) << 31) % q;
        mpz_set_ui(part, r);
        mpz_mul_2exp(part, part, FIXED_BITS);
        mpz_fdiv_q_ui(part, part, q);
        mpz_add(want, want, part);
        fixed_add_quotient(&sum, r, q);
        assert_modulo(&sum, want);
    }
    mpz_clears(want, part, NULL);
}

static void
certain(uint64_t high, uint64_t middle, unsigned bit, const char *want)
{
    const struct fixed sum = {{0, middle, high}};
    struct fixed error = {{0}};
    char text[FIXED_MOST_DIGITS];
    int digits;

    error.word[bit / 64] = UINT64_C(1) << bit % 64;
    digits = fixed_certain(text, &sum, &error);
    assert_int_equal(digits, strlen(want));
    assert_memory_equal(text, want, strlen(want));
}

static void
test_certain(void **state)
{
    const uint64_t high = UINT64_C(0x243f6a8885a308d3);
    const uint64_t middle = UINT64_C(0x1319808012345678);

    (void)state;
    certain(high, middle, 0, "243f6a8885a308d313198080");
    certain(high, middle, 64 + 28, "243f6a8885a308d313198080");
    /* an error that may turn 80 into 7f */
    certain(high, middle, 64 + 29, "243f6a8885a308d3131980");
    certain(high, middle, 64 + 32, "243f6a8885a308d3131980");
    certain(high, middle, 128 + 1, "243f6a8885a308d");
    /* runs of zeros and f: what may carry is not certain */
    certain(high, 0, 64, "243f6a8885a308d");
    certain(high, UINT64_MAX, 64, "243f6a8885a308d");
    certain(high, UINT64_C(0x0010000000000000), 64 + 52, "243f6a8885a308d300");
    certain(high, UINT64_C(0xffefffffffffffff), 64 + 52, "243f6a8885a308d3ff");
    /* around 0 nothing is certain */
    certain(0, 0, 1, "");
    certain(UINT64_MAX, UINT64_MAX, 70, "");
    certain(0, 1, 3, "000000000000000000000000");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_add_scaled),
        cmocka_unit_test(test_add_quotient),
        cmocka_unit_test(test_certain),
    };

    return cmocka_run_group_tests_name("engine fixed", tests, NULL, NULL);
}
