/*
 * The transforms themselves, to be included by a kernel after its arithmetic: a
 * template for vectors of LANES words.
 *
 * What a kernel defines first
 *   TARGET               the attribute of functions that use the processor's extensions
 *   INLINE               static, always inlined, TARGET
 *   vec, LANES           a vector, and how many words it has
 *   struct constants     what arithmetic needs; constants_of(field)
 *   load(), store()      of LANES consecutive words
 *   all(word)            a vector of equal words
 *   struct factor        a constant factor, two vectors: word, helper
 *   factor_of(c, x)      makes one of a narrow number
 *   product(c, x, f)     x f, from wide to narrow
 *   split(c, x, y, f)    (x, y) becomes (x + f y, x - f y), from wide to wide
 *   unite(c, x, y, f)    (x, y) becomes (x + y, (y - x) f), from narrow to narrow
 *   settle(c, x)         x, so that it can be the first number of split() at all levels
 *                        that are done at a time
 *   narrow(c, x)         from wide to narrow
 *   struct total         a sum of up to NTT_MOST_ODD products: total_zero(c),
 *                        total_add(c, sum, x, f) for wide x, total_wide(c, sum)
 *   columns_of(v, x)     v[i] = words i, i + 8, i + 16 ... of 8 LANES words; and back:
 *   rows_of(x, v)
 *   residues(c, limbs)   wide
 *   enter(field, x)      the word of a factor, given in Montgomery form (modular.h)
 * where "wide" and "narrow" are ranges of a kernel's choice, narrow numbers being wide
 * ones too.
 *
 * The tree. Let n = 2^levels and e(t) = exp(2 pi i t), that is, the corresponding root
 * modulo p. A polynomial modulo x^n - 1 is split into those modulo x^(n/2) - 1 and
 * x^(n/2) + 1, and so on: node j of level d (0 <= j < 2^d) stands for the modulus
 *     x^(n/2^d) - e(theta(j)),   theta(j) = b0/2 + b1/4 + b2/8 + ...,
 * b0, b1 ... being the bits of j from the lowest on. Its children are 2j and 2j + 1,
 * for theta(2j) = theta(j)/2 and theta(2j + 1) = theta(j)/2 + 1/2, so with w(j) =
 * e(theta(j)/2) the halves (x, y) of the coefficients become x + w(j) y and x - w(j) y:
 * one factor for a whole node, the same table for all levels and lengths, nothing to
 * be reordered. (W. M. Gentleman, G. Sande 1966; in this form D. J. Bernstein,
 * "Multidigit multiplication for mathematicians", 2001.) Back: x + y and (x - y) /
 * w(j), the factor 2 per level left to the end. For 2^b <= j < 2^(b+1) the mirror j' =
 * 3 2^b - 1 - j has theta(j') = 1 - theta(j), so -1 / w(j) = w(j').
 *
 * Levels are done two at a time, on four quarters. Of the blocks of 8 words left at the
 * end (leaves), LANES at a time are turned so that a vector holds equal places of all;
 * lane l of group g is leaf j = LANES g + l, and theta(j) = theta(l) + theta(g) /
 * LANES, so that its factor v(j) = e(theta(j) / 8), from which the others come as
 * powers, is a product of one for the group and one for the lane. They stay turned
 * until they come back.
 *
 * Odd factors. For length = odd n and omega of order odd, x = omega^j v makes
 * polynomials modulo v^n - 1 of one modulo x^length - 1, for 0 <= j < odd: out_j[q] =
 * sum over t of omega^(j (q + n t)) in[q + n t]. (I. J. Good 1958: as n and odd have no
 * common factor, only roots of order odd are needed in this step.)
 */

/* Factors number I .. I + LANES - 1, or number I in all lanes. */
INLINE struct factor
factors_at(const struct ntt_factors *table, size_t i)
{
    return (struct factor){load(table->word + i), load(table->helper + i)};
}

INLINE struct factor
factor_at(const struct ntt_factors *table, size_t i)
{
    return (struct factor){all(table->word[i]), all(table->helper[i])};
}

