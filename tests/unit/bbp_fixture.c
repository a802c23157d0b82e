/* What the tests of bbp share; see bbp_fixture.h. */
#include "bbp_fixture.h"

#include "cmocka_all.h"

bool
is_prime(uint64_t n)
{
    bool prime;
    mpz_t x;

    mpz_init_set_ui(x, n);
    prime = mpz_probab_prime_p(x, 25) > 0;
    mpz_clear(x);
    return prime;
}

uint64_t
most_of(const struct bbp_part *part, uint64_t exponent)
{
    return (2 * (exponent + part->kappa) - part->s % 2) / part->s;
}

void
residue_by_terms(mpz_t r, const struct bbp_series *series, uint64_t exponent,
                 uint64_t q, uint64_t prime)
{
    const struct bbp_part *part;
    uint64_t m, most;
    mpz_t a, inverse, modulus;
    unsigned k;

    mpz_inits(a, inverse, NULL);
    mpz_init_set_ui(modulus, q);
    mpz_set_ui(r, 0);
    for (k = 0; k < series->parts; k++) {
        part = &series->part[k];
        most = most_of(part, exponent) / q;
        for (m = 1; m <= most; m += 2) {
            if (m % prime == 0)
                continue;
            mpz_set_ui(a, 2);
            mpz_powm_ui(a, a, exponent + part->kappa - (part->s * q * m + 1) / 2,
                        modulus);
            mpz_set_ui(inverse, m);
            assert_int_not_equal(mpz_invert(inverse, inverse, modulus), 0);
            mpz_mul(a, a, inverse);
            if (part->sign * bbp_sign(part, q * m) > 0)
                mpz_add(r, r, a);
            else
                mpz_sub(r, r, a);
        }
    }
    mpz_mod(r, r, modulus);
    mpz_clears(a, inverse, modulus, NULL);
}

uint64_t
sum_exactly(mpz_t sum, const struct bbp_head *head, const struct bbp_unit *unit)
{
    const bool listed = unit->kind == BBP_SMALL || unit->kind == BBP_POWER;
    uint64_t i, p, q, count = 0;
    mpz_t r;

    mpz_init(r);
    mpz_set_ui(sum, 0);
    for (i = unit->from + !listed; listed ? i < unit->to : i <= unit->to; i++) {
        p = listed ? head->primes.list[i] : i;
        if (!is_prime(p) || (unit->kind == BBP_CLASS && p % 420 != unit->residue))
            continue;
        q = unit->kind == BBP_POWER && p >= BBP_LEAST_MODULUS ? p * p : p;
        for (; q <= head->most[0]; q *= p) {
            residue_by_terms(r, head->series, head->exponent, q, p);
            mpz_mul_2exp(r, r, FIXED_BITS);
            mpz_fdiv_q_ui(r, r, q);
            mpz_add(sum, sum, r);
            count++;
            if (unit->kind != BBP_POWER)
                break;
        }
    }
    mpz_clear(r);
    return count;
}

bool
is_close(const struct fixed *got, const mpz_t want, uint64_t count)
{
    mpz_t x, bound;
    bool close;

    mpz_init(x);
    mpz_init_set_ui(bound, count);
    mpz_mul_2exp(bound, bound, FIXED_BITS - BBP_ERROR_BITS);
    mpz_import(x, FIXED_WORDS, -1, sizeof got->word[0], 0, 0, got->word);
    mpz_sub(x, x, want);
    mpz_add(x, x, bound);
    mpz_fdiv_r_2exp(x, x, FIXED_BITS);
    mpz_mul_2exp(bound, bound, 1);
    close = mpz_cmp(x, bound) <= 0;
    mpz_clears(x, bound, NULL);
    return close;
}
