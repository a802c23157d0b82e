/*
 * The steps of the conversion: m digits off a fraction, for the error of which see
 * decimal.c.
 *
 * The fraction of 10^m x. x has n limbs below the point. Of 10^m x = 5^m 2^m x only
 * the fraction is wanted, so the leading floor(m/64) limbs of x are left out, and u
 * limbs are multiplied by 5^m, of v limbs; then the point of 10^m x is m mod 64 bits
 * below the top of limb u of the product. The r limbs from limb a = u - r on are the
 * result, but for a shift. What is above the point, nearly v limbs, is of no use, nor
 * are the a limbs below, and as a is about v, a product modulo B^L - 1 with L about u
 * will do, which folds the upper part into the lower one. L is chosen so that
 * L >= u and L >= r + v + 2: then the highest of the u + v - L limbs that are folded
 * is below limb a - 2. If limb a - 2 of the sum is not 0, no carry has left it, and
 * the limbs from a - 1 on are those of the true product. Otherwise, once in 2^64
 * products or so, the true product is computed.
 *
 * Evidence (see evidence.h): the lower part of the product is wanted modulo the prime
 * p. Let the product be l + h B^L; what was computed is s = l + h, without a carry
 * where it was wrapped, as limb a - 2 has shown. So modulo p
 *
 *     h = (x 5^m - s) / (B^L - 1),
 *
 * and everything that is below a limb above a - 2 is less by h than it is in s. (h is
 * not taken from the digits, so it has to agree with them if they are right: the check
 * of a step is then that of the integer equation x 5^m = s + h (B^L - 1) with the h
 * that the digits tell. That h is below B^(a-2), and limb a - 2 of s is not 0, so what
 * the digits leave of s, less h, is not negative.) The division is possible: B^L = 1
 * modulo p only if L is a multiple of the order of B, which is above 10^15.
 */
#include "decimal_step.h"

#include <stdlib.h>
#include <string.h>

#include "mul.h"
#include "residue.h"

/* Room for radix_limbs(10, digits of a leaf, RADIX_MOST_GUARD). */
#define LEAF_LIMBS 96

/* Digits taken per step in a leaf: the most that fit a limb. */
#define STEP_DIGITS 19

/* Units of work for a digit in a leaf. */
#define DIGIT_UNITS 1.6

/* The product that a step needs. */
struct step {
    uint64_t m;
    mpz_srcptr power; /* 5^m */
    size_t size;      /* its limbs */
    size_t used;      /* limbs of the fraction that are multiplied, at most */
    size_t length;    /* the product is taken modulo B^length - 1 */
};

/* DIGITS decimal digits of VALUE. */
static void
write_digits(char *text, mp_limb_t value, unsigned digits)
{
    static const char pair[201] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

    for (; digits >= 2; digits -= 2) {
        memcpy(text + digits - 2, pair + value % 100 * 2, 2);
        value /= 100;
    }
    if (digits > 0)
        text[0] = (char)('0' + value % 10);
}

void
decimal_leaf(struct decimal *decimal, const struct node *node)
{
    mp_limb_t x[LEAF_LIMBS];
    size_t len = node->len;
    size_t keep;
    char *text = node->text;
    uint64_t left = node->count;
    unsigned digits;
    mp_limb_t scale = UINT64_C(10000000000000000000);
    mp_limb_t *low = x;

    if (node->edge >= 0)
        radix_last_step(decimal->evidence, node->edge, 10, left, node->x, len);
    memcpy(x, node->x, len * sizeof x[0]);
    while (left > 0) {
        digits = STEP_DIGITS;
        for (; digits > left; digits--)
            scale /= 10;
        write_digits(text, mpn_mul_1(low, low, (mp_size_t)len, scale), digits);
        text += digits;
        left -= digits;
        keep = left > 0 ? radix_limbs(10, left, decimal->guard) : decimal->guard;
        low += len - keep;
        len = keep;
    }
    if (radix_guard_full(low, decimal->guard))
        atomic_store(&decimal->undecided, true);
}

uint64_t
decimal_half(const struct decimal *decimal, int level)
{
    return decimal->powers->leaf << (level - 1);
}

/* The step for nodes of LEVEL with at most COUNT digits, the power having SIZE limbs.
 */
static struct step
plan(const struct decimal *decimal, int level, uint64_t count, size_t size)
{
    uint64_t m = decimal_half(decimal, level);
    struct step step = {
        .power = decimal->powers->power[level - 1],
        .size = size,
        .used = radix_limbs(10, count, decimal->guard) - (size_t)(m / 64),
        .m = m,
    };
    size_t kept = radix_limbs(10, count - m, decimal->guard);

    step.length = mul_wrap_length(step.used, size, kept + size + 2);
    return step;
}

/* The step for full nodes of LEVEL whether there is a power yet or not. */
static struct step
plan_full(const struct decimal *decimal, int level)
{
    uint64_t m = decimal_half(decimal, level);

    return plan(decimal, level, 2 * m, (size_t)((double)m * 2.321928095 / 64) + 1);
}

struct decimal_levels
decimal_levels(const struct decimal *decimal)
{
    int level = decimal->powers->levels;
    struct decimal_levels levels = {level + 1, level + 1};
    struct step step;

    for (; level > 0; level--) {
        step = plan_full(decimal, level);
        if (mul_shares(step.used, step.size))
            levels.together = level;
        if (mul_wide(step.used, step.size))
            levels.wide = level;
    }
    return levels;
}