/* Where the factor for the way back stands; LAST for 0. */
static inline size_t
mirror(size_t j, size_t last)
{
    return j == 0 ? last : ((size_t)3 << (63 - __builtin_clzll(j))) - 1 - j;
}

/* Rows of equal length, the first one at X and the others STEP words apart each. */
struct rows {
    uint64_t *x;
    size_t step;
};

INLINE uint64_t *
row(struct rows rows, size_t i)
{
    return rows.x + i * rows.step;
}

/* The two levels below node J, on four rows FROM of COUNT words, to other rows or the
 * same. */
INLINE void
split_quarters(const struct ntt_field *field, const struct constants *c, struct rows to,
               struct rows from, size_t count, size_t j)
{
    const struct factor f = factor_at(&field->nodes, j);
    const struct factor g = factor_at(&field->nodes, 2 * j);
    const struct factor h = factor_at(&field->nodes, 2 * j + 1);
    vec x0, x1, x2, x3;
    size_t i;

    for (i = 0; i < count; i += LANES) {
        x0 = settle(c, load(row(from, 0) + i));
        x1 = load(row(from, 1) + i);
        x2 = load(row(from, 2) + i);
        x3 = load(row(from, 3) + i);
        split(c, &x0, &x2, &f);
        split(c, &x1, &x3, &f);
        split(c, &x0, &x1, &g);
        split(c, &x2, &x3, &h);
        store(row(to, 0) + i, x0);
        store(row(to, 1) + i, x1);
        store(row(to, 2) + i, x2);
        store(row(to, 3) + i, x3);
    }
}

INLINE void
unite_quarters(const struct ntt_field *field, const struct constants *c, size_t last,
               struct rows to, struct rows from, size_t count, size_t j)
{
    const struct factor f = factor_at(&field->nodes, mirror(j, last));
    const struct factor g = factor_at(&field->nodes, mirror(2 * j, last));
    const struct factor h = factor_at(&field->nodes, mirror(2 * j + 1, last));
    vec x0, x1, x2, x3;
    size_t i;

    for (i = 0; i < count; i += LANES) {
        x0 = load(row(from, 0) + i);
        x1 = load(row(from, 1) + i);
        x2 = load(row(from, 2) + i);
        x3 = load(row(from, 3) + i);
        unite(c, &x0, &x1, &g);
        unite(c, &x2, &x3, &h);
        unite(c, &x0, &x2, &f);
        unite(c, &x1, &x3, &f);
        store(row(to, 0) + i, x0);
        store(row(to, 1) + i, x1);
        store(row(to, 2) + i, x2);
        store(row(to, 3) + i, x3);
    }
}

/* A single level, for node 0, whose factor is 1. */
INLINE void
split_halves(const struct ntt_field *field, const struct constants *c, struct rows to,
             struct rows from, size_t count)
{
    const struct factor f = factor_at(&field->nodes, 0);
    vec x0, x1;
    size_t i;

    for (i = 0; i < count; i += LANES) {
        x0 = settle(c, load(row(from, 0) + i));
        x1 = load(row(from, 1) + i);
        split(c, &x0, &x1, &f);
        store(row(to, 0) + i, x0);
        store(row(to, 1) + i, x1);
    }
}

INLINE void
unite_halves(const struct ntt_field *field, const struct constants *c, size_t last,
             struct rows to, struct rows from, size_t count)
{
    const struct factor f = factor_at(&field->nodes, last);
    vec x0, x1;
    size_t i;

    for (i = 0; i < count; i += LANES) {
        x0 = load(row(from, 0) + i);
        x1 = load(row(from, 1) + i);
        unite(c, &x0, &x1, &f);
        store(row(to, 0) + i, x0);
        store(row(to, 1) + i, x1);
    }
}

/* The factors of the three levels in a group of leaves. */
struct leaf_factors {
    struct factor f[7]; /* of nodes j; 2j, 2j + 1; 4j .. 4j + 3 */
};

