/*
 * Prime factors of P(a,b) and Q(a,b) in closed form.
 *
 *   P(a,b) = prod (6k-5)(2k-1)(6k-1),   Q(a,b) = prod k^3 C,   a <= k < b, k >= 1,
 *   C = 640320^3 / 24 = 2^15 3^2 5^3 23^3 29^3.
 *
 * The exponent of an odd prime p in a product is the number of factors that p
 * divides, plus the number that p^2 divides, and so on. For a power r of p (not of
 * 3 in the first two cases) and 6^-1 modulo r,
 *
 *   r | 6k-5  when  k = 5 6^-1,   r | 6k-1  when  k = 6^-1,
 *   r | 2k-1  when  k = (r+1)/2,  r | k     when  k = 0      (modulo r),
 *
 * and 6^-1 is (5r+1)/6 for r = 1 and (r+1)/6 for r = 5 modulo 6. The numbers k of
 * the range in a residue class are counted by two divisions. No factor exceeds 6b,
 * and 6b < 2^31 for b < 2^28.
 */
#include "factors.h"

#include <stdlib.h>
#include <string.h>

#include "mul.h"

/* Words multiplied one by one at the bottom of a product. */
#define PRODUCT_WORDS 16

bool
primes_init(struct primes *primes, uint32_t limit)
{
    unsigned char *composite = calloc((size_t)limit / 2 + 1, 1);
    uint64_t i, j;
    size_t count = 0;

    /* composite[i] stands for 2i + 1. */
    *primes = (struct primes){NULL, 0};
    if (composite == NULL)
        return false;
    for (i = 1; 2 * i + 1 <= limit; i++) {
        if (composite[i])
            continue;
        count++;
        for (j = 2 * i * (i + 1); 2 * j + 1 <= limit; j += 2 * i + 1)
            composite[j] = 1;
    }
    primes->prime = malloc((count + 1) * sizeof *primes->prime);
    if (primes->prime != NULL)
        for (i = 1; 2 * i + 1 <= limit; i++)
            if (!composite[i])
                primes->prime[primes->count++] = (uint32_t)(2 * i + 1);
    free(composite);
    return primes->prime != NULL;
}

void
primes_clear(struct primes *primes)
{
    free(primes->prime);
    *primes = (struct primes){NULL, 0};
}

size_t
primes_up_to(const struct primes *primes, uint64_t limit)
{
    size_t low = 0, high = primes->count, middle;

    while (low < high) {
        middle = low + (high - low) / 2;
        if (primes->prime[middle] <= limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
factors_clear(struct factors *factors)
{
    free(factors->p);
    free(factors->q);
    *factors = (struct factors){NULL, NULL, 0};
}

/* How many k, a <= k < b, are CLASS modulo R, 0 <= CLASS < R, a >= 1. */
static uint32_t
in_class(uint32_t a, uint32_t b, uint32_t class, uint32_t r)
{
    return (b - 1 - class + r) / r - (a - 1 - class + r) / r;
}

/* The exponents of the prime P. */
static void
exponents(uint32_t prime, uint32_t a, uint32_t b, uint32_t *in_p, uint32_t *in_q)
{
    uint64_t r = prime;
    uint32_t p = 0, q = 0, sixth, power;

    for (; r <= 6 * (uint64_t)b; r *= prime) {
        power = (uint32_t)r;
        q += 3 * in_class(a, b, 0, power);
        p += in_class(a, b, (power + 1) / 2, power);
        if (prime == 3)
            continue;
        sixth = (uint32_t)((r % 6 == 1 ? 5 * r + 1 : r + 1) / 6);
        p += in_class(a, b, sixth, power);
        p += in_class(a, b, (uint32_t)(5 * (uint64_t)sixth % r), power);
    }
    if (prime == 3)
        q += 2 * (b - a);
    else if (prime == 5 || prime == 23 || prime == 29)
        q += 3 * (b - a);
    *in_p = p;
    *in_q = q;
}

bool
factors_extend(struct factors *factors, const struct primes *primes, uint64_t a,
               uint64_t b, size_t count)
{
    uint32_t *p, *q;
    size_t i;

    if (count <= factors->count)
        return true;
    p = realloc(factors->p, count * sizeof *p);
    if (p != NULL)
        factors->p = p;
    q = realloc(factors->q, count * sizeof *q);
    if (q != NULL)
        factors->q = q;
    if (p == NULL || q == NULL)
        return false;
    for (i = factors->count; i < count; i++)
        exponents(primes->prime[i], (uint32_t)(a > 0 ? a : 1), (uint32_t)b, &p[i],
                  &q[i]);
    factors->count = count;
    return true;
}

/* R becomes the product of the COUNT words at WORD. */
static void
product(struct run *run, mpz_t r, const mp_limb_t *word, size_t count)
{
    mp_limb_t *limb, carry;
    mp_size_t size = 1;
    mpz_t right;
    size_t i;

    if (count <= PRODUCT_WORDS) {
        limb = mpz_limbs_write(r, PRODUCT_WORDS + 1);
        limb[0] = 1;
        for (i = 0; i < count; i++) {
            carry = mpn_mul_1(limb, limb, size, word[i]);
            if (carry != 0)
                limb[size++] = carry;
        }
        mpz_limbs_finish(r, size);
        return;
    }
    mpz_init(right);
    product(run, r, word, count / 2);
    product(run, right, word + count / 2, count - count / 2);
    mul_mpz(run, r, r, right, 1);
    mpz_clear(right);
}

/* A growing list of words whose product is wanted. */
struct words {
    mp_limb_t *word;
    size_t count, room;
};

static bool
words_push(struct words *words, mp_limb_t word)
{
    mp_limb_t *more;

    if (words->count == words->room) {
        words->room = 2 * words->room + 256;
        more = realloc(words->word, words->room * sizeof *more);
        if (more == NULL)
            return false;
        words->word = more;
    }
    words->word[words->count++] = word;
    return true;
}

bool
factors_common(struct run *run, mpz_t common, const struct primes *primes,
               struct factors *left, const struct factors *right)
{
    struct words words = {NULL, 0, 0};
    mp_limb_t full = 1;
    uint32_t shared, e;
    bool ok = true;
    size_t i;

    for (i = 0; ok && i < left->count; i++) {
        shared = left->p[i] < right->q[i] ? left->p[i] : right->q[i];
        for (e = 0; ok && e < shared; e++) {
            if (full > UINT64_MAX / primes->prime[i]) {
                ok = words_push(&words, full);
                full = 1;
            }
            full *= primes->prime[i];
        }
        left->p[i] += right->p[i] - shared;
        left->q[i] += right->q[i] - shared;
    }
    ok = ok && words_push(&words, full);
    if (ok)
        product(run, common, words.word, words.count);
    free(words.word);
    return ok;
}
