/*
 * The kernel for any machine with 64-bit words, which the others are tested against:
 * vectors of one word, Montgomery's multiplication with R = 2^64 (modular.h).
 *
 * A factor f is kept as F = f R mod p with F' = F / p mod R. Then x F and (x F' mod R)
 * p have equal low words, and x f == high(x F) - high((x F' mod R) p), which lies
 * between -p and p for any word x. Wide numbers are those below 4p, narrow ones below
 * 2p.
 */
#include "ntt_kernel.h"

#define TARGET
#define INLINE static inline __attribute__((always_inline))
#define LANES  1

typedef uint64_t vec;

struct factor {
    uint64_t word, helper;
};

struct constants {
    uint64_t p, inverse;
};

static bool
usable(void)
{
    return true;
}

INLINE struct constants
constants_of(const struct ntt_field *field)
{
    return (struct constants){field->m.q, field->m.inverse};
}

INLINE uint64_t
load(const uint64_t *x)
{
    return *x;
}

INLINE void
store(uint64_t *x, uint64_t value)
{
    *x = value;
}

INLINE uint64_t
all(uint64_t word)
{
    return word;
}

INLINE uint64_t
below(uint64_t x, uint64_t limit)
{
    return x >= limit ? x - limit : x;
}

INLINE uint64_t
narrow(const struct constants *c, uint64_t x)
{
    return below(x, 2 * c->p);
}

/* split() keeps everything wide. */
INLINE uint64_t
settle(const struct constants *c, uint64_t x)
{
    (void)c;
    return x;
}

INLINE struct factor
factor_of(const struct constants *c, uint64_t x)
{
    x = below(x, c->p);
    return (struct factor){x, x * c->inverse};
}

INLINE uint64_t
product(const struct constants *c, uint64_t x, const struct factor *f)
{
    uint64_t q = x * f->helper;

    return (uint64_t)(((u128)x * f->word) >> 64) + c->p -
           (uint64_t)(((u128)q * c->p) >> 64);
}

INLINE void
split(const struct constants *c, uint64_t *x, uint64_t *y, const struct factor *f)
{
    uint64_t t = product(c, *y, f), s = narrow(c, *x);

    *x = s + t;
    *y = s + 2 * c->p - t;
}

INLINE void
unite(const struct constants *c, uint64_t *x, uint64_t *y, const struct factor *f)
{
    uint64_t t = *y + 2 * c->p - *x;

    *x = narrow(c, *x + *y);
    *y = product(c, t, f);
}

struct total {
    uint64_t sum;
};

INLINE struct total
total_zero(const struct constants *c)
{
    (void)c;
    return (struct total){0};
}

INLINE void
total_add(const struct constants *c, struct total *t, uint64_t x,
          const struct factor *f)
{
    t->sum += product(c, x, f);
}

INLINE uint64_t
total_wide(const struct constants *c, const struct total *t)
{
    return below(below(t->sum, 8 * c->p), 4 * c->p);
}

INLINE void
columns_of(uint64_t v[8], const uint64_t *x)
{
    int i;

    for (i = 0; i < 8; i++)
        v[i] = x[i];
}

INLINE void
rows_of(uint64_t *x, const uint64_t v[8])
{
    int i;

    for (i = 0; i < 8; i++)
        x[i] = v[i];
}

/* 2^50 x 2^14 + x below 2^50; as p exceeds 2^50 - 2^35, 2^50 is below 2^35 mod p. */
INLINE uint64_t
residues(const struct constants *c, const mp_limb_t *limbs)
{
    const uint64_t top = UINT64_C(1) << 50;

    return *limbs % top + (*limbs >> 50) * (top - c->p);
}

INLINE uint64_t
residues_of_some(const struct constants *c, const mp_limb_t *limbs, size_t count)
{
    return count == 0 ? 0 : residues(c, limbs);
}

static uint64_t
enter(const struct ntt_field *field, uint64_t form)
{
    (void)field;
    return form;
}

static uint64_t
helper_of(const struct ntt_field *field, uint64_t word)
{
    return word * field->m.inverse;
}

/* The factor by which join() multiplies residues modulo p_i is 1 / (length p_j p_k) R,
 * p_j and p_k being the other primes: see there. */
static void
prepare_field(struct ntt_field *field, const struct ntt_shape *shape, unsigned prime)
{
    const struct modulus *m = &field->m;
    uint64_t x = mod_mul(m, mod_enter(m, shape->length), ntt_other_primes(m, prime));

    x = mod_mul(m, mod_power(m, x, m->q - 2), m->square);
    field->scale.word = x;
    field->scale.helper = helper_of(field, x);
}

#include "ntt_transform.h"
#include "ntt_tables.h"
#include "ntt_columns.h"

static struct ntt_carry
join(const struct ntt_field fields[NTT_PRIMES], mp_limb_t *r,
     uint64_t *const residues_of[NTT_PRIMES], size_t count)
{
    u128 sum = 0;
    uint64_t y[NTT_PRIMES];
    struct constants c;
    struct factor f;
    size_t i;
    int k;

    for (i = 0; i < count; i++) {
        for (k = 0; k < NTT_PRIMES; k++) {
            c = constants_of(&fields[k]);
            f = (struct factor){fields[k].scale.word, fields[k].scale.helper};
            y[k] = below(product(&c, residues_of[k][i], &f), c.p);
        }
        r[i] = ntt_sum_next(&sum, y);
    }
    return (struct ntt_carry){{(mp_limb_t)sum, (mp_limb_t)(sum >> 64)}};
}

const struct ntt_kernel ntt_kernel_portable = {
    .name = "portable",
    .usable = usable,
    .lanes = LANES,
    .from = SIZE_MAX,
    .call_cost = 10000,
    .level_cost = 0.65,
    .memory_cost = 0.5,
    .join_cost = 9.5,
    .prepare = prepare,
    .spread = spread,
    .forward = forward,
    .backward = backward,
    .multiply = multiply,
    .gather = gather,
    .join = join,
};