/* V is v(j), or its inverse on the way back. I is e(1/4), CORNER e(1/8) or e(3/8). */
INLINE struct leaf_factors
leaf_factors(const struct constants *c, vec v, const struct factor *i,
             const struct factor *corner)
{
    struct leaf_factors l;
    vec square;

    l.f[3] = factor_of(c, v);
    square = product(c, v, &l.f[3]);
    l.f[1] = factor_of(c, square);
    l.f[0] = factor_of(c, product(c, square, &l.f[1]));
    l.f[2] = factor_of(c, product(c, square, i));
    l.f[4] = factor_of(c, product(c, v, i));
    v = product(c, v, corner);
    l.f[5] = factor_of(c, v);
    l.f[6] = factor_of(c, product(c, v, i));
    return l;
}

/* The last three levels of COUNT words, groups of leaves from number GROUP on. */
TARGET static void
split_leaves(const struct ntt_field *field, const struct constants *c, uint64_t *x,
             size_t count, size_t group)
{
    const struct factor lane = factors_at(&field->lane, 0);
    const struct factor i = factor_at(&field->nodes, 1);
    const struct factor corner = factor_at(&field->nodes, 2);
    struct leaf_factors l;
    vec v[8];
    int k;

    for (; count > 0; count -= 8 * LANES, x += 8 * LANES, group++) {
        l = leaf_factors(c, product(c, all(field->leaves.word[group]), &lane), &i,
                         &corner);
        columns_of(v, x);
        v[0] = settle(c, v[0]);
        v[1] = settle(c, v[1]);
        UNROLLED
        for (k = 0; k < 4; k++)
            split(c, &v[k], &v[k + 4], &l.f[0]);
        UNROLLED
        for (k = 0; k < 2; k++) {
            split(c, &v[k], &v[k + 2], &l.f[1]);
            split(c, &v[k + 4], &v[k + 6], &l.f[2]);
        }
        UNROLLED
        for (k = 0; k < 4; k++)
            split(c, &v[2 * k], &v[2 * k + 1], &l.f[3 + k]);
        UNROLLED
        for (k = 0; k < 8; k++)
            store(x + k * LANES, v[k]);
    }
}

/* unite() with -f. */
INLINE void
unite_turned(const struct constants *c, vec *x, vec *y, const struct factor *f)
{
    vec sum;

    unite(c, y, x, f);
    sum = *y;
    *y = *x;
    *x = sum;
}

/* With v(j)'s inverse and 1 / i = -i, e(-1/8) = -e(3/8) the factors in leaf_factors are
 * -1 / w of nodes 2j + 1, 4j + 1 and 4j + 2, and 1 / w of the others. */
TARGET static void
unite_leaves(const struct ntt_field *field, const struct constants *c, size_t last,
             uint64_t *x, size_t count, size_t group)
{
    const struct factor lane = factors_at(&field->lane, LANES);
    const struct factor i = factor_at(&field->nodes, 1);
    const struct factor corner = factor_at(&field->nodes, 3);
    struct leaf_factors l;
    vec v[8];
    int k;

    for (; count > 0; count -= 8 * LANES, x += 8 * LANES, group++) {
        l = leaf_factors(
            c, product(c, all(field->leaves.word[mirror(group, last)]), &lane), &i,
            &corner);
        UNROLLED
        for (k = 0; k < 8; k++)
            v[k] = load(x + k * LANES);
        unite_turned(c, &v[0], &v[1], &l.f[3]);
        unite(c, &v[2], &v[3], &l.f[4]);
        unite(c, &v[4], &v[5], &l.f[5]);
        unite_turned(c, &v[6], &v[7], &l.f[6]);
        UNROLLED
        for (k = 0; k < 2; k++) {
            unite_turned(c, &v[k], &v[k + 2], &l.f[1]);
            unite(c, &v[k + 4], &v[k + 6], &l.f[2]);
        }
        UNROLLED
        for (k = 0; k < 4; k++)
            unite_turned(c, &v[k], &v[k + 4], &l.f[0]);
        rows_of(x, v);
    }
}
