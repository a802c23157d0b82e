/*
 * Arithmetic modulo an odd number in machine words: Montgomery multiplication with
 * R = 2^64 (P. L. Montgomery, "Modular multiplication without trial division",
 * Math. Comp. 44 (1985)). Inline, as every cycle counts.
 *
 * A number x is in Montgomery form when x R mod q stands for it; then mod_mul()
 * multiplies. Multiplying a form by a plain number gives a plain number.
 */
#ifndef NTHPI_ENGINE_MODULAR_H
#define NTHPI_ENGINE_MODULAR_H

#include <stdint.h>

typedef unsigned __int128 u128;

/* An odd modulus Q, 1 < Q < 2^60, and what is needed to reduce modulo it. */
struct modulus {
    uint64_t q;
    uint64_t inverse; /* q inverse == 1 mod R */
    uint64_t one;     /* R mod q: 1 in Montgomery form */
    uint64_t square;  /* R^2 mod q */
};

/* Q^-1 mod 2^64 for odd Q, by Newton's iteration from 5 right bits. */
static inline uint64_t
word_inverse(uint64_t q)
{
    uint64_t x = (3 * q) ^ 2;

    x *= 2 - q * x;
    x *= 2 - q * x;
    x *= 2 - q * x;
    x *= 2 - q * x;
    return x;
}

/*
 * T / R modulo Q in 1 .. 2Q - 1, for T < (Q - 1) R and INVERSE = Q^-1 mod R: with
 * m = T INVERSE mod R, m Q and T have the same low word, so (T - m Q) / R is the
 * difference of their high words.
 */
static inline uint64_t
reduce_loosely(u128 t, uint64_t q, uint64_t inverse)
{
    uint64_t m = (uint64_t)t * inverse;

    return (uint64_t)(t >> 64) + q - (uint64_t)(((u128)m * q) >> 64);
}

/* A B / R modulo q, below q, for A B < q R. */
static inline uint64_t
mod_mul(const struct modulus *m, uint64_t a, uint64_t b)
{
    uint64_t r = reduce_loosely((u128)a * b, m->q, m->inverse);

    return r >= m->q ? r - m->q : r;
}

static inline uint64_t
mod_add(const struct modulus *m, uint64_t a, uint64_t b)
{
    return a + b >= m->q ? a + b - m->q : a + b;
}

static inline uint64_t
mod_sub(const struct modulus *m, uint64_t a, uint64_t b)
{
    return a >= b ? a - b : a + m->q - b;
}

static inline uint64_t
mod_negate(const struct modulus *m, uint64_t a)
{
    return a == 0 ? 0 : m->q - a;
}

static inline struct modulus
modulus_of(uint64_t q)
{
    struct modulus m = {.q = q, .inverse = word_inverse(q), .one = (0 - q) % q};
    int i;

    m.square = m.one;
    for (i = 0; i < 4; i++) /* 2 R, .. 2^4 R */
        m.square = mod_add(&m, m.square, m.square);
    for (i = 0; i < 4; i++) /* 2^8 R, 2^16 R, 2^32 R, 2^64 R */
        m.square = mod_mul(&m, m.square, m.square);
    return m;
}

/* A, any word, in Montgomery form. */
static inline uint64_t
mod_enter(const struct modulus *m, uint64_t a)
{
    return mod_mul(m, a, m->square);
}

/* What the form A stands for. */
static inline uint64_t
mod_leave(const struct modulus *m, uint64_t a)
{
    return mod_mul(m, a, 1);
}

/* A^E, both in Montgomery form. */
static inline uint64_t
mod_power(const struct modulus *m, uint64_t a, uint64_t e)
{
    uint64_t x = m->one;

    for (; e > 0; e >>= 1) {
        if (e & 1)
            x = mod_mul(m, x, a);
        a = mod_mul(m, a, a);
    }
    return x;
}

/* 2^-E in Montgomery form. */
static inline uint64_t
mod_halves(const struct modulus *m, uint64_t e)
{
    return mod_power(m, mod_enter(m, (m->q + 1) / 2), e);
}

/* A^-1 modulo q for a plain A < q without a common factor, by Euclid. */
static inline uint64_t
mod_invert(const struct modulus *m, uint64_t a)
{
    int64_t x = 0, y = 1, t;
    uint64_t r = m->q, s = a, quotient;

    while (s != 0) { /* x a == r and y a == s modulo q */
        quotient = r / s;
        t = x - (int64_t)quotient * y;
        x = y;
        y = t;
        t = (int64_t)(r - quotient * s);
        r = s;
        s = (uint64_t)t;
    }
    return x < 0 ? (uint64_t)(x + (int64_t)m->q) : (uint64_t)x;
}

#endif
