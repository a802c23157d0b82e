/*
 * Awkward long numbers and checks against GMP; see engine_numbers.h. Nothing here
 * knows where the engine changes its ways: only what its headers promise is checked.
 */
#include "cmocka_all.h"

#include "engine_numbers.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/mul.h"
#include "daemon/engine/newton.h"
#include "engine_fixture.h"

/* Ones in the bits FROM .. TO - 1 of Z. */
static void
set_ones(mpz_t z, size_t from, size_t to)
{
    mpz_t ones;

    mpz_init(ones);
    mpz_setbit(ones, to - from);
    mpz_sub_ui(ones, ones, 1);
    mpz_mul_2exp(ones, ones, from);
    mpz_ior(z, z, ones);
    mpz_clear(ones);
}

void
number_of_kind(mpz_t z, size_t n, int kind)
{
    static unsigned long calls; /* other random numbers every time */
    gmp_randstate_t random;
    size_t bits = 64 * n, i;
    mp_limb_t *limb;

    gmp_randinit_default(random);
    gmp_randseed_ui(random, ++calls);
    mpz_set_ui(z, 0);
    switch (kind) {
    case 0: /* the least */
        break;
    case 1: /* the largest */
        set_ones(z, 0, bits);
        break;
    case 2: /* a one, zeros to the middle, ones: what is cut off weighs most */
        set_ones(z, 0, bits / 2);
        break;
    case 3: /* ones to the middle, zeros */
        set_ones(z, bits / 2, bits);
        break;
    case 4: /* the largest but for a bit in the middle */
        set_ones(z, 0, bits);
        mpz_clrbit(z, bits / 2);
        break;
    case 5: /* 1010... */
        mpz_setbit(z, bits);
        mpz_sub_ui(z, z, 1);
        mpz_fdiv_q_ui(z, z, 3);
        mpz_mul_2exp(z, z, 1);
        break;
    case 6: /* limbs of ones and zeros by turns */
        limb = mpz_limbs_write(z, (mp_size_t)n);
        for (i = 0; i < n; i++)
            limb[i] = i % 2 == 0 ? ~(mp_limb_t)0 : 0;
        mpz_limbs_finish(z, (mp_size_t)n);
        break;
    case 7: /* long runs of ones and zeros */
        mpz_rrandomb(z, random, bits);
        break;
    default:
        mpz_urandomb(z, random, bits);
    }
    mpz_setbit(z, bits - 1);
    gmp_randclear(random);
}

size_t
next_edge(size_t n)
{
    size_t best = SIZE_MAX, power, edge;
    int side;

    for (power = 1; power <= n + 2; power *= 2)
        for (edge = 2 * power; edge <= 3 * power; edge += power)
            for (side = -1; side <= 1; side++)
                if (edge + (size_t)side > n && edge + (size_t)side < best)
                    best = edge + (size_t)side;
    return best;
}

/* The N limbs of Z, which has not more. */
static mp_limb_t *
limbs_of(const mpz_t z, size_t n)
{
    mp_limb_t *limbs = calloc(n + 1, sizeof *limbs);

    assert_non_null(limbs);
    assert_true(mpz_size(z) <= n);
    if (mpz_size(z) > 0)
        mpn_copyi(limbs, mpz_limbs_read(z), (mp_size_t)mpz_size(z));
    return limbs;
}

static void
set(mpz_t z, const mp_limb_t *limbs, size_t n)
{
    mpz_import(z, n, -1, sizeof *limbs, 0, 0, limbs);
}

/* R, what a product of A and B put into its limbs, is WANT. */
static void
assert_product(const mp_limb_t *r, size_t n, const mpz_t want)
{
    assert_int_equal(mpz_size(want), n);
    assert_int_equal(mpn_cmp(r, mpz_limbs_read(want), (mp_size_t)n), 0);
}

static void
check_limbs(const mpz_t a, const mpz_t b, const mpz_t want, int threads)
{
    const struct engine_job job = {10, 1, threads};
    size_t an = mpz_size(a), bn = mpz_size(b), room = mul_room(an, bn);
    mp_limb_t *r = malloc((room + 1) * sizeof *r);
    struct run run;

    assert_non_null(r);
    r[room] = 77; /* nothing is written beyond the product's room */
    run_init(&run, &job, NULL);
    mul_limbs(&run, r, mpz_limbs_read(a), an, mpz_limbs_read(b), bn, 1);
    assert_product(r, an + bn, want);
    memset(r, 0xaa, room * sizeof *r);
    mul_limbs(&run, r, mpz_limbs_read(a), an, mpz_limbs_read(b), bn, threads);
    assert_product(r, an + bn, want);
    assert_int_equal(r[room], 77);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    free(r);
}

void
check_product(const mpz_t a, const mpz_t b, int threads)
{
    const struct engine_job job = {10, 1, threads};
    mpz_t want, r;
    struct run run;

    mpz_inits(want, r, NULL);
    mpz_mul(want, a, b);
    check_limbs(a, b, want, threads);
    check_limbs(b, a, want, threads);
    run_init(&run, &job, NULL);
    mul_mpz(&run, r, a, b, 1);
    assert_int_equal(mpz_cmp(r, want), 0);
    mpz_neg(r, b);
    mpz_neg(want, want);
    mul_mpz(&run, r, a, r, threads);
    assert_int_equal(mpz_cmp(r, want), 0);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    mpz_mul(want, a, a);
    check_limbs(a, a, want, threads);
    mpz_clears(want, r, NULL);
}