bool
decimal_copy(struct run *run, struct node *node, const mp_limb_t *x, size_t len)
{
    node->x = malloc(node->len * sizeof *node->x);
    if (node->x == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        return false;
    }
    mpn_copyi(node->x, x + len - node->len, (mp_size_t)node->len);
    return true;
}

bool
decimal_left(struct run *run, const struct decimal *decimal, const struct node *node,
             struct node *left)
{
    *left = *node;
    left->x = NULL;
    left->level--;
    left->count = decimal_half(decimal, node->level);
    left->len = radix_limbs(10, left->count, decimal->guard);
    left->edge = -1;
    return decimal_copy(run, left, node->x, node->len);
}

/* A step of the evidence; see evidence.h and the top of this file. S is the product of
 * the USED lowest limbs of X and 5^m, WRAPPED or the true one, of which RIGHT keeps the
 * limbs from AT on. */
static void
note_step(struct engine_evidence *evidence, const struct node *node,
          const struct node *right, const struct step *step, const mp_limb_t *s,
          size_t used, bool wrapped)
{
    const size_t at = used - right->len;
    const uint64_t bits = step->m % 64, twos = residue_pow(2, step->m);
    uint64_t x = residue_limbs(node->x, 64 * used), high = 0, modulus;

    if (wrapped) {
        modulus = residue_sub(residue_pow(residue_pow(2, 64), step->length), 1);
        high = residue_sub(residue_mul(x, residue_pow(5, step->m)),
                           residue_limbs(s, 64 * step->length));
        high = residue_mul(high, residue_pow(modulus, RESIDUE_PRIME - 2));
    }
    evidence->step[node->edge] = (struct evidence_step){
        .digits = step->m,
        .limbs = node->len,
        .dropped = node->len - right->len,
        .value = residue_limbs(node->x, 64 * node->len),
        .rest =
            residue_mul(residue_sub(residue_limbs(s, 64 * used - bits), high), twos),
        .lost = residue_mul(residue_sub(residue_limbs(s, 64 * at - bits), high), twos),
    };
}

/* The limbs of RIGHT from the product S for NODE, which becomes the true product when
 * limbs that count could have been changed by wrapping it. */
static void
take_right(struct run *run, const struct decimal *decimal, const struct step *step,
           const struct node *node, struct node *right, mp_limb_t **s, int threads)
{
    const unsigned bits = (unsigned)(step->m % 64);
    const size_t used = node->len - (size_t)(step->m / 64);
    const size_t at = used - right->len;
    bool wrapped = step->length < used + step->size;

    if (wrapped && (*s)[at - 2] == 0) {
        free(*s);
        *s = malloc(mul_room(used, step->size) * sizeof **s);
        if (*s == NULL) {
            run_fail(run, ENGINE_NO_MEMORY);
            return;
        }
        mul_limbs(run, *s, node->x, used, mpz_limbs_read(step->power), step->size,
                  threads);
        wrapped = false;
    }
    if (bits == 0) {
        mpn_copyi(right->x, *s + at, (mp_size_t)right->len);
    } else {
        mpn_lshift(right->x, *s + at, (mp_size_t)right->len, bits);
        right->x[0] |= (*s)[at - 1] >> (64 - bits);
    }
    if (node->edge >= 0)
        note_step(decimal->evidence, node, right, step, *s, used, wrapped);
}

/* RIGHT but for its limbs, for which there is place. */
static bool
right_half(struct run *run, const struct decimal *decimal, const struct node *node,
           struct node *right)
{
    uint64_t m = decimal_half(decimal, node->level);

    *right = *node;
    right->level--;
    right->count -= m;
    right->text += m;
    right->len = radix_limbs(10, right->count, decimal->guard);
    if (right->edge >= 0)
        right->edge++;
    right->x = malloc(right->len * sizeof *right->x);
    if (right->x == NULL)
        run_fail(run, ENGINE_NO_MEMORY);
    return right->x != NULL;
}

void
decimal_right(struct run *run, const struct decimal *decimal, struct node *nodes,
              struct node *right, size_t count, int threads)
{
    const int level = nodes[0].level;
    const struct step step = plan(decimal, level, nodes[0].count,
                                  mpz_size(decimal->powers->power[level - 1]));
    uint64_t units =
        (uint64_t)mul_wrapped_cost(step.length, count, step.used, step.size);
    struct mul_part parts[MUL_MOST_PARTS] = {{0}};
    size_t i;

    run_begin(run, units);
    for (i = 0; i < count; i++) {
        parts[i] = (struct mul_part){
            .a = nodes[i].x,
            .an = nodes[i].len - (size_t)(step.m / 64),
            .r = malloc(step.length * sizeof *parts[i].r),
        };
        if (parts[i].r == NULL)
            run_fail(run, ENGINE_NO_MEMORY);
    }
    if (run_going(run))
        mul_wrapped(run, step.length, parts, count, mpz_limbs_read(step.power),
                    step.size, threads);
    for (i = 0; i < count; i++) {
        right[i].x = NULL;
        if (run_going(run) && right_half(run, decimal, &nodes[i], &right[i]))
            take_right(run, decimal, &step, &nodes[i], &right[i], &parts[i].r, threads);
        free(parts[i].r);
        free(nodes[i].x);
        nodes[i].x = NULL;
    }
    run_end(run, units);
    for (i = 0; i < count && !run_going(run); i++) {
        free(right[i].x);
        right[i].x = NULL;
    }
}

double
decimal_leaf_cost(uint64_t count)
{
    return (double)count * DIGIT_UNITS;
}

double
decimal_right_cost(const struct decimal *decimal, int level, size_t count)
{
    struct step step = plan_full(decimal, level);

    return mul_wrapped_cost(step.length, count, step.used, step.size);
}
