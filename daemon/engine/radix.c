/*
 * Digits of a binary fraction: what both radices share, and radix 16, in which the
 * digits are the leading bits themselves.
 */
#include "radix.h"

#include <string.h>

#include "mul.h"
#include "residue.h"

/* A leaf has LEAF_DIGITS / 2 + 1 to LEAF_DIGITS digits (decimal.c has room for
 * that). */
#define LEAF_DIGITS 512

/* log2(10) < LOG_NUM / LOG_DEN. */
#define LOG_NUM UINT64_C(3321928095)
#define LOG_DEN UINT64_C(1000000000)

/* What a limb's dropping may add to the error on the way through the tree; see
 * decimal.c. */
#define PATH_SLACK 128

size_t
radix_limbs(int radix, uint64_t count, unsigned guard)
{
    uint64_t bits = radix == 16 ? 4 * count : count * LOG_NUM / LOG_DEN + 1;

    return (size_t)((bits + 63) / 64) + guard;
}

bool
radix_guard_full(const mp_limb_t *rest, unsigned guard)
{
    mp_limb_t sum[RADIX_MOST_GUARD];

    return mpn_add_1(sum, rest, (mp_size_t)guard, RADIX_SLACK + PATH_SLACK) != 0;
}

static uint64_t
leaf_size(uint64_t count, int *levels)
{
    uint64_t leaf = count;

    *levels = 0;
    while (leaf > LEAF_DIGITS) {
        leaf = leaf / 2 + leaf % 2;
        (*levels)++;
    }
    return leaf;
}

void
fives_init(struct fives *powers, int radix, uint64_t count)
{
    int i;

    powers->leaf = leaf_size(count, &powers->levels);
    if (radix == 16)
        powers->levels = 0;
    for (i = 0; i < powers->levels; i++)
        mpz_init(powers->power[i]);
}

void
fives_clear(struct fives *powers)
{
    int i;

    for (i = 0; i < powers->levels; i++)
        mpz_clear(powers->power[i]);
    powers->levels = 0;
}

/* The units for power[i], i >= 1, of a leaf of LEAF digits. */
static uint64_t
square_units(uint64_t leaf, int i)
{
    double limbs = (double)leaf * (double)(UINT64_C(1) << (i - 1)) * 2.32193 / 64;

    return (uint64_t)(mul_cost(limbs, limbs) * 2 / 3);
}

void
fives_compute(struct run *run, struct fives *powers)
{
    uint64_t units;
    int i;

    for (i = 0; i < powers->levels && run_going(run); i++) {
        if (i == 0) {
            mpz_ui_pow_ui(powers->power[0], 5, powers->leaf);
            continue;
        }
        units = square_units(powers->leaf, i);
        run_begin(run, units);
        mul_mpz(run, powers->power[i], powers->power[i - 1], powers->power[i - 1], 1);
        run_end(run, units);
    }
}

double
fives_cost(int radix, uint64_t count)
{
    double units = 0;
    uint64_t leaf;
    int levels, i;

    if (radix == 16)
        return 0;
    leaf = leaf_size(count, &levels);
    for (i = 1; i < levels; i++)
        units += (double)square_units(leaf, i);
    return units;
}

void
radix_last_step(struct engine_evidence *evidence, int index, int radix, uint64_t digits,
                const mp_limb_t *x, size_t len)
{
    struct evidence_step *step;
    mp_limb_t *limb;
    size_t size;
    mpz_t rest;

    if (evidence == NULL)
        return;
    step = &evidence->step[index];
    *step = (struct evidence_step){.digits = digits, .limbs = len};
    step->value = residue_limbs(x, 64 * len);
    evidence->steps = index + 1;
    if (radix == 16) {
        step->rest = residue_mul(residue_limbs(x, 64 * len - 4 * digits),
                                 residue_pow(16, digits));
        return;
    }
    mpz_init(rest);
    limb = mpz_limbs_write(rest, (mp_size_t)len);
    mpn_copyi(limb, x, (mp_size_t)len);
    mpz_limbs_finish(rest, (mp_size_t)len);
    while (digits-- > 0)
        mpz_mul_ui(rest, rest, 10);
    size = mpz_size(rest);
    step->rest = residue_limbs(mpz_limbs_read(rest), 64 * (size < len ? size : len));
    mpz_clear(rest);
}

static enum radix_rc
hexadecimal_digits(struct run *run, const struct radix_job *job)
{
    static const char digit[] = "0123456789abcdef";
    const uint64_t piece = 1 << 20;
    size_t len = radix_limbs(16, job->count, job->guard);
    mp_limb_t rest[RADIX_MOST_GUARD + 1];
    unsigned guard = job->guard;
    uint64_t i;

    for (i = 0; i < job->count; i++) {
        job->text[i] = digit[job->limbs[len - 1 - i / 16] >> (60 - i % 16 * 4) & 15];
        if (i % piece == piece - 1 && !run_work(run, piece))
            return RADIX_STOPPED;
    }
    radix_last_step(job->evidence, 0, 16, job->count, job->limbs, len);
    /* What follows the last digit: the rest of its limb and the guard. */
    mpn_copyi(rest, job->limbs, (mp_size_t)guard + 1);
    if (job->count % 16 == 0)
        return radix_guard_full(rest, guard) ? RADIX_UNDECIDED : RADIX_OK;
    mpn_lshift(rest, rest, (mp_size_t)guard + 1, (unsigned)(job->count % 16 * 4));
    return radix_guard_full(rest + 1, guard) ? RADIX_UNDECIDED : RADIX_OK;
}

enum radix_rc
radix_digits(struct run *run, const struct radix_job *job)
{
    if (job->radix == 16)
        return hexadecimal_digits(run, job);
    return decimal_digits(run, job);
}

double
radix_cost(int radix, uint64_t count)
{
    return radix == 16 ? (double)count : decimal_cost(count);
}