/* |2^TWOS A - D Q| <= NEWTON_ERROR D. */
static void
assert_quotient(const mpz_t a, uint64_t twos, const mpz_t d, const mpz_t q)
{
    mpz_t rest, most;

    mpz_inits(rest, most, NULL);
    mpz_mul_2exp(rest, a, twos);
    mpz_submul(rest, d, q);
    mpz_mul_ui(most, d, NEWTON_ERROR);
    assert_true(mpz_cmpabs(rest, most) <= 0);
    mpz_clears(rest, most, NULL);
}

void
check_inverse(size_t n, int kind, int threads)
{
    const struct engine_job job = {10, 1, threads};
    mp_limb_t *x = calloc(n + 1, sizeof *x), *d;
    struct run run;
    mpz_t one, den, inverse;

    assert_non_null(x);
    mpz_init_set_ui(one, 1);
    mpz_inits(den, inverse, NULL);
    number_of_kind(den, n, kind);
    d = limbs_of(den, n);
    run_init(&run, &job, NULL);
    newton_inverse(&run, x, d, n, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    set(inverse, x, n + 1);
    assert_quotient(one, 128 * n, den, inverse);
    mpz_clears(one, den, inverse, NULL);
    free(d);
    free(x);
}

void
check_divide(size_t n, int kind, int other, int off, int threads)
{
    const struct engine_job job = {10, 1, threads};
    size_t h = newton_half(n);
    mp_limb_t *q = calloc(n + 1, sizeof *q), *a, *d, *x;
    mpz_t num, den, inverse, quotient;
    struct run run;

    assert_non_null(q);
    mpz_inits(num, den, inverse, quotient, NULL);
    number_of_kind(num, n, other);
    number_of_kind(den, n, kind);
    mpz_fdiv_q_2exp(quotient, den, 64 * (n - h));
    mpz_setbit(inverse, 128 * h);
    mpz_fdiv_q(inverse, inverse, quotient);
    if (off < 0)
        mpz_sub_ui(inverse, inverse, (unsigned)-off);
    else
        mpz_add_ui(inverse, inverse, (unsigned)off);
    a = limbs_of(num, n);
    d = limbs_of(den, n);
    x = limbs_of(inverse, h + 1);
    run_init(&run, &job, NULL);
    newton_divide(&run, q, a, d, n, x, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    set(quotient, q, n + 1);
    assert_quotient(num, 64 * n, den, quotient);
    mpz_clears(num, den, inverse, quotient, NULL);
    free(a);
    free(d);
    free(q);
    free(x);
}

/* (Y - E)^2 K <= B^(2N) <= (Y + E)^2 K. */
void
check_rsqrt(size_t n, unsigned k, int threads)
{
    const struct engine_job job = {10, 1, threads};
    mp_limb_t *y = calloc(n, sizeof *y);
    mpz_t one, root, square;
    struct run run;

    assert_non_null(y);
    mpz_inits(one, root, square, NULL);
    mpz_setbit(one, 128 * n);
    run_init(&run, &job, NULL);
    newton_rsqrt(&run, y, k, n, threads);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    set(root, y, n);
    mpz_sub_ui(root, root, NEWTON_ERROR);
    mpz_mul(square, root, root);
    mpz_mul_ui(square, square, k);
    assert_true(mpz_cmp(square, one) <= 0);
    mpz_add_ui(root, root, 2 * NEWTON_ERROR);
    mpz_mul(square, root, root);
    mpz_mul_ui(square, square, k);
    assert_true(mpz_cmp(square, one) >= 0);
    mpz_clears(one, root, square, NULL);
    free(y);
}

/* The digits of NUM / DEN in TEXT are right. */
static void
assert_digits(const char *text, const mpz_t num, const mpz_t den, int radix,
              uint64_t count)
{
    char *want = malloc(count + 2);
    size_t length;
    mpz_t x;

    assert_non_null(want);
    mpz_init(x);
    mpz_ui_pow_ui(x, (unsigned)radix, count);
    mpz_mul(x, x, num);
    mpz_fdiv_q(x, x, den);
    mpz_get_str(want, radix, x);
    mpz_clear(x);
    length = strlen(want);
    memmove(want + count - length, want, length);
    memset(want, '0', count - length);
    assert_memory_equal(text, want, count);
    free(want);
}

enum radix_rc
check_conversion(const mpz_t num, const mpz_t den, int radix, uint64_t count,
                 unsigned guard, int threads, unsigned off)
{
    const struct engine_job job = {radix, count, threads};
    size_t len = radix_limbs(radix, count, guard);
    struct fives powers;
    struct radix_job conversion = {
        .radix = radix,
        .count = count,
        .guard = guard,
        .threads = threads,
        .powers = &powers,
        .text = malloc(count),
    };
    mp_limb_t *limbs;
    enum radix_rc rc;
    struct run run;
    mpz_t x;

    assert_non_null(conversion.text);
    mpz_init(x);
    mpz_mul_2exp(x, num, 64 * len);
    mpz_fdiv_q(x, x, den);
    if (mpz_cmp_ui(x, off) >= 0)
        mpz_sub_ui(x, x, off);
    conversion.limbs = limbs = limbs_of(x, len);
    mpz_clear(x);
    run_init(&run, &job, NULL);
    fives_init(&powers, radix, count);
    fives_compute(&run, &powers);
    rc = radix_digits(&run, &conversion);
    assert_int_equal(run_finish(&run), ENGINE_OK);
    assert_true(rc == RADIX_OK || rc == RADIX_UNDECIDED);
    if (rc == RADIX_OK)
        assert_digits(conversion.text, num, den, radix, count);
    fives_clear(&powers);
    free(conversion.text);
    free(limbs);
    return rc;
}
