/* The fraction of pi, limb by limb: never above pi, and less than two units of its
 * last place below it, at every length and with every number of threads. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "daemon/engine/fraction.h"
#include "daemon/engine/terms.h"
#include "engine_fixture.h"

/* Digits of the spigot, which has no rounding, and the limbs they are good for. */
#define DIGITS      8000
#define SURE_LIMBS  410
#define LONG_DIGITS 500000

/* 0 <= (REFERENCE - x) < 2 in units of the last of LEN limbs, REFERENCE being the
 * fraction of pi with REFERENCE_LEN limbs. */
static void
check(const mpz_t reference, size_t reference_len, size_t len, int threads)
{
    const struct engine_job job = {10, 1, threads};
    uint64_t terms = terms_for(64 * fraction_limbs(len));
    mp_limb_t *limbs = malloc(len * sizeof *limbs);
    struct split split;
    struct fives powers;
    struct run run;
    mpz_t x, rest;

    assert_non_null(limbs);
    mpz_inits(x, rest, NULL);
    run_init(&run, &job, NULL);
    split_init(&split);
    fives_init(&powers, 16, 1);
    split_series(&run, &split, terms, fraction_limbs(len), threads);
    run.done = 0;
    fraction_of_pi(&run, limbs, len, &split, &powers, threads);
    if (len > 200)
        assert_true((double)run.done > 0.8 * fraction_cost(len) &&
                    (double)run.done < 1.2 * fraction_cost(len));
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_import(x, len, -1, sizeof *limbs, 0, 0, limbs);
    mpz_fdiv_q_2exp(rest, reference, 64 * (reference_len - len));
    mpz_sub(rest, rest, x);
    assert_in_range(mpz_get_si(rest), 0, 1);
    assert_true(mpz_fits_slong_p(rest));
    fives_clear(&powers);
    split_clear(&split);
    mpz_clears(x, rest, NULL);
    free(limbs);
}

static void
test_every_length(void **state)
{
    char *text = digits_of("spigot", 10, DIGITS, 1, NULL);
    mpz_t reference, scale;
    size_t len;

    (void)state;
    mpz_init_set_str(reference, text, 10);
    mpz_init(scale);
    mpz_ui_pow_ui(scale, 10, strlen(text));
    mpz_mul_2exp(reference, reference, (mp_bitcnt_t)64 * SURE_LIMBS);
    mpz_fdiv_q(reference, reference, scale);
    for (len = 2; len < SURE_LIMBS; len++)
        check(reference, SURE_LIMBS, len, 1 + (int)(len % 3));
    mpz_clears(reference, scale, NULL);
    free(text);
}

/* Against a longer run, in which everything is cut and rounded elsewhere. */
static void
test_threads(void **state)
{
    static const size_t lengths[] = {1499, 1500, 2999, 6000, 9999, 20000};
    const size_t sure = LONG_DIGITS / 16;
    char *text = digits_of("chudnovsky", 16, LONG_DIGITS, 2, NULL);
    mpz_t reference;
    size_t i;
    int threads;

    (void)state;
    text[LONG_DIGITS] = '\0';
    mpz_init_set_str(reference, text, 16);
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (threads = 1; threads <= 8; threads++)
            check(reference, sure, lengths[i], threads);
    mpz_clear(reference);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests_name("engine fraction", tests, NULL, NULL);
}
