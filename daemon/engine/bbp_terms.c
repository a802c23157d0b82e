/*
 * The terms of Bellard's series modulo 1, in machine words.
 *
 * Powers: Montgomery multiplication with R = 2^64, redc(a b) = a b / R mod j. With
 * j < 2^53 no step has to be reduced: if x < 4j then redc(x x) < 16 j^2 / R + j
 * < 2j, and doubling it when the exponent's bit is set gives x < 4j again. The
 * seven powers for one k have the same exponent but for a factor of 2^0 .. 2^8,
 * which is put in at the end; they are computed side by side, which keeps the
 * multiplier busy.
 * (P. L. Montgomery, "Modular multiplication without trial division", Math. Comp.
 * 44 (1985).)
 *
 * Fractions: with r < j the first 64 bits of r/j are f = floor(r R / j). As
 * r R = f j + r' with r' = r R mod j, f = -r' j^-1 mod R: a multiplication, no
 * division. r' is r in Montgomery form, and takes the place of r for the next 64.
 * Here r' has to be the residue below j itself, not just one of its class.
 */
#include "bbp_terms.h"

typedef unsigned __int128 u128;

const struct bbp_term bbp_terms[BBP_TERMS] = {
    {4, 1, 5, true},  {4, 3, 0, true},  {10, 1, 8, false}, {10, 3, 6, true},
    {10, 5, 2, true}, {10, 7, 2, true}, {10, 9, 0, false},
};

/* a / R modulo j, below 2j when a < j R; NEG is -j^-1 mod R. */
static inline uint64_t
redc(u128 a, uint64_t j, uint64_t neg)
{
    uint64_t m = (uint64_t)a * neg;

    return (uint64_t)((a + (u128)m * j) >> 64);
}

/* -j^-1 mod 2^64 for odd j, by Newton's iteration from 5 right bits. */
static inline uint64_t
negative_inverse(uint64_t j)
{
    uint64_t x = (3 * j) ^ 2;
    int i;

    for (i = 0; i < 4; i++)
        x *= 2 - j * x;
    return 0 - x;
}

/*
 * x runs through R 2^(leading bits of e), as usual from the left; the two leading
 * bits are put in by a shift (R mod j < j, shifted < 8j: the first square then is
 * below 64 j^2 / R + j < 2j). r2 becomes R^2 mod j by squaring 2^4 R four times.
 */
void
bbp_add_powers(struct fixed *sum, uint64_t k, uint64_t e)
{
    uint64_t j[BBP_TERMS], neg[BBP_TERMS], one[BBP_TERMS], x[BBP_TERMS], r2[BBP_TERMS];
    int length = e == 0 ? 0 : 64 - __builtin_clzll(e);
    int bit = length > 2 ? length - 2 : 0;
    struct fixed f;
    uint64_t r;
    int i, s, w;

    for (s = 0; s < BBP_TERMS; s++) {
        j[s] = bbp_terms[s].step * k + bbp_terms[s].offset;
        neg[s] = negative_inverse(j[s]);
        one[s] = (0 - j[s]) % j[s];
        x[s] = one[s] << (e >> bit);
        r2[s] = one[s] << 4;
    }
    for (i = 0; i < 4; i++)
        for (s = 0; s < BBP_TERMS; s++)
            r2[s] = redc((u128)r2[s] * r2[s], j[s], neg[s]);
    while (bit-- > 0)
        for (s = 0; s < BBP_TERMS; s++)
            x[s] = redc((u128)x[s] * x[s], j[s], neg[s]) << (e >> bit & 1);

    for (s = 0; s < BBP_TERMS; s++) {
        r = redc((u128)(x[s] << bbp_terms[s].shift) * one[s], j[s], neg[s]);
        for (w = FIXED_WORDS - 1; w >= 0; w--) {
            r = r >= j[s] ? r - j[s] : r;
            f.word[w] = r * neg[s];
            r = redc((u128)r * r2[s], j[s], neg[s]);
        }
        fixed_add(sum, &f, bbp_terms[s].negative != (k % 2 == 1));
    }
}

void
bbp_add_single(struct fixed *sum, int64_t e, uint64_t j, bool negative)
{
    struct fixed f = {{0}};
    uint64_t rest = e >= 0 ? (UINT64_C(1) << e) % j : 0;
    u128 t;
    int w;

    if (e < -FIXED_BITS)
        return;
    if (e < 0)
        f.word[(FIXED_BITS + e) / 64] = UINT64_C(1) << ((FIXED_BITS + e) % 64);
    for (w = FIXED_WORDS - 1; w >= 0; w--) {
        t = (u128)rest << 64 | f.word[w];
        f.word[w] = (uint64_t)(t / j);
        rest = (uint64_t)(t % j);
    }
    fixed_add(sum, &f, negative);
}
